/* capture_note_sweep.c: notes that nobody came back for are deleted. */
#include <stdlib.h>
#include <string.h>

#include "json/writer.h"
#include "store/capture_note_internal.h"
#include "store/journal_append_internal.h"
#include "store/tree_internal.h"

/* Keys of the overdue notes of a bucket. */
struct sweep {
    struct store *store;
    int32_t due_before;
    uint8_t (*keys)[CAPTURE_NOTE_KEY_BYTES];
    size_t count, capacity;
    uint64_t deleted; /* in all buckets */
};

static enum reason make_room(struct sweep *sweep, struct failure *failure)
{
    if (sweep->count < sweep->capacity)
        return REASON_DONE;
    size_t capacity = sweep->capacity > 0 ? 2 * sweep->capacity : 64;
    void *keys = realloc(sweep->keys, capacity * sizeof sweep->keys[0]);
    if (keys == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "capture notes", NULL);
    sweep->keys = keys;
    sweep->capacity = capacity;
    return REASON_DONE;
}

static enum reason visit(void *context, const struct sealed_row *row, struct failure *failure)
{
    struct sweep *sweep = context;
    struct capture_note note;
    TRY(capture_row_open(sweep->store, row->key, row->sealed, row->size, &note, failure));
    bool overdue = note.due_day < sweep->due_before;
    memory_wipe(&note, sizeof note);
    if (!overdue)
        return REASON_DONE;
    TRY(make_room(sweep, failure));
    memcpy(sweep->keys[sweep->count++], row->key, CAPTURE_NOTE_KEY_BYTES);
    return REASON_DONE;
}

/* Finds the overdue ones of a bucket, proven. */
static enum reason look(
    struct sweep *sweep, const struct row_buckets *buckets, size_t number, struct failure *failure)
{
    sweep->count = 0;
    return row_bucket_prove(sweep->store, &capture_note_family, buckets, number, visit, sweep, failure);
}

static enum reason empty_bucket(
    struct sweep *sweep, struct row_buckets *buckets, size_t number, struct failure *failure)
{
    TRY(look(sweep, buckets, number, failure));
    enum reason reason = REASON_DONE;
    for (size_t i = 0; i < sweep->count && reason == REASON_DONE; i++)
        reason = capture_row_delete(sweep->store, sweep->keys[i], failure);
    sweep->deleted += sweep->count;
    return reason == REASON_DONE && sweep->count > 0
               ? row_bucket_renew(sweep->store, &capture_note_family, buckets, number, failure)
               : reason;
}

static enum reason apply(
    void *context, uint64_t seq, struct proven_state *next, json_t *body, struct failure *failure)
{
    struct sweep *sweep = context;
    struct row_buckets buckets;
    struct json_writer writer;
    (void)seq;
    sweep->deleted = 0;
    TRY(row_buckets_read(sweep->store, &capture_note_family, next->notes_root, &buckets, failure));
    for (size_t number = 0; number < ROW_BUCKETS; number++)
        TRY(empty_bucket(sweep, &buckets, number, failure));
    TRY(row_buckets_write(sweep->store, &capture_note_family, &buckets, next->notes_root, failure));
    next->note_count -= sweep->deleted;
    sweep->store->database.truncation_owed = true;
    json_writer_over(&writer, json_incref(body));
    json_write_integer(&writer, "deleted", (int64_t)sweep->deleted);
    return json_writer_close(&writer, "log entry", failure);
}

/* Whether there is one to be deleted. */
static enum reason look_for_one(struct sweep *sweep, bool *found, struct failure *failure)
{
    struct store *store = sweep->store;
    struct row_buckets buckets;
    *found = false;
    TRY(snapshot_begin(store, failure));
    enum reason reason =
        row_buckets_read(store, &capture_note_family, store->proven.state.notes_root, &buckets, failure);
    for (size_t number = 0; number < ROW_BUCKETS && reason == REASON_DONE && !*found; number++) {
        reason = look(sweep, &buckets, number, failure);
        *found = sweep->count > 0;
    }
    snapshot_end(store);
    return reason;
}

enum reason capture_note_sweep(struct store *store, int32_t due_before, const struct log_draft *draft,
    struct journal_outcome *outcome, uint64_t *deleted, struct failure *failure)
{
    struct sweep sweep = {.store = store, .due_before = due_before};
    struct journal_companion companion = {apply, &sweep};
    bool found;
    *deleted = 0;
    *outcome = (struct journal_outcome){0};
    enum reason reason = look_for_one(&sweep, &found, failure);
    if (reason == REASON_DONE && found)
        reason = journal_append_with(store, draft, 1, &companion, outcome, failure);
    if (reason == REASON_DONE && found)
        *deleted = sweep.deleted;
    free(sweep.keys);
    return reason;
}
