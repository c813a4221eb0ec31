/* purposes.h: what a policy lets a list be searched for: its purposes, and whom each of them may see (M4, P8). A value of its own, so that a
 * set can be built by it on another thread while the policy changes. Pure; any thread.
 */
#ifndef KORDON_LIST_PURPOSES_H
#define KORDON_LIST_PURPOSES_H

#include "policy/policy.h"

struct list_purposes {
    char names[POLICY_PURPOSES_MAX][POLICY_NAME_SIZE];
    uint32_t categories[POLICY_PURPOSES_MAX]; /* a bit (1u << category) for each that the purpose may see */
    size_t count;
};

void list_purposes_of(const struct policy *policy, struct list_purposes *purposes);

/* Whether a list is the same under both. */
bool list_purposes_equal(const struct list_purposes *one, const struct list_purposes *other);

/* Who sees an entry. */
enum list_sight {
    LIST_SEEN,
    LIST_UNDECLARED,    /* none of the purposes that it names is the policy's */
    LIST_NOT_PERMITTED, /* some are, but none of them may see its category */
};

/* names: the purposes that the entry names. *seen: a bit for each of the policy's purposes that sees it. */
enum list_sight list_purposes_see(const struct list_purposes *purposes, const char *const *names,
    size_t name_count, enum alert_category category, uint64_t *seen);

#endif
