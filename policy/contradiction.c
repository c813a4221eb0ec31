/* contradiction.c: what a purpose must not say, though each of its values may stand there alone. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy/keys_internal.h"

static bool say(char *why, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool say(char *why, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, POLICY_WHY_SIZE, format, arguments);
    va_end(arguments);
    return true;
}

/* P2: each group has its rule, by name. */
static bool groups_contradict(const struct policy_purpose *purpose, char *why)
{
    for (int i = TRAVELLER_GROUP_UNSAID + 1; i < TRAVELLER_GROUP_COUNT; i++) {
        const char *name = traveller_group_name((enum traveller_group)i);
        uint32_t bit = 1u << i;
        if ((purpose->captured_groups & purpose->exempt_groups & bit) != 0)
            return say(
                why, "%s stands in captured_groups and in exempt_groups: leave it in one of them", name);
        if (((purpose->captured_groups | purpose->exempt_groups) & bit) == 0)
            return say(why,
                "%s stands neither in captured_groups nor in exempt_groups: write it in one of them", name);
    }
    return false;
}

/* P5, P8: a protection purpose, for which rules of age are softer, is no way to search for others than those to be protected. */
static bool categories_contradict(
    const struct policy *policy, const struct policy_purpose *purpose, char *why)
{
    bool identifies = (purpose->comparisons & POLICY_IDENTIFICATION) != 0;
    if (identifies && purpose->nature == POLICY_READMISSION)
        return say(why, "readmission is 1:1 alone: write comparisons = verification");
    if (identifies != (purpose->categories != 0))
        return say(why, identifies ? "it identifies and sees no category: name those it may see, or write "
                                     "comparisons = verification"
                                   : "it sees categories and does not identify: write categories = none");
    for (int i = 0; i < ALERT_CATEGORY_COUNT && purpose->nature == POLICY_PROTECTION; i++)
        if ((purpose->categories & 1u << i) != 0 && !alert_category_is_protection((enum alert_category)i))
            return say(why, "%s is no protection alert: take it out, or write nature = enforcement",
                alert_category_name((enum alert_category)i));
    if (purpose->nature != POLICY_PROTECTION && policy->victims_basis[0] == '\0' &&
        (purpose->categories & 1u << ALERT_CATEGORY_TRAFFICKING_VICTIM) != 0)
        return say(why, "trafficking_victim is searched for enforcement without a law that permits it: take "
                        "it out, or name the "
                        "law in [policy] victims_basis");
    return false;
}

bool policy_contradiction(
    const struct policy *policy, const struct policy_purpose *purpose, char why[static POLICY_WHY_SIZE])
{
    const uint32_t never = ROLE_ADMINISTRATOR | ROLE_AUDITOR;
    if (groups_contradict(purpose, why) || categories_contradict(policy, purpose, why))
        return true;
    if (purpose->legal_basis_count == 0 && !policy->demonstration)
        return say(why, "legal_basis = any is for a demonstration's policy: name the law");
    if (purpose->comparisons == 0)
        return say(why, "comparisons is none: write identification, verification or both");
    if (purpose->roles == 0 || (purpose->roles & never) != 0)
        return say(why, purpose->roles == 0 ? "roles is none: write who may open transactions, as terminal"
                                            : "roles: who runs the machine or checks the log opens no "
                                              "transactions: take administrator and auditor out");
    if (purpose->fingers_needed > purpose->finger_count)
        return say(
            why, "fingers_needed is above the number of fingers: write at most %zu", purpose->finger_count);
    if (purpose->accompanied_age > purpose->minimum_age)
        return say(
            why, "accompanied_age is above minimum_age: write at most %u", (unsigned)purpose->minimum_age);
    if (purpose->list_warning_days > purpose->list_limit_days)
        return say(why, "list_warning_days is above list_limit_days: write at most %u",
            (unsigned)purpose->list_limit_days);
    return false;
}
