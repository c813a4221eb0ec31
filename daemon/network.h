/* network.h: what kordond says of its terminals over the network: who was not let in, and how old the revocation lists are.
 *
 * Who is refused in a handshake is nobody: what is noted is the kind of refusal, each kind as one that is denied (evidence.h), so that nobody
 * fills the log by coming again. Loop's thread.
 */
#ifndef KORDON_DAEMON_NETWORK_H
#define KORDON_DAEMON_NETWORK_H

#include "daemon/evidence.h"
#include "daemon/http/tls_context.h"

/* What was said last of an authority's list; private. */
struct network_told {
    char name[CONFIG_ITEM_NAME_SIZE];
    enum tls_list_state state;
};

struct network {
    struct evidence *evidence;
    struct tls_context *tls; /* in force; NULL: the network is not served */
    uint64_t refused[TLS_REFUSAL_COUNT];
    struct network_told told[CONFIG_AUTHORITIES_MAX];
    size_t told_count;
};

/* The context from now on; it is kept. NULL: none. */
void network_use(struct network *network, struct tls_context *tls);

/* Takes a zeroed struct. */
void network_finish(struct network *network);

void network_not_let_in(struct network *network, enum tls_refusal refusal);

/* Says in the log when a revocation list has become stale, too old, or fresh again; to be called about each second. */
void network_look(struct network *network);

#endif
