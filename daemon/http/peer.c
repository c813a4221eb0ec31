#include "daemon/http/peer.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
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

/* --- Names of users */

static int compare_names(const void *one, const void *other)
{
    uid_t first = ((const struct peer_name *)one)->uid, second = ((const struct peer_name *)other)->uid;
    return (first > second) - (first < second);
}

/* What people read of somebody must be what he is called: printable ASCII, whole. */
static bool is_plain(const char *name)
{
    size_t size = 0;
    while (name[size] > ' ' && name[size] <= '~')
        size++;
    return size > 0 && name[size] == '\0' && size + sizeof "user:" <= PRINCIPAL_NAME_SIZE;
}

static enum reason add_name(
    struct peer_grants *grants, size_t *room, const struct passwd *entry, struct failure *failure)
{
    const struct peer_name key = {.uid = entry->pw_uid};
    if (!is_plain(entry->pw_name) ||
        lfind(&key, grants->names, &grants->name_count, sizeof key, compare_names) != NULL)
        return REASON_DONE;
    if (grants->name_count == *room) {
        struct peer_name *names = reallocarray(grants->names, *room += 256, sizeof *names);
        if (names == NULL)
            return failure_set(failure, REASON_NO_MEMORY, "names of users", NULL);
        grants->names = names;
    }
    struct peer_name *name = &grants->names[grants->name_count++];
    name->uid = entry->pw_uid;
    snprintf(name->name, sizeof name->name, "user:%s", entry->pw_name);
    return REASON_DONE;
}

enum reason peer_names_read(const char *path, struct peer_grants *grants, struct failure *failure)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return failure_set_errno(failure, errno, path, "open");
    enum reason reason = REASON_DONE;
    size_t room = 0;
    char buffer[LOOKUP_BYTES];
    struct passwd entry, *found;
    int error;
    while (reason == REASON_DONE && (error = fgetpwent_r(file, &entry, buffer, sizeof buffer, &found)) == 0)
        reason = add_name(grants, &room, found, failure);
    if (reason == REASON_DONE && error != ENOENT)
        reason = failure_set_errno(failure, error, path, "read");
    fclose(file);
    if (grants->name_count > 0)
        qsort(grants->names, grants->name_count, sizeof grants->names[0], compare_names);
    return reason;
}

void peer_grants_finish(struct peer_grants *grants)
{
    free(grants->names);
    grants->names = NULL;
    grants->name_count = 0;
}

static void name_principal(const struct peer_grants *grants, struct principal *principal)
{
    const struct peer_name key = {.uid = principal->uid};
    const struct peer_name *name =
        grants->name_count > 0 ? bsearch(&key, grants->names, grants->name_count, sizeof key, compare_names)
                               : NULL;
    if (name != NULL)
        snprintf(principal->name, sizeof principal->name, "%s", name->name);
    else
        snprintf(principal->name, sizeof principal->name, "uid:%u", (unsigned)principal->uid);
}

/* --- Who it is */

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
    name_principal(grants, principal);
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
