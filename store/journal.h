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
#include "log/entry.h"
#include "log/source.h"
#include "store/store.h"

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
enum reason journal_append(struct store *store, const struct log_draft *drafts, size_t count,
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

/* The signed statement that the bodies of some events (LOG_EVENT_BIT of each) are withheld from an export of the tree of
 * that size (log/redaction.h); malloc'd text, caller frees. log_redaction_make's reasons; ENTRY_NOT_FOUND where the log
 * is not that large. */
enum reason journal_redaction(
    struct store *store, uint64_t size, uint32_t events, char **note, struct failure *failure);

/* The open store as a source for verification and export. */
struct log_source log_source_store(struct store *store);

#endif
