/* list_row.c: opens one row of the list. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "store/list_internal.h"

void watchlist_place(const struct store *store, const char *column,
    const uint8_t id[static WATCHLIST_ID_BYTES], uint64_t import, struct sealed_place *place)
{
    *place = (struct sealed_place){.table = "alert", .column = column, .epoch = KEY_EPOCH, .version = import};
    memcpy(place->database, store->proven.database_id, SEALED_ID_BYTES);
    memcpy(place->id, id, WATCHLIST_ID_BYTES);
}

/* Columns of every statement here: id, wrapped, then the sealed ones in the order of watchlist_columns. */

void list_row_reader_init(
    struct list_row_reader *reader, struct store *store, uint64_t import, unsigned parts)
{
    *reader = (struct list_row_reader){.store = store, .import = import, .parts = parts};
    time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc) != NULL)
        strftime(reader->today, sizeof reader->today, "%Y-%m-%d", &utc);
}

static enum reason row_broken(const struct watchlist_id *id, const char *why, struct failure *failure)
{
    char text[WATCHLIST_ID_TEXT_SIZE], subject[WATCHLIST_ID_TEXT_SIZE + 16];
    watchlist_id_format(id, text);
    snprintf(subject, sizeof subject, "entry %s", text);
    return failure_set(failure, REASON_SEAL_BROKEN, subject, "%s", why);
}

/* Room in the scratch region for all parts asked for, one behind the other. */
static enum reason make_room(
    const struct list_row_reader *reader, sqlite3_stmt *statement, struct failure *failure)
{
    size_t room = KEY_BYTES;
    for (int i = 0; i < WATCHLIST_COLUMNS; i++)
        if (reader->parts & watchlist_columns[i].part)
            room += sealed_room((size_t)sqlite3_column_bytes(statement, 2 + i));
    return store_scratch(reader->store, room, failure);
}

static enum reason open_columns(const struct list_row_reader *reader, sqlite3_stmt *statement,
    struct watchlist_entry *entry, struct failure *failure)
{
    struct store *store = reader->store;
    uint8_t *key = store->scratch.bytes, *at = key + KEY_BYTES;
    uint8_t *end = key + store->scratch.size;
    struct sealed_place place;
    watchlist_place(store, "key", entry->id.bytes, reader->import, &place);
    enum reason reason = sealed_record_unwrap_key(store->sealer, store->keys->list, &place,
        sqlite3_column_blob(statement, 1), (size_t)sqlite3_column_bytes(statement, 1), key, failure);
    for (int i = 0; i < WATCHLIST_COLUMNS && reason == REASON_DONE; i++) {
        const struct watchlist_column *column = &watchlist_columns[i];
        if (!(reader->parts & column->part))
            continue;
        size_t size = (size_t)sqlite3_column_bytes(statement, 2 + i), opened;
        watchlist_place(store, column->name, entry->id.bytes, reader->import, &place);
        if (sealed_room(size) == 0)
            return row_broken(&entry->id, "a column has a size that no sealed one has", failure);
        reason = sealed_record_open(store->sealer, key, &place, sqlite3_column_blob(statement, 2 + i), size,
            at, (size_t)(end - at), &opened, failure);
        struct bytes_reader bytes;
        bytes_reader_init(&bytes, at, reason == REASON_DONE ? opened : 0);
        if (reason == REASON_DONE && !column->read(&bytes, entry))
            return row_broken(&entry->id, "a column opens but is not what kordon writes", failure);
        at += sealed_room(size);
    }
    if (reason == REASON_SEAL_BROKEN)
        return row_broken(&entry->id, "it does not open in its place: swapped, changed or put back", failure);
    return reason;
}

enum reason list_open_row(const struct list_row_reader *reader, sqlite3_stmt *statement,
    struct watchlist_entry *entry, struct failure *failure)
{
    *entry = (struct watchlist_entry){0};
    if (sqlite3_column_bytes(statement, 0) != WATCHLIST_ID_BYTES)
        return failure_set(failure, REASON_SEAL_BROKEN, "watchlist", "an id is damaged");
    memcpy(entry->id.bytes, sqlite3_column_blob(statement, 0), WATCHLIST_ID_BYTES);
    enum reason reason = make_room(reader, statement, failure);
    if (reason == REASON_DONE)
        reason = open_columns(reader, statement, entry, failure);
    if (reason == REASON_DONE && entry->expires != NULL)
        entry->expired = strcmp(entry->expires, reader->today) < 0;
    return reason;
}
