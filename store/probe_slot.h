/* probe_slot.h: what of a transaction examiners will need, sealed in a place that looks alike whether anything was kept.
 *
 * The end of every transaction writes one slot, all of one size: by chance one that was never written, while there is any, then any of them.
 * What a match leaves is sealed under a key of its own, which lies wrapped in the slot; any other end leaves as many zero bytes. Where a slot
 * keeps something already, an end that leaves nothing seals just that anew, and a match takes another one: so what is written, and what is not,
 * tells nothing of what is kept, and takes the same work. Which slots keep something is known with the machine key alone: a table of fixed size,
 * sealed, and bound into the proven state with the digest of each slot, says so. Erasing is zeros written over the slot; the write-ahead log
 * is cut behind it.
 *
 * Slots that were never written take no room in the file. There are 64 places at first, and 64 more where few are left that keep nothing:
 * fewer than 32, at one of some 256 ends, by chance; fewer than 16, at the next; at most 1024. Thread rule: that of the store.
 */
#ifndef KORDON_STORE_PROBE_SLOT_H
#define KORDON_STORE_PROBE_SLOT_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/locked_memory.h"

struct store;

#define PROBE_SLOT_BYTES ((size_t)256 << 10) /* of what may be kept */
#define PROBE_SALT_BYTES 32
#define PROBE_SLOTS_MAX  1024

/* What an entry's commit writes into a slot. The entry's body gets "probe": base64 of HMAC-SHA256 of the content, filled up with zeros to
 * PROBE_SLOT_BYTES, under a salt that lies with it in the slot: what examiners saw can be shown to be what was captured. */
struct probe_slot_change {
    const uint8_t *content; /* borrowed until the entry is written */
    size_t size;            /* at most PROBE_SLOT_BYTES; 0: nothing is kept */
    size_t
        body_least; /* bytes that the entry's body has at least, by padding (log_body_pad()); nothing of it follows from what came of it */
    /* What became of it, where the append is DONE: */
    uint32_t slot; /* where it lies, where size > 0 */
    uint8_t salt[PROBE_SALT_BYTES];
};

/* What is to be erased. A slot that keeps another thing by now has another salt. */
struct probe_slot_erasure {
    uint32_t slot;
    uint8_t salt[PROBE_SALT_BYTES];
};

/* What a slot keeps, into *content, which is made here (locked_memory_finish() ends it); zeroed unless DONE. PROBE_NOT_KEPT where it is proven
 * that the slot keeps nothing; STATE_UNPROVEN where table or slot are not what was written; MEMLOCK_LIMIT. Any open store. */
enum reason probe_slot_read(struct store *store, uint32_t slot, struct locked_memory *content, size_t *size,
    uint8_t salt[static PROBE_SALT_BYTES], struct failure *failure);

/* Tells the numbers of the slots that keep something, ascending; told must not look into the store. STATE_UNPROVEN. */
enum reason probe_slots_each(struct store *store,
    enum reason (*told)(void *context, uint32_t slot, struct failure *failure), void *context,
    struct failure *failure);

/* How many more matches can be kept, in the places there are and those that will be added. Where there is none, what would keep something is REFERRALS_FULL; what keeps nothing is recorded
 * without a slot. So whoever compares makes sure before that there is one, whatever will come of it. */
uint32_t probe_slots_free(const struct store *store);

#endif
