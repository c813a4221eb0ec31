/* cleared.h: from whom the holder of a traveller's document was told apart: read and compared with at the comparison, and what follows for those
 * who were found (H6; clearing.h decides).
 *
 * All of it is done alike whoever is found, overt or discreet, or nobody. It is read no sooner, so that what people took back until then clears nobody,
 * and so that the time that it takes is behind the step (pace.h): whoever opens a transaction must not learn whether there is a case (P6). Loop's thread.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_CLEARED_H
#define KORDON_DAEMON_TRANSACTIONS_CLEARED_H

#include <jansson.h>

#include "daemon/search/pool.h"
#include "daemon/threads/store_reader.h"
#include "daemon/transactions/clearing.h"
#include "daemon/transactions/result.h"
#include "daemon/transactions/table.h"

/* Zeroed: nobody looked. */
struct cleared {
    bool found;                                    /* there is a pair, proven */
    struct failure why;                            /* where that can't be told; reason DONE: it can */
    struct cleared_pair pair;                      /* without its fingers' bytes */
    uint64_t generation;                           /* of the list in which the following stand */
    struct cleared_entry now[CLEARED_ENTRIES_MAX]; /* the pair's entries, as far as they are in it */
    size_t now_count;
    struct locked_template references[CLEARED_FINGERS_MAX]; /* that the person consented to have kept */
    size_t reference_count;
    struct consent_comparison consent;
    /* what is under way */
    void (*done)(struct cleared *cleared);
    void *data;
    struct transactions *transactions;
    const uint8_t *document;
    const struct locked_template *probes;
    size_t probe_count;
    struct reader_job reading;
    struct comparison_job comparison;
};

/* Reads the document's pair, and compares the traveller's fingers with those that the cleared person consented to have kept. *cleared is zeroed but for
 * done and data. done comes exactly once, maybe before this returns; document and probes stay valid until then. What fails is said in why, and clears
 * nobody. */
void cleared_start(struct transactions *transactions, struct cleared *cleared,
    const uint8_t document[static CASE_RECORD_KEY_BYTES], const struct locked_template *probes,
    size_t probe_count);

/* What the traveller's samples and document are. */
struct cleared_traveller {
    const uint8_t *document; /* pair_key; NULL: none was given */
    bool doubtful;           /* a sample may be no finger, or of another resolution */
    int32_t today;
};

/* Takes those away of whom the traveller is cleared; without any other it is what nobody found is. What the log says of it: {}, or
 * {"case", "candidates": [{"reference", "clearing"}]} of all who were found, or {"unknown": why}. NULL without memory: outcome must not be told then. */
json_t *cleared_apply(const struct cleared *cleared, const struct cleared_traveller *traveller,
    struct identification_outcome *outcome);

/* Wipes what is held. */
void cleared_finish(struct cleared *cleared);

#endif
