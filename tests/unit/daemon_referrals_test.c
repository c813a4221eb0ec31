/* The room of referrals on a state: what people do is durable before it is so, a start knows all of it again, and the probe goes in the end. */
#include "tests/unit/daemon_referral_room.h"

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

/* A referral goes by the rules of its match's moment, untouched as well, whatever the policy says at the next start. */
static void test_H2_rules_do_not_change_with_a_start(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(known()->course.rules.examiners, 2);
    purpose()->examiners = 1;
    purpose()->referral_minutes = 1;
    assert_known_again();
    assert_int_equal(known()->course.rules.examiners, 2);
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

static enum reason correct(const struct principal *by)
{
    const struct referral_verb correcting = verb(by);
    return came_of(referral_correct(&correcting,
        &(struct referral_saying){.verdict = VERDICT_FALSE_POSITIVE, .why = "another scar"}, &room->failure));
}

/* Until the state says whether the probe is gone nobody does anything that would write that it is there. */
static void test_M2_an_erasure_in_doubt_is_read_back_before_anything_else(void **state)
{
    (void)state;
    purpose()->examiners = 1;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    examine(&room->olena, VERDICT_INCONCLUSIVE);
    struct referral_match *match = room->referrals.newest;
    bring_erasure_in_doubt(known());
    assert_non_null(match->opening);
    assert_int_equal(correct(&room->sofia), REASON_BUSY);
    tick(11000);
    assert_false(match->in_doubt);
    assert_null(match->opening);
    assert_int_equal(logged("probe erased"), 1);
    assert_int_equal(correct(&room->sofia), REASON_DONE);
    assert_known_again();
    assert_true(known()->course.probe_erased);
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
    purpose()->examiners = 1;
    purpose()->probe_retention_days = 2;
    assert_string_equal(purpose()->name, "border_check");
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    examine(&room->olena, VERDICT_HIT);
    change_hold(false);
    tick(2 * day_ms - hour_ms);
    assert_int_equal(logged("probe erased"), 0);
    tick(2 * day_ms + 1000);
    assert_int_equal(logged("probe erased"), 0);
    assert_false(known()->erasing);
    change_hold(true);
    tick(2 * day_ms + 2 * hour_ms);
    assert_int_equal(logged("probe erased"), 1);
}

/* A clock that is set forward erases neither a probe that is kept for days nor what was decided of it: both go by a time that nobody sets. */
static void test_M2_a_clock_that_is_set_forward_erases_no_match(void **state)
{
    (void)state;
    const int64_t day_ms = INT64_C(24) * 3600 * 1000;
    purpose()->examiners = 1;
    purpose()->probe_retention_days = 2;
    purpose()->retention_days = 5;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    examine(&room->olena, VERDICT_HIT);
    tick_by(20 * day_ms, store_now_ms() + day_ms);
    tick_by(20 * day_ms, 0); /* it is not known */
    assert_int_equal(logged("probe erased"), 0);
    tick_by(20 * day_ms, store_now_ms() + 2 * day_ms + 1000);
    assert_int_equal(logged("probe erased"), 1);
    tick_by(20 * day_ms, store_now_ms() + 4 * day_ms);
    assert_int_equal(logged("referral erased"), 0);
    tick_by(20 * day_ms, store_now_ms() + 5 * day_ms + 1000);
    assert_int_equal(logged("referral erased"), 1);
}

/* What was decided goes with the log's time for it, all of it, and is not there after a start. */
static void test_M2_what_was_decided_goes_as_the_logs_bodies_do(void **state)
{
    (void)state;
    const int64_t day_ms = INT64_C(24) * 3600 * 1000;
    purpose()->examiners = 1;
    purpose()->retention_days = 5;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    examine(&room->olena, VERDICT_HIT);
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

/* Decided a moment ago, and the probe is gone. */
static void add_ended(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct referral_match *match;
        assert_int_equal(match_memory_take(&room->referrals.memory, &match, NULL), REASON_DONE);
        match->count = 1;
        match->referrals[0] = (struct referral){.match = match,
            .course = {.state = REFERRAL_STATE_DECIDED,
                .outcome = VERDICT_FALSE_POSITIVE,
                .outcome_ms = store_now_ms() + 1000000,
                .rules = {.examiners = 1, .retention_days = 3000}}};
        match->next = room->referrals.newest;
        room->referrals.newest = match;
    }
}

static void append_record(const struct case_record_change *record)
{
    const struct journal_change change = {.records = record, .record_count = 1}, *changes = &change;
    const struct log_draft draft = {
        LOG_EVENT_DECISION, json_pack("{s:s, s:s}", "actor", "person:olena", "role", "examiner")};
    struct journal_outcome outcome;
    assert_int_equal(
        journal_append_changing(room->state.store, &draft, &changes, 1, &outcome, NULL), REASON_DONE);
    journal_outcome_finish(&outcome);
    json_decref(draft.body);
}

/* Another record of a match would stand beside the one that its next act replaces, and stay when that is erased. */
static void test_L7_a_record_under_a_key_that_is_not_its_own_is_refused(void **state)
{
    (void)state;
    struct case_record_change record = {.kind = CASE_RECORD_REFERRAL, .key = "another one"};
    struct referrals read = {0};
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(take(&room->olena), REASON_DONE);
    char *text = referral_course_text(&known()->of, &known()->course, &record.size);
    assert_non_null(text);
    close_journal();
    record.bytes = text;
    append_record(&record);
    assert_int_equal(referrals_load(&read, room->state.store, &room->failure), REASON_STATE_UNPROVEN);
    referrals_finish(&read);
    record.bytes = NULL;
    append_record(&record);
    free(text);
    assert_known_again();
}

/* There may be 4,096 records, and two are kept for each of 1,024 slots and of 64 that are held: of what is decided 1,920 stay. */
static void test_A9_what_was_decided_longest_ago_makes_room_for_others(void **state)
{
    (void)state;
    const int64_t hour_ms = INT64_C(3600) * 1000;
    purpose()->examiners = 1;
    purpose()->retention_days = 3000;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    examine(&room->olena, VERDICT_HIT);
    tick(1000);
    assert_true(known()->course.probe_erased);
    add_ended(1919);
    tick(2000);
    assert_int_equal(referrals_count(&room->referrals, &room->sofia, store_now_ms()).ended, 1920);
    add_ended(1);
    change_hold(false);
    tick(3000); /* it is held, and stands in nobody's way */
    tick(4000);
    assert_int_equal(referrals_count(&room->referrals, &room->sofia, store_now_ms()).ended, 1921);
    assert_int_equal(known()->course.outcome, VERDICT_HIT);
    change_hold(true);
    tick(2 * hour_ms);
    assert_null(referral_find(&room->referrals, &room->sofia, MATCH));
    assert_int_equal(case_record_count(room->state.store, CASE_RECORD_REFERRAL), 0);
    assert_int_equal(logged("referral erased"), 1);
    tick(2 * hour_ms + 1000);
    assert_int_equal(referrals_count(&room->referrals, &room->sofia, store_now_ms()).ended, 1920);
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
    /* Its only candidate is number 1, though another one of the match ranks before him. */
    assert_int_equal(look(&room->olena, REFERRAL_LOOK_REFERENCE, 2), REASON_BAD_VALUE);
    assert_int_equal(look(&room->olena, REFERRAL_LOOK_REFERENCE, 1), REASON_DONE);
    assert_int_equal(referral_candidate_rank(&known()->of, known()->match->opening, 1), 2);
    assert_int_equal(referral_candidate_rank(&silent->of, silent->match->opening, 1), 1);
    assert_int_equal(referral_candidate_rank(&silent->of, silent->match->opening, 2), 0);
    assert_int_equal(silent->course.state, REFERRAL_STATE_WAITING);
    assert_known_again();
}

/* To a person of the register, who then has the seat, also after a start; to nobody else. */
static void test_H2_a_seat_is_handed_to_a_person_of_the_register(void **state)
{
    (void)state;
    struct register_holder holders[] = {{.roles = ROLE_EXAMINER, .name = "person:taras"},
        {.is_device = true, .roles = ROLE_TERMINAL, .name = "device:lane-3"}};
    room->post.staff.holders = holders;
    room->post.staff.holder_count = 2;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(take(&room->olena), REASON_DONE);
    struct referral_verb handing = verb(&room->olena);
    assert_int_equal(referral_hand_over(&handing, "lane-3", NULL), REASON_OFFICER_NOT_REGISTERED);
    assert_int_equal(referral_hand_over(&handing, "anna", NULL), REASON_OFFICER_NOT_REGISTERED);
    assert_int_equal(came_of(referral_hand_over(&handing, "taras", NULL)), REASON_DONE);
    assert_known_again();
    assert_int_equal(judge(&room->olena), REASON_NOT_PERMITTED);
    assert_int_equal(judge(&room->taras), REASON_DONE);
    assert_known_again();
    room->post.staff.holders = NULL;
    room->post.staff.holder_count = 0;
}

/* Who could not be read again is written by nobody. */
static void test_L7_what_could_not_be_read_again_is_not_written(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    const struct principal strange = person("a\nb", ROLE_EXAMINER);
    assert_int_not_equal(take(&strange), REASON_DONE);
    assert_known_again();
    assert_int_equal(known()->course.seats[0].phase, SEAT_FREE);
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

/* The own look alone counts, and only behind its entry; behind a start nobody knows of it, and it is asked for again. */
static void test_H3_who_has_not_looked_since_the_start_judges_nothing(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(look(&room->sofia, REFERRAL_LOOK_PROBE, 0), REASON_DONE);
    assert_int_equal(take(&room->olena), REASON_DONE);
    assert_int_equal(take(&room->taras), REASON_DONE);
    assert_int_equal(look(&room->taras, REFERRAL_LOOK_PROBE, 0), REASON_DONE);
    assert_int_equal(judge_shown(&room->olena), REASON_REFERRAL_STATE);
    assert_int_equal(judge_shown(&room->taras), REASON_DONE);
    assert_int_equal(look(&room->olena, REFERRAL_LOOK_PROBE, 0), REASON_DONE);
    assert_known_again();
    assert_int_equal(judge_shown(&room->olena), REASON_REFERRAL_STATE);
    assert_int_equal(look(&room->olena, REFERRAL_LOOK_PROBE, 0), REASON_DONE);
    assert_int_equal(judge_shown(&room->olena), REASON_DONE);
    assert_int_equal(logged("probe seen"), 4);
}

/* The state again, on a disk that can be made to fail. */
static void watch_disk(void)
{
    close_journal();
    referrals_finish(&room->referrals);
    store_close(room->state.store);
    room->state.store = NULL;
    disk_watch(room->state.path, &(struct disk_options){0});
    assert_int_equal(state_directory_reopen(&room->state), REASON_DONE);
    load();
    start_journal();
}

/* What is not in the log was not shown. */
static void test_H3_a_look_that_is_not_written_is_none(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    watch_disk();
    assert_int_equal(take(&room->olena), REASON_DONE);
    disk_fail((struct disk_fault){.call = DISK_WRITE, .nth = 1, .times = DISK_FOREVER, .error = ENOSPC});
    assert_int_not_equal(look(&room->olena, REFERRAL_LOOK_PROBE, 0), REASON_DONE);
    disk_forget();
    assert_int_equal(judge_shown(&room->olena), REASON_REFERRAL_STATE);
    assert_int_equal(known()->course.seats[0].phase, SEAT_PROBE);
}

/* What can't be written is not done: neither here nor after a start. */
static void test_L7_an_act_that_is_not_written_is_not_done(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    watch_disk();
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
    assert_int_equal(take(&room->olena), REASON_DONE);
    show_all(&room->olena, MATCH);
    const struct referral_verb first = verb(&room->olena);
    assert_int_equal(referral_judge_probe(&first, PROBE_USABLE, "", NULL), REASON_DONE);
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
    assert_int_equal(take(&room->olena), REASON_DONE);
    show_all(&room->olena, MATCH);
    const struct referral_verb judging = verb(&room->olena);
    long failed = 0;
    for (;; failed++) {
        failing_memory_set(failed);
        enum reason reason = referral_judge_probe(&judging, PROBE_USABLE, "", &room->failure);
        failing_memory_set(-1);
        if (reason == REASON_DONE)
            break;
        assert_int_equal(reason, REASON_NO_MEMORY);
        assert_int_equal(known()->course.seats[0].phase, SEAT_PROBE);
        assert_false(known()->under_way);
    }
    assert_true(failed >= 2);
    until(room->post.work.count == 0);
    assert_int_equal(room->told, 1);
}

/* Nor on the way from the question who has read of it to the seat; where nobody knows whether it is taken it is read back. */
static void test_A9_without_memory_nobody_sits_down_by_half(void **state)
{
    (void)state;
    enum reason reason = REASON_NO_MEMORY;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    for (long successes = 0; reason != REASON_DONE && reason != REASON_OUTCOME_UNKNOWN; successes++) {
        const struct referral_verb taking = verb(&room->olena);
        failing_memory_set(successes);
        reason = came_of(referral_take(&taking, &room->failure));
        failing_memory_set(-1);
        assert_null(room->referrals.asking);
        if (reason == REASON_DONE || reason == REASON_OUTCOME_UNKNOWN)
            break;
        assert_int_equal(known()->course.seats[0].phase, SEAT_FREE);
        assert_false(known()->under_way);
    }
    tick(11000);
    assert_int_equal(known()->course.seats[0].phase, SEAT_PROBE);
    assert_int_equal(logged("referral taken"), 1);
}

/* A match is there with the tick behind its durable entry, and when it waits too long that is told once. */
static void test_H4_it_arrives_with_a_tick_and_is_told_when_overdue(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    struct referral_opening *opening = room->referrals.newest->opening;
    room->referrals.newest->opening = NULL;
    referrals_finish(&room->referrals);
    referrals_referred(&room->referrals, opening, true);
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

static unsigned matches_known(void)
{
    unsigned count = 0;
    for (const struct referral_match *match = room->referrals.newest; match != NULL; match = match->next)
        count++;
    return count;
}

/* A match whose entry is durable though nobody could say so is referred as any other, as soon as the slots can be read, and once. */
static void on_places(struct event_listener *listener, const struct event *event)
{
    (void)listener;
    room->heard += event->type == EVENT_REFERRAL_PLACES;
}

static void test_H4_supervisors_hear_of_few_places_once(void **state)
{
    (void)state;
    load();
    room->listener.told = on_places;
    tick(1000);
    assert_int_equal(room->heard, 0);
    room->post.guard.places.few = true;
    tick(2000);
    tick(3000);
    assert_int_equal(room->heard, 1);
    room->post.guard.places.few = false;
    tick(4000);
    assert_int_equal(room->heard, 2);
}

static void test_H1_a_match_in_doubt_is_found_in_its_slot(void **state)
{
    (void)state;
    static const enum alert_category discreet = ALERT_CATEGORY_DISCREET_CHECK;
    load();
    keep_match(&discreet, 1);
    start_journal();
    tick(0);
    assert_int_equal(matches_known(), 0);
    referrals_in_doubt(&room->referrals);
    failing_memory_set(0);
    tick(0); /* it can't be read, which is no "there is none" */
    failing_memory_set(-1);
    tick(0);
    assert_int_equal(matches_known(), 0);
    tick(11000);
    tick(11000);
    assert_non_null(referral_find(&room->referrals, &room->olena, MATCH "s"));
    assert_int_equal(room->heard, 1);
    referrals_in_doubt(&room->referrals);
    tick(0);
    tick(0);
    assert_int_equal(matches_known(), 1);
    assert_int_equal(room->heard, 1);
    assert_false(room->referrals.search.wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_H5_the_whole_way_is_durable_and_told_without_what_is_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_H2_rules_do_not_change_with_a_start, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_M2_the_probe_is_erased_when_it_is_decided, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_M2_an_erasure_in_doubt_is_read_back_before_anything_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_M2_a_probe_that_is_held_or_kept_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_L7_a_record_under_a_key_that_is_not_its_own_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_M2_what_was_decided_goes_as_the_logs_bodies_do, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_M2_a_clock_that_is_set_forward_erases_no_match, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_A9_what_was_decided_longest_ago_makes_room_for_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_H4_supervisors_hear_of_few_places_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_P6_a_silent_referral_is_one_of_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H2_a_seat_is_handed_to_a_person_of_the_register, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_L7_what_could_not_be_read_again_is_not_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_H3_looks_are_logged_and_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H3_who_has_not_looked_since_the_start_judges_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_H3_a_look_that_is_not_written_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_L7_an_act_that_is_not_written_is_not_done, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_A9_one_act_at_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_A9_without_memory_nothing_is_half_done, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_A9_without_memory_nobody_sits_down_by_half, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H4_it_arrives_with_a_tick_and_is_told_when_overdue, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_H1_a_match_in_doubt_is_found_in_its_slot, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
