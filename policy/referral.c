#include "policy/referral.h"

#include <string.h>

#include "base/language.h"
#include "policy/keys_internal.h"

static const char *const route_names[REFERRAL_ROUTE_COUNT] = {
    [REFERRAL_SECOND_LINE] = CODE_("referral_route", "second_line"),
    [REFERRAL_PROTECTION_OFFICER] = CODE_("referral_route", "protection_officer"),
    [REFERRAL_SILENT] = CODE_("referral_route", "silent")};

const char *referral_route_name(enum referral_route route)
{
    return (unsigned)route < REFERRAL_ROUTE_COUNT ? route_names[route] : "?";
}

bool referral_route_parse(const char *name, enum referral_route *route)
{
    for (int i = 0; i < REFERRAL_ROUTE_COUNT; i++) {
        if (strcmp(name, route_names[i]) == 0) {
            *route = (enum referral_route)i;
            return true;
        }
    }
    return false;
}

static uint32_t those(uint32_t categories, bool (*are)(enum alert_category category))
{
    uint32_t found = 0;
    for (unsigned i = 0; i < ALERT_CATEGORY_COUNT; i++)
        if ((categories & 1u << i) != 0 && are((enum alert_category)i))
            found |= 1u << i;
    return found;
}

uint32_t referral_discreet(uint32_t categories)
{
    return those(categories, alert_category_is_discreet);
}

uint32_t referral_overt(uint32_t categories)
{
    return categories & ~referral_discreet(categories);
}

enum referral_route referral_route_of(uint32_t categories, enum traveller_group group)
{
    if (referral_discreet(categories) != 0)
        return REFERRAL_SILENT;
    return those(categories, alert_category_is_protection) != 0 || group == TRAVELLER_PROTECTION_CLAIMANT
               ? REFERRAL_PROTECTION_OFFICER
               : REFERRAL_SECOND_LINE;
}

bool referral_is_immediate(uint32_t categories)
{
    static const uint32_t immediate = 1u << ALERT_CATEGORY_CHILD_AT_RISK_OF_ABDUCTION |
                                      1u << ALERT_CATEGORY_TO_BE_PREVENTED_FROM_TRAVELLING |
                                      1u << ALERT_CATEGORY_WANTED_FOR_ARREST;
    return (categories & immediate) != 0;
}

bool referral_may_see(enum referral_route route, unsigned roles)
{
    unsigned who = ROLE_SUPERVISOR | ROLE_EXAMINER;
    if (route == REFERRAL_PROTECTION_OFFICER)
        who |= ROLE_PROTECTION_OFFICER;
    return (unsigned)route < REFERRAL_ROUTE_COUNT && (roles & who) != 0;
}

unsigned referral_role_of_seat(enum referral_route route, unsigned roles, uint32_t examiners, uint32_t seated)
{
    if (route != REFERRAL_PROTECTION_OFFICER)
        return (unsigned)route < REFERRAL_ROUTE_COUNT ? roles & ROLE_EXAMINER : 0;
    if ((roles & ROLE_PROTECTION_OFFICER) != 0)
        return ROLE_PROTECTION_OFFICER;
    return seated + 1 < examiners ? roles & ROLE_EXAMINER : 0;
}

static uint32_t longest_retention(const struct policy *policy)
{
    uint32_t longest = 0;
    for (size_t i = 0; i < policy->purpose_count; i++)
        if (policy->purposes[i].retention_days > longest)
            longest = policy->purposes[i].retention_days;
    return longest;
}

struct referral_rules referral_rules_of(const struct policy *policy, const char *purpose)
{
    struct policy_purpose strict = {0};
    const struct policy_purpose *found = policy_find_purpose(policy, purpose);
    policy_take_fallbacks(&strict);
    strict.retention_days = longest_retention(policy);
    if (found == NULL)
        found = &strict;
    return (struct referral_rules){.examiners = found->examiners,
        .score_shown = found->score_shown,
        .minutes = found->referral_minutes,
        .probe_retention_days = found->probe_retention_days,
        .retention_days = found->retention_days};
}

int64_t referral_rules_due_ms(const struct referral_rules *rules, int64_t match_ms)
{
    return match_ms + rules->minutes * INT64_C(60000);
}
