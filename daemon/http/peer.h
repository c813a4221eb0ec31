/* peer.h: who is at the other end of a unix socket, and which roles the configuration gives him.
 *
 * Names are resolved at the start and at a reload, off the loop (the name service may block); between them only numbers are
 * compared. A person who is given another group must therefore connect anew, and a user who did not exist needs a
 * reload: grants are not widened behind the operator's back. The names under which principals are recorded are those of /etc/passwd
 * then, and of the users that [roles] names: a user made later, or known to a name service only, is "uid:N". The number is recorded
 * beside the name in any case.
 */
#ifndef KORDON_DAEMON_HTTP_PEER_H
#define KORDON_DAEMON_HTTP_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/failure.h"
#include "daemon/principal.h"

#define PEER_GROUPS_MAX 256

/* One name of a grant, resolved. */
struct peer_grant {
    enum role role;
    bool is_group;
    unsigned id; /* uid or gid */
    char name[CONFIG_TEXT_MAX];
};

/* Who has a number on this machine. */
struct peer_name {
    uid_t uid;
    char name[PRINCIPAL_NAME_SIZE]; /* "user:anna" */
};

/* Who may what, and how users are called. */
struct peer_grants {
    size_t count;
    struct peer_grant grants[ROLE_COUNT * CONFIG_PRINCIPALS_MAX];
    struct peer_name *names; /* ascending by uid, each once */
    size_t name_count;
};

/* Looks up every user and group of the configuration's [roles]. CONFIGURATION_BAD names the one that does not
 * exist. May block; any thread. */
enum reason peer_grants_resolve(
    const struct role_grant roles[static ROLE_COUNT], struct peer_grants *grants, struct failure *failure);

/* Reads the names of a file like /etc/passwd into grants. A line that is none, or whose name could not stand in the log as it is, has no
 * name here; the first of two with one uid counts. FILE_NOT_FOUND, FILE_ERROR, NO_MEMORY. May block. */
enum reason peer_names_read(const char *path, struct peer_grants *grants, struct failure *failure);

/* Frees the names. Takes a zeroed struct. */
void peer_grants_finish(struct peer_grants *grants);

/* The groups that somebody is in. */
struct peer_groups {
    gid_t first;
    size_t count;
    gid_t groups[PEER_GROUPS_MAX]; /* the further ones */
};

/* Fills in principal: the roles and the name of who has these numbers. Pure. */
void peer_apply_grants(const struct peer_grants *grants, uid_t uid, const struct peer_groups *groups,
    struct principal *principal);

/* Asks the kernel who connected that unix socket (credentials as of connect()), and applies the grants.
 * SYSTEM_ERROR. */
enum reason peer_identify(
    int socket, const struct peer_grants *grants, struct principal *principal, struct failure *failure);

#endif
