/* accept.c: what a supervisor accepts against the evidence, each with an entry that says so. */
#include <stdio.h>
#include <string.h>

#include "store/journal_append_internal.h"
#include "store/tree_internal.h"

static enum reason add_text(json_t *body, const char *key, const char *text, struct failure *failure)
{
    return json_object_set_new(body, key, json_string(text)) == 0
               ? REASON_DONE
               : failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
}

/* --- The anchor ---------------------------------------------------------------------------------------------------- */

static enum reason describe_hold(
    void *context, uint64_t seq, struct proven_state *next, json_t *body, struct failure *failure)
{
    const struct failure *held = context;
    (void)seq;
    (void)next;
    enum reason reason = add_text(body, "what", "anchor accepted", failure);
    if (reason == REASON_DONE)
        reason = add_text(body, "anchor", reason_name(held->reason), failure);
    return reason == REASON_DONE ? add_text(body, "detail", held->detail, failure) : reason;
}

enum reason store_accept_anchor(struct store *store, const struct log_draft *draft,
    struct journal_outcome *outcome, struct failure *failure)
{
    struct failure held = store->held;
    bool waits = store->anchor.receipts_wait;
    struct journal_companion companion = {describe_hold, &held};
    *outcome = (struct journal_outcome){0};
    if (held.reason != REASON_ANCHOR_MISSING && held.reason != REASON_ANCHOR_BROKEN &&
        held.reason != REASON_ANCHOR_AHEAD && held.reason != REASON_ANCHOR_FORKED)
        return failure_set(failure, REASON_NOTHING_TO_ACCEPT, "anchor", "it agrees with the state");
    store->held = (struct failure){0};
    /* The anchor that is being given up is not waited for. */
    store->anchor.receipts_wait = false;
    enum reason reason = journal_append_with(store, draft, 1, &companion, outcome, failure);
    store->anchor.receipts_wait = waits;
    if (reason != REASON_DONE) {
        store->held = held;
        return reason;
    }
    reason = anchor_write(&store->anchor, store->checkpoint, store->checkpoint_size, failure);
    if (reason == REASON_DONE || !waits)
        return REASON_DONE; /* said by store_guard(): whoever lets receipts not wait goes on */
    store->held = held;     /* the acceptance is recorded, and must be repeated when there is a medium */
    return reason;
}

/* --- The clock ----------------------------------------------------------------------------------------------------- */

static enum reason believe(
    void *context, uint64_t seq, struct proven_state *next, json_t *body, struct failure *failure)
{
    const struct failure *doubt = context;
    (void)seq;
    next->believed_ms = store_now_ms();
    enum reason reason = add_text(body, "what", "clock accepted", failure);
    if (reason == REASON_DONE)
        reason = add_text(body, "clock", reason_name(doubt->reason), failure);
    return reason == REASON_DONE ? add_text(body, "detail", doubt->detail, failure) : reason;
}

enum reason store_accept_clock(struct store *store, const struct log_draft *draft,
    struct journal_outcome *outcome, struct failure *failure)
{
    struct failure doubt = {0};
    struct journal_companion companion = {believe, &doubt};
    *outcome = (struct journal_outcome){0};
    if (clock_check(store->proven.state.believed_ms, store_now_ms(), store->clock_gap_days, &doubt) ==
        REASON_DONE)
        return failure_set(failure, REASON_NOTHING_TO_ACCEPT, "clock", "it is believed already");
    return journal_append_with(store, draft, 1, &companion, outcome, failure);
}
