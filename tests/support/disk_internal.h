/* disk_internal.h: the record that disk.c writes and disk_cut.c replays. */
#ifndef KORDON_TESTS_SUPPORT_DISK_INTERNAL_H
#define KORDON_TESTS_SUPPORT_DISK_INTERNAL_H

#include <pthread.h>
#include <sys/types.h>

#include "tests/support/disk.h"

/* Paths are relative to the root; the root itself is "". An inode is a place in the record's list of them. */
enum disk_event_kind {
    EVENT_NAME,   /* name is inode's now: created or linked */
    EVENT_RENAME, /* name becomes other */
    EVENT_UNNAME, /* name is gone */
    EVENT_WRITE,  /* bytes at offset */
    EVENT_SIZE,   /* cut or extended to size */
    EVENT_SYNC,   /* of a file; for a folder, name says which */
    EVENT_MARK,
};

struct disk_event {
    enum disk_event_kind kind;
    int inode, id;
    bool failed; /* a sync */
    size_t offset, size;
    uint8_t *bytes;
    char *name, *other;
};

struct disk_inode {
    bool folder;
    uint8_t *bytes; /* what was durable when watching began */
    size_t size;
};

struct disk_names {
    struct disk_name {
        char *path;
        int inode;
    } * list;
    size_t count, room;
};

struct disk_record {
    struct disk_options options;
    struct disk_inode *inodes;
    size_t inode_count, inode_room;
    struct disk_event *events;
    size_t event_count, event_room;
    struct disk_names base, now;
};

/* Memory or nothing: a test without memory has no result. */
void *disk_memory(void *old, size_t size);
void disk_require(bool holds, const char *what, const char *path);

int disk_names_find(const struct disk_names *names, const char *path); /* inode, or -1 */
void disk_names_set(struct disk_names *names, const char *path, int inode);
void disk_names_remove(struct disk_names *names, const char *path);
void disk_names_finish(struct disk_names *names);

/* Whether path lies directly in folder. */
bool disk_in_folder(const char *path, const char *folder);

void disk_record_begin(struct disk_record *record, const char *root, const struct disk_options *options);
void disk_record_finish(struct disk_record *record);

/* A file or folder that came into being; its inode. */
int disk_record_new(struct disk_record *record, const char *path, bool folder);
/* Adds an event; bytes and names are copied. The second adds one about names; other is a rename's new name. */
void disk_record_add(struct disk_record *record, const struct disk_event *event);
void disk_record_name(
    struct disk_record *record, enum disk_event_kind kind, int inode, const char *name, const char *other);

/* Held while a call in the tree is judged, done and recorded. */
extern pthread_mutex_t disk_guard;

/* Whether this call fails; errno is set then. A process that is to end here does not come back. With the guard held. */
bool disk_struck(enum disk_call call, const char *path);
/* How many of size bytes a write does: fewer, or none (errno is set), where it meets a fault. With the guard held. */
size_t disk_size_to_write(const char *path, size_t size);

void disk_replay(const struct disk_record *record, size_t count, uint64_t seed, enum disk_cut_kind kind,
    const char *target);

#endif
