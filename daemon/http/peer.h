/* peer.h: who is at the other end of a connection, and which roles the configuration gives him.
 *
 * Names are resolved at the start and at a reload, off the loop (the name service may block); between them only numbers and texts are
 * compared. A person who is given another group must therefore connect anew, and a user who did not exist needs a
 * reload: grants are not widened behind the operator's back. Persons and devices of the register are recorded under their names there,
 * other users under those of /etc/passwd then, and of the users that [roles] names: a user made later, or known to a name service only, is
 * "uid:N". What proved it is recorded beside the name in any case.
 */
#ifndef KORDON_DAEMON_HTTP_PEER_H
#define KORDON_DAEMON_HTTP_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/failure.h"
#include "daemon/register.h"

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
    struct staff_register staff;
    size_t count; /* of [roles] */
    struct peer_grant grants[ROLE_COUNT * CONFIG_PRINCIPALS_MAX];
    struct peer_name *names; /* ascending by uid, each once */
    size_t name_count;
};

/* Looks up every person and device, and every user and group of [roles]. CONFIGURATION_BAD names the one that does not exist, or that
 * would hold roles that exclude each other; NO_MEMORY. May block; any thread. To be finished in any case. */
enum reason peer_grants_resolve(
    const struct configuration *configuration, struct peer_grants *grants, struct failure *failure);

/* Reads the names of a file like /etc/passwd into grants. A line that is none, or whose name could not stand in the log as it is, has no
 * name here; the first of two with one uid counts. FILE_NOT_FOUND, FILE_ERROR, NO_MEMORY. May block. */
enum reason peer_names_read(const char *path, struct peer_grants *grants, struct failure *failure);

/* Takes a zeroed struct. */
void peer_grants_finish(struct peer_grants *grants);

/* The groups that somebody is in. */
struct peer_groups {
    gid_t first;
    size_t count;
    gid_t groups[PEER_GROUPS_MAX]; /* the further ones */
};

/* Fills in principal: the roles and the name of who has these numbers. Where groups bring roles together that exclude each other he has
 * none, and principal->objection says why. Pure. */
void peer_apply_grants(const struct peer_grants *grants, uid_t uid, const struct peer_groups *groups,
    struct principal *principal);

/* Who shows a certificate that this authority issued and that was proven. names: its subject alternative names as "DNS:lane-3",
 * "email:anna@border.example", "URI:...". One that is nobody's in the register is proven, but has no role. NOT_PERMITTED where its names are
 * those of two. Pure. */
enum reason peer_of_certificate(const struct peer_grants *grants, const char *authority,
    const char *const *names, size_t name_count, struct principal *principal, struct failure *failure);

/* How many hold one of these roles at least, each counted once. */
struct role_count peer_count_roles(const struct peer_grants *grants, unsigned roles);

/* Whether what proved that person of the register ("uid:1000", "certificate:post-ca/DNS:anna") still does, and he holds one of the roles by it,
 * or could by a group of the machine, whose members nobody here knows. Pure. */
bool peer_person_may(const struct peer_grants *grants, const char *name, const char *proof, unsigned roles);

/* The roles that these grants give to somebody who was identified under earlier ones: by what proved him, and by groups of the machine no more than he
 * held then, where some group still gives them. None where he is somebody else by now, or they exclude each other. Pure. */
unsigned peer_roles_now(const struct peer_grants *grants, const struct principal *principal);

/* Asks the kernel who connected that unix socket (credentials as of connect()), and applies the grants.
 * SYSTEM_ERROR. */
enum reason peer_identify(
    int socket, const struct peer_grants *grants, struct principal *principal, struct failure *failure);

#endif
