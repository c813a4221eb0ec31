#include "tests/unit/unit.h"

#include <jansson.h>
#include <stdbool.h>

#include "daemon/api/reply.h"
#include "daemon/sample_report.h"
#include "daemon/transactions/identification.h"
#include "daemon/transactions/verification.h"
#include "json/memory.h"
#include "tests/support/failing_memory.h"

#define MANY 1000 /* allocations: more than any of these objects takes */

static char action[] = "detain", instruction[] = "call the supervisor";

static struct identification_candidate candidates[] = {
    {.score = 90, .fingers = 2, .action = action, .instruction = instruction},
    {.score = 70, .fingers = 1, .swapped = 1, .action = action, .instruction = instruction},
};

static json_t *make_identification(void)
{
    const struct identification_outcome outcome = {.decision = DECISION_MATCH,
        .target_fpir = 0.001,
        .threshold_known = true,
        .threshold = 60,
        .list_known = true,
        .list_name = "wanted",
        .list_version = 7,
        .fingers = 2,
        .visible = 100,
        .people_known = true,
        .searched = 90,
        .other_people = 10,
        .whole = true,
        .candidates = candidates,
        .candidate_count = 2};
    return identification_evidence(&outcome);
}

static json_t *make_verification(void)
{
    const struct verification_outcome outcome = {.decision = DECISION_MATCH,
        .target_fmr = 0.001,
        .threshold_known = true,
        .threshold = 60,
        .score = 80,
        .fingers = 1,
        .swapped = 1};
    return verification_evidence(&outcome);
}

static json_t *make_failure(void)
{
    struct failure failure = {0};
    failure_set(&failure, REASON_SAMPLE_TOO_POOR, "sample", "too dry");
    return reply_failure_json(&failure);
}

static json_t *make_flaws(void)
{
    const struct matcher_sample_report report = {.flaws = 3, .quality = 40};
    struct json_writer object;
    json_writer_object(&object);
    sample_report_add(&object, &report);
    return json_writer_end(&object);
}

/* Whichever allocation fails: there is the whole object, or none. */
static void assert_whole_or_none(json_t *(*make)(void))
{
    json_t *whole = make();
    assert_non_null(whole);
    assert_true(json_object_size(whole) >= 3);
    long failures = 0;
    for (long n = 0; n < MANY; n++) {
        failing_memory_set(n);
        json_t *made = make();
        bool failed = failing_memory_has_failed();
        failing_memory_set(-1);
        if (made != NULL)
            assert_true(json_equal(made, whole));
        json_decref(made);
        if (!failed)
            break;
        failures++;
    }
    assert_in_range(failures, 3, MANY - 1);
    json_decref(whole);
}

/* A match without its candidates, or a search without the number of people searched, would be another decision. */
static void test_L1_what_the_log_says_of_an_identification_is_whole_or_not_there(void **state)
{
    (void)state;
    assert_whole_or_none(make_identification);
}

static void test_L1_what_the_log_says_of_a_verification_is_whole_or_not_there(void **state)
{
    (void)state;
    assert_whole_or_none(make_verification);
}

static void test_A8_a_failure_is_told_whole_or_not_at_all(void **state)
{
    (void)state;
    assert_whole_or_none(make_failure);
}

static void test_L1_a_sample_without_all_of_its_flaws_is_not_reported(void **state)
{
    (void)state;
    assert_whole_or_none(make_flaws);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_L1_what_the_log_says_of_an_identification_is_whole_or_not_there),
        cmocka_unit_test(test_L1_what_the_log_says_of_a_verification_is_whole_or_not_there),
        cmocka_unit_test(test_A8_a_failure_is_told_whole_or_not_at_all),
        cmocka_unit_test(test_L1_a_sample_without_all_of_its_flaws_is_not_reported),
    };
    json_memory_wipe_when_freed(); /* the library's allocations pass through ours, which fail */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
