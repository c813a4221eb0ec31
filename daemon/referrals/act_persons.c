#include "daemon/referrals/act_persons.h"

#include "base/language.h"

enum reason referral_not_permitted(struct failure *failure, const char *why)
{
    failure_set(failure, REASON_NOT_PERMITTED, "referral", "%s", why);
    return REASON_NOT_PERMITTED;
}

enum reason referral_refuse_state(struct failure *failure, const char *why)
{
    failure_set(failure, REASON_REFERRAL_STATE, "referral", "%s", why);
    return REASON_REFERRAL_STATE;
}

enum reason referral_check_not_his_own(
    const struct referral_case *of, const struct referral_person *person, struct failure *failure)
{
    if (referral_is_own(of, person))
        return referral_not_permitted(
            failure, N_("the transaction is of the person who would judge it, or nobody knows "
                        "whether it is: register both"));
    return REASON_DONE;
}

enum reason referral_check_nobody_twice(const struct referral_course *course,
    const struct referral_person *person, const struct referral_seat *but, struct failure *failure)
{
    for (size_t i = 0; i < course->rules.examiners; i++) {
        const struct referral_seat *seat = &course->seats[i];
        if (seat == but || seat->phase == SEAT_FREE)
            continue;
        if (referral_person_is(&seat->holder, person))
            return referral_not_permitted(failure, N_("a person who has a seat verifies once"));
        if (!referral_persons_are_two(&seat->holder, person))
            return referral_not_permitted(failure,
                N_("nobody knows whether it is another person than the one who has a seat: register both"));
    }
    return REASON_DONE;
}

enum reason referral_check_still_apart(const struct referral_case *of, const struct referral_course *course,
    const struct referral_person *person, const struct referral_seat *own, struct failure *failure)
{
    if (referral_is_his(of, person))
        return referral_check_not_his_own(of, person, failure);
    for (size_t i = 0; i < course->rules.examiners; i++) {
        const struct referral_seat *seat = &course->seats[i];
        if (seat != own && seat->phase != SEAT_FREE && referral_person_is(&seat->holder, person))
            return referral_check_nobody_twice(course, person, own, failure);
    }
    return REASON_DONE;
}

/* Who had a part in it and left is still the person he was. any_part: so that he has none any more; else he may sit again who saw the probe alone. */
static enum reason check_left(const struct referral_person *left, bool saw_reference, bool any_part,
    const struct referral_person *person, struct failure *failure)
{
    if (referral_person_is(left, person) && any_part)
        return referral_not_permitted(
            failure, N_("a person who has left a seat at it can't come back to it"));
    if (referral_person_is(left, person))
        return saw_reference
                   ? referral_not_permitted(failure, N_("who has judged the probe and left a seat at it "
                                                        "can't come back to it"))
                   : REASON_DONE;
    return referral_persons_are_two(left, person)
               ? REASON_DONE
               : referral_not_permitted(failure,
                     N_("nobody knows whether it is another person than one who left a seat: register both"));
}

/* Whose seat was freed does not come back, whatever he saw: he would hold it up again. */
static enum reason check_released(const struct referral_released *released, bool any_part,
    const struct referral_person *person, struct failure *failure)
{
    const struct referral_seat *seat = &released->seat;
    if (released->by.identity[0] != '\0' && referral_person_is(&seat->holder, person))
        return referral_not_permitted(
            failure, N_("whose seat a supervisor has freed can't come back to it: another one can take it"));
    return check_left(&seat->holder, seat->phase >= SEAT_COMPARISON, any_part, person, failure);
}

enum reason referral_check_nobody_returns(const struct referral_course *course,
    const struct referral_person *person, bool any_part, struct failure *failure)
{
    for (size_t i = 0; i < course->former_count; i++) {
        const struct referral_former *former = &course->former[i];
        TRY(check_left(&former->person, former->saw_reference, any_part, person, failure));
    }
    for (size_t i = 0; i < course->released_count; i++)
        TRY(check_released(&course->released[i], any_part, person, failure));
    return REASON_DONE;
}

static bool has_looked(const struct referral_course *course, const struct referral_person *person)
{
    for (size_t i = 0; i < course->looker_count; i++)
        if (!referral_persons_are_two(&course->lookers[i], person))
            return true;
    return false;
}

static bool has_freed(const struct referral_course *course, const struct referral_person *person)
{
    for (size_t i = 0; i < course->released_count; i++) {
        const struct referral_person *by = &course->released[i].by;
        if (by->identity[0] != '\0' && !referral_persons_are_two(by, person))
            return true;
    }
    return false;
}

/* H5: who saw its prints though he had no seat judges none of them any more, whatever role he has been given since; nor does who made room for himself (H2). */
enum reason referral_check_may_sit(
    const struct referral_course *course, const struct referral_person *person, struct failure *failure)
{
    if (has_looked(course, person))
        return referral_not_permitted(
            failure, N_("who may have seen its prints without a seat can't take one any more"));
    if (has_freed(course, person))
        return referral_not_permitted(
            failure, N_("who has freed a seat at it can't take one: another one can"));
    return REASON_DONE;
}

const struct referral_released *referral_lost_seat_of(
    const struct referral_course *course, const struct referral_person *person)
{
    for (size_t i = 0; i < course->released_count; i++)
        if (referral_person_is(&course->released[i].seat.holder, person))
            return &course->released[i];
    return NULL;
}

static bool has_left(const struct referral_course *course, const struct referral_person *person)
{
    bool left = referral_lost_seat_of(course, person) != NULL;
    for (size_t i = 0; i < course->former_count; i++)
        left = left || referral_person_is(&course->former[i].person, person);
    return left;
}

static enum reason take_supervisor(struct referral_act *act, struct failure *failure)
{
    if ((act->roles & ROLE_SUPERVISOR) == 0)
        return referral_not_permitted(failure, N_("it takes a supervisor"));
    act->role = ROLE_SUPERVISOR;
    return REASON_DONE;
}

/* A supervisor who has no part in it. ends: what is overdue, as inconclusive, which says nothing of the prints. That somebody can always who surely has
 * no seat, though nobody knows of one who may never be in the register any more whether it was he; else it stayed for ever. */
enum reason referral_check_supervisor(const struct referral_case *of, const struct referral_course *course,
    struct referral_act *act, bool ends, struct failure *failure)
{
    TRY(take_supervisor(act, failure));
    if (!ends || referral_is_his(of, &act->by))
        TRY(referral_check_not_his_own(of, &act->by, failure));
    if (!ends && has_freed(course, &act->by))
        return referral_not_permitted(failure, N_("who has freed a seat at it does not decide it"));
    if (!ends || has_left(course, &act->by))
        TRY(referral_check_nobody_returns(course, &act->by, true, failure));
    return referral_check_nobody_twice(course, &act->by, NULL, failure);
}

/* Of whoever is in the register it is enough that he surely is none of them: who does not come may be in none, and would sit there for ever. */
static enum reason check_apart(const struct referral_case *of, const struct referral_course *course,
    const struct referral_person *person, struct failure *failure)
{
    if (!person->registered || referral_is_his(of, person))
        TRY(referral_check_not_his_own(of, person, failure));
    if (!person->registered || has_left(course, person))
        TRY(referral_check_nobody_returns(course, person, true, failure));
    if (!person->registered || referral_seat_of(course, person) != NULL)
        TRY(referral_check_nobody_twice(course, person, NULL, failure));
    return REASON_DONE;
}

/* Who saw prints of the match does not choose who judges it (H5). */
enum reason referral_check_freeing(const struct referral_case *of, const struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    TRY(take_supervisor(act, failure));
    TRY(check_apart(of, course, &act->by, failure));
    return has_looked(course, &act->by)
               ? referral_not_permitted(failure,
                     N_("who may have seen its prints does not choose who judges them: another supervisor "
                        "can"))
               : REASON_DONE;
}
