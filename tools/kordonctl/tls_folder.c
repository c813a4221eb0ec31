#include "tools/kordonctl/tls_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum reason check_owner(int descriptor, const char *path, struct failure *failure)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return failure_set_errno(failure, errno, path, "fstat");
    if (status.st_uid != geteuid())
        return failure_set(failure, REASON_NOT_PERMITTED, path,
            "user %ju owns this folder; keys go into one of your own", (uintmax_t)status.st_uid);
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return failure_set(failure, REASON_NOT_PERMITTED, path,
            "its mode is %04o, others may write to it: chmod go-w, or name another folder",
            (unsigned)(status.st_mode & 07777));
    return REASON_DONE;
}

static enum reason open_checked(const char *path, struct tls_folder *folder, struct failure *failure)
{
    folder->descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (folder->descriptor < 0 && errno == ENOTDIR)
        return failure_set(failure, REASON_FILE_ERROR, path,
            "it is no folder, or a symbolic link to one: name the folder itself");
    if (folder->descriptor < 0)
        return failure_set_errno(failure, errno, path, "open the folder");
    TRY(check_owner(folder->descriptor, path, failure));
    return realpath(path, folder->path) != NULL ? REASON_DONE
                                                : failure_set_errno(failure, errno, path, "realpath");
}

enum reason tls_folder_open(const char *path, bool make, struct tls_folder *folder, struct failure *failure)
{
    *folder = (struct tls_folder){.descriptor = -1};
    if (make && mkdir(path, 0700) != 0 && errno != EEXIST)
        return failure_set_errno(failure, errno, path, "mkdir");
    enum reason reason = open_checked(path, folder, failure);
    if (reason != REASON_DONE)
        tls_folder_close(folder);
    return reason;
}

void tls_folder_close(struct tls_folder *folder)
{
    if (folder->descriptor >= 0)
        close(folder->descriptor);
    folder->descriptor = -1;
}

enum reason tls_folder_file(const struct tls_folder *folder, const char *name, const char *ending,
    char path[static PATH_MAX], struct failure *failure)
{
    if (snprintf(path, PATH_MAX, "%s/%s%s", folder->path, name, ending) < PATH_MAX)
        return REASON_DONE;
    return failure_set(failure, REASON_BAD_ARGUMENT, folder->path, "the path is too long");
}

enum reason tls_folder_check_new(const struct tls_folder *folder, const char *path, struct failure *failure)
{
    struct stat status;
    if (fstatat(folder->descriptor, strrchr(path, '/') + 1, &status, AT_SYMLINK_NOFOLLOW) == 0)
        return failure_set(failure, REASON_OUTPUT_EXISTS, path, NULL);
    return errno == ENOENT ? REASON_DONE : failure_set_errno(failure, errno, path, "look for it");
}
