/* disk_cut.c: replays a record onto a disk that keeps only what it must, and writes out what is left. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/disk_internal.h"
#include "tests/support/remove_folder.h"

#define SECTOR ((size_t)512)

/* One file: what every reader sees, and what the disk holds. Behind their sizes both are zero. */
struct image {
    uint8_t *cache, *disk;
    bool *dirty; /* by sectors: written since it last reached the disk */
    size_t room; /* bytes of each, whole sectors */
    size_t cache_size, disk_size;
    size_t low; /* the least size since the size last reached the disk: behind it the disk's bytes are void */
};

struct replay {
    const struct disk_record *record;
    enum disk_cut_kind kind;
    uint64_t random;
    struct image *images;
    struct disk_names cache, disk;
    bool *kept; /* by events: this change of a name has reached the disk */
    size_t count;
};

/* splitmix64: any seed is good, also 0 and 1. */
static size_t roll(struct replay *replay, size_t sides)
{
    uint64_t z = replay->random += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (size_t)((z ^ (z >> 31)) % sides);
}

static bool one_in(struct replay *replay, size_t sides)
{
    return replay->kind == DISK_CUT_RANDOM && roll(replay, sides) == 0;
}

/* --- Data ---------------------------------------------------------------------------------------------------- */

static void image_reserve(struct image *image, size_t size)
{
    size_t old = image->room;
    if (size <= old)
        return;
    image->room = (size * 2 + SECTOR - 1) / SECTOR * SECTOR;
    image->cache = disk_memory(image->cache, image->room);
    image->disk = disk_memory(image->disk, image->room);
    image->dirty = disk_memory(image->dirty, image->room / SECTOR);
    memset(image->cache + old, 0, image->room - old);
    memset(image->disk + old, 0, image->room - old);
    memset(image->dirty + old / SECTOR, 0, (image->room - old) / SECTOR);
}

static void image_keep_size(struct image *image)
{
    if (image->low < image->disk_size)
        memset(image->disk + image->low, 0, image->disk_size - image->low);
    image->disk_size = image->cache_size;
    image->low = SIZE_MAX;
}

/* The first size bytes of a sector reach the disk. A file system writes data before the size that shows it, so a sector
 * of the part that is new takes the size with it. */
static void image_keep_sector(struct image *image, size_t sector, size_t size)
{
    size_t start = sector * SECTOR;
    if (start + SECTOR > image->low || start + SECTOR > image->disk_size)
        image_keep_size(image);
    memcpy(image->disk + start, image->cache + start, size);
    image->dirty[sector] = false;
}

static void image_write(struct replay *replay, struct image *image, const struct disk_event *event)
{
    size_t end = event->offset + event->size;
    image_reserve(image, end);
    memcpy(image->cache + event->offset, event->bytes, event->size);
    if (end > image->cache_size)
        image->cache_size = end;
    for (size_t sector = event->offset / SECTOR; sector * SECTOR < end; sector++) {
        image->dirty[sector] = true;
        if (one_in(replay, 4))
            image_keep_sector(image, sector, SECTOR);
    }
}

static void image_resize(struct replay *replay, struct image *image, size_t size)
{
    image_reserve(image, size);
    if (size < image->cache_size) {
        memset(image->cache + size, 0, image->cache_size - size);
        for (size_t sector = (size + SECTOR - 1) / SECTOR; sector < image->room / SECTOR; sector++)
            image->dirty[sector] = false;
    }
    if (size < image->low)
        image->low = size;
    image->cache_size = size;
    if (one_in(replay, 4))
        image_keep_size(image);
}

static void image_sync(struct replay *replay, struct image *image, bool failed)
{
    if (!failed)
        image_keep_size(image);
    for (size_t sector = 0; sector < image->room / SECTOR; sector++) {
        /* The kernel calls the pages of a failed sync clean: nobody writes them again. */
        if (image->dirty[sector] && (!failed || one_in(replay, 4)))
            image_keep_sector(image, sector, SECTOR);
        image->dirty[sector] = false;
    }
}

static void image_cut(struct replay *replay, struct image *image)
{
    if (replay->kind == DISK_CUT_MOST)
        image_sync(replay, image, false);
    if (replay->kind != DISK_CUT_RANDOM)
        return;
    if (roll(replay, 2) == 0)
        image_keep_size(image);
    for (size_t sector = 0; sector < image->room / SECTOR; sector++)
        if (image->dirty[sector] && roll(replay, 3) > 0)
            image_keep_sector(image, sector, roll(replay, 2) == 0 ? SECTOR : 1 + roll(replay, SECTOR - 1));
}

/* --- Names --------------------------------------------------------------------------------------------------- */

static void apply_name(struct disk_names *names, const struct disk_event *event)
{
    if (event->kind == EVENT_NAME)
        disk_names_set(names, event->name, event->inode);
    if (event->kind == EVENT_RENAME && disk_names_find(names, event->name) >= 0)
        disk_names_set(names, event->other, disk_names_find(names, event->name));
    if (event->kind == EVENT_RENAME || event->kind == EVENT_UNNAME)
        disk_names_remove(names, event->name);
}

static bool changes_names(const struct disk_event *event)
{
    return event->kind == EVENT_NAME || event->kind == EVENT_RENAME || event->kind == EVENT_UNNAME;
}

/* All changes in a folder up to the present event reach the disk, or (at a cut) the first few of them. */
static void keep_names(struct replay *replay, size_t until, const char *folder, bool all)
{
    for (size_t i = 0; i < until; i++) {
        const struct disk_event *event = &replay->record->events[i];
        if (!changes_names(event) || replay->kept[i] || !disk_in_folder(event->name, folder))
            continue;
        if (!all && one_in(replay, 4))
            return;
        apply_name(&replay->disk, event);
        replay->kept[i] = true;
    }
}

static void keep_names_of(struct replay *replay, size_t until, int inode)
{
    for (size_t i = 0; i < replay->cache.count; i++) {
        char folder[PATH_MAX];
        if (replay->cache.list[i].inode != inode)
            continue;
        snprintf(folder, sizeof folder, "%s", replay->cache.list[i].path);
        char *slash = strrchr(folder, '/');
        *(slash != NULL ? slash : folder) = '\0';
        keep_names(replay, until, folder, true);
    }
}

/* --- Replay -------------------------------------------------------------------------------------------------- */

static void replay_init(
    struct replay *replay, const struct disk_record *record, uint64_t seed, enum disk_cut_kind kind)
{
    *replay = (struct replay){.record = record, .kind = kind, .random = seed};
    replay->images = disk_memory(NULL, record->inode_count * sizeof *replay->images);
    replay->kept = disk_memory(NULL, record->event_count * sizeof *replay->kept);
    memset(replay->kept, 0, record->event_count * sizeof *replay->kept);
    for (size_t i = 0; i < record->inode_count; i++) {
        struct image *image = &replay->images[i];
        *image = (struct image){.low = SIZE_MAX};
        image_reserve(image, record->inodes[i].size);
        image->cache_size = image->disk_size = record->inodes[i].size;
        if (image->cache_size > 0) {
            memcpy(image->cache, record->inodes[i].bytes, image->cache_size);
            memcpy(image->disk, record->inodes[i].bytes, image->cache_size);
        }
    }
    for (size_t i = 0; i < record->base.count; i++) {
        disk_names_set(&replay->cache, record->base.list[i].path, record->base.list[i].inode);
        disk_names_set(&replay->disk, record->base.list[i].path, record->base.list[i].inode);
    }
}

static void replay_finish(struct replay *replay)
{
    for (size_t i = 0; i < replay->record->inode_count; i++) {
        free(replay->images[i].cache);
        free(replay->images[i].disk);
        free(replay->images[i].dirty);
    }
    free(replay->images);
    free(replay->kept);
    disk_names_finish(&replay->cache);
    disk_names_finish(&replay->disk);
}

static void replay_sync(struct replay *replay, size_t place, const struct disk_event *event)
{
    const struct disk_options *options = &replay->record->options;
    if (options->syncs_do_nothing)
        return;
    if (replay->record->inodes[event->inode].folder) {
        if (!event->failed)
            keep_names(replay, place, event->name, true);
        return;
    }
    image_sync(replay, &replay->images[event->inode], event->failed);
    if (options->names_follow_sync && !event->failed)
        keep_names_of(replay, place, event->inode);
}

static void replay_event(struct replay *replay, size_t place)
{
    const struct disk_event *event = &replay->record->events[place];
    switch (event->kind) {
    case EVENT_NAME:
    case EVENT_RENAME:
    case EVENT_UNNAME:
        apply_name(&replay->cache, event);
        if (one_in(replay, 4)) {
            char folder[PATH_MAX];
            snprintf(folder, sizeof folder, "%s", event->name);
            char *slash = strrchr(folder, '/');
            *(slash != NULL ? slash : folder) = '\0';
            keep_names(replay, place + 1, folder, true);
        }
        break;
    case EVENT_WRITE:
        image_write(replay, &replay->images[event->inode], event);
        break;
    case EVENT_SIZE:
        image_resize(replay, &replay->images[event->inode], event->size);
        break;
    case EVENT_SYNC:
        replay_sync(replay, place, event);
        break;
    case EVENT_MARK:
        break;
    }
}

static void replay_cut(struct replay *replay)
{
    for (size_t i = 0; i < replay->record->inode_count; i++)
        image_cut(replay, &replay->images[i]);
    for (size_t i = 0; i < replay->cache.count && replay->kind != DISK_CUT_LEAST; i++)
        if (replay->record->inodes[replay->cache.list[i].inode].folder)
            keep_names(replay, replay->count, replay->cache.list[i].path, replay->kind == DISK_CUT_MOST);
}

/* --- The tree that is left ----------------------------------------------------------------------------------- */

static int by_path(const void *one, const void *other)
{
    return strcmp(((const struct disk_name *)one)->path, ((const struct disk_name *)other)->path);
}

static void write_file(const char *path, const struct image *image)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    disk_require(fd >= 0, "create", path);
    disk_require(write(fd, image->disk, image->disk_size) == (ssize_t)image->disk_size, "write", path);
    close(fd);
}

/* In the order of paths a folder comes before what is in it; what lies in a folder that is lost is lost with it. */
static void write_tree(const struct replay *replay, const char *target)
{
    qsort(replay->disk.list, replay->disk.count, sizeof *replay->disk.list, by_path);
    for (size_t i = 0; i < replay->disk.count; i++) {
        char path[PATH_MAX], folder[PATH_MAX];
        const struct disk_name *name = &replay->disk.list[i];
        size_t length = strlen(name->path);
        disk_require(snprintf(path, sizeof path, "%s%s%s", target, length > 0 ? "/" : "", name->path) <
                         (int)sizeof path,
            "the path is too long", name->path);
        snprintf(folder, sizeof folder, "%s", path);
        *strrchr(folder, '/') = '\0';
        if (access(folder, F_OK) != 0)
            continue;
        if (replay->record->inodes[name->inode].folder)
            disk_require(mkdir(path, 0700) == 0, "mkdir", path);
        else if (length < 4 || strcmp(name->path + length - 4, "-shm") != 0)
            write_file(path, &replay->images[name->inode]);
    }
}

void disk_remove_tree(const char *path)
{
    remove_folder(path);
}

void disk_replay(const struct disk_record *record, size_t count, uint64_t seed, enum disk_cut_kind kind,
    const char *target)
{
    struct replay replay;
    replay_init(&replay, record, seed, kind);
    for (replay.count = 0; replay.count < count; replay.count++)
        replay_event(&replay, replay.count);
    replay_cut(&replay);
    disk_remove_tree(target);
    write_tree(&replay, target);
    replay_finish(&replay);
}
