/* Q5: a month's figures count what belongs to the month, and nobody can be told from them: each small count is hidden, and so is what would
 * give it away. */
#include "log/figures.h"

#include <string.h>

#include "base/instant.h"
#include "json/memory.h"
#include "tests/support/failing_memory.h"
#include "tests/unit/unit.h"

static struct log_figures figures;

static int begin(void **state)
{
    (void)state;
    assert_int_equal(log_figures_init(&figures, "2026-11", NULL), REASON_DONE);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    log_figures_finish(&figures);
    return 0;
}

static int64_t at(const char *text)
{
    int64_t ms;
    assert_true(instant_parse(text, &ms));
    return ms;
}

/* count entries of that event and body, in the month. */
static void add(const char *event, int count, const char *body)
{
    json_t *object = json_loads(body, 0, NULL);
    assert_non_null(object);
    for (int i = 0; i < count; i++)
        log_figures_add(&figures, event, figures.since_ms + i, object);
    json_decref(object);
}

static void add_decisions(int count, const char *decision)
{
    char body[200];
    snprintf(body, sizeof body,
        "{\"purpose\":\"border_check\",\"transaction\":\"t\",\"kind\":\"identification\",\"decision\":\"%"
        "s\"}",
        decision);
    add("consultation", count, body);
}

/* A cell of the first purpose's table as it is told: "12", "<5", "withheld"; "" where there is none. */
static const char *cell(const char *table, const char *name)
{
    static char text[64];
    json_t *told = log_figures_json(&figures, 100);
    assert_non_null(told);
    const json_t *purpose = json_array_get(json_object_get(told, "purposes"), 0);
    const json_t *value = json_object_get(json_object_get(purpose, table), name);
    if (json_is_integer(value))
        snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
    else
        snprintf(text, sizeof text, "%s", value != NULL ? json_string_value(value) : "");
    json_decref(told);
    return text;
}

static bool total_is_told(json_int_t *total)
{
    json_t *told = log_figures_json(&figures, 100);
    const json_t *value =
        json_object_get(json_array_get(json_object_get(told, "purposes"), 0), "transactions");
    bool is = json_is_integer(value);
    *total = json_integer_value(value);
    json_decref(told);
    return is;
}

static void test_Q5_a_month_begins_and_ends_at_midnight(void **state)
{
    (void)state;
    static const struct {
        const char *month, *since, *until;
    } cases[] = {{"2026-11", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"},
        {"2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"},
        {"2028-02", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"},
        {"2027-02", "2027-02-01T00:00:00Z", "2027-03-01T00:00:00Z"},
        {"9999-11", "9999-11-01T00:00:00Z", "9999-12-01T00:00:00Z"}};
    static const char *const wrong[] = {"", "2026", "2026-1", "2026-13", "2026-00", "2026-11-01", "2026/11",
        "xxxx-11", "1969-12", "2026-11 ", "-026-11", "9999-12"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct log_figures other;
        assert_int_equal(log_figures_init(&other, cases[i].month, NULL), REASON_DONE);
        assert_true(other.since_ms == at(cases[i].since) && other.until_ms == at(cases[i].until));
        log_figures_finish(&other);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct log_figures other;
        assert_int_equal(log_figures_init(&other, wrong[i], NULL), REASON_BAD_VALUE);
        log_figures_finish(&other);
    }
    json_t *body = json_pack("{s:s, s:s, s:s, s:s}", "purpose", "border_check", "transaction", "t", "kind",
        "k", "decision", "match");
    log_figures_add(&figures, "consultation", figures.since_ms - 1, body);
    log_figures_add(&figures, "consultation", figures.until_ms, body);
    assert_int_equal(figures.entries, 0);
    log_figures_add(&figures, "consultation", figures.since_ms, body);
    log_figures_add(&figures, "consultation", figures.until_ms - 1, body);
    log_figures_add(&figures, "access", figures.since_ms, body);
    log_figures_add(&figures, "no event", figures.since_ms, body);
    assert_int_equal(figures.entries, 2);
    json_decref(body);
}

/* A post's figures count what its first line counted. */
static void test_P6_figures_count_what_the_first_line_was_told(void **state)
{
    (void)state;
    static const char *const ends[] = {"\"no_match\"", "\"match\", \"told\":\"no_match\"",
        "\"match\", \"told\":\"match\"", "\"inconclusive\", \"why\":\"PRESENTATION_ATTACK\"",
        "\"match\", \"told\":\"inconclusive\", \"told_why\":\"PRESENTATION_ATTACK\""};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char body[256];
        snprintf(body, sizeof body,
            "{\"purpose\":\"border_check\",\"transaction\":\"t\",\"kind\":\"identification\",\"decision\":%"
            "s}",
            ends[i]);
        add("consultation", 10, body);
    }
    const uint64_t entries = figures.entries;
    add("consultation", 1, "{\"purpose\":\"border_check\",\"what\":\"probe seen\",\"referral\":\"r\"}");
    assert_int_equal(figures.entries, entries);
    assert_string_equal(cell("decisions", "identification: no_match"), "20");
    assert_string_equal(cell("decisions", "identification: match"), "10");
    assert_string_equal(cell("decisions", "identification: inconclusive: PRESENTATION_ATTACK"), "20");
    assert_string_equal(cell("decisions", "identification: inconclusive"), "");
}

static void test_Q5_counts_below_five_are_not_told(void **state)
{
    (void)state;
    json_int_t total;
    add_decisions(5, "match");
    add_decisions(40, "no_match");
    assert_string_equal(cell("decisions", "identification: match"), "5");
    assert_true(total_is_told(&total) && total == 45);
    add_decisions(4, "inconclusive");
    assert_string_equal(cell("decisions", "identification: inconclusive"), "<5");
    assert_string_equal(cell("decisions", "identification: no_match"), "40");
    assert_false(total_is_told(&total));
    add_decisions(1, "inconclusive");
    assert_string_equal(cell("decisions", "identification: inconclusive"), "5");
    assert_true(total_is_told(&total) && total == 50);
    add("consultation", 1,
        "{\"purpose\":\"border_check\",\"transaction\":\"t\",\"exception\":{\"kind\":\"impossible\","
        "\"reason\":"
        "\"worn_fingers\"}}");
    assert_string_equal(cell("exceptions", "impossible: worn_fingers"), "<5");
    assert_false(total_is_told(&total));
}

/* Who knows the sum from another table subtracts: a lone small cell takes the smallest other one with it, and so do small ones of which only
 * one split is possible. */
static void test_Q5_what_would_give_a_small_count_away_is_withheld(void **state)
{
    (void)state;
    static const char *const one = "{\"purpose\":\"p\",\"attempt\":1,\"quality\":50}",
                             *two = "{\"purpose\":\"p\",\"attempt\":2,\"quality\":50}",
                             *three = "{\"purpose\":\"p\",\"attempt\":3,\"quality\":50}";
    add("collection", 90, one);
    add("collection", 9, two);
    assert_string_equal(cell("attempt", "1"), "90");
    add("collection", 1, three);
    assert_string_equal(cell("quality", "40-59"), "100"); /* the sum is known */
    assert_string_equal(cell("attempt", "3"), "<5");
    assert_string_equal(cell("attempt", "2"), "withheld");
    assert_string_equal(cell("attempt", "1"), "90");
}

static void test_Q5_small_counts_of_one_split_are_withheld_with_another(void **state)
{
    (void)state;
    static const char *const bodies[] = {"{\"purpose\":\"p\",\"attempt\":1}",
        "{\"purpose\":\"p\",\"attempt\":2}", "{\"purpose\":\"p\",\"attempt\":3}"};
    add("collection", 90, bodies[0]);
    add("collection", 1, bodies[1]);
    add("collection", 1, bodies[2]);
    assert_string_equal(cell("attempt", "1"), "withheld"); /* 2 can only be 1 and 1 */
    add("collection", 2, bodies[1]);
    assert_string_equal(cell("attempt", "1"), "90"); /* 4 can be 1 and 3, 2 and 2, 3 and 1 */
    add("collection", 1, bodies[1]);
    add("collection", 3, bodies[2]);
    assert_string_equal(cell("attempt", "1"), "withheld"); /* 8 can only be 4 and 4 */
}

static void test_Q5_what_cannot_be_seen_is_counted_as_such(void **state)
{
    (void)state;
    add_decisions(5, "match");
    log_figures_add(&figures, "consultation", figures.since_ms, NULL);
    log_figures_add(&figures, "collection", figures.since_ms, NULL);
    log_figures_add(&figures, "start", figures.since_ms, NULL);
    json_t *told = log_figures_json(&figures, 7);
    assert_int_equal(json_integer_value(json_object_get(told, "entries")), 7);
    assert_int_equal(json_integer_value(json_object_get(told, "unseen")), 2);
    json_decref(told);
}

/* However the transaction ended; small counts are hidden as all others. */
static void test_Q5_captures_that_were_refused_are_counted(void **state)
{
    (void)state;
    add("consultation", 3,
        "{\"purpose\":\"p\",\"transaction\":\"t\",\"decision\":\"match\",\"kind\":\"both\","
        "\"refused_captures\":{\"SAMPLE_TOO_POOR\":2,\"CAPTURE_RETRY\":1}}");
    assert_string_equal(cell("refused_captures", "SAMPLE_TOO_POOR"), "withheld");
    assert_string_equal(cell("refused_captures", "CAPTURE_RETRY"), "<5");
    add("consultation", 2,
        "{\"purpose\":\"p\",\"transaction\":\"t\",\"exception\":{\"kind\":\"impossible\"},"
        "\"refused_captures\":{\"CAPTURE_RETRY\":3,\"x\":-1,\"y\":\"1\",\"z\":1e99}}");
    assert_string_equal(cell("refused_captures", "SAMPLE_TOO_POOR"), "6");
    assert_string_equal(cell("refused_captures", "CAPTURE_RETRY"), "9");
    assert_string_equal(cell("refused_captures", "x"), "");
    add("consultation", 1, "{\"purpose\":\"p\",\"refused_captures\":[1]}");
    assert_string_equal(cell("refused_captures", "CAPTURE_RETRY"), "9");
}

static void test_Q5_self_tests_are_told_to_the_point(void **state)
{
    (void)state;
    json_t *told = log_figures_json(&figures, 7), *tests = json_object_get(told, "self_tests");
    assert_true(json_is_null(json_object_get(tests, "mated_lowest")));
    json_decref(told);
    add("self_test", 1,
        "{\"result\":\"passed\",\"pairs\":[{\"mated\":true,\"score\":90},{\"mated\":false,\"score\":7},{"
        "\"mated\":"
        "true,\"score\":69}]}");
    add("self_test", 2, "{\"result\":\"failed\",\"pairs\":[{\"mated\":false,\"score\":9},{\"mated\":true}]}");
    add("self_test", 1, "{\"result\":\"incomplete\",\"pairs\":[]}");
    told = log_figures_json(&figures, 7);
    tests = json_object_get(told, "self_tests");
    assert_int_equal(json_integer_value(json_object_get(tests, "passed")), 1);
    assert_int_equal(json_integer_value(json_object_get(tests, "failed")), 2);
    assert_int_equal(json_integer_value(json_object_get(tests, "incomplete")), 1);
    assert_int_equal(json_integer_value(json_object_get(tests, "mated_lowest")), 69);
    assert_int_equal(json_integer_value(json_object_get(tests, "non_mated_highest")), 9);
    assert_int_equal(json_array_size(json_object_get(told, "purposes")), 0);
    json_decref(told);
}

/* Bodies are the adversary's until they are proven; and those of older versions lack members. */
static void test_Q5_bodies_of_any_form_are_taken(void **state)
{
    (void)state;
    static const char *const bodies[] = {"{}", "[]", "{\"purpose\":7}", "{\"kind\":\"manual_record\"}",
        "{\"exception\":{}}", "{\"transaction\":1,\"decision\":2}",
        "{\"flaws\":[1,{},\"x\"],\"quality\":\"q\"}", "{\"pairs\":{\"mated\":true},\"result\":[]}",
        "{\"pairs\":[3,{\"score\":\"x\"}]}"};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        for (unsigned event = 0; event < LOG_EVENT_COUNT; event++)
            add(log_event_name((enum log_event)event), 1, bodies[i]);
    json_t *told = log_figures_json(&figures, 7);
    assert_non_null(told);
    json_decref(told);
}

/* A count that got lost for want of memory is no lower figure: there are none then. */
static void test_Q5_without_memory_there_are_no_figures(void **state)
{
    (void)state;
    unsigned none = 0;
    json_t *told = NULL;
    for (long nth = 0; told == NULL; nth++) {
        failing_memory_set(nth);
        json_t *body =
            json_loads("{\"purpose\":\"p\",\"quality\":50,\"attempt\":1,\"flaws\":[\"too_dry\"]}", 0, NULL);
        struct log_figures short_of;
        enum reason reason = log_figures_init(&short_of, "2026-11", NULL);
        if (reason == REASON_DONE && body != NULL)
            log_figures_add(&short_of, "collection", short_of.since_ms, body);
        told = reason == REASON_DONE && body != NULL ? log_figures_json(&short_of, 1) : NULL;
        none += told == NULL;
        failing_memory_set(-1);
        json_decref(body);
        log_figures_finish(&short_of);
    }
    assert_true(none > 10);
    assert_int_equal(
        json_object_size(json_object_get(json_array_get(json_object_get(told, "purposes"), 0), "flaws")), 1);
    json_decref(told);
}

#define OF_A_MONTH(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
    json_memory_wipe_when_freed(); /* jansson's memory is ours, then, and fails with it */
    const struct CMUnitTest tests[] = {
        OF_A_MONTH(test_Q5_a_month_begins_and_ends_at_midnight),
        OF_A_MONTH(test_P6_figures_count_what_the_first_line_was_told),
        OF_A_MONTH(test_Q5_counts_below_five_are_not_told),
        OF_A_MONTH(test_Q5_what_would_give_a_small_count_away_is_withheld),
        OF_A_MONTH(test_Q5_small_counts_of_one_split_are_withheld_with_another),
        OF_A_MONTH(test_Q5_what_cannot_be_seen_is_counted_as_such),
        OF_A_MONTH(test_Q5_captures_that_were_refused_are_counted),
        OF_A_MONTH(test_Q5_self_tests_are_told_to_the_point),
        OF_A_MONTH(test_Q5_bodies_of_any_form_are_taken),
        cmocka_unit_test(test_Q5_without_memory_there_are_no_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
