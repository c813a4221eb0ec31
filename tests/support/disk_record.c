/* disk_record.c: what happened in the tree, in order. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/disk_internal.h"

void *disk_memory(void *old, size_t size)
{
    void *memory = realloc(old, size > 0 ? size : 1);
    disk_require(memory != NULL, "out of memory", "");
    return memory;
}

void disk_require(bool holds, const char *what, const char *path)
{
    if (holds)
        return;
    fprintf(stderr, "disk: %s: %s\n", what, path);
    abort();
}

/* One more place at the end of a list of count things of that size. */
static void *grow(void *list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return list;
    *room = *room > 0 ? 2 * *room : 32;
    return disk_memory(list, *room * size);
}

static void *copy(const void *bytes, size_t size)
{
    return bytes != NULL ? memcpy(disk_memory(NULL, size), bytes, size) : NULL;
}

static char *copy_text(const char *text)
{
    return text != NULL ? copy(text, strlen(text) + 1) : NULL;
}

/* --- Names --------------------------------------------------------------------------------------------------- */

static size_t find(const struct disk_names *names, const char *path)
{
    size_t i = 0;
    while (i < names->count && strcmp(names->list[i].path, path) != 0)
        i++;
    return i;
}

int disk_names_find(const struct disk_names *names, const char *path)
{
    size_t i = find(names, path);
    return i < names->count ? names->list[i].inode : -1;
}

void disk_names_set(struct disk_names *names, const char *path, int inode)
{
    size_t i = find(names, path);
    if (i == names->count) {
        names->list = grow(names->list, names->count, &names->room, sizeof *names->list);
        names->list[names->count++].path = copy_text(path);
    }
    names->list[i].inode = inode;
}

void disk_names_remove(struct disk_names *names, const char *path)
{
    size_t i = find(names, path);
    if (i == names->count)
        return;
    free(names->list[i].path);
    names->list[i] = names->list[--names->count];
}

void disk_names_finish(struct disk_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->list[i].path);
    free(names->list);
    *names = (struct disk_names){0};
}

bool disk_in_folder(const char *path, const char *folder)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash != NULL ? (size_t)(slash - path) : 0;
    return *path != '\0' && strlen(folder) == length && memcmp(path, folder, length) == 0;
}

/* --- The tree as watching begins ----------------------------------------------------------------------------- */

static int add_inode(struct disk_record *record, bool folder)
{
    record->inodes = grow(record->inodes, record->inode_count, &record->inode_room, sizeof *record->inodes);
    record->inodes[record->inode_count] = (struct disk_inode){.folder = folder};
    return (int)record->inode_count++;
}

static void read_file(struct disk_inode *inode, const char *path, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    disk_require(fd >= 0, "open", path);
    inode->bytes = disk_memory(NULL, size);
    inode->size = size;
    disk_require(read(fd, inode->bytes, size) == (ssize_t)size, "read", path);
    close(fd);
}

static void read_folder(struct disk_record *record, const char *root, const char *folder)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", root, folder);
    DIR *stream = opendir(path);
    disk_require(stream != NULL, "opendir", path);
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char name[PATH_MAX];
        struct stat status;
        int length = snprintf(name, sizeof name, "%s%s%s", folder, *folder != '\0' ? "/" : "", entry->d_name);
        disk_require(length < (int)sizeof name, "the path is too long", entry->d_name);
        disk_require(snprintf(path, sizeof path, "%s/%s", root, name) < (int)sizeof path, "too long", name);
        disk_require(lstat(path, &status) == 0, "lstat", path);
        int inode = add_inode(record, S_ISDIR(status.st_mode));
        disk_names_set(&record->base, name, inode);
        disk_names_set(&record->now, name, inode);
        if (S_ISDIR(status.st_mode))
            read_folder(record, root, name);
        else
            read_file(&record->inodes[inode], path, (size_t)status.st_size);
    }
    closedir(stream);
}

void disk_record_begin(struct disk_record *record, const char *root, const struct disk_options *options)
{
    *record = (struct disk_record){0};
    if (options != NULL)
        record->options = *options;
    int inode = add_inode(record, true);
    disk_names_set(&record->base, "", inode);
    disk_names_set(&record->now, "", inode);
    read_folder(record, root, "");
}

void disk_record_finish(struct disk_record *record)
{
    for (size_t i = 0; i < record->inode_count; i++)
        free(record->inodes[i].bytes);
    for (size_t i = 0; i < record->event_count; i++) {
        free(record->events[i].bytes);
        free(record->events[i].name);
        free(record->events[i].other);
    }
    free(record->inodes);
    free(record->events);
    disk_names_finish(&record->base);
    disk_names_finish(&record->now);
    *record = (struct disk_record){0};
}

/* --- What happens to it -------------------------------------------------------------------------------------- */

int disk_record_new(struct disk_record *record, const char *path, bool folder)
{
    int inode = add_inode(record, folder);
    disk_record_name(record, EVENT_NAME, inode, path, NULL);
    return inode;
}

void disk_record_add(struct disk_record *record, const struct disk_event *event)
{
    record->events = grow(record->events, record->event_count, &record->event_room, sizeof *record->events);
    struct disk_event *added = &record->events[record->event_count++];
    *added = *event;
    added->bytes = copy(event->bytes, event->size);
    added->name = copy_text(event->name);
    added->other = copy_text(event->other);
}

void disk_record_name(
    struct disk_record *record, enum disk_event_kind kind, int inode, const char *name, const char *other)
{
    struct disk_event event = {
        .kind = kind, .inode = inode, .name = copy_text(name), .other = copy_text(other)};
    disk_record_add(record, &event);
    if (kind == EVENT_NAME)
        disk_names_set(&record->now, name, inode);
    if (kind == EVENT_RENAME)
        disk_names_set(&record->now, other, disk_names_find(&record->now, name));
    if (kind == EVENT_RENAME || kind == EVENT_UNNAME)
        disk_names_remove(&record->now, name);
    free(event.name);
    free(event.other);
}
