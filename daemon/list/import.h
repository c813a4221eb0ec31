/* list_import.h: a watchlist on its way in over the API. One at a time, and it has an owner: nobody else goes on with it, a refused one
 * leaves it alone, and whoever stays away too long loses it.
 *
 *     begin    the ids that people have on the list in force are read, the store begins to stage      list_import.c
 *     add      entries are read and enrolled by the search threads, then staged by the journal thread list_import_add.c
 *     commit   the new set is built and proven beside the old one, then installed (or was a dry run)  list_install.c
 *     cancel   what was staged goes; also at a stop, and when nobody went on for ten minutes   list_import.c
 *
 * Whatever fails leaves the list in force searched. Loop's thread.
 */
#ifndef KORDON_DAEMON_LIST_IMPORT_H
#define KORDON_DAEMON_LIST_IMPORT_H

#include "daemon/kordond.h"
#include "list/change.h"

/* Bytes of a body of entries: ten files in base64 would be too much to hold for one request; four of the
 * largest are allowed. */
size_t list_import_body_limit(size_t sample_bytes);

/* Each answers the request, now or later. */
void list_import_begin(
    struct kordond *kordond, struct http_request *request, const struct list_request *wanted);
void list_import_show(struct kordond *kordond, struct http_request *request);
void list_import_add(struct kordond *kordond, struct http_request *request);
void list_import_commit(struct kordond *kordond, struct http_request *request, const char *justification);
void list_import_cancel(struct kordond *kordond, struct http_request *request);

/* Ends an import that nobody went on with; called each second. */
void list_import_look(struct kordond *kordond);

/* At stop: ends an unfinished import without a client's asking. */
void list_import_stop(struct kordond *kordond);

/* At the end, without the journal thread: forgets one that a stop did not wait for; the next start sweeps what it staged. */
void list_import_drop(struct kordond *kordond);

#endif
