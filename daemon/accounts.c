#include "daemon/accounts.h"

#include <grp.h>
#include <pwd.h>
#include <stddef.h>

#define LOOKUP_BYTES 16384

bool account_user(const char *name, uint32_t *uid)
{
    char buffer[LOOKUP_BYTES];
    struct passwd entry, *found = NULL;
    if (getpwnam_r(name, &entry, buffer, sizeof buffer, &found) != 0 || found == NULL)
        return false;
    *uid = entry.pw_uid;
    return true;
}

bool account_group(const char *name, uint32_t *gid)
{
    char buffer[LOOKUP_BYTES];
    struct group entry, *found = NULL;
    if (getgrnam_r(name, &entry, buffer, sizeof buffer, &found) != 0 || found == NULL)
        return false;
    *gid = entry.gr_gid;
    return true;
}
