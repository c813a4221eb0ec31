/* act_supervisor.c: a supervisor's word decides where examiners' do not, and corrects what was decided. */
#include "daemon/referrals/act_internal.h"

#include "base/language.h"
#include "daemon/referrals/act_persons.h"
#include "daemon/referrals/act_words.h"

/* A supervisor's word stands beside examiners' and in place of none: neither is it a hit nor is anybody cleared by it where not all examined who were to (H2). */
static bool is_examined(const struct referral_course *course)
{
    for (size_t i = 0; i < course->rules.examiners; i++)
        if (course->seats[i].phase != SEAT_DONE)
            return false;
    return true;
}

/* And one of them said so. */
static bool may_become_hit(const struct referral_course *course)
{
    for (size_t i = 0; i < course->rules.examiners; i++)
        if (course->seats[i].verdict == VERDICT_HIT)
            return is_examined(course);
    return false;
}

/* Nor is it one on somebody whom no examiner meant. Of an older kordond's verdict nobody knows whom it meant. */
static bool is_meant_by_one(const struct referral_course *course, uint32_t candidate)
{
    for (size_t i = 0; i < course->rules.examiners; i++) {
        const struct referral_seat *seat = &course->seats[i];
        if (seat->verdict == VERDICT_HIT && (seat->candidate == 0 || seat->candidate == candidate))
            return true;
    }
    return false;
}

/* Where the candidates are not known any more: whom the examiners' hits mean, if that is one; else 0. */
static uint32_t meant_by_examiners(const struct referral_course *course)
{
    uint32_t candidate = 0;
    for (size_t i = 0; i < course->rules.examiners; i++) {
        const uint32_t his = course->seats[i].candidate;
        if (his != 0 && candidate != 0 && his != candidate)
            return 0;
        candidate = his != 0 ? his : candidate;
    }
    return candidate;
}

static enum reason check_hit(
    const struct referral_course *course, const struct referral_act *act, struct failure *failure)
{
    if (!may_become_hit(course))
        return failure_set(failure, REASON_BAD_VALUE, "verdict",
            N_("no hit without an examiner who found it, and a second person"));
    return is_meant_by_one(course, act->candidate)
               ? REASON_DONE
               : failure_set(failure, REASON_BAD_VALUE, "candidate",
                     N_("no examiner found a hit on that candidate: write the number of one whom an examiner "
                        "meant"));
}

/* Nobody turns his own word into a hit, or clears by it. */
static bool is_word_of(const struct referral_word *word, const struct referral_person *person)
{
    return word->verdict != VERDICT_NONE && !referral_persons_are_two(&word->by, person);
}

static bool had_his_word(const struct referral_course *course, const struct referral_person *person)
{
    return is_word_of(&course->overridden, person) || is_word_of(&course->corrected, person);
}

static void say_word(struct referral_word *word, const struct referral_act *act)
{
    *word = (struct referral_word){
        .verdict = act->verdict, .candidate = act->candidate, .by = act->by, .time_ms = act->now_ms};
    referral_keep_words(act, word->reason);
}

enum reason referral_act_override(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    const bool disagreed = course->state == REFERRAL_STATE_DISAGREED;
    const bool overdue = referral_is_overdue(of, course, act->now_ms);
    TRY(referral_check_supervisor(of, course, act, overdue && act->verdict == VERDICT_INCONCLUSIVE, failure));
    if (!disagreed && !overdue)
        return referral_refuse_state(
            failure, N_("a supervisor decides where verdicts differ, or where it is overdue"));
    /* What is overdue he may end without having looked: that says nothing of the prints. */
    if (disagreed)
        TRY(referral_check_both_shown(act, failure));
    /* Whatever was found of one that is overdue is not told by what is refused: it is one verdict that ends it, whether anybody examined it or not. */
    if (!disagreed && act->verdict != VERDICT_INCONCLUSIVE)
        return failure_set(
            failure, REASON_BAD_VALUE, "verdict", N_("what is overdue can be ended as inconclusive only"));
    TRY(referral_check_verdict(act, failure));
    if (act->verdict == VERDICT_HIT)
        TRY(check_hit(course, act, failure));
    say_word(&course->overridden, act);
    referral_act_move(course, REFERRAL_STATE_DECIDED);
    act->opens = !disagreed;
    referral_act_come_to(course, act->verdict, act->now_ms);
    return REASON_DONE;
}

/* Who makes it a hit is one of the persons by whom it is one, and who clears is one by whom nobody is cleared unseen (H2): as long as there is something to
 * look at he looks; later a correction goes by what became known elsewhere. That nothing can be said he may say unseen. */
static enum reason check_correction(
    const struct referral_course *course, const struct referral_act *act, struct failure *failure)
{
    if (act->verdict == VERDICT_INCONCLUSIVE)
        return REASON_DONE;
    if (had_his_word(course, &act->by))
        return failure_set(failure, REASON_BAD_VALUE, "verdict",
            N_("you decided it last: another supervisor turns that into a hit, or clears the traveller"));
    if (act->verdict == VERDICT_HIT)
        TRY(check_hit(course, act, failure));
    if (act->verdict == VERDICT_FALSE_POSITIVE && !is_examined(course))
        return failure_set(
            failure, REASON_BAD_VALUE, "verdict", N_("nobody is cleared whom not all examined who were to"));
    return act->candidate_count > 0 ? referral_check_both_shown(act, failure) : REASON_DONE;
}

enum reason referral_act_correct(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    TRY(referral_check_supervisor(of, course, act, false, failure));
    if (!referral_state_has_outcome(course->state))
        return referral_refuse_state(failure, N_("it has no outcome yet: there is nothing to correct"));
    TRY(referral_check_verdict(act, failure));
    if (act->verdict == VERDICT_HIT && act->candidate == 0)
        act->candidate = meant_by_examiners(course);
    if (act->verdict == course->outcome && act->candidate == referral_outcome_candidate(course))
        return failure_set(failure, REASON_BAD_VALUE, "verdict", N_("it is the outcome already"));
    TRY(check_correction(course, act, failure));
    say_word(&course->corrected, act);
    referral_act_move(course, REFERRAL_STATE_CORRECTED);
    referral_act_come_to(course, act->verdict, act->now_ms);
    return REASON_DONE;
}
