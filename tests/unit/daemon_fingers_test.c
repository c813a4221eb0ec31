/* Which fingers are asked for, how many and how often, by the policy and what is said of the traveller. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/transactions/fingers.h"
#include "policy/fingers.h"

static struct policy *policy;
static struct policy_purpose *purpose; /* border_check, of which tests say more */
static struct transaction_fingers fingers;
static struct failure failure;

static void use(const char *preset)
{
    const char *text = policy_preset(preset);
    policy_destroy(policy);
    assert_int_equal(policy_parse(preset, text, strlen(text), &policy, &failure), REASON_DONE);
    purpose = NULL;
    for (size_t i = 0; i < policy->purpose_count; i++)
        if (strcmp(policy->purposes[i].name, "border_check") == 0)
            purpose = &policy->purposes[i];
    assert_non_null(purpose);
}

static int set_up(void **state)
{
    (void)state;
    use("ukraine");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    policy_destroy(policy);
    policy = NULL;
    return 0;
}

static enum reason choose(const struct transaction_request *request)
{
    failure = (struct failure){0};
    enum reason reason = transaction_fingers_choose(policy, purpose, request, &fingers, &failure);
    assert_int_equal(failure.reason, reason);
    return reason;
}

/* What a post is judged by is what a transaction asks for. */
static void assert_asked(uint32_t positions)
{
    enum finger_position there[FINGER_POSITION_COUNT];
    size_t count = policy_fingers_there(purpose, NULL, 0, there);
    assert_int_equal(policy_fingers_asked(there, count, fingers.wanted), positions);
    assert_int_equal(policy_fingers_asked(fingers.order, fingers.count, fingers.wanted), positions);
}

static void assert_order(const enum finger_position *order, size_t count)
{
    assert_int_equal(fingers.count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(fingers.order[i], order[i]);
}

/* A terminal names fingers as it likes; they are taken as the policy orders them. */
static void test_P3_fingers_are_asked_for_in_the_policys_order(void **state)
{
    (void)state;
    static const enum finger_position all[] = {FINGER_RIGHT_THUMB, FINGER_RIGHT_INDEX, FINGER_RIGHT_MIDDLE,
        FINGER_RIGHT_RING, FINGER_RIGHT_LITTLE},
                                      named[] = {FINGER_RIGHT_INDEX, FINGER_RIGHT_LITTLE};
    assert_int_equal(choose(&(struct transaction_request){0}), REASON_DONE);
    assert_order(all, 5);
    assert_int_equal(fingers.wanted, 2); /* what is not needed is not taken */
    assert_int_equal(fingers.needed, 2);
    assert_int_equal(fingers.attempts, purpose->attempts);
    assert_false(fingers.any || fingers.unnamed);
    assert_asked(1u << FINGER_RIGHT_THUMB | 1u << FINGER_RIGHT_INDEX);
    assert_int_equal(choose(&(struct transaction_request){
                         .fingers = {FINGER_RIGHT_LITTLE, FINGER_RIGHT_INDEX}, .finger_count = 2}),
        REASON_DONE);
    assert_order(named, 2);
    assert_int_equal(fingers.wanted, 2);
}

/* The policy needs two of five; more reach the target, or fewer would. */
static void test_Q3_as_many_are_asked_for_as_reach_the_target(void **state)
{
    (void)state;
    assert_int_equal(choose(&(struct transaction_request){0}), REASON_DONE);
    transaction_fingers_want(&fingers, 1);
    assert_int_equal(fingers.wanted, 2);
    transaction_fingers_want(&fingers, 3);
    assert_int_equal(fingers.wanted, 3);
    assert_int_equal(fingers.needed, 2);
    transaction_fingers_want(&fingers, 9);
    assert_int_equal(fingers.wanted, 5);
}

static void test_P3_a_finger_that_is_missing_is_no_penalty(void **state)
{
    (void)state;
    static const enum finger_position left[] = {FINGER_RIGHT_LITTLE};
    struct transaction_request request = {
        .missing = {FINGER_RIGHT_THUMB, FINGER_RIGHT_INDEX, FINGER_RIGHT_MIDDLE, FINGER_RIGHT_RING},
        .missing_count = 4};
    assert_int_equal(choose(&request), REASON_DONE);
    assert_order(left, 1);
    assert_int_equal(fingers.needed, 1); /* where the policy says 2: more are not there */
    assert_int_equal(fingers.wanted, 1);
    request.missing[request.missing_count++] = FINGER_RIGHT_LITTLE;
    assert_int_equal(choose(&request), REASON_BAD_VALUE);
    assert_non_null(strstr(failure.detail, "impossible"));
    request.missing_count = 1;
    request.missing[0] = FINGER_LEFT_THUMB; /* not one of the policy's anyhow */
    assert_int_equal(choose(&request), REASON_DONE);
    assert_int_equal(fingers.count, 5);
    assert_int_equal(fingers.needed, 2);
}

static enum reason miss(enum finger_position position)
{
    failure = (struct failure){0};
    return transaction_fingers_miss(&fingers, &position, 1, &failure);
}

/* Further ones serve as long as there are some, those of the policy that the terminal did not name too; what it needs stays what it needs. */
static void test_P3_what_turns_out_to_be_missing_is_replaced_in_the_policys_order(void **state)
{
    (void)state;
    static const enum finger_position others[] = {FINGER_RIGHT_THUMB, FINGER_RIGHT_RING},
                                      last[] = {FINGER_RIGHT_MIDDLE};
    const struct transaction_request request = {
        .fingers = {FINGER_RIGHT_INDEX, FINGER_RIGHT_RING}, .finger_count = 2};
    assert_int_equal(choose(&request), REASON_DONE);
    assert_int_equal(miss(FINGER_RIGHT_INDEX), REASON_DONE);
    assert_order(others, 2);
    assert_int_equal(fingers.wanted, 2);
    assert_int_equal(fingers.attempts, purpose->attempts);
    assert_int_equal(miss(FINGER_LEFT_THUMB), REASON_DONE); /* not one of the policy's anyhow */
    assert_order(others, 2);
    assert_int_equal(miss(FINGER_RIGHT_THUMB), REASON_DONE);
    assert_int_equal(miss(FINGER_RIGHT_LITTLE), REASON_DONE);
    assert_int_equal(fingers.needed, 2);
    assert_int_equal(miss(FINGER_RIGHT_RING), REASON_DONE);
    assert_order(last, 1);
    assert_int_equal(fingers.needed, 1);
    assert_int_equal(fingers.wanted, 1);
    assert_int_equal(miss(FINGER_RIGHT_MIDDLE), REASON_BAD_VALUE);
    assert_order(last, 1); /* as it was */
}

/* Said at the opening or during the transaction, it comes to the same. */
static void test_P3_when_it_is_said_makes_no_difference(void **state)
{
    (void)state;
    for (unsigned missing = 0; missing < 31; missing++) {
        struct transaction_request request = {0};
        struct transaction_fingers said_at_once;
        for (unsigned i = 0; i < 5; i++)
            if ((missing & 1u << i) != 0)
                request.missing[request.missing_count++] = purpose->fingers[i];
        assert_int_equal(choose(&request), REASON_DONE);
        said_at_once = fingers;
        assert_int_equal(choose(&(struct transaction_request){0}), REASON_DONE);
        for (size_t i = 0; i < request.missing_count; i++)
            assert_int_equal(miss(request.missing[i]), REASON_DONE);
        assert_order(said_at_once.order, said_at_once.count);
        assert_int_equal(fingers.needed, said_at_once.needed);
        assert_int_equal(fingers.wanted, said_at_once.wanted);
    }
}

static void test_Q3_nobody_gets_around_the_number_of_fingers_by_naming_fewer(void **state)
{
    (void)state;
    struct transaction_request request = {.fingers = {FINGER_RIGHT_INDEX}, .finger_count = 1};
    assert_int_equal(choose(&request), REASON_BAD_VALUE);
    assert_string_equal(failure.subject, "fingers");
    assert_non_null(strstr(failure.detail, "missing_fingers"));
    request.fingers[request.finger_count++] = FINGER_LEFT_INDEX;
    assert_int_equal(choose(&request), REASON_BAD_VALUE);
    assert_non_null(strstr(failure.detail, "left_index"));
    purpose->fingers_needed = 1;
    request.finger_count = 1;
    assert_int_equal(choose(&request), REASON_DONE);
}

static void test_P4_a_finger_without_a_name_is_for_a_demonstration_alone(void **state)
{
    (void)state;
    assert_int_equal(choose(&(struct transaction_request){0}), REASON_DONE);
    assert_false(transaction_fingers_take(&fingers, FINGER_UNKNOWN));
    assert_true(transaction_fingers_take(&fingers, FINGER_RIGHT_LITTLE));
    assert_false(transaction_fingers_take(&fingers, FINGER_LEFT_LITTLE));
    use("demonstration");
    assert_int_equal(choose(&(struct transaction_request){0}), REASON_DONE);
    assert_true(fingers.any && transaction_fingers_take(&fingers, FINGER_UNKNOWN));
    assert_true(transaction_fingers_take(&fingers, FINGER_LEFT_LITTLE));
    assert_int_equal(
        choose(&(struct transaction_request){.fingers = {FINGER_RIGHT_INDEX}, .finger_count = 1}),
        REASON_DONE);
    assert_true(!fingers.any && transaction_fingers_take(&fingers, FINGER_UNKNOWN));
    assert_false(transaction_fingers_take(&fingers, FINGER_LEFT_LITTLE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_P3_fingers_are_asked_for_in_the_policys_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_Q3_as_many_are_asked_for_as_reach_the_target, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_P3_a_finger_that_is_missing_is_no_penalty, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_P3_what_turns_out_to_be_missing_is_replaced_in_the_policys_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_P3_when_it_is_said_makes_no_difference, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_Q3_nobody_gets_around_the_number_of_fingers_by_naming_fewer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_P4_a_finger_without_a_name_is_for_a_demonstration_alone, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
