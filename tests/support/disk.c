/* disk.c: the C library's calls as the code under test sees them: faults, then the call itself, then its record.
 *
 * Both spellings of each call are ours (open and open64), so this file alone must not be built with 64-bit offsets by
 * macro, nor with the fortified inlines, which would define these names once more.
 */
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/disk_internal.h"

#define EXPORTED  __attribute__((visibility("default")))
#define FILES_MAX 1024

/* What is open in the tree, by descriptor. */
struct open_file {
    bool ours;
    int inode;
    char path[PATH_MAX]; /* as it was opened, relative to the root */
};

pthread_mutex_t disk_guard = PTHREAD_MUTEX_INITIALIZER;
static bool spares_syncs;
static bool watching; /* read without the guard by calls that have nothing to do with the tree */
static char root[PATH_MAX];
static struct disk_record record;
static struct open_file files[FILES_MAX];

/* The next definition of a name behind ours: the sanitizer's, or the C library's. */
static void *next(void **kept, const char *name)
{
    void *found = __atomic_load_n(kept, __ATOMIC_RELAXED);
    if (found == NULL) {
        found = dlsym(RTLD_NEXT, name);
        __atomic_store_n(kept, found, __ATOMIC_RELAXED);
    }
    disk_require(found != NULL, "the C library has no such call", name);
    return found;
}
#define NEXT(name)                                                                                           \
    static void *kept_##name;                                                                                \
    __typeof__(&name) next_##name;                                                                           \
    *(void **)&next_##name = next(&kept_##name, #name)

/* The guard is held from here to leave() where the answer is yes. */
static bool enter(void)
{
    if (!__atomic_load_n(&watching, __ATOMIC_ACQUIRE))
        return false;
    pthread_mutex_lock(&disk_guard);
    return true;
}

static void leave(void)
{
    int error = errno;
    pthread_mutex_unlock(&disk_guard);
    errno = error;
}

/* The path below the root, or NULL for one that is not there. room: for a path relative to an open folder. */
static const char *within(int folder, const char *path, char room[static PATH_MAX])
{
    if (path[0] != '/') {
        if (folder < 0 || folder >= FILES_MAX || !files[folder].ours)
            return NULL;
        const char *start = files[folder].path;
        disk_require(snprintf(room, PATH_MAX, "%s%s%s", start, *start != '\0' ? "/" : "", path) < PATH_MAX,
            "the path is too long", path);
        return room;
    }
    size_t length = strlen(root);
    if (strncmp(path, root, length) != 0 || (path[length] != '/' && path[length] != '\0'))
        return NULL;
    return path[length] == '/' ? path + length + 1 : path + length;
}

static struct open_file *opened(int fd)
{
    return fd >= 0 && fd < FILES_MAX && files[fd].ours ? &files[fd] : NULL;
}

/* --- Watching ------------------------------------------------------------------------------------------------ */

void disk_watch(const char *path, const struct disk_options *options)
{
    disk_forget();
    disk_record_finish(&record);
    memset(files, 0, sizeof files);
    disk_require(path[0] == '/' && strlen(path) < sizeof root, "not an absolute path", path);
    snprintf(root, sizeof root, "%s", path);
    disk_record_begin(&record, root, options);
    __atomic_store_n(&watching, true, __ATOMIC_RELEASE);
}

void disk_spare_syncs(void)
{
    __atomic_store_n(&spares_syncs, true, __ATOMIC_RELAXED);
}

void disk_forget(void)
{
    __atomic_store_n(&watching, false, __ATOMIC_RELEASE);
    disk_mend();
}

size_t disk_records(void)
{
    return record.event_count;
}

void disk_mark(int id, const void *bytes, size_t size)
{
    if (!enter())
        return;
    uint8_t *own = disk_memory(NULL, size);
    memcpy(own, bytes, size);
    disk_record_add(&record, &(struct disk_event){.kind = EVENT_MARK, .id = id, .bytes = own, .size = size});
    free(own);
    leave();
}

void disk_marks(
    size_t until, void (*each)(void *context, int id, const void *bytes, size_t size), void *context)
{
    for (size_t i = 0; i < until && i < record.event_count; i++)
        if (record.events[i].kind == EVENT_MARK)
            each(context, record.events[i].id, record.events[i].bytes, record.events[i].size);
}

void disk_cut(size_t records, uint64_t seed, enum disk_cut_kind kind, const char *target)
{
    disk_require(!watching, "still watching", target); /* the copy is no business of the record */
    disk_require(records <= record.event_count, "there are not so many records", target);
    disk_replay(&record, records, seed, kind, target);
}

/* --- Opening and closing ------------------------------------------------------------------------------------- */

static void note_open(int fd, const char *path, int flags)
{
    if (fd < 0)
        return;
    disk_require(fd < FILES_MAX, "too many open files", path);
    int inode = disk_names_find(&record.now, path);
    if (inode < 0) {
        disk_require((flags & O_CREAT) != 0, "a file that nobody made", path);
        inode = disk_record_new(&record, path, false);
    } else if ((flags & O_TRUNC) != 0) {
        disk_record_add(&record, &(struct disk_event){.kind = EVENT_SIZE, .inode = inode, .size = 0});
    }
    files[fd].ours = true;
    files[fd].inode = inode;
    snprintf(files[fd].path, sizeof files[fd].path, "%s", path);
}

typedef int open_call(int folder, const char *path, int flags, ...);

static int open_at(open_call *call, int folder, const char *path, int flags, mode_t mode)
{
    char room[PATH_MAX];
    if (!enter())
        return call(folder, path, flags, mode);
    const char *name = within(folder, path, room);
    int fd = name != NULL && disk_struck(DISK_OPEN, name) ? -1 : call(folder, path, flags, mode);
    if (name != NULL)
        note_open(fd, name, flags);
    leave();
    return fd;
}

#define MODE_OF(flags, mode)                                                                                 \
    mode_t mode = 0;                                                                                         \
    if (((flags) & (O_CREAT | __O_TMPFILE)) != 0) {                                                          \
        va_list list;                                                                                        \
        va_start(list, flags);                                                                               \
        mode = va_arg(list, mode_t);                                                                         \
        va_end(list);                                                                                        \
    }

EXPORTED int openat(int folder, const char *path, int flags, ...)
{
    NEXT(openat);
    MODE_OF(flags, mode)
    return open_at(next_openat, folder, path, flags, mode);
}

EXPORTED int openat64(int folder, const char *path, int flags, ...)
{
    NEXT(openat64);
    MODE_OF(flags, mode)
    return open_at(next_openat64, folder, path, flags, mode);
}

EXPORTED int open(const char *path, int flags, ...)
{
    NEXT(openat);
    MODE_OF(flags, mode)
    return open_at(next_openat, AT_FDCWD, path, flags, mode);
}

EXPORTED int open64(const char *path, int flags, ...)
{
    NEXT(openat64);
    MODE_OF(flags, mode)
    return open_at(next_openat64, AT_FDCWD, path, flags, mode);
}

/* The C library makes these with its own open, which does not pass through here. */
static int make_temporary(int (*call)(char *path, int flags), char *path, int flags)
{
    char room[PATH_MAX];
    if (!enter())
        return call(path, flags);
    const char *name = within(-1, path, room);
    int fd = name != NULL && disk_struck(DISK_OPEN, name) ? -1 : call(path, flags);
    if (name != NULL)
        note_open(fd, name, flags | O_CREAT);
    leave();
    return fd;
}

EXPORTED int mkostemp(char *path, int flags)
{
    NEXT(mkostemp);
    return make_temporary(next_mkostemp, path, flags);
}

EXPORTED int mkostemp64(char *path, int flags)
{
    NEXT(mkostemp64);
    return make_temporary(next_mkostemp64, path, flags);
}

EXPORTED int close(int fd)
{
    NEXT(close);
    if (!enter())
        return next_close(fd);
    if (opened(fd) != NULL)
        files[fd].ours = false;
    int outcome = next_close(fd);
    leave();
    return outcome;
}

/* --- Reading and writing ------------------------------------------------------------------------------------- */

EXPORTED ssize_t read(int fd, void *bytes, size_t size)
{
    NEXT(read);
    if (!enter())
        return next_read(fd, bytes, size);
    struct open_file *file = opened(fd);
    bool fails = file != NULL && disk_struck(DISK_READ, file->path);
    leave(); /* a read may wait, for a pipe: not with the guard */
    return fails ? -1 : next_read(fd, bytes, size);
}

EXPORTED ssize_t pread64(int fd, void *bytes, size_t size, off64_t offset)
{
    NEXT(pread64);
    if (!enter())
        return next_pread64(fd, bytes, size, offset);
    struct open_file *file = opened(fd);
    bool fails = file != NULL && disk_struck(DISK_READ, file->path);
    leave();
    return fails ? -1 : next_pread64(fd, bytes, size, offset);
}

EXPORTED ssize_t pread(int fd, void *bytes, size_t size, off_t offset)
{
    return pread64(fd, bytes, size, offset);
}

static void note_write(const struct open_file *file, const void *bytes, ssize_t done, off64_t offset)
{
    if (done <= 0)
        return;
    uint8_t *own = disk_memory(NULL, (size_t)done);
    memcpy(own, bytes, (size_t)done);
    disk_record_add(&record, &(struct disk_event){.kind = EVENT_WRITE,
                                 .inode = file->inode,
                                 .bytes = own,
                                 .size = (size_t)done,
                                 .offset = (size_t)offset});
    free(own);
}

EXPORTED ssize_t write(int fd, const void *bytes, size_t size)
{
    NEXT(write);
    if (!enter())
        return next_write(fd, bytes, size);
    struct open_file *file = opened(fd);
    if (file == NULL) {
        leave();
        return next_write(fd, bytes, size);
    }
    size_t least = size > 0;
    size = disk_size_to_write(file->path, size);
    if (size < least) {
        leave();
        return -1;
    }
    bool appends = (fcntl(fd, F_GETFL) & O_APPEND) != 0;
    off64_t offset = lseek64(fd, 0, appends ? SEEK_END : SEEK_CUR);
    ssize_t done = next_write(fd, bytes, size);
    note_write(file, bytes, done, offset);
    leave();
    return done;
}

EXPORTED ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
    NEXT(pwrite64);
    if (!enter())
        return next_pwrite64(fd, bytes, size, offset);
    struct open_file *file = opened(fd);
    size_t now = file != NULL ? disk_size_to_write(file->path, size) : size;
    ssize_t done = now > 0 || size == 0 ? next_pwrite64(fd, bytes, now, offset) : -1;
    if (file != NULL)
        note_write(file, bytes, done, offset);
    leave();
    return done;
}

EXPORTED ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
    return pwrite64(fd, bytes, size, offset);
}

EXPORTED int ftruncate64(int fd, off64_t size)
{
    NEXT(ftruncate64);
    if (!enter())
        return next_ftruncate64(fd, size);
    struct open_file *file = opened(fd);
    int outcome = file != NULL && disk_struck(DISK_TRUNCATE, file->path) ? -1 : next_ftruncate64(fd, size);
    if (file != NULL && outcome == 0)
        disk_record_add(
            &record, &(struct disk_event){.kind = EVENT_SIZE, .inode = file->inode, .size = (size_t)size});
    leave();
    return outcome;
}

EXPORTED int ftruncate(int fd, off_t size)
{
    return ftruncate64(fd, size);
}

/* The kernel's own sync is left out in the tree: what is durable there, the record says. */
static int sync_file(int (*call)(int fd), int fd)
{
    bool spared = __atomic_load_n(&spares_syncs, __ATOMIC_RELAXED);
    if (!enter())
        return spared ? 0 : call(fd);
    struct open_file *file = opened(fd);
    if (file == NULL) {
        leave();
        return spared ? 0 : call(fd);
    }
    bool fails = disk_struck(DISK_SYNC, file->path);
    int error = errno;
    disk_record_add(&record,
        &(struct disk_event){.kind = EVENT_SYNC, .inode = file->inode, .failed = fails, .name = file->path});
    if (fails)
        errno = error;
    leave();
    return fails ? -1 : 0;
}

EXPORTED int fsync(int fd)
{
    NEXT(fsync);
    return sync_file(next_fsync, fd);
}

EXPORTED int fdatasync(int fd)
{
    NEXT(fdatasync);
    return sync_file(next_fdatasync, fd);
}

/* --- Names --------------------------------------------------------------------------------------------------- */

static bool same_folder(const char *one, const char *other)
{
    const char *slash = strrchr(one, '/');
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%.*s", slash != NULL ? (int)(slash - one) : 0, one);
    return disk_in_folder(other, folder);
}

/* Both names of a rename or link must be in the tree or neither: *watched says which. */
static bool names_struck(const char *from, const char *to, bool *watched)
{
    *watched = from != NULL || to != NULL;
    if (!*watched)
        return false;
    disk_require(
        from != NULL && to != NULL && same_folder(from, to), "between two folders", to != NULL ? to : from);
    return disk_struck(DISK_RENAME, to);
}

EXPORTED int renameat2(int old_folder, const char *old, int new_folder, const char *new, unsigned flags)
{
    NEXT(renameat2);
    char old_room[PATH_MAX], new_room[PATH_MAX];
    bool watched;
    if (!enter())
        return next_renameat2(old_folder, old, new_folder, new, flags);
    const char *from = within(old_folder, old, old_room), *to = within(new_folder, new, new_room);
    int outcome =
        names_struck(from, to, &watched) ? -1 : next_renameat2(old_folder, old, new_folder, new, flags);
    if (watched && outcome == 0) {
        disk_require((flags & ~(unsigned)RENAME_NOREPLACE) == 0, "an exchange of names", to);
        disk_record_name(&record, EVENT_RENAME, 0, from, to);
    }
    leave();
    return outcome;
}

EXPORTED int renameat(int old_folder, const char *old, int new_folder, const char *new)
{
    return renameat2(old_folder, old, new_folder, new, 0);
}

EXPORTED int rename(const char *old, const char *new)
{
    return renameat2(AT_FDCWD, old, AT_FDCWD, new, 0);
}

EXPORTED int linkat(int old_folder, const char *old, int new_folder, const char *new, int flags)
{
    NEXT(linkat);
    char old_room[PATH_MAX], new_room[PATH_MAX];
    bool watched;
    if (!enter())
        return next_linkat(old_folder, old, new_folder, new, flags);
    const char *from = within(old_folder, old, old_room), *to = within(new_folder, new, new_room);
    int outcome =
        names_struck(from, to, &watched) ? -1 : next_linkat(old_folder, old, new_folder, new, flags);
    if (watched && outcome == 0)
        disk_record_name(&record, EVENT_NAME, disk_names_find(&record.now, from), to, NULL);
    leave();
    return outcome;
}

EXPORTED int link(const char *old, const char *new)
{
    return linkat(AT_FDCWD, old, AT_FDCWD, new, 0);
}

EXPORTED int unlinkat(int folder, const char *path, int flags)
{
    NEXT(unlinkat);
    char room[PATH_MAX];
    if (!enter())
        return next_unlinkat(folder, path, flags);
    const char *name = within(folder, path, room);
    int outcome = name != NULL && disk_struck(DISK_UNLINK, name) ? -1 : next_unlinkat(folder, path, flags);
    if (name != NULL && outcome == 0)
        disk_record_name(&record, EVENT_UNNAME, 0, name, NULL);
    leave();
    return outcome;
}

EXPORTED int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

EXPORTED int rmdir(const char *path)
{
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

EXPORTED int mkdirat(int folder, const char *path, mode_t mode)
{
    NEXT(mkdirat);
    char room[PATH_MAX];
    if (!enter())
        return next_mkdirat(folder, path, mode);
    const char *name = within(folder, path, room);
    int outcome = name != NULL && disk_struck(DISK_MKDIR, name) ? -1 : next_mkdirat(folder, path, mode);
    if (name != NULL && outcome == 0)
        disk_record_new(&record, name, true);
    leave();
    return outcome;
}

EXPORTED int mkdir(const char *path, mode_t mode)
{
    return mkdirat(AT_FDCWD, path, mode);
}
