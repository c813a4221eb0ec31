/* principal.h: who asks: a person or a device, and what proves it.
 *
 * A principal owns what it began (transactions, imports) and answers for what it uses (quota.h). What somebody only says of
 * himself or of others is no principal: it is recorded as claimed (T8). Values; any thread.
 */
#ifndef KORDON_DAEMON_PRINCIPAL_H
#define KORDON_DAEMON_PRINCIPAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"

#define PRINCIPAL_NAME_SIZE 80

/* What proves who it is. */
enum principal_proof {
    PRINCIPAL_UNPROVEN,     /* nobody: owns nothing, may nothing */
    PRINCIPAL_BY_SOCKET = 1 /* the kernel's word for who connected a unix socket */
};

struct principal {
    enum principal_proof proof;
    uint32_t uid;                   /* PRINCIPAL_BY_SOCKET */
    unsigned roles;                 /* bits of enum role */
    char name[PRINCIPAL_NAME_SIZE]; /* "user:anna", or "uid:1000" where this machine knows no such user */
};

/* Whether both are the same person or device, proven in the same way. Nobody is the same as nobody. */
bool principal_is(const struct principal *principal, const struct principal *other);

/* The names of the roles in the set, comma-separated, for the log; returns text. */
const char *principal_roles_text(unsigned roles, char *text, size_t size);

#endif
