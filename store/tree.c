/* tree.c: nodes, roots, proofs, signature. */
#include "store/tree_internal.h"

#include <stdio.h>
#include <string.h>

#include "store/statement_internal.h"

static enum reason read_node(
    void *context, unsigned level, uint64_t index, uint8_t hash[static DIGEST_BYTES], struct failure *failure)
{
    struct store *store = context;
    struct statement read;
    size_t size;
    statement_begin(&read, &store->database, STATEMENT_NODE_READ, failure);
    statement_bind_integer(&read, 1, level);
    statement_bind_integer(&read, 2, (int64_t)index);
    const void *bytes =
        statement_next(&read) ? statement_column(read.row, 0, DIGEST_BYTES, DIGEST_BYTES, &size) : NULL;
    enum reason reason = read.reason;
    if (bytes != NULL)
        memcpy(hash, bytes, DIGEST_BYTES);
    else if (reason == REASON_DONE)
        reason = failure_set(failure, REASON_LOG_INCOMPLETE, store->database.directory,
            "the tree's node %u/%llu is missing", level, (unsigned long long)index);
    return statement_end(&read, reason);
}

struct merkle_reader tree_reader(struct store *store)
{
    return (struct merkle_reader){.read = read_node, .context = store};
}

/* --- The proven tree ----------------------------------------------------------------------------------------------- */

/* The one number of a statement that was begun; -1 where it gives none. */
static enum reason read_last(struct statement *read, int64_t *last)
{
    bool there = statement_next(read) && sqlite3_column_type(read->row, 0) == SQLITE_INTEGER;
    *last = there ? sqlite3_column_int64(read->row, 0) : -1;
    return statement_end(read, REASON_DONE);
}

/* What stands beyond the proven end was not written by kordon, or is left of a later state. */
static enum reason beyond(struct store *store, const char *what, int64_t number, struct failure *failure)
{
    return failure_set(failure, REASON_LOG_BROKEN, store->database.directory,
        "%s %lld does not belong to the log, which has %llu entries", what, (long long)number,
        (unsigned long long)store->proven.state.size);
}

static enum reason check_last_node(struct store *store, unsigned level, struct failure *failure)
{
    struct statement read;
    int64_t last;
    statement_begin(&read, &store->database, STATEMENT_NODE_LAST, failure);
    statement_bind_integer(&read, 1, level);
    enum reason reason = read_last(&read, &last);
    if (reason == REASON_DONE && last >= (int64_t)(store->proven.state.size >> level))
        return beyond(store, "a node of the tree at place", last, failure);
    return reason;
}

static enum reason check_extent(struct store *store, struct failure *failure)
{
    static const struct {
        enum database_statement statement;
        const char *what;
    } rows[] = {{STATEMENT_ENTRY_LAST, "entry"}, {STATEMENT_BODY_LAST, "the body of entry"}};
    struct statement read;
    int64_t last;
    enum reason reason = REASON_DONE;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && reason == REASON_DONE; i++) {
        statement_begin(&read, &store->database, rows[i].statement, failure);
        reason = read_last(&read, &last);
        if (reason == REASON_DONE && last >= (int64_t)store->proven.state.size)
            return beyond(store, rows[i].what, last, failure);
    }
    for (unsigned level = 0; level < MERKLE_LEVELS_MAX && reason == REASON_DONE; level++)
        reason = check_last_node(store, level, failure);
    if (reason != REASON_DONE)
        return reason;
    statement_begin(&read, &store->database, STATEMENT_NODE_TOP, failure);
    reason = read_last(&read, &last);
    if (reason == REASON_DONE && last >= MERKLE_LEVELS_MAX)
        return beyond(store, "a node of level", last, failure);
    return reason;
}

enum reason tree_load(struct store *store, struct failure *failure)
{
    struct merkle_edge edge;
    uint8_t root[DIGEST_BYTES];
    enum reason reason = merkle_edge_load(&edge, store->proven.state.size, tree_reader(store), failure);
    if (reason == REASON_DONE)
        reason = merkle_edge_root(&edge, store->digest, root, failure);
    if (reason == REASON_DONE && memcmp(root, store->proven.state.root, DIGEST_BYTES) != 0)
        reason = failure_set(failure, REASON_LOG_BROKEN, store->database.directory,
            "the tree's nodes do not give the proven root of %llu entries",
            (unsigned long long)store->proven.state.size);
    if (reason == REASON_DONE)
        reason = check_extent(store, failure);
    if (reason == REASON_DONE)
        store->edge = edge;
    return reason;
}

enum reason tree_check_past(
    struct store *store, uint64_t size, const uint8_t root[static DIGEST_BYTES], struct failure *failure)
{
    const struct proven_state *proven = &store->proven.state;
    struct merkle_proof proof;
    if (size == 0)
        return REASON_DONE;
    enum reason reason =
        merkle_prove_consistency(tree_reader(store), store->digest, size, proven->size, &proof, failure);
    if (reason == REASON_DONE)
        reason =
            merkle_check_consistency(store->digest, size, root, proven->size, proven->root, &proof, failure);
    if (reason == REASON_PROOF_BROKEN || reason == REASON_LOG_FORKED)
        return failure_set(failure, REASON_LOG_BROKEN, store->database.directory,
            "its first %llu entries are not those that they were", (unsigned long long)size);
    return reason;
}

enum reason tree_root(
    struct store *store, uint64_t size, uint8_t root[static DIGEST_BYTES], struct failure *failure)
{
    struct merkle_edge edge;
    if (size == store->proven.state.size) {
        memcpy(root, store->proven.state.root, DIGEST_BYTES);
        return REASON_DONE;
    }
    enum reason reason = merkle_edge_load(&edge, size, tree_reader(store), failure);
    if (reason == REASON_DONE)
        reason = merkle_edge_root(&edge, store->digest, root, failure);
    return reason == REASON_DONE ? tree_check_past(store, size, root, failure) : reason;
}

enum reason tree_prove(struct store *store, uint64_t seq, const uint8_t leaf[static DIGEST_BYTES],
    uint64_t size, const uint8_t root[static DIGEST_BYTES], struct merkle_proof *proof,
    struct failure *failure)
{
    enum reason reason = merkle_prove_inclusion(tree_reader(store), store->digest, seq, size, proof, failure);
    if (reason == REASON_DONE)
        reason = merkle_check_inclusion(store->digest, seq, size, leaf, proof, root, failure);
    if (reason == REASON_PROOF_BROKEN) {
        char subject[64];
        snprintf(subject, sizeof subject, "entry %llu", (unsigned long long)seq);
        return failure_set(
            failure, REASON_ENTRY_BROKEN, subject, "head and nodes do not give the log's proven root");
    }
    return reason;
}

/* --- Signature ----------------------------------------------------------------------------------------------------- */

enum reason tree_sign(struct store *store, struct failure *failure)
{
    char note[CHECKPOINT_NOTE_SIZE];
    enum reason reason = checkpoint_sign(
        store->log_key, store->proven.state.size, store->proven.state.root, note, NULL, failure);
    if (reason == REASON_DONE) {
        memcpy(store->checkpoint, note, sizeof note);
        store->checkpoint_size = store->proven.state.size;
        memcpy(store->checkpoint_root, store->proven.state.root, DIGEST_BYTES);
    }
    return reason;
}

enum reason tree_take_note(struct store *store, const char *note, struct failure *failure)
{
    const struct proven_state *proven = &store->proven.state;
    struct checkpoint checkpoint;
    struct failure why = {0};
    enum reason reason =
        checkpoint_verify(note, strlen(note), log_key_verifier(store->log_key), &checkpoint, &why);
    if (reason != REASON_DONE && reason_class(reason) != REASON_CLASS_EVIDENCE_BROKEN) {
        if (failure != NULL)
            *failure = why;
        return reason; /* memory or a disk failed: nothing was found against the note */
    }
    if (reason != REASON_DONE || checkpoint.size != proven->signed_size ||
        memcmp(checkpoint.root, proven->signed_root, DIGEST_BYTES) != 0)
        return failure_set(failure, REASON_STATE_UNPROVEN, store->database.directory,
            "the checkpoint in it is not the one that was signed last");
    snprintf(store->checkpoint, sizeof store->checkpoint, "%s", note);
    store->checkpoint_size = checkpoint.size;
    memcpy(store->checkpoint_root, checkpoint.root, DIGEST_BYTES);
    return REASON_DONE;
}

/* --- One look -------------------------------------------------------------------------------------------------------- */

/* Another state than at the last look: believed where it is sealed and its tree goes on from the one known. */
static enum reason follow(
    struct store *store, const struct proven_row *before, const char *note, struct failure *failure)
{
    const struct proven_state *now = &store->proven.state;
    if (store->database.access == STORE_WRITE)
        return failure_set(failure, REASON_STATE_UNPROVEN, store->database.directory,
            "somebody else wrote the row that proves it");
    if (now->size < before->state.size)
        return failure_set(failure, REASON_LOG_INCOMPLETE, store->database.directory,
            "%llu entries where there were %llu", (unsigned long long)now->size,
            (unsigned long long)before->state.size);
    enum reason reason = REASON_DONE;
    if (now->size > before->state.size)
        reason = tree_load(store, failure);
    else if (memcmp(now->root, before->state.root, DIGEST_BYTES) != 0)
        reason = failure_set(failure, REASON_LOG_FORKED, store->database.directory, NULL);
    if (reason == REASON_DONE)
        reason = tree_check_past(store, before->state.size, before->state.root, failure);
    if (reason == REASON_DONE)
        reason = store->database.access == STORE_FOLLOW ? tree_sign(store, failure)
                                                        : tree_take_note(store, note, failure);
    return reason;
}

static enum reason look(struct store *store, struct failure *failure)
{
    struct proven_row before = store->proven;
    struct merkle_edge edge = store->edge;
    char note[CHECKPOINT_NOTE_SIZE];
    bool changed;
    enum reason reason = proven_state_read(
        &store->database, store->sealer, store->keys, store->digest, &store->proven, note, &changed, failure);
    if (reason == REASON_DONE && changed)
        reason = follow(store, &before, note, failure);
    if (reason != REASON_DONE) {
        store->proven = before;
        store->edge = edge;
    }
    return reason;
}

enum reason snapshot_begin(struct store *store, struct failure *failure)
{
    /* The owner puts a new file in the database's place after an I/O error. */
    if (store->database.access == STORE_FOLLOW &&
        (store->database.connection == NULL || database_replaced(&store->database))) {
        database_disconnect(&store->database);
        enum reason connected = database_connect(&store->database, failure);
        if (connected != REASON_DONE)
            return connected;
    }
    TRY(statement_act(&store->database, STATEMENT_BEGIN_READ, failure));
    enum reason reason = look(store, failure);
    if (reason != REASON_DONE)
        snapshot_end(store);
    return reason;
}

void snapshot_end(struct store *store)
{
    database_rollback(&store->database);
}
