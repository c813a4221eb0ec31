/* reading.c: what of the log is not shown to those who judge. Its bodies say who judged when, what a seat that was given back had found, and the machine's
 * score: who may still sit is not shown them until all verdicts are given (H5); who was shown them does not sit (log_readers.h). */
#include <string.h>

#include "daemon/referrals/referrals_internal.h"

/* An auditor is no examiner but in a demonstration, where somebody who is both reads all, and so takes no seat. */
static bool may_sit(unsigned roles)
{
    return referral_may_examine(roles) && (roles & ROLE_AUDITOR) == 0;
}

/* Of a silent match of his own nothing is withheld from anybody: that would tell him of it unasked (P6). He never judges it, so there is nothing for which
 * he would have to be blind; and he reads its bodies as everybody does who may read the log: under his name. */
static bool withholds(const struct referral *referral, const struct referral_person *person, bool in_part)
{
    return !referral_state_is_opened(referral->course.state) &&
           !referral_is_silent_of_his(&referral->of, person) &&
           (in_part || referral_seat_of(&referral->course, person) != NULL);
}

/* One that is durable, and not worked on yet. */
static bool has_arrived(
    const struct referrals *referrals, const struct referral_person *person, const char *transaction)
{
    struct referral_case of;
    for (size_t i = 0; i < referrals->arrived_count; i++) {
        const struct referral_opening *opening = referrals->arrived[i];
        if ((transaction == NULL || strcmp(opening->transaction, transaction) == 0) &&
            !(referral_case_of_silent_alone(opening, &of) && referral_is_silent_of_his(&of, person)))
            return true;
    }
    return false;
}

bool referrals_withhold(
    const struct referrals *referrals, const struct principal *by, bool in_part, const char *transaction)
{
    const struct referral_person person = referral_person_of(by);
    in_part = in_part || may_sit(by->roles);
    for (const struct referral_match *match = referrals->newest; match != NULL; match = match->next)
        for (size_t i = 0; i < match->count; i++) {
            const struct referral *referral = &match->referrals[i];
            if ((transaction == NULL || strcmp(referral->of.transaction, transaction) == 0) &&
                withholds(referral, &person, in_part))
                return true;
        }
    return in_part && has_arrived(referrals, &person, transaction);
}

bool referrals_reads_in_part(const struct referrals *referrals, const struct principal *by)
{
    return may_sit(by->roles) || referrals_withhold(referrals, by, false, NULL);
}

bool referrals_withhold_result(
    const struct referrals *referrals, const struct principal *by, bool in_part, const char *transaction)
{
    const struct referral_person person = referral_person_of(by);
    in_part = in_part || may_sit(by->roles);
    for (const struct referral_match *match = referrals->newest; match != NULL; match = match->next)
        for (size_t i = 0; i < match->count; i++) {
            const struct referral *referral = &match->referrals[i];
            if (strcmp(referral->of.transaction, transaction) == 0 &&
                referral->course.route != REFERRAL_SILENT && withholds(referral, &person, in_part))
                return true;
        }
    for (size_t i = 0; i < referrals->arrived_count; i++)
        if (strcmp(referrals->arrived[i]->transaction, transaction) == 0 &&
            referrals->arrived[i]->told == DECISION_MATCH)
            return in_part;
    return false;
}
