#include "daemon/api/query.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

enum reason query_number(const struct http_request *request, const char *name, uint64_t lowest,
    uint64_t highest, uint64_t fallback, uint64_t *value, struct failure *failure)
{
    const char *text = http_request_query(request, name);
    *value = fallback;
    if (text == NULL || text_whole_number(text, 10, lowest, highest, value))
        return REASON_DONE;
    return failure_set(failure, REASON_BAD_REQUEST, name,
        "must be a whole number from %" PRIu64 " to %" PRIu64, lowest, highest);
}

enum reason path_entry(const struct http_request *request, struct watchlist_id *id, struct failure *failure)
{
    char text[WATCHLIST_ID_TEXT_SIZE] = "";
    if (request->parameter_size == sizeof text - 1)
        memcpy(text, request->parameter, request->parameter_size);
    return watchlist_id_parse(text, id) ? REASON_DONE
                                        : failure_set(failure, REASON_ENTRY_NOT_FOUND, "watchlist", NULL);
}

enum reason path_sequence(const struct http_request *request, uint64_t *seq, struct failure *failure)
{
    const struct text number = {request->parameter, request->parameter_size};
    return text_number(number, QUERY_NUMBER_MAX, seq)
               ? REASON_DONE
               : failure_set(failure, REASON_ENTRY_NOT_FOUND, "log", NULL);
}
