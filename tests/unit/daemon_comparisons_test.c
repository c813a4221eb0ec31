/* What an identification and a verification decide where nothing was found, on the loop and the search threads of kordond, with
 * lists and prints made here. */
#include "tests/unit/daemon_post.h"

#include <stdlib.h>

#include "base/day.h"
#include "daemon/transactions/first_line.h"
#include "tests/support/failing_memory.h"
#include "tests/unit/matcher_prints.h"

#define PEOPLE 5
#define LATER  4 /* who is listed from 2001 on, the others from 2000 */
#define TWICE  1 /* whose print is that of the one before, too, and of all behind PEOPLE */

/* Who compares. */
struct comparing {
    struct post post;
    struct identification identification;
    struct verification verification;
    struct locked_template probe, reference;
    struct principal owner;
    bool done;
};

static struct matcher_template print_of(uint32_t person)
{
    return prints_pack(prints_make(person == TWICE ? TWICE : person + 1, 40));
}

/* So many people with a right index each, today. */
static enum reason load(const struct reference_source *source, unsigned parts,
    enum reason (*each)(void *context, const struct watchlist_entry *entry, struct failure *failure),
    void *context, struct failure *failure)
{
    (void)parts;
    enum reason reason = REASON_DONE;
    for (uint32_t i = 0; i < source->summary.entry_count && reason == REASON_DONE; i++) {
        struct matcher_template template = print_of(i < PEOPLE ? i : TWICE);
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

static int set_up_list(void **state, uint32_t people)
{
    struct comparing *comparing = calloc(1, sizeof *comparing);
    assert_non_null(comparing);
    struct post *post = &comparing->post;
    post_begin(post);
    post->mode.word = MODE_ARMED; /* as it stays: there is no log that could be told of another one */
    assert_int_equal(search_pool_create(&post->workers.search, &post->loop, 2, NULL), REASON_DONE);
    const struct reference_source source = {
        .load = load, .summary = {.list_version = 1, .entry_count = people, .installed_ms = store_now_ms()}};
    struct opened_list *set;
    const struct list_plan plan = list_plan_in_force(&post->list);
    assert_int_equal(list_build(&plan, &source, &set, NULL), REASON_DONE);
    post->list.set = opened_list_hold(set);
    *state = comparing;
    return 0;
}

static int set_up(void **state)
{
    return set_up_list(state, PEOPLE);
}

/* More people with one print than a search has places. */
static int set_up_crowd(void **state)
{
    return set_up_list(state, PEOPLE + MATCHER_CANDIDATES_MAX);
}

static int tear_down(void **state)
{
    struct comparing *comparing = *state;
    locked_template_finish(&comparing->probe);
    locked_template_finish(&comparing->reference);
    identification_outcome_finish(&comparing->identification.outcome);
    list_close(&comparing->post.list);
    search_pool_close(comparing->post.workers.search, NULL, NULL);
    post_end(&comparing->post);
    free(comparing);
    return 0;
}

static void on_identified(struct identification *identification)
{
    ((struct comparing *)identification->data)->done = true;
}

static void on_verified(struct verification *verification)
{
    ((struct comparing *)verification->data)->done = true;
}

static void start(struct comparing *comparing)
{
    comparing->done = false;
    identification_outcome_finish(&comparing->identification.outcome);
    comparing->identification = (struct identification){
        .done = on_identified, .data = comparing, .owner = &comparing->owner, .officer = "boris"};
    identification_start(
        &comparing->post.transactions, &comparing->identification, "border_check", &comparing->probe, 1);
}

static void finish(struct comparing *comparing)
{
    while (!comparing->done)
        uv_run(&comparing->post.loop, UV_RUN_ONCE);
}

static enum comparison_decision identify(struct comparing *comparing)
{
    start(comparing);
    finish(comparing);
    return comparing->identification.outcome.decision;
}

static enum comparison_decision verify(struct comparing *comparing)
{
    comparing->done = false;
    comparing->verification = (struct verification){.done = on_verified, .data = comparing};
    verification_start(&comparing->post.transactions, &comparing->verification, &comparing->probe, 1,
        &comparing->reference, 1);
    finish(comparing);
    return comparing->verification.outcome.decision;
}

/* A picture of another resolution than it says finds nobody, and that means nothing; where it does find somebody, it does. */
static void test_Q10_doubtful_resolution_is_no_no_match(void **state)
{
    struct comparing *comparing = *state;
    take(&comparing->probe, PEOPLE + 3, false);
    assert_int_equal(identify(comparing), DECISION_NO_MATCH);
    take(&comparing->probe, PEOPLE + 3, true);
    assert_int_equal(identify(comparing), DECISION_INCONCLUSIVE);
    assert_int_equal(comparing->identification.outcome.why.reason, REASON_RESOLUTION_IMPLAUSIBLE);
    take(&comparing->probe, 2, true);
    assert_int_equal(identify(comparing), DECISION_MATCH);
}

static void test_Q10_doubtful_resolution_is_no_difference(void **state)
{
    struct comparing *comparing = *state;
    for (int doubtful = 0; doubtful < 4; doubtful++) {
        take(&comparing->probe, 1, (doubtful & 1) != 0);
        take(&comparing->reference, 2, (doubtful & 2) != 0);
        assert_int_equal(verify(comparing), doubtful == 0 ? DECISION_NO_MATCH : DECISION_INCONCLUSIVE);
        if (doubtful > 0)
            assert_int_equal(comparing->verification.outcome.why.reason, REASON_RESOLUTION_IMPLAUSIBLE);
        take(&comparing->reference, 1, (doubtful & 2) != 0);
        assert_int_equal(verify(comparing), DECISION_MATCH);
    }
}

/* A reference without minutiae is like nobody: that is no difference. */
static void test_Q10_reference_without_minutiae_is_no_difference(void **state)
{
    struct comparing *comparing = *state;
    take(&comparing->probe, 1, false);
    take(&comparing->reference, 2, false);
    *locked_template_get(&comparing->reference) = prints_pack(prints_make(1, MATCHER_MINUTIAE_LEAST - 1));
    assert_int_equal(verify(comparing), DECISION_INCONCLUSIVE);
    assert_int_equal(comparing->verification.outcome.why.reason, REASON_SAMPLE_TOO_POOR);
    assert_string_equal(comparing->verification.outcome.why.subject, "reference");
}

/* Whoever is erased while a search runs is no candidate of it. */
static void test_M3_erased_while_searched_is_no_candidate(void **state)
{
    struct comparing *comparing = *state;
    const struct watchlist_id id = {{3}};
    take(&comparing->probe, 2, false);
    assert_int_equal(identify(comparing), DECISION_MATCH);
    start(comparing);
    assert_int_equal(
        list_put_in_force_without(&comparing->post.list, &(struct watchlist_ids){&id, 1}, NULL), REASON_DONE);
    finish(comparing);
    assert_int_equal(comparing->identification.outcome.decision, DECISION_NO_MATCH);
    assert_int_equal(comparing->identification.outcome.candidate_count, 0);
    assert_int_equal(identify(comparing), DECISION_NO_MATCH);
    assert_int_equal(comparing->identification.outcome.searched, PEOPLE - 1);
    assert_int_equal(list_put_in_force_without(&comparing->post.list, &(struct watchlist_ids){&id, 1}, NULL),
        REASON_ENTRY_NOT_FOUND);
}

/* Who was found beside the erased one takes his place. */
static void test_Q10_erased_in_the_only_place_gives_it_to_the_next(void **state)
{
    struct comparing *comparing = *state;
    comparing->post.configuration.identification.candidates = 1;
    take(&comparing->probe, TWICE, false);
    assert_int_equal(identify(comparing), DECISION_MATCH);
    const struct watchlist_id id = comparing->identification.outcome.candidates[0].id;
    start(comparing);
    assert_int_equal(
        list_put_in_force_without(&comparing->post.list, &(struct watchlist_ids){&id, 1}, NULL), REASON_DONE);
    finish(comparing);
    assert_int_equal(comparing->identification.outcome.decision, DECISION_MATCH);
    assert_int_equal(comparing->identification.outcome.candidate_count, 1);
    assert_memory_not_equal(&comparing->identification.outcome.candidates[0].id, &id, sizeof id);
}

/* Where the places that erased ones took were all there are, nobody knows whether others were found. */
static void test_Q10_erased_in_all_places_is_no_no_match(void **state)
{
    struct comparing *comparing = *state;
    struct watchlist_id ids[MATCHER_CANDIDATES_MAX];
    comparing->post.configuration.identification.candidates = MATCHER_CANDIDATES_MAX;
    take(&comparing->probe, TWICE, false);
    assert_int_equal(identify(comparing), DECISION_MATCH);
    assert_int_equal(comparing->identification.outcome.candidate_count, MATCHER_CANDIDATES_MAX);
    for (size_t i = 0; i < MATCHER_CANDIDATES_MAX; i++)
        ids[i] = comparing->identification.outcome.candidates[i].id;
    start(comparing);
    assert_int_equal(list_put_in_force_without(
                         &comparing->post.list, &(struct watchlist_ids){ids, MATCHER_CANDIDATES_MAX}, NULL),
        REASON_DONE);
    finish(comparing);
    assert_int_equal(comparing->identification.outcome.decision, DECISION_INCONCLUSIVE);
    assert_int_equal(identify(comparing), DECISION_MATCH);
}

/* Where no match could be kept for examiners, nobody is told anything by what he comes to: who is listed and who is not are answered alike. */
static void test_H1_without_a_place_for_a_match_nobody_is_identified(void **state)
{
    struct comparing *comparing = *state;
    const uint32_t persons[] = {TWICE, PEOPLE + 1};
    comparing->post.guard.store.probe_slots_free = 63;
    for (size_t i = 0; i < sizeof persons / sizeof persons[0]; i++) {
        take(&comparing->probe, persons[i], false);
        assert_int_equal(identify(comparing), DECISION_INCONCLUSIVE);
        assert_int_equal(comparing->identification.outcome.why.reason, REASON_REFERRALS_FULL);
        assert_int_equal(comparing->identification.outcome.candidate_count, 0);
    }
    comparing->post.guard.store.probe_slots_free = 64;
    take(&comparing->probe, TWICE, false);
    assert_int_equal(identify(comparing), DECISION_MATCH);
}

/* Who would have seen it has gone since the opening: who is listed and who is not are answered alike, and a match is made for nobody. */
static void test_H1_where_nobody_is_left_who_would_see_a_match_nobody_is_identified(void **state)
{
    struct comparing *comparing = *state;
    const uint32_t persons[] = {TWICE, PEOPLE + 1};
    comparing->post.second_line = (struct second_line){.viewers.users = 1};
    comparing->owner = (struct principal){.roles = ROLE_TERMINAL | ROLE_SUPERVISOR, .name = "user:anna"};
    for (size_t i = 0; i < sizeof persons / sizeof persons[0]; i++) {
        take(&comparing->probe, persons[i], false);
        assert_int_equal(identify(comparing), DECISION_INCONCLUSIVE);
        assert_int_equal(comparing->identification.outcome.why.reason, REASON_NO_SECOND_LINE);
        assert_int_equal(comparing->identification.outcome.candidate_count, 0);
    }
    comparing->post.second_line.viewers.users = 2;
    take(&comparing->probe, TWICE, false);
    assert_int_equal(identify(comparing), DECISION_MATCH);
}

/* What the first line is told where discreet alerts took every place of the search, and where an overt one can't be told. */
static void test_P6_what_nobody_can_know_is_told_as_no_no_match(void **state)
{
    struct comparing *comparing = *state;
    struct identification_outcome *found = &comparing->identification.outcome, told;
    comparing->post.configuration.identification.candidates = MATCHER_CANDIDATES_MAX;
    take(&comparing->probe, TWICE, false);
    assert_int_equal(identify(comparing), DECISION_MATCH);
    failing_memory_set(0);
    first_line_view(found, &told);
    failing_memory_set(-1);
    assert_int_equal(told.decision, DECISION_INCONCLUSIVE);
    assert_int_equal(told.why.reason, REASON_NO_MEMORY);
    assert_int_equal(told.candidate_count, 0);
    for (uint32_t i = 0; i < found->candidate_count; i++)
        found->candidates[i].category = ALERT_CATEGORY_DISCREET_CHECK;
    first_line_view(found, &told);
    assert_int_equal(told.decision, DECISION_INCONCLUSIVE);
    assert_int_equal(told.why.reason, REASON_BUSY);
    assert_null(told.candidates);
    assert_int_equal(found->decision, DECISION_MATCH);
}

/* Whose first day came could not be arranged for: he is not searched, and that is no no-match. */
static void test_Q10_set_of_another_day_is_not_searched(void **state)
{
    struct comparing *comparing = *state;
    struct opened_list *light, *before = comparing->post.list.set;
    int32_t day;
    assert_true(day_parse("2000-06-01", &day));
    assert_int_equal(opened_list_on(before, day, &light, NULL), REASON_DONE);
    comparing->post.list.set = opened_list_hold(light);
    assert_true(opened_list_release(before));
    opened_list_destroy(before);
    comparing->post.mode.word = MODE_IDENTIFICATION_REFUSED;
    comparing->post.mode.why.reason = REASON_NO_MEMORY;
    take(&comparing->probe, LATER, false);
    failing_memory_set(0);
    assert_int_equal(identify(comparing), DECISION_INCONCLUSIVE);
    assert_int_equal(comparing->identification.outcome.why.reason, REASON_NO_MEMORY);
    failing_memory_set(-1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_Q10_doubtful_resolution_is_no_no_match, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_Q10_doubtful_resolution_is_no_difference, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_Q10_reference_without_minutiae_is_no_difference, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_Q10_erased_in_the_only_place_gives_it_to_the_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_Q10_erased_in_all_places_is_no_no_match, set_up_crowd, tear_down),
        cmocka_unit_test_setup_teardown(
            test_P6_what_nobody_can_know_is_told_as_no_no_match, set_up_crowd, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H1_where_nobody_is_left_who_would_see_a_match_nobody_is_identified, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_Q10_set_of_another_day_is_not_searched, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_M3_erased_while_searched_is_no_candidate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H1_without_a_place_for_a_match_nobody_is_identified, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
