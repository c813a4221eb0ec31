/* referrals_internal.h: what the room's files that change the table share. */
#ifndef KORDON_DAEMON_REFERRALS_REFERRALS_INTERNAL_H
#define KORDON_DAEMON_REFERRALS_REFERRALS_INTERNAL_H

#include "daemon/referrals/verbs.h"

/* Tells whoever listens that it looks otherwise now. */
void referral_changed(const struct referrals *referrals, const struct referral *referral);

/* Whoever asks; NULL where there is none of that id. */
struct referral *referral_known(const struct referrals *referrals, const char *id);

/* The verb's, of which nothing else is under way. REFERRAL_NOT_FOUND, STOPPING, BUSY. */
enum reason referral_find_idle(
    const struct referral_verb *verb, struct referral **referral, struct failure *failure);

/* As referral_look_at(), which checked it, of who has no seat: the look is an act. */
enum reason referral_look_without_seat(
    const struct referral_verb *verb, const struct referral_looking *looking, struct failure *failure);

/* referral_know() by the register in force. */
void referral_know_today(const struct referrals *referrals, struct referral *referral);

/* An act stays under way since the state that would say whether it is durable could not be read. shows: others see it, if it is. */
void referral_doubt_begin(struct referral *referral, bool shows);

/* Reads those again whose time it is. */
void referral_doubts_look(struct referrals *referrals, int64_t now_ms);

/* Whether what the entries of its candidates say must be noted now: a seat is taken, and nobody has compared yet (H6). */
bool referral_wants_entries(const struct referral *referral);

/* Has it noted, before anybody is shown a reference: looks are read behind it. */
void referral_note_entries(struct referrals *referrals, struct referral *referral);

/* The same at the start, from a store of the caller's. */
void referral_read_entries(struct referral *referral, struct store *store);

/* Begins to read the slots again where that is wanted; what is found is there when it is under way no more. */
void match_search_look(struct referrals *referrals, int64_t now_ms);

/* M2: erases the probe of a match whose referrals all have an outcome when its time is over, and when the log's is over what was decided. */
void match_erasure_look(struct referrals *referrals, int64_t now_ms, int64_t past_ms);

#endif
