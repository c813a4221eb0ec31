/* transaction_evidence.c: what the state that asked for a readmission is handed: the receipt of the decision's entry, which proves itself by the
 * verifier key alone, and what it says. A terminal has the plain receipt of it, since the log's tells where in the log it stands. To whom and
 * why is in the log before anything is handed out (L1, L2).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/call.h"
#include "daemon/api/routes.h"
#include "daemon/transactions/recall.h"
#include "daemon/transactions/rules.h"
#include "daemon/transactions/states.h"
#include "json/writer.h"

struct handing {
    struct transaction_recall recall; /* first: the recall is the handing */
    struct journal_entry entry;
    struct call call;
    struct principal principal;
    enum role role;
    char id[TRANSACTION_ID_SIZE];
    char recipient[HTTP_QUERY_VALUE_SIZE], justification[HTTP_QUERY_VALUE_SIZE];
};

static void end(struct handing *handing)
{
    transaction_recall_finish(&handing->recall);
    memory_wipe(handing, sizeof *handing);
    free(handing);
}

static void refuse(struct handing *handing, const struct failure *failure)
{
    call_refuse(&handing->call, failure);
    end(handing);
}

static const char *said(const struct handing *handing, const char *key)
{
    return json_string_value(json_object_get(handing->recall.body, key));
}

/* --- What is handed out */

/* Without what is for kordond alone. */
static json_t *summary_json(const struct handing *handing)
{
    static const char *const keys[] = {"case_number", "reference_files", "purpose", "legal_basis", "decision",
        "why", "unit", "officer", "traveller_group", "age_band", "fingers", "verification", "calibration",
        "scores_validated", "demonstration"};
    struct json_writer summary;
    json_writer_object(&summary);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        json_t *value = json_object_get(handing->recall.body, keys[i]);
        if (value != NULL)
            json_write_value(&summary, keys[i], json_incref(value));
    }
    return json_writer_end(&summary);
}

static void on_disclosed(struct journal_entry *entry)
{
    struct handing *handing = entry->data;
    struct kordond *kordond = handing->call.kordond;
    struct failure failure = entry->failure;
    bool recorded = entry->reason == REASON_DONE;
    uint64_t seq = entry->outcome.seq;
    evidence_written(&kordond->evidence, entry);
    journal_entry_finish(entry);
    if (!recorded) {
        call_fail(&handing->call, &failure); /* what can't be recorded is not handed out */
    } else {
        struct json_writer answer;
        json_writer_object(&answer);
        json_write_text(&answer, "transaction", handing->id);
        json_write_text(&answer, "recipient", handing->recipient);
        if (handing->call.reads_log)
            json_write_integer(&answer, "disclosure", (int64_t)seq);
        json_write_value(&answer, "summary", summary_json(handing));
        json_write_text(&answer, "receipt", handing->recall.receipt);
        call_answer(&handing->call, 200, json_writer_end(&answer));
    }
    end(handing);
    work_end(&kordond->work);
}

static void disclose(struct handing *handing)
{
    struct kordond *kordond = handing->call.kordond;
    struct json_writer body, recipients;
    json_writer_array(&recipients);
    json_append_text(&recipients, handing->recipient);
    json_writer_over(&body, evidence_body_of(&kordond->evidence, &handing->principal, NULL, handing->role));
    json_write_text(&body, "disclosed", "evidence of a readmission");
    json_write_text(&body, "transaction", handing->id);
    json_write_text_if(&body, "case_number", said(handing, "case_number"));
    json_write_text_if(&body, "purpose", said(handing, "purpose"));
    json_write_text_if(&body, "legal_basis", said(handing, "legal_basis"));
    json_write_text(&body, "justification", handing->justification);
    json_write_value(&body, "recipients", json_writer_end(&recipients));
    handing->entry = (struct journal_entry){.event = LOG_EVENT_DISCLOSURE,
        .body = json_writer_end(&body),
        .written = on_disclosed,
        .data = handing};
    work_begin(&kordond->work);
    evidence_append(&kordond->evidence, &handing->entry);
}

/* --- What it is of */

/* What its purpose is by nature the entry says; of one that was written before entries said it, the policy. */
static bool is_of_readmission(const struct handing *handing)
{
    const char *nature = said(handing, "nature"), *purpose = said(handing, "purpose");
    if (nature == NULL && purpose != NULL)
        nature = rules_nature(handing->call.kordond->policy.policy, purpose);
    return rules_is_readmission(nature);
}

static enum reason check(const struct handing *handing, struct failure *failure)
{
    const char *state = json_string_value(json_object_get(handing->recall.answer, "state"));
    if (!is_of_readmission(handing))
        return failure_set(failure, REASON_TRANSACTION_STATE, "evidence",
            N_("evidence is handed over of a readmission, to the state that asked for it"));
    if (state == NULL || strcmp(state, transaction_state_name(TRANSACTION_STATE_DECIDED)) != 0)
        return failure_set(failure, REASON_TRANSACTION_STATE, "evidence", N_("its state is %s"),
            state != NULL ? state : "ended");
    return REASON_DONE;
}

static void on_recalled(struct transaction_recall *recall)
{
    struct handing *handing = (struct handing *)recall;
    struct failure failure = recall->failure;
    enum reason reason = recall->reason;
    if (reason == REASON_DONE)
        reason = check(handing, &failure);
    if (reason == REASON_DONE)
        disclose(handing);
    else
        refuse(handing, &failure);
}

/* NULL with the request answered. */
static struct handing *begin(struct http_request *request)
{
    const char *recipient = http_request_query(request, "recipient");
    struct handing *handing = NULL;
    if (recipient == NULL || recipient[0] == '\0')
        reply_refuse(request, REASON_BAD_REQUEST, "recipient", "say to whom, in the query: this is logged");
    else if (request->parameter_size != TRANSACTION_ID_SIZE - 1)
        reply_refuse(request, REASON_TRANSACTION_NOT_FOUND, NULL, NULL);
    else if ((handing = calloc(1, sizeof *handing)) == NULL)
        reply_refuse(request, REASON_NO_MEMORY, "transaction", NULL);
    if (handing == NULL)
        return NULL;
    snprintf(handing->recipient, sizeof handing->recipient, "%s", recipient);
    snprintf(handing->justification, sizeof handing->justification, "%s",
        http_request_query(request, "justification"));
    memcpy(handing->id, request->parameter, request->parameter_size);
    return handing;
}

void handle_transaction_evidence(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct handing *handing = begin(request);
    if (handing == NULL)
        return;
    bool supervisor = (request->principal.roles & ROLE_SUPERVISOR) != 0;
    const struct transaction_question question = {.principal = &request->principal,
        .id = handing->id,
        .id_size = TRANSACTION_ID_SIZE - 1,
        .any_owner = supervisor,
        .role = ROLE_SUPERVISOR,
        .justification = handing->justification,
        .receipt = supervisor ? RECALL_LOG_RECEIPT : RECALL_PLAIN_RECEIPT};
    handing->principal = request->principal;
    handing->role = supervisor ? ROLE_SUPERVISOR : ROLE_TERMINAL;
    handing->recall.done = on_recalled;
    if (transaction_recall_start(&kordond->transactions, &handing->recall, &question, &failure) ==
        REASON_DONE) {
        call_start(&handing->call, kordond, request);
        return;
    }
    end(handing);
    reply_failure(request, &failure);
}
