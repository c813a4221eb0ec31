#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum reason read_exactly(
    int fd, const char *path, uint8_t *bytes, size_t size, struct failure *failure)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = read(fd, bytes + done, size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failure_set_errno(failure, errno, path, "read");
        if (got == 0)
            return failure_set(failure, REASON_FILE_ERROR, path, "it became shorter while it was read");
        done += (size_t)got;
    }
    return REASON_DONE;
}

/* Reads all of fd, which it closes. */
static enum reason read_whole(
    int fd, const char *path, size_t limit, uint8_t **bytes, size_t *size, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    uint8_t *buffer = NULL;
    struct stat status;
    if (fstat(fd, &status) != 0) {
        reason = failure_set_errno(failure, errno, path, "fstat");
        goto out;
    }
    if (!S_ISREG(status.st_mode)) {
        reason = failure_set(failure, REASON_FILE_ERROR, path, "not a regular file");
        goto out;
    }
    if (status.st_size < 0 || (uintmax_t)status.st_size > limit) {
        reason = failure_set(failure, REASON_TOO_LARGE, path, "%jd bytes, at most %zu are allowed",
            (intmax_t)status.st_size, limit);
        goto out;
    }
    size_t file_size = (size_t)status.st_size;
    buffer = malloc(file_size + 1);
    if (buffer == NULL) {
        reason = failure_set(failure, REASON_NO_MEMORY, path, "%zu bytes", file_size);
        goto out;
    }
    reason = read_exactly(fd, path, buffer, file_size, failure);
    if (reason != REASON_DONE)
        goto out;
    buffer[file_size] = 0;
    *bytes = buffer;
    *size = file_size;
    buffer = NULL;
out:
    free(buffer);
    close(fd);
    return reason;
}

#define READ_FLAGS (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

static enum reason read_at(int folder, const char *name, int flags, const char *path, size_t limit,
    uint8_t **bytes, size_t *size, struct failure *failure)
{
    *bytes = NULL;
    *size = 0;
    int fd = openat(folder, name, READ_FLAGS | flags);
    if (fd < 0 && errno == ELOOP && flags == O_NOFOLLOW)
        return failure_set(
            failure, REASON_FILE_ERROR, path, "it is a symbolic link: name the file that it leads to");
    if (fd < 0)
        return failure_set_errno(failure, errno, path, "open");
    return read_whole(fd, path, limit, bytes, size, failure);
}

enum reason file_read(const char *path, size_t limit, uint8_t **bytes, size_t *size, struct failure *failure)
{
    return read_at(AT_FDCWD, path, 0, path, limit, bytes, size, failure);
}

enum reason file_read_itself(
    const char *path, size_t limit, uint8_t **bytes, size_t *size, struct failure *failure)
{
    return read_at(AT_FDCWD, path, O_NOFOLLOW, path, limit, bytes, size, failure);
}

/* The part of a path behind its last slash. */
static const char *name_in(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

enum reason file_read_in(
    int folder, const char *path, size_t limit, uint8_t **bytes, size_t *size, struct failure *failure)
{
    return read_at(folder, name_in(path), O_NOFOLLOW, path, limit, bytes, size, failure);
}

static enum reason write_exactly(
    int fd, const char *path, const uint8_t *bytes, size_t size, struct failure *failure)
{
    for (size_t done = 0; done < size;) {
        ssize_t put = write(fd, bytes + done, size - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return failure_set_errno(failure, errno, path, "write");
        done += (size_t)put;
    }
    return REASON_DONE;
}

enum reason file_sync_folder(const char *path, struct failure *failure)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return failure_set_errno(failure, errno, path, "open");
    enum reason reason =
        fsync(fd) == 0 ? REASON_DONE : failure_set_errno(failure, errno, path, "fsync of the folder");
    close(fd);
    return reason;
}

static enum reason fill_new(
    int fd, const char *path, const void *bytes, size_t size, mode_t mode, struct failure *failure)
{
    TRY(write_exactly(fd, path, bytes, size, failure));
    if (fchmod(fd, mode) != 0)
        return failure_set_errno(failure, errno, path, "fchmod");
    if (fsync(fd) != 0)
        return failure_set_errno(failure, errno, path, "fsync");
    return REASON_DONE;
}

enum reason file_write(const char *path, const void *bytes, size_t size, mode_t mode, struct failure *failure)
{
    char temporary[PATH_MAX], folder[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary)
        return failure_set(failure, REASON_BAD_ARGUMENT, path, "the path is too long");
    snprintf(folder, sizeof folder, "%s", path);
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return failure_set_errno(failure, errno, path, "create");
    enum reason reason = fill_new(fd, path, bytes, size, mode, failure);
    if (close(fd) != 0 && reason == REASON_DONE)
        reason = failure_set_errno(failure, errno, path, "close");
    if (reason == REASON_DONE && rename(temporary, path) != 0)
        reason = failure_set_errno(failure, errno, path, "rename");
    if (reason != REASON_DONE) {
        unlink(temporary);
        return reason;
    }
    return file_sync_folder(dirname(folder), failure);
}

enum reason file_write_in(
    int folder, const char *path, const void *bytes, size_t size, mode_t mode, struct failure *failure)
{
    char temporary[NAME_MAX + 1];
    if (snprintf(temporary, sizeof temporary, "%s.new", name_in(path)) >= (int)sizeof temporary)
        return failure_set(failure, REASON_BAD_ARGUMENT, path, "the name is too long");
    unlinkat(folder, temporary, 0); /* what a crash left */
    int fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return failure_set_errno(failure, errno, path, "create");
    enum reason reason = fill_new(fd, path, bytes, size, mode, failure);
    if (close(fd) != 0 && reason == REASON_DONE)
        reason = failure_set_errno(failure, errno, path, "close");
    if (reason == REASON_DONE && renameat(folder, temporary, folder, name_in(path)) != 0)
        reason = failure_set_errno(failure, errno, path, "rename");
    if (reason != REASON_DONE) {
        unlinkat(folder, temporary, 0);
        return reason;
    }
    return fsync(folder) == 0 ? REASON_DONE : failure_set_errno(failure, errno, path, "fsync of the folder");
}

enum reason file_create_in(
    int folder, const char *path, const void *bytes, size_t size, mode_t mode, struct failure *failure)
{
    int fd = openat(folder, name_in(path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 && errno == EEXIST)
        return failure_set(failure, REASON_OUTPUT_EXISTS, path, NULL);
    if (fd < 0)
        return failure_set_errno(failure, errno, path, "create");
    enum reason reason = fill_new(fd, path, bytes, size, mode, failure);
    if (close(fd) != 0 && reason == REASON_DONE)
        reason = failure_set_errno(failure, errno, path, "close");
    if (reason == REASON_DONE && fsync(folder) != 0)
        reason = failure_set_errno(failure, errno, path, "fsync of the folder");
    if (reason != REASON_DONE)
        unlinkat(folder, name_in(path), 0);
    return reason;
}
