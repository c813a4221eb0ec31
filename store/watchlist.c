/* watchlist.c: reads the sealed list: for the search, for showing, for checking. */
#include "store/watchlist.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "store/list_internal.h"
#include "store/tree_internal.h"

enum reason watchlist_summarize(
    struct store *store, struct watchlist_summary *summary, struct failure *failure)
{
    *summary = (struct watchlist_summary){0};
    enum reason reason = snapshot_begin(store, failure);
    if (reason != REASON_DONE)
        return reason;
    snapshot_end(store);
    const struct list_state *state = &store->proven.state.list;
    memcpy(summary->list_name, state->list_name, sizeof summary->list_name);
    summary->list_version = state->list_version;
    summary->generation = state->generation;
    summary->entry_count = state->entry_count;
    summary->finger_count = state->finger_count;
    summary->installed_ms = state->installed_ms;
    return REASON_DONE;
}

/* --- One row ------------------------------------------------------------------------------------------------- */

/* Columns of every statement here: id, wrapped, then the sealed ones in the order of watchlist_columns. */

struct row_reader {
    struct store *store;
    uint64_t import;
    unsigned parts;
    char today[11]; /* UTC, YYYY-MM-DD */
};

static void row_reader_init(struct row_reader *reader, struct store *store, uint64_t import, unsigned parts)
{
    *reader = (struct row_reader){.store = store, .import = import, .parts = parts};
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
    const struct row_reader *reader, sqlite3_stmt *statement, struct failure *failure)
{
    size_t room = KEY_BYTES;
    for (int i = 0; i < WATCHLIST_COLUMNS; i++)
        if (reader->parts & watchlist_columns[i].part)
            room += sealed_room((size_t)sqlite3_column_bytes(statement, 2 + i));
    return store_scratch(reader->store, room, failure);
}

static enum reason open_columns(const struct row_reader *reader, sqlite3_stmt *statement,
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

/* Opens the row that the statement stands on into entry, which points into the scratch region. */
static enum reason open_row(const struct row_reader *reader, sqlite3_stmt *statement,
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

/* --- All rows ------------------------------------------------------------------------------------------------ */

/* The installed list's rows, proven: nothing of them may be used before. */
static enum reason check_sum(struct store *store, struct failure *failure)
{
    const struct list_state *state = &store->proven.state.list;
    struct list_sum sum;
    enum reason reason = list_add_up(store, state->import, NULL, &sum, NULL, failure);
    return reason == REASON_DONE ? list_check(state, &sum, failure) : reason;
}

typedef enum reason (*entry_callback)(
    void *context, const struct watchlist_entry *entry, struct failure *failure);

/* Opens the rows that are asked for, and adds up all of them, as they are delivered: what is used is what was proven. */
static enum reason give_all(struct row_reader *reader, sqlite3_stmt *statement, const struct watchlist_id *id,
    entry_callback each, void *context, uint64_t *given, struct list_sum *sum, struct failure *failure)
{
    struct store *store = reader->store;
    enum reason reason = REASON_DONE;
    bool row = true;
    while (reason == REASON_DONE) {
        struct watchlist_entry entry;
        reason = database_step(&store->database, statement, &row, failure);
        if (reason != REASON_DONE || !row)
            break;
        if (!list_add_row(store->root_digest, statement, sum))
            return failure_set(failure, REASON_SEAL_BROKEN, "watchlist", "a row is damaged");
        if (id != NULL && memcmp(sqlite3_column_blob(statement, 0), id->bytes, WATCHLIST_ID_BYTES) != 0)
            continue;
        reason = open_row(reader, statement, &entry, failure);
        if (reason == REASON_DONE)
            reason = each(context, &entry, failure);
        ++*given;
    }
    return reason;
}

/* Gives the installed list's rows to the callback, all or the one with that id; DONE only where all of them are the list. */
static enum reason give_rows(struct store *store, const struct watchlist_id *id, unsigned parts,
    entry_callback each, void *context, uint64_t *given, struct failure *failure)
{
    const struct list_state *state = &store->proven.state.list;
    struct row_reader reader;
    struct list_sum sum = {0};
    struct failure ended;
    sqlite3_stmt *statement;
    *given = 0;
    enum reason reason = database_statement(&store->database, STATEMENT_ALERT_ALL, &statement, failure);
    if (reason != REASON_DONE)
        return reason;
    row_reader_init(&reader, store, state->import, parts);
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)state->import);
    digest_begin(store->root_digest);
    sealer_begin(store->sealer, store->keys->list);
    reason = give_all(&reader, statement, id, each, context, given, &sum, failure);
    sealer_end(store->sealer);
    database_reset(statement);
    locked_memory_wipe(&store->scratch);
    enum reason end = digest_end(store->root_digest, sum.root, reason == REASON_DONE ? failure : &ended);
    if (reason == REASON_DONE)
        reason = end;
    return reason == REASON_DONE ? list_check(state, &sum, failure) : reason;
}

/* State, sum and rows are read in one snapshot: a list that changes meanwhile must not be taken for a shorter one. */
enum reason watchlist_load(
    struct store *store, unsigned parts, entry_callback each, void *context, struct failure *failure)
{
    uint64_t count;
    enum reason reason = snapshot_begin(store, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = give_rows(store, NULL, parts, each, context, &count, failure);
    snapshot_end(store);
    return reason;
}

enum reason watchlist_read(struct store *store, const struct watchlist_id *id, unsigned parts,
    entry_callback each, void *context, struct failure *failure)
{
    uint64_t count;
    enum reason reason = snapshot_begin(store, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = give_rows(store, id, parts, each, context, &count, failure);
    snapshot_end(store);
    if (reason == REASON_DONE && count == 0)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, "watchlist", NULL);
    return reason;
}

/* --- Check --------------------------------------------------------------------------------------------------- */

struct list_check {
    void (*problem)(void *context, const struct watchlist_id *id, const struct failure *failure);
    void *context;
    uint64_t problems;
    struct failure first;
};

static void note_problem(
    struct list_check *check, const struct watchlist_id *id, const struct failure *failure)
{
    if (check->problems++ == 0)
        check->first = *failure;
    if (check->problem != NULL)
        check->problem(check->context, id, failure);
}

/* SYSTEM errors end a check; what it finds broken does not. */
static bool is_finding(enum reason reason)
{
    return reason_class(reason) == REASON_CLASS_EVIDENCE_BROKEN;
}

static enum reason check_rows(
    struct store *store, uint64_t import, struct list_check *check, struct failure *failure)
{
    struct row_reader reader;
    sqlite3_stmt *statement;
    bool row = true;
    row_reader_init(&reader, store, import,
        WATCHLIST_PART_ALERT | WATCHLIST_PART_IDENTITY | WATCHLIST_PART_TEMPLATES | WATCHLIST_PART_ORIGINALS);
    enum reason reason = database_statement(&store->database, STATEMENT_ALERT_ALL, &statement, failure);
    if (reason != REASON_DONE)
        return reason;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)import);
    while (reason == REASON_DONE) {
        struct watchlist_entry entry;
        reason = database_step(&store->database, statement, &row, failure);
        if (reason != REASON_DONE || !row)
            break;
        struct failure problem = {0};
        reason = open_row(&reader, statement, &entry, &problem);
        if (is_finding(reason)) {
            note_problem(check, &entry.id, &problem);
            reason = REASON_DONE;
        } else if (reason != REASON_DONE && failure != NULL) {
            *failure = problem;
        }
    }
    locked_memory_wipe(&store->scratch);
    database_reset(statement);
    return reason;
}

enum reason watchlist_check(struct store *store,
    void (*problem)(void *context, const struct watchlist_id *id, const struct failure *failure),
    void *context, uint64_t *problems, struct failure *failure)
{
    struct list_check check = {.problem = problem, .context = context};
    struct failure found = {0};
    *problems = 0;
    enum reason reason = snapshot_begin(store, &found); /* one snapshot for all that is compared */
    if (reason == REASON_DONE) {
        reason = check_rows(store, store->proven.state.list.import, &check, &found);
        if (reason == REASON_DONE)
            reason = check_sum(store, &found);
        snapshot_end(store);
    }
    if (reason == REASON_DONE && store->held.reason != REASON_DONE) {
        found = store->held;
        note_problem(&check, NULL, &found);
    }
    if (reason != REASON_DONE && is_finding(reason)) {
        note_problem(&check, NULL, &found);
        reason = REASON_DONE;
    }
    *problems = check.problems;
    if (failure != NULL)
        *failure = reason != REASON_DONE ? found : check.first;
    return reason != REASON_DONE ? reason : check.first.reason;
}
