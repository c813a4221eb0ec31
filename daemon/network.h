/* network.h: whether terminals over the network are served, and what kordond says of them: who was not let in, and how old the revocation lists
 * are.
 *
 * They are served when the state has noted the revocation lists that are in force, and none of them is older than one that it has seen before
 * (revocation_marks.h). Where kordond is locked at its start it does not know what was seen, and serves them when it is not locked any more.
 * The unix socket is served in any case, so that somebody there learns why.
 *
 * Who is refused in a handshake is nobody: what is noted is the kind of refusal, each kind as one that is denied (evidence.h), so that nobody
 * fills the log by coming again. Loop's thread.
 */
#ifndef KORDON_DAEMON_NETWORK_H
#define KORDON_DAEMON_NETWORK_H

#include "daemon/evidence.h"
#include "daemon/http/tls_context.h"
#include "daemon/revocation_marks.h"

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
    struct revocation_marks marks; /* that the state has */
    bool settling;                 /* others are on their way into it */
    uint64_t retry_ms;             /* loop time before which they are not sent there again; private */
    struct failure closed;         /* why the network is not served; DONE: it is, where tls is there */
    /* It may be served from now on, or still may. Must be set; DONE, or why that fails. */
    enum reason (*open)(void *data, struct failure *failure);
    /* It is not settling any more. Must be set. */
    void (*settled)(void *data);
    void *data;
};

/* The context from now on; it is kept. NULL: none. */
void network_use(struct network *network, struct tls_context *tls);

/* Begins to find out whether it may be served, and opens it, or says in the log and on standard error why it stays closed. Ends at a later turn
 * of the loop where settling is set. */
void network_settle(struct network *network);

/* Notes lists of a time to come that have begun to hold meanwhile; to be called about each second, while nobody changes the context or the marks. Where
 * that fails it goes on being served, and tries again. Ends at a later turn of the loop where settling is set. */
void network_note_begun(struct network *network);

/* It stays closed, for that reason. Before it was opened. */
void network_keep_closed(struct network *network, const struct failure *failure);

/* The state has these marks from now on, which hold for the context in force: so it is served, if it was not. */
void network_take_marks(struct network *network, const struct revocation_marks *marks);

/* Takes a zeroed struct. */
void network_finish(struct network *network);

void network_not_let_in(struct network *network, enum tls_refusal refusal);

/* Says in the log when a revocation list has become stale, too old, or fresh again; to be called about each second. */
void network_look(struct network *network);

#endif
