/* Requests that may come again: found, bounded for each principal, forgotten where nothing was done. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "daemon/api/idempotency.h"
#include "tests/support/failing_memory.h"

static struct principal principal_of(uint32_t uid)
{
    return (struct principal){.proof = PRINCIPAL_BY_SOCKET, .uid = uid, .roles = ROLE_TERMINAL};
}

static struct request_mark mark_of(unsigned key, unsigned request)
{
    struct request_mark mark;
    snprintf(mark.key, sizeof mark.key, "k%u", key);
    snprintf(mark.request, sizeof mark.request, "r%u", request);
    return mark;
}

static struct idempotency idempotency;

static struct repeatable *take(uint32_t uid, unsigned key)
{
    const struct principal principal = principal_of(uid);
    const struct request_mark mark = mark_of(key, key);
    struct repeatable *repeatable;
    assert_int_equal(idempotency_take(&idempotency, &principal, &mark, &repeatable, NULL), REASON_DONE);
    return repeatable;
}

static int tear_down(void **state)
{
    (void)state;
    failing_memory_set(-1);
    idempotency_finish(&idempotency);
    assert_int_equal(idempotency.count, 0);
    return 0;
}

static void test_what_was_answered_is_found_with_its_answer(void **state)
{
    (void)state;
    struct repeatable *repeatable = take(1, 1);
    assert_int_equal(repeatable->status, 0);
    idempotency_answered(repeatable, 201, "{\"a\":1}", 7);
    assert_ptr_equal(take(1, 1), repeatable);
    assert_int_equal(repeatable->status, 201);
    assert_int_equal(repeatable->size, 7);
    assert_memory_equal(repeatable->text, "{\"a\":1}", 7);
    assert_int_equal(take(2, 1)->status, 0); /* another's key */
}

static void test_a_key_belongs_to_one_request(void **state)
{
    (void)state;
    const struct principal principal = principal_of(1);
    const struct request_mark other = mark_of(1, 2);
    struct repeatable *repeatable;
    take(1, 1);
    assert_int_equal(
        idempotency_take(&idempotency, &principal, &other, &repeatable, NULL), REASON_IDEMPOTENCY_KEY_REUSED);
    assert_null(repeatable);
}

static void test_what_was_not_done_is_forgotten(void **state)
{
    (void)state;
    idempotency_forget(take(1, 1));
    assert_int_equal(idempotency.count, 0);
    assert_int_equal(take(1, 1)->status, 0);
}

static void test_A9_the_oldest_answers_of_one_principal_make_room_for_his_own_alone(void **state)
{
    (void)state;
    idempotency_answered(take(2, 1), 200, "{}", 2);
    struct repeatable *under_way = take(1, 0);
    for (unsigned key = 1; key <= IDEMPOTENCY_EACH; key++)
        idempotency_answered(take(1, key), 200, "{}", 2);
    assert_int_equal(idempotency.count, IDEMPOTENCY_EACH + 1);
    assert_ptr_equal(take(1, 0), under_way);
    assert_int_equal(take(1, 2)->status, 200);
    assert_int_equal(take(2, 1)->status, 200);
    assert_int_equal(take(1, 1)->status, 0);
}

static void test_A9_requests_under_way_are_bounded(void **state)
{
    (void)state;
    const struct principal principal = principal_of(1);
    const struct request_mark one_more = mark_of(1000, 1000);
    struct repeatable *repeatable;
    for (unsigned key = 0; key < IDEMPOTENCY_EACH; key++)
        take(1, key);
    assert_int_equal(idempotency_take(&idempotency, &principal, &one_more, &repeatable, NULL), REASON_BUSY);
    assert_int_equal(take(2, 1)->status, 0);
}

static void test_A9_all_together_are_bounded(void **state)
{
    (void)state;
    for (uint32_t uid = 1; uid <= IDEMPOTENCY_ALL / IDEMPOTENCY_EACH + 1; uid++)
        for (unsigned key = 0; key < IDEMPOTENCY_EACH; key++)
            idempotency_answered(take(uid, key), 200, "{}", 2);
    assert_int_equal(idempotency.count, IDEMPOTENCY_ALL);
}

static void test_A9_answers_bytes_are_bounded(void **state)
{
    (void)state;
    static char text[IDEMPOTENCY_EACH_BYTES + 1];
    memset(text, ' ', sizeof text);
    idempotency_answered(take(1, 1), 200, text, IDEMPOTENCY_EACH_BYTES / 2);
    idempotency_answered(take(1, 2), 200, text, IDEMPOTENCY_EACH_BYTES / 2);
    assert_int_equal(take(1, 1)->status, 200);
    idempotency_answered(take(1, 3), 200, text, 1);
    assert_int_equal(take(1, 3)->status, 200);
    assert_int_equal(take(1, 2)->status, 200);
    assert_int_equal(take(1, 1)->status, 0); /* it gave way */
    idempotency_answered(take(1, 4), 200, text, IDEMPOTENCY_EACH_BYTES + 1);
    assert_int_equal(take(1, 4)->status, 0); /* larger than all may be */
}

static void test_A8_without_memory_nothing_is_remembered_and_nothing_leaks(void **state)
{
    (void)state;
    const struct principal principal = principal_of(1);
    const struct request_mark mark = mark_of(1, 1);
    struct repeatable *repeatable;
    failing_memory_set(0);
    assert_int_equal(idempotency_take(&idempotency, &principal, &mark, &repeatable, NULL), REASON_NO_MEMORY);
    repeatable = take(1, 1);
    failing_memory_set(0);
    idempotency_answered(repeatable, 200, "{}", 2);
    assert_int_equal(idempotency.count, 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_was_answered_is_found_with_its_answer),
        TEST(test_a_key_belongs_to_one_request),
        TEST(test_what_was_not_done_is_forgotten),
        TEST(test_A9_the_oldest_answers_of_one_principal_make_room_for_his_own_alone),
        TEST(test_A9_requests_under_way_are_bounded),
        TEST(test_A9_all_together_are_bounded),
        TEST(test_A9_answers_bytes_are_bounded),
        TEST(test_A8_without_memory_nothing_is_remembered_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
