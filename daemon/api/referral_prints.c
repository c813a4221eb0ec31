/* referral_prints.c: the prints of a referral, as those who verify it look at them: each look is in the log before (H3, L1). */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/language.h"
#include "daemon/api/query.h"
#include "daemon/api/referral_call.h"
#include "daemon/api/referral_comparison.h"
#include "daemon/api/referral_json.h"
#include "daemon/api/routes.h"
#include "daemon/api/state_reading.h"
#include "daemon/referrals/since.h"
#include "daemon/referrals/verbs.h"
#include "daemon/threads/worker_pool.h"
#include "daemon/transactions/kept_probe.h"

#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)

struct reading {
    struct state_reading base; /* first: the base's job is the reading */
    struct referral_waiter waiter;
    enum reason (*show)(struct reading *reading, struct store *store, const struct referral_opening *opening,
        struct failure *failure);
    struct principal by;
    char id[REFERRAL_ID_SIZE];
    char transaction[TRANSACTION_ID_SIZE]; /* whose probe it is */
    struct referral_looking looking;
    bool reference_given;
    enum finger_position reference; /* the finger that it is compared with, where that is given */
    bool score_shown;
    enum entry_since since; /* the match: what became of the candidate's entry */
    uint64_t searches_a_day;
    uint32_t slot;
    uint32_t rank; /* of the candidate, among all of the match */
    struct referral_showing showing;
    /* what came of it: a picture, or JSON */
    uint8_t *png;
    size_t png_size;
    json_t *json;
};

/* --- On the reading thread ------------------------------------------------------------------------------------- */

/* The slot may keep another match by now. */
static enum reason open_probe(
    struct reading *reading, struct store *store, struct referral_opening **opening, struct failure *failure)
{
    struct locked_memory content;
    uint8_t salt[PROBE_SALT_BYTES];
    size_t size;
    TRY(probe_slot_read(store, reading->slot, &content, &size, salt, failure));
    TRY(kept_probe_read(&content, size, opening, failure));
    if (strcmp((*opening)->transaction, reading->transaction) == 0)
        return REASON_DONE;
    referral_opening_destroy(*opening);
    return failure_set(failure, REASON_PROBE_NOT_KEPT, "referral", NULL);
}

/* NULL: the probe has none there. */
static const struct referral_finger *find_finger(
    const struct reading *reading, const struct referral_opening *opening, struct failure *failure)
{
    uint32_t counted = 0;
    for (size_t i = 0; i < opening->finger_count; i++)
        if (opening->fingers[i].position == reading->looking.position && ++counted == reading->looking.number)
            return &opening->fingers[i];
    failure_set(failure, REASON_BAD_VALUE, "finger",
        counted == 0 ? N_("the probe has none at that position") : N_("the probe has not so many there"));
    return NULL;
}

static enum reason take_picture(
    struct reading *reading, const uint8_t *png, size_t size, struct failure *failure)
{
    reading->png = malloc(size);
    if (reading->png == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "referral", NULL);
    memcpy(reading->png, png, size);
    reading->png_size = size;
    return REASON_DONE;
}

/* Where other fingers have one there is something to be seen. */
static enum reason say_no_picture(
    struct reading *reading, const struct referral_opening *opening, struct failure *failure)
{
    if (referral_opening_has_picture(opening))
        return failure_set(failure, REASON_PROBE_NOT_KEPT, "finger",
            N_("there was no room for its picture: look at another finger's"));
    reading->showing.kind = SHOWN_TO_BE_NONE;
    return failure_set(failure, REASON_PROBE_NOT_KEPT, "finger", N_("there was no room for its picture"));
}

static enum reason show_probe(struct reading *reading, struct store *store,
    const struct referral_opening *opening, struct failure *failure)
{
    (void)store;
    const struct referral_finger *finger = find_finger(reading, opening, failure);
    if (finger == NULL)
        return REASON_BAD_VALUE;
    if (finger->png.size == 0)
        return say_no_picture(reading, opening, failure);
    TRY(take_picture(reading, finger->png.bytes, finger->png.size, failure));
    reading->showing.kind = SHOWN_PRINT;
    return REASON_DONE;
}

/* A record has no picture: its minutiae are all that there is to see. */
static enum reason show_entry(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct reading *reading = context;
    struct kept_picture picture;
    uint32_t counted = 0;
    for (size_t i = 0; i < entry->finger_count; i++) {
        const struct watchlist_finger *finger = &entry->fingers[i];
        if (finger->position != reading->looking.position || ++counted != reading->looking.number)
            continue;
        TRY(opened_list_digest_read(entry, reading->showing.entry, failure));
        TRY(reference_picture(finger, &picture, failure));
        enum reason reason = REASON_DONE;
        if (picture.png.bytes != NULL)
            reason = take_picture(reading, picture.png.bytes, picture.png.size, failure);
        else if ((reading->json = reference_json(finger, counted, &picture)) == NULL)
            reason = failure_set(failure, REASON_NO_MEMORY, "referral", NULL);
        kept_picture_finish(&picture);
        return reason;
    }
    return failure_set(failure, REASON_BAD_VALUE, "finger",
        counted == 0 ? N_("the candidate has none at that position")
                     : N_("the candidate has not so many there"));
}

static enum reason show_reference(struct reading *reading, struct store *store,
    const struct referral_opening *opening, struct failure *failure)
{
    const unsigned parts = WATCHLIST_PART_ALERT | WATCHLIST_PART_TEMPLATES | WATCHLIST_PART_ORIGINALS;
    enum reason reason = watchlist_read(store, &opening->identification.candidates[reading->rank - 1].id,
        parts, show_entry, reading, failure);
    if (reason == REASON_DONE)
        reading->showing.kind = SHOWN_PRINT;
    else if (reason == REASON_ENTRY_NOT_FOUND)
        reading->showing.kind = SHOWN_TO_BE_NONE;
    return reason;
}

static enum reason show_comparison(struct reading *reading, struct store *store,
    const struct referral_opening *opening, struct failure *failure)
{
    const struct referral_comparison comparison = {.opening = opening,
        .probe = find_finger(reading, opening, failure),
        .rank = reading->rank,
        .number = reading->looking.candidate,
        .reference_given = reading->reference_given,
        .reference = reading->reference,
        .since = reading->since,
        .score_shown = reading->score_shown,
        .searches_a_day = reading->searches_a_day};
    if (comparison.probe == NULL)
        return REASON_BAD_VALUE;
    return referral_compare(store, &comparison, &reading->json, failure);
}

/* What was decoded and compared lay on the stack, too (M2). */
static enum reason run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct reading *reading = (struct reading *)job;
    struct referral_opening *opening;
    enum reason reason = open_probe(reading, store, &opening, failure);
    if (reason == REASON_DONE) {
        reason = reading->show(reading, store, opening, failure);
        referral_opening_destroy(opening);
    }
    stack_wipe(WORKER_STACK_BYTES);
    return reason;
}

/* --- On the loop's thread -------------------------------------------------------------------------------------- */

static void finish(struct reading *reading)
{
    if (reading->png != NULL)
        memory_wipe(reading->png, reading->png_size);
    free(reading->png);
    json_decref(reading->json);
    free(reading);
}

static struct referral_verb verb_of(struct kordond *kordond, struct reading *reading)
{
    return (struct referral_verb){
        .referrals = &kordond->referrals, .by = &reading->by, .id = reading->id, .waiter = &reading->waiter};
}

/* Behind the entry about it: nobody comes here but by on_told(). Who has gone was shown nothing. */
static void end_look(struct reading *reading)
{
    const struct referral_verb verb = verb_of(reading->base.call.kordond, reading);
    if (reading->base.call.request == NULL)
        reading->showing.kind = SHOWN_NOTHING;
    referral_look_end(&verb, &reading->looking, &reading->showing);
}

static void on_read(struct reader_job *job)
{
    struct reading *reading = (struct reading *)job;
    struct call *call = &reading->base.call;
    end_look(reading);
    if (call->request != NULL && reading->looking.look == REFERRAL_LOOK_REFERENCE)
        http_request_add_header(call->request, "Kordon-Entry-Since", entry_since_name(reading->since));
    if (job->reason != REASON_DONE) {
        call_fail(call, &job->failure);
    } else if (reading->png == NULL) {
        call_answer(call, 200, json_incref(reading->json));
    } else if (call->request != NULL) {
        reply_bytes(call->request, "image/png", reading->png, reading->png_size);
        reading->png = NULL;
    }
    state_reading_end(&reading->base);
    finish(reading);
}

/* As many as kordond has made since it began, or of longer than a day its share. At least this one's was made. */
static uint64_t searches_a_day(const struct kordond *kordond)
{
    uint64_t elapsed = uv_now(&kordond->loop) - kordond->began_ms;
    uint64_t searches = kordond->metrics.counters[METRIC_SEARCHES];
    if (elapsed > DAY_MS)
        searches = (uint64_t)((double)searches * DAY_MS / (double)elapsed);
    return searches > 0 ? searches : 1;
}

/* While the look was on its way to the log his seat may have gone, or the probe. */
static enum reason look_again(struct reading *reading, struct failure *failure)
{
    struct referral_view view;
    const struct referral *referral =
        referral_look_up(reading->base.call.kordond, &reading->by, reading->id, &view);
    if (referral == NULL)
        return failure_set(failure, REASON_REFERRAL_NOT_FOUND, "referral", NULL);
    bool probe = reading->looking.look == REFERRAL_LOOK_PROBE;
    if (referral->match->opening != NULL)
        reading->rank =
            referral_candidate_rank(&referral->of, referral->match->opening, reading->looking.candidate);
    if (referral->match->opening == NULL || view.probe_closed ||
        !(probe ? view.sight.probe : view.sight.comparison && reading->rank != 0))
        return failure_set(failure, REASON_REFERRAL_STATE, "referral", N_("it was changed meanwhile"));
    reading->slot = referral->match->opening->slot;
    if (!probe)
        reading->since = entry_since_of(&reading->base.call.kordond->list,
            &referral->match->opening->identification.candidates[reading->rank - 1]);
    reading->score_shown = view.sight.score;
    reading->searches_a_day = searches_a_day(reading->base.call.kordond);
    memcpy(reading->transaction, referral->of.transaction, sizeof reading->transaction);
    return REASON_DONE;
}

static void on_told(struct referral_waiter *waiter, const struct failure *why)
{
    struct reading *reading = (struct reading *)((char *)waiter - offsetof(struct reading, waiter));
    struct call *call = &reading->base.call;
    struct failure failure = {0};
    if (why != NULL)
        failure = *why;
    else
        look_again(reading, &failure);
    if (call->request != NULL && failure.reason == REASON_DONE) {
        state_reading_start_unrecorded(&reading->base, call->kordond, call->request);
        return;
    }
    end_look(reading);
    if (call->request != NULL)
        call_fail(call, &failure);
    finish(reading);
}

static enum reason read_finger(const struct http_request *request, const char *name, bool *given,
    enum finger_position *position, struct failure *failure)
{
    const char *said = http_request_query(request, name);
    *given = said != NULL;
    *position = FINGER_UNKNOWN;
    if (said != NULL && !finger_position_parse(said, position))
        return failure_set(failure, REASON_BAD_REQUEST, name, N_("no finger position of that name"));
    return REASON_DONE;
}

static enum reason read_question(
    const struct http_request *request, struct reading *wanted, struct failure *failure)
{
    bool given;
    uint64_t candidate = 0, number = 0;
    TRY(path_referral(request, wanted->id, failure));
    TRY(read_finger(request, "finger", &given, &wanted->looking.position, failure));
    if (!given)
        return failure_set(failure, REASON_BAD_REQUEST, "finger", N_("say which one, in the query"));
    TRY(read_finger(request, "reference_finger", &wanted->reference_given, &wanted->reference, failure));
    TRY(query_number(request, "candidate", 1, UINT32_MAX, 1, &candidate, failure));
    TRY(query_number(request, "number", 1, UINT32_MAX, 1, &number, failure));
    wanted->looking.candidate = (uint32_t)candidate;
    wanted->looking.number = (uint32_t)number;
    return REASON_DONE;
}

static void look(struct kordond *kordond, struct http_request *request, struct reading *wanted)
{
    struct failure failure = {0};
    if (read_question(request, wanted, &failure) != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    struct reading *reading = state_reading_new(request, "referral", wanted, sizeof *wanted);
    if (reading == NULL)
        return;
    reading->by = request->principal;
    reading->waiter.told = on_told;
    const struct referral_verb verb = verb_of(kordond, reading);
    call_start(&reading->base.call, kordond, request);
    if (referral_look_at(&verb, &reading->looking, &failure) == REASON_DONE)
        return;
    referral_note_denial(kordond, request, &failure);
    call_fail(&reading->base.call, &failure);
    finish(reading);
}

static void look_at(struct kordond *kordond, struct http_request *request, struct reading *wanted)
{
    wanted->base.job.run = run;
    wanted->base.job.done = on_read;
    look(kordond, request, wanted);
}

void handle_referral_probe(struct kordond *kordond, struct http_request *request)
{
    look_at(kordond, request, &(struct reading){.show = show_probe, .looking.look = REFERRAL_LOOK_PROBE});
}

void handle_referral_reference(struct kordond *kordond, struct http_request *request)
{
    look_at(
        kordond, request, &(struct reading){.show = show_reference, .looking.look = REFERRAL_LOOK_REFERENCE});
}

void handle_referral_comparison(struct kordond *kordond, struct http_request *request)
{
    look_at(kordond, request,
        &(struct reading){.show = show_comparison, .looking.look = REFERRAL_LOOK_COMPARISON});
}
