/* daemon_referral_room.h: the room of referrals on a state, with a match in it and the people around it, for tests. */
#ifndef KORDON_TESTS_UNIT_DAEMON_REFERRAL_ROOM_H
#define KORDON_TESTS_UNIT_DAEMON_REFERRAL_ROOM_H

#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/referrals/course.h"
#include "daemon/referrals/verbs.h"
#include "daemon/retention/hold_change.h"
#include "daemon/threads/store_reader.h"
#include "daemon/transactions/kept_probe.h"
#include "store/journal.h"
#include "tests/support/disk.h"
#include "tests/support/failing_memory.h"
#include "tests/support/state_directory.h"
#include "tests/unit/daemon_post.h"
#include "tests/unit/matcher_prints.h"
#include "tests/unit/outcome_made.h"

#define MATCH "00112233445566778899aabbccddeeff"

struct room {
    struct post post;
    struct state_directory state;
    struct referrals referrals;
    struct transaction_secrets secrets; /* none: where a transaction was opened is not known */
    struct event_listener listener;
    unsigned heard; /* events about referrals */
    struct referral_waiter waiter;
    unsigned told;
    struct failure failure; /* that the waiter was told, or that was refused */
    struct failure
        reading_failed; /* the last one on the thread that reads the state: kordond judges by it whether it locks */
    struct principal olena, taras, sofia, terminal;
    const char *owner; /* of the match that is kept; NULL: "device:lane-3" */
};

static struct room *room;

#define until(condition)                                                                                     \
    do {                                                                                                     \
        while (!(condition))                                                                                 \
            uv_run(&room->post.loop, UV_RUN_ONCE);                                                           \
    } while (0)

static inline void on_told(struct referral_waiter *waiter, const struct failure *failure)
{
    assert_ptr_equal(waiter, &room->waiter);
    room->told++;
    room->failure = failure != NULL ? *failure : (struct failure){0};
}

static inline void on_heard(struct event_listener *listener, const struct event *event)
{
    (void)listener;
    room->heard += event->type == EVENT_REFERRAL;
}

static inline struct principal person(const char *name, unsigned roles)
{
    struct principal made = {.proof = PRINCIPAL_BY_SOCKET, .registered = true, .roles = roles};
    snprintf(made.name, sizeof made.name, "person:%s", name);
    return made;
}

/* --- A match as a transaction leaves it ------------------------------------------------------------------------ */

/* Its content in a slot, with an entry of its own. Candidates: one of each category. */
static inline void keep_match(const enum alert_category *categories, uint32_t count)
{
    struct identification_candidate candidates[4] = {0};
    struct matcher_template print = prints_pack(prints_make(1, 40));
    struct locked_memory content;
    size_t size;
    for (uint32_t i = 0; i < count; i++)
        candidates[i] = made_candidate(i, categories[i]);
    struct referral_opening opening = {.transaction = MATCH,
        .time_ms = store_now_ms(),
        .purpose = "border_check",
        .legal_basis = "Border Act art. 7",
        .owner = "device:lane-3",
        .officer = "ivan",
        .traveller_group = TRAVELLER_FOREIGNER,
        .age_band = AGE_18_AND_OVER,
        .told = DECISION_MATCH,
        .rules = referral_rules_of(room->post.policy.policy, "border_check"),
        .identification = made_outcome(candidates, count),
        .finger_count = 1};
    if (room->owner != NULL)
        snprintf(opening.owner, sizeof opening.owner, "%s", room->owner);
    opening.fingers[0] = (struct referral_finger){.position = FINGER_RIGHT_INDEX,
        .quality = 70,
        .width = 388,
        .height = 374,
        .ppi = 500,
        .template = {print.bytes, print.size}};
    assert_int_equal(locked_memory_init(&content, KEPT_PROBE_BYTES, NULL), REASON_DONE);
    assert_int_equal(kept_probe_pack(&opening, &content, &size, NULL), REASON_DONE);
    struct probe_slot_change slot = {.content = content.bytes, .size = size};
    const struct journal_change change = {.slot = &slot};
    const struct journal_change *changes = &change;
    const struct log_draft draft = {
        LOG_EVENT_CONSULTATION, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "actor", "device:lane-3", "role",
                                    "terminal", "purpose", "border_check", "legal_basis", "Border Act art. 7",
                                    "justification", "crossing", "transaction", MATCH)};
    struct journal_outcome outcome;
    assert_int_equal(
        journal_append_changing(room->state.store, &draft, &changes, 1, &outcome, NULL), REASON_DONE);
    journal_outcome_finish(&outcome);
    json_decref(draft.body);
    locked_memory_finish(&content);
}

/* --- The room -------------------------------------------------------------------------------------------------- */

static inline void on_closed(void *data)
{
    *(bool *)data = true;
}

static inline void on_reading_failed(void *data, const struct failure *failure)
{
    (void)data;
    room->reading_failed = *failure;
}

/* The thread that writes the state, and the one that reads it beside. */
static inline void start_journal(void)
{
    const struct store_reader_options reading = {.machine_key = room->state.key_uri,
        .store = {.directory = room->state.path},
        .failed = on_reading_failed};
    guard_open(&room->post.guard, room->state.store);
    assert_int_equal(
        journal_thread_create(&room->post.workers.journal, &room->post.loop, room->state.store, NULL),
        REASON_DONE);
    assert_int_equal(
        store_reader_create(&room->post.workers.reader, &room->post.loop, &reading, NULL), REASON_DONE);
}

static inline void close_journal(void)
{
    bool closed = false;
    if (room->post.workers.journal == NULL)
        return;
    journal_thread_close(room->post.workers.journal, on_closed, &closed);
    until(closed);
    room->post.workers.journal = NULL;
    closed = false;
    store_reader_close(room->post.workers.reader, on_closed, &closed);
    until(closed);
    room->post.workers.reader = NULL;
}

static inline void load(void)
{
    room->referrals = (struct referrals){.workers = &room->post.workers,
        .evidence = &room->post.evidence,
        .guard = &room->post.guard,
        .events = &room->post.events,
        .list = &room->post.list,
        .work = &room->post.work,
        .secrets = &room->secrets};
    assert_int_equal(referrals_load(&room->referrals, room->state.store, &room->failure), REASON_DONE);
}

/* As a new start does. */
static inline void restart(void)
{
    close_journal();
    referrals_finish(&room->referrals);
    assert_int_equal(state_directory_reopen(&room->state), REASON_DONE);
    load();
    start_journal();
}

static inline int set_up(void **state)
{
    room = calloc(1, sizeof *room);
    assert_non_null(room);
    *state = room;
    disk_spare_syncs();
    post_begin(&room->post);
    state_directory_init(&room->state);
    memcpy(room->post.configuration.state.directory, room->state.path, sizeof room->state.path);
    room->waiter.told = on_told;
    room->listener.told = on_heard;
    events_subscribe(&room->post.events, &room->listener);
    room->olena = person("olena", ROLE_EXAMINER);
    room->taras = person("taras", ROLE_EXAMINER);
    room->sofia = person("sofia", ROLE_SUPERVISOR);
    room->terminal = person("ivan", ROLE_TERMINAL);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    disk_forget();
    close_journal();
    referrals_finish(&room->referrals);
    state_directory_finish(&room->state);
    post_end(&room->post);
    free(room);
    return 0;
}

static inline void begin(enum alert_category category)
{
    keep_match(&category, 1);
    load();
    start_journal();
}

/* The purpose that all who cross come for, with its rules. */
static inline struct policy_purpose *purpose(void)
{
    return &room->post.policy.policy->purposes[0];
}

/* --- Steps ----------------------------------------------------------------------------------------------------- */

static inline struct referral_verb verb(const struct principal *by)
{
    room->told = 0;
    room->failure = (struct failure){0};
    return (struct referral_verb){
        .referrals = &room->referrals, .by = by, .id = MATCH, .waiter = &room->waiter};
}

static inline enum reason came_of(enum reason begun)
{
    if (begun != REASON_DONE) {
        assert_int_equal(room->told, 0);
        return begun;
    }
    until(room->told > 0 && room->post.work.count == 0);
    assert_int_equal(room->told, 1);
    return room->failure.reason;
}

static inline enum reason take(const struct principal *by)
{
    const struct referral_verb taking = verb(by);
    return came_of(referral_take(&taking, &room->failure));
}

/* He was shown the probe and the reference, as far as anybody may know: for what is no test of looks. */
static inline void show_all(const struct principal *by, const char *id)
{
    const struct referral_person person = referral_person_of(by);
    struct referral *referral = referral_find(&room->referrals, by, id);
    for (uint32_t candidate = 0; referral != NULL && candidate <= MATCHER_CANDIDATES_MAX; candidate++) {
        const struct referral_looking looking = {
            .look = candidate == 0 ? REFERRAL_LOOK_PROBE : REFERRAL_LOOK_REFERENCE, .candidate = candidate};
        referral_seen_note(
            &referral->seen, &person, &looking, &(struct referral_showing){.kind = SHOWN_PRINT});
    }
}

/* By what he was shown. */
static inline enum reason judge_shown(const struct principal *by)
{
    const struct referral_verb judging = verb(by);
    return came_of(referral_judge_probe(&judging, PROBE_USABLE, "clear", &room->failure));
}

static inline enum reason judge(const struct principal *by)
{
    show_all(by, MATCH);
    return judge_shown(by);
}

static inline enum reason decide(const struct principal *by, enum referral_verdict verdict)
{
    const struct referral_verb deciding = verb(by);
    show_all(by, MATCH);
    return came_of(referral_give_verdict(
        &deciding, &(struct referral_saying){.verdict = verdict, .why = "ridge flow"}, &room->failure));
}

/* Everything that an examiner does, one after the other. */
static inline void examine(const struct principal *by, enum referral_verdict verdict)
{
    assert_int_equal(take(by), REASON_DONE);
    assert_int_equal(judge(by), REASON_DONE);
    assert_int_equal(decide(by, verdict), REASON_DONE);
}

static inline enum reason look(const struct principal *by, enum referral_look what, uint32_t candidate)
{
    const struct referral_verb looking = verb(by);
    const struct referral_looking at = {.look = what, .candidate = candidate, .position = FINGER_RIGHT_INDEX};
    const enum reason reason = came_of(referral_look_at(&looking, &at, &room->failure));
    if (room->told > 0)
        referral_look_end(&looking, &at,
            &(struct referral_showing){.kind = reason == REASON_DONE ? SHOWN_PRINT : SHOWN_NOTHING});
    return reason;
}

static inline const struct referral *known(void)
{
    const struct referral *found = referral_find(&room->referrals, &room->sofia, MATCH);
    assert_non_null(found);
    return found;
}

static inline void assert_known_again(void)
{
    size_t size;
    char *before = referral_course_text(&known()->of, &known()->course, &size);
    restart();
    char *after = referral_course_text(&known()->of, &known()->course, &size);
    assert_non_null(before);
    assert_non_null(after);
    assert_string_equal(after, before);
    free(before);
    free(after);
}

static inline size_t logged(const char *what)
{
    json_t *log = state_directory_log(&room->state), *entry;
    size_t i, count = 0;
    json_array_foreach(log, i, entry)
    {
        const char *said = json_string_value(json_object_get(json_object_get(entry, "body"), "what"));
        count += said != NULL && strcmp(said, what) == 0;
    }
    json_decref(log);
    return count;
}

static inline enum reason count_slot(void *context, uint32_t slot, struct failure *failure)
{
    (void)slot, (void)failure;
    ++*(unsigned *)context;
    return REASON_DONE;
}

static inline unsigned slots_kept(void)
{
    unsigned count = 0;
    close_journal();
    assert_int_equal(probe_slots_each(room->state.store, count_slot, &count, NULL), REASON_DONE);
    start_journal();
    return count;
}

/* By one examiner, from its waiting on. */
static inline void decide_silent(void)
{
    const struct referral_saying saying = {.verdict = VERDICT_INCONCLUSIVE, .why = "blurred"};
    struct referral_verb acting = verb(&room->olena);
    acting.id = MATCH "s";
    assert_int_equal(came_of(referral_take(&acting, &room->failure)), REASON_DONE);
    room->told = 0;
    show_all(&room->olena, MATCH "s");
    assert_int_equal(came_of(referral_judge_probe(&acting, PROBE_USABLE, "", &room->failure)), REASON_DONE);
    room->told = 0;
    assert_int_equal(came_of(referral_give_verdict(&acting, &saying, &room->failure)), REASON_DONE);
}

/* The clock that is believed goes along: what is tested is not the clock. */
static inline void tick_by(int64_t later_ms, int64_t past_ms)
{
    room->post.guard.store.believed_ms = store_now_ms() + later_ms;
    referrals_tick(&room->referrals, store_now_ms() + later_ms, past_ms);
    until(room->post.work.count == 0);
}

static inline void tick(int64_t later_ms)
{
    tick_by(later_ms, store_now_ms() + later_ms);
}

/* What closes or erases it is tried until memory fails at a place behind which nobody knows whether it is durable. */
static inline void bring_erasure_in_doubt(const struct referral *of)
{
    struct referral_match *match = of->match;
    for (long successes = 0; !match->in_doubt; successes++) {
        assert_false(of->course.probe_closed);
        match->erasure_ms = 0;
        failing_memory_set(successes);
        tick(0);
        failing_memory_set(-1);
        assert_int_equal(of->erasing, match->in_doubt);
    }
}

#endif
