#include "tests/unit/unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/event_series.h"

#define RUN    77
#define NUMBER 3

static int begin(void **state)
{
    struct event_series *series = calloc(1, sizeof *series);
    if (series == NULL)
        return -1;
    series->run = RUN;
    series->number = NUMBER;
    *state = series;
    return 0;
}

static int end(void **state)
{
    free(*state);
    return 0;
}

static void add(struct event_series *series, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        char data[64];
        snprintf(data, sizeof data, "{\"number\":%" PRIu64 "}", series->count + 1);
        assert_true(event_series_add(series, "thing", data, 5).size > 0);
    }
}

static struct event_place find(
    const struct event_series *series, uint64_t run, uint64_t number, uint64_t count)
{
    char id[80];
    snprintf(id, sizeof id, "%" PRIu64 "-%" PRIu64 "-%" PRIu64, run, number, count);
    return event_series_find(series, id);
}

static void expect_text(struct text text, const char *expected)
{
    assert_int_equal(text.size, strlen(expected));
    assert_memory_equal(text.bytes, expected, text.size);
}

/* What was missed comes once, in order, and nothing that was heard comes again. */
static void test_A9_what_was_missed_is_told_again(void **state)
{
    struct event_series *series = *state;
    add(series, 3);
    struct event_place place = find(series, RUN, NUMBER, 1);
    assert_int_equal(place.gap, EVENT_GAP_NONE);
    expect_text(event_series_after(series, place.count),
        "id: 77-3-2\nevent: thing\ndata: {\"number\":2}\n\nid: "
        "77-3-3\nevent: thing\ndata: {\"number\":3}\n\n");
    assert_int_equal(event_series_after(series, find(series, RUN, NUMBER, 3).count).size, 0);
}

/* The oldest are dropped, by number and by bytes, and how many of the missed ones are among them is known. */
static void test_A9_what_was_dropped_is_a_gap(void **state)
{
    struct event_series *series = *state;
    add(series, EVENT_SERIES_EVENTS + 10);
    assert_int_equal(find(series, RUN, NUMBER, 10).gap, EVENT_GAP_NONE);
    struct event_place place = find(series, RUN, NUMBER, 4);
    assert_int_equal(place.gap, EVENT_GAP_DROPPED);
    assert_int_equal(place.missed, 6);
    assert_int_equal(place.count, 10);
    assert_int_equal(event_series_after(series, place.count).size, series->used);
    char data[3001];
    memset(data, 'x', sizeof data - 1);
    data[sizeof data - 1] = '\0';
    for (int i = 0; i < 100; i++)
        event_series_add(series, "large", data, 5);
    assert_true(series->held < 25 && series->used <= EVENT_SERIES_BYTES);
    place = find(series, RUN, NUMBER, series->count - 100);
    assert_int_equal(place.missed, 100 - series->held);
}

/* Every other id is a gap: what is held is told all the same, since none of it may have been heard. */
static void test_A9_an_id_of_elsewhere_is_a_gap(void **state)
{
    struct event_series *series = *state;
    add(series, 2);
    static const char *const unknown[] = {"", "-", "77-3", "77-3-", "77-3-1-", "77-3-01", "77-3-+1",
        " 77-3-1", "77-3-x", "77-3-99999999999999999999999", "abc"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        struct event_place place = event_series_find(series, unknown[i]);
        assert_int_equal(place.gap, EVENT_GAP_UNKNOWN);
        assert_int_equal(place.count, 0);
    }
    assert_int_equal(find(series, RUN + 1, NUMBER, 1).gap, EVENT_GAP_RESTARTED);
    assert_int_equal(find(series, RUN, NUMBER + 1, 1).gap, EVENT_GAP_FORGOTTEN);
    assert_int_equal(find(series, RUN, NUMBER, 3).gap, EVENT_GAP_FORGOTTEN);
    assert_int_equal(find(series, RUN, NUMBER, 3).count, 0);
}

/* An event that there was no memory for, or that is too long, takes its number and says that it is missing. */
static void test_A9_what_could_not_be_told_is_a_gap(void **state)
{
    struct event_series *series = *state;
    const char *expected =
        "id: 77-3-1\nevent: gap\ndata: {\"missed\":1,\"time_ms\":5,\"why\":\"not_told\"}\n\n";
    expect_text(event_series_add(series, "thing", NULL, 5), expected);
    expect_text(event_series_after(series, 0), expected);
    char data[EVENT_TEXT_MAX];
    memset(data, 'x', sizeof data - 1);
    data[sizeof data - 1] = '\0';
    struct text text = event_series_add(series, "thing", data, 5);
    assert_non_null(memmem(text.bytes, text.size, "not_told", 8));
    assert_int_equal(series->count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_A9_what_was_missed_is_told_again, begin, end),
        cmocka_unit_test_setup_teardown(test_A9_what_was_dropped_is_a_gap, begin, end),
        cmocka_unit_test_setup_teardown(test_A9_an_id_of_elsewhere_is_a_gap, begin, end),
        cmocka_unit_test_setup_teardown(test_A9_what_could_not_be_told_is_a_gap, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
