/* The machine key as 32 bytes in a file: for development, and for machines whose disk is protected otherwise. */
#include "crypto/key_provider_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/locked_memory.h"
#include "crypto/random.h"
#include "crypto/secret_file.h"

static enum reason check_path(const char *path, struct failure *failure)
{
    /* A path that depends on where the program was started would find another key, or none. */
    if (path[0] != '/')
        return failure_set(
            failure, REASON_CONFIGURATION_BAD, "machine key", "file:%s is not an absolute path", path);
    return strlen(path) < PATH_MAX - 8
               ? REASON_DONE
               : failure_set(failure, REASON_CONFIGURATION_BAD, "machine key", "the path is too long");
}

static enum reason check_file(int fd, const char *path, struct failure *failure)
{
    size_t size;
    TRY(secret_file_check(fd, path, &size, failure));
    if (size != KEY_BYTES)
        return failure_set(
            failure, REASON_BAD_FORMAT, path, "%zu bytes; a machine key has %d", size, KEY_BYTES);
    return REASON_DONE;
}

static enum reason read_key(int fd, const char *path, uint8_t *key, struct failure *failure)
{
    for (size_t done = 0; done < KEY_BYTES;) {
        ssize_t got = read(fd, key + done, KEY_BYTES - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failure_set_errno(failure, errno, path, "read");
        if (got == 0)
            return failure_set(failure, REASON_BAD_FORMAT, path, "it became shorter while it was read");
        done += (size_t)got;
    }
    return REASON_DONE;
}

/* A file system that lost its data in a crash gives zeroes; they must not pass for a key. */
static bool all_zero(const uint8_t key[static KEY_BYTES])
{
    uint8_t any = 0;
    for (size_t i = 0; i < KEY_BYTES; i++)
        any |= key[i];
    return any == 0;
}

static enum reason load(const char *path, uint8_t key[static KEY_BYTES], struct failure *failure)
{
    TRY(check_path(path, failure));
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return failure_set(failure, REASON_KEY_MISSING, path, "no such file");
    if (fd < 0)
        return failure_set_errno(failure, errno, path, "open");
    enum reason reason = check_file(fd, path, failure);
    if (reason == REASON_DONE)
        reason = read_key(fd, path, key, failure);
    if (reason == REASON_DONE && all_zero(key))
        reason = failure_set(failure, REASON_BAD_FORMAT, path, "it holds only zeroes");
    close(fd);
    return reason;
}

static enum reason write_key(int fd, const char *path, const uint8_t *key, struct failure *failure)
{
    ssize_t put = write(fd, key, KEY_BYTES);
    if (put < 0)
        return failure_set_errno(failure, errno, path, "write");
    if (put != KEY_BYTES)
        return failure_set(failure, REASON_DISK_FULL, path, "%zd bytes of %d written", put, KEY_BYTES);
    if (fchmod(fd, S_IRUSR | S_IWUSR) != 0)
        return failure_set_errno(failure, errno, path, "fchmod");
    if (fsync(fd) != 0)
        return failure_set_errno(failure, errno, path, "fsync");
    return REASON_DONE;
}

/* link() gives the file its name only where that is free, in one step; rename() would replace another key. */
static enum reason take_name(const char *temporary, const char *path, struct failure *failure)
{
    if (link(temporary, path) == 0)
        return REASON_DONE;
    if (errno == EEXIST)
        return failure_set(failure, REASON_OUTPUT_EXISTS, path, "a machine key is never overwritten");
    return failure_set_errno(failure, errno, path, "link");
}

static enum reason store_new(const char *path, const uint8_t *key, struct failure *failure)
{
    char temporary[PATH_MAX], folder[PATH_MAX];
    snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    snprintf(folder, sizeof folder, "%s", path);
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return failure_set_errno(failure, errno, path, "create");
    enum reason reason = write_key(fd, path, key, failure);
    if (close(fd) != 0 && reason == REASON_DONE)
        reason = failure_set_errno(failure, errno, path, "close");
    if (reason == REASON_DONE)
        reason = take_name(temporary, path, failure);
    if (unlink(temporary) != 0 && reason == REASON_DONE)
        reason = failure_set_errno(failure, errno, path, "unlink");
    return reason == REASON_DONE ? file_sync_folder(dirname(folder), failure) : reason;
}

static enum reason create(const char *path, struct failure *failure)
{
    TRY(check_path(path, failure));
    struct locked_memory key;
    TRY(locked_memory_init(&key, KEY_BYTES, failure));
    enum reason reason = random_secret(key.bytes, KEY_BYTES, failure);
    if (reason == REASON_DONE)
        reason = store_new(path, key.bytes, failure);
    locked_memory_finish(&key);
    return reason;
}

/* --- Its successor --- */

static enum reason name_next(const char *path, char *next, size_t size, struct failure *failure)
{
    enum reason reason = check_path(path, failure);
    int length = snprintf(next, size, "%s.next", path);
    if (reason == REASON_DONE && (length < 0 || (size_t)length >= size))
        reason = failure_set(failure, REASON_CONFIGURATION_BAD, "machine key", "the path is too long");
    return reason;
}

/* The file's blocks, through the descriptor that was opened while it had its name. What a disk keeps aside of them nobody
 * can promise. */
static enum reason overwrite(int fd, const char *path, struct failure *failure)
{
    static const uint8_t zeroes[KEY_BYTES];
    if (pwrite(fd, zeroes, sizeof zeroes, 0) != (ssize_t)sizeof zeroes)
        return failure_set_errno(failure, errno, path, "overwrite the old key");
    if (fsync(fd) != 0)
        return failure_set_errno(failure, errno, path, "fsync");
    return REASON_DONE;
}

static enum reason promote(const char *path, const char *next, struct failure *failure)
{
    uint8_t key[KEY_BYTES];
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    enum reason reason = load(next, key, failure);
    memory_wipe(key, sizeof key);
    if (reason != REASON_DONE)
        return reason;
    int old = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (old < 0 && errno != ENOENT)
        return failure_set_errno(failure, errno, path, "open");
    if (rename(next, path) != 0)
        reason = failure_set_errno(failure, errno, path, "rename");
    if (reason == REASON_DONE)
        reason = file_sync_folder(dirname(folder), failure);
    if (reason == REASON_DONE && old >= 0)
        reason = overwrite(old, path, failure);
    if (old >= 0)
        close(old);
    return reason;
}

const struct key_provider_kind key_file_kind = {
    .scheme = "file", .create = create, .load = load, .name_next = name_next, .promote = promote};
