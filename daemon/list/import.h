/* import.h: a watchlist on its way in. One at a time, and it has an owner: nobody else goes on with it, a refused one
 * leaves it alone, and whoever stays away too long loses it.
 *
 *     begin    the ids that people have on the list in force are read, the store begins to stage      import.c
 *     add      entries are read and enrolled by the search threads, then staged by the journal thread import_add.c
 *     commit   the new set is built and proven beside the old one, then installed (or was a dry run)  install.c
 *     cancel   what was staged goes; also at a stop, and when nobody went on for ten minutes          import.c
 *
 * Whatever fails leaves the list in force searched. How far it is is told by EVENT_IMPORT. Loop's thread.
 */
#ifndef KORDON_DAEMON_LIST_IMPORT_H
#define KORDON_DAEMON_LIST_IMPORT_H

#include "base/locked_memory.h"
#include "daemon/list/list.h"
#include "list/change.h"

/* Bytes of a body of entries: ten files in base64 would be too much to hold for one request; four of the
 * largest are allowed. */
size_t list_import_body_limit(size_t sample_bytes);

/* Who goes on with an import, and which he names. */
struct list_import_claim {
    const struct principal *principal;
    const char *id; /* need not end with a zero */
    size_t id_size;
};

/* DONE: the waiter will be told when the step is done. Otherwise it will not: IMPORT_NOT_FOUND, BUSY, STOPPING, NO_MEMORY, and why the
 * import can't go on; of commit also those of list_change_check(). */
enum reason list_import_begin(struct list *list, const struct principal *principal,
    const struct list_request *wanted, struct list_waiter *waiter, struct failure *failure);

/* Of several entries in one body each fault is kept; one alone is refused with its first. body is taken over where DONE is returned;
 * size: of what it holds. */
enum reason list_import_add(struct list *list, const struct list_import_claim *claim,
    struct locked_memory *body, size_t size, struct list_waiter *waiter, struct failure *failure);

enum reason list_import_commit(struct list *list, const struct list_import_claim *claim,
    const char *justification, struct list_waiter *waiter, struct failure *failure);

/* Its owner, or another supervisor: nobody's list may be held up by one who does not come back. */
enum reason list_import_cancel(struct list *list, const struct list_import_claim *claim,
    struct list_waiter *waiter, struct failure *failure);

/* How far it is; texts are the import's. Any supervisor may see it: he may have to wait for it, or to end it. */
struct list_import_state {
    const char *id, *owner, *state;
    const struct list_change *change;
};
struct list_import_state list_import_state(const struct list_import *import);

/* Ends an import that nobody went on with; called each second. */
void list_import_look(struct list *list);

/* At stop: ends an unfinished import without a client's asking. */
void list_import_stop(struct list *list);

/* At the end, without the journal thread: forgets one that a stop did not wait for; the next start sweeps what it staged. */
void list_import_drop(struct list *list);

#endif
