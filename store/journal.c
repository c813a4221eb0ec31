/* journal.c: appends to the evidence log. One transaction: heads, sealed bodies, tree nodes, the tree's size and root;
 * then, and only then, the new checkpoint is signed and receipts are made. */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "log/entry_head.h"
#include "crypto/random.h"
#include "log/receipt.h"
#include "store/journal_internal.h"

void journal_outcome_finish(struct journal_outcome *outcome)
{
    if (outcome->receipt != NULL)
        memory_wipe(outcome->receipt, strlen(outcome->receipt));
    free(outcome->receipt);
    *outcome = (struct journal_outcome){0};
}

enum reason journal_set_environment(
    struct store *store, const char *build, const char *configuration_hash, struct failure *failure)
{
    if (strlen(build) >= sizeof store->environment.build ||
        strlen(configuration_hash) >= sizeof store->environment.configuration)
        return failure_set(failure, REASON_BAD_ARGUMENT, "log environment", "build or hash is too long");
    snprintf(store->environment.build, sizeof store->environment.build, "%s", build);
    snprintf(
        store->environment.configuration, sizeof store->environment.configuration, "%s", configuration_hash);
    return REASON_DONE;
}

uint64_t journal_size(const struct store *store)
{
    return store->edge.size;
}

void journal_body_place(const struct store *store, uint64_t seq, struct sealed_place *place)
{
    *place =
        (struct sealed_place){.table = "body", .column = "sealed", .epoch = STORE_KEY_EPOCH, .version = seq};
    memcpy(place->database, store->id, SEALED_ID_BYTES);
    for (size_t i = 0; i < 8; i++)
        place->id[SEALED_ID_BYTES - 1 - i] = (uint8_t)(seq >> (8 * i));
}

enum reason journal_token(
    struct store *store, const char *text, uint8_t token[static JOURNAL_TOKEN_BYTES], struct failure *failure)
{
    uint8_t code[DIGEST_BYTES];
    enum reason reason =
        digest_hmac(store->digest, store->keys->search, KEY_BYTES, text, strlen(text), code, failure);
    memcpy(token, code, JOURNAL_TOKEN_BYTES);
    return reason;
}

/* --- One batch ----------------------------------------------------------------------------------------------- */

struct pending_entry {
    char head[ENTRY_HEAD_SIZE];
    size_t head_size;
    uint8_t salt[COMMIT_SALT_BYTES];
    char *body;
    size_t body_size;
    int64_t time_ms;
};

struct batch {
    struct store *store;
    struct merkle_edge edge; /* the tree to be */
    struct pending_entry *entries;
    size_t count;
    sqlite3_stmt *insert_entry, *insert_body, *insert_token, *insert_node, *update_tree;
};

static enum reason batch_prepare(struct batch *batch, struct failure *failure)
{
    const struct {
        sqlite3_stmt **statement;
        const char *sql;
    } rows[] = {
        {&batch->insert_entry, "INSERT INTO entry VALUES (?, ?)"},
        {&batch->insert_body, "INSERT INTO body VALUES (?, ?, ?)"},
        {&batch->insert_token, "INSERT INTO body_token VALUES (?, ?)"},
        {&batch->insert_node, "INSERT INTO node VALUES (?, ?, ?)"},
        {&batch->update_tree, "UPDATE tree SET size = ?, root = ?, checkpoint = ?"},
    };
    enum reason reason = REASON_DONE;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && reason == REASON_DONE; i++)
        reason = store_prepare(batch->store, rows[i].sql, rows[i].statement, failure);
    return reason;
}

static void batch_finish(struct batch *batch)
{
    sqlite3_finalize(batch->insert_entry);
    sqlite3_finalize(batch->insert_body);
    sqlite3_finalize(batch->insert_token);
    sqlite3_finalize(batch->insert_node);
    sqlite3_finalize(batch->update_tree);
    batch->insert_entry = batch->insert_body = batch->insert_token = batch->insert_node = NULL;
    batch->update_tree = NULL;
}

static enum reason compose(struct batch *batch, struct pending_entry *entry, enum log_event event,
    const json_t *body, struct failure *failure)
{
    struct store *store = batch->store;
    entry->time_ms = store_now_ms();
    struct entry_head head = {.seq = batch->edge.size, .time_ms = (uint64_t)entry->time_ms};
    snprintf(head.event, sizeof head.event, "%s", log_event_name(event));
    memcpy(head.key_id, log_key_verifier(store->log_key)->id, LOG_KEY_ID_BYTES);
    enum reason reason = log_body_bytes(body, &entry->body, &entry->body_size, failure);
    if (reason == REASON_DONE)
        reason = random_secret(entry->salt, sizeof entry->salt, failure);
    if (reason == REASON_DONE)
        reason = digest_commit(
            store->digest, entry->salt, entry->body, entry->body_size, head.commitment, failure);
    if (reason == REASON_DONE)
        reason = entry_head_format(&head, entry->head, &entry->head_size, failure);
    return reason;
}

/* Salt and body are sealed together under a key of their own: erasing it erases both. */
static enum reason insert_body(
    struct batch *batch, const struct pending_entry *entry, uint64_t seq, struct failure *failure)
{
    struct store *store = batch->store;
    struct sealed_place place;
    uint8_t key[KEY_BYTES], wrapped[SEALED_WRAPPED_KEY_BYTES];
    size_t plain_size = COMMIT_SALT_BYTES + entry->body_size, size = sealed_size(plain_size);
    uint8_t *plain = malloc(plain_size), *sealed = malloc(size);
    journal_body_place(store, seq, &place);
    enum reason reason = plain != NULL && sealed != NULL
                             ? random_secret(key, sizeof key, failure)
                             : failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
    if (reason == REASON_DONE) {
        memcpy(plain, entry->salt, COMMIT_SALT_BYTES);
        memcpy(plain + COMMIT_SALT_BYTES, entry->body, entry->body_size);
        reason = sealed_record_seal(store->sealer, key, &place, plain, plain_size, sealed, size, failure);
    }
    if (reason == REASON_DONE)
        reason = sealed_record_wrap_key(store->sealer, store->keys->body, &place, key, wrapped, failure);
    if (reason == REASON_DONE) {
        sqlite3_bind_int64(batch->insert_body, 1, (sqlite3_int64)seq);
        sqlite3_bind_blob(batch->insert_body, 2, wrapped, sizeof wrapped, SQLITE_STATIC);
        sqlite3_bind_blob64(batch->insert_body, 3, sealed, size, SQLITE_STATIC);
        reason = store_run(store, batch->insert_body, failure);
    }
    memory_wipe(key, sizeof key);
    if (plain != NULL)
        memory_wipe(plain, plain_size);
    free(plain);
    free(sealed);
    return reason;
}

static enum reason insert_token(
    struct batch *batch, const json_t *body, uint64_t seq, struct failure *failure)
{
    const char *transaction = json_string_value(json_object_get(body, "transaction"));
    if (transaction == NULL)
        return REASON_DONE;
    uint8_t token[JOURNAL_TOKEN_BYTES];
    enum reason reason = journal_token(batch->store, transaction, token, failure);
    if (reason != REASON_DONE)
        return reason;
    sqlite3_bind_blob(batch->insert_token, 1, token, sizeof token, SQLITE_STATIC);
    sqlite3_bind_int64(batch->insert_token, 2, (sqlite3_int64)seq);
    return store_run(batch->store, batch->insert_token, failure);
}

static enum reason insert_entry(
    struct batch *batch, const struct pending_entry *entry, struct failure *failure)
{
    struct store *store = batch->store;
    uint8_t leaf[DIGEST_BYTES];
    struct merkle_stored_node nodes[MERKLE_LEVELS_MAX];
    size_t count = 0;
    sqlite3_bind_int64(batch->insert_entry, 1, (sqlite3_int64)batch->edge.size);
    sqlite3_bind_blob(batch->insert_entry, 2, entry->head, (int)entry->head_size, SQLITE_STATIC);
    enum reason reason = store_run(store, batch->insert_entry, failure);
    if (reason == REASON_DONE)
        reason = merkle_leaf(store->digest, entry->head, entry->head_size, leaf, failure);
    if (reason == REASON_DONE)
        reason = merkle_edge_append(&batch->edge, store->digest, leaf, nodes, &count, failure);
    for (size_t i = 0; i < count && reason == REASON_DONE; i++) {
        sqlite3_bind_int64(batch->insert_node, 1, nodes[i].level);
        sqlite3_bind_int64(batch->insert_node, 2, (sqlite3_int64)nodes[i].index);
        sqlite3_bind_blob(batch->insert_node, 3, nodes[i].hash, DIGEST_BYTES, SQLITE_STATIC);
        reason = store_run(store, batch->insert_node, failure);
    }
    return reason;
}

static enum reason add_entry(struct batch *batch, const struct log_draft *draft,
    const struct journal_companion *companion, struct pending_entry *entry, struct failure *failure)
{
    uint64_t seq = batch->edge.size;
    json_t *body;
    enum reason reason = log_body_begin(&batch->store->environment, draft, &body, failure);
    if (reason == REASON_DONE && companion != NULL)
        reason = companion->run(companion->context, seq, body, failure);
    if (reason == REASON_DONE)
        reason = compose(batch, entry, draft->event, body, failure);
    if (reason == REASON_DONE)
        reason = insert_entry(batch, entry, failure);
    if (reason == REASON_DONE)
        reason = insert_body(batch, entry, seq, failure);
    if (reason == REASON_DONE)
        reason = insert_token(batch, body, seq, failure);
    json_decref(body);
    return reason;
}

static enum reason write_tree(struct batch *batch, struct failure *failure)
{
    uint8_t root[DIGEST_BYTES];
    enum reason reason = merkle_edge_root(&batch->edge, batch->store->digest, root, failure);
    if (reason != REASON_DONE)
        return reason;
    sqlite3_bind_int64(batch->update_tree, 1, (sqlite3_int64)batch->edge.size);
    sqlite3_bind_blob(batch->update_tree, 2, root, sizeof root, SQLITE_STATIC);
    sqlite3_bind_text(batch->update_tree, 3, batch->store->checkpoint, -1, SQLITE_STATIC);
    return store_run(batch->store, batch->update_tree, failure);
}

/* A failed commit may or may not have reached the disk, whatever it says: only a new connection tells what is there, and
 * even that not whether it is durable. */
static enum reason after_failed_commit(struct store *store, uint64_t size, struct failure *failure)
{
    bool full = (sqlite3_errcode(store->database) & 0xff) == SQLITE_FULL;
    struct failure commit;
    store_failure(store, "commit", &commit);
    store_disconnect(store);
    enum reason reason = store_connect(store, failure);
    if (reason == REASON_DONE)
        reason = store_load_tree(store, failure);
    if (reason == REASON_DONE && full && store->edge.size == size)
        return failure_set(failure, REASON_DISK_FULL, store->directory, "nothing was written");
    return failure_set(failure, REASON_OUTCOME_UNKNOWN, store->directory, "%s", commit.detail);
}

static enum reason batch_commit(struct batch *batch, struct failure *failure)
{
    struct store *store = batch->store;
    uint8_t root[DIGEST_BYTES];
    batch_finish(batch);
    if (sqlite3_exec(store->database, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        return after_failed_commit(store, store->edge.size, failure);
    store->edge = batch->edge;
    /* Sign only what is durable: two signed roots for one size would be a fork. */
    enum reason reason = merkle_edge_root(&store->edge, store->digest, root, failure);
    if (reason == REASON_DONE)
        reason = checkpoint_sign(store->log_key, store->edge.size, root, store->checkpoint, NULL, failure);
    return reason;
}

static enum reason make_receipts(
    const struct batch *batch, struct journal_outcome *outcomes, struct failure *failure)
{
    struct store *store = batch->store;
    enum reason reason = REASON_DONE;
    for (size_t i = 0; i < batch->count && reason == REASON_DONE; i++) {
        const struct pending_entry *entry = &batch->entries[i];
        struct merkle_proof proof;
        outcomes[i].seq = store->edge.size - batch->count + i;
        outcomes[i].time_ms = entry->time_ms;
        reason = merkle_prove_inclusion(
            store_node_reader(store), store->digest, outcomes[i].seq, store->edge.size, &proof, failure);
        if (reason != REASON_DONE)
            break;
        struct receipt_entry said = {.head = (const uint8_t *)entry->head,
            .head_size = entry->head_size,
            .salt = entry->salt,
            .body = (const uint8_t *)entry->body,
            .body_size = entry->body_size};
        reason =
            receipt_format(&said, outcomes[i].seq, &proof, store->checkpoint, &outcomes[i].receipt, failure);
    }
    return reason;
}

static enum reason batch_run(struct batch *batch, const struct log_draft *drafts,
    const struct journal_companion *companion, struct journal_outcome *outcomes, struct failure *failure)
{
    struct store *store = batch->store;
    enum reason reason = store_execute(store, "BEGIN IMMEDIATE", failure);
    if (reason != REASON_DONE)
        return reason;
    reason = batch_prepare(batch, failure);
    for (size_t i = 0; i < batch->count && reason == REASON_DONE; i++)
        reason = add_entry(batch, &drafts[i], companion, &batch->entries[i], failure);
    if (reason == REASON_DONE)
        reason = write_tree(batch, failure);
    if (reason != REASON_DONE) {
        batch_finish(batch);
        sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
        return reason;
    }
    reason = batch_commit(batch, failure);
    if (reason != REASON_DONE)
        return reason;
    if (store->truncation_owed)
        store_truncate_wal(store);
    /* The entries are durable; only their receipts are missing, and those can be asked for later. */
    if (make_receipts(batch, outcomes, failure) != REASON_DONE)
        return failure_set(
            failure, REASON_OUTCOME_UNKNOWN, store->directory, "recorded, but without a receipt");
    return REASON_DONE;
}

enum reason journal_append_with(struct store *store, const struct log_draft *drafts, size_t count,
    const struct journal_companion *companion, struct journal_outcome *outcomes, struct failure *failure)
{
    memset(outcomes, 0, count * sizeof *outcomes);
    if (count == 0)
        return REASON_DONE;
    if (store->database == NULL)
        return failure_set(
            failure, REASON_STORE_ERROR, store->directory, "the database could not be opened again");
    struct batch batch = {.store = store, .edge = store->edge, .count = count};
    batch.entries = calloc(count, sizeof *batch.entries);
    if (batch.entries == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
    enum reason reason = batch_run(&batch, drafts, companion, outcomes, failure);
    for (size_t i = 0; i < count; i++) {
        if (batch.entries[i].body != NULL)
            memory_wipe(batch.entries[i].body, batch.entries[i].body_size);
        free(batch.entries[i].body);
        if (reason != REASON_DONE)
            journal_outcome_finish(&outcomes[i]);
    }
    memory_wipe(batch.entries, count * sizeof *batch.entries);
    free(batch.entries);
    return reason;
}

enum reason journal_append(struct store *store, const struct log_draft *drafts, size_t count,
    struct journal_outcome *outcomes, struct failure *failure)
{
    return journal_append_with(store, drafts, count, NULL, outcomes, failure);
}
