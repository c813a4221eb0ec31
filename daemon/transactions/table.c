#include "daemon/transactions/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"
#include "daemon/transactions/exception.h"
#include "daemon/transactions/redress_number.h"
#include "daemon/transactions/rules.h"
#include "daemon/transactions/transaction.h"

/* --- The table and its deadlines */

static void remove_transaction(struct transaction *transaction)
{
    struct transactions *transactions = transaction->transactions;
    if (transaction->previous != NULL)
        transaction->previous->next = transaction->next;
    else
        transactions->newest = transaction->next;
    if (transaction->next != NULL)
        transaction->next->previous = transaction->previous;
    transactions->count--;
    transaction_free(transaction);
}

/* One timer for all, set to the earliest deadline: no wake-up without work. */
static void set_timer(struct transactions *transactions)
{
    uint64_t earliest = UINT64_MAX;
    for (struct transaction *each = transactions->newest; each != NULL; each = each->next)
        if (transaction_state_is_at_rest(each->state) && each->deadline_ms < earliest)
            earliest = each->deadline_ms;
    uint64_t now = uv_now(transactions->loop);
    if (earliest == UINT64_MAX)
        uv_timer_stop(&transactions->timer);
    else
        uv_timer_start(
            &transactions->timer, transactions->on_deadline, earliest > now ? earliest - now : 0, 0);
}

static void on_deadline(uv_timer_t *timer)
{
    struct transactions *transactions = timer->data;
    uint64_t now = uv_now(transactions->loop);
    struct failure failure = {0};
    struct transaction *next;
    failure_set(&failure, REASON_CAPTURE_TIMED_OUT, "transaction", N_("no activity"));
    for (struct transaction *each = transactions->newest; each != NULL; each = next) {
        next = each->next;
        if (!transaction_state_is_at_rest(each->state) || each->deadline_ms > now)
            continue;
        if (transaction_state_is_final(each->state))
            remove_transaction(each);
        else
            transaction_give_up(each, &failure);
    }
    set_timer(transactions);
}

/* Room for one more: the oldest finished one is forgotten first. */
static void forget_oldest(struct transactions *transactions)
{
    struct transaction *oldest = NULL;
    for (struct transaction *each = transactions->newest; each != NULL; each = each->next)
        if (transaction_state_is_final(each->state))
            oldest = each;
    if (oldest != NULL)
        remove_transaction(oldest);
}

enum reason transactions_init(struct transactions *transactions, struct failure *failure)
{
    transactions->on_deadline = on_deadline;
    uv_timer_init(transactions->loop, &transactions->timer);
    transactions->timer.data = transactions;
    return pacing_init(&transactions->pacing, transactions->loop, failure);
}

static enum reason take_document_secrets(
    struct transactions *transactions, const struct store *store, struct failure *failure)
{
    struct locked_memory *memory = &transactions->document_secrets;
    TRY(locked_memory_init(memory, sizeof(struct document_secrets), failure));
    struct document_secrets *secrets = memory->bytes;
    TRY(capture_note_secret(store, secrets->note, failure));
    TRY(cleared_pair_secret(store, secrets->pair, failure));
    return redress_number_secret(store, secrets->redress, failure);
}

enum reason transactions_take_keys(
    struct transactions *transactions, const struct store *store, struct failure *failure)
{
    uint8_t root[STORE_KEY_BYTES];
    enum reason reason = store_derive_key(store, "transactions", root, failure);
    if (reason == REASON_DONE)
        reason = transaction_secrets_init(&transactions->secrets, root, failure);
    memory_wipe(root, sizeof root);
    return reason == REASON_DONE ? take_document_secrets(transactions, store, failure) : reason;
}

/* --- Opening */

enum reason transactions_choose_fingers(const struct transactions *transactions,
    const struct transaction_request *request, struct transaction_fingers *fingers, struct failure *failure)
{
    const struct policy *policy = transactions->policy->policy;
    const struct policy_purpose *purpose = policy_find_purpose(policy, request->purpose);
    struct failure ignored;
    uint32_t fewest;
    TRY(transaction_fingers_choose(policy, purpose, request, fingers, failure));
    if ((request->kind & TRANSACTION_IDENTIFICATION) != 0 && request->finger_count == 0 &&
        mode_check_purpose(transactions->mode, purpose, &fewest, &ignored) == REASON_DONE)
        transaction_fingers_want(fingers, fewest);
    return REASON_DONE;
}

/* Other fingers than those of a traveller who has all of his, and of whom none are named. */
static bool has_own_fingers(const struct transaction_request *request)
{
    return request->finger_count > 0 || request->missing_count > 0;
}

static enum reason check_armed(struct transactions *transactions, const struct principal *owner,
    const struct transaction_request *request, struct failure *failure)
{
    const struct policy_purpose *purpose =
        policy_find_purpose(transactions->policy->policy, request->purpose);
    struct transaction_fingers fingers;
    uint32_t fewest;
    if ((request->kind & TRANSACTION_IDENTIFICATION) == 0 ||
        !transactions->configuration->identification.require_armed)
        return REASON_DONE;
    /* Nobody has a finger that is asked for first: whoever gives others is judged by those. */
    enum reason reason = mode_check_purpose(transactions->mode, purpose, &fewest, failure);
    if (reason != REASON_DONE && (reason != REASON_NO_COMMON_FINGER || !has_own_fingers(request)))
        return reason;
    TRY(second_line_check_transaction(
        transactions->mode->second_line, transactions->staff, owner, request->officer, failure));
    TRY(transactions_choose_fingers(transactions, request, &fingers, failure));
    return identification_check(transactions, purpose, &fingers, failure);
}

/* Of whom nothing is captured nothing is asked for by fingers. */
static enum reason check_fingers(struct transactions *transactions, const struct principal *owner,
    const struct transaction_request *request, struct failure *failure)
{
    const struct policy *policy = transactions->policy->policy;
    if (request->exception.kind != EXCEPTION_NONE)
        return exception_check(policy, owner->roles, request, &request->exception, failure);
    TRY(rules_check_capture(policy, owner->roles, request, failure));
    TRY(mode_check_capture(transactions->mode, failure));
    return check_armed(transactions, owner, request, failure);
}

enum reason transaction_check_opening(struct transactions *transactions, const struct principal *owner,
    struct transaction_request *request, struct failure *failure)
{
    if (transactions->stopping)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    TRY(transaction_request_complete(request, transactions->staff->demonstration, failure));
    TRY(register_check_officer(transactions->staff, request->officer, failure));
    return check_fingers(transactions, owner, request, failure);
}

/* It has its id; it is nobody's yet. */
static enum reason make(struct transactions *transactions, const struct principal *owner,
    struct transaction **made, struct failure *failure)
{
    struct transaction_origin origin = {.log_size = transactions->guard->store.size,
        .log_mark = transaction_log_mark(transactions->guard->store.root)};
    char identity[PRINCIPAL_IDENTITY_SIZE];
    TRY(transaction_owner_mark(
        &transactions->secrets, principal_identity(owner, identity), &origin.owner_mark, failure));
    *made = calloc(1, sizeof **made);
    if (*made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "transaction", NULL);
    enum reason reason = transaction_id_make(&transactions->secrets, &origin, (*made)->id, failure);
    if (reason == REASON_DONE)
        reason = quota_take(transactions->quota, QUOTA_TRANSACTIONS, owner, 1, failure);
    if (reason == REASON_DONE)
        return REASON_DONE;
    free(*made);
    *made = NULL;
    return reason;
}

/* What the policy wants of samples. */
struct demands {
    struct transaction_fingers fingers;
    struct policy_sensor_need sensor;
};

/* For a request that was checked. Where nothing is captured it does not matter which fingers are there. */
static enum reason find_demands(const struct transactions *transactions,
    const struct transaction_request *request, struct demands *demands, struct failure *failure)
{
    const struct policy_purpose *purpose =
        policy_find_purpose(transactions->policy->policy, request->purpose);
    demands->sensor = policy_sensor_need(purpose, request->kind);
    enum reason reason = transactions_choose_fingers(transactions, request, &demands->fingers, failure);
    return request->exception.kind != EXCEPTION_NONE ? REASON_DONE : reason;
}

enum reason transaction_open(struct transactions *transactions, const struct principal *owner,
    const struct transaction_request *wanted, struct transaction **transaction, struct failure *failure)
{
    struct transaction *made;
    struct transaction_request request = *wanted;
    struct demands demands;
    *transaction = NULL;
    TRY(postponed_seal_document(transactions, &request.document, failure));
    TRY(transaction_check_opening(transactions, owner, &request, failure));
    TRY(find_demands(transactions, &request, &demands, failure));
    TRY(make(transactions, owner, &made, failure));
    if (transactions->count >= TRANSACTIONS_KEPT_MAX)
        forget_oldest(transactions);
    made->transactions = transactions;
    made->owner = *owner;
    made->request = request;
    made->fingers = demands.fingers;
    made->sensor_need = demands.sensor;
    made->next = transactions->newest;
    if (made->next != NULL)
        made->next->previous = made;
    transactions->newest = made;
    transactions->count++;
    transactions->unfinished++;
    work_begin(transactions->work);
    metric_add(transactions->metrics, METRIC_OPENED, 1);
    transaction_guide_opening(made);
    transaction_begin(made);
    *transaction = made;
    return REASON_DONE;
}

struct transaction *transaction_find(struct transactions *transactions, const struct principal *principal,
    const char *id, size_t id_size, bool any_owner)
{
    if (id_size != TRANSACTION_ID_SIZE - 1)
        return NULL;
    struct transaction *found = NULL;
    for (struct transaction *each = transactions->newest; each != NULL; each = each->next)
        if (equal_in_constant_time(each->id, id, id_size))
            found = each;
    return found != NULL && (any_owner || principal_is(&found->owner, principal)) ? found : NULL;
}

/* --- The end of all */

void transactions_stop(struct transactions *transactions)
{
    struct failure failure = {0};
    failure_set(&failure, REASON_STOPPING, NULL, NULL);
    transactions->stopping = true;
    for (struct transaction *each = transactions->newest; each != NULL; each = each->next)
        transaction_give_up(each, &failure);
    pacing_end(&transactions->pacing);
}

void transactions_finish(struct transactions *transactions)
{
    while (transactions->newest != NULL)
        remove_transaction(transactions->newest);
    pacing_finish(&transactions->pacing);
    transaction_secrets_finish(&transactions->secrets);
    locked_memory_finish(&transactions->document_secrets);
}
