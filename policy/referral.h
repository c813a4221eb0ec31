/* referral.h: to whom a match is referred: a machine's word is verified by people, away from the first line, before it is a hit.
 *
 * A transaction leads to two referrals at most: one of its overt candidates, and one of its discreet ones, of which nobody at the first line
 * learns. Categories are given as bits (1u << category) of enum alert_category. Pure; any thread.
 */
#ifndef KORDON_POLICY_REFERRAL_H
#define KORDON_POLICY_REFERRAL_H

#include "policy/policy.h"

enum referral_route {
    REFERRAL_SECOND_LINE,
    REFERRAL_PROTECTION_OFFICER, /* whoever is to be protected, or asks for protection */
    REFERRAL_SILENT,             /* the traveller goes on, and is not referred by it */
    REFERRAL_ROUTE_COUNT
};

/* "second_line", "protection_officer", "silent"; "?" for what is no route. Constant. */
const char *referral_route_name(enum referral_route route);

/* False where no route has that name. */
bool referral_route_parse(const char *name, enum referral_route *route);

/* Of a transaction's categories those of the one referral and of the other; 0: there is none. */
uint32_t referral_overt(uint32_t categories);
uint32_t referral_discreet(uint32_t categories);

/* The route of a referral with candidates of these categories, all overt or all discreet. A discreet one stays silent whoever the traveller
 * is: another route would tell him. */
enum referral_route referral_route_of(uint32_t categories, enum traveller_group group);

/* Whether it can't wait: a child may be taken away, a person be lost, or go free. */
bool referral_is_immediate(uint32_t categories);

/* Whether who holds these roles knows of such a referral at all. */
bool referral_may_see(enum referral_route route, unsigned roles);

/* In which role its holder may verify: ROLE_EXAMINER or ROLE_PROTECTION_OFFICER; 0: in none. examiners: how many persons verify it;
 * seated: how many of those do so in the role of an examiner. Whoever is to be protected is never judged by examiners alone. */
unsigned referral_role_of_seat(
    enum referral_route route, unsigned roles, uint32_t examiners, uint32_t seated);

/* What the policy says of a purpose's referrals; the strictest where it has no such purpose any more. */
struct referral_rules {
    uint32_t examiners; /* who verify, 1..POLICY_EXAMINERS_MAX */
    bool score_shown;   /* before the verdict */
    uint32_t minutes;   /* until it is overdue */
    uint32_t probe_retention_days;
    uint32_t
        retention_days; /* of what was decided: as long as the log keeps it; the policy's longest where it has no such purpose */
};
struct referral_rules referral_rules_of(const struct policy *policy, const char *purpose);

/* When a match of that moment is overdue, ms since 1970. */
int64_t referral_rules_due_ms(const struct referral_rules *rules, int64_t match_ms);

#endif
