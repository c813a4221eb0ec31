/* list_state.c: the list's sealed state: what the rows must add up to, and which log entry said so.
 *
 * A row that was swapped, changed or put back does not open or does not add up; an older state put back with its rows is
 * older than the newest change that the log records. Only log and list put back together go unseen here: against that stand
 * receipts, older checkpoints and exports in other hands.
 */
#include <stdio.h>
#include <string.h>

#include "store/watchlist_internal.h"

#define STATE_BYTES (8 * 7 + DIGEST_BYTES + sizeof((struct list_state *)0)->list_name)

void watchlist_place(const struct store *store, const char *column,
    const uint8_t id[static WATCHLIST_ID_BYTES], uint64_t import, struct sealed_place *place)
{
    *place = (struct sealed_place){
        .table = "alert", .column = column, .epoch = STORE_KEY_EPOCH, .version = import};
    memcpy(place->database, store->id, SEALED_ID_BYTES);
    memcpy(place->id, id, WATCHLIST_ID_BYTES);
}

static struct sealed_place state_place(const struct store *store, uint64_t generation)
{
    struct sealed_place place = {
        .table = "list_state", .column = "sealed", .epoch = STORE_KEY_EPOCH, .version = generation};
    memcpy(place.database, store->id, SEALED_ID_BYTES);
    return place;
}

/* --- The root over the rows ---------------------------------------------------------------------------------- */

/* A row is its id and the tags of everything sealed in it: the tag stands for key, place and contents. */
static bool add_row(struct digest *digest, sqlite3_stmt *statement)
{
    digest_add(digest, sqlite3_column_blob(statement, 0), (size_t)sqlite3_column_bytes(statement, 0));
    for (int column = 1; column <= 1 + WATCHLIST_COLUMNS; column++) {
        int size = sqlite3_column_bytes(statement, column);
        if (size < 16)
            return false;
        digest_add(digest, (const uint8_t *)sqlite3_column_blob(statement, column) + size - 16, 16);
    }
    return sqlite3_column_bytes(statement, 0) == WATCHLIST_ID_BYTES;
}

enum reason list_root(struct store *store, uint64_t import, uint8_t root[static DIGEST_BYTES],
    uint64_t *count, struct failure *failure)
{
    sqlite3_stmt *statement;
    bool row = true;
    *count = 0;
    enum reason reason = store_prepare(store,
        "SELECT id, wrapped, alert, identity, templates, originals FROM alert WHERE import = ? ORDER BY id",
        &statement, failure);
    if (reason != REASON_DONE)
        return reason;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)import);
    digest_begin(store->root_digest);
    while (reason == REASON_DONE) {
        reason = store_step(store, statement, &row, failure);
        if (reason != REASON_DONE || !row)
            break;
        if (!add_row(store->root_digest, statement))
            reason = failure_set(failure, REASON_SEAL_BROKEN, "watchlist", "a row is damaged");
        ++*count;
    }
    sqlite3_finalize(statement);
    struct failure ended;
    enum reason end = digest_end(store->root_digest, root, reason == REASON_DONE ? failure : &ended);
    return reason == REASON_DONE ? end : reason;
}

/* --- The state's bytes --------------------------------------------------------------------------------------- */

static void write_state(const struct list_state *state, uint8_t bytes[static STATE_BYTES])
{
    struct bytes_writer writer;
    bytes_writer_init(&writer, bytes, STATE_BYTES);
    bytes_write_u64be(&writer, state->generation);
    bytes_write_u64be(&writer, state->import);
    bytes_write_u64be(&writer, state->list_version);
    bytes_write_u64be(&writer, state->entry_count);
    bytes_write_u64be(&writer, state->finger_count);
    bytes_write_u64be(&writer, (uint64_t)state->installed_ms);
    bytes_write_u64be(&writer, state->change_seq);
    bytes_write_copy(&writer, state->root, DIGEST_BYTES);
    bytes_write_copy(&writer, state->list_name, sizeof state->list_name);
}

static bool read_state(const uint8_t *bytes, size_t size, struct list_state *state)
{
    struct bytes_reader reader;
    bytes_reader_init(&reader, bytes, size);
    state->generation = bytes_read_u64be(&reader);
    state->import = bytes_read_u64be(&reader);
    state->list_version = bytes_read_u64be(&reader);
    state->entry_count = bytes_read_u64be(&reader);
    state->finger_count = bytes_read_u64be(&reader);
    state->installed_ms = (int64_t)bytes_read_u64be(&reader);
    state->change_seq = bytes_read_u64be(&reader);
    bytes_read_copy(&reader, state->root, DIGEST_BYTES);
    bytes_read_copy(&reader, state->list_name, sizeof state->list_name);
    return bytes_reader_finished(&reader) && memchr(state->list_name, 0, sizeof state->list_name) != NULL;
}

enum reason list_state_write(struct store *store, const struct list_state *state, struct failure *failure)
{
    uint8_t bytes[STATE_BYTES], sealed[STATE_BYTES + SEALED_PADDING + SEALED_OVERHEAD];
    struct sealed_place place = state_place(store, state->generation);
    write_state(state, bytes);
    size_t size = sealed_size(sizeof bytes);
    enum reason reason = sealed_record_seal(
        store->sealer, store->keys->list, &place, bytes, sizeof bytes, sealed, sizeof sealed, failure);
    sqlite3_stmt *statement = NULL;
    if (reason == REASON_DONE)
        reason =
            store_prepare(store, "INSERT OR REPLACE INTO list_state VALUES (1, ?, ?)", &statement, failure);
    if (reason == REASON_DONE) {
        sqlite3_bind_int64(statement, 1, (sqlite3_int64)state->generation);
        sqlite3_bind_blob64(statement, 2, sealed, size, SQLITE_STATIC);
        reason = store_run(store, statement, failure);
    }
    sqlite3_finalize(statement);
    return reason;
}

enum reason list_state_describe(const struct list_state *state, json_t *body, struct failure *failure)
{
    char root[DIGEST_HEX_SIZE];
    hex_format(state->root, DIGEST_BYTES, root);
    if (json_object_set_new(body, "list", json_string(state->list_name)) != 0 ||
        json_object_set_new(body, "list_version", json_integer((json_int_t)state->list_version)) != 0 ||
        json_object_set_new(body, "list_generation", json_integer((json_int_t)state->generation)) != 0 ||
        json_object_set_new(body, "list_entries", json_integer((json_int_t)state->entry_count)) != 0 ||
        json_object_set_new(body, "list_root", json_string(root)) != 0)
        return failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
    return REASON_DONE;
}

/* --- Against the log ----------------------------------------------------------------------------------------- */

/* The entry's body, when it records a change of the list: its generation and root must be the state's (or, for an entry
 * behind the state's own, there must be none). */
static enum reason compare_change(
    struct store *store, const struct list_state *state, uint64_t seq, struct failure *failure)
{
    json_t *entry;
    enum reason reason = journal_read(store, seq, &entry, failure);
    if (reason != REASON_DONE)
        return reason;
    json_t *body = json_object_get(entry, "body");
    json_t *root = json_object_get(body, "list_root");
    char expected[DIGEST_HEX_SIZE];
    hex_format(state->root, DIGEST_BYTES, expected);
    /* Without its body nobody can tell whether the entry records a change: it is taken for one. */
    bool records = json_is_string(root) || !json_is_object(body);
    bool same = json_is_string(root) && strcmp(json_string_value(root), expected) == 0 &&
                (uint64_t)json_integer_value(json_object_get(body, "list_generation")) == state->generation;
    json_decref(entry);
    bool own = state->generation > 0 && seq == state->change_seq;
    if (own ? !same : records)
        return failure_set(failure, REASON_LIST_ROLLED_BACK, "watchlist",
            "entry %llu of the log records another list than generation %llu, which is installed",
            (unsigned long long)seq, (unsigned long long)state->generation);
    return REASON_DONE;
}

static enum reason compare_with_log(
    struct store *store, const struct list_state *state, struct failure *failure)
{
    sqlite3_stmt *statement;
    bool row = true;
    enum reason reason = store_prepare(store,
        "SELECT seq FROM entry WHERE seq >= ? AND (instr(head, CAST('\"event\":\"alteration\"' AS BLOB)) > 0"
        " OR instr(head, CAST('\"event\":\"erasure\"' AS BLOB)) > 0) ORDER BY seq",
        &statement, failure);
    if (reason != REASON_DONE)
        return reason;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)state->change_seq);
    while (reason == REASON_DONE) {
        reason = store_step(store, statement, &row, failure);
        if (reason != REASON_DONE || !row)
            break;
        reason = compare_change(store, state, (uint64_t)sqlite3_column_int64(statement, 0), failure);
    }
    sqlite3_finalize(statement);
    return reason;
}

static enum reason open_state(
    struct store *store, sqlite3_stmt *statement, struct list_state *state, struct failure *failure)
{
    uint64_t generation = (uint64_t)sqlite3_column_int64(statement, 0);
    struct sealed_place place = state_place(store, generation);
    size_t size = (size_t)sqlite3_column_bytes(statement, 1), room = sealed_room(size), opened = 0;
    uint8_t bytes[STATE_BYTES + SEALED_PADDING];
    if (room == 0 || room > sizeof bytes)
        return failure_set(failure, REASON_SEAL_BROKEN, "watchlist", "its sealed state is damaged");
    enum reason reason = sealed_record_open(store->sealer, store->keys->list, &place,
        sqlite3_column_blob(statement, 1), size, bytes, sizeof bytes, &opened, failure);
    if (reason == REASON_DONE && (!read_state(bytes, opened, state) || state->generation != generation))
        reason = failure_set(failure, REASON_SEAL_BROKEN, "watchlist", "its sealed state is damaged");
    return reason;
}

enum reason list_state_read(struct store *store, struct list_state *state, struct failure *failure)
{
    sqlite3_stmt *statement;
    bool row;
    *state = (struct list_state){0};
    enum reason reason =
        store_prepare(store, "SELECT generation, sealed FROM list_state", &statement, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = store_step(store, statement, &row, failure);
    if (reason == REASON_DONE && row)
        reason = open_state(store, statement, state, failure);
    sqlite3_finalize(statement);
    return reason == REASON_DONE ? compare_with_log(store, state, failure) : reason;
}
