/* quota.h: how much of what all share one principal may hold, and what of it stays for the others (A9).
 *
 * What is shared is a row of one table: how much of it there is, how much one principal may hold, how much all those together who hold
 * no role, and the reserve, which only those draw on who hold little themselves. So neither one principal nor all strangers together
 * can take the last of anything, however they are configured; only where there is no more than one of a thing, one takes it.
 * Entries in the log are not held but spent: each principal may cause so many a minute, and what he left of ten minutes at once.
 *
 * Pure: no clock, no allocation. One struct has one owner; in kordond that is the loop's thread.
 */
#ifndef KORDON_DAEMON_QUOTA_H
#define KORDON_DAEMON_QUOTA_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "daemon/principal.h"

/* What is held and given back. */
enum quota_resource {
    QUOTA_CONNECTIONS,
    QUOTA_EVENT_STREAMS,
    QUOTA_BODY_BYTES,   /* of requests, in locked memory */
    QUOTA_TRANSACTIONS, /* not in a final state */
    QUOTA_READINGS,     /* of log and list, until they are done, though whoever asked may have left */
    QUOTA_RESOURCE_COUNT
};

/* Principals that hold or have spent something; further ones are refused. */
#define QUOTA_ACCOUNTS_MAX 512

struct quota_limit {
    uint64_t all;          /* that there is */
    uint64_t each;         /* for one principal with a role */
    uint64_t without_role; /* for all principals without a role together; half of it for one of them */
    uint64_t assured;      /* up to so much a principal with a role draws on the reserve, too */
    uint64_t reserve;      /* part of all */
};

struct quota_account {
    struct principal principal; /* unproven: the account is free */
    uint64_t held[QUOTA_RESOURCE_COUNT];
    uint64_t spent_until_us; /* when what it has spent will have grown again */
};

/* In the owner's struct; made by quota_init(). */
struct quota {
    struct quota_limit limits[QUOTA_RESOURCE_COUNT];
    uint32_t entries_a_minute; /* that a principal may cause in the log */
    uint64_t used[QUOTA_RESOURCE_COUNT];
    uint64_t strangers_spent_until_us; /* all without a role together */
    struct quota_account accounts[QUOTA_ACCOUNTS_MAX];
};

/* The limits as the configuration's [api] says them; nobody holds anything. */
void quota_init(struct quota *quota, const struct configuration *configuration);

/* Takes amount more of it for the principal, or nothing and BUSY, whose subject is the resource and whose detail is the limit that
 * stands against it. Nobody (PRINCIPAL_UNPROVEN) gets nothing. */
enum reason quota_take(struct quota *quota, enum quota_resource resource, const struct principal *principal,
    uint64_t amount, struct failure *failure);

/* Gives back what was taken; the principal must be the one it was taken for, whatever roles it has now. */
void quota_give_back(
    struct quota *quota, enum quota_resource resource, const struct principal *principal, uint64_t amount);

/* How much of it the principal holds. */
uint64_t quota_held(
    const struct quota *quota, enum quota_resource resource, const struct principal *principal);

/* One entry of the log that the principal causes; those without a role spend from one account. now_ms: any clock that does not run
 * backwards. BUSY where it must wait first. */
enum reason quota_spend_entry(
    struct quota *quota, const struct principal *principal, uint64_t now_ms, struct failure *failure);

#endif
