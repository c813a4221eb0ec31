/* list_change.c: changes of the list: a full import, the erasure of an entry. Each becomes durable in one transaction
 * with the log entry that records it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/random.h"
#include "store/journal_append_internal.h"
#include "store/list_internal.h"
#include "store/tree_internal.h"

struct watchlist_import {
    struct store *store;
    struct list_state state; /* the state to be */
    /* Of the rows as they were sealed here, entry_count of them: what lies in the file until the commit is anybody's. */
    struct list_mark *marks;
    uint64_t marks_capacity;
    bool failed;
};

/* The list now. A look, so that nothing is begun upon a row that somebody else wrote. */
static enum reason read_list(struct store *store, struct list_state *now, struct failure *failure)
{
    enum reason reason = snapshot_begin(store, failure);
    if (reason != REASON_DONE)
        return reason;
    *now = store->proven.state.list;
    snapshot_end(store);
    return REASON_DONE;
}

static enum reason check_version(
    const struct list_state *now, const char *list_name, uint64_t version, struct failure *failure)
{
    if (now->generation == 0 || version > now->list_version)
        return REASON_DONE;
    return failure_set(failure, REASON_LIST_VERSION_OLD, list_name, "version %llu, installed is %llu",
        (unsigned long long)version, (unsigned long long)now->list_version);
}

enum reason watchlist_import_begin(struct store *store, const char *list_name, uint64_t list_version,
    struct watchlist_import **import, struct failure *failure)
{
    struct list_state now;
    *import = NULL;
    enum reason reason = read_list(store, &now, failure);
    if (reason != REASON_DONE)
        return reason;
    if (strlen(list_name) >= sizeof now.list_name || list_version == 0)
        return failure_set(
            failure, REASON_MANIFEST_REFUSED, "watchlist", "its name is too long or its version 0");
    reason = check_version(&now, list_name, list_version, failure);
    if (reason != REASON_DONE)
        return reason;
    struct watchlist_import *begun = calloc(1, sizeof *begun);
    if (begun == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "watchlist", NULL);
    begun->store = store;
    begun->state.list_version = list_version;
    snprintf(begun->state.list_name, sizeof begun->state.list_name, "%s", list_name);
    /* A number of its own, never one that an earlier import had: rows sealed for that one must not open in this one. */
    reason = random_bytes(&begun->state.import, sizeof begun->state.import, failure);
    begun->state.import = begun->state.import >> 1 | 1;
    if (reason != REASON_DONE) {
        free(begun);
        return reason;
    }
    *import = begun;
    return REASON_DONE;
}

/* Seals one column from the scratch region, behind the record's key that lies at its start, into malloc'd bytes. */
static enum reason seal_column(const struct watchlist_import *import, const struct watchlist_column *column,
    const struct watchlist_entry *entry, uint8_t **sealed, size_t *size, struct failure *failure)
{
    struct store *store = import->store;
    struct sealed_place place;
    size_t plain_size = column->size(entry);
    uint8_t *key = store->scratch.bytes, *plain = key + KEY_BYTES;
    *size = sealed_size(plain_size);
    *sealed = *size > 0 ? malloc(*size) : NULL;
    if (*sealed == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "watchlist", "an entry of %zu bytes", plain_size);
    struct bytes_writer writer;
    bytes_writer_init(&writer, plain, plain_size);
    column->write(entry, &writer);
    if (writer.failed || writer.used != plain_size)
        return failure_set(failure, REASON_INTERNAL_ERROR, "watchlist", "%s has another size", column->name);
    watchlist_place(store, column->name, entry->id.bytes, import->state.import, &place);
    return sealed_record_seal(store->sealer, key, &place, plain, plain_size, *sealed, *size, failure);
}

/* Room for one more. */
static enum reason reserve_mark(struct watchlist_import *import, struct failure *failure)
{
    if (import->state.entry_count < import->marks_capacity)
        return REASON_DONE;
    uint64_t capacity = 2 * import->marks_capacity + 64;
    struct list_mark *marks = reallocarray(import->marks, capacity, sizeof *marks);
    if (marks == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "watchlist", "%llu entries",
            (unsigned long long)import->state.entry_count);
    import->marks = marks;
    import->marks_capacity = capacity;
    return REASON_DONE;
}

static void keep_tag(struct list_mark *mark, int place, const uint8_t *sealed, size_t size)
{
    memcpy(mark->tags[place], sealed + size - LIST_TAG_BYTES, LIST_TAG_BYTES);
}

static enum reason insert_row(struct watchlist_import *import, const struct watchlist_entry *entry,
    const uint8_t wrapped[static SEALED_WRAPPED_KEY_BYTES], struct failure *failure)
{
    uint8_t *sealed[WATCHLIST_COLUMNS] = {NULL};
    struct database *database = &import->store->database;
    sqlite3_stmt *insert;
    enum reason reason = reserve_mark(import, failure);
    if (reason == REASON_DONE)
        reason = database_statement(database, STATEMENT_ALERT_WRITE, &insert, failure);
    if (reason != REASON_DONE)
        return reason;
    struct list_mark *mark = &import->marks[import->state.entry_count];
    memcpy(mark->id, entry->id.bytes, WATCHLIST_ID_BYTES);
    keep_tag(mark, 0, wrapped, SEALED_WRAPPED_KEY_BYTES);
    sqlite3_bind_int64(insert, 1, (sqlite3_int64)import->state.import);
    sqlite3_bind_blob(insert, 2, entry->id.bytes, WATCHLIST_ID_BYTES, SQLITE_STATIC);
    sqlite3_bind_blob(insert, 3, wrapped, SEALED_WRAPPED_KEY_BYTES, SQLITE_STATIC);
    for (int i = 0; i < WATCHLIST_COLUMNS && reason == REASON_DONE; i++) {
        size_t size;
        reason = seal_column(import, &watchlist_columns[i], entry, &sealed[i], &size, failure);
        if (reason == REASON_DONE) {
            sqlite3_bind_blob64(insert, 4 + i, sealed[i], size, SQLITE_STATIC);
            keep_tag(mark, 1 + i, sealed[i], size);
        }
    }
    if (reason == REASON_DONE)
        reason = database_run(database, insert, failure);
    database_reset(insert);
    for (int i = 0; i < WATCHLIST_COLUMNS; i++)
        free(sealed[i]);
    return reason;
}

static enum reason check_entry(const struct watchlist_entry *entry, struct failure *failure)
{
    const char *const texts[] = {entry->case_number, entry->name, entry->action, entry->instruction,
        entry->legal_basis, entry->authority, entry->entered, entry->expires};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i] == NULL || strlen(texts[i]) > WATCHLIST_TEXT_MAX)
            return failure_set(failure, REASON_MANIFEST_REFUSED, "entry", "a text is missing or too long");
    if (entry->finger_count == 0 || entry->finger_count > WATCHLIST_FINGERS_MAX ||
        entry->purpose_count > WATCHLIST_PURPOSES_MAX)
        return failure_set(
            failure, REASON_MANIFEST_REFUSED, "entry", "too few or too many fingers or purposes");
    for (size_t i = 0; i < entry->finger_count; i++)
        if (entry->fingers[i].template_size == 0)
            return failure_set(failure, REASON_MANIFEST_REFUSED, "entry", "a finger has no template");
    return REASON_DONE;
}

static enum reason add_sealed(
    struct watchlist_import *import, struct watchlist_entry *entry, struct failure *failure)
{
    struct store *store = import->store;
    uint8_t wrapped[SEALED_WRAPPED_KEY_BYTES];
    struct sealed_place place;
    size_t largest = 0;
    for (int i = 0; i < WATCHLIST_COLUMNS; i++)
        if (watchlist_columns[i].size(entry) > largest)
            largest = watchlist_columns[i].size(entry);
    enum reason reason = store_scratch(store, KEY_BYTES + largest, failure);
    if (reason == REASON_DONE)
        reason = random_bytes(entry->id.bytes, WATCHLIST_ID_BYTES, failure);
    if (reason == REASON_DONE)
        reason = random_secret(store->scratch.bytes, KEY_BYTES, failure);
    watchlist_place(store, "key", entry->id.bytes, import->state.import, &place);
    if (reason == REASON_DONE)
        reason = sealed_record_wrap_key(
            store->sealer, store->keys->list, &place, store->scratch.bytes, wrapped, failure);
    if (reason == REASON_DONE)
        reason = insert_row(import, entry, wrapped, failure);
    locked_memory_wipe(&store->scratch);
    return reason;
}

enum reason watchlist_import_add(
    struct watchlist_import *import, const struct watchlist_entry *entry, struct failure *failure)
{
    struct watchlist_entry copy = *entry;
    if (import->failed)
        return failure_set(
            failure, REASON_CONFLICTING_IMPORT, "watchlist", "an entry before this one failed");
    enum reason reason = check_entry(entry, failure);
    /* Each row is its own short transaction, so that the journal gets its turn between two of them. It is synced with the
     * import's own entry, or with an earlier one of the log. */
    if (reason == REASON_DONE)
        reason = database_begin_staging(&import->store->database, failure);
    if (reason == REASON_DONE)
        reason = add_sealed(import, &copy, failure);
    import->failed = reason != REASON_DONE;
    database_tidy(&import->store->database);
    import->state.entry_count++;
    import->state.finger_count += entry->finger_count;
    return reason;
}

/* What runs inside the transaction of the log entry: the new state, recorded in the entry's body. */
struct change {
    struct store *store;
    struct list_state to_be;          /* of an import */
    struct list_mark *marks;          /* its rows' */
    const struct watchlist_id *erase; /* NULL for an import */
};

/* The rows are proven before one of them goes: an erasure must not vouch for what somebody put among them. */
static enum reason erase_row(struct change *change, struct list_state *list, struct failure *failure)
{
    struct store *store = change->store;
    struct list_sum whole, rest;
    sqlite3_stmt *statement;
    enum reason reason = list_add_up(store, list->import, change->erase, &whole, &rest, failure);
    if (reason == REASON_DONE)
        reason = list_check(list, &whole, failure);
    if (reason == REASON_DONE && rest.count + 1 != whole.count)
        reason = failure_set(failure, REASON_ENTRY_NOT_FOUND, "watchlist", NULL);
    if (reason == REASON_DONE)
        reason = database_statement(&store->database, STATEMENT_ALERT_DELETE, &statement, failure);
    if (reason != REASON_DONE)
        return reason;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)list->import);
    sqlite3_bind_blob(statement, 2, change->erase->bytes, WATCHLIST_ID_BYTES, SQLITE_STATIC);
    reason = database_run(&store->database, statement, failure);
    if (reason == REASON_DONE && sqlite3_changes(store->database.connection) != 1)
        reason = failure_set(failure, REASON_STORE_ERROR, "watchlist", "the row was not deleted");
    memcpy(list->root, rest.root, DIGEST_BYTES);
    list->entry_count = rest.count;
    return reason;
}

static enum reason install_rows(struct change *change, struct list_state *list, struct failure *failure)
{
    struct list_sum sum, staged;
    uint64_t generation = list->generation;
    enum reason reason = check_version(list, change->to_be.list_name, change->to_be.list_version, failure);
    if (reason == REASON_DONE)
        reason = list_add_up(change->store, change->to_be.import, NULL, &sum, NULL, failure);
    if (reason == REASON_DONE)
        reason = list_add_up_marks(change->store, change->marks, change->to_be.entry_count, &staged, failure);
    if (reason != REASON_DONE)
        return reason;
    if (sum.count != staged.count || memcmp(sum.root, staged.root, DIGEST_BYTES) != 0)
        return failure_set(failure, REASON_CONFLICTING_IMPORT, "watchlist",
            "the rows that it staged, %llu, are not those that lie there now, %llu: somebody else changed "
            "them",
            (unsigned long long)staged.count, (unsigned long long)sum.count);
    *list = change->to_be;
    list->generation = generation;
    memcpy(list->root, sum.root, DIGEST_BYTES);
    return REASON_DONE;
}

static enum reason apply_change(
    void *context, uint64_t seq, struct proven_state *next, json_t *body, struct failure *failure)
{
    struct change *change = context;
    struct list_state *list = &next->list;
    enum reason reason =
        change->erase != NULL ? erase_row(change, list, failure) : install_rows(change, list, failure);
    if (reason != REASON_DONE)
        return reason;
    list->generation++;
    list->change_seq = seq;
    list->installed_ms = store_now_ms();
    if (change->erase != NULL) {
        /* The entry says which record is gone: its local id, which names nobody. */
        char id[WATCHLIST_ID_TEXT_SIZE];
        watchlist_id_format(change->erase, id);
        if (json_object_set_new(body, "reference", json_string(id)) != 0)
            return failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
    }
    return list_state_describe(list, body, failure);
}

enum reason watchlist_import_commit(struct watchlist_import *import, const struct log_draft *draft,
    struct journal_outcome *outcome, struct failure *failure)
{
    struct change change = {.store = import->store, .to_be = import->state, .marks = import->marks};
    struct journal_companion companion = {apply_change, &change};
    enum reason reason = import->failed
                             ? failure_set(failure, REASON_CONFLICTING_IMPORT, "watchlist", "an entry failed")
                             : REASON_DONE;
    if (reason == REASON_DONE)
        reason = journal_append_with(import->store, draft, 1, &companion, outcome, failure);
    watchlist_import_cancel(import); /* sweeps what is not the installed list: the old one, or this one */
    return reason;
}

void watchlist_import_cancel(struct watchlist_import *import)
{
    if (import == NULL)
        return;
    struct failure ignored; /* what is left is swept again at the next open */
    if (import->store->database.connection != NULL)
        (void)list_sweep(import->store, &ignored);
    free(import->marks);
    free(import);
}

enum reason watchlist_erase(struct store *store, const struct watchlist_id *id, const struct log_draft *draft,
    struct journal_outcome *outcome, struct failure *failure)
{
    struct change change = {.store = store, .erase = id};
    struct journal_companion companion = {apply_change, &change};
    if (store->proven.state.list.generation == 0)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, "watchlist", NULL);
    enum reason reason = journal_append_with(store, draft, 1, &companion, outcome, failure);
    /* The erasure is durable and recorded, whatever becomes of the WAL: where a reader is in the way now, it is truncated
     * at the next occasion. */
    if (reason == REASON_DONE && !store->database.distrusted)
        database_truncate_log(&store->database);
    return reason;
}
