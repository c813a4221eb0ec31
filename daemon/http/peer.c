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

static bool resolve(const char *text, struct peer_principal *principal)
{
    snprintf(principal->name, sizeof principal->name, "%s", text);
    if (strncmp(text, "user:", 5) == 0)
        return lookup_user(text + 5, &principal->id);
    principal->is_group = true;
    return strncmp(text, "group:", 6) == 0 && lookup_group(text + 6, &principal->id);
}

enum reason peer_grants_resolve(
    const struct role_grant roles[static ROLE_COUNT], struct peer_grants *grants, struct failure *failure)
{
    *grants = (struct peer_grants){0};
    for (int i = 0; i < ROLE_COUNT; i++) {
        for (size_t j = 0; j < roles[i].count; j++) {
            struct peer_principal *principal = &grants->principals[grants->count++];
            principal->role = (enum role)(1 << i);
            if (!resolve(roles[i].principals[j], principal))
                return failure_set(failure, REASON_CONFIGURATION_BAD, roles[i].principals[j],
                    "[roles] %s: no such user or group here", role_name(principal->role));
        }
    }
    return REASON_DONE;
}

static bool holds_group(const struct peer *peer, const gid_t *groups, size_t group_count, unsigned group)
{
    if (peer->gid == group)
        return true;
    for (size_t i = 0; i < group_count; i++)
        if (groups[i] == group)
            return true;
    return false;
}

void peer_apply_grants(
    const struct peer_grants *grants, const gid_t *groups, size_t group_count, struct peer *peer)
{
    peer->roles = 0;
    snprintf(peer->name, sizeof peer->name, "uid:%u", (unsigned)peer->uid);
    for (size_t i = 0; i < grants->count; i++) {
        const struct peer_principal *principal = &grants->principals[i];
        bool granted = principal->is_group ? holds_group(peer, groups, group_count, principal->id)
                                           : peer->uid == principal->id;
        if (!granted)
            continue;
        peer->roles |= principal->role;
        if (!principal->is_group)
            snprintf(peer->name, sizeof peer->name, "%.*s", (int)sizeof peer->name - 1, principal->name);
    }
}

enum reason peer_identify(
    int socket, const struct peer_grants *grants, struct peer *peer, struct failure *failure)
{
    *peer = (struct peer){0};
    struct ucred credentials;
    socklen_t size = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return failure_set(failure, REASON_SYSTEM_ERROR, "peer", "SO_PEERCRED: %s", strerror(errno));
    gid_t groups[PEER_GROUPS_MAX];
    socklen_t groups_size = sizeof groups;
    /* A peer in more groups than fit is refused rather than judged by some of them. */
    if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups, &groups_size) != 0)
        return failure_set(failure, REASON_SYSTEM_ERROR, "peer", "SO_PEERGROUPS: %s", strerror(errno));
    peer->uid = credentials.uid;
    peer->gid = credentials.gid;
    peer->pid = credentials.pid;
    peer_apply_grants(grants, groups, groups_size / sizeof groups[0], peer);
    return REASON_DONE;
}

const char *peer_roles_text(unsigned roles, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < ROLE_COUNT; i++) {
        if ((roles & 1u << i) == 0 || used >= size)
            continue;
        int written =
            snprintf(text + used, size - used, "%s%s", used > 0 ? "," : "", role_name((enum role)(1 << i)));
        used += written > 0 ? (size_t)written : 0;
    }
    return text;
}
