/* What may no longer be kept goes, by the policy of the state and a time that nobody sets; what is held stays; nothing else is touched. */
#include "json/memory.h"
#include "log/verify.h"
#include "store/policy_change.h"
#include "tests/unit/daemon_retention_acts.h"

#define LONG    "protection_check" /* for a year, as the preset has it */
#define LOG_END (365 + RETENTION_LOG_DAYS)

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

static struct policy *policy_of(struct store *store)
{
    struct policy_text text;
    struct policy *policy;
    assert_int_equal(policy_text_read(store, &text, NULL), REASON_DONE);
    assert_int_equal(policy_parse("policy", text.text, text.size, &policy, NULL), REASON_DONE);
    policy_text_finish(&text);
    return policy;
}

/* Another first purpose. */
static void take_first(struct policy *policy, const char *stem, unsigned number, uint32_t days)
{
    struct policy_purpose *purpose = &policy->purposes[0];
    snprintf(purpose->name, sizeof purpose->name, "%s_%u", stem, number);
    purpose->retention_days = days;
}

static uint32_t days_of(const struct retention_rules *rules, const char *purpose)
{
    for (size_t i = 0; i < rules->count; i++)
        if (strcmp(rules->items[i].purpose, purpose) == 0)
            return rules->items[i].days;
    return 0;
}

/* A purpose that the policy names no more, or by another name: what was recorded for it is kept as long as was said then, also where no run came
 * between, and no shorter than before where there are too many such purposes. */
static void test_L5_a_removed_purposes_entries_are_kept_for_its_time(void **context)
{
    struct store *store = ((struct state_directory *)*context)->store;
    put_policy(store, 3650);
    struct policy *before = policy_of(store), *next = policy_of(store);
    assert_string_equal(next->purposes[0].name, SHORT);
    take_first(next, "crossing", 1, 30);
    uint64_t seq = add(store, LOG_EVENT_CONSULTATION, SHORT, "t1");
    char *text;
    assert_int_equal(retention_record_follow(store, before, next, &text, NULL), REASON_DONE);
    put(store, DOCUMENT_RETENTION, text);
    free(text);
    put_policy_text(store, SHORT, "crossing_1", 30);
    assert_int_equal(run(store, 0, 0), 0);
    assert_int_equal(run(store, 3649, 3649), 0);
    assert_false(is_erased(store, seq));
    assert_int_equal(run(store, 3650, 1), 1);
    assert_true(is_erased(store, seq));
    struct retention_rules *rules = calloc(1, sizeof *rules);
    assert_non_null(rules);
    for (unsigned i = 0; i < 3 * RETENTION_RULES_MAX; i++) {
        take_first(next, "purpose", i, 1000 + i);
        retention_rules_take_policy(rules, next);
        assert_true(rules->count <= RETENTION_RULES_MAX);
        assert_int_equal(days_of(rules, ""), 1000 + i + RETENTION_LOG_DAYS);
        for (unsigned former = 0; former <= i; former++) {
            take_first(before, "purpose", former, 0);
            uint32_t days = days_of(rules, before->purposes[0].name);
            assert_true(days == 1000 + former || (days == 0 && days_of(rules, "") >= 1000 + former));
        }
    }
    take_first(next, "purpose", 0, 1);
    retention_rules_take_policy(rules, next);
    assert_true(days_of(rules, "") > 1000 + 3 * RETENTION_RULES_MAX - 2);
    free(rules);
    policy_destroy(before);
    policy_destroy(next);
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

/* --- What can't be read -------------------------------------------------------------------------------------- */

static size_t unreadable(struct store *store)
{
    struct retention_record *record = malloc(sizeof *record);
    assert_non_null(record);
    assert_int_equal(retention_record_read(store, record, NULL), REASON_DONE);
    size_t count = record->unreadable.count;
    free(record);
    return count;
}

/* An old entry that another damaged stops no run: it is counted, the rest goes; put right again, it goes with the next. */
static void test_L5_a_broken_entry_stops_no_run(void **context)
{
    struct state_directory *state = *context;
    uint64_t first = add(state->store, LOG_EVENT_CONSULTATION, SHORT, "t1"),
             second = add(state->store, LOG_EVENT_CONSULTATION, SHORT, "t2");
    char damage[160], repair[200];
    run(state->store, 0, 0);
    state_directory_keep(state);
    snprintf(damage, sizeof damage, "UPDATE body SET sealed = zeroblob(100) WHERE seq = %u", (unsigned)first);
    snprintf(repair, sizeof repair,
        "UPDATE body SET sealed = (SELECT sealed FROM old.body WHERE seq = %u) WHERE seq = %u",
        (unsigned)first, (unsigned)first);
    tamper(state, damage);
    assert_int_equal(run(state->store, 30, 30), 1);
    assert_true(is_erased(state->store, second));
    assert_int_equal(unreadable(state->store), 1);
    assert_int_equal(run(state->store, 31, 1), 0);
    assert_int_equal(unreadable(state->store), 1);
    tamper(state, repair);
    assert_int_equal(run(state->store, 32, 1), 1);
    assert_true(is_erased(state->store, first));
    assert_int_equal(unreadable(state->store), 0);
    assert_verifies(state->store, 2);
}

/* Where all of it is broken the run fails, and its own time goes on all the same. */
static void test_L5_a_log_that_is_broken_all_over_costs_no_time(void **context)
{
    struct state_directory *state = *context;
    struct retention_record *record = malloc(sizeof *record);
    assert_non_null(record);
    uint64_t first = journal_size(state->store);
    for (int i = 0; i <= RETENTION_UNREADABLE_MAX; i++)
        add(state->store, LOG_EVENT_CONSULTATION, SHORT, "t");
    run(state->store, 0, 0);
    char damage[160];
    snprintf(damage, sizeof damage, "UPDATE body SET sealed = zeroblob(100) WHERE seq BETWEEN %u AND %u",
        (unsigned)first, (unsigned)first + RETENTION_UNREADABLE_MAX);
    tamper(state, damage);
    struct retention_run made = new_run(30, 30);
    enum reason reason = REASON_DONE;
    while (reason == REASON_DONE && !made.changed)
        reason = retention_run_step(&made, state->store, &state->failure);
    assert_int_equal(reason, REASON_ENTRY_BROKEN);
    assert_false(made.more);
    retention_run_finish(&made);
    assert_int_equal(retention_record_read(state->store, record, NULL), REASON_DONE);
    assert_int_equal(record->ages.time_ms, NOON + 30 * DAY);
    assert_int_equal(record->unreadable.count, RETENTION_UNREADABLE_MAX);
    free(record);
}

/* What was looked at is durable in steps, also where nothing was found. */
static void test_A8_looking_is_durable_in_steps(void **context)
{
    struct state_directory *state = *context;
    struct retention_record *record = malloc(sizeof *record);
    assert_non_null(record);
    for (int i = 0; i < RETENTION_LOOKED_MAX + 100; i++)
        add(state->store, LOG_EVENT_ACCESS, NULL, NULL);
    run(state->store, 0, 0);
    struct retention_run broken = new_run(30, 30);
    while (broken.entries == 0)
        assert_int_equal(retention_run_step(&broken, state->store, &state->failure), REASON_DONE);
    assert_true(broken.more);
    retention_run_finish(&broken);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_int_equal(retention_record_read(state->store, record, NULL), REASON_DONE);
    assert_int_equal(record->rules.items[0].looked, RETENTION_LOOKED_MAX);
    free(record);
}

/* --- Holds --------------------------------------------------------------------------------------------------- */

static void put_holds(struct store *store, const struct legal_holds *holds)
{
    char *text = legal_holds_text(holds);
    assert_non_null(text);
    put(store, DOCUMENT_LEGAL_HOLDS, text);
    free(text);
}

/* The newest entry says how many were held, and by which rule they would have gone. */
static void assert_held_under(struct store *store, int held, const char *purpose)
{
    json_t *entry;
    assert_int_equal(journal_read(store, journal_size(store) - 1, &entry, NULL), REASON_DONE);
    json_t *body = json_object_get(entry, "body");
    assert_int_equal(json_integer_value(json_object_get(body, "held")), held);
    assert_string_equal(json_string_value(json_object_get(body, "of_purpose")), purpose);
    json_decref(entry);
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
    assert_held_under(store, 1, SHORT);
    assert_int_equal(run(store, LOG_END, 720), 0);
    assert_true(is_erased(store, other) && !is_erased(store, seq));
    assert_held_under(store, 1, "all, as the log's own time is over");
    assert_int_equal(legal_holds_read(store, holds, digest, NULL), REASON_DONE);
    assert_string_equal(holds->items[0].reason, "complaint 7");
    const struct legal_hold unheld = {.transaction = "t2"};
    assert_int_equal(legal_holds_lift(holds, &unheld, NULL), REASON_HOLD_NOT_FOUND);
    assert_int_equal(legal_holds_lift(holds, &hold, NULL), REASON_DONE);
    put_holds(store, holds);
    assert_int_equal(run(store, LOG_END + 1, 1), 1);
    assert_true(is_erased(store, seq));
    assert_int_equal(legal_holds_read(store, holds, digest, NULL), REASON_DONE);
    assert_true(holds->count == 0 && holds->again_from == UINT64_MAX);
    free(holds);
}

/* Who looked at a held transaction stays known however he asked; and a record entered from paper is held by its entry's number. */
static void test_L5_what_is_held_is_all_that_speaks_of_it(void **context)
{
    struct store *store = ((struct state_directory *)*context)->store;
    struct legal_holds *holds = calloc(1, sizeof *holds);
    assert_non_null(holds);
    holds->again_from = UINT64_MAX;
    json_t *search = json_pack("{s:s, s:s, s:s, s:s, s:{s:s}}", "actor", "s", "role", "auditor",
        "justification", "why", "read", "entries", "filter", "transaction", "t1");
    json_t *paper = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "actor", "s", "role", "supervisor",
        "legal_basis", "law", "justification", "no_power", "kind", "manual_record", "purpose", SHORT);
    uint64_t searched = add_body(store, LOG_EVENT_ACCESS, search),
             held = add_body(store, LOG_EVENT_CONSULTATION, json_incref(paper)),
             free_one = add_body(store, LOG_EVENT_CONSULTATION, paper);
    assert_int_equal(
        legal_holds_add(holds, &(struct legal_hold){.transaction = "t1", .by = "b", .reason = "r"}, NULL),
        REASON_DONE);
    assert_int_equal(
        legal_holds_add(holds, &(struct legal_hold){.from = held, .by = "b", .reason = "r"}, NULL),
        REASON_DONE);
    put_holds(store, holds);
    run(store, 0, 0);
    assert_int_equal(run(store, LOG_END, LOG_END), 1);
    assert_true(is_erased(store, free_one));
    assert_false(is_erased(store, held) || is_erased(store, searched));
    free(holds);
}

/* An auditor's hold stands on its own beside a supervisor's, who neither shuts it out nor lifts it. */
static void test_L5_an_auditors_hold_stands_on_its_own(void **context)
{
    struct legal_holds *holds = calloc(1, sizeof *holds);
    struct legal_hold supervisors = {.transaction = "t1"}, auditors = {.transaction = "t1", .auditor = true};
    (void)context;
    assert_non_null(holds);
    assert_int_equal(legal_holds_add(holds, &supervisors, NULL), REASON_DONE);
    assert_int_equal(legal_holds_add(holds, &auditors, NULL), REASON_DONE);
    assert_int_equal(legal_holds_add(holds, &auditors, NULL), REASON_TRANSACTION_HELD);
    assert_int_equal(legal_holds_lift(holds, &supervisors, NULL), REASON_DONE);
    assert_true(legal_holds_have(holds, "t1"));
    assert_int_equal(legal_holds_lift(holds, &supervisors, NULL), REASON_NOT_PERMITTED);
    assert_int_equal(legal_holds_add(holds, &supervisors, NULL), REASON_DONE);
    assert_int_equal(legal_holds_lift(holds, &auditors, NULL), REASON_DONE);
    assert_int_equal(legal_holds_lift(holds, &auditors, NULL), REASON_DONE);
    assert_int_equal(legal_holds_lift(holds, &auditors, NULL), REASON_HOLD_NOT_FOUND);
    assert_false(legal_holds_have(holds, "t1"));
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

/* A state of before the rules had days: its time goes on, and all is looked at again under the policy's own. */
static void test_A8_a_record_of_the_earlier_form_goes_on(void **context)
{
    struct state_directory *state = *context;
    struct retention_record *record = malloc(sizeof *record);
    assert_non_null(record);
    put(state->store, DOCUMENT_RETENTION,
        "{\"looked\":{\"\":3,\"border_check\":5},\"marks\":[7,7,5],\"time\":9}");
    assert_int_equal(retention_record_read(state->store, record, NULL), REASON_DONE);
    assert_int_equal(record->ages.time_ms, 9);
    assert_int_equal(record->ages.mark_count, 1);
    assert_int_equal(record->rules.count, 0);
    free(record);
}

int main(void)
{
    json_memory_wipe_when_freed();
    disk_spare_syncs();
#define ON_STATE(name) cmocka_unit_test_setup_teardown(name, set_up, state_directory_tear_down)
    const struct CMUnitTest tests[] = {
        ON_STATE(test_L5_travellers_entries_go_then_the_log),
        ON_STATE(test_L5_the_entry_says_what_was_erased),
        ON_STATE(test_L5_a_removed_purposes_entries_are_kept_for_its_time),
        ON_STATE(test_A8_a_run_that_ends_in_the_middle_goes_on),
        ON_STATE(test_A8_a_record_of_the_earlier_form_goes_on),
        ON_STATE(test_L5_a_wrong_clock_does_not_erase_the_log),
        ON_STATE(test_L5_what_is_written_while_its_time_lags_is_not_older_for_it),
        ON_STATE(test_L5_an_entrys_own_time_does_not_count),
        ON_STATE(test_L5_a_broken_entry_stops_no_run),
        ON_STATE(test_L5_a_log_that_is_broken_all_over_costs_no_time),
        ON_STATE(test_A8_looking_is_durable_in_steps),
        ON_STATE(test_L5_what_is_held_stays),
        ON_STATE(test_L5_what_is_held_is_all_that_speaks_of_it),
        cmocka_unit_test(test_L5_an_auditors_hold_stands_on_its_own),
        ON_STATE(test_L5_what_changes_meanwhile_is_gone_by),
        ON_STATE(test_L10_a_record_that_another_wrote_erases_nothing),
        cmocka_unit_test(test_L5_marks_of_many_years),
        cmocka_unit_test(test_M3_a_first_time_that_is_wrong_is_gone_by_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
