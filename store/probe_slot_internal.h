/* probe_slot_internal.h: slots as a part of an entry's commit, and the table that says which of them keep something.
 *
 * The table, a salted record with the label "kordon/probe_pool/v1", has for each of PROBE_SLOTS_MAX slots whether it was never written (0),
 * keeps nothing (1) or something (2), and the SHA-256 of its bytes, behind the number of places in use as u32 big-endian. The proven
 * state has its SHA-256, that number, and how many slots keep something. Thread rule: that of the store.
 */
#ifndef KORDON_STORE_PROBE_SLOT_INTERNAL_H
#define KORDON_STORE_PROBE_SLOT_INTERNAL_H

#include <jansson.h>

#include "store/journal.h"
#include "store/probe_slot.h"
#include "store/store_internal.h"

enum probe_place_state { PROBE_PLACE_UNWRITTEN, PROBE_PLACE_DECOY, PROBE_PLACE_KEPT };

struct probe_place {
    uint8_t state; /* enum probe_place_state */
    uint8_t digest[DIGEST_BYTES];
};

struct probe_pool {
    uint32_t size; /* places in use: those behind are unwritten */
    struct probe_place places[PROBE_SLOTS_MAX];
};

/* The table as that state proves it; where there never was one, that of a new state. malloc'd: probe_pool_finish(). STATE_UNPROVEN. */
enum reason probe_pool_open(
    struct store *store, const struct proven_state *state, struct probe_pool **pool, struct failure *failure);
void probe_pool_finish(struct probe_pool *pool); /* wipes; takes NULL */

/* Places that keep nothing. */
uint32_t probe_pool_unused(const struct probe_pool *pool);

/* The place that an end of a transaction writes: by chance one that was never written, as long as there is any; then any, whether it keeps something
 * or not; keeps: one that keeps nothing, of which there must be one. Before that there are more places where few keep nothing. */
enum reason probe_pool_choose(struct probe_pool *pool, bool keeps, uint32_t *slot, struct failure *failure);

/* Seals and writes the table, and takes it into the state to be. */
enum reason probe_pool_write(
    struct store *store, const struct probe_pool *pool, struct proven_state *next, struct failure *failure);

/* The memory in which slots are sealed: had from the start on, so that no end of a transaction lacks it. MEMLOCK_LIMIT. */
enum reason probe_slots_prepare(struct store *store, struct failure *failure);

/* Inside the transaction of an entry, as document_apply(): erases slots, fills one. *erases is set where what was kept is gone. REFERRALS_FULL,
 * BAD_VALUE. */
enum reason probe_slot_apply(struct store *store, struct proven_state *next,
    const struct journal_change *change, json_t *body, bool *erases, struct failure *failure);

#endif
