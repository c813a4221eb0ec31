/* tls_context.h: what TLS is spoken with: kordond's certificate and key, whose client certificates are taken, and which of them are revoked.
 *
 * TLS 1.3 alone, without tickets, resumption, early data; a client without a certificate that holds is refused by the library's own
 * verification. A client authority issues its certificates itself (no certificates between), and is a self-signed certificate. Its revocation
 * list, where it is given one, is asked for each certificate; when its next update is overdue it is gone by for the grace, and then
 * everybody of that authority is refused: nobody knows who was revoked since.
 *
 * tls_*.c are the only files of the daemon that know OpenSSL. Read by any thread (tls_context_read() blocks on files), then used by the
 * loop's alone.
 */
#ifndef KORDON_DAEMON_HTTP_TLS_CONTEXT_H
#define KORDON_DAEMON_HTTP_TLS_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "crypto/digest.h"
#include "daemon/principal.h"

/* Why a client was not let in: id, word for the log and the metrics. */
#define TLS_REFUSALS(REFUSAL)                                                                                \
    REFUSAL(NO_CERTIFICATE, "no certificate")                                                                \
    REFUSAL(UNKNOWN_AUTHORITY, "unknown authority")                                                          \
    REFUSAL(EXPIRED, "expired")                                                                              \
    REFUSAL(NOT_YET_VALID, "not yet valid")                                                                  \
    REFUSAL(REVOKED, "revoked")                                                                              \
    REFUSAL(WRONG_USAGE, "wrong usage")                                                                      \
    REFUSAL(REVOCATION_LIST_STALE, "revocation list stale")                                                  \
    REFUSAL(OTHER, "other") /* no TLS, another version, no end in time, ... */

enum tls_refusal {
#define TLS_REFUSAL_ENUM(id, word) TLS_REFUSAL_##id,
    TLS_REFUSALS(TLS_REFUSAL_ENUM)
#undef TLS_REFUSAL_ENUM
        TLS_REFUSAL_COUNT
};

/* The word; constant. */
const char *tls_refusal_word(enum tls_refusal refusal);

struct tls_context;

/* Reads and proves what configuration names; NULL in *context where it names no [tls] address. CONFIGURATION_BAD names the file and what is
 * wrong with it: not there, not PEM, a key of another certificate, a revocation list that the authority did not sign; KEY_UNSAFE where others
 * may read the key. */
enum reason tls_context_read(
    const struct configuration *configuration, struct tls_context **context, struct failure *failure);

/* One more owner; the last one's release frees it. The loop's thread, or whoever read it. Take NULL. */
struct tls_context *tls_context_keep(struct tls_context *context);
void tls_context_release(struct tls_context *context);

/* SHA-256 of all the files, lower-case hex: whether two were read from the same. */
const char *tls_context_hash(const struct tls_context *context);

/* When kordond's own certificate ends; seconds since 1970. */
int64_t tls_context_until(const struct tls_context *context);

/* Whether a certificate of that authority, which was proven before, would be still: false where it or the authority's own has ended, where it was
 * revoked, where another authority has that name by now, whose list says nothing of it, or where nobody can tell. now: seconds since 1970. */
bool tls_context_still_holds(const struct tls_context *context, const char *authority, size_t authority_size,
    const struct principal_certificate *certificate, int64_t now);

enum tls_list_state {
    TLS_LIST_NONE, /* the authority has no revocation list */
    TLS_LIST_FRESH,
    TLS_LIST_STALE,   /* its next update is overdue: the grace runs */
    TLS_LIST_TOO_OLD, /* the grace is over */
};

/* "none", "fresh", "stale", "too_old"; constant. */
const char *tls_list_state_name(enum tls_list_state state);

struct tls_authority_view {
    const char *name;   /* the context's, as digest */
    const char *digest; /* SHA-256 of its name and public key, lower-case hex: whose a list is */
    bool gave_up_list;  /* that it has no list is said on purpose */
    enum tls_list_state state;
    int64_t next_update; /* seconds since 1970; with a list only */
    int64_t grace_ends;
};

/* The authorities in the configuration's order: how many, and one as it is at that time (seconds since 1970). */
size_t tls_context_authorities(const struct tls_context *context);
struct tls_authority_view tls_context_authority(const struct tls_context *context, size_t index, int64_t now);

#define TLS_LIST_NUMBER_BYTES 20 /* at most: RFC 5280, 5.2.3 */
#define TLS_LIST_NUMBER_SIZE  (2 * TLS_LIST_NUMBER_BYTES + 1)

/* How new a revocation list is. */
struct tls_list_mark {
    /* The authority's digest: also where its certificate was made anew, a list is an authority's by its name and key */
    char authority[DIGEST_HEX_SIZE];
    char number
        [TLS_LIST_NUMBER_SIZE]; /* lower-case hex of full length, so that texts compare as numbers do; "": it has none */
    int64_t this_update; /* seconds since 1970 */
};

/* That of an authority's list; NULL where the authority has none by its configuration. The context's. */
const struct tls_list_mark *tls_context_mark(const struct tls_context *context, size_t index);

#endif
