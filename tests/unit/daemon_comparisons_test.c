/* What an identification and a verification decide where nothing was found, on the loop and the search threads of kordond, with
 * lists and prints made here. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "daemon/transactions/identification.h"
#include "daemon/kordond.h"
#include "daemon/list/in_force.h"
#include "daemon/transactions/verification.h"
#include "tests/support/failing_memory.h"
#include "tests/unit/matcher_prints.h"

#define PEOPLE 5
#define LATER  4 /* who is listed from 2001 on, the others from 2000 */
#define TWICE  1 /* whose print is that of the one before, too */

/* A kordond of which only what compares is there. */
struct post {
    struct kordond kordond;
    struct configuration configuration;
    struct identification identification;
    struct verification verification;
    struct locked_template probe, reference;
    bool done;
};

static struct matcher_template print_of(uint32_t person)
{
    return prints_pack(prints_make(person == TWICE ? TWICE : person + 1, 40));
}

/* PEOPLE with a right index each, today. */
static enum reason load(const struct reference_source *source, unsigned parts,
    enum reason (*each)(void *context, const struct watchlist_entry *entry, struct failure *failure),
    void *context, struct failure *failure)
{
    (void)source, (void)parts;
    enum reason reason = REASON_DONE;
    for (uint32_t i = 0; i < PEOPLE && reason == REASON_DONE; i++) {
        struct matcher_template template = print_of(i);
        struct watchlist_entry entry = {.id = {{(uint8_t)(i + 1)}},
            .action = "inform",
            .instruction = "",
            .entered = i == LATER ? "2001-01-01" : "2000-01-01",
            .expires = "9999-12-31",
            .purposes = {"border_check"},
            .purpose_count = 1,
            .finger_count = 1};
        entry.fingers[0] = (struct watchlist_finger){
            .position = FINGER_RIGHT_INDEX, .template_bytes = template.bytes, .template_size = template.size};
        reason = each(context, &entry, failure);
    }
    return reason;
}

static void take(struct locked_template *template, uint32_t person, bool doubtful)
{
    locked_template_finish(template);
    assert_int_equal(
        locked_memory_init(&template->memory, sizeof(struct matcher_template), NULL), REASON_DONE);
    *locked_template_get(template) = print_of(person);
    template->position = FINGER_RIGHT_INDEX;
    template->resolution_doubtful = doubtful;
}

static int set_up(void **state)
{
    struct post *post = calloc(1, sizeof *post);
    assert_non_null(post);
    struct kordond *kordond = &post->kordond;
    kordond->configuration = &post->configuration;
    post->configuration.identification.target_fpir = 0.01;
    post->configuration.identification.candidates = 8;
    post->configuration.identification.finger_swaps = true;
    post->configuration.verification.target_fmr = 0.001;
    post->configuration.policy.purposes.count = 1;
    strcpy(post->configuration.policy.purposes.words[0], "border_check");
    strcpy(post->configuration.state.directory, "/tmp");
    kordond->guard.believed_ms = store_now_ms();
    kordond->mode = MODE_ARMED; /* as it stays: there is no log that could be told of another one */
    assert_int_equal(uv_loop_init(&kordond->loop), 0);
    assert_int_equal(search_pool_create(&kordond->search, &kordond->loop, 2, NULL), REASON_DONE);
    const struct reference_source source = {
        .load = load, .summary = {.list_version = 1, .entry_count = PEOPLE}};
    struct reference_set *set;
    assert_int_equal(list_build(&post->configuration, &source, 1, &set, NULL), REASON_DONE);
    kordond->set = reference_set_hold(set);
    *state = post;
    return 0;
}

static int tear_down(void **state)
{
    struct post *post = *state;
    locked_template_finish(&post->probe);
    locked_template_finish(&post->reference);
    identification_finish(&post->identification);
    if (reference_set_release(post->kordond.set))
        search_pool_destroy_set(post->kordond.search, post->kordond.set);
    search_pool_close(post->kordond.search, NULL, NULL);
    uv_run(&post->kordond.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&post->kordond.loop), 0);
    free(post);
    return 0;
}

static void on_identified(struct identification *identification)
{
    ((struct post *)identification->data)->done = true;
}

static void on_verified(struct verification *verification)
{
    ((struct post *)verification->data)->done = true;
}

static void start(struct post *post)
{
    post->done = false;
    identification_finish(&post->identification);
    post->identification = (struct identification){.done = on_identified, .data = post};
    identification_start(&post->kordond, &post->identification, "border_check", &post->probe, 1);
}

static void finish(struct post *post)
{
    while (!post->done)
        uv_run(&post->kordond.loop, UV_RUN_ONCE);
}

static enum decision identify(struct post *post)
{
    start(post);
    finish(post);
    return post->identification.decision;
}

static enum decision verify(struct post *post)
{
    post->done = false;
    post->verification = (struct verification){.done = on_verified, .data = post};
    verification_start(&post->kordond, &post->verification, &post->probe, 1, &post->reference, 1);
    finish(post);
    return post->verification.decision;
}

/* A picture of another resolution than it says finds nobody, and that means nothing; where it does find somebody, it does. */
static void test_Q10_doubtful_resolution_is_no_no_match(void **state)
{
    struct post *post = *state;
    take(&post->probe, PEOPLE + 3, false);
    assert_int_equal(identify(post), DECISION_NO_MATCH);
    take(&post->probe, PEOPLE + 3, true);
    assert_int_equal(identify(post), DECISION_INCONCLUSIVE);
    assert_int_equal(post->identification.why.reason, REASON_RESOLUTION_IMPLAUSIBLE);
    take(&post->probe, 2, true);
    assert_int_equal(identify(post), DECISION_MATCH);
}

static void test_Q10_doubtful_resolution_is_no_difference(void **state)
{
    struct post *post = *state;
    for (int doubtful = 0; doubtful < 4; doubtful++) {
        take(&post->probe, 1, (doubtful & 1) != 0);
        take(&post->reference, 2, (doubtful & 2) != 0);
        assert_int_equal(verify(post), doubtful == 0 ? DECISION_NO_MATCH : DECISION_INCONCLUSIVE);
        if (doubtful > 0)
            assert_int_equal(post->verification.why.reason, REASON_RESOLUTION_IMPLAUSIBLE);
        take(&post->reference, 1, (doubtful & 2) != 0);
        assert_int_equal(verify(post), DECISION_MATCH);
    }
}

/* A reference without minutiae is like nobody: that is no difference. */
static void test_Q10_reference_without_minutiae_is_no_difference(void **state)
{
    struct post *post = *state;
    take(&post->probe, 1, false);
    take(&post->reference, 2, false);
    *locked_template_get(&post->reference) = prints_pack(prints_make(1, MATCHER_MINUTIAE_LEAST - 1));
    assert_int_equal(verify(post), DECISION_INCONCLUSIVE);
    assert_int_equal(post->verification.why.reason, REASON_SAMPLE_TOO_POOR);
    assert_string_equal(post->verification.why.subject, "reference");
}

/* Whoever is erased while a search runs is no candidate of it. */
static void test_M3_erased_while_searched_is_no_candidate(void **state)
{
    struct post *post = *state;
    const struct watchlist_id id = {{3}};
    take(&post->probe, 2, false);
    assert_int_equal(identify(post), DECISION_MATCH);
    start(post);
    assert_int_equal(list_put_in_force_without(&post->kordond, &id, NULL), REASON_DONE);
    finish(post);
    assert_int_equal(post->identification.decision, DECISION_NO_MATCH);
    assert_int_equal(post->identification.search.list.count, 0);
    assert_int_equal(identify(post), DECISION_NO_MATCH);
    assert_int_equal(post->identification.reach.claimed, PEOPLE - 1);
    assert_int_equal(list_put_in_force_without(&post->kordond, &id, NULL), REASON_ENTRY_NOT_FOUND);
}

/* Where the place that an erased one took was another one's, nobody knows whether that one was found. */
static void test_Q10_erased_in_the_only_place_is_no_no_match(void **state)
{
    struct post *post = *state;
    post->configuration.identification.candidates = 1;
    take(&post->probe, TWICE, false);
    assert_int_equal(identify(post), DECISION_MATCH);
    const struct watchlist_id id =
        reference_set_subject(post->kordond.set, post->identification.search.list.candidates[0].subject)->id;
    start(post);
    assert_int_equal(list_put_in_force_without(&post->kordond, &id, NULL), REASON_DONE);
    finish(post);
    assert_int_equal(post->identification.decision, DECISION_INCONCLUSIVE);
    assert_int_equal(identify(post), DECISION_MATCH);
}

/* Whose first day came could not be arranged for: he is not searched, and that is no no-match. */
static void test_Q10_set_of_another_day_is_not_searched(void **state)
{
    struct post *post = *state;
    struct reference_set *light, *before = post->kordond.set;
    int32_t day;
    assert_true(day_parse("2000-06-01", &day));
    assert_int_equal(reference_set_on(before, day, &light, NULL), REASON_DONE);
    post->kordond.set = reference_set_hold(light);
    assert_true(reference_set_release(before));
    reference_set_destroy(before);
    post->kordond.mode = MODE_IDENTIFICATION_REFUSED;
    post->kordond.mode_failure.reason = REASON_NO_MEMORY;
    take(&post->probe, LATER, false);
    failing_memory_set(0);
    assert_int_equal(identify(post), DECISION_INCONCLUSIVE);
    assert_int_equal(post->identification.why.reason, REASON_NO_MEMORY);
    failing_memory_set(-1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_Q10_doubtful_resolution_is_no_no_match, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_Q10_doubtful_resolution_is_no_difference, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_Q10_reference_without_minutiae_is_no_difference, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_Q10_erased_in_the_only_place_is_no_no_match, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_Q10_set_of_another_day_is_not_searched, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_M3_erased_while_searched_is_no_candidate, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
