/* page.h: lists are given in pages, everywhere alike. ?limit= says how many rows at most, ?after= behind which one; the answer's "next" is
 * the after of the next page, and null where nothing is left. Pure; any thread.
 */
#ifndef KORDON_DAEMON_API_PAGE_H
#define KORDON_DAEMON_API_PAGE_H

#include "daemon/http/server.h"
#include "json/writer.h"

struct page {
    const char *after; /* points into the request; NULL: from the first row on */
    uint64_t limit;    /* rows, 1 to 1000 */
};

/* What the query asks for. BAD_REQUEST, also for a parameter that no list has. */
enum reason page_parse(const struct http_request *request, struct page *page, struct failure *failure);

/* The same of a list whose rows are numbered: *first is the first wanted one. */
enum reason page_parse_numbered(
    const struct http_request *request, struct page *page, uint64_t *first, struct failure *failure);

/* Puts rows and next into an answer. rows is taken over, and NULL where it could not be made; next: NULL at the end. */
void page_write(struct json_writer *answer, const char *key, json_t *rows, const char *next);

/* The same, next being the number of the last row. */
void page_write_numbered(struct json_writer *answer, const char *key, json_t *rows, bool more, uint64_t last);

#endif
