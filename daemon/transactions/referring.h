/* referring.h: what a match is handed on with to those who verify it (H1, H2).
 *
 * Room for it is there before anything is compared, and it is made of every whole search, whatever that found: neither memory nor time
 * tells a match. Of a match it goes into the entry's slot (store/probe_slot.h), and read back from that form, when the entry is durable,
 * to who hears of referrals; of anything else it is wiped at once, and the empty room given back where a match's is, and what is left of it goes to the
 * same: what is done behind the answer is alike, too. Loop's thread.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_REFERRING_H
#define KORDON_DAEMON_TRANSACTIONS_REFERRING_H

#include "daemon/transactions/kept_probe.h"
#include "daemon/transactions/transaction.h"

/* In the owner's struct; zeroed: there is nothing. */
struct referring {
    struct locked_memory room;
    struct referral_opening *opening; /* wiped where it is no match */
    bool match;
};

/* Those of locked memory. */
enum reason referring_begin(struct referring *referring, struct failure *failure);

/* The search was judged and the probes are still there: packs what was found and told, and reads it back: what can't be read again is not
 * kept. Of a match it is the transaction's slot's content then, until referring_finish(), and its deletion says so. NO_MEMORY, those of
 * kept_probe_pack() and kept_probe_read(): a match must not be told then, for nobody could verify it. */
enum reason referring_pack(struct referring *referring, struct transaction *transaction,
    const struct transaction_result *found, const struct transaction_result *told, struct failure *failure);

/* Says in the body of the transaction's end until when people have time, had anybody been found: by it a supervisor may end what they did not. P6: of whatever was
 * found, alike; where nothing was packed nothing. */
void referring_write_due(const struct referring *referring, struct json_writer *body);

/* The entry is durable, and the transaction's slot says where it is kept. */
void referring_hand_over(struct referring *referring, struct transaction *transaction);

/* Nobody knows whether the entry is durable, whatever it tells of: who hears of matches is to look for it. */
void referring_doubt(const struct transaction *transaction);

/* Wipes what is left; takes a zeroed struct. */
void referring_finish(struct referring *referring);

#endif
