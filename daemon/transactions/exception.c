#include "daemon/transactions/exception.h"

#include <stdio.h>

#include "base/day.h"
#include "daemon/transactions/rules.h"

/* --- What may be said */

static enum reason check_exempt(
    const struct policy *policy, const struct transaction_request *request, struct failure *failure)
{
    if (rules_exemption(policy, request) != NULL)
        return REASON_DONE;
    return failure_set(failure, REASON_NOT_EXEMPT, "exception.kind", "%s, %s",
        traveller_group_name(request->traveller_group), age_band_name(request->age_band));
}

static enum reason check_due(const struct policy *policy, const struct transaction_request *request,
    const struct exception_request *exception, struct failure *failure)
{
    char last_text[DAY_TEXT_SIZE];
    bool wanted = exception->kind == EXCEPTION_TEMPORARILY_IMPOSSIBLE;
    int32_t today = day_of_ms(store_now_ms());
    int32_t days = (int32_t)rules_postponement_days(policy, request), last = today + days;
    if (!wanted && exception->due_said)
        return failure_set(failure, REASON_BAD_VALUE, "exception.due",
            N_("only what is temporarily impossible is due later"));
    if (wanted && days == 0)
        return failure_set(failure, REASON_BAD_VALUE, "exception.kind",
            N_("the policy puts nothing off for %s"), request->purpose);
    if (wanted && !request->document.named)
        return failure_set(failure, REASON_BAD_VALUE, "document",
            N_("what is due later is found again by the traveller's document"));
    if (wanted && (!exception->due_said || exception->due_day < today || exception->due_day > last))
        return failure_set(failure, REASON_BAD_VALUE, "exception.due", N_("give a day from today to %s"),
            day_format(last, last_text));
    return REASON_DONE;
}

static enum reason check_reason(const struct exception_request *exception, struct failure *failure)
{
    struct word_list list = {0};
    if (exception_reason_is_of(exception->reason, exception->kind))
        return REASON_DONE;
    if (exception->kind == EXCEPTION_NOT_APPLICABLE)
        return failure_set(failure, REASON_BAD_VALUE, "exception.reason",
            N_("leave it out: the rules say why no fingerprints are taken"));
    exception_list_reasons(exception->kind, &list);
    if (exception->reason == EXCEPTION_REASON_UNSAID)
        return failure_set(
            failure, REASON_BAD_VALUE, "exception.reason", N_("a reason is needed: one of %s"), list.text);
    return failure_set(failure, REASON_BAD_VALUE, "exception.reason",
        N_("%s is no reason for %s; say one of %s"), exception_reason_name(exception->reason),
        exception_kind_name(exception->kind), list.text);
}

enum reason exception_check(const struct policy *policy, unsigned roles,
    const struct transaction_request *request, const struct exception_request *exception,
    struct failure *failure)
{
    TRY(rules_check_purpose(policy, roles, request, failure));
    TRY(check_reason(exception, failure));
    if (exception->reason == EXCEPTION_REASON_OTHER && exception->text[0] == '\0')
        return failure_set(
            failure, REASON_BAD_VALUE, "exception.text", N_("the reason other has to be said in words"));
    if (exception->reason != EXCEPTION_REASON_OTHER && exception->text[0] != '\0')
        return failure_set(
            failure, REASON_BAD_VALUE, "exception.text", N_("it goes with the reason other only"));
    TRY(check_due(policy, request, exception, failure));
    if (exception->kind == EXCEPTION_NOT_APPLICABLE)
        return check_exempt(policy, request, failure);
    if (exception->kind == EXCEPTION_UNCHECKED)
        return REASON_DONE; /* whoever he is */
    return rules_check_capture(policy, roles, request, failure);
}

/* --- What is said of it */

void exception_write(const struct transaction *transaction, struct json_writer *json)
{
    const struct exception_request *exception = &transaction->request.exception;
    char due[DAY_TEXT_SIZE];
    json_write_text(json, "kind", exception_kind_name(exception->kind));
    json_write_text(json, "reason",
        exception->kind == EXCEPTION_NOT_APPLICABLE ? transaction->exempt_as
                                                    : exception_reason_name(exception->reason));
    if (exception->text[0] != '\0')
        json_write_text(json, "text", exception->text);
    if (exception->due_said)
        json_write_text(json, "due", day_format(exception->due_day, due));
}

/* P2: what is put off is noted, and what will never be done is due no more. Unchecked, it stays as it was. */
static void change_note(struct transaction *transaction, struct json_writer *body)
{
    const struct exception_request *exception = &transaction->request.exception;
    struct postponed *postponed = &transaction->postponed;
    struct capture_note note = {.since_ms = store_now_ms(), .due_day = exception->due_day};
    if (exception->kind == EXCEPTION_UNCHECKED)
        return;
    if (exception->kind != EXCEPTION_TEMPORARILY_IMPOSSIBLE) {
        postponed_delete(postponed, &transaction->request.document, body);
        return;
    }
    snprintf(note.kind, sizeof note.kind, "%s", exception_kind_name(exception->kind));
    snprintf(note.reason, sizeof note.reason, "%s", exception_reason_name(exception->reason));
    snprintf(note.transaction, sizeof note.transaction, "%s", transaction->id);
    postponed_put(postponed, &transaction->request.document, &note, body);
}

/* What kordond itself knows of the reason that was said. */
enum post_knowledge { POST_KNOWS_NOTHING, POST_CONFIRMS, POST_DENIES };

static enum post_knowledge known_by(enum reason reason)
{
    return reason != REASON_DONE ? POST_CONFIRMS : POST_DENIES;
}

/* How old the list is for that purpose; nothing is too old for a check that does not search it. */
static enum post_knowledge list_is_too_old(const struct transaction *transaction)
{
    enum policy_list_age age;
    const struct transaction_request *request = &transaction->request;
    if ((request->kind & TRANSACTION_IDENTIFICATION) == 0)
        return POST_DENIES;
    if (!mode_list_age(transaction->transactions->mode, request->purpose, &age))
        return POST_KNOWS_NOTHING;
    return age == POLICY_LIST_TOO_OLD ? POST_CONFIRMS : POST_DENIES;
}

static enum post_knowledge post_knowledge_of(const struct transaction *transaction)
{
    struct failure ignored;
    const struct mode *mode = transaction->transactions->mode;
    const enum exception_reason reason = transaction->request.exception.reason;
    if (reason == EXCEPTION_REASON_CAPTURE_SUSPENDED)
        return known_by(suspension_check(&mode->suspension, &ignored));
    if (reason == EXCEPTION_REASON_SELF_TEST_FAILED)
        return known_by(self_test_check(&mode->self_test, &ignored));
    if (reason == EXCEPTION_REASON_LIST_TOO_OLD)
        return list_is_too_old(transaction);
    /* Of a fault nothing is denied: a terminal's reader may have one that nobody here sees. */
    return reason == EXCEPTION_REASON_DEVICE_FAULT && mode->degraded.rows[DEGRADED_NO_CAPTURE].on
               ? POST_CONFIRMS
               : POST_KNOWS_NOTHING;
}

/* The officer, who stands before the traveller, is believed at once; whoever reads the entry sees by itself what the post knew. */
static void write_what_the_post_says(const struct transaction *transaction, struct json_writer *exception)
{
    const enum post_knowledge knowledge = post_knowledge_of(transaction);
    if (knowledge != POST_KNOWS_NOTHING)
        json_write_boolean(exception, "post_says", knowledge == POST_CONFIRMS);
}

static json_t *body_of(struct transaction *transaction)
{
    struct json_writer body, exception;
    json_writer_object(&exception);
    exception_write(transaction, &exception);
    write_what_the_post_says(transaction, &exception);
    json_writer_over(&body, transaction_consultation(transaction));
    json_write_value(&body, "exception", json_writer_end(&exception));
    change_note(transaction, &body);
    json_write_integer(&body, "attempts", transaction_attempts_made(transaction));
    return json_writer_end(&body);
}

/* --- Recorded */

static enum metric metric_of(enum exception_kind kind)
{
    switch (kind) {
    case EXCEPTION_NOT_APPLICABLE:
        return METRIC_NOT_APPLICABLE;
    case EXCEPTION_IMPOSSIBLE:
        return METRIC_IMPOSSIBLE;
    case EXCEPTION_TEMPORARILY_IMPOSSIBLE:
        return METRIC_TEMPORARILY_IMPOSSIBLE;
    case EXCEPTION_UNCHECKED:
    case EXCEPTION_NONE:
    case EXCEPTION_KIND_COUNT:
        break;
    }
    return METRIC_UNCHECKED;
}

static void on_exception_written(struct journal_entry *entry)
{
    struct transaction *transaction = entry->data;
    if (!transaction_take_end(transaction)) {
        transaction_tell(transaction, &transaction->failure);
        return;
    }
    metric_add(transaction->transactions->metrics, metric_of(transaction->request.exception.kind), 1);
    transaction_move(transaction, TRANSACTION_STATE_EXCEPTED);
    transaction_tell(transaction, NULL);
}

enum reason transaction_except(struct transaction *transaction, const struct exception_request *exception,
    struct transaction_waiter *waiter, struct failure *failure)
{
    const struct transaction_view told = {
        .state = TRANSACTION_STATE_EXCEPTED, .failure = &transaction->failure};
    const struct policy *policy = transaction->transactions->policy->policy;
    TRY(transaction_check_open(transaction, failure));
    TRY(exception_check(policy, transaction->owner.roles, &transaction->request, exception, failure));
    transaction_note_policy(transaction);
    transaction->request.exception = *exception;
    transaction->exempt_as = rules_exemption(policy, &transaction->request);
    transaction->waiting = waiter;
    transaction->mark = waiter->mark;
    json_t *body = transaction_keep_answer(transaction, &told, body_of(transaction));
    transaction_move(transaction, TRANSACTION_STATE_RECORDING);
    transaction_append_end(transaction, body, on_exception_written);
    return REASON_DONE;
}
