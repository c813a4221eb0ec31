/* looks.c: who looks at prints is in the log before he sees them. */
#include <stdlib.h>

#include "base/language.h"
#include "daemon/referrals/referrals_internal.h"

struct look {
    struct journal_entry entry; /* first: the entry is the look */
    struct referrals *referrals;
    struct referral_waiter *waiter;
};

static void on_written(struct journal_entry *entry)
{
    struct look *look = (struct look *)entry;
    struct referral_waiter *waiter = look->waiter;
    struct work *work = look->referrals->work;
    struct failure failure = entry->failure;
    bool durable = entry->reason == REASON_DONE;
    evidence_written(look->referrals->evidence, entry);
    journal_entry_finish(entry);
    free(look);
    waiter->told(waiter, durable ? NULL : &failure);
    work_end(work);
}

static enum reason check_sight(const struct referral *referral, const struct principal *by,
    const struct referral_looking *looking, struct failure *failure)
{
    const struct referral_person person = referral_person_of(by);
    const struct referral_sight sight = referral_sight_of(&referral->course, &person, by->roles);
    bool probe = looking->look == REFERRAL_LOOK_PROBE;
    if (referral->match->opening == NULL || referral->course.probe_closed)
        return failure_set(
            failure, REASON_REFERRAL_STATE, "referral", N_("nobody can look at its prints any more"));
    if (probe ? !sight.probe : !sight.comparison)
        return failure_set(failure, REASON_NOT_PERMITTED, "referral",
            probe ? N_("take a seat first") : N_("take a seat and judge the probe first"));
    if (!probe && referral_candidate_rank(&referral->of, referral->match->opening, looking->candidate) == 0)
        return failure_set(failure, REASON_BAD_VALUE, "candidate", N_("it has no such one"));
    return REASON_DONE;
}

/* Who looks without a seat is remembered before he sees anything, once. */
static bool is_to_be_remembered(const struct referral *referral, const struct principal *by)
{
    const struct referral_person person = referral_person_of(by);
    const struct referral_course *course = &referral->course;
    return !referral_state_is_opened(course->state) && referral_seat_of(course, &person) == NULL &&
           !referral_remembers_look(course, &person);
}

static enum reason record(const struct referral_verb *verb, const struct referral *referral,
    const struct referral_looking *looking, struct failure *failure)
{
    struct referrals *referrals = verb->referrals;
    struct look *look = calloc(1, sizeof *look);
    if (look == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "referral", NULL);
    look->referrals = referrals;
    look->waiter = verb->waiter;
    look->entry = (struct journal_entry){.event = LOG_EVENT_CONSULTATION,
        .body = referral_account_of_look(
            referrals->evidence, verb->by, &referral->of, &referral->course, looking),
        .written = on_written};
    work_begin(referrals->work);
    evidence_append(referrals->evidence, &look->entry);
    return REASON_DONE;
}

/* It is under way before it is recorded: no erasure begins between its entry and what is shown, and none is under way when it begins, behind which the
 * entry would say that something was seen. */
enum reason referral_look_at(
    const struct referral_verb *verb, const struct referral_looking *looking, struct failure *failure)
{
    struct referrals *referrals = verb->referrals;
    struct referral *referral = referral_find(referrals, verb->by, verb->id);
    if (referral == NULL)
        return failure_set(failure, REASON_REFERRAL_NOT_FOUND, "referral", NULL);
    if (referrals->stopping || referrals->workers->journal == NULL)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    TRY(check_sight(referral, verb->by, looking, failure));
    if (referral->closing)
        return failure_set(failure, REASON_BUSY, "referral", NULL);
    referral->looks++;
    referrals->looks++;
    enum reason reason = is_to_be_remembered(referral, verb->by)
                             ? referral_look_without_seat(verb, looking, failure)
                             : record(verb, referral, looking, failure);
    if (reason != REASON_DONE) {
        referral->looks--;
        referrals->looks--;
    }
    return reason;
}

void referral_look_end(const struct referral_verb *verb, const struct referral_looking *looking,
    const struct referral_showing *showing)
{
    struct referral *referral = referral_known(verb->referrals, verb->id);
    const struct referral_person person = referral_person_of(verb->by);
    verb->referrals->looks--;
    if (referral == NULL) /* not so while a look is under way */
        return;
    referral->looks--;
    referral_seen_note(&referral->seen, &person, looking, showing);
}
