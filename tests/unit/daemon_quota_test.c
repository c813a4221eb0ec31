#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "daemon/quota.h"

static const struct configuration configuration = {.api = {.connections = 64,
                                                       .connections_each = 32,
                                                       .connections_without_role = 8,
                                                       .event_streams_each = 8,
                                                       .transactions = 256,
                                                       .transactions_each = 64,
                                                       .entries_each = 600,
                                                       .sample_bytes = 4 << 20}};

static struct quota quota;

static int set_up(void **state)
{
    (void)state;
    quota_init(&quota, &configuration);
    return 0;
}

static struct principal somebody(uint32_t uid, unsigned roles)
{
    struct principal principal = {.proof = PRINCIPAL_BY_SOCKET, .uid = uid, .roles = roles};
    snprintf(principal.name, sizeof principal.name, "uid:%u", (unsigned)uid);
    return principal;
}

static enum reason take(enum quota_resource resource, const struct principal *principal)
{
    struct failure failure;
    return quota_take(&quota, resource, principal, 1, &failure);
}

/* How many he gets, one after the other, until he is refused. */
static uint64_t take_all(enum quota_resource resource, const struct principal *principal)
{
    uint64_t count = 0;
    while (take(resource, principal) == REASON_DONE)
        count++;
    return count;
}

static void test_A9_one_principal_gets_no_more_than_his_share(void **state)
{
    (void)state;
    const struct principal greedy = somebody(1, ROLE_TERMINAL), other = somebody(2, ROLE_TERMINAL);
    assert_int_equal(take_all(QUOTA_CONNECTIONS, &greedy), 32);
    assert_int_equal(take_all(QUOTA_EVENT_STREAMS, &greedy), 8);
    assert_int_equal(take_all(QUOTA_TRANSACTIONS, &greedy), 64);
    for (enum quota_resource resource = 0; resource < QUOTA_RESOURCE_COUNT; resource++)
        assert_int_equal(take(resource, &other), REASON_DONE);
}

/* Several who take all they get leave the reserve to those who hold nothing yet. */
static void test_A9_the_reserve_is_for_those_who_hold_little(void **state)
{
    (void)state;
    static const uint64_t expected[] = {32, 16, 2, 2, 2, 2};
    for (uint32_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const struct principal greedy = somebody(i + 1, ROLE_TERMINAL);
        assert_int_equal(take_all(QUOTA_CONNECTIONS, &greedy), expected[i]);
    }
    const struct principal officer = somebody(99, ROLE_TERMINAL);
    assert_int_equal(take_all(QUOTA_CONNECTIONS, &officer), 2);
}

/* However small or odd the limits are, one who takes all he gets leaves something where there is more than one. */
static void test_A9_nobody_takes_the_last(void **state)
{
    (void)state;
    for (uint32_t all = 2; all < 40; all++) {
        struct configuration odd = configuration;
        odd.api.connections = odd.api.transactions = all;
        odd.api.connections_each = odd.api.transactions_each = odd.api.connections_without_role = 4096;
        for (int role = 0; role < 2; role++) {
            const struct principal greedy = somebody(1, role == 0 ? 0 : ROLE_TERMINAL),
                                   officer = somebody(2, ROLE_TERMINAL);
            quota_init(&quota, &odd);
            take_all(QUOTA_CONNECTIONS, &greedy);
            take_all(QUOTA_TRANSACTIONS, &greedy);
            assert_int_equal(take(QUOTA_CONNECTIONS, &officer), REASON_DONE);
            assert_int_equal(take(QUOTA_TRANSACTIONS, &officer), REASON_DONE);
        }
    }
}

static void test_A9_strangers_share_little(void **state)
{
    (void)state;
    uint64_t count = 0;
    const struct principal first = somebody(1000, 0);
    assert_int_equal(take_all(QUOTA_CONNECTIONS, &first), 4);
    for (uint32_t uid = 1001; uid < 1050; uid++) {
        const struct principal stranger = somebody(uid, 0);
        count += take_all(QUOTA_CONNECTIONS, &stranger);
        assert_int_equal(take(QUOTA_TRANSACTIONS, &stranger), REASON_BUSY);
        assert_int_equal(take(QUOTA_BODY_BYTES, &stranger), REASON_BUSY);
    }
    assert_int_equal(count, 4);
    quota_give_back(&quota, QUOTA_CONNECTIONS, &first, 4);
    const struct principal late = somebody(2000, 0);
    assert_int_equal(take_all(QUOTA_CONNECTIONS, &late), 4);
}

/* Roles are given and taken while something is held: neither leaves the others less than theirs. */
static void test_A9_who_gets_or_loses_roles_takes_along_what_he_holds(void **state)
{
    (void)state;
    const struct principal stranger = somebody(1000, 0), other = somebody(1001, 0), late = somebody(1002, 0),
                           holder = somebody(1000, ROLE_TERMINAL);
    assert_int_equal(take_all(QUOTA_CONNECTIONS, &stranger), 4);
    assert_int_equal(take(QUOTA_CONNECTIONS, &holder), REASON_DONE);
    assert_int_equal(take_all(QUOTA_CONNECTIONS, &other), 4);
    assert_int_equal(take_all(QUOTA_CONNECTIONS, &late), 4);
    quota_give_back(&quota, QUOTA_CONNECTIONS, &holder, 5);
    assert_int_equal(take_all(QUOTA_CONNECTIONS, &holder), 32);
    assert_int_equal(take(QUOTA_CONNECTIONS, &stranger), REASON_BUSY);
    quota_give_back(&quota, QUOTA_CONNECTIONS, &stranger, 32);
    quota_give_back(&quota, QUOTA_CONNECTIONS, &other, 4);
    assert_int_equal(take_all(QUOTA_CONNECTIONS, &stranger), 4);
    assert_int_equal(quota.used[QUOTA_CONNECTIONS], 4 + 4);
}

static void test_A9_a_refusal_names_resource_and_limit(void **state)
{
    (void)state;
    struct failure failure = {0};
    const struct principal greedy = somebody(7, ROLE_TERMINAL);
    take_all(QUOTA_TRANSACTIONS, &greedy);
    assert_int_equal(quota_take(&quota, QUOTA_TRANSACTIONS, &greedy, 1, &failure), REASON_BUSY);
    assert_string_equal(failure.subject, "transactions");
    assert_string_equal(failure.detail, "uid:7 holds 64, and may hold 64");
}

/* What comes back can be had again, and amounts near the end of the numbers are refused like others. */
static void test_amounts_are_counted(void **state)
{
    (void)state;
    struct failure failure;
    const struct principal one = somebody(1, ROLE_TERMINAL);
    const uint64_t most = 16u * (4u << 20);
    assert_int_equal(quota_take(&quota, QUOTA_BODY_BYTES, &one, most - 5, &failure), REASON_DONE);
    assert_int_equal(quota_take(&quota, QUOTA_BODY_BYTES, &one, 6, &failure), REASON_BUSY);
    assert_int_equal(quota_take(&quota, QUOTA_BODY_BYTES, &one, UINT64_MAX, &failure), REASON_BUSY);
    assert_int_equal(quota_take(&quota, QUOTA_BODY_BYTES, &one, 5, &failure), REASON_DONE);
    assert_int_equal(quota_held(&quota, QUOTA_BODY_BYTES, &one), most);
    quota_give_back(&quota, QUOTA_BODY_BYTES, &one, most);
    assert_int_equal(quota_held(&quota, QUOTA_BODY_BYTES, &one), 0);
    assert_int_equal(quota.used[QUOTA_BODY_BYTES], 0);
}

static void test_nobody_gets_nothing(void **state)
{
    (void)state;
    const struct principal nobody = {0};
    assert_int_equal(take(QUOTA_CONNECTIONS, &nobody), REASON_BUSY);
    assert_int_equal(quota.used[QUOTA_CONNECTIONS], 0);
}

/* Accounts of those who hold nothing any more make room; where all hold something, a new one is refused. */
static void test_accounts_are_used_again(void **state)
{
    (void)state;
    struct configuration wide = configuration;
    wide.api.connections = 4096;
    quota_init(&quota, &wide);
    for (uint32_t uid = 1; uid <= QUOTA_ACCOUNTS_MAX; uid++) {
        const struct principal each = somebody(uid, ROLE_TERMINAL);
        assert_int_equal(take(QUOTA_CONNECTIONS, &each), REASON_DONE);
    }
    const struct principal late = somebody(9999, ROLE_TERMINAL), first = somebody(1, ROLE_TERMINAL);
    assert_int_equal(take(QUOTA_CONNECTIONS, &late), REASON_BUSY);
    quota_give_back(&quota, QUOTA_CONNECTIONS, &first, 1);
    assert_int_equal(take(QUOTA_CONNECTIONS, &late), REASON_DONE);
    assert_int_equal(quota_held(&quota, QUOTA_CONNECTIONS, &first), 0);
}

static uint64_t spend_all(const struct principal *principal, uint64_t now_ms)
{
    struct failure failure;
    uint64_t count = 0;
    while (quota_spend_entry(&quota, principal, now_ms, &failure) == REASON_DONE)
        count++;
    return count;
}

static void test_A9_entries_grow_again_with_time(void **state)
{
    (void)state;
    const struct principal greedy = somebody(1, ROLE_AUDITOR), other = somebody(2, ROLE_AUDITOR);
    assert_int_equal(spend_all(&greedy, 5), 6000);
    assert_int_equal(spend_all(&other, 5), 6000);
    assert_int_equal(spend_all(&greedy, 5 + 1000), 10);
    assert_int_equal(spend_all(&greedy, 5 + 60 * 60000), 6000);
}

/* Each stranger has no account of his own to spend from: there may be as many as somebody can make. */
static void test_A9_strangers_spend_from_one_account(void **state)
{
    (void)state;
    uint64_t count = 0;
    for (uint32_t uid = 1; uid < 100; uid++) {
        const struct principal stranger = somebody(uid, 0);
        count += spend_all(&stranger, 5);
    }
    assert_int_equal(count, 6000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_A9_one_principal_gets_no_more_than_his_share, set_up),
        cmocka_unit_test_setup(test_A9_the_reserve_is_for_those_who_hold_little, set_up),
        cmocka_unit_test_setup(test_A9_nobody_takes_the_last, set_up),
        cmocka_unit_test_setup(test_A9_strangers_share_little, set_up),
        cmocka_unit_test_setup(test_A9_who_gets_or_loses_roles_takes_along_what_he_holds, set_up),
        cmocka_unit_test_setup(test_A9_a_refusal_names_resource_and_limit, set_up),
        cmocka_unit_test_setup(test_amounts_are_counted, set_up),
        cmocka_unit_test_setup(test_nobody_gets_nothing, set_up),
        cmocka_unit_test_setup(test_accounts_are_used_again, set_up),
        cmocka_unit_test_setup(test_A9_entries_grow_again_with_time, set_up),
        cmocka_unit_test_setup(test_A9_strangers_spend_from_one_account, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
