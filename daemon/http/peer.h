/* peer.h: who is at the other end of a unix socket, and which roles the configuration gives him.
 *
 * Names are resolved once at start (the name service may block); afterwards only numbers are compared, so
 * that the loop never waits. A person who is given another group must therefore connect anew, and a user who
 * did not exist at start needs a restart: grants are not widened behind the operator's back.
 */
#ifndef KORDON_DAEMON_HTTP_PEER_H
#define KORDON_DAEMON_HTTP_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/failure.h"
#include "config/config.h"

#define PEER_NAME_SIZE  80
#define PEER_GROUPS_MAX 256

/* The caller of a connection. */
struct peer {
    uid_t uid;
    gid_t gid;
    pid_t pid;
    unsigned roles;            /* bits of enum role */
    char name[PEER_NAME_SIZE]; /* "user:anna" where a grant names him, else "uid:1000"; as in the log */
};

/* One name of a grant, resolved. */
struct peer_principal {
    enum role role;
    bool is_group;
    unsigned id; /* uid or gid */
    char name[CONFIG_TEXT_MAX];
};

struct peer_grants {
    size_t count;
    struct peer_principal principals[ROLE_COUNT * CONFIG_PRINCIPALS_MAX];
};

/* Looks up every user and group of the configuration's [roles]. CONFIGURATION_BAD names the one that does not
 * exist. May block; any thread. */
enum reason peer_grants_resolve(
    const struct role_grant roles[static ROLE_COUNT], struct peer_grants *grants, struct failure *failure);

/* The roles of these numbers, and the peer's name for the log. Pure. */
void peer_apply_grants(
    const struct peer_grants *grants, const gid_t *groups, size_t group_count, struct peer *peer);

/* Asks the kernel who connected that unix socket (credentials as of connect()), and applies the grants.
 * SYSTEM_ERROR. */
enum reason peer_identify(
    int socket, const struct peer_grants *grants, struct peer *peer, struct failure *failure);

/* The names of the roles in the set, comma-separated, for the log; returns text. */
const char *peer_roles_text(unsigned roles, char *text, size_t size);

#endif
