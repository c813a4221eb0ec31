/* store.h: the state directory and its one database: create, open, close, and what stands guard over it.
 *
 * One sqlite file, kordon.db, holds the journal (evidence log), the watchlist and the wrapped keys, so that a
 * change of the list and the log entry that records it become durable in one transaction: no record without
 * its change, no change without its record. What is in it: store/schema.c; every column that says something about a
 * person or a case is sealed.
 *
 * Whoever may write the file is taken for an adversary. One row, sealed under a key that only the machine key opens,
 * says what the next signature and the next decision rest on (store/proven_state_internal.h); it is proven before anything else
 * is believed, and heads, tree nodes and list rows are proven against it when they are used. What a valid older copy of the
 * whole file hides, only a second place can tell: the anchor (store/anchor.c).
 *
 * Thread rule: a struct store belongs to one thread at a time. The writing store's connection is the only one
 * that writes and checkpoints (sqlite's WAL-reset race); any number of following stores may be open beside it
 * in other threads.
 */
#ifndef KORDON_STORE_STORE_H
#define KORDON_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "crypto/digest.h"

struct journal_change;
struct journal_outcome;
struct key_provider;
struct log_draft;
struct log_policy;
struct store;

enum store_access {
    STORE_WRITE, /* the one owner: takes the lock on the folder; STATE_LOCKED where another process has it */
    /* reads beside the writing store of the same process and signs what that made durable; the anchor is its writer's business */
    STORE_FOLLOW,
    STORE_READ, /* reads only: takes no lock, writes nothing anywhere, signs no tree */
};

/* Borrowed; the provider must stay open as long as the store. */
struct store_options {
    const char *directory;
    struct key_provider *provider; /* unwraps the keys */
    const char *origin;            /* the log's name as it is expected; NULL: any */
    const char *anchor; /* a file outside the directory for the last checkpoint; NULL or "": none */
    bool receipts_wait_for_anchor; /* the anchor is written before a receipt is made, not after */
    const char *build;             /* the software's build id, for every body that is appended; NULL: none */
    const char *configuration;     /* the hash of the configuration, likewise */
    bool demonstration;            /* likewise, that it is one */
    uint32_t clock_gap_days;       /* how far the clock may be ahead of the last entry; 0: a month */
};

/* An entry behind the log's first one, in the same commit, and what becomes durable with it (store/journal.h); both borrowed. */
struct store_beginning {
    const struct log_draft *draft;
    const struct journal_change *change;
};

/* Makes the state in an existing, empty-of-state directory: database, keys wrapped by the provider, an empty
 * watchlist, the log's first entry, what it begins with (beginning; NULL: nothing more), log.vkey (the verifier key, one line)
 * and the anchor. origin is the log's name ("<authority domain>/<post>"). Reasons: STATE_EXISTS, FILE_ERROR, BAD_VALUE (origin), OUTPUT_EXISTS (the anchor) and
 * the provider's. Leaves nothing half-made behind: a failed create can be repeated. */
enum reason store_create(const struct store_options *options, const char *origin,
    const struct store_beginning *beginning, struct failure *failure);

/* Opens existing state, after proving it: STATE_UNPROVEN, STATE_FOREIGN, LOG_BROKEN, LOG_INCOMPLETE where it was altered,
 * LOG_ORIGIN_WRONG where it is another log's. Needs no repair after a crash at any moment. Other reasons: STATE_MISSING,
 * STATE_LOCKED, STATE_OLD, STATE_NEWER, STATE_UNREADABLE (STORE_READ: its write-ahead log can't be applied here), KEY_WRONG, KEY_MISSING, STORE_ERROR. */
enum reason store_open(const struct store_options *options, enum store_access access, struct store **store,
    struct failure *failure);

/* Closes and wipes; takes NULL. */
void store_close(struct store *store);

/* The log's origin and its verifier key line (without newline), valid as long as the store. */
const char *store_origin(const struct store *store);
const char *store_verifier_key(const struct store *store);

/* Why the state, though it opened, is held: ANCHOR_MISSING, ANCHOR_BROKEN, ANCHOR_AHEAD, ANCHOR_FORKED; STATE_LOST. Reason
 * DONE where it is not. Nothing is appended or signed while it is held. The anchor is looked at when the store is opened and
 * each time before it is replaced: a hold may begin while it is open. */
const struct failure *store_held(const struct store *store);

/* Entries that are appended from now on name this hash of the configuration, at most 64 characters, and say where it is a demonstration. */
void store_use_configuration(struct store *store, const char *hash, bool demonstration);

/* Entries that are appended from now on name this policy, where their draft names none. */
void store_use_policy(struct store *store, const struct log_policy *policy);

/* How the last run ended. */
enum store_left { STORE_NEW, STORE_LEFT_RUNNING, STORE_LEFT_IN_ORDER };

/* What stands guard, copied, so that another thread may have it. */
struct store_guard {
    struct failure held; /* store_held() */
    bool anchored;       /* there is an anchor; without one nothing shows an older whole copy */
    bool receipts_wait_for_anchor;
    uint64_t anchored_size;        /* entries that the anchor covers */
    struct failure anchor_failure; /* why it could not be written, reason DONE where it could */
    bool log_uncut;                /* erased data may still lie in the write-ahead log: journal_tidy() */
    bool log_long;                 /* it waits to be moved: journal_tidy_apart() */
    uint64_t size;                 /* entries of the log */
    uint8_t root[DIGEST_BYTES];    /* of their tree */
    /* Entries from the one to below the other were taken over from an older kordon without a proof; both 0: none. */
    uint64_t unproven_from, unproven_before;
    enum store_left left;
    int64_t believed_ms; /* the time of the last entry whose time was believed */
    uint32_t clock_gap_days;
    uint32_t probe_slots_free; /* probe_slots_free() */
};
void store_guard(const struct store *store, struct store_guard *guard);

/* Whether the clock can be right now_ms (UTC): not more than a minute before the last entry whose time was believed, nor
 * more than the gap allowed ahead of it. CLOCK_BEHIND, CLOCK_AHEAD. Entries are written in any case, with the time that
 * the clock says, but such a time is not believed later. Any thread. */
enum reason store_guard_check_clock(const struct store_guard *guard, int64_t now_ms, struct failure *failure);

/* The file system of the state. The reserve is what a list change leaves to the log: 5 % of it, at least 4 MiB, at most 64 MiB. */
struct store_space {
    uint64_t free_bytes, reserve_bytes;
};
enum reason store_space(const struct store *store, struct store_space *space, struct failure *failure);

/* UTC now in ms. */
int64_t store_now_ms(void);

#define STORE_KEY_BYTES 32

/* A key for a purpose of the caller's, derived from the one that seals this state: the same each time the state is opened, and another
 * for another state. key should lie in locked memory. CRYPTO_FAILED. */
enum reason store_derive_key(const struct store *store, const char *purpose,
    uint8_t key[static STORE_KEY_BYTES], struct failure *failure);

/* Whether a reading store's files were changed by somebody since it was opened: what it found wrong then need not be. */
bool store_disturbed(const struct store *store);

/* --- Decisions of a supervisor, each an entry; body: the draft's members, to which is added what was accepted --- */

/* Ends the hold over the anchor and writes it anew. The entry takes over what was there, and a copy is kept beside it, as
 * <anchor>.<size> or <anchor>.broken, where none of that name is. NOTHING_TO_ACCEPT where it is not held; ANCHOR_UNREACHABLE,
 * before anything is written, where receipts wait for an anchor that can't be; the hold's reason where that is another by now. */
enum reason store_accept_anchor(struct store *store, const struct log_draft *draft,
    struct journal_outcome *outcome, struct failure *failure);

/* From now on the clock's time is believed. NOTHING_TO_ACCEPT where it is already. */
enum reason store_accept_clock(struct store *store, const struct log_draft *draft,
    struct journal_outcome *outcome, struct failure *failure);

/* --- From an older kordon --- */

struct store_upgrade {
    uint64_t size;                           /* entries of the log, with those that say so */
    uint64_t unproven_from, unproven_before; /* as in struct store_guard */
    bool begun;                              /* it got what it began with; otherwise it had it */
};

/* Takes over a state of schema 1, 2 or 3, and has it begin with what it had not (beginning, as in store_create(); NULL: nothing): a state of
 * schema 3 that has the first of those documents already keeps its own, whatever it says. Schema 1 was authenticated by nothing: every head, body and tree node, the list's rows and
 * what the log says of them are checked, and compared with a checkpoint that the operator kept (NULL: none; then all entries are
 * noted as unproven, with it those behind it). Later ones prove themselves: the same, and what documents and notes there are, is checked against their row and their anchor. The
 * keys are wrapped by next, so that older copies of the file open no more when the machine key has been replaced by it. draft: an entry that says so. The old file stays until the new one is whole;
 * what was interrupted can be repeated. STATE_EXISTS where the state is of this version already; LOG_BROKEN, ENTRY_BROKEN,
 * LOG_INCOMPLETE, LOG_FORKED, LIST_ROLLED_BACK, SEAL_BROKEN, STATE_UNPROVEN, STATE_FOREIGN where the old state does not hold;
 * ANCHOR_MISSING and the like where its anchor speaks against it. */
enum reason store_upgrade(const struct store_options *options, struct key_provider *next,
    const char *checkpoint, const struct log_draft *draft, const struct store_beginning *beginning,
    struct store_upgrade *upgrade, struct failure *failure);

#endif
