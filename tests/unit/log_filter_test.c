/* Which entries of a log somebody looks for (L4). */
#include "tests/unit/unit.h"

#include "log/filter.h"

static json_t *entry_of(const char *text)
{
    json_t *entry = json_loads(text, 0, NULL);
    assert_non_null(entry);
    return entry;
}

static void assert_takes(const struct log_filter *filter, const char *text, bool expected)
{
    json_t *entry = entry_of(text);
    assert_int_equal(log_filter_takes(filter, entry), expected);
    json_decref(entry);
}

#define ENTRY                                                                                                \
    "{\"head\": {\"event\": \"consultation\", \"t\": 5000}, \"body\": {\"actor\": \"user:anna\","            \
    " \"officer\": \"o-17\", \"purpose\": \"border_check\", \"decision\": \"no_match\","                     \
    " \"transaction\": \"00ff\"}}"

static void test_L4_each_part_of_a_filter_is_looked_at(void **state)
{
    (void)state;
    static const struct {
        struct log_filter filter;
        bool taken;
    } cases[] = {
        {{0}, true},
        {{.events = LOG_EVENT_BIT(LOG_EVENT_CONSULTATION)}, true},
        {{.events = LOG_EVENT_BIT(LOG_EVENT_ACCESS)}, false},
        {{.since_ms = 5000}, true},
        {{.since_ms = 5001}, false},
        {{.until_ms = 5001}, true},
        {{.until_ms = 5000}, false},
        {{.officer = "o-17"}, true},
        {{.officer = "user:anna"}, true},
        {{.officer = "anna"}, true}, /* whoever asks what anna did is not told of nothing */
        {{.officer = "ann"}, false},
        {{.officer = "user:"}, false},
        {{.officer = "o-1"}, false},
        {{.purpose = "border_check"}, true},
        {{.purpose = "protection_check"}, false},
        {{.decision = "no_match"}, true},
        {{.decision = "match"}, false},
        {{.transaction = "00ff"}, true},
        {{.transaction = "00fe"}, false},
        {{.decision = "no_match", .officer = "o-18"}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_takes(&cases[i].filter, ENTRY, cases[i].taken);
        assert_int_equal(log_filter_is_set(&cases[i].filter), i > 0);
    }
}

static void test_L4_what_an_erased_body_said_nobody_knows(void **state)
{
    (void)state;
    static const char erased[] = "{\"head\": {\"event\": \"consultation\", \"t\": 5000}}";
    assert_takes(&(struct log_filter){.since_ms = 1}, erased, true);
    assert_takes(&(struct log_filter){.purpose = "border_check"}, erased, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_L4_each_part_of_a_filter_is_looked_at),
        cmocka_unit_test(test_L4_what_an_erased_body_said_nobody_knows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
