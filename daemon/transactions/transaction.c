/* transaction.c: the object: where it stands, who waits for it, and what is wiped when. */
#include "daemon/transactions/transaction.h"

#include <stdlib.h>

#include "base/say.h"

/* --- Its place in time */

/* It is given up, or forgotten, so long after its last move. */
static void touch(struct transaction *transaction)
{
    struct transactions *transactions = transaction->transactions;
    uint64_t patience = transactions->configuration->policy.transaction_timeout_ms;
    uv_timer_t *timer = &transactions->timer;
    transaction->deadline_ms = uv_now(transactions->loop) + patience;
    if (transaction_state_is_at_rest(transaction->state) &&
        (!uv_is_active((uv_handle_t *)timer) || uv_timer_get_due_in(timer) > patience))
        uv_timer_start(timer, transactions->on_deadline, patience, 0);
}

static void tell_listeners(const struct transaction *transaction)
{
    events_publish(transaction->transactions->events,
        &(struct event){.type = EVENT_TRANSACTION, .transaction = transaction});
}

/* What it did until now took so long. */
static void measure(struct transaction *transaction)
{
    static const struct {
        enum transaction_state state;
        enum metric_step step;
    } steps[] = {
        {TRANSACTION_STATE_CAPTURING, METRIC_STEP_CAPTURE},
        {TRANSACTION_STATE_EXTRACTING, METRIC_STEP_EXTRACTION},
        {TRANSACTION_STATE_COLLECTING, METRIC_STEP_COLLECTION},
        {TRANSACTION_STATE_COMPARING, METRIC_STEP_COMPARISON},
        {TRANSACTION_STATE_RECORDING, METRIC_STEP_RECORDING},
    };
    uint64_t now = uv_hrtime();
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (steps[i].state == transaction->state)
            metric_took(transaction->transactions->metrics, steps[i].step, now - transaction->moved_ns);
    transaction->moved_ns = now;
}

void transaction_begin(struct transaction *transaction)
{
    transaction->state = TRANSACTION_STATE_OPEN;
    transaction->moved_ns = uv_hrtime();
    touch(transaction);
    tell_listeners(transaction);
}

void transaction_move(struct transaction *transaction, enum transaction_state state)
{
    struct transactions *transactions = transaction->transactions;
    if (!transaction_state_may_move(transaction->state, state)) {
        say(SAY_ERROR, "a transaction can't go from %s to %s", transaction_state_name(transaction->state),
            transaction_state_name(state));
        __builtin_trap();
    }
    measure(transaction);
    transaction->state = state;
    if (transaction_state_is_final(state)) {
        transactions->unfinished--;
        quota_give_back(transactions->quota, QUOTA_TRANSACTIONS, &transaction->owner, 1);
        transaction_wipe(transaction);
    }
    touch(transaction);
    tell_listeners(transaction);
    if (transaction_state_is_final(state))
        work_end(transactions->work);
}

enum reason transaction_check_open(const struct transaction *transaction, struct failure *failure)
{
    if (transaction->transactions->stopping)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    if (transaction->state != TRANSACTION_STATE_OPEN)
        return failure_set(failure, REASON_TRANSACTION_STATE, "transaction", N_("its state is %s"),
            transaction_state_name(transaction->state));
    return REASON_DONE;
}

/* --- Attempts */

/* Samples whose finger nobody knows share the attempts of all fingers that were asked for. */
uint32_t transaction_attempts_allowed(const struct transaction *transaction, enum finger_position position)
{
    uint32_t each = transaction->fingers.attempts;
    if (position != FINGER_UNKNOWN || transaction->request.finger_count == 0)
        return each;
    return each * (uint32_t)transaction->request.finger_count;
}

uint32_t transaction_attempts_left(const struct transaction *transaction, enum finger_position position)
{
    uint32_t allowed = transaction_attempts_allowed(transaction, position);
    uint32_t used = transaction->attempts_used[position];
    return used < allowed ? allowed - used : 0;
}

uint32_t transaction_attempts_made(const struct transaction *transaction)
{
    uint32_t made = 0;
    for (int position = 0; position < FINGER_POSITION_COUNT; position++)
        made += transaction->attempts_used[position];
    return made;
}

/* --- Waiters */

void transaction_tell(struct transaction *transaction, const struct failure *failure)
{
    struct transaction_waiter *waiter = transaction->waiting;
    transaction->waiting = NULL;
    if (waiter != NULL)
        waiter->told(waiter, transaction, failure);
}

void transaction_unattended(struct transaction *transaction, const struct transaction_waiter *waiter)
{
    if (transaction->waiting == waiter && transaction->state == TRANSACTION_STATE_CAPTURING)
        scanner_pool_cancel(&transaction->capture);
}

/* --- Memory */

void transaction_wipe(struct transaction *transaction)
{
    struct deletion *deletion = &transaction->deletion;
    deletion_wipe_templates(transaction->probes, COMPARISON_FINGERS_MAX, &deletion->templates, deletion);
    deletion_wipe_templates(transaction->references, COMPARISON_FINGERS_MAX, &deletion->references, deletion);
    transaction->probe_count = transaction->reference_count = 0;
    cleared_finish(&transaction->cleared);
}

void transaction_free(struct transaction *transaction)
{
    transaction_wipe(transaction);
    transaction_result_destroy(transaction->result);
    free(transaction->receipt);
    free(transaction->plain_receipt);
    memory_wipe(transaction, sizeof *transaction);
    free(transaction);
}

/* --- Entries */

void transaction_append(struct transaction *transaction, enum log_event event, json_t *body,
    void (*written)(struct journal_entry *entry))
{
    transaction->entry =
        (struct journal_entry){.event = event, .body = body, .written = written, .data = transaction};
    evidence_append(transaction->transactions->evidence, &transaction->entry);
}

const struct journal_change *transaction_end_change(struct transaction *transaction)
{
    transaction->end_change = (struct journal_change){
        .note = postponed_change(&transaction->postponed), .slot = &transaction->slot};
    return &transaction->end_change;
}

void transaction_append_end(
    struct transaction *transaction, json_t *body, void (*written)(struct journal_entry *entry))
{
    transaction->entry = (struct journal_entry){.event = LOG_EVENT_CONSULTATION,
        .body = body,
        .change = transaction_end_change(transaction),
        .written = written,
        .data = transaction};
    evidence_append(transaction->transactions->evidence, &transaction->entry);
}

void transaction_fail(struct transaction *transaction, const struct failure *failure)
{
    transaction->failure = *failure;
    metric_add(transaction->transactions->metrics, METRIC_FAILED, 1);
    transaction_move(transaction, TRANSACTION_STATE_FAILED);
}

void transaction_take_receipts(struct transaction *transaction, struct journal_outcome *outcome)
{
    transaction->receipt = outcome->receipt;
    transaction->plain_receipt = outcome->plain_receipt;
    outcome->receipt = outcome->plain_receipt = NULL;
}

bool transaction_take_end(struct transaction *transaction)
{
    struct journal_entry *entry = &transaction->entry;
    bool durable = entry->reason == REASON_DONE;
    evidence_written(transaction->transactions->evidence, entry);
    if (durable) {
        transaction->time_ms = entry->outcome.time_ms;
        transaction_take_receipts(transaction, &entry->outcome);
    } else {
        transaction_fail(transaction, &entry->failure);
    }
    journal_entry_finish(entry);
    return durable;
}
