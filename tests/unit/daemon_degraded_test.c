/* The table of degraded modes, the rules of a suspension's time, and what is known of times without storage: pure, without a clock. */
#include "tests/unit/unit.h"

#include <string.h>

#include "daemon/degraded.h"
#include "daemon/storage_gaps.h"
#include "daemon/suspension_document.h"

#define NOW INT64_C(1795759200000)

static struct degraded_finding found(enum reason reason)
{
    struct degraded_finding finding = {.known = true};
    failure_set(&finding.why, reason, "it", "so");
    return finding;
}

/* --- The table */

static void test_A1_a_mode_begins_once_and_says_since_when_by_whom_and_why(void **state)
{
    (void)state;
    struct degraded degraded = {0};
    const struct degraded_row *row = &degraded.rows[DEGRADED_NO_CAPTURE];
    struct degraded_finding fault = found(REASON_SCANNER_FAILED);
    char names[DEGRADED_NAMES_SIZE];
    assert_int_equal(degraded_find(&degraded, DEGRADED_NO_CAPTURE, &fault, NOW, 5), DEGRADED_BEGUN);
    assert_int_equal(degraded_find(&degraded, DEGRADED_NO_CAPTURE, &fault, NOW + 9, 6), DEGRADED_UNCHANGED);
    assert_int_equal(row->since_ms, NOW);
    assert_string_equal(row->by, "kordond");
    assert_int_equal(row->why.reason, REASON_SCANNER_FAILED);
    assert_string_equal(degraded_names(&degraded, names), "no_capture");
}

static void test_A1_what_flaps_makes_two_entries(void **state)
{
    (void)state;
    struct degraded degraded = {0};
    struct degraded_finding fault = found(REASON_SCANNER_FAILED), none = found(REASON_DONE);
    unsigned begun = 0, ended = 0;
    uint64_t time = 0;
    for (; time < 100 * 1000; time += 500) {
        enum degraded_change change =
            degraded_find(&degraded, DEGRADED_NO_CAPTURE, time % 1000 == 0 ? &fault : &none, NOW, time);
        begun += change == DEGRADED_BEGUN;
        ended += change == DEGRADED_ENDED;
    }
    assert_int_equal(begun, 1);
    assert_int_equal(ended, 0);
    for (uint64_t end = time + DEGRADED_CALM_MS; time <= end; time += 500)
        ended += degraded_find(&degraded, DEGRADED_NO_CAPTURE, &none, NOW, time) == DEGRADED_ENDED;
    assert_int_equal(ended, 1);
    assert_false(degraded.rows[DEGRADED_NO_CAPTURE].on);
}

static void test_A4_what_does_not_flap_ends_at_once_and_what_is_not_known_changes_nothing(void **state)
{
    (void)state;
    struct degraded degraded = {0};
    struct degraded_finding old = found(REASON_LIST_STALE), fresh = found(REASON_DONE), unknown = {0};
    old.since_ms = NOW - 77;
    assert_int_equal(degraded_find(&degraded, DEGRADED_LIST_STALE, &unknown, NOW, 1), DEGRADED_UNCHANGED);
    assert_int_equal(degraded_find(&degraded, DEGRADED_LIST_STALE, &old, NOW, 1), DEGRADED_BEGUN);
    assert_int_equal(degraded.rows[DEGRADED_LIST_STALE].since_ms, NOW - 77);
    assert_int_equal(degraded_find(&degraded, DEGRADED_LIST_STALE, &unknown, NOW, 2), DEGRADED_UNCHANGED);
    assert_true(degraded.rows[DEGRADED_LIST_STALE].on);
    assert_int_equal(degraded_find(&degraded, DEGRADED_LIST_STALE, &fresh, NOW, 3), DEGRADED_ENDED);
}

static void test_each_mode_has_its_name_and_what_to_do(void **state)
{
    (void)state;
    struct degraded degraded = {0};
    char names[DEGRADED_NAMES_SIZE];
    for (enum degraded_mode mode = 0; mode < DEGRADED_COUNT; mode++) {
        struct degraded_row row = {.since_ms = NOW};
        assert_true(degraded_name(mode)[0] != '\0' && degraded_remedy(mode)[0] != '\0');
        degraded_begin(&degraded, mode, &row);
    }
    assert_string_equal(degraded_names(&degraded, names),
        "no_storage, self_test_failed, capture_suspended, no_capture, list_too_old, list_stale, local_only");
    degraded_end(&degraded, DEGRADED_NO_STORAGE);
    assert_false(degraded.rows[DEGRADED_NO_STORAGE].on);
}

/* --- The time of a suspension */

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)

static struct suspension_moment at(int64_t ms, int64_t wall_ahead_ms, const char *boot)
{
    struct suspension_moment moment = {
        .wall_ms = NOW + ms + wall_ahead_ms, .boot_ms = 1000000 + ms, .believed = true};
    strcpy(moment.boot, boot);
    return moment;
}

static struct suspension_record planned(const struct suspension_record *last, int64_t ms, int64_t lasts_ms)
{
    struct suspension_moment now = at(ms, 0, "a");
    struct suspension_record next;
    assert_int_equal(suspension_plan(last, &now, lasts_ms, &next, NULL), REASON_DONE);
    return next;
}

static enum reason refused(const struct suspension_record *last, int64_t ms, int64_t lasts_ms)
{
    struct suspension_moment now = at(ms, 0, "a");
    struct suspension_record next;
    struct failure failure = {0};
    return suspension_plan(last, &now, lasts_ms, &next, &failure);
}

static bool holds(const struct suspension_record *record, int64_t ms, int64_t wall_ahead_ms, const char *boot)
{
    struct suspension_moment now = at(ms, wall_ahead_ms, boot);
    return suspension_holds(record, &now);
}

static void test_A3_it_holds_for_its_time_and_no_longer(void **state)
{
    (void)state;
    const struct suspension_record none = {0}, record = planned(&none, 0, HOUR);
    struct suspension_moment later = at(10 * MINUTE, 0, "a");
    assert_true(holds(&record, 0, 0, "a"));
    assert_true(holds(&record, HOUR - 1, 0, "a"));
    assert_false(holds(&record, HOUR, 0, "a"));
    assert_int_equal(suspension_until_ms(&record, &later), NOW + HOUR);
    later.boot_ms += 7; /* the clocks are not read at one moment */
    assert_int_equal(suspension_until_ms(&record, &later), NOW + HOUR);
    assert_false(holds(&none, 0, 0, "a"));
    assert_int_equal(refused(&none, 0, 0), REASON_BAD_VALUE);
    assert_int_equal(refused(&none, 0, -1), REASON_BAD_VALUE);
    assert_int_equal(refused(&none, 0, SUSPENSION_MOST_MS), REASON_DONE);
    assert_int_equal(refused(&none, 0, SUSPENSION_MOST_MS + 1), REASON_SUSPENSION_TOO_LONG);
}

static void test_A3_no_clock_that_is_set_makes_it_longer(void **state)
{
    (void)state;
    const struct suspension_record none = {0}, record = planned(&none, 0, HOUR);
    assert_false(holds(&record, HOUR, -24 * HOUR, "a")); /* set back: the boot's clock ends it */
    assert_true(holds(&record, HOUR - 1, -24 * HOUR, "a"));
    assert_false(holds(&record, 1, HOUR, "a"));  /* set forward: the wall's ends it early */
    assert_true(holds(&record, MINUTE, 0, "b")); /* another boot: the wall's alone */
    assert_false(holds(&record, HOUR, 0, "b"));
    assert_false(holds(&record, MINUTE, -2 * MINUTE, "b")); /* before it began: nobody knows */
    struct suspension_moment doubted = at(MINUTE, 0, "b");
    doubted.believed = false;
    assert_false(suspension_holds(&record, &doubted));
}

static void test_A3_prolonging_counts_from_its_first_beginning(void **state)
{
    (void)state;
    const struct suspension_record none = {0}, first = planned(&none, 0, 5 * HOUR);
    const struct suspension_record longer = planned(&first, 4 * HOUR, 2 * HOUR);
    assert_int_equal(longer.since_ms, NOW);
    assert_true(holds(&longer, 6 * HOUR - 1, 0, "a"));
    assert_false(holds(&longer, 6 * HOUR, 0, "a"));
    assert_int_equal(refused(&first, 4 * HOUR, 2 * HOUR + 1), REASON_SUSPENSION_TOO_LONG);
    assert_int_equal(refused(&longer, 5 * HOUR, HOUR + 1), REASON_SUSPENSION_TOO_LONG);
    const struct suspension_record shorter = planned(&first, HOUR, MINUTE);
    assert_false(holds(&shorter, HOUR + MINUTE, 0, "a"));
}

static struct suspension_record ended(struct suspension_record record, int64_t ms)
{
    record.ended = true;
    record.end = at(ms, 0, "a");
    return record;
}

/* As the machine has it so long after it was started. */
static struct suspension_moment since_boot(int64_t ms, const char *boot, bool believed)
{
    struct suspension_moment moment = at(ms, 0, boot);
    moment.boot_ms = ms;
    moment.believed = believed;
    return moment;
}

static enum reason planned_at(const struct suspension_record *last, struct suspension_moment now)
{
    struct suspension_record next;
    struct failure failure = {0};
    return suspension_plan(last, &now, MINUTE, &next, &failure);
}

/* A battery that is empty leaves no clock to believe: what capture was off then is six hours at most, so it is not refused for ever. */
static void test_A3_a_clock_that_was_wrong_does_not_forbid_suspensions_for_ever(void **state)
{
    (void)state;
    const struct suspension_record none = {0};
    struct suspension_record last = planned(&none, 0, HOUR);
    last.ended = true;
    last.end = since_boot(MINUTE, "b", false); /* found ended by the next start */
    assert_int_equal(
        planned_at(&last, since_boot(6 * HOUR + MINUTE - 1, "b", true)), REASON_SUSPENSION_TOO_LONG);
    assert_int_equal(planned_at(&last, since_boot(6 * HOUR + MINUTE, "b", true)), REASON_DONE);
    assert_int_equal(planned_at(&last, since_boot(6 * HOUR - 1, "c", true)), REASON_SUSPENSION_TOO_LONG);
    assert_int_equal(planned_at(&last, since_boot(6 * HOUR, "c", true)), REASON_DONE);
    last.first.believed = last.began.believed = false; /* it was wrong from the beginning on */
    assert_int_equal(planned_at(&last, since_boot(6 * HOUR - 1, "c", true)), REASON_SUSPENSION_TOO_LONG);
    assert_int_equal(planned_at(&last, since_boot(6 * HOUR, "c", false)), REASON_DONE);
    last.end.boot[0] = '\0'; /* which boot it was nobody knows */
    assert_int_equal(planned_at(&last, since_boot(24 * HOUR, "c", true)), REASON_SUSPENSION_TOO_LONG);
}

static void test_A3_no_chain_of_suspensions_keeps_capture_off(void **state)
{
    (void)state;
    const struct suspension_record none = {0};
    const struct suspension_record brief = ended(planned(&none, 0, HOUR), MINUTE);
    assert_false(holds(&brief, MINUTE, 0, "a"));
    /* within an hour of its end the next one counts as one with it */
    const struct suspension_record next = planned(&brief, 30 * MINUTE, 5 * HOUR);
    assert_int_equal(next.since_ms, NOW + 30 * MINUTE);
    assert_int_equal(next.first.wall_ms, NOW);
    assert_int_equal(refused(&brief, 30 * MINUTE, 5 * HOUR + 31 * MINUTE), REASON_SUSPENSION_TOO_LONG);
    assert_int_equal(refused(&brief, MINUTE + HOUR, 6 * HOUR), REASON_DONE);
    /* after six hours capture is on for six */
    const struct suspension_record whole = ended(planned(&none, 0, 6 * HOUR), 6 * HOUR);
    assert_int_equal(refused(&whole, 6 * HOUR, MINUTE), REASON_SUSPENSION_TOO_LONG);
    assert_int_equal(refused(&whole, 11 * HOUR, MINUTE), REASON_SUSPENSION_TOO_LONG);
    assert_int_equal(refused(&whole, 12 * HOUR, 6 * HOUR), REASON_DONE);
    /* whatever is tried each minute of a week, it is off half of the time at most */
    struct suspension_record last = none;
    int64_t off = 0;
    for (int64_t time = 0; time < 7 * 24 * HOUR; time += MINUTE) {
        if (last.lasts_ms > 0 && !last.ended && !holds(&last, time, 0, "a"))
            last = ended(last, time);
        if (refused(&last, time, 2 * MINUTE) == REASON_DONE)
            last = planned(&last, time, 2 * MINUTE);
        off += holds(&last, time, 0, "a") ? MINUTE : 0;
    }
    assert_true(off > 0 && off <= 7 * 24 * HOUR / 2 + 6 * HOUR);
}

static void test_A3_the_state_keeps_all_of_it(void **state)
{
    (void)state;
    struct suspension_record read, none = {0};
    struct suspension_record record = ended(planned(&none, 0, HOUR), MINUTE);
    strcpy(record.by, "user:anna");
    strcpy(record.reason, "readers are cleaned");
    char *text = suspension_record_text(&record);
    assert_non_null(text);
    assert_int_equal(suspension_record_parse(text, strlen(text), &read, NULL), REASON_DONE);
    char *again = suspension_record_text(&read);
    assert_string_equal(text, again);
    text[strlen(text) / 2] = '}';
    assert_int_not_equal(suspension_record_parse(text, strlen(text), &read, NULL), REASON_DONE);
    free(again);
    free(text);
    static const char empty[] = "{}";
    struct failure failure = {0};
    assert_int_equal(suspension_record_parse(empty, 2, &read, &failure), REASON_BAD_VALUE);
}

/* --- Times without storage */

static void test_A2_a_time_on_paper_lies_in_a_gap_that_is_known_or_in_none(void **state)
{
    (void)state;
    struct storage_gaps gaps = {0};
    assert_null(storage_gaps_find(&gaps, NOW));
    storage_gaps_add(&gaps, NOW, NOW + HOUR, "no_storage");
    assert_non_null(storage_gaps_find(&gaps, NOW + MINUTE));
    assert_non_null(storage_gaps_find(&gaps, NOW - MINUTE + 1)); /* to the minute */
    assert_null(storage_gaps_find(&gaps, NOW - MINUTE));
    assert_null(storage_gaps_find(&gaps, NOW + HOUR + MINUTE));
    for (int64_t i = 1; i <= STORAGE_GAPS_MAX; i++)
        storage_gaps_add(&gaps, NOW + i * 24 * HOUR, NOW + i * 24 * HOUR + HOUR, "not_running");
    assert_null(storage_gaps_find(&gaps, NOW + MINUTE)); /* the oldest is forgotten: unproven */
    assert_string_equal(storage_gaps_find(&gaps, NOW + 24 * HOUR)->why, "not_running");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_A1_a_mode_begins_once_and_says_since_when_by_whom_and_why),
        cmocka_unit_test(test_A1_what_flaps_makes_two_entries),
        cmocka_unit_test(test_A4_what_does_not_flap_ends_at_once_and_what_is_not_known_changes_nothing),
        cmocka_unit_test(test_each_mode_has_its_name_and_what_to_do),
        cmocka_unit_test(test_A3_it_holds_for_its_time_and_no_longer),
        cmocka_unit_test(test_A3_no_clock_that_is_set_makes_it_longer),
        cmocka_unit_test(test_A3_prolonging_counts_from_its_first_beginning),
        cmocka_unit_test(test_A3_no_chain_of_suspensions_keeps_capture_off),
        cmocka_unit_test(test_A3_a_clock_that_was_wrong_does_not_forbid_suspensions_for_ever),
        cmocka_unit_test(test_A3_the_state_keeps_all_of_it),
        cmocka_unit_test(test_A2_a_time_on_paper_lies_in_a_gap_that_is_known_or_in_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
