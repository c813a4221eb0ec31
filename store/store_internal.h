/* store_internal.h: the open store, which the files of store/ work on. Each has a header of its own; calls go one way:
 *
 *     schema, database, keys          the file and what opens it
 *     anchor, proven_state, tree      what may be believed of it
 *     document, capture_note, case_record, probe_slot          what else than the list decisions rest on
 *     journal_append, journal_read, journal_erasure, journal_files, journal_redaction
 *     list_row, list_state, list_read, list_sweep, list_staging, list_change, list_erasure, watchlist
 *     create, open, upgrade           on top
 */
#ifndef KORDON_STORE_STORE_INTERNAL_H
#define KORDON_STORE_STORE_INTERNAL_H

#include "base/locked_memory.h"
#include "crypto/checkpoint.h"
#include "crypto/digest.h"
#include "crypto/key_provider.h"
#include "crypto/log_key.h"
#include "crypto/merkle.h"
#include "crypto/sealed_record.h"
#include "log/entry.h"
#include "store/anchor_internal.h"
#include "store/database_internal.h"
#include "store/keys_internal.h"
#include "store/proven_state_internal.h"
#include "store/store.h"

struct list_index;
struct watchlist_import;

struct store {
    struct database database;
    struct key_provider *provider;
    const char *origin; /* as it is expected, or NULL; the caller's, until it is open */
    struct locked_memory key_memory;
    struct store_keys *keys; /* in key_memory */
    struct log_key *log_key;
    struct digest *digest, *root_digest; /* the second runs over all rows while the first is used for each */
    struct sealer *sealer;
    char verifier_line[VERIFIER_KEY_LINE_SIZE];
    struct proven_row proven;              /* what the sealed row says, and its bytes */
    struct merkle_edge edge;               /* the durable tree, proven against it */
    char checkpoint[CHECKPOINT_NOTE_SIZE]; /* the newest one that may be handed out */
    uint64_t checkpoint_size;              /* entries that it covers, and their root */
    uint8_t checkpoint_root[DIGEST_BYTES];
    uint64_t source_size; /* of the tree that is being read as a log_source */
    struct anchor anchor;
    struct failure held;
    uint32_t clock_gap_days;
    struct log_environment environment;
    struct watchlist_import *import; /* the one under way, or NULL */
    struct list_index *list_index;   /* of the list as it was last proven, one piece; or NULL */
    bool list_changed; /* rows that came or went lie in the write-ahead log: it is cut behind them */
    bool tidied_apart; /* journal_tidy_apart() */
    struct locked_memory scratch; /* one opened column, or one to be sealed; grows */
};

/* Whether now_ms can be right after believed_ms: CLOCK_BEHIND, CLOCK_AHEAD. */
enum reason clock_check(int64_t believed_ms, int64_t now_ms, uint32_t gap_days, struct failure *failure);

/* The hold's reason: nothing is written, and nothing that vouches is given out, while there is one. DONE otherwise. */
enum reason store_check_held(const struct store *store, struct failure *failure);

/* A region of at least size bytes for one column; what was in it is gone. */
enum reason store_scratch(struct store *store, size_t size, struct failure *failure);

#endif
