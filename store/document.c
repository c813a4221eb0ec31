/* document.c: documents, each sealed under its name, and what all of them add up to. */
#include "store/document_internal.h"

#include <stdlib.h>
#include <string.h>

#include "json/writer.h"
#include "store/salted_record_internal.h"
#include "store/statement_internal.h"
#include "store/tree_internal.h"

#define DOCUMENT_LABEL   "kordon/document/v1"
#define DOCUMENT_VERSION 1
#define SEALED_MAX       (SALTED_SALT_BYTES + DOCUMENT_BYTES_MAX + 2 * SEALED_PADDING + SEALED_OVERHEAD)

void document_finish(char *bytes, size_t size)
{
    if (bytes != NULL)
        memory_wipe(bytes, size);
    free(bytes);
}

enum reason document_check_change(const struct document_change *change, struct failure *failure)
{
    size_t length = strlen(change->name);
    if (length == 0 || length > DOCUMENT_NAME_MAX ||
        strspn(change->name, "abcdefghijklmnopqrstuvwxyz0123456789_") != length)
        return failure_set(failure, REASON_BAD_VALUE, "document",
            "a document's name has 1 to %d characters of a-z, 0-9 and _", DOCUMENT_NAME_MAX);
    if (change->bytes != NULL && (change->size == 0 || change->size > DOCUMENT_BYTES_MAX))
        return failure_set(failure, REASON_BAD_VALUE, change->name, "%zu bytes, it may have 1 to %zu",
            change->size, DOCUMENT_BYTES_MAX);
    return REASON_DONE;
}

/* A row's name is a part of its place: swapped, it does not open. */
static struct salted_record record_of(const struct store *store, const char *name)
{
    struct salted_record record = {.sealer = store->sealer,
        .digest = store->digest,
        .state_key = store->keys->state,
        .label = DOCUMENT_LABEL,
        .place = {.table = "document", .column = name, .epoch = KEY_EPOCH, .version = DOCUMENT_VERSION}};
    memcpy(record.place.database, store->proven.database_id, SEALED_ID_BYTES);
    return record;
}

static enum reason unproven(const char *name, const char *why, struct failure *failure)
{
    return failure_set(failure, REASON_STATE_UNPROVEN, name, "%s", why);
}

/* --- What they add up to --------------------------------------------------------------------------------------- */

/* SHA-256 over length and bytes of each name and sealed column, by name; and the sealed column of one, malloc'd. */
struct document_sum {
    const char *wanted; /* NULL: none */
    uint8_t *sealed;
    size_t sealed_size;
    uint32_t count;
    uint8_t root[DIGEST_BYTES];
};

static void add_part(struct digest *digest, const void *bytes, size_t size)
{
    const uint8_t length[4] = {
        (uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8), (uint8_t)size};
    digest_add(digest, length, sizeof length);
    digest_add(digest, bytes, size);
}

static enum reason add_row(
    struct store *store, sqlite3_stmt *row, struct document_sum *sum, struct failure *failure)
{
    size_t name_size, size;
    const void *name = statement_column(row, 0, 1, DOCUMENT_NAME_MAX, &name_size);
    const void *sealed = statement_column(row, 1, SALTED_SALT_BYTES + 1, SEALED_MAX, &size);
    if (name == NULL || sealed == NULL || sum->count == DOCUMENTS_MAX)
        return unproven("documents", "a row is damaged or one too many", failure);
    add_part(store->root_digest, name, name_size);
    add_part(store->root_digest, sealed, size);
    sum->count++;
    if (sum->wanted == NULL || sum->sealed != NULL || strlen(sum->wanted) != name_size ||
        memcmp(name, sum->wanted, name_size) != 0)
        return REASON_DONE;
    sum->sealed = malloc(size);
    if (sum->sealed == NULL)
        return failure_set(failure, REASON_NO_MEMORY, sum->wanted, NULL);
    memcpy(sum->sealed, sealed, size);
    sum->sealed_size = size;
    return REASON_DONE;
}

static enum reason add_up(struct store *store, struct document_sum *sum, struct failure *failure)
{
    struct statement rows;
    struct failure ended;
    enum reason reason = REASON_DONE;
    digest_begin(store->root_digest);
    statement_begin(&rows, &store->database, STATEMENT_DOCUMENT_ALL, failure);
    while (reason == REASON_DONE && statement_next(&rows))
        reason = add_row(store, rows.row, sum, failure);
    reason = statement_end(&rows, reason);
    enum reason end = digest_end(store->root_digest, sum->root, reason == REASON_DONE ? failure : &ended);
    if (sum->count == 0)
        memset(sum->root, 0, DIGEST_BYTES);
    return reason == REASON_DONE ? end : reason;
}

/* The sum of the rows as they are, which must be the state's. */
static enum reason prove(
    struct store *store, const struct proven_state *state, struct document_sum *sum, struct failure *failure)
{
    TRY(add_up(store, sum, failure));
    if (sum->count != state->document_count ||
        !equal_in_constant_time(sum->root, state->documents_root, DIGEST_BYTES))
        return unproven("documents",
            "they are not those that were put: one was changed, swapped, left out or put back", failure);
    return REASON_DONE;
}

enum reason documents_prove(struct store *store, const struct proven_state *state, struct failure *failure)
{
    struct document_sum sum = {0};
    return prove(store, state, &sum, failure);
}

/* --- Changes ---------------------------------------------------------------------------------------------------- */

static enum reason put(struct store *store, const struct document_change *change, struct failure *failure)
{
    struct salted_record record = record_of(store, change->name);
    size_t size = salted_record_size(change->size);
    uint8_t *sealed = malloc(size);
    if (sealed == NULL)
        return failure_set(failure, REASON_NO_MEMORY, change->name, NULL);
    enum reason reason = salted_record_seal(&record, change->bytes, change->size, sealed, failure);
    if (reason == REASON_DONE) {
        struct statement write;
        statement_begin(&write, &store->database, STATEMENT_DOCUMENT_WRITE, failure);
        statement_bind_text(&write, 1, change->name);
        statement_bind_blob(&write, 2, sealed, size);
        reason = statement_run(&write);
    }
    free(sealed);
    return reason;
}

static enum reason take_away(struct store *store, const char *name, struct failure *failure)
{
    struct statement write;
    statement_begin(&write, &store->database, STATEMENT_DOCUMENT_DELETE, failure);
    statement_bind_text(&write, 1, name);
    return statement_run(&write);
}

static enum reason describe(struct store *store, const struct document_change *change,
    struct json_writer *writer, struct failure *failure)
{
    uint8_t hash[DIGEST_BYTES];
    char text[DIGEST_HEX_SIZE];
    if (change->bytes == NULL) {
        json_write_null(writer, change->name);
        return REASON_DONE;
    }
    TRY(digest_bytes(store->digest, change->bytes, change->size, hash, failure));
    json_write_text(writer, change->name, hex_format(hash, DIGEST_BYTES, text));
    return REASON_DONE;
}

static enum reason write_all(struct store *store, const struct journal_change *change,
    struct json_writer *writer, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    for (size_t i = 0; i < change->document_count && reason == REASON_DONE; i++) {
        const struct document_change *document = &change->documents[i];
        reason = document_check_change(document, failure);
        if (reason == REASON_DONE)
            reason = document->bytes != NULL ? put(store, document, failure)
                                             : take_away(store, document->name, failure);
        if (reason == REASON_DONE)
            reason = describe(store, document, writer, failure);
    }
    return reason;
}

static enum reason take_sum(struct store *store, struct proven_state *next, struct failure *failure)
{
    struct document_sum sum = {0};
    enum reason reason = add_up(store, &sum, failure);
    if (reason == REASON_STATE_UNPROVEN)
        return failure_set(failure, REASON_BAD_VALUE, "documents", "there may be %d of them", DOCUMENTS_MAX);
    next->document_count = sum.count;
    memcpy(next->documents_root, sum.root, DIGEST_BYTES);
    return reason;
}

enum reason document_apply(struct store *store, struct proven_state *next,
    const struct journal_change *change, json_t *body, bool *erases, struct failure *failure)
{
    struct document_sum before = {0};
    struct json_writer writer, documents;
    if (change->document_count == 0)
        return REASON_DONE;
    TRY(prove(store, next, &before, failure));
    *erases = *erases || before.count > 0;
    json_writer_object(&documents);
    enum reason reason = write_all(store, change, &documents, failure);
    json_writer_over(&writer, json_incref(body));
    json_write_value(&writer, "documents", json_writer_end(&documents));
    enum reason closed = json_writer_close(&writer, "log entry", reason == REASON_DONE ? failure : NULL);
    if (reason == REASON_DONE)
        reason = closed;
    return reason == REASON_DONE ? take_sum(store, next, failure) : reason;
}

/* --- Reading ---------------------------------------------------------------------------------------------------- */

static enum reason open_sealed(
    struct store *store, const struct document_sum *sum, char **bytes, size_t *size, struct failure *failure)
{
    struct salted_record record = record_of(store, sum->wanted);
    size_t room = salted_record_room(sum->sealed_size);
    *bytes = malloc(room + 1);
    if (*bytes == NULL)
        return failure_set(failure, REASON_NO_MEMORY, sum->wanted, NULL);
    enum reason reason =
        salted_record_open(&record, sum->sealed, sum->sealed_size, (uint8_t *)*bytes, room, size, failure);
    if (reason == REASON_DONE) {
        (*bytes)[*size] = '\0';
        return REASON_DONE;
    }
    free(*bytes);
    *bytes = NULL;
    return reason == REASON_SEAL_BROKEN ? unproven(sum->wanted, "it does not open in its place", failure)
                                        : reason;
}

enum reason document_read(struct store *store, const char *name, char **bytes, size_t *size,
    uint8_t digest[DIGEST_BYTES], struct failure *failure)
{
    struct document_sum sum = {.wanted = name};
    *bytes = NULL;
    *size = 0;
    TRY(snapshot_begin(store, failure));
    enum reason reason = prove(store, &store->proven.state, &sum, failure);
    snapshot_end(store);
    if (reason == REASON_DONE && sum.sealed == NULL)
        reason = failure_set(failure, REASON_DOCUMENT_NOT_FOUND, name, NULL);
    if (reason == REASON_DONE)
        reason = open_sealed(store, &sum, bytes, size, failure);
    free(sum.sealed);
    if (reason == REASON_DONE && digest != NULL)
        reason = digest_bytes(store->digest, *bytes, *size, digest, failure);
    if (reason != REASON_DONE) {
        document_finish(*bytes, *size);
        *bytes = NULL;
    }
    return reason;
}

enum reason document_read_into(struct store *store, const char *name, uint8_t digest[DIGEST_BYTES],
    enum reason (*parse)(const char *text, size_t size, void *into, struct failure *failure), void *into,
    struct failure *failure)
{
    char *bytes;
    size_t size;
    enum reason reason = document_read(store, name, &bytes, &size, digest, failure);
    if (reason == REASON_DOCUMENT_NOT_FOUND)
        return REASON_DONE;
    if (reason == REASON_DONE)
        reason = parse(bytes, size, into, failure);
    document_finish(bytes, size);
    return reason;
}
