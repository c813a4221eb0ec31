/* transaction_list.c: the transactions that memory knows, newest first: a terminal's own, all for a supervisor, a page at a time. That a
 * supervisor looks at others' is recorded before. */
#include <string.h>

#include "daemon/api/page.h"
#include "daemon/api/recorded_answer.h"
#include "daemon/api/reply.h"
#include "daemon/api/routes.h"
#include "daemon/transactions/transaction.h"

/* Where the rows begin. False: the one that they are behind is not known any more. */
static bool find_first(struct kordond *kordond, const struct http_request *request, const char *after,
    bool any_owner, const struct transaction **first)
{
    struct transactions *transactions = &kordond->transactions;
    *first = transactions->newest;
    if (after == NULL)
        return true;
    const struct transaction *found =
        transaction_find(transactions, &request->principal, after, strlen(after), any_owner);
    *first = found != NULL ? found->next : NULL;
    return found != NULL;
}

/* As much as an event tells of it, what it is for, and its end. */
static json_t *row_json(const struct transaction *transaction)
{
    struct json_writer row;
    json_writer_object(&row);
    json_write_text(&row, "transaction", transaction->id);
    json_write_text(&row, "state", transaction_state_name(transaction->state));
    json_write_text(&row, "kind", transaction_kind_name(transaction->request.kind));
    json_write_text(&row, "purpose", transaction->request.purpose);
    if (transaction->result != NULL)
        json_write_text(&row, "decision", decision_name(transaction->result->decision));
    json_write_integer_if(&row, "time_ms", transaction->time_ms);
    return json_writer_end(&row);
}

static void answer(struct kordond *kordond, struct http_request *request)
{
    struct page page;
    struct failure failure = {0};
    const struct transaction *each = NULL, *last = NULL;
    bool any_owner = (request->principal.roles & ROLE_SUPERVISOR) != 0, more = false;
    enum reason reason = page_parse(request, &page, &failure);
    if (reason == REASON_DONE && !find_first(kordond, request, page.after, any_owner, &each))
        reason =
            failure_set(&failure, REASON_TRANSACTION_NOT_FOUND, "after", "begin with the first page again");
    if (reason != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    struct json_writer answer, rows;
    json_writer_object(&answer);
    json_writer_array(&rows);
    uint64_t count = 0;
    for (; each != NULL && !more; each = each->next) {
        if (!any_owner && !principal_is(&each->owner, &request->principal))
            continue;
        more = count++ == page.limit;
        if (more)
            break;
        json_append_value(&rows, row_json(each));
        last = each;
    }
    page_write(&answer, "transactions", json_writer_end(&rows), more ? last->id : NULL);
    reply_json(request, 200, json_writer_end(&answer));
}

static bool knows_anothers(const struct kordond *kordond, const struct principal *principal)
{
    for (const struct transaction *each = kordond->transactions.newest; each != NULL; each = each->next)
        if (!principal_is(&each->owner, principal))
            return true;
    return false;
}

void handle_transaction_list(struct kordond *kordond, struct http_request *request)
{
    bool supervisor = (request->principal.roles & ROLE_SUPERVISOR) != 0;
    if (!supervisor || !knows_anothers(kordond, &request->principal)) {
        answer(kordond, request);
        return;
    }
    struct json_writer body;
    json_writer_over(&body, evidence_body_of(&kordond->evidence, &request->principal, NULL, ROLE_SUPERVISOR));
    json_write_text(&body, "read", "transactions");
    json_write_text_if(&body, "justification", http_request_query(request, "justification"));
    answer_when_recorded(kordond, request, json_writer_end(&body), answer);
}
