#include "daemon/api/transaction_shown.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/api/call.h"
#include "daemon/api/transaction_json.h"
#include "daemon/transactions/recall.h"
#include "daemon/transactions/transaction.h"

struct look {
    struct journal_entry entry; /* first: the entry is the look */
    struct call call;
    enum recalled_use use;
    struct principal principal;
    char id[TRANSACTION_ID_SIZE];
};

static void show(struct look *look)
{
    struct failure failure = {0};
    const struct transaction *transaction = transaction_find(
        &look->call.kordond->transactions, &look->principal, look->id, strlen(look->id), true);
    bool receipt = look->use == RECALLED_RECEIPT;
    if (transaction == NULL)
        failure_set(&failure, REASON_BUSY, "transaction", "memory has just forgotten it; the log tells it");
    else if (receipt && transaction->receipt == NULL)
        failure_set(&failure, REASON_TRANSACTION_STATE, "receipt", "the transaction is %s",
            transaction_state_name(transaction->state));
    if (failure.reason != REASON_DONE)
        call_refuse(&look->call, &failure);
    else if (!receipt)
        call_answer(&look->call, 200, transaction_json(transaction));
    else if (look->call.request != NULL)
        reply_text(look->call.request, transaction->receipt);
}

static void on_recorded(struct journal_entry *entry)
{
    struct look *look = (struct look *)entry;
    struct kordond *kordond = look->call.kordond;
    struct failure failure = entry->failure;
    bool recorded = entry->reason == REASON_DONE;
    evidence_written(&kordond->evidence, entry);
    journal_entry_finish(entry);
    if (recorded)
        show(look);
    else
        call_fail(&look->call, &failure); /* what can't be recorded is not shown */
    free(look);
    work_end(&kordond->work);
}

void transaction_show_recorded(
    struct kordond *kordond, struct http_request *request, enum recalled_use use, enum role role)
{
    struct failure failure;
    if (quota_spend_entry(&kordond->quota, &request->principal, uv_now(&kordond->loop), &failure) !=
        REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    struct look *look = calloc(1, sizeof *look);
    if (look == NULL || request->parameter_size >= sizeof look->id) {
        free(look);
        reply_refuse(request, REASON_NO_MEMORY, "transaction", NULL);
        return;
    }
    look->use = use;
    look->principal = request->principal;
    memcpy(look->id, request->parameter, request->parameter_size);
    look->entry = (struct journal_entry){.event = LOG_EVENT_ACCESS,
        .body = transaction_look_body(&kordond->evidence, &request->principal, role, look->id,
            http_request_query(request, "justification")),
        .written = on_recorded};
    call_start(&look->call, kordond, request);
    work_begin(&kordond->work);
    evidence_append(&kordond->evidence, &look->entry);
}
