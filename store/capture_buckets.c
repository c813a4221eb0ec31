/* capture_buckets.c: rows of notes, added up by bucket. */
#include <string.h>

#include "store/capture_note_internal.h"
#include "store/statement_internal.h"

static enum reason unproven(const char *why, struct failure *failure)
{
    return failure_set(failure, REASON_STATE_UNPROVEN, "capture notes", "%s", why);
}

/* --- The digests of all ---------------------------------------------------------------------------------------- */

static enum reason read_digests(struct store *store, struct capture_buckets *buckets, struct failure *failure)
{
    struct statement read;
    size_t size;
    statement_begin(&read, &store->database, STATEMENT_BUCKETS_READ, failure);
    const void *bytes =
        statement_next(&read) ? statement_column(read.row, 0, sizeof *buckets, sizeof *buckets, &size) : NULL;
    enum reason reason = read.reason;
    if (bytes != NULL)
        memcpy(buckets, bytes, sizeof *buckets);
    else if (reason == REASON_DONE)
        reason = unproven("what they add up to is gone or damaged", failure);
    return statement_end(&read, reason);
}

enum reason capture_buckets_read(struct store *store, const struct proven_state *state,
    struct capture_buckets *buckets, struct failure *failure)
{
    static const uint8_t never[DIGEST_BYTES];
    uint8_t root[DIGEST_BYTES];
    memset(buckets, 0, sizeof *buckets);
    if (memcmp(state->notes_root, never, DIGEST_BYTES) == 0)
        return REASON_DONE;
    TRY(read_digests(store, buckets, failure));
    TRY(digest_bytes(store->digest, buckets, sizeof *buckets, root, failure));
    return equal_in_constant_time(root, state->notes_root, DIGEST_BYTES)
               ? REASON_DONE
               : unproven("what they add up to was changed or put back", failure);
}

enum reason capture_buckets_write(struct store *store, const struct capture_buckets *buckets,
    struct proven_state *next, struct failure *failure)
{
    struct statement write;
    TRY(digest_bytes(store->digest, buckets, sizeof *buckets, next->notes_root, failure));
    statement_begin(&write, &store->database, STATEMENT_BUCKETS_WRITE, failure);
    statement_bind_blob(&write, 1, buckets, sizeof *buckets);
    return statement_run(&write);
}

/* --- One bucket ------------------------------------------------------------------------------------------------- */

/* The first key that belongs to the bucket of that number, or is behind it; behind the last one: longer than any key. */
struct bound {
    uint8_t bytes[CAPTURE_NOTE_KEY_BYTES + 1];
    size_t size;
};

static void bind_bound(struct statement *rows, int parameter, size_t number, struct bound *bound)
{
    memset(bound->bytes, number < CAPTURE_BUCKETS ? (int)number : 255, sizeof bound->bytes);
    bound->size = number < CAPTURE_BUCKETS ? 1 : sizeof bound->bytes;
    statement_bind_blob(rows, parameter, bound->bytes, bound->size);
}

static enum reason add_row(
    struct store *store, sqlite3_stmt *found, capture_row_visit visit, void *context, struct failure *failure)
{
    struct capture_row row;
    size_t key_size;
    row.key = statement_column(found, 0, CAPTURE_NOTE_KEY_BYTES, CAPTURE_NOTE_KEY_BYTES, &key_size);
    row.sealed = statement_column(found, 1, 1, 4096, &row.size);
    if (row.key == NULL || row.sealed == NULL)
        return unproven("a row is damaged", failure);
    const uint8_t size[2] = {(uint8_t)(row.size >> 8), (uint8_t)row.size};
    digest_add(store->root_digest, row.key, CAPTURE_NOTE_KEY_BYTES);
    digest_add(store->root_digest, size, sizeof size);
    digest_add(store->root_digest, row.sealed, row.size);
    return visit != NULL ? visit(context, &row, failure) : REASON_DONE;
}

static enum reason add_up(struct store *store, size_t number, capture_row_visit visit, void *context,
    uint8_t digest[static DIGEST_BYTES], struct failure *failure)
{
    struct statement rows;
    struct bound first, behind;
    struct failure ended;
    size_t count = 0;
    enum reason reason = REASON_DONE;
    digest_begin(store->root_digest);
    statement_begin(&rows, &store->database, STATEMENT_NOTE_RANGE, failure);
    bind_bound(&rows, 1, number, &first);
    bind_bound(&rows, 2, number + 1, &behind);
    while (reason == REASON_DONE && statement_next(&rows)) {
        reason = add_row(store, rows.row, visit, context, failure);
        count++;
    }
    reason = statement_end(&rows, reason);
    enum reason end = digest_end(store->root_digest, digest, reason == REASON_DONE ? failure : &ended);
    if (count == 0)
        memset(digest, 0, DIGEST_BYTES);
    return reason == REASON_DONE ? end : reason;
}

enum reason capture_bucket_prove(struct store *store, const struct capture_buckets *buckets, size_t number,
    capture_row_visit visit, void *context, struct failure *failure)
{
    uint8_t digest[DIGEST_BYTES];
    TRY(add_up(store, number, visit, context, digest, failure));
    return equal_in_constant_time(digest, buckets->digests[number], DIGEST_BYTES)
               ? REASON_DONE
               : unproven("they are not those that were put: one was changed, left out or put back", failure);
}

enum reason capture_bucket_renew(
    struct store *store, struct capture_buckets *buckets, size_t number, struct failure *failure)
{
    return add_up(store, number, NULL, NULL, buckets->digests[number], failure);
}
