#include "daemon/transactions/transaction.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"
#include "crypto/random.h"
#include "daemon/api/events.h"
#include "daemon/api/reply.h"
#include "daemon/sample_report.h"

#define ID_BYTES 16

void transaction_move(struct transaction *transaction, enum transaction_state state)
{
    struct kordond *kordond = transaction->kordond;
    if (!transaction_state_may_move(transaction->state, state)) {
        fprintf(stderr, "kordond: a transaction can't go from %s to %s\n",
            transaction_state_name(transaction->state), transaction_state_name(state));
        __builtin_trap();
    }
    transaction->state = state;
    if (transaction_state_is_final(state)) {
        kordond->unfinished_transactions--;
        transaction_wipe(transaction);
        uv_async_send(&kordond->stop_step);
    }
    transaction_touch(transaction);
    events_publish_transaction(kordond, transaction);
}

void transaction_wipe(struct transaction *transaction)
{
    for (size_t i = 0; i < COMPARISON_FINGERS_MAX; i++) {
        locked_template_finish(&transaction->probes[i]);
        locked_template_finish(&transaction->references[i]);
    }
    transaction->probe_count = transaction->reference_count = 0;
}

/* --- The table of transactions and their deadlines */

static void remove_transaction(struct transaction *transaction)
{
    struct kordond *kordond = transaction->kordond;
    if (transaction->previous != NULL)
        transaction->previous->next = transaction->next;
    else
        kordond->transactions = transaction->next;
    if (transaction->next != NULL)
        transaction->next->previous = transaction->previous;
    kordond->transaction_count--;
    transaction_wipe(transaction);
    json_decref(transaction->result);
    free(transaction->receipt);
    memory_wipe(transaction, sizeof *transaction);
    free(transaction);
}

static bool is_at_rest(const struct transaction *transaction)
{
    return transaction->state == TRANSACTION_STATE_OPEN || transaction_state_is_final(transaction->state);
}

static void on_deadline(uv_timer_t *timer);

/* One timer for all, set to the earliest deadline: no wake-up without work. */
static void set_timer(struct kordond *kordond)
{
    uint64_t earliest = UINT64_MAX;
    for (struct transaction *each = kordond->transactions; each != NULL; each = each->next)
        if (is_at_rest(each) && each->deadline_ms < earliest)
            earliest = each->deadline_ms;
    if (earliest == UINT64_MAX) {
        uv_timer_stop(&kordond->transaction_timer);
        return;
    }
    uint64_t now = uv_now(&kordond->loop);
    uv_timer_start(&kordond->transaction_timer, on_deadline, earliest > now ? earliest - now : 0, 0);
}

static void on_deadline(uv_timer_t *timer)
{
    struct kordond *kordond = timer->data;
    uint64_t now = uv_now(&kordond->loop);
    struct transaction *next;
    for (struct transaction *each = kordond->transactions; each != NULL; each = next) {
        next = each->next;
        if (!is_at_rest(each) || each->deadline_ms > now)
            continue;
        if (transaction_state_is_final(each->state)) {
            remove_transaction(each);
        } else {
            struct failure failure = {0};
            failure_set(&failure, REASON_CAPTURE_TIMED_OUT, "transaction", "no activity");
            transaction_give_up(each, &failure);
        }
    }
    set_timer(kordond);
}

void transaction_touch(struct transaction *transaction)
{
    struct kordond *kordond = transaction->kordond;
    transaction->deadline_ms = uv_now(&kordond->loop) + kordond->configuration->policy.transaction_timeout_ms;
    if (is_at_rest(transaction) && !uv_is_active((uv_handle_t *)&kordond->transaction_timer))
        set_timer(kordond);
}

/* Room for one more: the oldest finished one is forgotten first. */
static void forget_oldest(struct kordond *kordond)
{
    struct transaction *oldest = NULL;
    for (struct transaction *each = kordond->transactions; each != NULL; each = each->next)
        if (transaction_state_is_final(each->state))
            oldest = each;
    if (oldest != NULL)
        remove_transaction(oldest);
}

/* --- Opening */

static enum reason check_purpose(
    const struct configuration *configuration, const char *purpose, struct failure *failure)
{
    const char *declared[CONFIG_PURPOSES_MAX];
    size_t count = config_purposes(configuration, declared), used = 0;
    char list[256] = "";
    for (size_t i = 0; i < count; i++) {
        if (strcmp(declared[i], purpose) == 0)
            return REASON_DONE;
        if (used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", declared[i]);
    }
    return failure_set(failure, REASON_PURPOSE_NOT_DECLARED, "purpose", "the declared ones are %s", list);
}

static bool is_protection_purpose(const struct configuration *configuration, const char *purpose)
{
    for (size_t i = 0; i < configuration->policy.protection_purposes.count; i++)
        if (strcmp(configuration->policy.protection_purposes.words[i], purpose) == 0)
            return true;
    return false;
}

/* P1: a band that may hold somebody under the policy's age is treated as under it. */
static enum reason check_age(const struct configuration *configuration,
    const struct transaction_request *request, struct failure *failure)
{
    if (age_band_lowest(request->age_band) >= configuration->policy.minimum_age ||
        is_protection_purpose(configuration, request->purpose))
        return REASON_DONE;
    return failure_set(failure, REASON_AGE_NOT_PERMITTED, "age_band",
        "%s, the policy's age is %u; doubt counts as a small child", age_band_name(request->age_band),
        configuration->policy.minimum_age);
}

static enum reason check_armed(
    struct kordond *kordond, const struct transaction_request *request, struct failure *failure)
{
    if ((request->kind & TRANSACTION_IDENTIFICATION) == 0 ||
        !kordond->configuration->identification.require_armed)
        return REASON_DONE;
    uint32_t fingers = request->finger_count > 0 ? (uint32_t)request->finger_count : COMPARISON_FINGERS_MAX;
    return identification_check(kordond, request->purpose, fingers, failure);
}

enum reason transaction_open(struct kordond *kordond, const struct principal *owner,
    const struct transaction_request *request, struct transaction **transaction, struct failure *failure)
{
    *transaction = NULL;
    enum reason reason = REASON_DONE;
    if (kordond->phase != KORDOND_RUNNING)
        reason = failure_set(failure, REASON_STOPPING, NULL, NULL);
    else if (kordond->unfinished_transactions >= TRANSACTIONS_OPEN_MAX)
        reason = failure_set(failure, REASON_BUSY, "transactions", "%d are open", TRANSACTIONS_OPEN_MAX);
    if (reason == REASON_DONE)
        reason = check_purpose(kordond->configuration, request->purpose, failure);
    if (reason == REASON_DONE)
        reason = check_age(kordond->configuration, request, failure);
    if (reason == REASON_DONE)
        reason = check_armed(kordond, request, failure);
    uint8_t id[ID_BYTES];
    if (reason == REASON_DONE)
        reason = random_bytes(id, sizeof id, failure);
    if (reason != REASON_DONE)
        return reason;
    struct transaction *made = calloc(1, sizeof *made);
    if (made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "transaction", NULL);
    if (kordond->transaction_count >= TRANSACTIONS_KEPT_MAX)
        forget_oldest(kordond);
    made->kordond = kordond;
    made->owner = *owner;
    made->request = *request;
    made->state = TRANSACTION_STATE_OPEN;
    hex_format(id, sizeof id, made->id);
    made->next = kordond->transactions;
    if (made->next != NULL)
        made->next->previous = made;
    kordond->transactions = made;
    kordond->transaction_count++;
    kordond->unfinished_transactions++;
    metric_add(&kordond->metrics, METRIC_OPENED, 1);
    transaction_touch(made);
    events_publish_transaction(kordond, made);
    *transaction = made;
    return REASON_DONE;
}

struct transaction *transaction_find(
    struct kordond *kordond, const struct principal *owner, const char *id, size_t id_size, bool any_owner)
{
    if (id_size != TRANSACTION_ID_SIZE - 1)
        return NULL;
    struct transaction *found = NULL;
    for (struct transaction *each = kordond->transactions; each != NULL; each = each->next)
        if (equal_in_constant_time(each->id, id, id_size))
            found = each;
    return found != NULL && (any_owner || principal_is(&found->owner, owner)) ? found : NULL;
}

/* --- Waiting clients */

static void on_waiting_gone(struct http_request *request)
{
    struct transaction *transaction = request->data;
    if (transaction->cancelling == request) {
        transaction->cancelling = NULL;
        return;
    }
    transaction->waiting = NULL;
    /* A finger that nobody waits for is not taken. */
    if (transaction->state == TRANSACTION_STATE_CAPTURING)
        scanner_pool_cancel(&transaction->capture);
}

void transaction_wait(struct transaction *transaction, struct http_request *request)
{
    request->data = transaction;
    request->gone = on_waiting_gone;
    transaction->waiting = request;
}

void transaction_answer(struct transaction *transaction, const struct failure *failure)
{
    struct http_request *request = transaction->waiting;
    transaction->waiting = NULL;
    if (request == NULL)
        return;
    if (failure != NULL)
        reply_failure(request, failure);
    else
        reply_json(request, 200, transaction_json(transaction));
}

/* --- Giving up */

void transaction_reopen(struct transaction *transaction)
{
    if (transaction->given_up.reason != REASON_DONE)
        transaction_record_end(transaction);
    else
        transaction_move(transaction, TRANSACTION_STATE_OPEN);
}

void transaction_give_up(struct transaction *transaction, const struct failure *failure)
{
    switch (transaction->state) {
    case TRANSACTION_STATE_OPEN:
        transaction->given_up = *failure;
        transaction_record_end(transaction);
        break;
    case TRANSACTION_STATE_CAPTURING:
        transaction->given_up = *failure;
        scanner_pool_cancel(&transaction->capture);
        break;
    case TRANSACTION_STATE_EXTRACTING:
        transaction->given_up = *failure;
        break;
    case TRANSACTION_STATE_COMPARING:
    case TRANSACTION_STATE_RECORDING:
    case TRANSACTION_STATE_CANCELLING:
    case TRANSACTION_STATE_DECIDED:
    case TRANSACTION_STATE_CANCELLED:
    case TRANSACTION_STATE_FAILED:
    case TRANSACTION_STATE_COUNT:
        break; /* on its way to its entry, or there */
    }
}

void transaction_cancel(struct transaction *transaction, struct http_request *request)
{
    bool possible = transaction->state == TRANSACTION_STATE_OPEN ||
                    transaction->state == TRANSACTION_STATE_CAPTURING ||
                    transaction->state == TRANSACTION_STATE_EXTRACTING;
    struct failure failure = {0};
    if (!possible || transaction->cancelling != NULL) {
        failure_set(&failure, REASON_TRANSACTION_STATE, "transaction", "it is %s",
            transaction_state_name(transaction->state));
        reply_failure(request, &failure);
        return;
    }
    request->data = transaction;
    request->gone = on_waiting_gone;
    transaction->cancelling = request;
    failure_set(&failure, REASON_CAPTURE_CANCELLED, "transaction", "by its terminal");
    transaction_give_up(transaction, &failure);
}

void transactions_stop(struct kordond *kordond)
{
    struct failure failure = {0};
    failure_set(&failure, REASON_STOPPING, NULL, NULL);
    for (struct transaction *each = kordond->transactions; each != NULL; each = each->next)
        transaction_give_up(each, &failure);
}

void transactions_finish(struct kordond *kordond)
{
    while (kordond->transactions != NULL)
        remove_transaction(kordond->transactions);
}

/* --- As the API shows it */

static int64_t attempts_left(const struct transaction *transaction)
{
    uint32_t allowed = transaction_attempts_allowed(transaction, transaction->position);
    uint32_t used = transaction->attempts_used[transaction->position];
    return used < allowed ? (int64_t)(allowed - used) : 0;
}

static json_t *sample_json(const struct sample_note *sample)
{
    json_t *json = json_pack("{s:s, s:i, s:s}", "position", finger_position_name(sample->position),
        "minutiae", (int)sample->report.minutiae_count, "device", sample->device);
    sample_report_add(json, &sample->report);
    return json;
}

/* Why the last sample should be taken again, and what to do about it. */
static json_t *again_json(const struct transaction *transaction)
{
    const char *advice = matcher_sample_advice(&transaction->last_report);
    json_t *json = json_pack("{s:s}", "position", finger_position_name(transaction->position));
    sample_report_add(json, &transaction->last_report);
    json_object_set_new(json, "advice", json_string(advice != NULL ? advice : "capture again"));
    return json;
}

static json_t *notes_json(const struct transaction *transaction)
{
    json_t *notes = json_array();
    for (size_t i = 0; i < transaction->note_count; i++)
        json_array_append_new(notes, json_string(transaction->notes[i]));
    return notes;
}

json_t *transaction_json(const struct transaction *transaction)
{
    json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:I}", "transaction", transaction->id, "state",
        transaction_state_name(transaction->state), "kind", transaction_kind_name(transaction->request.kind),
        "purpose", transaction->request.purpose, "attempts_left", (json_int_t)attempts_left(transaction));
    json_t *samples = json_array();
    for (size_t i = 0; i < transaction->sample_count; i++) {
        const struct sample_note *sample = &transaction->samples[i];
        json_array_append_new(samples, sample_json(sample));
    }
    json_object_set_new(json, "samples", samples);
    if (transaction->again && attempts_left(transaction) > 0 &&
        !transaction_state_is_final(transaction->state))
        json_object_set_new(json, "again", again_json(transaction));
    json_object_set_new(json, "references", json_integer((json_int_t)transaction->reference_count));
    if (transaction->note_count > 0)
        json_object_set_new(json, "notes", notes_json(transaction));
    if (transaction->result != NULL)
        json_object_set(json, "result", transaction->result);
    if (transaction->failure.reason != REASON_DONE)
        json_object_set_new(json, "failure", reply_failure_json(&transaction->failure));
    return json;
}
