/* journal_body.c: the sealed bodies' rows. */
#include "store/journal_body_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/random.h"
#include "store/statement_internal.h"

enum reason journal_entry_broken(uint64_t seq, const char *why, struct failure *failure)
{
    char subject[64];
    snprintf(subject, sizeof subject, "entry %llu", (unsigned long long)seq);
    return failure_set(failure, REASON_ENTRY_BROKEN, subject, "%s", why);
}

/* Where the body of that entry is sealed. */
static struct sealed_place body_place(const struct store *store, uint64_t seq)
{
    struct sealed_place place = {.table = "body", .column = "sealed", .epoch = KEY_EPOCH, .version = seq};
    memcpy(place.database, store->proven.database_id, SEALED_ID_BYTES);
    for (size_t i = 0; i < 8; i++)
        place.id[SEALED_ID_BYTES - 1 - i] = (uint8_t)(seq >> (8 * i));
    return place;
}

static enum reason insert_row(struct store *store, uint64_t seq, const uint8_t *wrapped,
    const uint8_t *sealed, size_t size, struct failure *failure)
{
    struct statement write;
    statement_begin(&write, &store->database, STATEMENT_BODY_WRITE, failure);
    statement_bind_integer(&write, 1, (int64_t)seq);
    statement_bind_blob(&write, 2, wrapped, SEALED_WRAPPED_KEY_BYTES);
    statement_bind_blob(&write, 3, sealed, size);
    return statement_run(&write);
}

enum reason journal_body_write(struct store *store, uint64_t seq,
    const uint8_t salt[static COMMIT_SALT_BYTES], const char *body, size_t size, struct failure *failure)
{
    struct sealed_place place = body_place(store, seq);
    uint8_t key[KEY_BYTES], wrapped[SEALED_WRAPPED_KEY_BYTES];
    size_t plain_size = COMMIT_SALT_BYTES + size, sealed_bytes = sealed_size(plain_size);
    uint8_t *plain = malloc(plain_size), *sealed = malloc(sealed_bytes);
    enum reason reason = plain != NULL && sealed != NULL
                             ? random_secret(key, sizeof key, failure)
                             : failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
    if (reason == REASON_DONE) {
        memcpy(plain, salt, COMMIT_SALT_BYTES);
        memcpy(plain + COMMIT_SALT_BYTES, body, size);
        reason =
            sealed_record_seal(store->sealer, key, &place, plain, plain_size, sealed, sealed_bytes, failure);
    }
    if (reason == REASON_DONE)
        reason = sealed_record_wrap_key(store->sealer, store->keys->body, &place, key, wrapped, failure);
    if (reason == REASON_DONE)
        reason = insert_row(store, seq, wrapped, sealed, sealed_bytes, failure);
    memory_wipe(key, sizeof key);
    if (plain != NULL)
        memory_wipe(plain, plain_size);
    free(plain);
    free(sealed);
    return reason;
}

/* --- What erasing leaves: an empty key, and the number of the entry that says so */

#define ERASED_BY_BYTES 8

enum reason journal_entry_erased(uint64_t seq, uint64_t by, struct failure *failure)
{
    char subject[64];
    snprintf(subject, sizeof subject, "entry %llu", (unsigned long long)seq);
    return failure_set(failure, REASON_ENTRY_ERASED, subject, "entry %llu says why", (unsigned long long)by);
}

enum reason journal_body_erase(struct store *store, uint64_t seq, uint64_t by, struct failure *failure)
{
    uint8_t bytes[ERASED_BY_BYTES];
    struct bytes_writer writer;
    struct statement write;
    bytes_writer_init(&writer, bytes, sizeof bytes);
    bytes_write_u64be(&writer, by);
    statement_begin(&write, &store->database, STATEMENT_BODY_ERASE, failure);
    statement_bind_integer(&write, 1, (int64_t)seq);
    statement_bind_blob(&write, 2, bytes, sizeof bytes);
    TRY(statement_run(&write));
    return sqlite3_changes(store->database.connection) == 1 ? REASON_DONE
                                                            : journal_entry_erased(seq, by, failure);
}

bool journal_body_erased(sqlite3_stmt *statement, int first_column, uint64_t *by)
{
    size_t size;
    struct bytes_reader reader;
    const void *named =
        statement_column(statement, first_column + 1, ERASED_BY_BYTES, ERASED_BY_BYTES, &size);
    if (sqlite3_column_type(statement, first_column) != SQLITE_BLOB ||
        sqlite3_column_bytes(statement, first_column) != 0 || named == NULL)
        return false;
    bytes_reader_init(&reader, named, size);
    *by = bytes_read_u64be(&reader);
    return true;
}

enum reason journal_body_find(uint64_t seq, sqlite3_stmt *statement, int first_column,
    struct sealed_body *body, struct failure *failure)
{
    body->wrapped = statement_column(
        statement, first_column, SEALED_WRAPPED_KEY_BYTES, SEALED_WRAPPED_KEY_BYTES, &body->wrapped_size);
    body->sealed =
        statement_column(statement, first_column + 1, 1, sealed_size(SEALED_BODY_MAX), &body->sealed_size);
    body->room = body->sealed != NULL && body->wrapped != NULL ? sealed_room(body->sealed_size) : 0;
    return body->room > 0 ? REASON_DONE : journal_entry_broken(seq, "its sealed body is damaged", failure);
}

enum reason journal_body_open_into(struct store *store, uint64_t seq, const struct sealed_body *body,
    uint8_t *salted, size_t *size, struct failure *failure)
{
    struct sealed_place place = body_place(store, seq);
    uint8_t key[KEY_BYTES];
    *size = 0;
    enum reason reason = sealed_record_unwrap_key(
        store->sealer, store->keys->body, &place, body->wrapped, body->wrapped_size, key, failure);
    if (reason == REASON_DONE)
        reason = sealed_record_open(
            store->sealer, key, &place, body->sealed, body->sealed_size, salted, body->room, size, failure);
    memory_wipe(key, sizeof key);
    if (reason == REASON_SEAL_BROKEN || (reason == REASON_DONE && *size < COMMIT_SALT_BYTES))
        reason = journal_entry_broken(seq, "its sealed body does not open", failure);
    if (reason != REASON_DONE)
        memory_wipe(salted, body->room);
    return reason;
}

enum reason journal_body_open(struct store *store, uint64_t seq, sqlite3_stmt *statement, int first_column,
    uint8_t **salted, size_t *size, size_t *room, struct failure *failure)
{
    struct sealed_body body;
    *salted = NULL;
    *size = *room = 0;
    TRY(journal_body_find(seq, statement, first_column, &body, failure));
    *salted = malloc(body.room);
    if (*salted == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
    *room = body.room;
    enum reason reason = journal_body_open_into(store, seq, &body, *salted, size, failure);
    if (reason != REASON_DONE) {
        free(*salted);
        *salted = NULL;
    }
    return reason;
}
