/* duplicates.c: who is on the list twice, as far as that is known: pairs of entries, to whom may see every entry. */
#include <string.h>

#include "daemon/api/page.h"
#include "daemon/api/recorded_answer.h"
#include "daemon/api/reply.h"
#include "daemon/api/routes.h"
#include "daemon/evidence.h"
#include "daemon/list/duplicate_search.h"
#include "list/duplicates_describe.h"

static void write_progress(
    struct json_writer *answer, const struct opened_list *set, const struct duplicates_told *told)
{
    list_duplicates_write_progress(answer, set, told->known);
    if (told->failure.reason != REASON_DONE)
        json_write_text(answer, "waits_for", reason_text(told->failure.reason));
}

static enum reason check_open(
    const struct kordond *kordond, struct http_request *request, struct page *page, uint64_t *first)
{
    struct failure failure = {0};
    enum reason reason = page_parse_numbered(request, page, first, &failure);
    if (reason == REASON_DONE)
        reason = list_check_open(&kordond->list, &failure);
    if (reason != REASON_DONE)
        reply_failure(request, &failure);
    return reason;
}

/* Whether only how far it is is wanted, not who. */
static bool is_progress(const struct http_request *request)
{
    const char *progress = http_request_query(request, "progress");
    return progress != NULL && strcmp(progress, "1") == 0;
}

static void answer(struct kordond *kordond, struct http_request *request)
{
    struct page page;
    uint64_t first, behind;
    struct json_writer rows, json;
    if (check_open(kordond, request, &page, &first) != REASON_DONE)
        return;
    const struct opened_list *set = kordond->list.set;
    const struct duplicates_told told = duplicates_tell(&kordond->list);
    const uint64_t count = told.known != NULL ? told.known->count : 0;
    json_writer_object(&json);
    write_progress(&json, set, &told);
    if (is_progress(request)) {
        reply_json(request, 200, json_writer_end(&json));
        return;
    }
    json_writer_array(&rows);
    for (behind = first; behind < count && behind - first < page.limit; behind++)
        json_append_value(&rows, list_duplicates_describe_pair(set, told.known, behind));
    page_write_numbered(&json, "pairs", json_writer_end(&rows), behind < count, behind - 1);
    reply_json(request, 200, json_writer_end(&json));
}

/* L1: what tells of nobody, as how far the search is, needs no record; so who waits for its end leaves one entry and not many. */
void handle_watchlist_duplicates(struct kordond *kordond, struct http_request *request)
{
    const struct duplicates_told told = duplicates_tell(&kordond->list);
    if (told.known == NULL || told.known->count == 0 || is_progress(request)) {
        answer(kordond, request);
        return;
    }
    struct json_writer body;
    json_writer_over(&body, evidence_body_of(&kordond->evidence, &request->principal, NULL, ROLE_SUPERVISOR));
    json_write_text(&body, "purpose", "watchlist_administration");
    json_write_text(&body, "legal_basis", "operation of the watchlist");
    json_write_text(&body, "justification", "listing of ids and categories");
    json_write_text(&body, "what", LIST_DUPLICATES_SHOWN);
    answer_when_recorded(kordond, request, json_writer_end(&body), answer);
}
