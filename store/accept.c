/* accept.c: what a supervisor accepts against the evidence, each with an entry that says so. */
#include <stdio.h>
#include <string.h>

#include "crypto/base64.h"
#include "json/writer.h"
#include "store/anchor_compare_internal.h"
#include "store/journal_append_internal.h"

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

static void write_bytes(struct json_writer *writer, const char *key, const void *bytes, size_t size)
{
    char text[BASE64_LENGTH(NOTE_KEPT_MAX) + 1];
    base64_encode(bytes, size, text);
    json_write_text(writer, key, text);
}

/* A note that covers more entries than the state has, or other ones, is a signed proof of that: the entry takes it over, because
 * its file is written anew. It need be neither whole nor text. */
static void write_note(struct json_writer *writer, const struct given_up *given_up)
{
    const struct anchor_look *look = &given_up->look;
    if (look->note == NULL)
        return;
    write_bytes(writer, "note", look->note, look->size < NOTE_KEPT_MAX ? look->size : NOTE_KEPT_MAX);
    if (look->size > NOTE_KEPT_MAX)
        json_write_integer(writer, "note_bytes", (int64_t)look->size);
    if (!given_up->parsed)
        return;
    json_write_integer(writer, "note_size", (int64_t)given_up->checkpoint.size);
    write_bytes(writer, "note_root", given_up->checkpoint.root, DIGEST_BYTES);
}

static enum reason describe_hold(
    void *context, uint64_t seq, struct proven_state *next, json_t *body, struct failure *failure)
{
    const struct given_up *given_up = context;
    struct json_writer writer;
    (void)seq;
    (void)next;
    json_writer_over(&writer, json_incref(body));
    json_write_text(&writer, "what", JOURNAL_ANCHOR_ACCEPTED);
    json_write_text(&writer, "anchor", reason_name(given_up->held.reason));
    json_write_text(&writer, "detail", given_up->held.detail);
    write_note(&writer, given_up);
    return json_writer_close(&writer, "log entry", failure);
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
    struct json_writer writer;
    (void)seq;
    next->believed_ms = store_now_ms();
    json_writer_over(&writer, json_incref(body));
    json_write_text(&writer, "what", "clock accepted");
    json_write_text(&writer, "clock", reason_name(doubt->reason));
    json_write_text(&writer, "detail", doubt->detail);
    return json_writer_close(&writer, "log entry", failure);
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
