/* The room of referrals on a state: what people do is durable before it is so, a start knows all of it again, and the probe goes in the end. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/referrals/course.h"
#include "daemon/referrals/referrals.h"
#include "daemon/retention/hold_change.h"
#include "daemon/transactions/kept_probe.h"
#include "store/journal.h"
#include "tests/support/disk.h"
#include "tests/support/failing_memory.h"
#include "tests/support/state_directory.h"
#include "tests/unit/daemon_post.h"
#include "tests/unit/matcher_prints.h"

#define MATCH "00112233445566778899aabbccddeeff"

struct room {
    struct post post;
    struct state_directory state;
    struct referrals referrals;
    struct event_listener listener;
    unsigned heard; /* events about referrals */
    struct referral_waiter waiter;
    unsigned told;
    struct failure failure; /* that the waiter was told, or that was refused */
    struct principal olena, taras, sofia, terminal;
};

static struct room *room;

#define until(condition)                                                                                     \
    do {                                                                                                     \
        while (!(condition))                                                                                 \
            uv_run(&room->post.loop, UV_RUN_ONCE);                                                           \
    } while (0)

static void on_told(struct referral_waiter *waiter, const struct failure *failure)
{
    assert_ptr_equal(waiter, &room->waiter);
    room->told++;
    room->failure = failure != NULL ? *failure : (struct failure){0};
}

static void on_heard(struct event_listener *listener, const struct event *event)
{
    (void)listener;
    room->heard += event->type == EVENT_REFERRAL;
}

static struct principal person(const char *name, unsigned roles)
{
    struct principal made = {.proof = PRINCIPAL_BY_SOCKET, .registered = true, .roles = roles};
    snprintf(made.name, sizeof made.name, "person:%s", name);
    return made;
}

/* --- A match as a transaction leaves it ------------------------------------------------------------------------ */

/* Its content in a slot, with an entry of its own. Candidates: one of each category. */
static void keep_match(const enum alert_category *categories, uint32_t count)
{
    struct identification_candidate candidates[4] = {0};
    struct matcher_template print = prints_pack(prints_make(1, 40));
    struct locked_memory content;
    size_t size;
    for (uint32_t i = 0; i < count; i++) {
        candidates[i] = (struct identification_candidate){.score = 70 - (matcher_score)i,
            .fingers = 1,
            .false_match_rate = 1e-7,
            .category = categories[i]};
        memset(candidates[i].id.bytes, (int)i + 1, WATCHLIST_ID_BYTES);
    }
    struct referral_opening opening = {.transaction = MATCH,
        .time_ms = store_now_ms(),
        .purpose = "border_check",
        .legal_basis = "Border Act art. 7",
        .owner = "device:lane-3",
        .officer = "ivan",
        .traveller_group = TRAVELLER_FOREIGNER,
        .age_band = AGE_18_AND_OVER,
        .told = DECISION_MATCH,
        .identification = {.decision = DECISION_MATCH,
            .target_fpir = 0.001,
            .threshold_known = true,
            .threshold = 61,
            .list_known = true,
            .list_name = "wanted",
            .list_version = 7,
            .fingers = 1,
            .visible = 12000,
            .people_known = true,
            .searched = 12000,
            .whole = true,
            .candidates = candidates,
            .candidate_count = count},
        .finger_count = 1};
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

static void on_closed(void *data)
{
    *(bool *)data = true;
}

static void start_journal(void)
{
    guard_open(&room->post.guard, room->state.store);
    assert_int_equal(
        journal_thread_create(&room->post.workers.journal, &room->post.loop, room->state.store, NULL),
        REASON_DONE);
}

static void close_journal(void)
{
    bool closed = false;
    if (room->post.workers.journal == NULL)
        return;
    journal_thread_close(room->post.workers.journal, on_closed, &closed);
    until(closed);
    room->post.workers.journal = NULL;
}

static void load(void)
{
    room->referrals = (struct referrals){.policy = &room->post.policy,
        .workers = &room->post.workers,
        .evidence = &room->post.evidence,
        .guard = &room->post.guard,
        .events = &room->post.events,
        .work = &room->post.work};
    assert_int_equal(referrals_load(&room->referrals, room->state.store, &room->failure), REASON_DONE);
}

/* As a new start does. */
static void restart(void)
{
    close_journal();
    referrals_finish(&room->referrals);
    assert_int_equal(state_directory_reopen(&room->state), REASON_DONE);
    load();
    start_journal();
}

static int set_up(void **state)
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

static int tear_down(void **state)
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

static void begin(enum alert_category category)
{
    keep_match(&category, 1);
    load();
    start_journal();
}

/* --- Steps ----------------------------------------------------------------------------------------------------- */

static struct referral_verb verb(const struct principal *by)
{
    room->told = 0;
    room->failure = (struct failure){0};
    return (struct referral_verb){
        .referrals = &room->referrals, .by = by, .id = MATCH, .waiter = &room->waiter};
}

static enum reason came_of(enum reason begun)
{
    if (begun != REASON_DONE) {
        assert_int_equal(room->told, 0);
        return begun;
    }
    until(room->told > 0 && room->post.work.count == 0);
    assert_int_equal(room->told, 1);
    return room->failure.reason;
}

static enum reason take(const struct principal *by)
{
    const struct referral_verb taking = verb(by);
    return came_of(referral_take(&taking, &room->failure));
}

static enum reason judge(const struct principal *by)
{
    const struct referral_verb judging = verb(by);
    return came_of(referral_judge_probe(&judging, PROBE_USABLE, "clear", &room->failure));
}

static enum reason decide(const struct principal *by, enum referral_verdict verdict)
{
    const struct referral_verb deciding = verb(by);
    return came_of(referral_give_verdict(&deciding, verdict, "ridge flow", &room->failure));
}

static enum reason look(const struct principal *by, enum referral_look what, uint32_t candidate)
{
    const struct referral_verb looking = verb(by);
    return came_of(referral_look_at(&looking,
        &(struct referral_looking){.look = what, .candidate = candidate, .position = FINGER_RIGHT_INDEX},
        &room->failure));
}

static const struct referral *known(void)
{
    const struct referral *found = referral_find(&room->referrals, &room->sofia, MATCH);
    assert_non_null(found);
    return found;
}

static void assert_known_again(void)
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

static size_t logged(const char *what)
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

static enum reason count_slot(void *context, uint32_t slot, struct failure *failure)
{
    (void)slot, (void)failure;
    ++*(unsigned *)context;
    return REASON_DONE;
}

static unsigned slots_kept(void)
{
    unsigned count = 0;
    close_journal();
    assert_int_equal(probe_slots_each(room->state.store, count_slot, &count, NULL), REASON_DONE);
    start_journal();
    return count;
}

/* The clock that is believed goes along: what is tested is not the clock. */
static void tick(int64_t later_ms)
{
    room->post.guard.store.believed_ms = store_now_ms() + later_ms;
    referrals_tick(&room->referrals, store_now_ms() + later_ms);
    until(room->post.work.count == 0);
}

/* --- Tests ----------------------------------------------------------------------------------------------------- */

/* Each act is in the log and known after a start; whoever listens hears of no judgement and of no first verdict. */
static void test_H5_the_whole_way_is_durable_and_told_without_what_is_open(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(known()->course.state, REFERRAL_STATE_WAITING);
    assert_int_equal(take(&room->olena), REASON_DONE);
    assert_int_equal(room->heard, 1);
    assert_known_again();
    assert_int_equal(judge(&room->olena), REASON_DONE);
    assert_int_equal(decide(&room->olena, VERDICT_HIT), REASON_DONE);
    assert_int_equal(room->heard, 1);
    assert_known_again();
    assert_int_equal(take(&room->taras), REASON_DONE);
    assert_int_equal(judge(&room->taras), REASON_DONE);
    assert_int_equal(room->heard, 2);
    assert_int_equal(decide(&room->taras, VERDICT_HIT), REASON_DONE);
    assert_int_equal(room->heard, 3);
    assert_int_equal(known()->course.outcome, VERDICT_HIT);
    assert_known_again();
    assert_int_equal(logged("referral taken"), 2);
    assert_int_equal(logged("probe judged"), 2);
    assert_int_equal(logged("verdict given"), 1);
    assert_int_equal(logged("outcome"), 1);
}

/* With the outcome the probe goes, with its entry, and what people decided stays. */
static void test_M2_the_probe_is_erased_when_it_is_decided(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    tick(0);
    assert_int_equal(slots_kept(), 1);
    struct principal *examiners[] = {&room->olena, &room->taras};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(take(examiners[i]), REASON_DONE);
        assert_int_equal(judge(examiners[i]), REASON_DONE);
        tick(0);
        assert_int_equal(slots_kept(), 1);
        assert_int_equal(decide(examiners[i], VERDICT_FALSE_POSITIVE), REASON_DONE);
    }
    assert_non_null(known()->match->opening);
    tick(0);
    assert_int_equal(slots_kept(), 0);
    assert_null(known()->match->opening);
    assert_int_equal(logged("probe erased"), 1);
    assert_int_equal(look(&room->olena, REFERRAL_LOOK_PROBE, 0), REASON_REFERRAL_STATE);
    assert_known_again();
    assert_true(known()->course.probe_erased);
    assert_int_equal(known()->course.outcome, VERDICT_FALSE_POSITIVE);
    tick(0);
    assert_int_equal(logged("probe erased"), 1);
}

static void on_held(struct hold_change *change)
{
    *(bool *)change->data = true;
}

static void change_hold(bool lifts)
{
    bool done = false;
    struct hold_change change = {.done = on_held,
        .data = &done,
        .evidence = &room->post.evidence,
        .lifts = lifts,
        .hold = {.transaction = MATCH, .reason = "proceeding"}};
    hold_change_start(&change, &room->sofia);
    until(done);
    assert_int_equal(change.reason, REASON_DONE);
    journal_outcome_finish(&change.outcome);
}

/* What is held stays until it is held no more; what the policy keeps for some days stays for them. */
static void test_M2_a_probe_that_is_held_or_kept_stays(void **state)
{
    (void)state;
    const int64_t hour_ms = INT64_C(3600) * 1000, day_ms = 24 * hour_ms;
    room->post.policy.policy->purposes[0].examiners = 1;
    room->post.policy.policy->purposes[0].probe_retention_days = 2;
    assert_string_equal(room->post.policy.policy->purposes[0].name, "border_check");
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(take(&room->olena), REASON_DONE);
    assert_int_equal(judge(&room->olena), REASON_DONE);
    assert_int_equal(decide(&room->olena, VERDICT_HIT), REASON_DONE);
    change_hold(false);
    tick(2 * day_ms - hour_ms);
    assert_int_equal(logged("probe erased"), 0);
    tick(2 * day_ms + 1000);
    assert_int_equal(logged("probe erased"), 0);
    assert_int_equal(known()->under_way, false);
    change_hold(true);
    tick(2 * day_ms + 2 * hour_ms);
    assert_int_equal(logged("probe erased"), 1);
}

/* What was decided goes with the log's time for it, all of it, and is not there after a start. */
static void test_M2_what_was_decided_goes_as_the_logs_bodies_do(void **state)
{
    (void)state;
    const int64_t day_ms = INT64_C(24) * 3600 * 1000;
    room->post.policy.policy->purposes[0].examiners = 1;
    room->post.policy.policy->purposes[0].retention_days = 5;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(take(&room->olena), REASON_DONE);
    assert_int_equal(judge(&room->olena), REASON_DONE);
    assert_int_equal(decide(&room->olena, VERDICT_HIT), REASON_DONE);
    tick(1000);
    assert_true(known()->course.probe_erased);
    tick(5 * day_ms - 60000);
    assert_int_equal(known()->course.outcome, VERDICT_HIT);
    assert_int_equal(logged("referral erased"), 0);
    change_hold(false);
    tick(5 * day_ms + 60000);
    assert_int_equal(logged("referral erased"), 0);
    change_hold(true);
    tick(5 * day_ms + 2 * day_ms);
    assert_int_equal(logged("referral erased"), 1);
    assert_null(referral_find(&room->referrals, &room->sofia, MATCH));
    restart();
    assert_null(referral_find(&room->referrals, &room->sofia, MATCH));
    assert_int_equal(case_record_count(room->state.store, CASE_RECORD_REFERRAL), 0);
}

/* Overt and discreet candidates of one match are two referrals, of which a terminal knows none, and each holds its own. */
static void test_P6_a_silent_referral_is_one_of_its_own(void **state)
{
    (void)state;
    static const enum alert_category both[] = {
        ALERT_CATEGORY_DISCREET_CHECK, ALERT_CATEGORY_WANTED_FOR_ARREST};
    keep_match(both, 2);
    load();
    start_journal();
    const struct referral *silent = referral_find(&room->referrals, &room->olena, MATCH "s");
    assert_non_null(silent);
    assert_int_equal(silent->course.route, REFERRAL_SILENT);
    assert_int_equal(known()->course.route, REFERRAL_SECOND_LINE);
    assert_null(referral_find(&room->referrals, &room->terminal, MATCH "s"));
    assert_null(referral_find(&room->referrals, &room->terminal, MATCH));
    assert_int_equal(take(&room->olena), REASON_DONE);
    assert_int_equal(judge(&room->olena), REASON_DONE);
    assert_int_equal(look(&room->olena, REFERRAL_LOOK_REFERENCE, 1), REASON_BAD_VALUE);
    assert_int_equal(look(&room->olena, REFERRAL_LOOK_REFERENCE, 2), REASON_DONE);
    assert_int_equal(silent->course.state, REFERRAL_STATE_WAITING);
    assert_known_again();
}

/* Nobody sees a print before the log says so, nor a reference before he has judged the probe. */
static void test_H3_looks_are_logged_and_in_order(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(look(&room->olena, REFERRAL_LOOK_PROBE, 0), REASON_NOT_PERMITTED);
    assert_int_equal(take(&room->olena), REASON_DONE);
    assert_int_equal(look(&room->olena, REFERRAL_LOOK_PROBE, 0), REASON_DONE);
    assert_int_equal(look(&room->olena, REFERRAL_LOOK_COMPARISON, 1), REASON_NOT_PERMITTED);
    assert_int_equal(judge(&room->olena), REASON_DONE);
    assert_int_equal(look(&room->olena, REFERRAL_LOOK_COMPARISON, 1), REASON_DONE);
    assert_int_equal(look(&room->olena, REFERRAL_LOOK_COMPARISON, 2), REASON_BAD_VALUE);
    assert_int_equal(look(&room->terminal, REFERRAL_LOOK_PROBE, 0), REASON_REFERRAL_NOT_FOUND);
    assert_int_equal(logged("probe seen"), 1);
    assert_int_equal(logged("comparison seen"), 1);
}

/* What can't be written is not done: neither here nor after a start. */
static void test_L7_an_act_that_is_not_written_is_not_done(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    close_journal();
    referrals_finish(&room->referrals);
    store_close(room->state.store);
    room->state.store = NULL;
    disk_watch(room->state.path, &(struct disk_options){0});
    assert_int_equal(state_directory_reopen(&room->state), REASON_DONE);
    load();
    start_journal();
    disk_fail((struct disk_fault){.call = DISK_WRITE, .nth = 1, .times = DISK_FOREVER, .error = ENOSPC});
    assert_int_not_equal(take(&room->olena), REASON_DONE);
    assert_int_equal(known()->course.seats[0].phase, SEAT_FREE);
    assert_int_equal(room->heard, 0);
    disk_forget();
    restart();
    assert_int_equal(known()->course.seats[0].phase, SEAT_FREE);
    assert_int_equal(take(&room->olena), REASON_DONE);
}

/* While one is under way a second one has to wait, and at a stop none begins. */
static void test_A9_one_act_at_a_time(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    const struct referral_verb first = verb(&room->olena);
    assert_int_equal(referral_take(&first, NULL), REASON_DONE);
    const struct referral_verb second = verb(&room->taras);
    assert_int_equal(referral_take(&second, NULL), REASON_BUSY);
    until(room->post.work.count == 0);
    assert_int_equal(room->told, 1);
    assert_int_equal(take(&room->taras), REASON_DONE);
    room->referrals.stopping = true;
    assert_int_equal(judge(&room->olena), REASON_STOPPING);
    assert_int_equal(look(&room->olena, REFERRAL_LOOK_PROBE, 0), REASON_STOPPING);
}

/* A lack of memory at any place refuses the act, and leaves nothing. */
static void test_A9_without_memory_nothing_is_half_done(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    const struct referral_verb taking = verb(&room->olena);
    long failed = 0;
    for (;; failed++) {
        failing_memory_set(failed);
        enum reason reason = referral_take(&taking, &room->failure);
        failing_memory_set(-1);
        if (reason == REASON_DONE)
            break;
        assert_int_equal(reason, REASON_NO_MEMORY);
        assert_int_equal(known()->course.seats[0].phase, SEAT_FREE);
        assert_false(known()->under_way);
    }
    assert_true(failed >= 2);
    until(room->post.work.count == 0);
    assert_int_equal(room->told, 1);
}

/* A match is there with the tick behind its durable entry, and when it waits too long that is told once. */
static void test_H4_it_arrives_with_a_tick_and_is_told_when_overdue(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    struct referral_opening *opening = room->referrals.newest->opening;
    room->referrals.newest->opening = NULL;
    referrals_finish(&room->referrals);
    referrals_referred(&room->referrals, opening);
    assert_null(referral_find(&room->referrals, &room->sofia, MATCH));
    tick(0);
    assert_int_equal(room->heard, 1);
    assert_int_equal(known()->course.state, REFERRAL_STATE_WAITING);
    for (int i = 0; i < 2; i++) {
        tick(31 * INT64_C(60000));
        assert_int_equal(room->heard, 2);
        assert_true(known()->told_overdue);
    }
    assert_int_equal(known()->course.outcome, VERDICT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_H5_the_whole_way_is_durable_and_told_without_what_is_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_M2_the_probe_is_erased_when_it_is_decided, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_M2_a_probe_that_is_held_or_kept_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_M2_what_was_decided_goes_as_the_logs_bodies_do, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_P6_a_silent_referral_is_one_of_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_H3_looks_are_logged_and_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_L7_an_act_that_is_not_written_is_not_done, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_A9_one_act_at_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_A9_without_memory_nothing_is_half_done, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H4_it_arrives_with_a_tick_and_is_told_when_overdue, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
