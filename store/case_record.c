/* case_record.c: records of cases, each sealed in its place, found, put, deleted. */
#include "store/case_record_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/locked_memory.h"
#include "store/row_buckets_internal.h"
#include "store/salted_record_internal.h"
#include "store/statement_internal.h"
#include "store/tree_internal.h"

#define RECORD_LABEL   "kordon/case_record/v1"
#define RECORD_VERSION 1
#define SEALED_MAX     (SALTED_SALT_BYTES + CASE_RECORD_BYTES_MAX + 2 * SEALED_PADDING + SEALED_OVERHEAD)

_Static_assert(CASE_RECORD_KEY_BYTES == ROW_KEY_BYTES, "one size of keys");
_Static_assert(SEALED_MAX <= UINT16_MAX, "a bucket counts a row's bytes in 16 bits");

static const struct row_family families[CASE_RECORD_KINDS] = {
#define CASE_RECORD_FAMILY(row_kind, name)                                                                   \
    [CASE_RECORD_##row_kind] = {.subject = (name),                                                           \
        .kind = (name),                                                                                      \
        .range = STATEMENT_CASE_RANGE,                                                                       \
        .read = STATEMENT_CASE_BUCKETS_READ,                                                                 \
        .write = STATEMENT_CASE_BUCKETS_WRITE,                                                               \
        .sealed_max = SEALED_MAX},
    CASE_RECORD_KIND_LIST(CASE_RECORD_FAMILY)
#undef CASE_RECORD_FAMILY
};

void case_record_finish(char *bytes, size_t size)
{
    if (bytes != NULL)
        memory_wipe(bytes, size);
    free(bytes);
}

/* --- One row ------------------------------------------------------------------------------------------------------ */

/* Half of the key is the record's id; the other half is held by its bucket. */
static struct salted_record record_of(
    const struct store *store, const struct row_family *family, const uint8_t key[static ROW_KEY_BYTES])
{
    struct salted_record record = {.sealer = store->sealer,
        .digest = store->digest,
        .state_key = store->keys->state,
        .label = RECORD_LABEL,
        .place = {
            .table = "case_record", .column = family->kind, .epoch = KEY_EPOCH, .version = RECORD_VERSION}};
    memcpy(record.place.database, store->proven.database_id, SEALED_ID_BYTES);
    memcpy(record.place.id, key, SEALED_ID_BYTES);
    return record;
}

static enum reason open_row(struct store *store, const struct row_family *family,
    const struct sealed_row *row, char **bytes, size_t *size, struct failure *failure)
{
    struct salted_record record = record_of(store, family, row->key);
    size_t room = salted_record_room(row->size);
    *bytes = malloc(room + 1);
    if (*bytes == NULL)
        return failure_set(failure, REASON_NO_MEMORY, family->subject, NULL);
    enum reason reason =
        room > 0 ? salted_record_open(&record, row->sealed, row->size, (uint8_t *)*bytes, room, size, failure)
                 : REASON_SEAL_BROKEN;
    if (reason == REASON_DONE) {
        (*bytes)[*size] = '\0';
        return REASON_DONE;
    }
    free(*bytes);
    *bytes = NULL;
    return reason == REASON_SEAL_BROKEN ? failure_set(failure, REASON_STATE_UNPROVEN, family->subject,
                                              "one does not open in its place")
                                        : reason;
}

/* Takes the row of one key, opened. */
struct wanted_record {
    struct store *store;
    const struct row_family *family;
    const uint8_t *key;
    bool opens; /* only whether it is there is asked otherwise */
    bool found;
    char *bytes;
    size_t size;
};

static enum reason want(void *context, const struct sealed_row *row, struct failure *failure)
{
    struct wanted_record *wanted = context;
    if (memcmp(row->key, wanted->key, ROW_KEY_BYTES) != 0)
        return REASON_DONE;
    wanted->found = true;
    return wanted->opens
               ? open_row(wanted->store, wanted->family, row, &wanted->bytes, &wanted->size, failure)
               : REASON_DONE;
}

/* --- Changes ------------------------------------------------------------------------------------------------------ */

static enum reason check_change(const struct case_record_change *change, struct failure *failure)
{
    if ((unsigned)change->kind >= CASE_RECORD_KINDS)
        return failure_set(failure, REASON_BAD_VALUE, "case record", "it is of no kind");
    if (change->bytes != NULL && (change->size == 0 || change->size > CASE_RECORD_BYTES_MAX))
        return failure_set(failure, REASON_BAD_VALUE, families[change->kind].subject,
            "%zu bytes, it may have 1 to %zu", change->size, CASE_RECORD_BYTES_MAX);
    return REASON_DONE;
}

static enum reason take_away(
    struct store *store, const struct case_record_change *change, struct failure *failure)
{
    struct statement write;
    statement_begin(&write, &store->database, STATEMENT_CASE_DELETE, failure);
    statement_bind_text(&write, 1, families[change->kind].kind);
    statement_bind_blob(&write, 2, change->key, ROW_KEY_BYTES);
    return statement_run(&write);
}

static enum reason put(struct store *store, const struct case_record_change *change, struct failure *failure)
{
    const struct row_family *family = &families[change->kind];
    struct salted_record record = record_of(store, family, change->key);
    size_t size = salted_record_size(change->size);
    uint8_t *sealed = malloc(size);
    if (sealed == NULL)
        return failure_set(failure, REASON_NO_MEMORY, family->subject, NULL);
    enum reason reason = salted_record_seal(&record, change->bytes, change->size, sealed, failure);
    if (reason == REASON_DONE) {
        struct statement write;
        statement_begin(&write, &store->database, STATEMENT_CASE_WRITE, failure);
        statement_bind_text(&write, 1, family->kind);
        statement_bind_blob(&write, 2, change->key, ROW_KEY_BYTES);
        statement_bind_blob(&write, 3, sealed, size);
        reason = statement_run(&write);
    }
    free(sealed);
    return reason;
}

/* One change, on proven rows only. */
static enum reason apply_one(struct store *store, struct proven_records *records,
    const struct case_record_change *change, bool *erases, struct failure *failure)
{
    const struct row_family *family = &families[change->kind];
    struct wanted_record before = {.key = change->key};
    struct row_buckets buckets;
    const size_t number = change->key[0];
    TRY(row_buckets_read(store, family, records->root, &buckets, failure));
    TRY(row_bucket_prove(store, family, &buckets, number, want, &before, failure));
    if (!before.found && change->bytes == NULL)
        return REASON_DONE;
    if (!before.found && records->count >= CASE_RECORDS_MAX)
        return failure_set(
            failure, REASON_BAD_VALUE, family->subject, "there may be %d of them", CASE_RECORDS_MAX);
    TRY(change->bytes != NULL ? put(store, change, failure) : take_away(store, change, failure));
    TRY(row_bucket_renew(store, family, &buckets, number, failure));
    *erases = *erases || before.found;
    records->count += change->bytes == NULL ? UINT64_MAX : before.found ? 0 : 1;
    return row_buckets_write(store, family, &buckets, records->root, failure);
}

enum reason case_record_apply(struct store *store, struct proven_state *next,
    const struct journal_change *change, bool *erases, struct failure *failure)
{
    for (size_t i = 0; i < change->record_count; i++) {
        TRY(check_change(&change->records[i], failure));
        TRY(apply_one(store, &next->records[change->records[i].kind], &change->records[i], erases, failure));
    }
    return REASON_DONE;
}

/* --- Reading ------------------------------------------------------------------------------------------------------ */

enum reason case_record_find(struct store *store, enum case_record_kind kind,
    const uint8_t key[static CASE_RECORD_KEY_BYTES], char **bytes, size_t *size, struct failure *failure)
{
    const struct row_family *family = &families[kind];
    struct wanted_record wanted = {.store = store, .family = family, .key = key, .opens = true};
    struct row_buckets buckets;
    *bytes = NULL;
    *size = 0;
    TRY(snapshot_begin(store, failure));
    enum reason reason =
        row_buckets_read(store, family, store->proven.state.records[kind].root, &buckets, failure);
    if (reason == REASON_DONE)
        reason = row_bucket_prove(store, family, &buckets, key[0], want, &wanted, failure);
    snapshot_end(store);
    if (reason != REASON_DONE) {
        case_record_finish(wanted.bytes, wanted.size);
        return reason;
    }
    *bytes = wanted.bytes;
    *size = wanted.size;
    return REASON_DONE;
}

enum reason case_record_visit_one(struct store *store, enum case_record_kind kind,
    const uint8_t key[static CASE_RECORD_KEY_BYTES], case_record_visit visit, void *context,
    struct failure *failure)
{
    char *bytes;
    size_t size;
    TRY(case_record_find(store, kind, key, &bytes, &size, failure));
    if (bytes == NULL)
        return REASON_DONE;
    enum reason reason = visit(context, key, bytes, size, failure);
    case_record_finish(bytes, size);
    return reason;
}

/* Opens each row for whoever looks at all. */
struct each_record {
    struct store *store;
    const struct row_family *family;
    case_record_visit visit;
    void *context;
};

static enum reason show(void *context, const struct sealed_row *row, struct failure *failure)
{
    const struct each_record *each = context;
    char *bytes;
    size_t size = 0;
    TRY(open_row(each->store, each->family, row, &bytes, &size, failure));
    enum reason reason = each->visit(each->context, row->key, bytes, size, failure);
    case_record_finish(bytes, size);
    return reason;
}

enum reason case_record_each(struct store *store, enum case_record_kind kind, case_record_visit visit,
    void *context, struct failure *failure)
{
    const struct row_family *family = &families[kind];
    const struct proven_records *records = &store->proven.state.records[kind];
    struct each_record each = {.store = store, .family = family, .visit = visit, .context = context};
    struct row_buckets buckets;
    TRY(snapshot_begin(store, failure));
    /* Nobody is shown what is not proven: the rows are read twice, in one look at the file. */
    enum reason reason = row_buckets_prove_all(store, family, records->root, records->count, failure);
    if (reason == REASON_DONE)
        reason = row_buckets_read(store, family, records->root, &buckets, failure);
    for (size_t number = 0; number < ROW_BUCKETS && reason == REASON_DONE; number++)
        reason = row_bucket_prove(store, family, &buckets, number, show, &each, failure);
    snapshot_end(store);
    return reason;
}

uint64_t case_record_count(const struct store *store, enum case_record_kind kind)
{
    return store->proven.state.records[kind].count;
}
