/* list_import.h: a watchlist on its way in over the API, and the erasure of an entry.
 *
 * Entries are taken apart and extracted in the search pool, sealed and staged by the journal thread; commit
 * installs them in one transaction with their log entry, and answers when the new list is searched. One
 * import at a time: a new one ends an unfinished one. Loop's thread.
 */
#ifndef KORDON_DAEMON_LIST_IMPORT_H
#define KORDON_DAEMON_LIST_IMPORT_H

#include "daemon/kordond.h"

#define LIST_NAME_SIZE 256

/* Bytes of an entry's JSON: ten files in base64 would be too much to hold for one request; four of the
 * largest are allowed. */
size_t list_import_entry_limit(size_t sample_bytes);

/* Each answers the request, now or later. */
void list_import_begin(
    struct kordond *kordond, struct http_request *request, const char *list_name, uint64_t list_version);
void list_import_add(struct kordond *kordond, struct http_request *request);
void list_import_commit(struct kordond *kordond, struct http_request *request, const char *justification);
void list_import_cancel(struct kordond *kordond, struct http_request *request);
void list_erase(struct kordond *kordond, struct http_request *request, const struct watchlist_id *id,
    const char *justification);

/* At stop: ends an unfinished import without a client's asking. */
void list_import_stop(struct kordond *kordond);

#endif
