/* row_buckets.c: rows of a family, added up by bucket. */
#include "store/row_buckets_internal.h"

#include <string.h>

#include "store/statement_internal.h"

static enum reason unproven(const struct row_family *family, const char *why, struct failure *failure)
{
    return failure_set(failure, REASON_STATE_UNPROVEN, family->subject, "%s", why);
}

static void bind_kind(struct statement *statement, int parameter, const struct row_family *family)
{
    if (family->kind != NULL)
        statement_bind_text(statement, parameter, family->kind);
}

/* --- The digests of all ---------------------------------------------------------------------------------------- */

static enum reason read_digests(struct store *store, const struct row_family *family,
    struct row_buckets *buckets, struct failure *failure)
{
    struct statement read;
    size_t size;
    statement_begin(&read, &store->database, family->read, failure);
    bind_kind(&read, 1, family);
    const void *bytes =
        statement_next(&read) ? statement_column(read.row, 0, sizeof *buckets, sizeof *buckets, &size) : NULL;
    enum reason reason = read.reason;
    if (bytes != NULL)
        memcpy(buckets, bytes, sizeof *buckets);
    else if (reason == REASON_DONE)
        reason = unproven(family, "what they add up to is gone or damaged", failure);
    return statement_end(&read, reason);
}

enum reason row_buckets_read(struct store *store, const struct row_family *family,
    const uint8_t root[static DIGEST_BYTES], struct row_buckets *buckets, struct failure *failure)
{
    static const uint8_t never[DIGEST_BYTES];
    uint8_t found[DIGEST_BYTES];
    memset(buckets, 0, sizeof *buckets);
    if (memcmp(root, never, DIGEST_BYTES) == 0)
        return REASON_DONE;
    TRY(read_digests(store, family, buckets, failure));
    TRY(digest_bytes(store->digest, buckets, sizeof *buckets, found, failure));
    return equal_in_constant_time(found, root, DIGEST_BYTES)
               ? REASON_DONE
               : unproven(family, "what they add up to was changed or put back", failure);
}

enum reason row_buckets_write(struct store *store, const struct row_family *family,
    const struct row_buckets *buckets, uint8_t root[static DIGEST_BYTES], struct failure *failure)
{
    struct statement write;
    TRY(digest_bytes(store->digest, buckets, sizeof *buckets, root, failure));
    statement_begin(&write, &store->database, family->write, failure);
    statement_bind_blob(&write, 1, buckets, sizeof *buckets);
    bind_kind(&write, 2, family);
    return statement_run(&write);
}

/* --- One bucket ------------------------------------------------------------------------------------------------- */

/* The first key that belongs to the bucket of that number, or is behind it; behind the last one: longer than any key. */
struct bound {
    uint8_t bytes[ROW_KEY_BYTES + 1];
    size_t size;
};

static void bind_bound(struct statement *rows, int parameter, size_t number, struct bound *bound)
{
    memset(bound->bytes, number < ROW_BUCKETS ? (int)number : 255, sizeof bound->bytes);
    bound->size = number < ROW_BUCKETS ? 1 : sizeof bound->bytes;
    statement_bind_blob(rows, parameter, bound->bytes, bound->size);
}

/* What a bucket's rows add up to. */
struct bucket_sum {
    size_t number;
    sealed_row_visit visit;
    void *context;
    size_t count;
    uint8_t digest[DIGEST_BYTES];
};

static enum reason add_row(struct store *store, const struct row_family *family, sqlite3_stmt *found,
    struct bucket_sum *sum, struct failure *failure)
{
    struct sealed_row row;
    size_t key_size;
    row.key = statement_column(found, 0, ROW_KEY_BYTES, ROW_KEY_BYTES, &key_size);
    row.sealed = statement_column(found, 1, 1, family->sealed_max, &row.size);
    if (row.key == NULL || row.sealed == NULL)
        return unproven(family, "a row is damaged", failure);
    const uint8_t size[2] = {(uint8_t)(row.size >> 8), (uint8_t)row.size};
    digest_add(store->root_digest, row.key, ROW_KEY_BYTES);
    digest_add(store->root_digest, size, sizeof size);
    digest_add(store->root_digest, row.sealed, row.size);
    sum->count++;
    return sum->visit != NULL ? sum->visit(sum->context, &row, failure) : REASON_DONE;
}

static enum reason add_up(
    struct store *store, const struct row_family *family, struct bucket_sum *sum, struct failure *failure)
{
    struct statement rows;
    struct bound first, behind;
    struct failure ended;
    enum reason reason = REASON_DONE;
    digest_begin(store->root_digest);
    statement_begin(&rows, &store->database, family->range, failure);
    bind_bound(&rows, 1, sum->number, &first);
    bind_bound(&rows, 2, sum->number + 1, &behind);
    bind_kind(&rows, 3, family);
    while (reason == REASON_DONE && statement_next(&rows))
        reason = add_row(store, family, rows.row, sum, failure);
    reason = statement_end(&rows, reason);
    enum reason end = digest_end(store->root_digest, sum->digest, reason == REASON_DONE ? failure : &ended);
    if (sum->count == 0)
        memset(sum->digest, 0, DIGEST_BYTES);
    return reason == REASON_DONE ? end : reason;
}

static enum reason prove(struct store *store, const struct row_family *family,
    const struct row_buckets *buckets, struct bucket_sum *sum, struct failure *failure)
{
    TRY(add_up(store, family, sum, failure));
    return equal_in_constant_time(sum->digest, buckets->digests[sum->number], DIGEST_BYTES)
               ? REASON_DONE
               : unproven(family, "they are not those that were put: one was changed, left out or put back",
                     failure);
}

enum reason row_bucket_prove(struct store *store, const struct row_family *family,
    const struct row_buckets *buckets, size_t number, sealed_row_visit visit, void *context,
    struct failure *failure)
{
    struct bucket_sum sum = {.number = number, .visit = visit, .context = context};
    return prove(store, family, buckets, &sum, failure);
}

enum reason row_buckets_prove_all(struct store *store, const struct row_family *family,
    const uint8_t root[static DIGEST_BYTES], uint64_t count, struct failure *failure)
{
    struct row_buckets buckets;
    uint64_t found = 0;
    TRY(row_buckets_read(store, family, root, &buckets, failure));
    for (size_t number = 0; number < ROW_BUCKETS; number++) {
        struct bucket_sum sum = {.number = number};
        TRY(prove(store, family, &buckets, &sum, failure));
        found += sum.count;
    }
    return found == count ? REASON_DONE : unproven(family, "they are more or fewer than were put", failure);
}

enum reason row_bucket_renew(struct store *store, const struct row_family *family,
    struct row_buckets *buckets, size_t number, struct failure *failure)
{
    struct bucket_sum sum = {.number = number};
    TRY(add_up(store, family, &sum, failure));
    memcpy(buckets->digests[number], sum.digest, DIGEST_BYTES);
    return REASON_DONE;
}
