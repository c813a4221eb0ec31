/* accept.c: what a supervisor accepts against the evidence, each with an entry that says so. */
#include <stdio.h>
#include <string.h>

#include "crypto/base64.h"
#include "store/anchor_compare_internal.h"
#include "store/journal_append_internal.h"

static enum reason add_text(json_t *body, const char *key, const char *text, struct failure *failure)
{
    return json_object_set_new(body, key, json_string(text)) == 0
               ? REASON_DONE
               : failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
}

/* --- The anchor ---------------------------------------------------------------------------------------------------- */

#define NOTE_KEPT_MAX                                                                                        \
    4096 /* bytes of an anchor's file that an entry takes over; a note of kordon's own has some 300 */

/* What is being given up. */
struct given_up {
    struct failure held;
    struct anchor_look look;
    bool parsed;
    struct checkpoint checkpoint;
};

static enum reason add_bytes(
    json_t *body, const char *key, const void *bytes, size_t size, struct failure *failure)
{
    char text[BASE64_LENGTH(NOTE_KEPT_MAX) + 1];
    base64_encode(bytes, size, text);
    return add_text(body, key, text, failure);
}

/* A note that covers more entries than the state has, or other ones, is a signed proof of that: the entry takes it over, because
 * its file is written anew. It need be neither whole nor text. */
static enum reason describe_note(const struct given_up *given_up, json_t *body, struct failure *failure)
{
    const struct anchor_look *look = &given_up->look;
    const struct checkpoint *checkpoint = &given_up->checkpoint;
    if (look->note == NULL)
        return REASON_DONE;
    enum reason reason =
        add_bytes(body, "note", look->note, look->size < NOTE_KEPT_MAX ? look->size : NOTE_KEPT_MAX, failure);
    if (reason == REASON_DONE && look->size > NOTE_KEPT_MAX &&
        json_object_set_new(body, "note_bytes", json_integer((json_int_t)look->size)) != 0)
        reason = failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
    if (reason != REASON_DONE || !given_up->parsed)
        return reason;
    if (json_object_set_new(body, "note_size", json_integer((json_int_t)checkpoint->size)) != 0)
        return failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
    return add_bytes(body, "note_root", checkpoint->root, DIGEST_BYTES, failure);
}

static enum reason describe_hold(
    void *context, uint64_t seq, struct proven_state *next, json_t *body, struct failure *failure)
{
    const struct given_up *given_up = context;
    (void)seq;
    (void)next;
    enum reason reason = add_text(body, "what", "anchor accepted", failure);
    if (reason == REASON_DONE)
        reason = add_text(body, "anchor", reason_name(given_up->held.reason), failure);
    if (reason == REASON_DONE)
        reason = add_text(body, "detail", given_up->held.detail, failure);
    return reason == REASON_DONE ? describe_note(given_up, body, failure) : reason;
}

/* What is accepted is what was said: where the file says by now something else against the state, that is said first. And an
 * acceptance that cannot be followed by a new anchor, where results wait for one, would only be one more entry. */
static enum reason check_hold(struct store *store, const struct given_up *given_up, struct failure *failure)
{
    struct failure against = {0};
    enum reason reason = anchor_compare(store, &given_up->look, &against, failure);
    if (reason != REASON_DONE && reason != REASON_ANCHOR_UNREACHABLE)
        return reason;
    if (against.reason != REASON_DONE && against.reason != given_up->held.reason) {
        store->held = against;
        if (failure != NULL)
            *failure = against;
        return against.reason;
    }
    return store->anchor.receipts_wait ? anchor_try(&store->anchor, &given_up->look, failure) : REASON_DONE;
}

/* The entry has it too: what can't be kept beside the new one is not lost. */
static void keep_file(const struct store *store, const struct given_up *given_up)
{
    char name[24] = "broken";
    if (given_up->parsed)
        snprintf(name, sizeof name, "%llu", (unsigned long long)given_up->checkpoint.size);
    anchor_keep(&store->anchor, &given_up->look, name);
}

static enum reason give_up(struct store *store, struct given_up *given_up, const struct log_draft *draft,
    struct journal_outcome *outcome, struct failure *failure)
{
    struct anchor *anchor = &store->anchor;
    bool waits = anchor->receipts_wait;
    struct journal_companion companion = {describe_hold, given_up};
    store->held = (struct failure){0};
    /* The anchor that is being given up is not waited for. */
    anchor->receipts_wait = false;
    enum reason reason = journal_append_with(store, draft, 1, &companion, outcome, failure);
    anchor->receipts_wait = waits;
    if (reason == REASON_DONE)
        reason = anchor_know(anchor, &given_up->look, failure);
    if (reason != REASON_DONE) {
        store->held = given_up->held;
        return reason;
    }
    keep_file(store, given_up);
    reason = anchor_write(anchor, &given_up->look, store->checkpoint, store->checkpoint_size, failure);
    if (reason == REASON_DONE || !waits)
        return REASON_DONE; /* said by store_guard(): whoever lets receipts not wait goes on */
    store->held =
        given_up->held; /* the acceptance is recorded, and must be repeated when there is a medium */
    return reason;
}

enum reason store_accept_anchor(struct store *store, const struct log_draft *draft,
    struct journal_outcome *outcome, struct failure *failure)
{
    struct given_up given_up = {.held = store->held};
    enum reason held = store->held.reason;
    *outcome = (struct journal_outcome){0};
    if (held != REASON_ANCHOR_MISSING && held != REASON_ANCHOR_BROKEN && held != REASON_ANCHOR_AHEAD &&
        held != REASON_ANCHOR_FORKED)
        return failure_set(failure, REASON_NOTHING_TO_ACCEPT, "anchor", "it agrees with the state");
    (void)anchor_look(&store->anchor, &given_up.look); /* what it says is in the look */
    given_up.parsed =
        given_up.look.note != NULL && checkpoint_parse((const char *)given_up.look.note, given_up.look.size,
                                          &given_up.checkpoint, NULL) == REASON_DONE;
    enum reason reason = check_hold(store, &given_up, failure);
    if (reason == REASON_DONE)
        reason = give_up(store, &given_up, draft, outcome, failure);
    anchor_look_finish(&given_up.look);
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
