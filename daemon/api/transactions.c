/* transactions.c: what terminals do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/log_access.h"
#include "daemon/api/query.h"
#include "daemon/api/recorded.h"
#include "daemon/api/routes.h"
#include "daemon/api/transaction_json.h"
#include "daemon/api/transaction_recalled.h"
#include "daemon/api/transaction_request.h"
#include "daemon/api/transaction_shown.h"
#include "daemon/api/transaction_step.h"
#include "daemon/transactions/exception.h"

/* The transaction of the path that memory knows, or NULL. One that belongs to somebody else is not known. */
static struct transaction *find(
    struct kordond *kordond, const struct http_request *request, unsigned any_owner_roles)
{
    return transaction_find(&kordond->transactions, &request->principal, request->parameter,
        request->parameter_size, (request->principal.roles & any_owner_roles) != 0);
}

/* The same, or NULL with the request answered. One that belongs to somebody else and one that does not exist are answered alike. */
static struct transaction *find_or_refuse(struct kordond *kordond, struct http_request *request)
{
    struct transaction *transaction = find(kordond, request, 0);
    if (transaction == NULL)
        reply_refuse(request, REASON_TRANSACTION_NOT_FOUND, NULL, NULL);
    return transaction;
}

/* What memory can't tell, the log does: what was forgotten, and what nobody knew when it came back. */
static bool is_for_the_log(const struct transaction *transaction)
{
    return transaction == NULL || (transaction->state == TRANSACTION_STATE_FAILED &&
                                      transaction->failure.reason == REASON_OUTCOME_UNKNOWN);
}

void handle_transaction_show(struct kordond *kordond, struct http_request *request)
{
    struct transaction *transaction = find(kordond, request, ROLE_SUPERVISOR);
    if (is_for_the_log(transaction))
        transaction_answer_recalled(kordond, request, RECALLED_SHOW, ROLE_SUPERVISOR);
    else if (principal_is(&transaction->owner, &request->principal))
        reply_json(request, 200, transaction_json(transaction));
    else if (transaction_is_withheld(kordond, request, transaction->id))
        transaction_refuse_withheld(request); /* H5: it has the machine's score */
    else
        transaction_show_recorded(kordond, request, transaction, RECALLED_SHOW, ROLE_SUPERVISOR);
}

/* --- Steps, which are answered when they are done */

void handle_transaction_cancel(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct transaction *transaction = find(kordond, request, 0);
    if (is_for_the_log(transaction)) {
        transaction_answer_recalled(kordond, request, RECALLED_CANCEL, 0);
        return;
    }
    struct transaction_step *step = transaction_step_new(kordond, request, transaction);
    if (step != NULL)
        transaction_step_begun(step, transaction_cancel(transaction, &step->waiter, &failure), &failure);
}

/* The format that a reference is said to have; cards hold nothing that would tell it. */
static bool query_format(
    struct http_request *request, enum sample_purpose purpose, enum matcher_format *format)
{
    const char *name = http_request_query(request, "format");
    *format = name != NULL ? matcher_format_parse(name) : MATCHER_FORMAT_UNKNOWN;
    return name == NULL || (purpose == SAMPLE_IS_REFERENCE && *format != MATCHER_FORMAT_UNKNOWN);
}

static enum reason read_submission(struct http_request *request, struct submission *submission,
    char device[static TRANSACTION_DEVICE_SIZE], struct failure *failure)
{
    const char *position = http_request_query(request, "position");
    if (position != NULL && !finger_position_parse(position, &submission->position))
        return failure_set(failure, REASON_BAD_REQUEST, "position", "no finger position of that name");
    uint64_t ppi;
    TRY(query_number(request, "ppi", 0, MATCHER_PPI_MAX, 0, &ppi, failure));
    submission->ppi = (uint32_t)ppi;
    if (!query_format(request, submission->purpose, &submission->format))
        return failure_set(failure, REASON_BAD_REQUEST, "format", "no format of a reference has that name");
    const char *result = http_request_query(request, "attack_detection_result");
    if (result != NULL && !attack_result_parse(result, &submission->attack_result))
        return failure_set(
            failure, REASON_BAD_REQUEST, "attack_detection_result", "no such result can be reported");
    const char *named = http_request_query(request, "device");
    scanner_text_copy(device, TRANSACTION_DEVICE_SIZE, named != NULL ? named : "");
    submission->device = device;
    return REASON_DONE;
}

static void submit(struct kordond *kordond, struct http_request *request, enum sample_purpose purpose)
{
    struct transaction *transaction = find_or_refuse(kordond, request);
    if (transaction == NULL)
        return;
    struct failure failure = {0};
    char device[TRANSACTION_DEVICE_SIZE];
    struct submission submission = {.purpose = purpose,
        .position = FINGER_UNKNOWN,
        .body = &request->body,
        .size = request->body_size,
        .charged = &request->body_charged};
    if (read_submission(request, &submission, device, &failure) != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    struct transaction_step *step = transaction_step_new(kordond, request, transaction);
    if (step != NULL)
        transaction_step_begun(
            step, transaction_submit(transaction, &submission, &step->waiter, &failure), &failure);
}

void handle_transaction_reference(struct kordond *kordond, struct http_request *request)
{
    submit(kordond, request, SAMPLE_IS_REFERENCE);
}

void handle_transaction_sample(struct kordond *kordond, struct http_request *request)
{
    submit(kordond, request, SAMPLE_IS_PROBE);
}

void handle_transaction_capture(struct kordond *kordond, struct http_request *request)
{
    struct transaction *transaction = find_or_refuse(kordond, request);
    if (transaction == NULL)
        return;
    struct failure failure = {0};
    struct capture_request wanted;
    if (capture_request_parse(request->body.bytes, request->body_size, &wanted, &failure) != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    struct transaction_step *step = transaction_step_new(kordond, request, transaction);
    if (step != NULL)
        transaction_step_begun(
            step, transaction_capture(transaction, &wanted, &step->waiter, &failure), &failure);
}

/* The policy is asked again, and about who he is now: since the opening a role may have been taken from him. */
static struct transaction_step *ending_step_new(
    struct kordond *kordond, struct http_request *request, struct transaction *transaction)
{
    transaction->owner.roles = request->principal.roles;
    return transaction_step_new(kordond, request, transaction);
}

void handle_transaction_missing_fingers(struct kordond *kordond, struct http_request *request)
{
    enum finger_position missing[REQUEST_FINGERS_MAX];
    struct failure failure = {0};
    size_t count;
    struct transaction *transaction = find_or_refuse(kordond, request);
    if (transaction == NULL)
        return;
    enum reason reason =
        missing_fingers_parse(request->body.bytes, request->body_size, missing, &count, &failure);
    if (reason == REASON_DONE)
        reason = transaction_miss_fingers(transaction, missing, count, &failure);
    if (reason == REASON_DONE)
        reply_json(request, 200, transaction_json(transaction));
    else
        reply_failure(request, &failure);
}

/* Decided once, it is told as often as it is asked for. */
void handle_transaction_decision(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct transaction *transaction = find(kordond, request, 0);
    if (is_for_the_log(transaction)) {
        transaction_answer_recalled(kordond, request, RECALLED_DECISION, 0);
        return;
    }
    if (transaction->state == TRANSACTION_STATE_DECIDED) {
        reply_json(request, 200, transaction_json(transaction));
        return;
    }
    struct transaction_step *step = ending_step_new(kordond, request, transaction);
    if (step != NULL)
        transaction_step_begun(step, transaction_decide(transaction, &step->waiter, &failure), &failure);
}

void handle_transaction_exception(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct exception_request wanted;
    struct transaction *transaction = find(kordond, request, 0);
    if (is_for_the_log(transaction)) {
        transaction_answer_recalled(kordond, request, RECALLED_EXCEPTION, 0);
        return;
    }
    if (exception_request_parse(request->body.bytes, request->body_size, &wanted, &failure) != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    struct transaction_step *step = ending_step_new(kordond, request, transaction);
    if (step != NULL)
        transaction_step_begun(
            step, transaction_except(transaction, &wanted, &step->waiter, &failure), &failure);
}

/* H5: the log's receipt has the entry's body. */
static bool is_withheld(const struct kordond *kordond, const struct http_request *request)
{
    char id[TRANSACTION_ID_SIZE];
    snprintf(id, sizeof id, "%.*s", (int)request->parameter_size, request->parameter);
    return may_read_log(&request->principal) &&
           referrals_withhold(&kordond->referrals, &request->principal,
               referrals_reads_in_part(&kordond->referrals, &request->principal), id);
}

void handle_transaction_receipt(struct kordond *kordond, struct http_request *request)
{
    const unsigned any_owner_roles = ROLE_SUPERVISOR | ROLE_AUDITOR;
    struct failure failure = {0};
    if (is_withheld(kordond, request)) {
        log_access_refuse("receipt", &failure);
        reply_failure(request, &failure);
        return;
    }
    struct transaction *transaction = find(kordond, request, any_owner_roles);
    if (is_for_the_log(transaction)) {
        transaction_answer_recalled(kordond, request, RECALLED_RECEIPT, any_owner_roles);
        return;
    }
    if (!principal_is(&transaction->owner, &request->principal)) {
        bool supervisor = (request->principal.roles & ROLE_SUPERVISOR) != 0;
        transaction_show_recorded(
            kordond, request, transaction, RECALLED_RECEIPT, supervisor ? ROLE_SUPERVISOR : ROLE_AUDITOR);
        return;
    }
    transaction_answer_receipt(request, transaction);
}
