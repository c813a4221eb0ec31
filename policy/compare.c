/* compare.c: two policies, key by key. */
#include <string.h>

#include "policy/keys_internal.h"

/* One section of both; NULL where one has it not. */
static void compare_section(const char *section, bool of_purpose, const void *old, const void *new,
    policy_change_told *told, void *context)
{
    char old_text[POLICY_VALUE_SIZE], new_text[POLICY_VALUE_SIZE];
    for (size_t i = 0; i < policy_key_count; i++) {
        const struct policy_key *key = &policy_keys[i];
        if (key->of_purpose != of_purpose)
            continue;
        const struct policy_change change = {.section = section,
            .key = key->name,
            .old_value = old != NULL ? policy_value(key, old, old_text) : NULL,
            .new_value = new != NULL ? policy_value(key, new, new_text) : NULL};
        if (old == NULL || new == NULL || strcmp(change.old_value, change.new_value) != 0)
            told(context, &change);
    }
}

enum reason policy_check_next(const struct policy *old, const struct policy *next, struct failure *failure)
{
    if (next->version > old->version)
        return REASON_DONE;
    return failure_set(failure, REASON_POLICY_NOT_NEWER, next->name,
        "it is version %u, in force is version %u", (unsigned)next->version, (unsigned)old->version);
}

void policy_compare(
    const struct policy *old, const struct policy *new, policy_change_told *told, void *context)
{
    compare_section("", false, old, new, told, context);
    for (size_t i = 0; i < old->purpose_count; i++) {
        const struct policy_purpose *purpose = &old->purposes[i];
        compare_section(purpose->name, true, purpose, policy_find_purpose(new, purpose->name), told, context);
    }
    for (size_t i = 0; i < new->purpose_count; i++)
        if (policy_find_purpose(old, new->purposes[i].name) == NULL)
            compare_section(new->purposes[i].name, true, NULL, &new->purposes[i], told, context);
}
