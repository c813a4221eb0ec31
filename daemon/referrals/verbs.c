/* verbs.c: what people may do to a referral: found, tried by what kordond knows now, and begun. */
#include <stdio.h>
#include <string.h>

#include "base/language.h"
#include "daemon/referrals/acting_internal.h"
#include "daemon/referrals/asking_internal.h"
#include "daemon/referrals/since.h"

/* What kordond knows of it now. */
static void fill_in(const struct referral_verb *verb, const struct referral *referral,
    struct referral_act *act, struct referral_standing standings[static MATCHER_CANDIDATES_MAX])
{
    act->by = referral_person_of(verb->by);
    act->roles = verb->by->roles;
    act->now_ms = store_now_ms();
    act->candidates = standings;
    act->candidate_count = referral_standings(verb->referrals, referral, standings);
    act->shown = referral_seen_by(&referral->seen, &act->by, standings, act->candidate_count);
    if (act->words == NULL)
        act->words = "";
}

/* --- Asked before ---------------------------------------------------------------------------------------------- */

static bool is_for_the_unread(enum referral_act_kind kind)
{
    return kind == REFERRAL_TAKE || kind == REFERRAL_HAND_OVER || kind == REFERRAL_FREE_SEAT;
}

/* Who must not have read of it: whoever sits down, or has somebody go. */
static const struct referral_person *unread_person(const struct referral_act *act)
{
    return act->kind == REFERRAL_HAND_OVER ? &act->to : &act->by;
}

/* To whom it is handed may be somebody else in the register by now. */
static enum reason find_receiver(
    const struct referrals *referrals, struct referral_act *act, struct failure *failure)
{
    if (act->kind != REFERRAL_HAND_OVER)
        return REASON_DONE;
    const struct register_holder *holder = register_find_holder(referrals->evidence->staff, act->to.identity);
    if (holder == NULL)
        return failure_set(failure, REASON_OFFICER_NOT_REGISTERED, "to", NULL);
    act->to_roles = holder->roles;
    return REASON_DONE;
}

/* He has waited: what he may now is what counts. Who knows of no such referral any more had one that he lost the role for. */
static enum reason follow_roles(struct asking *asking, struct failure *failure)
{
    const struct referrals *referrals = asking->who_read.referrals;
    const struct evidence *evidence = referrals->evidence;
    const unsigned before = asking->by.roles;
    asking->by.roles = evidence->roles_now(evidence->data, &asking->by);
    if ((before & ~asking->by.roles) == 0 || referral_find(referrals, &asking->by, asking->id) != NULL)
        return REASON_DONE;
    return failure_set(failure, REASON_NOT_PERMITTED, "referral",
        N_("you do not hold the role any more in which you asked for it"));
}

/* All is asked again: the referral may be another one by now, or have gone. */
static enum reason go_on(struct asking *asking, struct failure *failure)
{
    struct referral_standing standings[MATCHER_CANDIDATES_MAX];
    struct referral *referral;
    struct referrals *referrals = asking->who_read.referrals;
    const struct referral_verb verb = {
        .referrals = referrals, .by = &asking->by, .id = asking->id, .waiter = asking->waiter};
    TRY(follow_roles(asking, failure));
    TRY(referral_find_idle(&verb, &referral, failure));
    if (referrals->evidence->locked->reason != REASON_DONE) {
        *failure = *referrals->evidence->locked;
        return failure->reason;
    }
    TRY(find_receiver(referrals, &asking->act, failure));
    fill_in(&verb, referral, &asking->act, standings);
    TRY(log_readers_check(
        &asking->who_read.readers, referrals->evidence->staff, unread_person(&asking->act), failure));
    return acting_begin(&verb, referral, &asking->act, asking, failure);
}

/* What would be refused whoever has read of it is refused at once, words that are too long among it. */
static enum reason ask_first(const struct referral_verb *verb, const struct referral *referral,
    const struct referral_act *act, struct failure *failure)
{
    struct referral_course tried = referral->course;
    struct referral_act trying = *act;
    TRY(referral_act_apply(&referral->of, &tried, &trying, failure));
    return asking_begin(verb, act, go_on, failure);
}

/* --- Begun ----------------------------------------------------------------------------------------------------- */

/* act: its kind and values are filled in. */
static enum reason begin(const struct referral_verb *verb, struct referral_act *act, struct failure *failure)
{
    struct referral *referral;
    struct referral_standing standings[MATCHER_CANDIDATES_MAX];
    TRY(referral_find_idle(verb, &referral, failure));
    fill_in(verb, referral, act, standings);
    return is_for_the_unread(act->kind) ? ask_first(verb, referral, act, failure)
                                        : acting_begin(verb, referral, act, NULL, failure);
}

/* --- The verbs ------------------------------------------------------------------------------------------------- */

enum reason referral_take(const struct referral_verb *verb, struct failure *failure)
{
    return begin(verb, &(struct referral_act){.kind = REFERRAL_TAKE}, failure);
}

enum reason referral_give_back(const struct referral_verb *verb, struct failure *failure)
{
    return begin(verb, &(struct referral_act){.kind = REFERRAL_GIVE_BACK}, failure);
}

enum reason referral_hand_over(const struct referral_verb *verb, const char *to, struct failure *failure)
{
    const struct register_holder *holder = register_find_person(verb->referrals->evidence->staff, to);
    if (holder == NULL)
        return failure_set(failure, REASON_OFFICER_NOT_REGISTERED, "to", NULL);
    struct referral_act act = {
        .kind = REFERRAL_HAND_OVER, .to = {.registered = true}, .to_roles = holder->roles};
    memcpy(act.to.identity, holder->name, sizeof act.to.identity);
    memcpy(act.to.name, holder->name, sizeof act.to.name);
    return begin(verb, &act, failure);
}

enum reason referral_free_seat(
    const struct referral_verb *verb, const char *holder, const char *why, struct failure *failure)
{
    struct referral_act act = {.kind = REFERRAL_FREE_SEAT, .words = why};
    snprintf(act.to.name, sizeof act.to.name, "%s", holder);
    return begin(verb, &act, failure);
}

enum reason referral_judge_probe(const struct referral_verb *verb, enum probe_judgement judgement,
    const char *words, struct failure *failure)
{
    return begin(verb,
        &(struct referral_act){.kind = REFERRAL_JUDGE_PROBE, .judgement = judgement, .words = words},
        failure);
}

static enum reason begin_saying(const struct referral_verb *verb, enum referral_act_kind kind,
    const struct referral_saying *saying, struct failure *failure)
{
    struct referral_act act = {.kind = kind,
        .verdict = saying->verdict,
        .candidate = saying->candidate,
        .words = saying->why,
        .said = saying->since};
    return begin(verb, &act, failure);
}

enum reason referral_give_verdict(
    const struct referral_verb *verb, const struct referral_saying *saying, struct failure *failure)
{
    return begin_saying(verb, REFERRAL_GIVE_VERDICT, saying, failure);
}

enum reason referral_override(
    const struct referral_verb *verb, const struct referral_saying *saying, struct failure *failure)
{
    return begin_saying(verb, REFERRAL_OVERRIDE, saying, failure);
}

enum reason referral_correct(
    const struct referral_verb *verb, const struct referral_saying *saying, struct failure *failure)
{
    return begin_saying(verb, REFERRAL_CORRECT, saying, failure);
}

enum reason referral_report(
    const struct referral_verb *verb, const struct referral_report *report, struct failure *failure)
{
    return begin(verb, &(struct referral_act){.kind = REFERRAL_REPORT, .report = report}, failure);
}

enum reason referral_claim_protection(const struct referral_verb *verb, struct failure *failure)
{
    return begin(verb, &(struct referral_act){.kind = REFERRAL_CLAIM_PROTECTION}, failure);
}

enum reason referral_look_without_seat(
    const struct referral_verb *verb, const struct referral_looking *looking, struct failure *failure)
{
    return begin(verb, &(struct referral_act){.kind = REFERRAL_LOOK, .looking = looking}, failure);
}
