#include "daemon/api/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/api/query.h"

#define ROWS_MAX      1000
#define ROWS_NORMALLY 100

enum reason page_parse(const struct http_request *request, struct page *page, struct failure *failure)
{
    page->after = http_request_query(request, "after");
    return query_number(request, "limit", 1, ROWS_MAX, ROWS_NORMALLY, &page->limit, failure);
}

enum reason page_parse_numbered(
    const struct http_request *request, struct page *page, uint64_t *first, struct failure *failure)
{
    uint64_t after;
    *first = 0;
    enum reason reason = page_parse(request, page, failure);
    if (reason == REASON_DONE)
        reason = query_number(request, "after", 0, QUERY_NUMBER_MAX, 0, &after, failure);
    if (reason == REASON_DONE && page->after != NULL)
        *first = after + 1;
    return reason;
}

void page_write(struct json_writer *answer, const char *key, json_t *rows, const char *next)
{
    json_write_value(answer, key, rows);
    json_write_text_or_null(answer, "next", next);
}

void page_write_numbered(struct json_writer *answer, const char *key, json_t *rows, bool more, uint64_t last)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, last);
    page_write(answer, key, rows, more ? text : NULL);
}
