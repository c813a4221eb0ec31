/* verbs.h: what people do to a referral, and look at.
 *
 * Each act is tried on a copy of the course, written with its entry in one commit, and only then it is so. One act at a time is under way for a referral. A
 * verb that returns DONE is begun: what came of it the waiter is told. All else is told by the reason at once, and nothing was done. Loop's thread.
 */
#ifndef KORDON_DAEMON_REFERRALS_VERBS_H
#define KORDON_DAEMON_REFERRALS_VERBS_H

#include "daemon/referrals/referrals.h"

/* In the memory of whoever waits. told comes exactly once for a verb that returned DONE, and never otherwise. failure NULL: it is done. */
struct referral_waiter {
    void (*told)(struct referral_waiter *waiter, const struct failure *failure);
    /* In told: cases of redress that rested on the outcome before, and went with it. */
    struct redress_marks redress_removed;
};

/* Who does it to which one. Borrowed until the verb returns, but for the waiter. */
struct referral_verb {
    struct referrals *referrals;
    const struct principal *by;
    const char *id;
    struct referral_waiter *waiter;
};

/* --- Acts. Reasons: REFERRAL_NOT_FOUND, STOPPING, BUSY (an act is under way), CRYPTO_FAILED, NO_MEMORY, and those of referral_act_apply(). Texts are copied.
 *
 * Before a seat is taken, handed over or freed the log is asked who has read of the match (H5), which takes as long as it is long. */

enum reason referral_take(const struct referral_verb *verb, struct failure *failure);
enum reason referral_give_back(const struct referral_verb *verb, struct failure *failure);

/* to: a person of the register ("anna"). OFFICER_NOT_REGISTERED. */
enum reason referral_hand_over(const struct referral_verb *verb, const char *to, struct failure *failure);

/* holder: as a seat's is shown ("person:olena"); why: in the supervisor's own words. */
enum reason referral_free_seat(
    const struct referral_verb *verb, const char *holder, const char *why, struct failure *failure);

enum reason referral_judge_probe(const struct referral_verb *verb, enum probe_judgement judgement,
    const char *words, struct failure *failure);

/* A verdict: an examiner's, a supervisor's. */
struct referral_saying {
    enum referral_verdict verdict;
    const char *why;
    uint32_t candidate; /* whom a hit means; 0: it is not said */
    /* What he says became of the list's entry; a hit on one that is not what was compared with has to say so. */
    enum entry_since since;
};
enum reason referral_give_verdict(
    const struct referral_verb *verb, const struct referral_saying *saying, struct failure *failure);
enum reason referral_override(
    const struct referral_verb *verb, const struct referral_saying *saying, struct failure *failure);
enum reason referral_correct(
    const struct referral_verb *verb, const struct referral_saying *saying, struct failure *failure);

enum reason referral_report(
    const struct referral_verb *verb, const struct referral_report *report, struct failure *failure);
enum reason referral_claim_protection(const struct referral_verb *verb, struct failure *failure);

/* --- Looks --- */

/* Records the look; when that is durable the waiter is told, and may show it. Who has no seat, and looks before all verdicts are given, takes none any
 * more. Where it is DONE referral_look_end() is to be called once, when the waiter was told: the erasure waits for it. REFERRAL_NOT_FOUND, NOT_PERMITTED
 * (before the own judgement, without a seat), REFERRAL_STATE (the probe is erased), BAD_VALUE (no such candidate), BUSY (to be remembered, while an act is
 * under way; the probe is being erased), STOPPING, NO_MEMORY. */
enum reason referral_look_at(
    const struct referral_verb *verb, const struct referral_looking *looking, struct failure *failure);

/* showing: what came of it behind its entry; nothing where there is no entry, where it could not be read, or where he has gone. */
void referral_look_end(const struct referral_verb *verb, const struct referral_looking *looking,
    const struct referral_showing *showing);

#endif
