/* scanners.c: the readers, a page at a time. */
#include <string.h>

#include "daemon/api/page.h"
#include "daemon/api/reply.h"
#include "daemon/api/routes.h"
#include "daemon/api/scanner_json.h"
#include "json/writer.h"

/* Where the rows behind that scanner begin; false: there is no such scanner any more. */
static bool find_behind(const struct scanner_pool *pool, const char *after, size_t *index)
{
    struct scanner_info info;
    *index = 0;
    if (after == NULL)
        return true;
    while (pool != NULL && scanner_pool_get(pool, *index, &info)) {
        ++*index;
        if (strcmp(info.id, after) == 0)
            return true;
    }
    return false;
}

/* The rows from index on, in the order in which they appeared. */
static void write_page(
    struct json_writer *answer, const struct scanner_pool *pool, size_t index, uint64_t limit)
{
    struct scanner_info info, last = {0};
    struct json_writer rows;
    json_writer_array(&rows);
    for (uint64_t i = 0; i < limit && pool != NULL && scanner_pool_get(pool, index, &info); i++, index++) {
        json_append_value(&rows, scanner_json(&info));
        last = info;
    }
    bool more = pool != NULL && scanner_pool_get(pool, index, &info);
    page_write(answer, "scanners", json_writer_end(&rows), more ? last.id : NULL);
}

void handle_scanners(struct kordond *kordond, struct http_request *request)
{
    struct page page;
    struct failure failure = {0};
    size_t index;
    enum reason reason = page_parse(request, &page, &failure);
    if (reason == REASON_DONE && !find_behind(kordond->workers.scanners, page.after, &index))
        reason = failure_set(&failure, REASON_SCANNER_NOT_FOUND, "after", "begin with the first page again");
    if (reason != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    struct json_writer answer;
    json_writer_object(&answer);
    write_page(&answer, kordond->workers.scanners, index, page.limit);
    json_write_value(&answer, "watcher", scanner_watcher_json(&kordond->workers));
    reply_json(request, 200, json_writer_end(&answer));
}
