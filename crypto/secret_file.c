#include "crypto/secret_file.h"

#include <errno.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

enum reason secret_file_check(int descriptor, const char *path, size_t *size, struct failure *failure)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return failure_set_errno(failure, errno, path, "fstat");
    if (!S_ISREG(status.st_mode))
        return failure_set(failure, REASON_BAD_FORMAT, path, "not a regular file");
    if (status.st_uid != geteuid() && status.st_uid != 0)
        return failure_set(failure, REASON_KEY_UNSAFE, path, "owned by user %ju, not by this one or root",
            (uintmax_t)status.st_uid);
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return failure_set(failure, REASON_KEY_UNSAFE, path, "its mode is %04o, it must be 0600 or less",
            (unsigned)(status.st_mode & 07777));
    if (size != NULL)
        *size = (size_t)status.st_size;
    return REASON_DONE;
}
