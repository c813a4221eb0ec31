/* journal.h: the evidence log: append entries durably, hand out receipts, read entries and files (log/verify.h verifies).
 *
 * Formats: docs/formats.md. An entry is a head that stays and a body that can be erased; heads
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
#include "log/filter.h"
#include "log/source.h"
#include "store/store.h"

struct capture_note_change;
struct case_record_change;
struct document_change;
struct probe_slot_change;
struct probe_slot_erasure;

/* What became of a draft once it is durable. receipt: tlog-proof text; plain_receipt (log/plain_receipt.h): of a draft whose body has a number
 * for it, otherwise NULL; malloc'd, freed by journal_outcome_finish. */
struct journal_outcome {
    uint64_t seq;
    int64_t time_ms; /* UTC, as in the head */
    char *receipt, *plain_receipt;
};
void journal_outcome_finish(struct journal_outcome *outcome);

/* Appends count drafts as one durable transaction (one fsync), signs the new checkpoint, writes it to the anchor where receipts
 * wait for that, makes the receipts. On REASON_DONE all are durable. OUTCOME_UNKNOWN: the commit failed in a way that may or may
 * not have reached the disk, or what had to follow it failed; the store has read back what is there, and that is what it goes
 * on with: journal_size() tells, journal_read() shows. On every other reason nothing was written: the draft is wrong
 * (BAD_VALUE names the member), the store is held (store_held()), the disk is full (DISK_FULL). */
enum reason journal_append(struct store *store, const struct log_draft *drafts, size_t count,
    struct journal_outcome *outcomes, struct failure *failure);

/* What else becomes durable with an entry, or not at all. Borrowed until then. */
struct journal_change {
    const struct document_change *documents; /* store/document.h */
    size_t document_count;
    const struct capture_note_change *note;   /* store/capture_note.h; NULL: none */
    const struct case_record_change *records; /* store/case_record.h */
    size_t record_count;
    /* store/probe_slot.h. slot: what is left of a transaction, which may be nothing; NULL: the entry is no transaction's end. The entry's
     * body is filled up then, so that its size is one of few (log_body_pad()). */
    struct probe_slot_change *slot;
    const struct probe_slot_erasure
        *erased_slots; /* what they keep goes; one that does not keep just that is BAD_VALUE */
    size_t erased_slot_count;
};

/* journal_append with a change for each draft, or NULL for it; changes itself may be NULL. Further reasons, of which nothing was written
 * either: BAD_VALUE names the change that can't be; REFERRALS_FULL where no slot is left; STATE_UNPROVEN where documents, notes, records or
 * slots are not what was put. */
enum reason journal_append_changing(struct store *store, const struct log_draft *drafts,
    const struct journal_change *const *changes, size_t count, struct journal_outcome *outcomes,
    struct failure *failure);

/* Writes the newest checkpoint to the anchor, where there is one and it is behind: for whoever lets receipts not wait.
 * ANCHOR_UNREACHABLE, which store_guard() says as well. */
enum reason journal_anchor(struct store *store, struct failure *failure);

/* Moves the write-ahead log into the database where it is long, and cuts it where erased data may still lie in it, since a reader was in the way: so
 * that it need not wait for another entry. store_guard() says whether it could. */
void journal_tidy(struct store *store);

/* From now on an append does not move a log that is long, by which one in a dozen takes ten times as long: its caller calls journal_tidy() when nobody waits
 * for it, by what store_guard() says. Erased data is cut by the append as before. */
void journal_tidy_apart(struct store *store);

/* "what" an entry says by which a supervisor took the state for the log though its anchor spoke against it: the log may have had entries behind
 * those before it that it has no more. */
#define JOURNAL_ANCHOR_ACCEPTED "anchor accepted"

uint64_t journal_size(const struct store *store);

/* The same after a look at what was appended since the last one, for a reading store. Reasons as of journal_checkpoint(). */
enum reason journal_newest_size(struct store *store, uint64_t *size, struct failure *failure);

/* The root of the log's first entries, so many, as it has them now: where it is another than it was, entries were taken away and others
 * written in their place. ENTRY_NOT_FOUND where it has fewer; LOG_BROKEN. */
enum reason journal_root(
    struct store *store, uint64_t size, uint8_t root[static DIGEST_BYTES], struct failure *failure);

/* The newest signed checkpoint, unless the store is held (signed note text, malloc'd into *text; caller frees). */
enum reason journal_checkpoint(struct store *store, char **text, struct failure *failure);

/* The receipt (tlog-proof) of an entry against the newest checkpoint, without the body where that was erased; malloc'd, caller frees. ENTRY_NOT_FOUND, also for an entry
 * that a store open for reading alone finds behind the last signed checkpoint; ENTRY_BROKEN. */
enum reason journal_receipt(struct store *store, uint64_t seq, char **text, struct failure *failure);

/* The plain receipt of an entry of that body and time, which were read proven; malloc'd, caller frees. NULL where it has no number for one. The
 * hold's reason, BAD_ARGUMENT, NO_MEMORY, CRYPTO_FAILED. */
enum reason journal_plain_receipt(
    struct store *store, const json_t *body, int64_t time_ms, char **text, struct failure *failure);

/* One entry as JSON {"head": {...}, "body": {...}}, proven to be the log's; caller decrefs. Where its body was erased, body is null and
 * "erased_by" the entry that says so, proven as well. ENTRY_NOT_FOUND; ENTRY_BROKEN, also where its body is not there otherwise. */
enum reason journal_read(struct store *store, uint64_t seq, json_t **entry, struct failure *failure);

/* A page of the entries that somebody looks for. Zeroed but for what the caller sets. */
struct journal_search {
    struct log_filter filter; /* borrowed texts */
    bool newest_first;
    bool
        begins_behind; /* the page begins behind the entry of that number, in its order; otherwise with the first */
    uint64_t after;
    uint64_t limit; /* entries in the page, at least 1 */
    uint64_t size;  /* of the log: journal_size() or journal_newest_size() */
    /* of the page: */
    json_t *entries; /* as journal_read() gives them; the caller decrefs, whatever the reason */
    uint64_t looked; /* the last entry that was looked at, where more is set */
    bool more;       /* there are others behind it: maybe none that the filter takes */
    uint64_t erased; /* of those looked at had no body any more: what they said the filter could not ask */
};

/* So many entries are looked at for one page: a filter that takes few would hold the thread for long. */
#define JOURNAL_SEARCH_LOOKS 4096

/* Reads the page. Reasons of journal_read(). */
enum reason journal_search(struct store *store, struct journal_search *search, struct failure *failure);

/* Renders one file of the tlog-tiles layout by its path ("checkpoint", "tile/0/000", "tile/entries/000.p/12",
 * "bodies/000.p/12") for a tree of the given size (<= journal_size). malloc'd, caller frees; ENTRY_NOT_FOUND
 * where that tree has no such file; ENTRY_ERASED where a body was erased by an entry behind the tree, unless it is of the events withheld
 * (LOG_EVENT_BIT of each), which the reader leaves out. The one source of exports, of the API's log routes and of verification. */
enum reason journal_render(struct store *store, uint64_t size, uint32_t withheld, const char *path,
    uint8_t **bytes, size_t *bytes_size, struct failure *failure);

/* Of how many entries the log is, at most, that is handed out without the bodies of these events (LOG_EVENT_BIT of each; 0: with all). Without those of
 * REDACTION_OF_MATCHES it is for people who may not know of discreet alerts, and heads alone would tell them that somebody works on a
 * match: they get the log as it was at the beginning of the day before now_ms (UTC), all the same. *size is 0 where it had
 * no entries then. The hold's reason; ENTRY_BROKEN. */
enum reason journal_handed_out_size(
    struct store *store, uint32_t events, int64_t now_ms, uint64_t *size, struct failure *failure);

/* The signed statement that the bodies of some events (LOG_EVENT_BIT of each) are withheld from an export of the tree of
 * that size (log/redaction.h); malloc'd text, caller frees; NULL unless DONE. log_redaction_make's reasons; ENTRY_NOT_FOUND where
 * the log is not that large, or that of which they may be withheld by now; the hold's reason, as for checkpoint and receipt. */
enum reason journal_redaction(
    struct store *store, uint64_t size, uint32_t events, char **note, struct failure *failure);

/* The open store as a source for verification and export. */
struct log_source log_source_store(struct store *store);

#endif
