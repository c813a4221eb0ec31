/* keep.h: where referrals lie in the state: a match's opening in its slot, what people made of it in a record. A slot without a record is a referral
 * that waits; a record without a slot one whose probe is erased. Thread rule: that of the store.
 */
#ifndef KORDON_DAEMON_REFERRALS_KEEP_H
#define KORDON_DAEMON_REFERRALS_KEEP_H

#include "daemon/referrals/referral.h"
#include "daemon/transactions/referral_opening.h"
#include "store/case_record.h"
#include "store/store.h"

/* Fills in the case of the match's silent referral, or of its other one; false where it has no candidate for it. */
bool referral_case_of(const struct referral_opening *opening, bool silent, struct referral_case *of);

/* The same of a match that comes to a silent referral alone; false where it comes to another one. */
bool referral_case_of_silent_alone(const struct referral_opening *opening, struct referral_case *of);

/* The rank among the match's candidates, from 1 on, of the referral's candidate of that number, from 1 on; 0: it has no such one. People are told
 * numbers alone: a gap between ranks would tell of candidates of another referral. */
uint32_t referral_candidate_rank(
    const struct referral_case *of, const struct referral_opening *opening, uint32_t number);

/* The key of kordond's own that records are found by: derived from the state's. secret should lie in locked memory. CRYPTO_FAILED. */
enum reason referral_secret(
    const struct store *store, uint8_t secret[static STORE_KEY_BYTES], struct failure *failure);

/* The change that keeps it so, once it was seen that it can be read again. record->bytes are malloc'd, to be given to referral_keep_finish(), in any case.
 * NO_MEMORY, CRYPTO_FAILED; referral_course_read()'s reasons. */
enum reason referral_keep(const struct referral_case *of, const struct referral_course *course,
    const uint8_t secret[static STORE_KEY_BYTES], struct case_record_change *record, struct failure *failure);
void referral_keep_finish(struct case_record_change *record);

/* How it is kept now. *kept false, and DONE: nobody has done anything to it. BAD_VALUE and others of referral_course_read(); STATE_UNPROVEN. */
enum reason referral_kept(struct store *store, const struct referral_case *of,
    const uint8_t secret[static STORE_KEY_BYTES], struct referral_course *course, bool *kept,
    struct failure *failure);

/* Reads all: tells openings, which are taken over, without their prints, then records. Reasons of told, and of reading; STATE_UNPROVEN for a record
 * whose key is not its referral's. secret: referral_secret(). */
struct referral_reading {
    enum reason (*opened)(void *context, struct referral_opening *opening, struct failure *failure);
    enum reason (*kept)(void *context, const struct referral_case *of, const struct referral_course *course,
        struct failure *failure);
    void *context;
};
enum reason referrals_read(struct store *store, const uint8_t secret[static STORE_KEY_BYTES],
    const struct referral_reading *reading, struct failure *failure);

/* The openings alone. */
enum reason referrals_read_openings(
    struct store *store, const struct referral_reading *reading, struct failure *failure);

#endif
