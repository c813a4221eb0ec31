#include <stdlib.h>
#include <string.h>

#include "daemon/api/reply.h"
#include "daemon/api/routes.h"
#include "daemon/transactions/transaction.h"

/* The transaction of the path, or NULL with the request answered. One that belongs to somebody else and one
 * that does not exist are answered alike. */
static struct transaction *find(
    struct kordond *kordond, struct http_request *request, unsigned any_owner_roles)
{
    struct transaction *transaction = transaction_find(kordond, &request->principal, request->parameter,
        request->parameter_size, (request->principal.roles & any_owner_roles) != 0);
    if (transaction == NULL) {
        struct failure failure = {0};
        failure_set(&failure, REASON_TRANSACTION_NOT_FOUND, NULL, NULL);
        reply_failure(request, &failure);
        return NULL;
    }
    return transaction;
}

void handle_transaction_open(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct transaction_request wanted;
    struct transaction *transaction;
    enum reason reason =
        transaction_request_parse(request->body.bytes, request->body_size, &wanted, &failure);
    if (reason == REASON_DONE)
        reason = transaction_open(kordond, &request->principal, &wanted, &transaction, &failure);
    if (reason != REASON_DONE)
        reply_failure(request, &failure);
    else
        reply_json(request, 201, transaction_json(transaction));
}

void handle_transaction_show(struct kordond *kordond, struct http_request *request)
{
    struct transaction *transaction = find(kordond, request, ROLE_SUPERVISOR);
    if (transaction != NULL)
        reply_json(request, 200, transaction_json(transaction));
}

void handle_transaction_cancel(struct kordond *kordond, struct http_request *request)
{
    struct transaction *transaction = find(kordond, request, 0);
    if (transaction != NULL)
        transaction_cancel(transaction, request);
}

/* A whole number from the query; fallback where it is not given, false where it is none. */
static bool query_number(const struct http_request *request, const char *name, uint32_t highest,
    uint32_t fallback, uint32_t *value)
{
    *value = fallback;
    const char *text = http_request_query(request, name);
    if (text == NULL)
        return true;
    size_t size = strlen(text);
    if (size == 0 || size > 9 || strspn(text, "0123456789") != size)
        return false;
    *value = (uint32_t)strtoul(text, NULL, 10);
    return *value <= highest;
}

/* The format that a reference is said to have; cards hold nothing that would tell it. */
static bool query_format(
    struct http_request *request, enum sample_purpose purpose, enum matcher_format *format)
{
    const char *name = http_request_query(request, "format");
    *format = name != NULL ? matcher_format_parse(name) : MATCHER_FORMAT_UNKNOWN;
    return name == NULL || (purpose == SAMPLE_IS_REFERENCE && *format != MATCHER_FORMAT_UNKNOWN);
}

static void submit(struct kordond *kordond, struct http_request *request, enum sample_purpose purpose)
{
    struct transaction *transaction = find(kordond, request, 0);
    if (transaction == NULL)
        return;
    struct failure failure = {0};
    enum reason reason = REASON_DONE;
    struct submission submission = {.purpose = purpose, .position = FINGER_UNKNOWN};
    const char *name = http_request_query(request, "position");
    if (name != NULL && !finger_position_parse(name, &submission.position))
        reason = failure_set(&failure, REASON_BAD_REQUEST, "position", "no finger position of that name");
    else if (!query_number(request, "ppi", MATCHER_PPI_MAX, 0, &submission.ppi))
        reason =
            failure_set(&failure, REASON_BAD_REQUEST, "ppi", "must be a number up to %d", MATCHER_PPI_MAX);
    else if (!query_format(request, purpose, &submission.format))
        reason =
            failure_set(&failure, REASON_BAD_REQUEST, "format", "no format of a reference has that name");
    if (reason != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    char device[TRANSACTION_DEVICE_SIZE];
    const char *named = http_request_query(request, "device");
    scanner_text_copy(device, sizeof device, named != NULL ? named : "");
    submission.device = device;
    transaction_submit(transaction, request, &submission);
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
    struct transaction *transaction = find(kordond, request, 0);
    if (transaction == NULL)
        return;
    struct failure failure = {0};
    struct capture_request wanted;
    if (capture_request_parse(request->body.bytes, request->body_size, &wanted, &failure) != REASON_DONE)
        reply_failure(request, &failure);
    else
        transaction_capture(transaction, request, &wanted);
}

void handle_transaction_decision(struct kordond *kordond, struct http_request *request)
{
    struct transaction *transaction = find(kordond, request, 0);
    if (transaction != NULL)
        transaction_decide(transaction, request);
}

void handle_transaction_receipt(struct kordond *kordond, struct http_request *request)
{
    struct transaction *transaction = find(kordond, request, ROLE_SUPERVISOR | ROLE_AUDITOR);
    if (transaction == NULL)
        return;
    if (transaction->receipt != NULL) {
        reply_text(request, transaction->receipt);
        return;
    }
    struct failure failure = {0};
    failure_set(&failure, REASON_TRANSACTION_STATE, "receipt", "the transaction is %s",
        transaction_state_name(transaction->state));
    reply_failure(request, &failure);
}
