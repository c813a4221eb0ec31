/* journal.h: the evidence log: append entries durably, hand out receipts, read and verify.
 *
 * Formats: LOGFORMAT (docs/formats.md). An entry is a head that stays and a body that can be erased; heads
 * are the leaves of an RFC 6962 tree whose root is signed after each durable append. Thread rule: that of the
 * store (store.h).
 */
#ifndef KORDON_STORE_JOURNAL_H
#define KORDON_STORE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/failure.h"
#include "store/store.h"

/* The closed list of events (LED art. 25 and EES art. 46; L1). name as in the head's "event". */
#define JOURNAL_EVENTS(EVENT)                                                                                \
    EVENT(START, "start")               /* kordond began; says how it ended before */                        \
    EVENT(STOP, "stop")                 /* kordond ended in order */                                         \
    EVENT(COLLECTION, "collection")     /* a sample was captured or submitted */                             \
    EVENT(CONSULTATION, "consultation") /* a comparison or a look at the list, with its outcome */           \
    EVENT(ALTERATION, "alteration")     /* the watchlist was changed */                                      \
    EVENT(DISCLOSURE, "disclosure")     /* data left the machine */                                          \
    EVENT(COMBINATION, "combination")                                                                        \
    EVENT(ERASURE, "erasure")             /* a record or a body was erased */                                \
    EVENT(DECISION, "decision")           /* an examiner's verdict */                                        \
    EVENT(CONFIGURATION, "configuration") /* another configuration came into force */                        \
    EVENT(KEY, "key")                     /* a key was made, rotated, destroyed */                           \
    EVENT(MODE, "mode")                   /* identification armed or refused, fallback, suspension */        \
    EVENT(ACCESS, "access") /* the log itself was read or exported (L4), or access was denied */             \
    EVENT(FAULT, "fault")   /* a scanner misbehaved, storage failed */

enum journal_event {
#define JOURNAL_EVENT_ENUM(event, name) JOURNAL_EVENT_##event,
    JOURNAL_EVENTS(JOURNAL_EVENT_ENUM)
#undef JOURNAL_EVENT_ENUM
        JOURNAL_EVENT_COUNT
};
const char *journal_event_name(enum journal_event event);

/* The body key by which an ERASURE entry names the entry whose body it took. */
#define JOURNAL_ERASED_SEQ "erased_seq"

/* An entry to be written. body: a JSON object of strings, integers (|n| < 2^53), booleans, arrays and
 * objects; borrowed. The journal adds mono, boot, build and config. Events have mandatory body keys
 * (journal_entry.c's table; L2, L3): always "actor" and "role"; for consultation and disclosure also
 * "purpose", "legal_basis", "justification". */
struct journal_draft {
    enum journal_event event;
    json_t *body;
};

/* What became of a draft once it is durable. receipt: tlog-proof text, malloc'd, freed by
 * journal_outcome_finish. */
struct journal_outcome {
    uint64_t seq;
    int64_t time_ms; /* UTC, as in the head */
    char *receipt;
};
void journal_outcome_finish(struct journal_outcome *outcome);

/* Said once after opening: what all later bodies carry. Both are copied. */
enum reason journal_set_environment(
    struct store *store, const char *build, const char *configuration_hash, struct failure *failure);

/* Appends count drafts as one durable transaction (one fsync), signs the new checkpoint, makes the receipts.
 * On REASON_DONE all are durable. OUTCOME_UNKNOWN: the commit failed in a way that may or may not have
 * reached the disk; the store has reopened itself and read back what is there: ask with
 * journal_find_transaction(). On every other reason nothing was written and, where the draft itself is wrong
 * (BAD_VALUE), the failure names the key. */
enum reason journal_append(struct store *store, const struct journal_draft *drafts, size_t count,
    struct journal_outcome *outcomes, struct failure *failure);

uint64_t journal_size(const struct store *store);

/* The newest signed checkpoint (signed note text, malloc'd into *text; caller frees). */
enum reason journal_checkpoint(struct store *store, char **text, struct failure *failure);

/* The receipt (tlog-proof) of an entry against the newest checkpoint; malloc'd, caller frees.
 * ENTRY_NOT_FOUND. */
enum reason journal_receipt(struct store *store, uint64_t seq, char **text, struct failure *failure);

/* One entry as JSON {"head": {...}, "body": {...} or null where erased}; caller decrefs. ENTRY_NOT_FOUND,
 * ENTRY_BROKEN. */
enum reason journal_read(struct store *store, uint64_t seq, json_t **entry, struct failure *failure);

/* The seqs of entries whose body carries that transaction id, oldest first, at most capacity; *count gets
 * their number. */
enum reason journal_find_transaction(struct store *store, const char *transaction, uint64_t *seqs,
    size_t capacity, size_t *count, struct failure *failure);

/* Renders one file of the tlog-tiles layout by its path ("checkpoint", "tile/0/000", "tile/entries/000.p/12",
 * "bodies/000.p/12") for a tree of the given size (<= journal_size). malloc'd, caller frees; ENTRY_NOT_FOUND
 * where that tree has no such file. The one source of exports, of the API's log routes and of verification.
 */
enum reason journal_render(struct store *store, uint64_t size, const char *path, uint8_t **bytes,
    size_t *bytes_size, struct failure *failure);

/* --- Verification, without trusting the machine that wrote the log --- */

/* Where a verifier reads the files of the tlog-tiles layout from: an export, an HTTP API, a store. read gives
 * malloc'd bytes or ENTRY_NOT_FOUND. */
struct log_source {
    enum reason (*read)(
        void *context, const char *path, uint8_t **bytes, size_t *size, struct failure *failure);
    void *context;
};

/* A source over an exported directory (copied path kept by the caller's struct) and over an open store. */
struct log_directory_source {
    char path[4096];
};
struct log_source log_source_directory(struct log_directory_source *source, const char *directory);
struct log_source log_source_store(struct store *store);

struct log_verification {
    uint64_t size;     /* entries verified */
    uint64_t erased;   /* bodies that are gone with their erasure entry */
    uint64_t withheld; /* bodies withheld by a redacted export */
    uint64_t time_reversals;
    bool broken_entry_known;
    uint64_t broken_entry; /* the first broken entry, where one can be named */
};

/* Checks everything LOGFORMAT lists: checkpoint signature and origin, every tile against the level above,
 * every head against its leaf, every body against its commitment, missing bodies against erasures, seq =
 * index, the key in force. older_checkpoint (may be NULL): an earlier checkpoint the verifier kept; the log
 * must extend it (LOG_FORKED, LOG_INCOMPLETE). REASON_DONE when all holds; else the first thing that does
 * not, named in failure. */
enum reason log_verify(struct log_source source, const char *verifier_key, const char *older_checkpoint,
    struct log_verification *verification, struct failure *failure);

/* Writes the whole layout (checkpoint last) from a source to a new directory. OUTPUT_EXISTS, FILE_ERROR,
 * DISK_FULL. */
enum reason log_export(struct log_source source, const char *directory, struct failure *failure);

#endif
