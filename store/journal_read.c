/* journal_read.c: entries read back, each proven by the log's root and by what its head commits to. */
#include "store/journal.h"

#include <stdlib.h>
#include <string.h>

#include "json/parse.h"
#include "json/writer.h"
#include "log/entry_head.h"
#include "log/erasure.h"
#include "log/receipt.h"
#include "store/journal_body_internal.h"
#include "store/journal_read_internal.h"
#include "store/statement_internal.h"
#include "store/tree_internal.h"

struct stored_entry {
    uint8_t head[ENTRY_HEAD_SIZE];
    size_t head_size;
    uint8_t leaf[DIGEST_BYTES];
    uint8_t *salted; /* salt and body, malloc'd; NULL where they were erased ... */
    size_t salted_size, room;
    bool erased;
    uint64_t erased_by; /* ... by that entry */
};

static void stored_entry_finish(struct stored_entry *entry)
{
    if (entry->salted != NULL)
        memory_wipe(entry->salted, entry->room);
    free(entry->salted);
    *entry = (struct stored_entry){0};
}

static enum reason read_head(
    struct store *store, uint64_t seq, struct stored_entry *entry, struct failure *failure)
{
    struct statement read;
    statement_begin(&read, &store->database, STATEMENT_ENTRY_READ, failure);
    statement_bind_integer(&read, 1, (int64_t)seq);
    bool row = statement_next(&read);
    const void *head = row ? statement_column(read.row, 0, 1, ENTRY_HEAD_SIZE - 1, &entry->head_size) : NULL;
    enum reason reason = read.reason;
    if (head != NULL)
        memcpy(entry->head, head, entry->head_size);
    else if (reason == REASON_DONE)
        reason = journal_entry_broken(seq, row ? "its head is damaged" : "it is gone", failure);
    reason = statement_end(&read, reason);
    return reason == REASON_DONE
               ? merkle_leaf(store->digest, entry->head, entry->head_size, entry->leaf, failure)
               : reason;
}

/* The body must be the one that the head, which is proven, commits to. */
static enum reason check_body(
    struct store *store, uint64_t seq, const struct stored_entry *entry, struct failure *failure)
{
    struct entry_head head;
    uint8_t commitment[DIGEST_BYTES];
    TRY(entry_head_parse((const char *)entry->head, entry->head_size, &head, failure));
    TRY(digest_commit(store->digest, entry->salted, entry->salted + COMMIT_SALT_BYTES,
        entry->salted_size - COMMIT_SALT_BYTES, commitment, failure));
    if ((head.seq != seq || memcmp(commitment, head.commitment, DIGEST_BYTES) != 0))
        return journal_entry_broken(seq, "its body is not the one that its head commits to", failure);
    return REASON_DONE;
}

/* What stands in the body's row: the body, or which entry is said to have erased it. */
static enum reason read_body(
    struct store *store, uint64_t seq, struct stored_entry *entry, struct failure *failure)
{
    struct statement read;
    enum reason reason = REASON_DONE;
    statement_begin(&read, &store->database, STATEMENT_BODY_READ, failure);
    statement_bind_integer(&read, 1, (int64_t)seq);
    if (statement_next(&read)) {
        entry->erased = journal_body_erased(read.row, 0, &entry->erased_by);
        if (!entry->erased)
            reason = journal_body_open(
                store, seq, read.row, 0, &entry->salted, &entry->salted_size, &entry->room, failure);
    } else if (read.reason == REASON_DONE) {
        reason = journal_entry_broken(seq, "its body is gone without an erasure entry", failure);
    }
    reason = statement_end(&read, reason);
    return reason == REASON_DONE && !entry->erased ? check_body(store, seq, entry, failure) : reason;
}

static enum reason prove_head(struct store *store, uint64_t seq, uint64_t size,
    const uint8_t root[static DIGEST_BYTES], struct stored_entry *entry, struct merkle_proof *proof,
    struct failure *failure)
{
    *entry = (struct stored_entry){0};
    if (seq >= size)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, "log", "%llu of %llu entries",
            (unsigned long long)seq, (unsigned long long)size);
    TRY(read_head(store, seq, entry, failure));
    return tree_prove(store, seq, entry->leaf, size, root, proof, failure);
}

enum reason journal_prove_head(
    struct store *store, uint64_t seq, struct entry_head *head, struct failure *failure)
{
    const struct proven_state *state = &store->proven.state;
    struct stored_entry entry;
    struct merkle_proof proof;
    TRY(prove_head(store, seq, state->size, state->root, &entry, &proof, failure));
    return entry_head_parse((const char *)entry.head, entry.head_size, head, failure);
}

/* Reads and proves an entry within the snapshot that is open, against the tree of that size and root; but not by whom it was erased. */
static enum reason read_row(struct store *store, uint64_t seq, uint64_t size,
    const uint8_t root[static DIGEST_BYTES], struct stored_entry *entry, struct merkle_proof *proof,
    struct failure *failure)
{
    enum reason reason = prove_head(store, seq, size, root, entry, proof, failure);
    if (reason == REASON_DONE)
        reason = read_body(store, seq, entry, failure);
    if (reason != REASON_DONE)
        stored_entry_finish(entry);
    return reason;
}

static bool names(const struct stored_entry *erasing, uint64_t by, uint64_t seq)
{
    struct entry_head head;
    json_t *body = NULL;
    bool named =
        !erasing->erased &&
        entry_head_parse((const char *)erasing->head, erasing->head_size, &head, NULL) == REASON_DONE &&
        strcmp(head.event, log_event_name(LOG_EVENT_ERASURE)) == 0 &&
        json_parse(erasing->salted + COMMIT_SALT_BYTES, erasing->salted_size - COMMIT_SALT_BYTES, &body,
            NULL) == REASON_DONE &&
        log_erasure_names(body, by, seq);
    json_decref(body);
    return named;
}

/* Whoever writes the file may write such a number: the entry that it names must be the log's, and name this one. */
static enum reason prove_erasure(struct store *store, uint64_t seq, uint64_t by, struct failure *failure)
{
    const struct proven_state *state = &store->proven.state;
    struct stored_entry erasing;
    struct merkle_proof proof;
    if (by >= state->size)
        return journal_entry_broken(seq, "its body is gone without an erasure entry", failure);
    TRY(read_row(store, by, state->size, state->root, &erasing, &proof, failure));
    bool named = names(&erasing, by, seq);
    stored_entry_finish(&erasing);
    return named ? REASON_DONE
                 : journal_entry_broken(seq, "its body is gone without an erasure entry", failure);
}

static enum reason read_proven(struct store *store, uint64_t seq, uint64_t size,
    const uint8_t root[static DIGEST_BYTES], struct stored_entry *entry, struct merkle_proof *proof,
    struct failure *failure)
{
    TRY(read_row(store, seq, size, root, entry, proof, failure));
    enum reason reason = entry->erased ? prove_erasure(store, seq, entry->erased_by, failure) : REASON_DONE;
    if (reason != REASON_DONE)
        stored_entry_finish(entry);
    return reason;
}

enum reason journal_prove_entry(
    struct store *store, uint64_t seq, struct entry_head *head, struct failure *failure)
{
    const struct proven_state *state = &store->proven.state;
    struct stored_entry entry;
    struct merkle_proof proof;
    TRY(read_proven(store, seq, state->size, state->root, &entry, &proof, failure));
    enum reason reason = entry.erased
                             ? journal_entry_erased(seq, entry.erased_by, failure)
                             : entry_head_parse((const char *)entry.head, entry.head_size, head, failure);
    stored_entry_finish(&entry);
    return reason;
}

static enum reason read_newest(
    struct store *store, uint64_t seq, struct stored_entry *entry, struct failure *failure)
{
    struct merkle_proof proof;
    enum reason reason = snapshot_begin(store, failure);
    if (reason != REASON_DONE)
        return reason;
    reason =
        read_proven(store, seq, store->proven.state.size, store->proven.state.root, entry, &proof, failure);
    snapshot_end(store);
    return reason;
}

static enum reason parse_entry(
    uint64_t seq, const struct stored_entry *stored, json_t **entry, struct failure *failure)
{
    struct json_writer writer;
    json_t *head, *body = NULL;
    enum reason reason = json_parse(stored->head, stored->head_size, &head, NULL);
    if (reason == REASON_DONE && !stored->erased)
        reason = json_parse(
            stored->salted + COMMIT_SALT_BYTES, stored->salted_size - COMMIT_SALT_BYTES, &body, NULL);
    if (reason == REASON_BAD_JSON)
        reason = journal_entry_broken(seq, "its head or body is not JSON", failure);
    json_writer_object(&writer);
    json_write_value(&writer, "head", head);
    if (stored->erased) {
        json_write_null(&writer, "body");
        json_write_integer(&writer, "erased_by", (int64_t)stored->erased_by);
    } else {
        json_write_value(&writer, "body", body);
    }
    *entry = json_writer_end(&writer);
    if (*entry == NULL && reason != REASON_ENTRY_BROKEN)
        reason = failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
    return reason;
}

enum reason journal_read(struct store *store, uint64_t seq, json_t **entry, struct failure *failure)
{
    struct stored_entry stored;
    *entry = NULL;
    TRY(read_newest(store, seq, &stored, failure));
    enum reason reason = parse_entry(seq, &stored, entry, failure);
    stored_entry_finish(&stored);
    return reason;
}

enum reason journal_newest_size(struct store *store, uint64_t *size, struct failure *failure)
{
    *size = 0;
    TRY(store_check_held(store, failure));
    TRY(snapshot_begin(store, failure));
    snapshot_end(store);
    *size = journal_size(store);
    return REASON_DONE;
}

enum reason journal_root(
    struct store *store, uint64_t size, uint8_t root[static DIGEST_BYTES], struct failure *failure)
{
    TRY(snapshot_begin(store, failure));
    const uint64_t entries = store->proven.state.size;
    enum reason reason = size <= entries
                             ? tree_root(store, size, root, failure)
                             : failure_set(failure, REASON_ENTRY_NOT_FOUND, "log", "%llu of %llu entries",
                                   (unsigned long long)size, (unsigned long long)entries);
    snapshot_end(store);
    return reason;
}

enum reason journal_checkpoint(struct store *store, char **text, struct failure *failure)
{
    *text = NULL;
    TRY(store_check_held(store, failure));
    TRY(snapshot_begin(store, failure));
    snapshot_end(store);
    *text = strdup(store->checkpoint);
    return *text != NULL ? REASON_DONE : failure_set(failure, REASON_NO_MEMORY, "checkpoint", NULL);
}

enum reason journal_receipt(struct store *store, uint64_t seq, char **text, struct failure *failure)
{
    struct stored_entry stored;
    struct merkle_proof proof;
    *text = NULL;
    enum reason reason = store_check_held(store, failure);
    if (reason == REASON_DONE)
        reason = snapshot_begin(store, failure);
    if (reason != REASON_DONE)
        return reason;
    /* A reader who cannot sign has an older checkpoint than entries. */
    if (seq >= store->checkpoint_size && seq < store->proven.state.size)
        reason = failure_set(failure, REASON_ENTRY_NOT_FOUND, "log",
            "entry %llu is not yet covered by a signed checkpoint", (unsigned long long)seq);
    if (reason == REASON_DONE)
        reason =
            read_proven(store, seq, store->checkpoint_size, store->checkpoint_root, &stored, &proof, failure);
    snapshot_end(store);
    if (reason != REASON_DONE)
        return reason;
    struct receipt_entry entry = {.head = stored.head,
        .head_size = stored.head_size,
        .salt = stored.salted,
        .body = stored.erased ? NULL : stored.salted + COMMIT_SALT_BYTES,
        .body_size = stored.erased ? 0 : stored.salted_size - COMMIT_SALT_BYTES};
    reason = receipt_format(&entry, seq, &proof, store->checkpoint, text, failure);
    stored_entry_finish(&stored);
    return reason;
}
