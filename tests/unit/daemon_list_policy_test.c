/* What the list is under another policy is built beside the set in force, and takes its place with the policy or not at all. */
#include "tests/unit/daemon_list_desk.h"

#define MISSING (1u << ALERT_CATEGORY_MISSING_PERSON)

/* The policy that is to come, and who brings it into force. */
static struct policy *candidate;
static struct list_preparation preparation;
static struct failure failure;
static unsigned told;

static void on_told(struct list_preparation *prepared, const struct failure *why)
{
    assert_ptr_equal(prepared, &preparation);
    told++;
    failure = why != NULL ? *why : (struct failure){0};
}

/* border_check sees these categories. */
static void propose(uint32_t categories)
{
    candidate = malloc(sizeof *candidate);
    assert_non_null(candidate);
    *candidate = *desk->post.policy.policy;
    assert_string_equal(candidate->purposes[0].name, "border_check");
    candidate->purposes[0].categories = categories;
}

static enum reason start(void)
{
    told = 0;
    preparation = (struct list_preparation){.told = on_told};
    return list_prepare_policy(desk_list, candidate, &preparation, &failure);
}

static enum reason prepare(void)
{
    enum reason reason = start();
    if (reason != REASON_DONE)
        return reason;
    desk_until(told > 0);
    assert_int_equal(told, 1);
    return failure.reason;
}

/* As an approval does when its entry is durable. */
static void approve(void)
{
    struct policy_in_force next = {.policy = candidate};
    candidate = NULL;
    policy_in_force_replace(&desk->post.policy, &next);
    list_swap_prepared(&preparation);
}

static uint32_t visible(void)
{
    return opened_list_view(desk_list->set, "border_check").subjects;
}

static int tear_down(void **state)
{
    policy_destroy(candidate);
    candidate = NULL;
    return desk_tear_down(state);
}

static void test_P8_what_a_policy_no_longer_shows_is_not_searched_from_its_approval_on(void **state)
{
    (void)state;
    assert_int_equal(visible(), DESK_LIST);
    propose(1u << ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(prepare(), REASON_DONE);
    assert_int_equal(visible(), DESK_LIST); /* the old one stays until then */
    desk->lists = 0;
    approve();
    assert_int_equal(visible(), 0);
    assert_int_equal(opened_list_counts(desk_list->set)->not_permitted, DESK_LIST);
    assert_int_equal(desk->lists, 1);
    assert_null(desk_list->turn);
    propose(MISSING);
    assert_int_equal(prepare(), REASON_DONE);
    approve();
    assert_int_equal(visible(), DESK_LIST);
    desk_rest();
}

static void test_T2_a_policy_that_comes_to_nothing_leaves_what_is_searched(void **state)
{
    (void)state;
    const struct opened_list *before = desk_list->set;
    propose(1u << ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(prepare(), REASON_DONE);
    list_drop_prepared(&preparation);
    assert_ptr_equal(desk_list->set, before);
    assert_null(desk_list->turn);
    desk_rest();
}

/* Nothing is built twice where the policy changes nothing of whom each purpose may see. */
static void test_A8_a_policy_of_the_same_purposes_takes_no_second_set(void **state)
{
    (void)state;
    const struct opened_list *before = desk_list->set;
    propose(desk->post.policy.policy->purposes[0].categories);
    candidate->purposes[0].list_limit_days = 7;
    assert_int_equal(start(), REASON_DONE);
    assert_int_equal(told, 1);
    approve();
    assert_ptr_equal(desk_list->set, before);
    desk_rest();
}

/* An import that was built under the old policy is built anew under the one that came into force before its turn. */
static void test_P8_an_import_in_between_is_searched_as_the_new_policy_says(void **state)
{
    (void)state;
    struct locked_memory body = desk_body(0, 5, "missing_person");
    assert_int_equal(
        desk_begin_as(&(struct list_request){.list_name = "national", .list_version = 2}), REASON_DONE);
    assert_int_equal(desk_add_body(&body), REASON_DONE);
    propose(1u << ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(prepare(), REASON_DONE);
    const struct list_import_claim claim = desk_claim();
    struct list_waiter *waiter = desk_waits();
    assert_int_equal(list_import_commit(desk_list, &claim, "order 5", waiter, &desk->failure), REASON_DONE);
    desk_until(desk_list->turn->next != NULL); /* it waits behind the policy */
    assert_int_equal(desk->told, 0);
    approve();
    assert_int_equal(opened_list_summary(desk_list->set)->list_version, 1);
    desk_until(desk->told > 0);
    assert_int_equal(desk->failure.reason, REASON_DONE);
    assert_int_equal(opened_list_summary(desk_list->set)->list_version, 2);
    assert_int_equal(visible(), 0);
    assert_int_equal(opened_list_counts(desk_list->set)->not_permitted, 5);
    desk_rest();
}

/* Whoever is erased while a policy is prepared is not searched again by what was prepared before. */
static void test_M3_an_erasure_in_between_is_not_undone(void **state)
{
    (void)state;
    const struct watchlist_id id = desk_first_id();
    propose(MISSING);
    assert_int_equal(prepare(), REASON_DONE);
    struct list_waiter *waiter = desk_waits();
    assert_int_equal(
        list_erase(desk_list, &desk->supervisor, &id, "order", waiter, &desk->failure), REASON_DONE);
    assert_int_equal(desk->told, 0);
    approve();
    desk_until(desk->told > 0);
    assert_int_equal(desk->failure.reason, REASON_DONE);
    assert_int_equal(visible(), DESK_LIST - 1);
    desk_rest();
}

/* True where an allocation failed. */
static bool prepare_without(long successes)
{
    const struct opened_list *before = desk_list->set;
    failing_memory_set(successes);
    enum reason reason = prepare();
    bool failed = failing_memory_has_failed();
    failing_memory_set(-1);
    assert_ptr_equal(desk_list->set, before);
    assert_true(reason == REASON_DONE || failed);
    if (reason == REASON_DONE)
        list_drop_prepared(&preparation);
    assert_null(desk_list->turn);
    return failed && reason != REASON_DONE;
}

static void test_A8_memory_that_ends_in_it_leaves_what_is_searched(void **state)
{
    (void)state;
    long failures = 0;
    propose(MISSING);
    while (prepare_without(failures))
        failures++;
    assert_true(failures > 5);
    desk_rest();
}

static void test_T2_rows_that_were_altered_end_the_list_in_force(void **state)
{
    (void)state;
    propose(MISSING);
    state_directory_tamper_beside(&desk->state, "DELETE FROM alert WHERE id = (SELECT min(id) FROM alert)");
    assert_int_equal(reason_class(prepare()), REASON_CLASS_EVIDENCE_BROKEN);
    assert_null(desk_list->set);
    assert_null(desk_list->turn);
    desk_rest();
}

static void test_A1_nothing_is_prepared_at_a_stop(void **state)
{
    (void)state;
    propose(MISSING);
    list_stop(desk_list);
    assert_int_equal(start(), REASON_STOPPING);
    assert_int_equal(told, 0);
    assert_int_equal(desk->post.work.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_P8_what_a_policy_no_longer_shows_is_not_searched_from_its_approval_on, desk_set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            test_T2_a_policy_that_comes_to_nothing_leaves_what_is_searched, desk_set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_A8_a_policy_of_the_same_purposes_takes_no_second_set, desk_set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_P8_an_import_in_between_is_searched_as_the_new_policy_says, desk_set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_M3_an_erasure_in_between_is_not_undone, desk_set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_A8_memory_that_ends_in_it_leaves_what_is_searched, desk_set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_T2_rows_that_were_altered_end_the_list_in_force, desk_set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_A1_nothing_is_prepared_at_a_stop, desk_set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
