/* principal.h: who asks: a person or a device, and what proves it.
 *
 * A principal owns what it began (transactions, imports) and answers for what it uses (quota.h). Who is in the register (register.h) is one
 * principal, whatever proves it; who is not is one by what proves it. What somebody only says of himself or of others is no principal: it
 * is recorded as claimed (T8). Values; any thread.
 */
#ifndef KORDON_DAEMON_PRINCIPAL_H
#define KORDON_DAEMON_PRINCIPAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "crypto/digest.h"

#define PRINCIPAL_NAME_SIZE  256
#define PRINCIPAL_PROOF_SIZE 256

/* What proves who it is. */
enum principal_proof {
    PRINCIPAL_UNPROVEN,      /* nobody: owns nothing, may nothing */
    PRINCIPAL_BY_SOCKET,     /* the kernel's word for who connected a unix socket */
    PRINCIPAL_BY_CERTIFICATE /* a client certificate that a known authority issued */
};

/* Which of its authority's certificates: what a revocation list knows it by. */
#define PRINCIPAL_SERIAL_SIZE 41
struct principal_certificate {
    char serial[PRINCIPAL_SERIAL_SIZE]; /* lower-case hex; "": not known, or longer than any may be */
    /* Whose it is: SHA-256 of the authority's name and key, lower-case hex. */
    char authority[DIGEST_HEX_SIZE];
    int64_t until; /* when it ends by itself; seconds since 1970 */
};

struct principal {
    enum principal_proof proof;
    bool registered; /* then name alone says who it is */
    uint32_t uid;    /* PRINCIPAL_BY_SOCKET */
    unsigned roles;  /* bits of enum role */
    /* Constant: why it has none of the roles that were given to it; NULL: there is no such reason. */
    const char *objection;
    /* "person:anna", "device:lane-3"; of who is not registered "user:anna", or "uid:1000" where this machine knows no such user, or
     * "certificate:post-ca/DNS:lane-3" */
    char name[PRINCIPAL_NAME_SIZE];
    char proven_by[PRINCIPAL_PROOF_SIZE];     /* "user:anna uid 1000", "certificate:post-ca/DNS:lane-3" */
    struct principal_certificate certificate; /* PRINCIPAL_BY_CERTIFICATE */
};

/* Whether both are the same person or device: registered ones by name, else by the same uid, or the same certificate's name. Nobody is
 * the same as nobody. */
bool principal_is(const struct principal *principal, const struct principal *other);

/* Who it is as one text, the same for what principal_is() finds the same, and for nobody else: "person:anna", "uid:1000",
 * "certificate:post-ca/DNS:lane-3"; "" for nobody. Returns text. */
#define PRINCIPAL_IDENTITY_SIZE PRINCIPAL_NAME_SIZE
const char *principal_identity(const struct principal *principal, char text[static PRINCIPAL_IDENTITY_SIZE]);

/* The names of the roles in the set, comma-separated, for the log; returns text. */
const char *principal_roles_text(unsigned roles, char *text, size_t size);

#endif
