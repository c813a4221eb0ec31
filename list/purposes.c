#include "list/purposes.h"

#include <stdio.h>
#include <string.h>

_Static_assert(POLICY_PURPOSES_MAX <= 64, "each purpose has its bit");

void list_purposes_of(const struct policy *policy, struct list_purposes *purposes)
{
    *purposes = (struct list_purposes){.count = policy->purpose_count};
    for (size_t i = 0; i < policy->purpose_count; i++) {
        snprintf(purposes->names[i], sizeof purposes->names[i], "%s", policy->purposes[i].name);
        purposes->categories[i] = policy->purposes[i].categories;
    }
}

bool list_purposes_equal(const struct list_purposes *one, const struct list_purposes *other)
{
    bool equal = one->count == other->count;
    for (size_t i = 0; i < one->count && equal; i++)
        equal = strcmp(one->names[i], other->names[i]) == 0 && one->categories[i] == other->categories[i];
    return equal;
}

enum list_sight list_purposes_see(const struct list_purposes *purposes, const char *const *names,
    size_t name_count, enum alert_category category, uint64_t *seen)
{
    bool declared = false;
    *seen = 0;
    for (size_t i = 0; i < name_count; i++)
        for (size_t k = 0; k < purposes->count; k++) {
            if (strcmp(purposes->names[k], names[i]) != 0)
                continue;
            declared = true;
            if ((purposes->categories[k] & 1u << category) != 0)
                *seen |= (uint64_t)1 << k;
        }
    return *seen != 0 ? LIST_SEEN : declared ? LIST_NOT_PERMITTED : LIST_UNDECLARED;
}
