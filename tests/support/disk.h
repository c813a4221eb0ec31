/* disk.h: stands between the code under test and one directory tree: makes the Nth call fail, ends the process in it,
 * and says what a power cut would have left.
 *
 * The test program exports the C library's own names (open, pwrite, fdatasync, rename ...), so that our code and
 * libsqlite3.so alike call this file, which does what was asked for and hands the call on. Link with disk_dep.
 *
 *     disk_watch(tree, &options);               nothing in the tree is open now: what is in it counts as durable
 *     disk_fail((struct disk_fault){...});      faults, from here on
 *     disk_mark(1, receipt, size);              acknowledged to the outside
 *     disk_cut(record, seed, how, target);      the tree in another directory, as a power cut at that record leaves it
 *     disk_forget();
 *
 * The record is kept until the next disk_watch(), so that many cuts are made of one run. To cut the recovery from a cut,
 * watch the target of the first one.
 *
 * What the model knows: data is kept, lost or torn by sectors since the file's last successful sync, and may reach the
 * disk earlier; a sync that fails loses what was to be synced, though every reader of the living file still sees it, and no
 * later sync brings it back; a file's size, and the names in a folder, reach the disk in order. Names need a sync of
 * their folder. What is written through mmap is not seen: files named "-shm" are gone after a cut. Syncs are not handed
 * on to the real disk. A call that the model can't follow (a rename out of the tree, a file that came from nowhere)
 * stops the program.
 *
 * Thread rule: faults and recording are safe with threads; disk_* are the test's, one thread at a time.
 */
#ifndef KORDON_TESTS_SUPPORT_DISK_H
#define KORDON_TESTS_SUPPORT_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disk_options {
    bool names_follow_sync; /* as ext4: the sync of a file makes the names in its folder durable too */
    /* Takes the protection away: no sync and no order holds. A test of power cuts must fail with it. */
    bool syncs_do_nothing;
};

/* Begins to watch and record the tree at root, an absolute path without links in it. */
void disk_watch(const char *root, const struct disk_options *options);

/* Ends watching and faults; the record stays for disk_cut() and disk_marks(). */
void disk_forget(void);

/* From here on a sync of a file that is not watched does nothing and succeeds: a test that makes and opens hundreds of trees
 * would wait for the real disk most of the time, and the real disk is not cut. */
void disk_spare_syncs(void);

/* --- Faults -------------------------------------------------------------------------------------------------- */

enum disk_call {
    DISK_OPEN,     /* every open in the tree, also for reading */
    DISK_WRITE,    /* write, pwrite */
    DISK_TRUNCATE, /* ftruncate, truncate */
    DISK_SYNC,     /* fsync, fdatasync; of files and folders */
    DISK_RENAME,   /* rename, link */
    DISK_UNLINK,   /* unlink, rmdir */
    DISK_MKDIR,
    DISK_ANY,  /* each of the above */
    DISK_READ, /* read, pread: not among DISK_ANY */
};

#define DISK_FOREVER (-1L)
#define DISK_KILLED  77 /* the exit status of a process ended by a fault */

struct disk_fault {
    enum disk_call call;
    const char *suffix; /* only calls on paths that end so; NULL: all. Must outlive the fault. */
    long nth;           /* the first call that fails, from 1 */
    long times;         /* how many fail; 0 is 1 */
    int error;          /* errno of a failed call */
    bool partly;  /* a write writes half; with an error, that is what the first one does, the others fail */
    bool spreads; /* from the first one on every call in the tree fails: the device is gone */
    bool kill;    /* the process ends before the call is done: for forked children */
};

/* Sets the fault and counts from nothing; faults before it are gone. disk_mend(): no more faults; the counts stay. */
void disk_fail(struct disk_fault fault);
void disk_mend(void);

/* Sets a second fault, which begins to count behind the first hit of the one of disk_fail(): for what the code does about a
 * failure. */
void disk_fail_then(struct disk_fault fault);

/* Calls that the fault set last was asked about, and those that it hit. A sweep raises nth until an action ends with no
 * hit. */
long disk_calls(void);
long disk_hits(void);

/* The place in the record of the first hit of the fault of disk_fail(): a cut there is one just before the failed call. */
size_t disk_hit_record(void);

/* --- Records and power cuts ---------------------------------------------------------------------------------- */

/* How many records there are; a cut at n has the first n of them behind it. */
size_t disk_records(void);

/* Notes in the record that bytes left the machine now: whatever a cut behind this leaves must stand to them. */
void disk_mark(int id, const void *bytes, size_t size);
void disk_marks(
    size_t record, void (*each)(void *context, int id, const void *bytes, size_t size), void *context);

enum disk_cut_kind {
    DISK_CUT_RANDOM, /* by the seed */
    DISK_CUT_LEAST,  /* nothing but what was synced */
    DISK_CUT_MOST,   /* all that was written, but what a failed sync lost */
};

/* Makes the directory target, replacing it, the tree as it is after a power cut behind the first record records. */
void disk_cut(size_t record, uint64_t seed, enum disk_cut_kind kind, const char *target);

/* Removes a directory with all in it; one that is missing is no error. */
void disk_remove_tree(const char *path);

#endif
