/* query.h: what paths and queries name. Pure; any thread. */
#ifndef KORDON_DAEMON_API_QUERY_H
#define KORDON_DAEMON_API_QUERY_H

#include "daemon/http/server.h"
#include "store/watchlist.h"

#define QUERY_NUMBER_MAX 999999999999999 /* the largest that is read */

/* A whole number of the query, and nothing but that, within lowest..highest; fallback where it is not given. BAD_REQUEST. */
enum reason query_number(const struct http_request *request, const char *name, uint64_t lowest,
    uint64_t highest, uint64_t fallback, uint64_t *value, struct failure *failure);

/* The watchlist entry that the path names. ENTRY_NOT_FOUND where it can't be one. */
enum reason path_entry(const struct http_request *request, struct watchlist_id *id, struct failure *failure);

/* The log entry that the path names. ENTRY_NOT_FOUND where it can't be one. */
enum reason path_sequence(const struct http_request *request, uint64_t *seq, struct failure *failure);

#endif
