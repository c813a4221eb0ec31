/* list_staging.c: a list on its way in: begun, its rows sealed and staged batch by batch, then closed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/random.h"
#include "store/list_internal.h"
#include "store/statement_internal.h"
#include "store/tree_internal.h"

/* --- Begin ----------------------------------------------------------------------------------------------------- */

/* The list now. A look, so that nothing is begun upon a row that somebody else wrote. */
static enum reason read_list(struct store *store, struct list_state *now, struct failure *failure)
{
    TRY(snapshot_begin(store, failure));
    *now = store->proven.state.list;
    snapshot_end(store);
    return REASON_DONE;
}

/* Who keeps an id: those on the list of the same name. */
static enum reason take_known_ids(
    struct watchlist_import *import, const struct list_state *now, struct failure *failure)
{
    if (now->generation == 0 || strcmp(now->list_name, import->state.list_name) != 0)
        return REASON_DONE;
    enum reason reason = import->known_ids == NULL
                             ? watchlist_known_ids_load(import->store, &import->known_ids, failure)
                             : REASON_DONE;
    if (reason == REASON_DONE && !known_ids_are_of(import->known_ids, now))
        reason = failure_set(failure, REASON_CONFLICTING_IMPORT, "watchlist",
            "the list was changed since its local ids were read");
    import->keeps_ids = reason == REASON_DONE;
    return reason;
}

static enum reason begin(
    struct watchlist_import *import, const struct watchlist_import_options *options, struct failure *failure)
{
    struct list_state now = {0};
    struct store *store = import->store;
    if (strlen(options->list_name) >= sizeof now.list_name || options->list_version == 0)
        return failure_set(
            failure, REASON_MANIFEST_REFUSED, "watchlist", "its name is too long or its version 0");
    import->state.list_version = options->list_version;
    snprintf(import->state.list_name, sizeof import->state.list_name, "%s", options->list_name);
    enum reason reason = store_check_held(store, failure);
    if (reason == REASON_DONE)
        reason = read_list(store, &now, failure);
    if (reason == REASON_DONE)
        reason = list_check_successor(&now, &import->state, import->replace_list, failure);
    import->generation = now.generation;
    if (reason == REASON_DONE)
        reason = take_known_ids(import, &now, failure);
    /* A number of its own, never one that an earlier import had: rows sealed for that one must not open in this one. */
    if (reason == REASON_DONE)
        reason = random_bytes(&import->state.import, sizeof import->state.import, failure);
    import->state.import = import->state.import >> 1 | 1;
    return reason;
}

enum reason watchlist_import_begin(struct store *store, const struct watchlist_import_options *options,
    struct watchlist_import **import, struct failure *failure)
{
    *import = NULL;
    struct watchlist_import *begun = store->import == NULL ? calloc(1, sizeof *begun) : NULL;
    if (begun == NULL) {
        watchlist_known_ids_destroy(options->known_ids);
        return store->import != NULL
                   ? failure_set(failure, REASON_BUSY, "watchlist", "another import is under way")
                   : failure_set(failure, REASON_NO_MEMORY, "watchlist", NULL);
    }
    begun->store = store;
    begun->known_ids = options->known_ids;
    begun->replace_list = options->replace_list;
    begun->allow_empty = options->allow_empty;
    enum reason reason = begin(begun, options, failure);
    if (reason != REASON_DONE) {
        import_free(begun);
        return reason;
    }
    *import = store->import = begun;
    return REASON_DONE;
}

void import_free(struct watchlist_import *import)
{
    if (import->store->import == import) {
        import->store->import = NULL;
        import->store->list_changed = true;
    }
    watchlist_known_ids_destroy(import->known_ids);
    free(import->marks);
    free(import->sealed);
    free(import);
}

/* --- One row --------------------------------------------------------------------------------------------------- */

static void keep_tag(struct list_mark *mark, int place, const uint8_t *sealed, size_t size)
{
    memcpy(mark->tags[place], sealed + size - LIST_TAG_BYTES, LIST_TAG_BYTES);
}

/* Room for a row's plain columns, one after the other behind its key, in the scratch region, and for all of them sealed. */
static enum reason make_room(
    struct watchlist_import *import, const struct watchlist_entry *entry, struct failure *failure)
{
    size_t largest = 0, whole = 0;
    for (int i = 0; i < WATCHLIST_COLUMNS; i++) {
        size_t plain = watchlist_columns[i].size(entry), sealed = sealed_size(plain);
        if (sealed == 0)
            return failure_set(
                failure, REASON_MANIFEST_REFUSED, "entry", "its %s is too large", watchlist_columns[i].name);
        largest = plain > largest ? plain : largest;
        whole += sealed;
    }
    if (whole > import->sealed_capacity) {
        uint8_t *sealed = realloc(import->sealed, 2 * whole);
        if (sealed == NULL)
            return failure_set(failure, REASON_NO_MEMORY, "watchlist", "an entry of %zu bytes", whole);
        import->sealed = sealed;
        import->sealed_capacity = 2 * whole;
    }
    return store_scratch(import->store, KEY_BYTES + largest, failure);
}

/* Seals one column from the scratch region, behind the row's key that lies at its start. */
static enum reason seal_column(const struct watchlist_import *import, const struct watchlist_column *column,
    const struct watchlist_entry *entry, uint8_t *sealed, size_t size, struct failure *failure)
{
    struct store *store = import->store;
    struct sealed_place place;
    size_t plain_size = column->size(entry);
    uint8_t *key = store->scratch.bytes, *plain = key + KEY_BYTES;
    struct bytes_writer writer;
    bytes_writer_init(&writer, plain, plain_size);
    column->write(entry, &writer);
    if (writer.failed || writer.used != plain_size)
        return failure_set(failure, REASON_INTERNAL_ERROR, "watchlist", "%s has another size", column->name);
    watchlist_place(store, column->name, entry->id.bytes, import->state.import, &place);
    return sealed_record_seal(store->sealer, key, &place, plain, plain_size, sealed, size, failure);
}

static enum reason seal_key(const struct watchlist_import *import, const struct watchlist_entry *entry,
    uint8_t wrapped[static SEALED_WRAPPED_KEY_BYTES], struct failure *failure)
{
    struct store *store = import->store;
    struct sealed_place place;
    watchlist_place(store, "key", entry->id.bytes, import->state.import, &place);
    TRY(random_secret(store->scratch.bytes, KEY_BYTES, failure));
    return sealed_record_wrap_key(
        store->sealer, store->keys->list, &place, store->scratch.bytes, wrapped, failure);
}

static enum reason insert_row(struct watchlist_import *import, const struct watchlist_entry *entry,
    struct list_mark *mark, struct failure *failure)
{
    struct database *database = &import->store->database;
    uint8_t wrapped[SEALED_WRAPPED_KEY_BYTES], *sealed = import->sealed;
    struct statement insert;
    enum reason reason = seal_key(import, entry, wrapped, failure);
    if (reason != REASON_DONE)
        return reason;
    memcpy(mark->id, entry->id.bytes, WATCHLIST_ID_BYTES);
    keep_tag(mark, 0, wrapped, sizeof wrapped);
    statement_begin(&insert, database, STATEMENT_ALERT_WRITE, failure);
    statement_bind_integer(&insert, 1, (int64_t)import->state.import);
    statement_bind_blob(&insert, 2, entry->id.bytes, WATCHLIST_ID_BYTES);
    statement_bind_blob(&insert, 3, wrapped, sizeof wrapped);
    for (int i = 0; i < WATCHLIST_COLUMNS && reason == REASON_DONE; i++) {
        size_t size = sealed_size(watchlist_columns[i].size(entry));
        reason = seal_column(import, &watchlist_columns[i], entry, sealed, size, failure);
        if (reason != REASON_DONE)
            break;
        statement_bind_blob(&insert, 4 + i, sealed, size);
        keep_tag(mark, 1 + i, sealed, size);
        sealed += size;
    }
    return reason == REASON_DONE ? statement_run(&insert) : statement_end(&insert, reason);
}

/* --- A batch --------------------------------------------------------------------------------------------------- */

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
        if (entry->fingers[i].template_size == 0 && entry->fingers[i].original_size == 0)
            return failure_set(
                failure, REASON_MANIFEST_REFUSED, "entry", "a finger has neither template nor original");
    return REASON_DONE;
}

static enum reason reserve_marks(struct watchlist_import *import, size_t count, struct failure *failure)
{
    uint64_t needed = import->state.entry_count + count;
    if (needed <= import->marks_capacity)
        return REASON_DONE;
    uint64_t capacity = 2 * import->marks_capacity > needed ? 2 * import->marks_capacity : needed;
    struct list_mark *marks = reallocarray(import->marks, capacity, sizeof *marks);
    if (marks == NULL)
        return failure_set(
            failure, REASON_NO_MEMORY, "watchlist", "%llu entries", (unsigned long long)needed);
    import->marks = marks;
    import->marks_capacity = capacity;
    return REASON_DONE;
}

static enum reason give_id(
    struct watchlist_import *import, struct watchlist_entry *entry, struct failure *failure)
{
    bool known = false;
    enum reason reason = REASON_DONE;
    if (import->keeps_ids)
        reason =
            known_ids_take(import->known_ids, entry->case_number, import->batch, &entry->id, &known, failure);
    return reason == REASON_DONE && !known ? random_bytes(entry->id.bytes, WATCHLIST_ID_BYTES, failure)
                                           : reason;
}

static enum reason add_rows(struct watchlist_import *import, const struct watchlist_entry *entries,
    size_t count, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    for (size_t i = 0; i < count && reason == REASON_DONE; i++) {
        struct watchlist_entry entry = entries[i];
        reason = give_id(import, &entry, failure);
        if (reason == REASON_DONE)
            reason = make_room(import, &entry, failure);
        if (reason == REASON_DONE)
            reason = insert_row(import, &entry, &import->marks[import->state.entry_count + i], failure);
    }
    return reason;
}

/* A commit of staging that failed may still be found there later: such an import is not gone on with, since its rows would be more than
 * its marks. */
static enum reason commit_batch(struct watchlist_import *import, struct failure *failure)
{
    struct database *database = &import->store->database;
    enum reason reason = statement_act(database, STATEMENT_COMMIT, failure);
    import->failed = reason != REASON_DONE && reason != REASON_DISK_FULL;
    return reason;
}

static enum reason stage(struct watchlist_import *import, const struct watchlist_entry *entries, size_t count,
    struct failure *failure)
{
    struct store *store = import->store;
    TRY(database_begin_staging(&store->database, failure));
    sealer_begin(store->sealer, store->keys->list);
    enum reason reason = add_rows(import, entries, count, failure);
    sealer_end(store->sealer);
    locked_memory_wipe(&store->scratch);
    if (reason == REASON_DONE)
        reason = commit_batch(import, failure);
    database_rollback(&store->database); /* nothing where the commit went through */
    return reason;
}

enum reason import_check_list(
    const struct watchlist_import *import, const struct list_state *list, struct failure *failure)
{
    return list->generation == import->generation
               ? REASON_DONE
               : failure_set(failure, REASON_CONFLICTING_IMPORT, "watchlist",
                     "an entry was erased since it began, and may be on it, too");
}

static enum reason check_open(const struct watchlist_import *import, struct failure *failure)
{
    if (import->failed)
        return failure_set(failure, REASON_CONFLICTING_IMPORT, "watchlist",
            "what it staged before is not known to be there");
    return import->is_sealed ? failure_set(failure, REASON_CONFLICTING_IMPORT, "watchlist", "it is closed")
                             : import_check_list(import, &import->store->proven.state.list, failure);
}

enum reason watchlist_import_add(struct watchlist_import *import, const struct watchlist_entry *entries,
    size_t count, struct failure *failure)
{
    enum reason reason = check_open(import, failure);
    uint64_t fingers = 0, bytes = 0;
    for (size_t i = 0; i < count && reason == REASON_DONE; i++) {
        reason = check_entry(&entries[i], failure);
        if (reason != REASON_DONE)
            return reason;
        fingers += entries[i].finger_count;
        bytes += list_row_bytes(&entries[i]);
    }
    /* In the write-ahead log and in the database. */
    if (reason == REASON_DONE)
        reason = list_check_room(import->store, 2 * bytes, failure);
    if (reason == REASON_DONE)
        reason = reserve_marks(import, count, failure);
    if (reason != REASON_DONE || count == 0)
        return reason;
    import->batch++;
    reason = stage(import, entries, count, failure);
    database_tidy(&import->store->database);
    if (reason != REASON_DONE && import->keeps_ids)
        known_ids_give_back(import->known_ids, import->batch);
    if (reason != REASON_DONE)
        return reason;
    import->state.entry_count += count;
    import->state.finger_count += fingers;
    return REASON_DONE;
}

/* --- Sealed ---------------------------------------------------------------------------------------------------- */

enum reason watchlist_import_seal(
    struct watchlist_import *import, struct watchlist_staged *staged, struct failure *failure)
{
    struct list_sum sum;
    struct list_state *state = &import->state;
    enum reason reason = import->is_sealed ? REASON_DONE : check_open(import, failure);
    if (reason == REASON_DONE && state->entry_count == 0 && !import->allow_empty)
        reason = failure_set(failure, REASON_LIST_EMPTY, state->list_name, NULL);
    if (reason == REASON_DONE && !import->is_sealed) {
        reason = list_add_up_marks(import->store, import->marks, state->entry_count, &sum, failure);
        if (reason != REASON_DONE)
            return reason;
        memcpy(state->root, sum.root, DIGEST_BYTES);
        import->is_sealed = true;
        database_move_log(&import->store->database);
    }
    if (reason != REASON_DONE)
        return reason;
    *staged = (struct watchlist_staged){
        .import = state->import, .entry_count = state->entry_count, .finger_count = state->finger_count};
    memcpy(staged->root, state->root, sizeof staged->root);
    return REASON_DONE;
}
