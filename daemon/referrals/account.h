/* account.h: what the log says of a referral: each act of people, and what they looked at.
 *
 * Until all verdicts are given an entry commits to a verdict and a judgement and does not say them (HMAC-SHA256 under a salt that is kept with the
 * course); the entry with which they are opened gives words and salts. So who reads the log learns no verdict before its time, and afterwards can prove
 * that none was changed when the other one was known (H5). Loop's thread.
 */
#ifndef KORDON_DAEMON_REFERRALS_ACCOUNT_H
#define KORDON_DAEMON_REFERRALS_ACCOUNT_H

#include "daemon/evidence.h"
#include "daemon/referrals/act.h"

/* What the entry commits to, as 64 lower-case hex digits: HMAC-SHA256(salt, {"judgement":"...","words":"..."}), and
 * HMAC-SHA256(salt, {"reason":"...","shown":[...],"verdict":"..."}), canonical JSON; shown: the numbers of the candidates whose references he was shown. CRYPTO_FAILED, NO_MEMORY. */
enum reason referral_commit_judgement(
    const struct referral_seat *seat, char commitment[static DIGEST_HEX_SIZE], struct failure *failure);
enum reason referral_commit_verdict(
    const struct referral_seat *seat, char commitment[static DIGEST_HEX_SIZE], struct failure *failure);

/* As whom the register has each by now who was in none when he had a part in it, by what proved him then: an object of names, "" where it has him as nobody.
 * By that it was judged who may do what (act_persons.h), so whoever reads the log judges it alike. NULL where there is none of them. NO_MEMORY. */
enum reason referral_registered_as(const struct referral_case *of, const struct referral_course *course,
    json_t **people, struct failure *failure);

/* The body of the entry (LOG_EVENT_DECISION, of a look LOG_EVENT_CONSULTATION) about an act that referral_act_apply() took; course: as it is behind it, before:
 * as it was. NULL without memory, or where OpenSSL fails: the act can't be recorded then, and is not done. */
json_t *referral_account(const struct evidence *evidence, const struct principal *by,
    const struct referral_case *of, const struct referral_course *course, const struct referral_act *act,
    const struct referral_course *before);

/* The body of the entry (LOG_EVENT_CONSULTATION) about a look at it. NULL without memory. */
json_t *referral_account_of_look(const struct evidence *evidence, const struct principal *by,
    const struct referral_case *of, const struct referral_course *course,
    const struct referral_looking *looking);

/* What ends of a match. */
enum referral_end {
    REFERRAL_PROBE_CLOSED, /* for the referral; another one of the match needs it still */
    REFERRAL_PROBE_ERASED, /* M2 */
    REFERRAL_ERASED        /* what was decided, too */
};

/* The body of the entry (LOG_EVENT_DECISION) about that; early: before its time. NULL without memory. */
json_t *referral_account_of_erasure(
    const struct evidence *evidence, const struct referral_case *of, enum referral_end end, bool early);

#endif
