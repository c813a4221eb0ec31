#include "daemon/quota.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#define MINUTE_US     60000000u
#define MINUTES_SAVED 10u /* that a principal who caused nothing has to spend at once */

/* Samples under way at once: of all, and of one principal, for whom one is assured. */
#define SAMPLES_ALL  64u
#define SAMPLES_EACH 16u

/* Readings of log and list at once, which one thread does one after the other: of all, and of one principal. */
#define READINGS_ALL  64u
#define READINGS_EACH 4u

static const char *const resource_names[QUOTA_RESOURCE_COUNT] = {
    [QUOTA_CONNECTIONS] = "connections",
    [QUOTA_EVENT_STREAMS] = "event streams",
    [QUOTA_BODY_BYTES] = "bytes of requests",
    [QUOTA_TRANSACTIONS] = "transactions",
    [QUOTA_READINGS] = "readings",
};

/* A quarter of it is the reserve; strangers get no more than is left of it, and no principal is assured of more than it holds. */
static struct quota_limit limit_of(uint64_t all, uint64_t each, uint64_t without_role, uint64_t assured)
{
    uint64_t reserve = (all + 3) / 4;
    return (struct quota_limit){
        .all = all,
        .each = each,
        .without_role = without_role,
        .assured = assured < reserve ? assured : reserve,
        .reserve = reserve,
    };
}

void quota_init(struct quota *quota, const struct configuration *configuration)
{
    const uint64_t connections = configuration->api.connections, sample = configuration->api.sample_bytes;
    memset(quota, 0, sizeof *quota);
    quota->entries_a_minute = configuration->api.entries_each;
    quota->limits[QUOTA_CONNECTIONS] = limit_of(
        connections, configuration->api.connections_each, configuration->api.connections_without_role, 2);
    quota->limits[QUOTA_EVENT_STREAMS] =
        limit_of((connections + 1) / 2, configuration->api.event_streams_each, 0, 1);
    quota->limits[QUOTA_BODY_BYTES] = limit_of(SAMPLES_ALL * sample, SAMPLES_EACH * sample, 0, sample);
    quota->limits[QUOTA_TRANSACTIONS] =
        limit_of(configuration->api.transactions, configuration->api.transactions_each, 0, 1);
    quota->limits[QUOTA_READINGS] = limit_of(READINGS_ALL, READINGS_EACH, 0, 1);
}

/* --- Accounts */

static bool has_role(const struct principal *principal)
{
    return principal->roles != 0;
}

/* QUOTA_ACCOUNTS_MAX where he has none. */
static size_t find_account(const struct quota *quota, const struct principal *principal)
{
    size_t i = 0;
    while (i < QUOTA_ACCOUNTS_MAX && !principal_is(&quota->accounts[i].principal, principal))
        i++;
    return i;
}

static bool holds_nothing(const struct quota_account *account)
{
    for (int i = 0; i < QUOTA_RESOURCE_COUNT; i++)
        if (account->held[i] > 0)
            return false;
    return true;
}

/* The principal's account, or a new one in the place of a free one, or of the one that spent the least lately: it holds nothing. */
static enum reason open_account(struct quota *quota, const struct principal *principal,
    struct quota_account **account, struct failure *failure)
{
    size_t found = find_account(quota, principal);
    *account = found < QUOTA_ACCOUNTS_MAX ? &quota->accounts[found] : NULL;
    if (*account != NULL) {
        (*account)->principal = *principal;
        return REASON_DONE;
    }
    if (principal->proof == PRINCIPAL_UNPROVEN)
        return failure_set(failure, REASON_BUSY, "principals", "nobody holds anything");
    for (size_t i = 0; i < QUOTA_ACCOUNTS_MAX; i++) {
        struct quota_account *each = &quota->accounts[i];
        if (holds_nothing(each) && (*account == NULL || each->spent_until_us < (*account)->spent_until_us))
            *account = each;
    }
    if (*account == NULL)
        return failure_set(
            failure, REASON_BUSY, "principals", "%d hold something already", QUOTA_ACCOUNTS_MAX);
    **account = (struct quota_account){.principal = *principal};
    return REASON_DONE;
}

/* --- What is held */

/* Whether amount more than held is still within the limit; written so that no sum can overflow. */
static bool fits(uint64_t held, uint64_t amount, uint64_t limit)
{
    return held <= limit && amount <= limit - held;
}

/* Counted anew: whoever gets or loses his roles takes with him what he holds. */
static uint64_t held_by_strangers(const struct quota *quota, enum quota_resource resource)
{
    uint64_t held = 0;
    for (size_t i = 0; i < QUOTA_ACCOUNTS_MAX; i++)
        if (!has_role(&quota->accounts[i].principal))
            held += quota->accounts[i].held[resource];
    return held;
}

static enum reason check(const struct quota *quota, enum quota_resource resource,
    const struct quota_account *account, const struct principal *principal, uint64_t amount,
    struct failure *failure)
{
    const struct quota_limit *limit = &quota->limits[resource];
    const char *name = resource_names[resource];
    uint64_t held = account->held[resource], used = quota->used[resource];
    uint64_t each = has_role(principal) ? limit->each : (limit->without_role + 1) / 2;
    if (!fits(held, amount, each))
        return failure_set(failure, REASON_BUSY, name, "%s holds %" PRIu64 ", and may hold %" PRIu64,
            principal->name, held, each);
    uint64_t strangers = has_role(principal) ? 0 : held_by_strangers(quota, resource);
    if (!has_role(principal) && !fits(strangers, amount, limit->without_role))
        return failure_set(failure, REASON_BUSY, name,
            "users without a role hold %" PRIu64 ", and may hold %" PRIu64 " together", strangers,
            limit->without_role);
    bool assured = has_role(principal) && fits(held, amount, limit->assured);
    if (!fits(used, amount, assured ? limit->all : limit->all - limit->reserve))
        return failure_set(failure, REASON_BUSY, name,
            "%" PRIu64 " of %" PRIu64 " are held, %" PRIu64
            " are kept for users with a role who hold no more than %" PRIu64,
            used, limit->all, limit->reserve, limit->assured);
    return REASON_DONE;
}

enum reason quota_take(struct quota *quota, enum quota_resource resource, const struct principal *principal,
    uint64_t amount, struct failure *failure)
{
    struct quota_account *account;
    TRY(open_account(quota, principal, &account, failure));
    TRY(check(quota, resource, account, principal, amount, failure));
    account->held[resource] += amount;
    quota->used[resource] += amount;
    return REASON_DONE;
}

void quota_give_back(
    struct quota *quota, enum quota_resource resource, const struct principal *principal, uint64_t amount)
{
    size_t found = find_account(quota, principal);
    if (found == QUOTA_ACCOUNTS_MAX)
        return;
    quota->accounts[found].held[resource] -= amount;
    quota->used[resource] -= amount;
}

uint64_t quota_held(
    const struct quota *quota, enum quota_resource resource, const struct principal *principal)
{
    size_t found = find_account(quota, principal);
    return found < QUOTA_ACCOUNTS_MAX ? quota->accounts[found].held[resource] : 0;
}

/* --- What is spent */

/* The time when all is there again says how much is spent: each entry moves it on by what one takes to grow again, and it may not
 * lie further ahead than the minutes that are saved. */
enum reason quota_spend_entry(
    struct quota *quota, const struct principal *principal, uint64_t now_ms, struct failure *failure)
{
    struct quota_account *account;
    uint64_t *spent_until_us = &quota->strangers_spent_until_us;
    if (has_role(principal)) {
        enum reason reason = open_account(quota, principal, &account, failure);
        if (reason != REASON_DONE)
            return reason;
        spent_until_us = &account->spent_until_us;
    }
    uint64_t now_us = now_ms * 1000;
    uint64_t from_us = *spent_until_us > now_us ? *spent_until_us : now_us;
    uint64_t until_us = from_us + MINUTE_US / quota->entries_a_minute;
    if (until_us - now_us > MINUTES_SAVED * MINUTE_US)
        return failure_set(failure, REASON_BUSY, "log entries", "%s may cause %" PRIu32 " a minute",
            has_role(principal) ? principal->name : "users without a role", quota->entries_a_minute);
    *spent_until_us = until_us;
    return REASON_DONE;
}
