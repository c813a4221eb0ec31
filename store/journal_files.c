/* journal_files.c: the log's files in the tlog-tiles layout, made from the rows as they stand: whoever reads them recomputes
 * every hash (log/verify.h). Only the checkpoint's root is proven here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "log/entry.h"
#include "log/tile_path.h"
#include "store/journal.h"
#include "store/journal_body_internal.h"
#include "store/journal_read_internal.h"
#include "store/statement_internal.h"
#include "store/tree_internal.h"

struct rendering {
    struct store *store;
    uint64_t size;     /* entries of the tree */
    uint32_t withheld; /* events whose bodies the reader leaves out */
    uint8_t *bytes;
    size_t used, capacity;
};

#define CAPACITY_LEAST 65536
#define LENGTH_BYTES   4 /* before a body */

/* Room for so many bytes more. What was there is wiped where it moves: it may be bodies. */
static enum reason reserve(struct rendering *rendering, size_t size, struct failure *failure)
{
    if (size <= rendering->capacity - rendering->used)
        return REASON_DONE;
    size_t capacity = 2 * (rendering->capacity + size);
    if (capacity < CAPACITY_LEAST)
        capacity = CAPACITY_LEAST;
    uint8_t *grown = malloc(capacity);
    if (grown == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "log", "%zu bytes", capacity);
    if (rendering->bytes != NULL) {
        memcpy(grown, rendering->bytes, rendering->used);
        memory_wipe(rendering->bytes, rendering->used);
        free(rendering->bytes);
    }
    rendering->bytes = grown;
    rendering->capacity = capacity;
    return REASON_DONE;
}

static enum reason append_bytes(
    struct rendering *rendering, const void *bytes, size_t size, struct failure *failure)
{
    TRY(reserve(rendering, size, failure));
    if (size > 0)
        memcpy(rendering->bytes + rendering->used, bytes, size);
    rendering->used += size;
    return REASON_DONE;
}

static enum reason append_length(
    struct rendering *rendering, size_t length, size_t width, struct failure *failure)
{
    uint8_t bytes[LENGTH_BYTES];
    struct bytes_writer writer;
    bytes_writer_init(&writer, bytes, sizeof bytes);
    if (width == 2)
        bytes_write_u16be(&writer, (uint16_t)length);
    else
        bytes_write_u32be(&writer, (uint32_t)length);
    return append_bytes(rendering, bytes, width, failure);
}

/* --- One row of each kind ------------------------------------------------------------------------------------------ */

static enum reason add_hash(
    struct rendering *rendering, uint64_t place, sqlite3_stmt *statement, struct failure *failure)
{
    size_t size;
    (void)place;
    const void *hash = statement_column(statement, 1, DIGEST_BYTES, DIGEST_BYTES, &size);
    if (hash == NULL)
        return failure_set(failure, REASON_LOG_BROKEN, rendering->store->database.directory,
            "the tree's node at place %llu is damaged", (unsigned long long)place);
    return append_bytes(rendering, hash, size, failure);
}

static enum reason add_head(
    struct rendering *rendering, uint64_t seq, sqlite3_stmt *statement, struct failure *failure)
{
    size_t size;
    const void *head = statement_column(statement, 1, 1, ENTRY_HEAD_SIZE - 1, &size);
    if (head == NULL)
        return journal_entry_broken(seq, "its head is damaged", failure);
    enum reason reason = append_length(rendering, size, 2, failure);
    return reason == REASON_DONE ? append_bytes(rendering, head, size, failure) : reason;
}

/* Whether the reader leaves its body out anyway. */
static enum reason is_withheld(
    const struct rendering *rendering, uint64_t seq, bool *withheld, struct failure *failure)
{
    struct entry_head head;
    enum log_event event;
    *withheld = false;
    if (rendering->withheld == 0)
        return REASON_DONE;
    TRY(journal_prove_head(rendering->store, seq, &head, failure));
    *withheld = log_event_parse(head.event, strlen(head.event), &event) &&
                (rendering->withheld & LOG_EVENT_BIT(event)) != 0;
    return REASON_DONE;
}

/* That it was erased the entry itself says, to whoever reads the file; one that the tree does not have can't say it. */
static enum reason add_erased(struct rendering *rendering, uint64_t seq, uint64_t by, struct failure *failure)
{
    bool unasked = by < rendering->size || by >= rendering->store->proven.state.size;
    if (!unasked)
        TRY(is_withheld(rendering, seq, &unasked, failure));
    if (unasked)
        return append_length(rendering, 0, LENGTH_BYTES, failure);
    (void)journal_entry_erased(seq, by, failure);
    /* Whoever only reads what a kordond that was killed left has no newer checkpoint, and signs none. */
    const bool signs = rendering->store->database.access != STORE_READ;
    if (failure != NULL)
        snprintf(failure->detail, sizeof failure->detail,
            "entry %llu says why, behind the %llu entries that are %s", (unsigned long long)by,
            (unsigned long long)rendering->size,
            signs ? "read: begin anew, with the newest checkpoint"
                  : "signed: kordond signs the rest when it starts");
    return REASON_ENTRY_ERASED;
}

static enum reason add_body(
    struct rendering *rendering, uint64_t seq, sqlite3_stmt *statement, struct failure *failure)
{
    struct sealed_body body;
    size_t size;
    uint64_t by;
    if (journal_body_erased(statement, 1, &by))
        return add_erased(rendering, seq, by, failure);
    TRY(journal_body_find(seq, statement, 1, &body, failure));
    TRY(reserve(rendering, LENGTH_BYTES + body.room, failure));
    /* Opened where it is to stand. */
    uint8_t *salted = rendering->bytes + rendering->used + LENGTH_BYTES;
    enum reason reason = journal_body_open_into(rendering->store, seq, &body, salted, &size, failure);
    if (reason == REASON_DONE)
        reason = append_length(rendering, size, LENGTH_BYTES, failure);
    if (reason == REASON_DONE)
        rendering->used += size;
    return reason;
}

/* A row that is not there: no head and no hash can be missing; a body can, and whoever reads the file asks why. */
static enum reason add_gap(
    struct rendering *rendering, enum tile_kind kind, uint64_t place, struct failure *failure)
{
    if (kind == TILE_BODIES)
        return append_length(rendering, 0, LENGTH_BYTES, failure);
    if (kind == TILE_ENTRIES)
        return journal_entry_broken(place, "it is gone", failure);
    return failure_set(failure, REASON_LOG_INCOMPLETE, rendering->store->database.directory,
        "the tree's node at place %llu is missing", (unsigned long long)place);
}

/* --- A tile ---------------------------------------------------------------------------------------------------------- */

static const struct {
    enum database_statement statement;
    enum reason (*add)(
        struct rendering *rendering, uint64_t place, sqlite3_stmt *statement, struct failure *failure);
} kinds[] = {
    [TILE_HASHES] = {STATEMENT_NODE_RANGE, add_hash},
    [TILE_ENTRIES] = {STATEMENT_ENTRY_RANGE, add_head},
    [TILE_BODIES] = {STATEMENT_BODY_RANGE, add_body},
};

static enum reason add_rows(struct rendering *rendering, enum tile_kind kind, uint64_t first, uint64_t end,
    struct statement *rows, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    uint64_t place = first;
    while (reason == REASON_DONE && place < end) {
        bool row = statement_next(rows);
        if (rows->reason != REASON_DONE)
            break;
        uint64_t found = row ? (uint64_t)sqlite3_column_int64(rows->row, 0) : end;
        for (; place < found && place < end && reason == REASON_DONE; place++)
            reason = add_gap(rendering, kind, place, failure);
        if (reason == REASON_DONE && row && place < end)
            reason = kinds[kind].add(rendering, place++, rows->row, failure);
    }
    return statement_end(rows, reason);
}

static enum reason render_tile(
    struct rendering *rendering, const struct tile_name *name, struct failure *failure)
{
    uint64_t first = name->index * TILE_WIDTH, end = first + name->width;
    int parameter = 1;
    struct statement rows;
    statement_begin(&rows, &rendering->store->database, kinds[name->kind].statement, failure);
    if (name->kind == TILE_HASHES)
        statement_bind_integer(&rows, parameter++, 8 * name->level);
    statement_bind_integer(&rows, parameter++, (int64_t)first);
    statement_bind_integer(&rows, parameter, (int64_t)end);
    sealer_begin(rendering->store->sealer, rendering->store->keys->body);
    enum reason reason = add_rows(rendering, name->kind, first, end, &rows, failure);
    sealer_end(rendering->store->sealer);
    return reason;
}

/* Sizes that were signed before are signed again, the same way, where the proven tree begins with them. */
static enum reason render_checkpoint(struct rendering *rendering, uint64_t size, struct failure *failure)
{
    struct store *store = rendering->store;
    char note[CHECKPOINT_NOTE_SIZE];
    uint8_t root[DIGEST_BYTES];
    size_t length;
    if (size == store->checkpoint_size)
        return append_bytes(rendering, store->checkpoint, strlen(store->checkpoint), failure);
    if (store->database.access == STORE_READ || store->held.reason != REASON_DONE)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, "checkpoint",
            "only the one of %llu entries is stored, and nothing is signed by reading",
            (unsigned long long)store->checkpoint_size);
    enum reason reason = tree_root(store, size, root, failure);
    if (reason == REASON_DONE)
        reason = checkpoint_sign(store->log_key, size, root, note, &length, failure);
    return reason == REASON_DONE ? append_bytes(rendering, note, length, failure) : reason;
}

static enum reason render(
    struct rendering *rendering, uint64_t size, const char *path, struct failure *failure)
{
    struct tile_name name;
    if (size > rendering->store->proven.state.size)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, path, "the log has %llu entries",
            (unsigned long long)rendering->store->proven.state.size);
    if (strcmp(path, "checkpoint") == 0)
        return render_checkpoint(rendering, size, failure);
    if (!tile_path_parse(path, &name) || tile_width(size, name.level, name.index) < name.width)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, path, "a log of %llu entries has no such file",
            (unsigned long long)size);
    return render_tile(rendering, &name, failure);
}

enum reason journal_render(struct store *store, uint64_t size, uint32_t withheld, const char *path,
    uint8_t **bytes, size_t *bytes_size, struct failure *failure)
{
    struct rendering rendering = {.store = store, .size = size, .withheld = withheld};
    *bytes = NULL;
    *bytes_size = 0;
    TRY(snapshot_begin(store, failure));
    enum reason reason = render(&rendering, size, path, failure);
    if (reason == REASON_DONE)
        reason = append_bytes(&rendering, "", 1, failure); /* a zero byte behind the end, not counted */
    snapshot_end(store);
    if (reason != REASON_DONE) {
        if (rendering.bytes != NULL)
            memory_wipe(rendering.bytes, rendering.used);
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
    /* The files of one tree, also where the log grows meanwhile: the checkpoint is read first. */
    if (strcmp(path, "checkpoint") == 0)
        store->source_size = store->checkpoint_size;
    return journal_render(store, store->source_size, 0, path, bytes, size, failure);
}

static enum reason count_beyond(void *context, uint64_t size, uint64_t *count, struct failure *failure)
{
    const struct store *store = context;
    (void)failure;
    *count = store->proven.state.size > size ? store->proven.state.size - size : 0;
    return REASON_DONE;
}

struct log_source log_source_store(struct store *store)
{
    return (struct log_source){.read = read_from_store, .context = store, .beyond = count_beyond};
}
