#include "daemon/http/peer.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define LOOKUP_BYTES 16384

static bool lookup_user(const char *name, unsigned *id)
{
    char buffer[LOOKUP_BYTES];
    struct passwd entry, *found = NULL;
    if (getpwnam_r(name, &entry, buffer, sizeof buffer, &found) != 0 || found == NULL)
        return false;
    *id = entry.pw_uid;
    return true;
}

static bool lookup_group(const char *name, unsigned *id)
{
    char buffer[LOOKUP_BYTES];
    struct group entry, *found = NULL;
    if (getgrnam_r(name, &entry, buffer, sizeof buffer, &found) != 0 || found == NULL)
        return false;
    *id = entry.gr_gid;
    return true;
}

static bool resolve(const char *text, struct peer_grant *grant)
{
    snprintf(grant->name, sizeof grant->name, "%s", text);
    if (strncmp(text, "user:", 5) == 0)
        return lookup_user(text + 5, &grant->id);
    grant->is_group = true;
    return strncmp(text, "group:", 6) == 0 && lookup_group(text + 6, &grant->id);
}

enum reason peer_grants_resolve(
    const struct role_grant roles[static ROLE_COUNT], struct peer_grants *grants, struct failure *failure)
{
    *grants = (struct peer_grants){0};
    for (int i = 0; i < ROLE_COUNT; i++) {
        for (size_t j = 0; j < roles[i].count; j++) {
            struct peer_grant *grant = &grants->grants[grants->count++];
            grant->role = (enum role)(1 << i);
            if (!resolve(roles[i].principals[j], grant))
                return failure_set(failure, REASON_CONFIGURATION_BAD, roles[i].principals[j],
                    "[roles] %s: no such user or group here", role_name(grant->role));
        }
    }
    return REASON_DONE;
}

static bool holds_group(const struct peer_groups *groups, unsigned group)
{
    for (size_t i = 0; i < groups->count; i++)
        if (groups->groups[i] == group)
            return true;
    return groups->first == group;
}

void peer_apply_grants(const struct peer_grants *grants, uid_t uid, const struct peer_groups *groups,
    struct principal *principal)
{
    *principal = (struct principal){.proof = PRINCIPAL_BY_SOCKET, .uid = uid};
    snprintf(principal->name, sizeof principal->name, "uid:%u", (unsigned)uid);
    for (size_t i = 0; i < grants->count; i++) {
        const struct peer_grant *grant = &grants->grants[i];
        if (grant->is_group ? !holds_group(groups, grant->id) : uid != grant->id)
            continue;
        principal->roles |= grant->role;
        if (!grant->is_group)
            snprintf(principal->name, sizeof principal->name, "%.*s", (int)sizeof principal->name - 1,
                grant->name);
    }
}

enum reason peer_identify(
    int socket, const struct peer_grants *grants, struct principal *principal, struct failure *failure)
{
    *principal = (struct principal){0};
    struct ucred credentials;
    socklen_t size = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return failure_set(failure, REASON_SYSTEM_ERROR, "peer", "SO_PEERCRED: %s", strerror(errno));
    struct peer_groups groups = {.first = credentials.gid};
    size = sizeof groups.groups;
    /* A peer in more groups than fit is refused rather than judged by some of them. */
    if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.groups, &size) != 0)
        return failure_set(failure, REASON_SYSTEM_ERROR, "peer", "SO_PEERGROUPS: %s", strerror(errno));
    groups.count = size / sizeof groups.groups[0];
    peer_apply_grants(grants, credentials.uid, &groups, principal);
    return REASON_DONE;
}
