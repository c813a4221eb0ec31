/* act_move.c: where an act leads. */
#include "daemon/referrals/act_internal.h"

#include "base/say.h"

void referral_act_move(struct referral_course *course, enum referral_state state)
{
    if (!referral_state_may_move(course->state, state)) {
        say(SAY_ERROR, "a referral can't go from %s to %s", referral_state_name(course->state),
            referral_state_name(state));
        __builtin_trap();
    }
    course->state = state;
}

/* Whom an older kordond's hit meant is known where there is one candidate alone. */
static uint32_t meant(const struct referral_seat *seat, const struct referral_act *act)
{
    return seat->verdict == VERDICT_HIT && seat->candidate == 0 && act->candidate_count == 1
               ? 1
               : seat->candidate;
}

/* Two hits that mean two people are none (H2). */
static enum referral_state state_of_verdicts(
    const struct referral_course *course, const struct referral_act *act)
{
    for (size_t i = 1; i < course->rules.examiners; i++)
        if (course->seats[i].verdict != course->seats[0].verdict ||
            meant(&course->seats[i], act) != meant(&course->seats[0], act))
            return REFERRAL_STATE_DISAGREED;
    return REFERRAL_STATE_DECIDED;
}

static enum referral_state state_of_seats(
    const struct referral_course *course, const struct referral_act *act)
{
    size_t at_work = 0, done = 0;
    for (size_t i = 0; i < course->rules.examiners; i++) {
        done += course->seats[i].phase == SEAT_DONE;
        at_work += course->seats[i].phase == SEAT_PROBE || course->seats[i].phase == SEAT_COMPARISON;
    }
    if (done == course->rules.examiners)
        return state_of_verdicts(course, act);
    if (at_work > 0)
        return REFERRAL_STATE_EXAMINATION;
    return done > 0 ? REFERRAL_STATE_SECOND_WAITS : REFERRAL_STATE_WAITING;
}

void referral_act_come_to(struct referral_course *course, enum referral_verdict outcome, int64_t now_ms)
{
    course->outcome = outcome;
    if (course->outcome_ms == 0)
        course->outcome_ms = now_ms;
}

void referral_act_settle(struct referral_course *course, struct referral_act *act)
{
    enum referral_state state = state_of_seats(course, act);
    if (state == course->state)
        return;
    referral_act_move(course, state);
    act->opens = referral_state_is_opened(state);
    if (state == REFERRAL_STATE_DECIDED)
        referral_act_come_to(course, course->seats[0].verdict, act->now_ms);
}
