/* What may no longer be kept goes, by the policy of the state and a time that nobody sets; what is held stays; nothing else is touched. */
#include <errno.h>
#include <stdio.h>

#include "daemon/retention/retention.h"
#include "json/memory.h"
#include "log/verify.h"
#include "store/document.h"
#include "tests/support/disk.h"
#include "tests/unit/daemon_list_desk.h"

#define DAY     RETENTION_DAY_MS
#define HOUR    (INT64_C(3600) * 1000)
#define NOON    (INT64_C(20000) * DAY) /* some day */
#define SHORT   "border_check"         /* kept for 30 days */
#define LONG    "protection_check"     /* for a year, as the preset has it */
#define LOG_END (365 + RETENTION_LOG_DAYS)

/* --- Acts ---------------------------------------------------------------------------------------------------- */

static void put(struct store *store, const char *name, const char *text)
{
    struct document_change document = {.name = name, .bytes = text, .size = strlen(text)};
    const struct journal_change change = {.documents = &document, .document_count = 1};
    const struct journal_change *changes = &change;
    struct log_draft draft = {LOG_EVENT_CONFIGURATION,
        json_pack("{s:s, s:s, s:s}", "actor", "s", "role", "supervisor", "justification", "test")};
    struct journal_outcome outcome;
    assert_int_equal(journal_append_changing(store, &draft, &changes, 1, &outcome, NULL), REASON_DONE);
    journal_outcome_finish(&outcome);
    json_decref(draft.body);
}

/* The demonstration's, in which border_check is kept for so many days. */
static void put_policy(struct store *store, unsigned days)
{
    const char *preset = policy_preset(POLICY_PRESET_DEMONSTRATION);
    const char *section = strstr(preset, "[purpose " SHORT "]");
    assert_non_null(section);
    const char *key = strstr(section, "retention_days = 365");
    assert_non_null(key);
    size_t room = strlen(preset) + 32;
    char *text = malloc(room);
    assert_non_null(text);
    snprintf(text, room, "%.*sretention_days = %u%s", (int)(key - preset), preset, days,
        key + strlen("retention_days = 365"));
    put(store, DOCUMENT_POLICY, text);
    free(text);
}

/* One entry; which tells what it says beside the actor. */
static uint64_t add(struct store *store, enum log_event event, const char *purpose, const char *transaction)
{
    json_t *body = json_pack("{s:s, s:s, s:s, s:s}", "actor", "o-17", "role", "terminal", "legal_basis",
        "law", "justification", "first line");
    if (purpose != NULL)
        json_object_set_new(body, "purpose", json_string(purpose));
    if (transaction != NULL)
        json_object_set_new(body, "transaction", json_string(transaction));
    struct log_draft draft = {event, body};
    struct journal_outcome outcome;
    assert_int_equal(journal_append(store, &draft, 1, &outcome, NULL), REASON_DONE);
    uint64_t seq = outcome.seq;
    journal_outcome_finish(&outcome);
    json_decref(body);
    return seq;
}

static struct retention_run new_run(int64_t day, int64_t ran_days)
{
    return (struct retention_run){.now_ms = NOON + day * DAY,
        .ran_ms = ran_days * DAY,
        .body = json_pack("{s:s, s:s}", "actor", "kordond", "role", "system")};
}

/* A whole run; how many bodies it erased. */
static uint64_t run(struct store *store, int64_t day, int64_t ran_days)
{
    struct retention_run made = new_run(day, ran_days);
    struct failure failure = {0};
    do
        assert_int_equal(retention_run_step(&made, store, &failure), REASON_DONE);
    while (made.more);
    assert_false(made.changed);
    assert_true(made.entries > 0);
    uint64_t erased = made.erased;
    retention_run_finish(&made);
    return erased;
}

static bool is_erased(struct store *store, uint64_t seq)
{
    json_t *entry;
    assert_int_equal(journal_read(store, seq, &entry, NULL), REASON_DONE);
    bool erased = json_object_get(entry, "erased_by") != NULL;
    assert_int_equal(json_is_object(json_object_get(entry, "body")), !erased);
    json_decref(entry);
    return erased;
}

static void assert_verifies(struct store *store, uint64_t erased)
{
    const struct log_verify_options options = {.verifier_key = store_verifier_key(store)};
    struct log_verification seen;
    assert_int_equal(log_verify(log_source_store(store), &options, &seen, NULL), REASON_DONE);
    assert_int_equal(seen.erased, erased);
    assert_int_equal(seen.bodies + seen.erased, seen.size);
}

static int set_up(void **context)
{
    int made = state_directory_set_up(context);
    put_policy(((struct state_directory *)*context)->store, 30);
    return made;
}

/* --- What goes, and when ------------------------------------------------------------------------------------- */

/* A traveller's entries go with the purpose's time, what is left of the log a year behind the longest; what says why, never. */
static void test_L5_travellers_entries_go_then_the_log(void **context)
{
    struct store *store = ((struct state_directory *)*context)->store;
    uint64_t sample = add(store, LOG_EVENT_COLLECTION, SHORT, "t1"),
             end = add(store, LOG_EVENT_CONSULTATION, SHORT, "t1"),
             list = add(store, LOG_EVENT_CONSULTATION, SHORT, NULL), /* a look at the list: of no traveller */
        other = add(store, LOG_EVENT_CONSULTATION, LONG, "t2"),
             look = add(store, LOG_EVENT_ACCESS, NULL, NULL);
    assert_int_equal(run(store, 0, 0), 0);
    uint64_t late = add(store, LOG_EVENT_CONSULTATION, SHORT, "t3");
    assert_int_equal(run(store, 29, 29), 0);
    assert_int_equal(run(store, 30, 1), 2);
    assert_true(is_erased(store, sample) && is_erased(store, end));
    assert_false(is_erased(store, list) || is_erased(store, other) || is_erased(store, late));
    assert_verifies(store, 2);
    assert_int_equal(run(store, 31, 1), 0);
    assert_int_equal(run(store, 59, 28), 1); /* counted from the run behind it */
    assert_int_equal(run(store, 364, 305), 0);
    assert_int_equal(run(store, 365, 1), 1);
    assert_true(is_erased(store, other));
    assert_int_equal(run(store, LOG_END - 1, 365), 0);
    assert_int_equal(run(store, LOG_END, 1), 2);
    assert_true(is_erased(store, list) && is_erased(store, look));
    for (uint64_t seq = 0; seq < sample; seq++)
        assert_false(is_erased(store, seq)); /* its key, its configuration */
    assert_verifies(store, 6);
}

/* Each run says in the log what it erased, by which rule and policy; never whose it was. */
static void test_L5_the_entry_says_what_was_erased(void **context)
{
    struct store *store = ((struct state_directory *)*context)->store;
    uint64_t first = add(store, LOG_EVENT_CONSULTATION, SHORT, "t1");
    add(store, LOG_EVENT_CONSULTATION, LONG, "t2");
    add(store, LOG_EVENT_CONSULTATION, SHORT, "t3");
    run(store, 0, 0);
    assert_int_equal(run(store, 30, 30), 2);
    json_t *entry;
    assert_int_equal(journal_read(store, journal_size(store) - 1, &entry, NULL), REASON_DONE);
    json_t *body = json_object_get(entry, "body"),
           *expected = json_pack("[[I,I],[I,I]]", (json_int_t)first, (json_int_t)first, (json_int_t)first + 2,
               (json_int_t)first + 2);
    assert_true(json_equal(json_object_get(body, "erased_entries"), expected));
    assert_int_equal(json_integer_value(json_object_get(body, "erased_bodies")), 2);
    assert_int_equal(json_integer_value(json_object_get(body, "retention_days")), 30);
    assert_string_equal(json_string_value(json_object_get(body, "of_purpose")), SHORT);
    char *text = json_dumps(entry, JSON_COMPACT);
    assert_null(strstr(text, "\"t1\""));
    free(text);
    json_decref(expected);
    json_decref(entry);
}

/* Many are erased in several commits, each of a bounded number; a run that ends between two goes on with the next. */
static void test_A8_a_run_that_ends_in_the_middle_goes_on(void **context)
{
    struct state_directory *state = *context;
    uint64_t first = journal_size(state->store);
    for (int i = 0; i < JOURNAL_ERASURE_MAX + 10; i++)
        state_directory_append(state, "t"); /* of border_check */
    run(state->store, 0, 0);
    struct retention_run broken = new_run(30, 30);
    while (broken.erased == 0)
        assert_int_equal(retention_run_step(&broken, state->store, &state->failure), REASON_DONE);
    assert_int_equal(broken.erased, JOURNAL_ERASURE_MAX);
    retention_run_finish(&broken);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_int_equal(run(state->store, 30, 0), 10);
    assert_true(is_erased(state->store, first));
    assert_verifies(state->store, JOURNAL_ERASURE_MAX + 10);
}

/* --- The time ------------------------------------------------------------------------------------------------ */

/* A clock set years ahead erases nothing at once: it counts no faster than kordond runs, by a bounded pace. One set back, nothing at all. */
static void test_L5_a_wrong_clock_does_not_erase_the_log(void **context)
{
    struct store *store = ((struct state_directory *)*context)->store;
    uint64_t seq = add(store, LOG_EVENT_CONSULTATION, SHORT, "t1");
    run(store, 0, 0);
    assert_int_equal(run(store, 3650, 0), 0);
    assert_int_equal(run(store, 3650, 1), 0); /* 4 days */
    assert_int_equal(run(store, -3650, 1000), 0);
    assert_int_equal(run(store, 29, 1000), 0); /* by the right clock */
    assert_false(is_erased(store, seq));
    assert_int_equal(run(store, 30, 1), 1);
}

/* A post that was off for a year catches up with the clock; what is written meanwhile is kept for its whole time all the same. */
static void test_L5_what_is_written_while_its_time_lags_is_not_older_for_it(void **context)
{
    struct store *store = ((struct state_directory *)*context)->store;
    run(store, 0, 0);
    uint64_t seq = add(store, LOG_EVENT_CONSULTATION, SHORT, "t1");
    assert_int_equal(run(store, 365, 1), 0);  /* by its own time the fourth day */
    assert_int_equal(run(store, 391, 26), 0); /* by its own time the 108th */
    assert_int_equal(run(store, 394, 75), 0); /* caught up */
    assert_false(is_erased(store, seq));
    assert_int_equal(run(store, 395, 1), 1);
}

/* What entries say of their own time decides nothing: who sets the clock back makes none old. */
static void test_L5_an_entrys_own_time_does_not_count(void **context)
{
    struct store *store = ((struct state_directory *)*context)->store;
    run(store, 36500, 0); /* a time of a hundred years behind the entries' */
    uint64_t seq = add(store, LOG_EVENT_CONSULTATION, SHORT, "t1");
    assert_int_equal(run(store, 36501, 1), 0);
    assert_int_equal(run(store, 36530, 29), 0);
    assert_false(is_erased(store, seq));
    assert_int_equal(run(store, 36531, 1), 1);
}

/* Marks of ten years find room; none is younger than it says. */
static void test_L5_marks_of_many_years(void **context)
{
    struct retention_ages *ages = calloc(1, sizeof *ages);
    (void)context;
    assert_non_null(ages);
    for (int64_t day = 0; day <= 36500; day++) {
        retention_ages_advance(ages, DAY, NOON + day * DAY, (uint64_t)day * 10);
        assert_true(retention_ages_sound(ages));
        uint64_t limit = retention_ages_limit(ages, 365);
        assert_true(limit <= (uint64_t)(day >= 365 ? day - 365 : 0) * 10);
        assert_true(limit + 80 >= (uint64_t)(day >= 365 ? day - 365 : 0) * 10); /* some days later at most */
    }
    free(ages);
}

/* --- Holds --------------------------------------------------------------------------------------------------- */

static void put_holds(struct store *store, const struct legal_holds *holds)
{
    char *text = legal_holds_text(holds);
    assert_non_null(text);
    put(store, DOCUMENT_LEGAL_HOLDS, text);
    free(text);
}

/* What is held stays, with what was asked about it; lifted, it goes. */
static void test_L5_what_is_held_stays(void **context)
{
    struct store *store = ((struct state_directory *)*context)->store;
    struct legal_holds *holds = calloc(1, sizeof *holds);
    struct legal_hold hold = {.transaction = "t1", .from = 0, .by = "person:anna", .reason = "complaint 7"};
    uint8_t digest[DIGEST_BYTES];
    uint64_t seq = add(store, LOG_EVENT_CONSULTATION, SHORT, "t1"),
             other = add(store, LOG_EVENT_CONSULTATION, SHORT, "t2");
    assert_int_equal(legal_holds_read(store, holds, digest, NULL), REASON_DONE);
    assert_int_equal(legal_holds_add(holds, &hold, NULL), REASON_DONE);
    assert_int_equal(legal_holds_add(holds, &hold, NULL), REASON_TRANSACTION_HELD);
    put_holds(store, holds);
    run(store, 0, 0);
    assert_int_equal(run(store, 30, 30), 1);
    assert_int_equal(run(store, LOG_END, 720), 0);
    assert_true(is_erased(store, other) && !is_erased(store, seq));
    assert_int_equal(legal_holds_read(store, holds, digest, NULL), REASON_DONE);
    assert_string_equal(legal_holds_find(holds, "t1")->reason, "complaint 7");
    assert_int_equal(legal_holds_lift(holds, "t2", NULL), REASON_HOLD_NOT_FOUND);
    assert_int_equal(legal_holds_lift(holds, "t1", NULL), REASON_DONE);
    put_holds(store, holds);
    assert_int_equal(run(store, LOG_END + 1, 1), 1);
    assert_true(is_erased(store, seq));
    assert_int_equal(legal_holds_read(store, holds, digest, NULL), REASON_DONE);
    assert_true(holds->count == 0 && holds->again_from == UINT64_MAX);
    free(holds);
}

/* Another policy, or a hold, that comes while a run is under way: nothing is erased by what was before. */
static void test_L5_what_changes_meanwhile_is_gone_by(void **context)
{
    struct store *store = ((struct state_directory *)*context)->store;
    struct legal_holds *holds = calloc(1, sizeof *holds);
    const struct legal_hold hold = {.transaction = "t1", .by = "person:anna", .reason = "complaint 7"};
    uint64_t seq = add(store, LOG_EVENT_CONSULTATION, SHORT, "t1");
    for (int i = 0; i < 200; i++)
        add(store, LOG_EVENT_ACCESS, NULL, NULL);
    run(store, 0, 0);
    for (int change = 0; change < 2; change++) {
        struct retention_run under_way = new_run(30, 30);
        while (under_way.due_count == 0)
            assert_int_equal(retention_run_step(&under_way, store, NULL), REASON_DONE);
        if (change == 0) {
            put_policy(store, 60);
        } else {
            holds->again_from = UINT64_MAX;
            assert_int_equal(legal_holds_add(holds, &hold, NULL), REASON_DONE);
            put_holds(store, holds);
        }
        while (under_way.more)
            assert_int_equal(retention_run_step(&under_way, store, NULL), REASON_DONE);
        assert_true(under_way.changed && under_way.erased == 0);
        retention_run_finish(&under_way);
        assert_int_equal(run(store, 30, 30), 0);
        assert_false(is_erased(store, seq));
        if (change == 0)
            put_policy(store, 30);
    }
    free(holds);
}

/* How far it came does not prove itself any more: nothing is erased by it. */
static void test_L10_a_record_that_another_wrote_erases_nothing(void **context)
{
    struct state_directory *state = *context;
    add(state->store, LOG_EVENT_CONSULTATION, SHORT, "t1");
    run(state->store, 0, 0);
    state_directory_keep(state);
    run(state->store, 20, 20);
    state_directory_tamper(state,
        "UPDATE document SET sealed = (SELECT sealed FROM old.document WHERE name = "
        "'retention') WHERE name = 'retention'");
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    struct retention_run made = new_run(30, 30);
    assert_int_equal(retention_run_step(&made, state->store, &state->failure), REASON_STATE_UNPROVEN);
    assert_false(made.more);
    retention_run_finish(&made);
}

/* --- By itself ----------------------------------------------------------------------------------------------- */

struct keeper {
    struct retention retention;
    int64_t elapsed_ms;
};

static struct keeper new_keeper(void)
{
    return (struct keeper){
        .retention = {.evidence = &desk->post.evidence, .guard = &desk->post.guard}, .elapsed_ms = 5000};
}

/* So much time goes by, and it looks; what it begins ends. */
static void pass(struct keeper *keeper, int64_t time_ms, int64_t now_ms)
{
    keeper->elapsed_ms += time_ms;
    retention_look(&keeper->retention, now_ms, keeper->elapsed_ms);
    desk_until(!keeper->retention.running);
}

static uint64_t stored_size(void)
{
    struct store *reader;
    assert_int_equal(state_directory_open_reader(&desk->state, &reader), REASON_DONE);
    uint64_t size = journal_size(reader);
    store_close(reader);
    return size;
}

static uint64_t count_erased(void)
{
    struct store *reader;
    uint64_t erased = 0;
    assert_int_equal(state_directory_open_reader(&desk->state, &reader), REASON_DONE);
    for (uint64_t seq = 0; seq < journal_size(reader); seq++)
        erased += is_erased(reader, seq);
    store_close(reader);
    return erased;
}

static void put_policy_at_the_desk(void)
{
    desk_close_reader();
    desk_close_journal();
    put_policy(desk->state.store, 30);
    for (int i = 0; i < 5; i++)
        add(desk->state.store, LOG_EVENT_CONSULTATION, SHORT, "t");
    desk_start_threads();
    desk_load();
}

/* An hour after the start, then once a day; hourly while it has to catch up; never by a clock that can't be right. */
static void test_L5_it_erases_by_itself(void **state)
{
    (void)state;
    struct keeper keeper = new_keeper();
    put_policy_at_the_desk();
    int64_t now = store_now_ms();
    uint64_t size = stored_size();
    pass(&keeper, 0, now);
    pass(&keeper, HOUR - 1, now);
    assert_int_equal(stored_size(), size);
    pass(&keeper, 1, now);
    assert_int_equal(stored_size(), size + 1);
    pass(&keeper, DAY - 1, now + DAY);
    assert_int_equal(stored_size(), size + 1);
    pass(&keeper, 1, now + 60 * DAY); /* a clock that can't be right */
    assert_int_equal(stored_size(), size + 1);
    pass(&keeper, 0, now + 25 * DAY); /* one that can: of a day that kordond ran it makes four */
    assert_int_equal(stored_size(), size + 2);
    assert_int_equal(keeper.retention.told.time_ms, now + RETENTION_PACE * DAY);
    for (int hour = 0; hour < 28 * 24; hour += 4)
        pass(&keeper, HOUR, now + 31 * DAY);
    assert_int_equal(keeper.retention.told.erased, 5);
    assert_int_equal(keeper.retention.told.failure.reason, REASON_DONE);
}

/* A run under way ends before its next step where somebody finds the log broken: what it would erase is evidence. */
static void test_L10_a_locked_post_erases_nothing_more(void **state)
{
    (void)state;
    struct keeper keeper = new_keeper();
    put_policy_at_the_desk();
    int64_t now = store_now_ms();
    uint64_t size = stored_size();
    pass(&keeper, 0, now);
    keeper.elapsed_ms += HOUR;
    retention_look(&keeper.retention, now, keeper.elapsed_ms);
    assert_true(keeper.retention.running);
    failure_set(&desk->post.guard.locked, REASON_LOG_BROKEN, "log", NULL);
    desk_until(!keeper.retention.running);
    assert_int_equal(stored_size(), size);
    assert_int_equal(keeper.retention.told.ended_ms, 0);
    desk->post.guard.locked = (struct failure){0};
}

/* What goes by a day of the calendar waits until kordond's own time has gone on for a week, and goes by the earlier of that and the clock. */
static void test_M3_a_wrong_clock_erases_no_list(void **state)
{
    (void)state;
    struct keeper keeper = new_keeper();
    put_policy_at_the_desk();
    int64_t now = store_now_ms();
    pass(&keeper, 0, now);
    assert_int_equal(retention_past_ms(&keeper.retention, now), 0);
    pass(&keeper, HOUR, now);
    assert_int_equal(keeper.retention.told.time_ms, now);
    assert_int_equal(retention_past_ms(&keeper.retention, now + 6 * DAY), 0);
    pass(&keeper, 2 * DAY, now + RETENTION_SETTLED_DAYS * DAY);
    assert_int_equal(retention_past_ms(&keeper.retention, now + 7 * DAY), now + 7 * DAY);
    assert_int_equal(retention_past_ms(&keeper.retention, now + 30 * DAY), now + 7 * DAY);
    assert_int_equal(retention_past_ms(&keeper.retention, now), now); /* set back */
    assert_int_equal(retention_past_ms(&keeper.retention, now + 3650 * DAY), 0);
    failure_set(&desk->post.guard.locked, REASON_LOG_BROKEN, "log", NULL);
    assert_int_equal(retention_past_ms(&keeper.retention, now + 7 * DAY), 0);
    desk->post.guard.locked = (struct failure){0};
}

/* A clock that is years ahead when the time is first counted: set right, it leaves a time that does not go on until the clock gets there. */
static void test_M3_a_first_time_that_is_wrong_is_gone_by_for_nothing(void **context)
{
    struct retention_ages *ages = calloc(1, sizeof *ages);
    (void)context;
    assert_non_null(ages);
    retention_ages_advance(ages, 0, NOON + 3650 * DAY, 1);
    for (int64_t day = 1; day <= 3650; day++)
        retention_ages_advance(ages, DAY, NOON + day * DAY, 1);
    assert_int_equal(retention_ages_settled_ms(ages), 0);
    free(ages);
}

/* A full disk, an I/O error anywhere: what is not erased is erased later, nothing is lost, and it is told. */
static void test_A8_a_disk_that_fails_in_each_call_of_a_run(void **state)
{
    (void)state;
    struct keeper keeper = new_keeper();
    struct disk_fault fault = {.call = DISK_WRITE, .error = ENOSPC, .times = DISK_FOREVER, .partly = true};
    put_policy_at_the_desk();
    int64_t now = store_now_ms();
    unsigned failed = 0;
    pass(&keeper, 0, now);
    pass(&keeper, HOUR, now);
    for (int day = 0; day < 7; day++)
        pass(&keeper, DAY, now + 30 * DAY); /* 28 of the 30 days */
    assert_int_equal(keeper.retention.told.erased, 0);
    for (long hits = 1; hits > 0;) {
        fault.nth++;
        disk_fail(fault);
        pass(&keeper, DAY, now + 30 * DAY);
        hits = disk_hits();
        disk_mend();
        bool went_well = keeper.retention.told.failure.reason == REASON_DONE;
        assert_true(hits > 0 || went_well);
        failed += !went_well;
        desk_restart();
        uint64_t erased = count_erased();
        assert_true(erased == 0 || erased == 5);
        assert_true(erased >= keeper.retention.told.erased);
    }
    assert_int_equal(count_erased(), 5);
    assert_true(failed > 0);
}

int main(void)
{
    json_memory_wipe_when_freed();
    disk_spare_syncs();
#define ON_STATE(name) cmocka_unit_test_setup_teardown(name, set_up, state_directory_tear_down)
    const struct CMUnitTest tests[] = {
        ON_STATE(test_L5_travellers_entries_go_then_the_log),
        ON_STATE(test_L5_the_entry_says_what_was_erased),
        ON_STATE(test_A8_a_run_that_ends_in_the_middle_goes_on),
        ON_STATE(test_L5_a_wrong_clock_does_not_erase_the_log),
        ON_STATE(test_L5_what_is_written_while_its_time_lags_is_not_older_for_it),
        ON_STATE(test_L5_an_entrys_own_time_does_not_count),
        ON_STATE(test_L5_what_is_held_stays),
        ON_STATE(test_L5_what_changes_meanwhile_is_gone_by),
        ON_STATE(test_L10_a_record_that_another_wrote_erases_nothing),
        cmocka_unit_test(test_L5_marks_of_many_years),
        cmocka_unit_test(test_M3_a_first_time_that_is_wrong_is_gone_by_for_nothing),
        cmocka_unit_test_setup_teardown(test_M3_a_wrong_clock_erases_no_list, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(
            test_L10_a_locked_post_erases_nothing_more, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(test_L5_it_erases_by_itself, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(
            test_A8_a_disk_that_fails_in_each_call_of_a_run, desk_set_up_on_a_disk, desk_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
