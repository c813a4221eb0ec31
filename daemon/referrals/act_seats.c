/* act_seats.c: seats are taken, and left. */
#include "base/identity.h"
#include "daemon/referrals/act_internal.h"

#include <string.h>

#include "base/language.h"
#include "daemon/referrals/act_persons.h"
#include "daemon/referrals/act_words.h"

/* --- Whose they are ------------------------------------------------------------------------------------------- */

static uint32_t examiners_seated(const struct referral_course *course, const struct referral_seat *but)
{
    uint32_t seated = 0;
    for (size_t i = 0; i < course->rules.examiners; i++)
        if (&course->seats[i] != but && course->seats[i].phase != SEAT_FREE &&
            course->seats[i].role == ROLE_EXAMINER)
            seated++;
    return seated;
}

/* *role: in which he may have that seat. */
static enum reason check_seat(const struct referral_case *of, const struct referral_course *course,
    const struct referral_seat *seat, const struct referral_person *person, unsigned roles, unsigned *role,
    struct failure *failure)
{
    *role =
        referral_role_of_seat(course->route, roles, course->rules.examiners, examiners_seated(course, seat));
    if (*role == 0)
        return referral_not_permitted(failure, course->route == REFERRAL_PROTECTION_OFFICER
                                                   ? N_("it takes a protection officer")
                                                   : N_("it takes an examiner"));
    TRY(referral_check_not_his_own(of, person, failure));
    return referral_check_nobody_twice(course, person, seat, failure);
}

static struct referral_seat *own_seat(struct referral_course *course, const struct referral_person *person)
{
    const struct referral_seat *seat = referral_seat_of(course, person);
    return seat != NULL ? &course->seats[seat - course->seats] : NULL;
}

enum reason referral_act_find_open_seat(struct referral_course *course, struct referral_act *act,
    struct referral_seat **seat, struct failure *failure)
{
    *seat = own_seat(course, &act->by);
    const struct referral_released *lost = referral_lost_seat_of(course, &act->by);
    if (*seat == NULL && lost != NULL)
        return referral_not_permitted(
            failure, lost->by.identity[0] != '\0'
                         ? N_("a supervisor has freed your seat: another one verifies it in your place")
                         : N_("the traveller claims protection: your seat is a protection officer's now"));
    if (*seat == NULL)
        return referral_not_permitted(failure, N_("who has no seat at it can't do that: take one"));
    if (referral_state_is_opened(course->state) || (*seat)->phase == SEAT_DONE)
        return referral_refuse_state(failure, N_("your verdict is given, or none is wanted any more"));
    act->role = (*seat)->role;
    act->seat = *seat;
    return REASON_DONE;
}

/* --- Taken and left -------------------------------------------------------------------------------------------- */

static void sit_down(
    struct referral_seat *seat, const struct referral_person *person, unsigned role, int64_t now_ms)
{
    *seat = (struct referral_seat){.phase = SEAT_PROBE, .holder = *person, .role = role, .taken_ms = now_ms};
}

/* Its holder goes from it, and what he had found stays closed. by NULL: nobody freed it. Where it lies then. */
static struct referral_seat *release(
    struct referral_course *course, struct referral_seat *seat, const struct referral_person *by)
{
    struct referral_released *released = &course->released[course->released_count++];
    *released = (struct referral_released){.seat = *seat};
    if (by != NULL)
        released->by = *by;
    *seat = (struct referral_seat){0};
    return &released->seat;
}

/* Its holder goes, and is remembered as he was called: that he is one who left before the register may take back. */
static enum reason leave(struct referral_course *course, struct referral_seat *seat, struct failure *failure)
{
    uint32_t i = 0;
    while (i < course->former_count &&
           !referral_persons_are_called_one(&course->former[i].person, &seat->holder))
        i++;
    if (i == REFERRAL_FORMER_MAX)
        return referral_refuse_state(failure, N_("too many have left a seat at it: give your verdict"));
    course->former[i] =
        (struct referral_former){.person = seat->holder, .saw_reference = seat->phase >= SEAT_COMPARISON};
    if (i == course->former_count)
        course->former_count++;
    *seat = (struct referral_seat){0};
    return REASON_DONE;
}

enum reason referral_act_take(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    if (referral_state_is_opened(course->state))
        return referral_refuse_state(failure, N_("no verdict is wanted any more"));
    if (course->probe_closed)
        return referral_refuse_state(failure, N_("nobody can look at its prints any more"));
    if (own_seat(course, &act->by) != NULL)
        return referral_not_permitted(failure, N_("you have a seat already: go on with it"));
    for (size_t i = 0; i < course->rules.examiners; i++) {
        struct referral_seat *seat = &course->seats[i];
        if (seat->phase != SEAT_FREE)
            continue;
        TRY(check_seat(of, course, seat, &act->by, act->roles, &act->role, failure));
        TRY(referral_check_may_sit(course, &act->by, failure));
        TRY(referral_check_nobody_returns(course, &act->by, false, failure));
        sit_down(seat, &act->by, act->role, act->now_ms);
        act->seat = seat;
        referral_act_settle(course, act);
        return REASON_DONE;
    }
    return referral_refuse_state(failure, N_("others have its seats: wait for what they find"));
}

enum reason referral_act_give_back(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    (void)of;
    struct referral_seat *seat;
    TRY(referral_act_find_open_seat(course, act, &seat, failure));
    TRY(leave(course, seat, failure));
    referral_act_settle(course, act);
    return REASON_DONE;
}

enum reason referral_act_hand_over(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    struct referral_seat *seat;
    unsigned role;
    TRY(referral_act_find_open_seat(course, act, &seat, failure));
    if (referral_person_is(&act->to, &act->by))
        return failure_set(failure, REASON_BAD_VALUE, "to", N_("name another person"));
    TRY(check_seat(of, course, seat, &act->to, act->to_roles, &role, failure));
    TRY(referral_check_may_sit(course, &act->to, failure));
    /* Nobody is told how far another one was who left. */
    TRY(referral_check_nobody_returns(course, &act->to, true, failure));
    TRY(leave(course, seat, failure));
    sit_down(seat, &act->to, role, act->now_ms);
    return REASON_DONE;
}

static uint32_t count_freed(const struct referral_course *course)
{
    uint32_t freed = 0;
    for (size_t i = 0; i < course->released_count; i++)
        freed += course->released[i].by.identity[0] != '\0';
    return freed;
}

/* As it is shown, or by the name alone, as a seat is handed over. */
static bool is_called(const struct referral_person *holder, const char *name)
{
    return strcmp(holder->name, name) == 0 || identity_is_called(holder->name, name);
}

static struct referral_seat *seat_called(struct referral_course *course, const char *name)
{
    for (size_t i = 0; i < course->rules.examiners; i++)
        if (course->seats[i].phase != SEAT_FREE && is_called(&course->seats[i].holder, name))
            return &course->seats[i];
    return NULL;
}

/* However far he is: whoever frees it does not learn that, and neither does he from whom it is taken that others did. */
enum reason referral_act_free_seat(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    struct referral_seat *seat = seat_called(course, act->to.name);
    TRY(referral_check_freeing(of, course, act, failure));
    if (referral_state_is_opened(course->state))
        return referral_refuse_state(failure, N_("its verdicts are given: nobody's seat is waited for"));
    if (seat == NULL)
        return failure_set(failure, REASON_BAD_VALUE, "holder",
            N_("that person has no seat at it: name its holder as kordonctl referral show does"));
    TRY(referral_check_words(act, true, failure));
    if (count_freed(course) >= REFERRAL_FREED_MAX)
        return referral_refuse_state(
            failure, N_("too many seats at it were freed: when it is overdue a supervisor ends it"));
    act->seat = release(course, seat, &act->by);
    referral_act_settle(course, act);
    return REASON_DONE;
}

/* --- Lost to a claim ------------------------------------------------------------------------------------------- */

/* One examiner too many, now that it takes a protection officer: the seat of who says so goes, else the last one, however far its holder is, so
 * that nobody reads from it how far he is. */
void referral_act_release_one(struct referral_course *course, struct referral_act *act)
{
    struct referral_seat *seat = own_seat(course, &act->by);
    if (referral_state_is_opened(course->state) || examiners_seated(course, NULL) < course->rules.examiners)
        return;
    if (seat == NULL)
        seat = &course->seats[course->rules.examiners - 1];
    act->seat = release(course, seat, NULL);
    referral_act_settle(course, act);
}
