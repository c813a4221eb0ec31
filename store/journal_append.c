/* journal_append.c: appends to the evidence log. One transaction: heads, sealed bodies, tree nodes, the proven state; then, and
 * only then, the new checkpoint is signed, anchored, and receipts are made. */
#include "store/journal_append_internal.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "crypto/random.h"
#include "log/entry_head.h"
#include "log/receipt.h"
#include "store/anchor_compare_internal.h"
#include "store/capture_note_internal.h"
#include "store/case_record_internal.h"
#include "store/document_internal.h"
#include "store/journal.h"
#include "store/journal_body_internal.h"
#include "store/probe_slot_internal.h"
#include "store/statement_internal.h"
#include "store/tree_internal.h"

void journal_outcome_finish(struct journal_outcome *outcome)
{
    if (outcome->receipt != NULL)
        memory_wipe(outcome->receipt, strlen(outcome->receipt));
    free(outcome->receipt);
    free(outcome->plain_receipt);
    *outcome = (struct journal_outcome){0};
}

uint64_t journal_size(const struct store *store)
{
    return store->proven.state.size;
}

/* --- One batch ----------------------------------------------------------------------------------------------- */

struct pending_entry {
    char head[ENTRY_HEAD_SIZE];
    size_t head_size;
    uint8_t leaf[DIGEST_BYTES];
    uint8_t salt[COMMIT_SALT_BYTES];
    char *body;
    size_t body_size;
    int64_t time_ms;
};

struct batch {
    struct store *store;
    const struct log_draft *drafts;
    const struct journal_change *const *changes; /* one for each draft or NULL; or NULL */
    const struct journal_companion *companion;   /* or NULL */
    size_t count;
    struct merkle_edge edge;  /* the tree to be */
    struct proven_state next; /* the state to be */
    struct proven_row row;    /* the same, sealed and written */
    struct pending_entry *entries;
    bool erases; /* a row is replaced or deleted: the write-ahead log is cut behind it */
};

static enum reason compose(struct batch *batch, struct pending_entry *entry, enum log_event event,
    const json_t *body, struct failure *failure)
{
    struct store *store = batch->store;
    entry->time_ms = store_now_ms();
    struct entry_head head = {.seq = batch->edge.size, .time_ms = (uint64_t)entry->time_ms};
    snprintf(head.event, sizeof head.event, "%s", log_event_name(event));
    memcpy(head.key_id, log_key_verifier(store->log_key)->id, LOG_KEY_ID_BYTES);
    TRY(log_body_bytes(body, &entry->body, &entry->body_size, failure));
    TRY(random_secret(entry->salt, sizeof entry->salt, failure));
    TRY(digest_commit(store->digest, entry->salt, entry->body, entry->body_size, head.commitment, failure));
    return entry_head_format(&head, entry->head, &entry->head_size, failure);
}

static enum reason insert_entry(struct batch *batch, struct pending_entry *entry, struct failure *failure)
{
    struct store *store = batch->store;
    struct database *database = &store->database;
    struct merkle_stored_node nodes[MERKLE_LEVELS_MAX];
    size_t count = 0;
    struct statement write;
    statement_begin(&write, database, STATEMENT_ENTRY_WRITE, failure);
    statement_bind_integer(&write, 1, (int64_t)batch->edge.size);
    statement_bind_blob(&write, 2, entry->head, entry->head_size);
    enum reason reason = statement_run(&write);
    if (reason == REASON_DONE)
        reason = merkle_leaf(store->digest, entry->head, entry->head_size, entry->leaf, failure);
    if (reason == REASON_DONE)
        reason = merkle_edge_append(&batch->edge, store->digest, entry->leaf, nodes, &count, failure);
    for (size_t i = 0; i < count && reason == REASON_DONE; i++) {
        statement_begin(&write, database, STATEMENT_NODE_WRITE, failure);
        statement_bind_integer(&write, 1, nodes[i].level);
        statement_bind_integer(&write, 2, (int64_t)nodes[i].index);
        statement_bind_blob(&write, 3, nodes[i].hash, DIGEST_BYTES);
        reason = statement_run(&write);
    }
    return reason;
}

/* What of the entry the next decision will rest on. */
static void note_entry(struct proven_state *next, enum log_event event, uint64_t seq,
    const struct pending_entry *entry, uint32_t clock_gap_days)
{
    next->last_entry_ms = entry->time_ms;
    if (clock_check(next->believed_ms, entry->time_ms, clock_gap_days, NULL) == REASON_DONE &&
        entry->time_ms > next->believed_ms)
        next->believed_ms = entry->time_ms;
    if (event == LOG_EVENT_START || event == LOG_EVENT_STOP) {
        next->run = event == LOG_EVENT_START ? PROVEN_RUN_START : PROVEN_RUN_STOP;
        next->run_seq = seq;
    }
}

/* What becomes durable with the entry. */
static enum reason change_rows(
    struct batch *batch, size_t number, uint64_t seq, json_t *body, struct failure *failure)
{
    const struct journal_companion *companion = batch->companion;
    const struct journal_change *change = batch->changes != NULL ? batch->changes[number] : NULL;
    if (companion != NULL)
        TRY(companion->run(companion->context, seq, &batch->next, body, failure));
    if (change == NULL)
        return REASON_DONE;
    TRY(document_apply(batch->store, &batch->next, change, body, &batch->erases, failure));
    if (change->note != NULL)
        TRY(capture_note_apply(batch->store, &batch->next, change->note, &batch->erases, failure));
    TRY(case_record_apply(batch->store, &batch->next, change, &batch->erases, failure));
    TRY(probe_slot_apply(batch->store, &batch->next, change, body, &batch->erases, failure));
    return change->slot != NULL ? log_body_pad(body, change->slot->body_least, failure) : REASON_DONE;
}

static enum reason add_entry(struct batch *batch, size_t number, struct failure *failure)
{
    const struct log_draft *draft = &batch->drafts[number];
    struct pending_entry *entry = &batch->entries[number];
    uint64_t seq = batch->edge.size;
    json_t *body;
    enum reason reason = log_body_begin(&batch->store->environment, draft, &body, failure);
    if (reason == REASON_DONE)
        reason = change_rows(batch, number, seq, body, failure);
    if (reason == REASON_DONE)
        reason = compose(batch, entry, draft->event, body, failure);
    if (reason == REASON_DONE)
        reason = insert_entry(batch, entry, failure);
    if (reason == REASON_DONE)
        reason = journal_body_write(batch->store, seq, entry->salt, entry->body, entry->body_size, failure);
    if (reason == REASON_DONE)
        note_entry(&batch->next, draft->event, seq, entry, batch->store->clock_gap_days);
    json_decref(body);
    return reason;
}

/* The state goes into the same commit as what it proves. */
static enum reason write_state(struct batch *batch, struct failure *failure)
{
    struct store *store = batch->store;
    batch->next.size = batch->edge.size;
    TRY(merkle_edge_root(&batch->edge, store->digest, batch->next.root, failure));
    return proven_state_write(&store->database, store->sealer, store->keys, store->digest, &batch->next,
        store->checkpoint, &batch->row, failure);
}

/* --- After an outcome that is not known --------------------------------------------------------------------------- */

/* Reads back, and proves, what is there; after an I/O error it first puts it into a new file on the disk. Until it succeeds the
 * store is not worked on. */
static enum reason settle(struct store *store, struct failure *failure)
{
    struct database *database = &store->database;
    enum reason reason = database->connection == NULL ? database_connect(database, failure) : REASON_DONE;
    if (reason == REASON_DONE && database->distrusted)
        reason = database_renew(database, failure);
    struct proven_row row = store->proven;
    char note[CHECKPOINT_NOTE_SIZE];
    bool changed = false;
    if (reason == REASON_DONE)
        reason = proven_state_read(
            database, store->sealer, store->keys, store->digest, &row, note, &changed, failure);
    if (reason == REASON_DONE && row.state.size < store->proven.state.size)
        reason = failure_set(failure, REASON_LOG_INCOMPLETE, database->directory,
            "%llu entries where there were %llu", (unsigned long long)row.state.size,
            (unsigned long long)store->proven.state.size);
    if (reason == REASON_DONE) {
        struct proven_row before = store->proven;
        store->proven = row;
        reason = tree_load(store, failure);
        if (reason == REASON_DONE)
            reason = tree_check_past(store, before.state.size, before.state.root, failure);
        if (reason == REASON_DONE)
            reason = tree_sign(store, failure);
        if (reason != REASON_DONE)
            store->proven = before;
    }
    /* An unproven state is not worked on: the next call tries again. */
    if (reason != REASON_DONE)
        database_disconnect(database);
    return reason;
}

/* --- Commit, sign, anchor, receipt ----------------------------------------------------------------------------- */

/* After COMMIT has been tried there is no "nothing was written" any more, but for a full disk that shows the old state. The
 * connection is thrown away; what a new one reads back, put into a new file after an I/O error, is what runs on. */
static enum reason after_failed_commit(struct store *store, struct failure *failure)
{
    bool full = (sqlite3_errcode(store->database.connection) & 0xff) == SQLITE_FULL;
    uint64_t size = store->proven.state.size;
    struct failure commit = {0}, settling = {0};
    char what[FAILURE_WHAT_SIZE];
    database_failure(&store->database, "commit", &commit);
    database_disconnect(&store->database);
    enum reason reason = settle(store, &settling);
    bool there = store->proven.state.size != size;
    if (reason == REASON_DONE && full && !there)
        return failure_set(failure, REASON_DISK_FULL, store->database.directory, N_("nothing was written"));
    return failure_set(failure, REASON_OUTCOME_UNKNOWN, store->database.directory, "%s; %s%s", commit.detail,
        reason != REASON_DONE ? "it can't be read back yet: "
        : there               ? "read back, it is there"
                              : "read back, it is not there",
        reason != REASON_DONE ? failure_what(&settling, what) : "");
}

/* A failure from here on leaves a durable entry: its outcome is said to be unknown, never "not written". */
static enum reason unknown(
    struct store *store, const char *what, const struct failure *cause, struct failure *failure)
{
    char why[FAILURE_WHAT_SIZE];
    return failure_set(failure, REASON_OUTCOME_UNKNOWN, store->database.directory, "recorded, but %s: %s%s%s",
        what, cause->subject, cause->subject[0] != '\0' ? ": " : "", failure_what(cause, why));
}

static enum reason batch_commit(struct batch *batch, struct failure *failure)
{
    struct store *store = batch->store;
    struct failure cause = {0};
    struct statement commit;
    statement_begin(&commit, &store->database, STATEMENT_COMMIT, failure);
    if (commit.reason != REASON_DONE) {
        database_rollback(&store->database);
        return statement_end(&commit, REASON_DONE);
    }
    if (statement_run(&commit) != REASON_DONE)
        return after_failed_commit(store, failure);
    store->edge = batch->edge;
    store->proven = batch->row;
    /* Sign only what is durable: two signed roots for one size would be a fork. */
    if (tree_sign(store, &cause) != REASON_DONE)
        return unknown(store, "not signed yet", &cause, failure);
    if (anchor_is_set(&store->anchor) && store->anchor.receipts_wait &&
        anchor_advance(store, &cause) != REASON_DONE)
        return unknown(store, "not anchored", &cause, failure);
    return REASON_DONE;
}

static enum reason make_receipt(struct store *store, uint64_t seq, const struct pending_entry *entry,
    struct journal_outcome *outcome, struct failure *failure)
{
    struct merkle_proof proof;
    outcome->seq = seq;
    outcome->time_ms = entry->time_ms;
    TRY(tree_prove(
        store, seq, entry->leaf, store->proven.state.size, store->proven.state.root, &proof, failure));
    struct receipt_entry said = {.head = (const uint8_t *)entry->head,
        .head_size = entry->head_size,
        .salt = entry->salt,
        .body = (const uint8_t *)entry->body,
        .body_size = entry->body_size};
    return receipt_format(&said, seq, &proof, store->checkpoint, &outcome->receipt, failure);
}

static enum reason make_receipts(
    const struct batch *batch, struct journal_outcome *outcomes, struct failure *failure)
{
    struct store *store = batch->store;
    struct failure cause = {0};
    uint64_t first = store->proven.state.size - batch->count;
    for (size_t i = 0; i < batch->count; i++)
        if (make_receipt(store, first + i, &batch->entries[i], &outcomes[i], &cause) != REASON_DONE ||
            journal_plain_receipt(store, batch->drafts[i].body, outcomes[i].time_ms,
                &outcomes[i].plain_receipt, &cause) != REASON_DONE)
            return unknown(store, "without a receipt", &cause, failure);
    return REASON_DONE;
}

/* Somebody who writes the file while it is open changes the row under us; his rows are not built upon. */
static enum reason check_row(struct store *store, struct failure *failure)
{
    struct proven_row row = store->proven;
    char note[CHECKPOINT_NOTE_SIZE];
    bool changed;
    TRY(proven_state_read(
        &store->database, store->sealer, store->keys, store->digest, &row, note, &changed, failure));
    if (changed)
        return failure_set(failure, REASON_STATE_UNPROVEN, store->database.directory,
            "somebody else wrote the row that proves it");
    return REASON_DONE;
}

static enum reason batch_write(struct batch *batch, struct failure *failure)
{
    struct store *store = batch->store;
    TRY(database_begin_writing(&store->database, failure));
    enum reason reason = check_row(store, failure);
    for (size_t i = 0; i < batch->count && reason == REASON_DONE; i++)
        reason = add_entry(batch, i, failure);
    if (reason == REASON_DONE)
        reason = write_state(batch, failure);
    if (reason != REASON_DONE) {
        database_rollback(&store->database);
        return reason;
    }
    store->database.truncation_owed = store->database.truncation_owed || batch->erases;
    return batch_commit(batch, failure);
}

/* --- Before a batch ---------------------------------------------------------------------------------------------- */

static enum reason make_ready(struct store *store, struct failure *failure)
{
    if (store->database.access != STORE_WRITE)
        return failure_set(
            failure, REASON_NOT_PERMITTED, store->database.directory, "it is open for reading");
    enum reason reason = store_check_held(store, failure);
    if (reason == REASON_DONE && (store->database.connection == NULL || store->database.distrusted))
        return settle(store, failure);
    return reason;
}

static void batch_init(struct batch *batch, struct store *store)
{
    batch->store = store;
    batch->edge = store->edge;
    batch->row = store->proven;
    batch->next = store->proven.state;
    batch->next.signed_size = store->checkpoint_size;
    memcpy(batch->next.signed_root, store->checkpoint_root, DIGEST_BYTES);
}

static void batch_finish(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->entries[i].body != NULL)
            memory_wipe(batch->entries[i].body, batch->entries[i].body_size);
        free(batch->entries[i].body);
    }
    memory_wipe(batch->entries, batch->count * sizeof *batch->entries);
    free(batch->entries);
}

/* What was erased is durable and recorded as such, whatever becomes of the write-ahead log: where a reader is in the way now, it is
 * truncated at the next occasion; where it can't be truncated at all, a new file takes the place of both. */
static void tidy(struct database *database)
{
    if (database->connection == NULL)
        return;
    bool owed = database->truncation_owed && !database->distrusted;
    database_tidy(database);
    if (owed && database->distrusted)
        (void)database_renew(database, NULL);
}

/* batch: what is to be written; the rest is filled in here. */
static enum reason append(
    struct store *store, struct batch *batch, struct journal_outcome *outcomes, struct failure *failure)
{
    struct failure why = {0};
    memset(outcomes, 0, batch->count * sizeof *outcomes);
    if (batch->count == 0)
        return REASON_DONE;
    TRY(make_ready(store, failure));
    batch_init(batch, store);
    batch->entries = calloc(batch->count, sizeof *batch->entries);
    if (batch->entries == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
    enum reason reason = batch_write(batch, &why);
    if (reason == REASON_DONE)
        reason = make_receipts(batch, outcomes, &why);
    if (reason == REASON_STATE_LOST)
        store->held = why;
    if (failure != NULL && reason != REASON_DONE)
        *failure = why;
    for (size_t i = 0; i < batch->count && reason != REASON_DONE; i++)
        journal_outcome_finish(&outcomes[i]);
    batch_finish(batch);
    if (!store->tidied_apart || store->database.truncation_owed)
        tidy(&store->database);
    return reason;
}

enum reason journal_append_with(struct store *store, const struct log_draft *drafts, size_t count,
    const struct journal_companion *companion, struct journal_outcome *outcomes, struct failure *failure)
{
    struct batch batch = {.drafts = drafts, .count = count, .companion = companion};
    return append(store, &batch, outcomes, failure);
}

enum reason journal_append_changing(struct store *store, const struct log_draft *drafts,
    const struct journal_change *const *changes, size_t count, struct journal_outcome *outcomes,
    struct failure *failure)
{
    struct batch batch = {.drafts = drafts, .count = count, .changes = changes};
    return append(store, &batch, outcomes, failure);
}

enum reason journal_append(struct store *store, const struct log_draft *drafts, size_t count,
    struct journal_outcome *outcomes, struct failure *failure)
{
    return journal_append_with(store, drafts, count, NULL, outcomes, failure);
}

void journal_tidy(struct store *store)
{
    if (store->held.reason == REASON_DONE &&
        (store->database.truncation_owed || database_log_is_long(&store->database)))
        tidy(&store->database);
}

void journal_tidy_apart(struct store *store)
{
    store->tidied_apart = true;
}

enum reason journal_anchor(struct store *store, struct failure *failure)
{
    if (store->held.reason != REASON_DONE || !anchor_is_set(&store->anchor) ||
        (store->anchor.size == store->checkpoint_size && store->anchor.failure.reason == REASON_DONE))
        return REASON_DONE;
    return anchor_advance(store, failure);
}

enum reason journal_seal_checkpoint(struct store *store, struct failure *failure)
{
    struct proven_state next = store->proven.state;
    struct proven_row row = store->proven;
    if (store->held.reason != REASON_DONE || store->database.connection == NULL ||
        store->database.distrusted || next.signed_size == store->checkpoint_size)
        return REASON_DONE;
    next.signed_size = store->checkpoint_size;
    memcpy(next.signed_root, store->checkpoint_root, DIGEST_BYTES);
    TRY(database_begin_writing(&store->database, failure));
    enum reason reason = check_row(store, failure);
    if (reason == REASON_DONE)
        reason = proven_state_write(&store->database, store->sealer, store->keys, store->digest, &next,
            store->checkpoint, &row, failure);
    if (reason == REASON_DONE)
        reason = statement_act(&store->database, STATEMENT_COMMIT, failure);
    if (reason == REASON_DONE)
        store->proven = row;
    else
        database_rollback(&store->database);
    return reason;
}
