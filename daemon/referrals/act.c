#include "daemon/referrals/act_persons.h"
#include "daemon/referrals/act_words.h"

#include <string.h>

#include "base/language.h"
#include "base/say.h"

static enum reason refuse_state(struct failure *failure, const char *why)
{
    failure_set(failure, REASON_REFERRAL_STATE, "referral", "%s", why);
    return REASON_REFERRAL_STATE;
}

/* --- Who ------------------------------------------------------------------------------------------------------- */

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

/* The own seat before its verdict. */
static enum reason find_open_seat(struct referral_course *course, struct referral_act *act,
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
        return refuse_state(failure, N_("your verdict is given, or none is wanted any more"));
    act->role = (*seat)->role;
    act->seat = *seat;
    return REASON_DONE;
}

static void keep_words(const struct referral_act *act, char kept[static REFERRAL_TEXT_SIZE])
{
    memcpy(kept, act->words, strlen(act->words) + 1);
}

/* --- Where that leads ------------------------------------------------------------------------------------------ */

/* The one place where the state changes. A move that the table forbids is our own error: the process stops. */
static void move(struct referral_course *course, enum referral_state state)
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

static void come_to(struct referral_course *course, enum referral_verdict outcome, int64_t now_ms)
{
    course->outcome = outcome;
    if (course->outcome_ms == 0)
        course->outcome_ms = now_ms;
}

static void settle(struct referral_course *course, struct referral_act *act)
{
    enum referral_state state = state_of_seats(course, act);
    if (state == course->state)
        return;
    move(course, state);
    act->opens = referral_state_is_opened(state);
    if (state == REFERRAL_STATE_DECIDED)
        come_to(course, course->seats[0].verdict, act->now_ms);
}

/* --- Acts: seats ----------------------------------------------------------------------------------------------- */

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

/* Its holder goes, and is remembered. */
static enum reason leave(struct referral_course *course, struct referral_seat *seat, struct failure *failure)
{
    uint32_t i = 0;
    while (i < course->former_count && !referral_person_is(&course->former[i].person, &seat->holder))
        i++;
    if (i == REFERRAL_FORMER_MAX)
        return refuse_state(failure, N_("too many have left a seat at it: give your verdict"));
    course->former[i] =
        (struct referral_former){.person = seat->holder, .saw_reference = seat->phase >= SEAT_COMPARISON};
    if (i == course->former_count)
        course->former_count++;
    *seat = (struct referral_seat){0};
    return REASON_DONE;
}

static enum reason take(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    if (referral_state_is_opened(course->state))
        return refuse_state(failure, N_("no verdict is wanted any more"));
    if (course->probe_closed)
        return refuse_state(failure, N_("nobody can look at its prints any more"));
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
        settle(course, act);
        return REASON_DONE;
    }
    return refuse_state(failure, N_("others have its seats: wait for what they find"));
}

static enum reason give_back(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    (void)of;
    struct referral_seat *seat;
    TRY(find_open_seat(course, act, &seat, failure));
    TRY(leave(course, seat, failure));
    settle(course, act);
    return REASON_DONE;
}

static enum reason hand_over(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    struct referral_seat *seat;
    unsigned role;
    TRY(find_open_seat(course, act, &seat, failure));
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
    return strcmp(holder->name, name) == 0 || principal_is_called(holder->name, name);
}

static struct referral_seat *seat_called(struct referral_course *course, const char *name)
{
    for (size_t i = 0; i < course->rules.examiners; i++)
        if (course->seats[i].phase != SEAT_FREE && is_called(&course->seats[i].holder, name))
            return &course->seats[i];
    return NULL;
}

/* However far he is: whoever frees it does not learn that, and neither does he from whom it is taken that others did. */
static enum reason free_seat(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    struct referral_seat *seat = seat_called(course, act->to.name);
    TRY(referral_check_freeing(of, course, act, failure));
    if (referral_state_is_opened(course->state))
        return refuse_state(failure, N_("its verdicts are given: nobody's seat is waited for"));
    if (seat == NULL)
        return failure_set(failure, REASON_BAD_VALUE, "holder",
            N_("that person has no seat at it: name its holder as kordonctl referral show does"));
    TRY(referral_check_words(act, true, failure));
    if (count_freed(course) >= REFERRAL_FREED_MAX)
        return refuse_state(
            failure, N_("too many seats at it were freed: when it is overdue a supervisor ends it"));
    act->seat = release(course, seat, &act->by);
    settle(course, act);
    return REASON_DONE;
}

/* Who has lost the role in which he took it may give it back, and no more. */
static enum reason find_working_seat(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct referral_seat **seat, struct failure *failure)
{
    TRY(find_open_seat(course, act, seat, failure));
    if ((act->roles & act->role) == 0)
        return referral_not_permitted(
            failure, N_("you do not hold the role any more in which you took the seat"));
    return referral_check_still_apart(of, course, &act->by, *seat, failure);
}

/* --- Acts: judging --------------------------------------------------------------------------------------------- */

/* Who says that it is none of the candidates was shown each of them (H3). */
static enum reason check_each_seen(const struct referral_act *act, struct failure *failure)
{
    const struct referral_shown *shown = &act->shown;
    uint64_t unseen = 0;
    for (size_t i = 0; i < act->candidate_count; i++)
        unseen |= UINT64_C(1) << i;
    unseen &= ~shown->references;
    if ((unseen & ~shown->gone) != 0)
        return refuse_state(
            failure, N_("look at the reference of each candidate first, as a false positive is none of them: "
                        "fetch all (kordonctl referral pictures)"));
    return unseen == 0 && shown->references != 0
               ? REASON_DONE
               : refuse_state(failure, N_("a false positive is none of the candidates, and of one who is on "
                                          "the list no more you were shown nothing: what is left to say is "
                                          "inconclusive"));
}

/* Of who is on the list no more, and was not shown before, nobody says that it is he, or that it is not: nothing is not a no. That nothing can be said says
 * who looked at one, whatever he found. */
static enum reason check_references_seen(const struct referral_act *act, struct failure *failure)
{
    const struct referral_shown *shown = &act->shown;
    if (shown->replaced != 0)
        return refuse_state(failure, N_("look again: the list's entry is not the one that you were shown any "
                                        "more (kordonctl referral pictures)"));
    if ((shown->references | shown->gone) == 0)
        return refuse_state(failure,
            N_("look at the reference beside the probe first: fetch it (kordonctl referral pictures)"));
    if (act->verdict == VERDICT_FALSE_POSITIVE)
        return check_each_seen(act, failure);
    return act->verdict != VERDICT_HIT || shown->references != 0
               ? REASON_DONE
               : refuse_state(failure, N_("a hit rests on a reference that you were shown, and of whom you "
                                          "looked at the list has none any more: look at the other "
                                          "candidates: without any what is left to say is inconclusive"));
}

static enum reason check_probe_seen(const struct referral_act *act, struct failure *failure)
{
    return act->shown.probe
               ? REASON_DONE
               : refuse_state(
                     failure, N_("look at the probe first: fetch its picture (kordonctl referral pictures)"));
}

static enum reason check_both_seen(const struct referral_act *act, struct failure *failure)
{
    TRY(check_probe_seen(act, failure));
    return check_references_seen(act, failure);
}

static enum reason judge_probe(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    struct referral_seat *seat;
    TRY(find_working_seat(of, course, act, &seat, failure));
    if (seat->phase != SEAT_PROBE)
        return refuse_state(failure, N_("you have judged the probe: give your verdict"));
    TRY(check_probe_seen(act, failure));
    if (act->judgement <= PROBE_NOT_JUDGED || act->judgement >= PROBE_JUDGEMENT_COUNT)
        return failure_set(failure, REASON_BAD_VALUE, "judgement", N_("write usable, limited or not_usable"));
    TRY(referral_check_words(act, act->judgement != PROBE_USABLE, failure));
    seat->phase = SEAT_COMPARISON;
    seat->judged_ms = act->now_ms;
    seat->judgement = act->judgement;
    keep_words(act, seat->judgement_words);
    memcpy(seat->judgement_salt, act->salt, sizeof seat->judgement_salt);
    return REASON_DONE;
}

static enum reason give_verdict(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    struct referral_seat *seat;
    TRY(find_working_seat(of, course, act, &seat, failure));
    if (seat->phase != SEAT_COMPARISON)
        return refuse_state(failure, N_("judge the probe first"));
    TRY(check_references_seen(act, failure));
    TRY(referral_check_verdict(act, failure));
    if (act->verdict == VERDICT_HIT && seat->judgement == PROBE_NOT_USABLE)
        return failure_set(failure, REASON_BAD_VALUE, "verdict",
            N_("a probe that is not usable in your own judgement proves no hit"));
    seat->phase = SEAT_DONE;
    seat->done_ms = act->now_ms;
    seat->verdict = act->verdict;
    seat->candidate = act->candidate;
    seat->since = referral_least_changed(act);
    seat->shown_kept = true;
    seat->shown = referral_references_shown(act);
    keep_words(act, seat->reason);
    memcpy(seat->verdict_salt, act->salt, sizeof seat->verdict_salt);
    settle(course, act);
    return REASON_DONE;
}

/* --- Acts: supervisors ----------------------------------------------------------------------------------------- */

/* A supervisor's word stands beside examiners' and in place of none (H2): all who were to verify it did, and one of them said so. */
static bool may_become_hit(const struct referral_course *course)
{
    bool found = false;
    for (size_t i = 0; i < course->rules.examiners; i++) {
        if (course->seats[i].phase != SEAT_DONE)
            return false;
        found = found || course->seats[i].verdict == VERDICT_HIT;
    }
    return found;
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

/* Nor is anybody cleared whom not all examined who were to (H2). */
static bool is_examined(const struct referral_course *course)
{
    for (size_t i = 0; i < course->rules.examiners; i++)
        if (course->seats[i].phase != SEAT_DONE)
            return false;
    return true;
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
    keep_words(act, word->reason);
}

static enum reason override(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    const bool disagreed = course->state == REFERRAL_STATE_DISAGREED;
    const bool overdue = referral_is_overdue(of, course, act->now_ms);
    TRY(referral_check_supervisor(of, course, act, overdue && act->verdict == VERDICT_INCONCLUSIVE, failure));
    if (!disagreed && !overdue)
        return refuse_state(
            failure, N_("a supervisor decides where verdicts differ, or where it is overdue"));
    /* What is overdue he may end without having looked: that says nothing of the prints. */
    if (disagreed)
        TRY(check_both_seen(act, failure));
    /* Whatever was found of one that is overdue is not told by what is refused: it is one verdict that ends it, whether anybody examined it or not. */
    if (!disagreed && act->verdict != VERDICT_INCONCLUSIVE)
        return failure_set(
            failure, REASON_BAD_VALUE, "verdict", N_("what is overdue can be ended as inconclusive only"));
    TRY(referral_check_verdict(act, failure));
    if (act->verdict == VERDICT_HIT)
        TRY(check_hit(course, act, failure));
    say_word(&course->overridden, act);
    move(course, REFERRAL_STATE_DECIDED);
    act->opens = !disagreed;
    come_to(course, act->verdict, act->now_ms);
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
    return act->candidate_count > 0 ? check_both_seen(act, failure) : REASON_DONE;
}

static enum reason correct(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    TRY(referral_check_supervisor(of, course, act, false, failure));
    if (!referral_state_has_outcome(course->state))
        return refuse_state(failure, N_("it has no outcome yet: there is nothing to correct"));
    TRY(referral_check_verdict(act, failure));
    if (act->verdict == VERDICT_HIT && act->candidate == 0)
        act->candidate = meant_by_examiners(course);
    if (act->verdict == course->outcome && act->candidate == referral_outcome_candidate(course))
        return failure_set(failure, REASON_BAD_VALUE, "verdict", N_("it is the outcome already"));
    TRY(check_correction(course, act, failure));
    say_word(&course->corrected, act);
    move(course, REFERRAL_STATE_CORRECTED);
    come_to(course, act->verdict, act->now_ms);
    return REASON_DONE;
}

/* --- Acts: what the second line hears of the traveller --------------------------------------------------------- */

static enum reason report(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    (void)of;
    if (course->route != REFERRAL_SILENT)
        return refuse_state(failure, N_("reports are made of silent referrals"));
    TRY(referral_check_report(act->report, failure));
    act->role = referral_role_of_seeing(act->roles);
    course->reports++;
    return REASON_DONE;
}

/* One examiner too many, now that it takes a protection officer: the seat of who says so goes, else the last one, however far its holder is, so
 * that nobody reads from it how far he is. */
static void release_seat(struct referral_course *course, struct referral_act *act)
{
    struct referral_seat *seat = own_seat(course, &act->by);
    if (referral_state_is_opened(course->state) || examiners_seated(course, NULL) < course->rules.examiners)
        return;
    if (seat == NULL)
        seat = &course->seats[course->rules.examiners - 1];
    act->seat = release(course, seat, NULL);
    settle(course, act);
}

static enum reason claim_protection(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    (void)of;
    if (course->route == REFERRAL_SILENT)
        return refuse_state(
            failure, N_("of a silent referral no claim is recorded: its traveller is to learn of nothing"));
    if (course->protection_claimed)
        return refuse_state(failure, N_("the claim is recorded"));
    act->role = referral_role_of_seeing(act->roles);
    course->protection_claimed = true;
    course->route = REFERRAL_PROTECTION_OFFICER;
    release_seat(course, act);
    return REASON_DONE;
}

/* --- Acts: what is seen without a seat ------------------------------------------------------------------------- */

static enum reason look(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    (void)of;
    if (!referral_remembers_look(course, &act->by)) {
        if (course->looker_count == REFERRAL_LOOKERS_MAX)
            return refuse_state(
                failure, N_("too many have looked at it without a seat: wait for its outcome"));
        course->lookers[course->looker_count++] = act->by;
    }
    return REASON_DONE;
}

enum reason referral_act_apply(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    static enum reason (*const acts[REFERRAL_ACT_COUNT])(
        const struct referral_case *, struct referral_course *, struct referral_act *, struct failure *) = {
        [REFERRAL_TAKE] = take,
        [REFERRAL_GIVE_BACK] = give_back,
        [REFERRAL_HAND_OVER] = hand_over,
        [REFERRAL_FREE_SEAT] = free_seat,
        [REFERRAL_JUDGE_PROBE] = judge_probe,
        [REFERRAL_GIVE_VERDICT] = give_verdict,
        [REFERRAL_OVERRIDE] = override,
        [REFERRAL_CORRECT] = correct,
        [REFERRAL_REPORT] = report,
        [REFERRAL_CLAIM_PROTECTION] = claim_protection,
        [REFERRAL_LOOK] = look,
    };
    if (!referral_is_known_to(of, course, &act->by, act->roles))
        return failure_set(failure, REASON_REFERRAL_NOT_FOUND, "referral", NULL);
    return acts[act->kind](of, course, act, failure);
}
