/* entry_request.h: a watchlist entry as the API takes it: the manifest's JSON with each finger's file in
 * "data" (base64). Hostile bytes; any thread.
 */
#ifndef KORDON_DAEMON_ENTRY_REQUEST_H
#define KORDON_DAEMON_ENTRY_REQUEST_H

#include <jansson.h>

#include "crypto/locked_memory.h"
#include "store/watchlist.h"

/* One finger's file, as it came. */
struct entry_file {
    enum finger_position position;
    uint32_t ppi; /* 0: the file says */
    struct locked_memory bytes;
    size_t size;
};

/* The entry's texts point into json. Templates are not made yet. */
struct entry_request {
    json_t *json;
    struct watchlist_entry entry;
    struct entry_file files[WATCHLIST_FINGERS_MAX];
    size_t file_count;
};

/* BAD_JSON; BAD_VALUE with the key; and those of locked memory. *request is zeroed first; finish it in any
 * case. */
enum reason entry_request_parse(
    const void *bytes, size_t size, struct entry_request *request, struct failure *failure);
void entry_request_finish(struct entry_request *request);

#endif
