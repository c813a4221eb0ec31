/* journal_read.c: the log's rows read back: entries, receipts, the tree, the files of the tlog-tiles layout. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "log/entry_head.h"
#include "log/receipt.h"
#include "store/journal_internal.h"
#include "log/tile_path.h"

/* --- The tree ------------------------------------------------------------------------------------------------ */

static enum reason read_node(
    void *context, unsigned level, uint64_t index, uint8_t hash[static DIGEST_BYTES], struct failure *failure)
{
    struct store *store = context;
    sqlite3_stmt *statement;
    bool row;
    enum reason reason =
        store_prepare(store, "SELECT hash FROM node WHERE level = ? AND place = ?", &statement, failure);
    if (reason != REASON_DONE)
        return reason;
    sqlite3_bind_int64(statement, 1, level);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)index);
    reason = store_step(store, statement, &row, failure);
    if (reason == REASON_DONE && (!row || sqlite3_column_bytes(statement, 0) != DIGEST_BYTES))
        reason = failure_set(failure, REASON_LOG_INCOMPLETE, store->directory,
            "the tree's node %u/%llu is missing", level, (unsigned long long)index);
    if (reason == REASON_DONE)
        memcpy(hash, sqlite3_column_blob(statement, 0), DIGEST_BYTES);
    sqlite3_finalize(statement);
    return reason;
}

struct merkle_reader store_node_reader(struct store *store)
{
    return (struct merkle_reader){.read = read_node, .context = store};
}

static enum reason root_of_size(
    struct store *store, uint64_t size, uint8_t root[static DIGEST_BYTES], struct failure *failure)
{
    struct merkle_edge edge;
    enum reason reason = merkle_edge_load(&edge, size, store_node_reader(store), failure);
    return reason == REASON_DONE ? merkle_edge_root(&edge, store->digest, root, failure) : reason;
}

struct tree_row {
    uint64_t size;
    uint8_t root[DIGEST_BYTES];
    char checkpoint[CHECKPOINT_NOTE_SIZE];
};

static enum reason read_tree_row(struct store *store, struct tree_row *tree, struct failure *failure)
{
    sqlite3_stmt *statement;
    bool row;
    *tree = (struct tree_row){0};
    enum reason reason = store_prepare(store, "SELECT size, root, checkpoint FROM tree", &statement, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = store_step(store, statement, &row, failure);
    if (reason == REASON_DONE && (!row || sqlite3_column_int64(statement, 0) < 0 ||
                                     sqlite3_column_bytes(statement, 1) != DIGEST_BYTES ||
                                     sqlite3_column_bytes(statement, 2) >= CHECKPOINT_NOTE_SIZE))
        reason = failure_set(failure, REASON_LOG_BROKEN, store->directory, "the tree's row is damaged");
    if (reason == REASON_DONE) {
        tree->size = (uint64_t)sqlite3_column_int64(statement, 0);
        memcpy(tree->root, sqlite3_column_blob(statement, 1), DIGEST_BYTES);
        snprintf(
            tree->checkpoint, sizeof tree->checkpoint, "%s", (const char *)sqlite3_column_text(statement, 2));
    }
    sqlite3_finalize(statement);
    return reason;
}

/* The last checkpoint that was signed before the newest commit must be one that this tree extends: otherwise whoever
 * wrote the file would have us sign another history. */
static enum reason check_signed_past(
    struct store *store, const struct tree_row *tree, struct checkpoint *signed_past, struct failure *failure)
{
    struct checkpoint past;
    uint8_t root[DIGEST_BYTES];
    enum reason reason = checkpoint_verify(
        tree->checkpoint, strlen(tree->checkpoint), log_key_verifier(store->log_key), &past, failure);
    *signed_past = past;
    if (reason == REASON_DONE && past.size > tree->size)
        reason = failure_set(failure, REASON_LOG_INCOMPLETE, store->directory,
            "%llu entries where %llu were signed", (unsigned long long)tree->size,
            (unsigned long long)past.size);
    if (reason == REASON_DONE)
        reason = root_of_size(store, past.size, root, failure);
    if (reason == REASON_DONE && memcmp(root, past.root, DIGEST_BYTES) != 0)
        reason = failure_set(failure, REASON_LOG_BROKEN, store->directory,
            "its first %llu entries are not those that were signed", (unsigned long long)past.size);
    return reason;
}

/* Whether the durable tree begins with that one: nothing is signed, or followed, that rewrites what was. */
static enum reason check_prefix(
    struct store *store, uint64_t size, const uint8_t root[static DIGEST_BYTES], struct failure *failure)
{
    uint8_t whole[DIGEST_BYTES];
    struct merkle_proof proof;
    if (size == 0)
        return REASON_DONE;
    enum reason reason = merkle_edge_root(&store->edge, store->digest, whole, failure);
    if (reason == REASON_DONE)
        reason = merkle_prove_consistency(
            store_node_reader(store), store->digest, size, store->edge.size, &proof, failure);
    if (reason == REASON_DONE)
        reason =
            merkle_check_consistency(store->digest, size, root, store->edge.size, whole, &proof, failure);
    if (reason == REASON_PROOF_BROKEN || reason == REASON_LOG_FORKED)
        return failure_set(failure, REASON_LOG_BROKEN, store->directory,
            "the stored tree does not begin with its first %llu entries", (unsigned long long)size);
    return reason;
}

static enum reason refresh_tree(struct store *store, const struct tree_row *tree, struct failure *failure)
{
    uint8_t root[DIGEST_BYTES];
    enum reason reason = merkle_edge_load(&store->edge, tree->size, store_node_reader(store), failure);
    if (reason == REASON_DONE)
        reason = merkle_edge_root(&store->edge, store->digest, root, failure);
    if (reason == REASON_DONE && memcmp(root, tree->root, DIGEST_BYTES) != 0)
        reason = failure_set(failure, REASON_LOG_BROKEN, store->directory,
            "the tree's nodes do not give its root of %llu entries", (unsigned long long)tree->size);
    if (reason == REASON_DONE)
        reason = checkpoint_sign(store->log_key, tree->size, root, store->checkpoint, NULL, failure);
    return reason;
}

enum reason store_load_tree(struct store *store, struct failure *failure)
{
    struct tree_row tree;
    struct checkpoint past = {0};
    enum reason reason = read_tree_row(store, &tree, failure);
    if (reason == REASON_DONE)
        reason = check_signed_past(store, &tree, &past, failure);
    if (reason == REASON_DONE)
        reason = refresh_tree(store, &tree, failure);
    return reason == REASON_DONE ? check_prefix(store, past.size, past.root, failure) : reason;
}

/* A reading store follows the writing one. */
static enum reason follow(struct store *store, struct failure *failure)
{
    struct tree_row tree;
    if (store->access == STORE_WRITE)
        return REASON_DONE;
    enum reason reason = read_tree_row(store, &tree, failure);
    if (reason != REASON_DONE || tree.size == store->edge.size)
        return reason;
    uint64_t size = store->edge.size;
    uint8_t root[DIGEST_BYTES];
    reason = merkle_edge_root(&store->edge, store->digest, root, failure);
    if (reason == REASON_DONE)
        reason = refresh_tree(store, &tree, failure);
    return reason == REASON_DONE ? check_prefix(store, size, root, failure) : reason;
}

enum reason journal_checkpoint(struct store *store, char **text, struct failure *failure)
{
    *text = NULL;
    enum reason reason = follow(store, failure);
    if (reason != REASON_DONE)
        return reason;
    *text = strdup(store->checkpoint);
    return *text != NULL ? REASON_DONE : failure_set(failure, REASON_NO_MEMORY, "checkpoint", NULL);
}

/* --- Entries ------------------------------------------------------------------------------------------------- */

struct stored_entry {
    uint8_t head[ENTRY_HEAD_SIZE];
    size_t head_size;
    uint8_t *salted; /* salt and body, malloc'd; NULL where erased */
    size_t salted_size, room;
};

static void stored_entry_finish(struct stored_entry *entry)
{
    if (entry->salted != NULL)
        memory_wipe(entry->salted, entry->room);
    free(entry->salted);
}

static enum reason broken(uint64_t seq, const char *why, struct failure *failure)
{
    char subject[64];
    snprintf(subject, sizeof subject, "entry %llu", (unsigned long long)seq);
    return failure_set(failure, REASON_ENTRY_BROKEN, subject, "%s", why);
}

static enum reason open_body(struct store *store, uint64_t seq, sqlite3_stmt *statement,
    struct stored_entry *entry, struct failure *failure)
{
    const uint8_t *sealed = sqlite3_column_blob(statement, 2);
    size_t size = (size_t)sqlite3_column_bytes(statement, 2);
    struct sealed_place place;
    uint8_t key[KEY_BYTES];
    entry->room = sealed_room(size);
    if (entry->room == 0)
        return broken(seq, "its sealed body is damaged", failure);
    entry->salted = calloc(1, entry->room);
    if (entry->salted == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
    journal_body_place(store, seq, &place);
    enum reason reason = sealed_record_unwrap_key(store->sealer, store->keys->body, &place,
        sqlite3_column_blob(statement, 1), (size_t)sqlite3_column_bytes(statement, 1), key, failure);
    if (reason == REASON_DONE)
        reason = sealed_record_open(store->sealer, key, &place, sealed, size, entry->salted, entry->room,
            &entry->salted_size, failure);
    memory_wipe(key, sizeof key);
    if (reason == REASON_SEAL_BROKEN || (reason == REASON_DONE && entry->salted_size < COMMIT_SALT_BYTES))
        return broken(seq, "its sealed body does not open", failure);
    return reason;
}

static enum reason read_row(
    struct store *store, uint64_t seq, bool with_body, struct stored_entry *entry, struct failure *failure)
{
    *entry = (struct stored_entry){0};
    sqlite3_stmt *statement;
    bool row;
    enum reason reason = store_prepare(store,
        "SELECT head, wrapped, sealed FROM entry LEFT JOIN body ON body.seq = entry.seq WHERE entry.seq = ?",
        &statement, failure);
    if (reason != REASON_DONE)
        return reason;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)seq);
    reason = store_step(store, statement, &row, failure);
    if (reason == REASON_DONE && !row)
        reason = broken(seq, "it is gone", failure);
    if (reason == REASON_DONE && sqlite3_column_bytes(statement, 0) >= ENTRY_HEAD_SIZE)
        reason = broken(seq, "its head is too long", failure);
    if (reason == REASON_DONE) {
        entry->head_size = (size_t)sqlite3_column_bytes(statement, 0);
        if (entry->head_size > 0)
            memcpy(entry->head, sqlite3_column_blob(statement, 0), entry->head_size);
        if (with_body && sqlite3_column_type(statement, 2) != SQLITE_NULL)
            reason = open_body(store, seq, statement, entry, failure);
    }
    sqlite3_finalize(statement);
    if (reason != REASON_DONE) {
        stored_entry_finish(entry);
        *entry = (struct stored_entry){0};
    }
    return reason;
}

static enum reason in_log(struct store *store, uint64_t seq, struct failure *failure)
{
    enum reason reason = follow(store, failure);
    if (reason == REASON_DONE && seq >= store->edge.size)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, "log", "%llu of %llu entries",
            (unsigned long long)seq, (unsigned long long)store->edge.size);
    return reason;
}

enum reason journal_read(struct store *store, uint64_t seq, json_t **entry, struct failure *failure)
{
    *entry = NULL;
    struct stored_entry stored;
    enum reason reason = in_log(store, seq, failure);
    if (reason == REASON_DONE)
        reason = read_row(store, seq, true, &stored, failure);
    if (reason != REASON_DONE)
        return reason;
    json_t *head = json_loadb((const char *)stored.head, stored.head_size, JSON_REJECT_DUPLICATES, NULL);
    json_t *body = stored.salted == NULL
                       ? json_null()
                       : json_loadb((const char *)stored.salted + COMMIT_SALT_BYTES,
                             stored.salted_size - COMMIT_SALT_BYTES, JSON_REJECT_DUPLICATES, NULL);
    if (head == NULL || body == NULL) {
        reason = broken(seq, "its head or body is not JSON", failure);
        json_decref(head);
        json_decref(body);
    } else {
        *entry = json_pack("{s:o, s:o}", "head", head, "body", body);
        if (*entry == NULL)
            reason = failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
    }
    stored_entry_finish(&stored);
    return reason;
}

enum reason journal_receipt(struct store *store, uint64_t seq, char **text, struct failure *failure)
{
    *text = NULL;
    struct stored_entry stored;
    struct merkle_proof proof;
    enum reason reason = in_log(store, seq, failure);
    if (reason == REASON_DONE)
        reason = read_row(store, seq, true, &stored, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = merkle_prove_inclusion(
        store_node_reader(store), store->digest, seq, store->edge.size, &proof, failure);
    if (reason == REASON_DONE) {
        struct receipt_entry entry = {.head = stored.head, .head_size = stored.head_size};
        if (stored.salted != NULL) {
            entry.salt = stored.salted;
            entry.body = stored.salted + COMMIT_SALT_BYTES;
            entry.body_size = stored.salted_size - COMMIT_SALT_BYTES;
        }
        reason = receipt_format(&entry, seq, &proof, store->checkpoint, text, failure);
    }
    stored_entry_finish(&stored);
    return reason;
}

enum reason journal_find_transaction(struct store *store, const char *transaction, uint64_t *seqs,
    size_t capacity, size_t *count, struct failure *failure)
{
    uint8_t token[JOURNAL_TOKEN_BYTES];
    sqlite3_stmt *statement = NULL;
    bool row = true;
    *count = 0;
    enum reason reason = journal_token(store, transaction, token, failure);
    if (reason == REASON_DONE)
        reason = store_prepare(
            store, "SELECT seq FROM body_token WHERE token = ? ORDER BY seq", &statement, failure);
    if (reason == REASON_DONE)
        sqlite3_bind_blob(statement, 1, token, sizeof token, SQLITE_STATIC);
    while (reason == REASON_DONE && *count < capacity) {
        reason = store_step(store, statement, &row, failure);
        if (reason != REASON_DONE || !row)
            break;
        seqs[(*count)++] = (uint64_t)sqlite3_column_int64(statement, 0);
    }
    sqlite3_finalize(statement);
    return reason;
}

/* --- Files of the layout ------------------------------------------------------------------------------------- */

struct rendering {
    struct store *store;
    uint8_t *bytes;
    size_t used, capacity;
};

static enum reason append_bytes(
    struct rendering *rendering, const void *bytes, size_t size, struct failure *failure)
{
    if (size > rendering->capacity - rendering->used) {
        size_t capacity = 2 * (rendering->capacity + size);
        uint8_t *grown = realloc(rendering->bytes, capacity);
        if (grown == NULL)
            return failure_set(failure, REASON_NO_MEMORY, "log", "%zu bytes", capacity);
        rendering->bytes = grown;
        rendering->capacity = capacity;
    }
    if (size > 0)
        memcpy(rendering->bytes + rendering->used, bytes, size);
    rendering->used += size;
    return REASON_DONE;
}

static enum reason append_length(
    struct rendering *rendering, size_t length, size_t width, struct failure *failure)
{
    uint8_t bytes[4];
    struct bytes_writer writer;
    bytes_writer_init(&writer, bytes, sizeof bytes);
    if (width == 2)
        bytes_write_u16be(&writer, (uint16_t)length);
    else
        bytes_write_u32be(&writer, (uint32_t)length);
    return append_bytes(rendering, bytes, width, failure);
}

static enum reason render_hash(
    struct rendering *rendering, const struct tile_name *name, uint64_t index, struct failure *failure)
{
    uint8_t hash[DIGEST_BYTES];
    enum reason reason = read_node(rendering->store, 8 * name->level, index, hash, failure);
    return reason == REASON_DONE ? append_bytes(rendering, hash, sizeof hash, failure) : reason;
}

static enum reason render_entry(
    struct rendering *rendering, const struct tile_name *name, uint64_t seq, struct failure *failure)
{
    struct stored_entry entry;
    bool bodies = name->kind == TILE_BODIES;
    enum reason reason = read_row(rendering->store, seq, bodies, &entry, failure);
    if (reason != REASON_DONE)
        return reason;
    const uint8_t *bytes = bodies ? entry.salted : entry.head;
    size_t size = bodies ? entry.salted_size : entry.head_size;
    reason = append_length(rendering, size, bodies ? 4 : 2, failure);
    if (reason == REASON_DONE)
        reason = append_bytes(rendering, bytes, size, failure);
    stored_entry_finish(&entry);
    return reason;
}

static enum reason render_tile(
    struct rendering *rendering, const struct tile_name *name, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    for (unsigned i = 0; i < name->width && reason == REASON_DONE; i++) {
        uint64_t index = name->index * TILE_WIDTH + i;
        reason = name->kind == TILE_HASHES ? render_hash(rendering, name, index, failure)
                                           : render_entry(rendering, name, index, failure);
    }
    return reason;
}

static enum reason render_checkpoint(struct rendering *rendering, uint64_t size, struct failure *failure)
{
    char note[CHECKPOINT_NOTE_SIZE];
    uint8_t root[DIGEST_BYTES];
    size_t length;
    enum reason reason = root_of_size(rendering->store, size, root, failure);
    if (reason == REASON_DONE)
        reason = check_prefix(rendering->store, size, root, failure);
    if (reason == REASON_DONE)
        reason = checkpoint_sign(rendering->store->log_key, size, root, note, &length, failure);
    return reason == REASON_DONE ? append_bytes(rendering, note, length, failure) : reason;
}

enum reason journal_render(struct store *store, uint64_t size, const char *path, uint8_t **bytes,
    size_t *bytes_size, struct failure *failure)
{
    struct rendering rendering = {.store = store};
    struct tile_name name;
    *bytes = NULL;
    *bytes_size = 0;
    enum reason reason = follow(store, failure);
    if (reason != REASON_DONE)
        return reason;
    if (size > store->edge.size)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, path, "the log has %llu entries",
            (unsigned long long)store->edge.size);
    if (strcmp(path, "checkpoint") == 0)
        reason = render_checkpoint(&rendering, size, failure);
    else if (!tile_path_parse(path, &name) || tile_width(size, name.level, name.index) < name.width)
        reason = failure_set(failure, REASON_ENTRY_NOT_FOUND, path, "a log of %llu entries has no such file",
            (unsigned long long)size);
    else
        reason = render_tile(&rendering, &name, failure);
    if (reason == REASON_DONE)
        reason = append_bytes(&rendering, "", 1, failure); /* a zero byte behind the end, not counted */
    if (reason != REASON_DONE) {
        free(rendering.bytes);
        return reason;
    }
    *bytes = rendering.bytes;
    *bytes_size = rendering.used - 1;
    return REASON_DONE;
}

static enum reason read_from_store(
    void *context, const char *path, uint8_t **bytes, size_t *size, struct failure *failure)
{
    struct store *store = context;
    return journal_render(store, store->edge.size, path, bytes, size, failure);
}

struct log_source log_source_store(struct store *store)
{
    return (struct log_source){.read = read_from_store, .context = store};
}
