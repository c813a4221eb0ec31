/* adversary_world.c: a history that the test knows by heart, and copies of its files from several moments. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/support/adversary.h"
#include "tests/support/listed_entry.h"
#include "tests/support/remove_folder.h"

/* --- Things that are said ------------------------------------------------------------------------------------ */

static uint64_t short_hash(const uint8_t *bytes, size_t size)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * 1099511628211u;
    return hash;
}

char *adversary_describe(const struct watchlist_entry *entry)
{
    char *text = NULL, id[WATCHLIST_ID_TEXT_SIZE];
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    if (stream == NULL)
        return NULL;
    watchlist_id_format(&entry->id, id);
    fprintf(stream, "%s|%d|%s|%s|%s|%s|%s|%s|%s|%s|%d", id, (int)entry->category, entry->case_number,
        entry->name, entry->action, entry->instruction, entry->legal_basis, entry->authority, entry->entered,
        entry->expires, entry->expired);
    for (size_t i = 0; i < entry->purpose_count; i++)
        fprintf(stream, "|%s", entry->purposes[i]);
    for (size_t i = 0; i < entry->finger_count; i++) {
        const struct watchlist_finger *finger = &entry->fingers[i];
        fprintf(stream, "|%d %d %zu %016llx %zu %016llx", (int)finger->position, finger->quality,
            finger->template_size,
            (unsigned long long)short_hash(finger->template_bytes, finger->template_size),
            finger->original_size,
            (unsigned long long)short_hash(finger->original_bytes, finger->original_size));
    }
    fclose(stream);
    return text;
}

json_t *adversary_body(const char *transaction, size_t size)
{
    char *filling = calloc(1, size + 1);
    assert_non_null(filling);
    memset(filling, 'x', size);
    json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "actor", "officer 7", "role", "terminal",
        "purpose", "border_check", "legal_basis", "law", "justification", "first line", "transaction",
        transaction, "note", filling);
    free(filling);
    return body;
}

/* --- The history --------------------------------------------------------------------------------------------- */

static struct failure failure;

static void append(struct store *store, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++) {
        char transaction[32];
        snprintf(
            transaction, sizeof transaction, "transaction-%llu", (unsigned long long)journal_size(store) % 7);
        /* Some bodies are longer than a page. */
        json_t *body = adversary_body(transaction, i % 9 == 4 ? 5000 : 20);
        struct log_draft draft = {LOG_EVENT_CONSULTATION, body};
        struct journal_outcome outcome;
        struct adversary_change made;
        const struct journal_change *change = i % 3 == 0 ? &made.change : NULL;
        adversary_change_init(&made, word, journal_size(store));
        if (change != NULL)
            adversary_change_describe(&made, journal_size(store), body);
        assert_int_equal(journal_append_changing(store, &draft, &change, 1, &outcome, &failure), REASON_DONE);
        journal_outcome_finish(&outcome);
        json_decref(body);
    }
}

static void import_list(struct store *store, uint64_t version, size_t count, const char *word)
{
    struct watchlist_import *import;
    assert_int_equal(watchlist_import_begin(store,
                         &(struct watchlist_import_options){.list_name = "national", .list_version = version},
                         &import, &failure),
        REASON_DONE);
    for (size_t i = 0; i < count; i++) {
        char case_number[64], name[64];
        uint8_t template[600];
        memset(template, (int)(version * 16 + i) + word[0], sizeof template);
        snprintf(case_number, sizeof case_number, "CASE-%llu-%zu", (unsigned long long)version, i);
        snprintf(name, sizeof name, "%s %llu %zu", word, (unsigned long long)version, i);
        struct watchlist_entry entry = listed_entry(case_number, name, template, sizeof template - 30 * i);
        entry.category = (enum alert_category)(i % ALERT_CATEGORY_COUNT);
        entry.finger_count = 1 + i % 2;
        entry.fingers[1] = entry.fingers[0];
        entry.fingers[1].position++;
        entry.fingers[0].original_bytes = (const uint8_t *)name;
        entry.fingers[0].original_size = strlen(name);
        assert_int_equal(watchlist_import_add(import, &entry, 1, &failure), REASON_DONE);
    }
    json_t *body = json_pack("{s:s, s:s}", "actor", "supervisor 1", "role", "supervisor");
    struct log_draft draft = {LOG_EVENT_ALTERATION, body};
    struct journal_outcome outcome = {0};
    assert_int_equal(watchlist_import_commit(import, &draft, &outcome, &failure), REASON_DONE);
    assert_int_equal(watchlist_sweep_all(store, &failure), REASON_DONE);
    journal_outcome_finish(&outcome);
    json_decref(body);
}

static enum reason note_record(void *context, const struct watchlist_entry *entry, struct failure *ignored)
{
    struct adversary_list *list = context;
    (void)ignored;
    list->records = realloc(list->records, (list->count + 1) * sizeof *list->records);
    assert_non_null(list->records);
    list->records[list->count] =
        (struct adversary_record){.id = entry->id, .text = adversary_describe(entry)};
    assert_non_null(list->records[list->count].text);
    list->count++;
    return REASON_DONE;
}

/* Notes the list where it is another than before. */
static void note_list(struct adversary_history *history, struct store *store)
{
    struct watchlist_summary summary;
    assert_int_equal(watchlist_summarize(store, &summary, &failure), REASON_DONE);
    if (history->list_count > 0 &&
        history->lists[history->list_count - 1].summary.generation == summary.generation)
        return;
    assert_true(history->list_count < ADVERSARY_LISTS_MAX);
    struct adversary_list *list = &history->lists[history->list_count++];
    *list = (struct adversary_list){
        .summary = summary, .from = history->list_count == 1 ? 0 : journal_size(store)};
    assert_int_equal(watchlist_load(store, 15, note_record, list, &failure), REASON_DONE);
    assert_int_equal(list->count, summary.entry_count);
}

static void erase_second(struct adversary_world *world, struct store *store)
{
    json_t *body =
        json_pack("{s:s, s:s, s:s}", "actor", "s", "role", "supervisor", "justification", "court order");
    struct log_draft draft = {LOG_EVENT_ERASURE, body};
    struct journal_outcome outcome = {0};
    const struct adversary_list *list = &world->truth.lists[world->truth.list_count - 1];
    assert_int_equal(
        watchlist_erase(store, NULL, &list->records[1].id, &draft, &outcome, &failure), REASON_DONE);
    journal_outcome_finish(&outcome);
    json_decref(body);
}

/* --- Copies and truth ---------------------------------------------------------------------------------------- */

/* The wrapped keys as they lie in the file, of every list whose rows are there. */
static void note_wrapped(struct adversary_list *list, sqlite3 *database)
{
    sqlite3_stmt *statement;
    assert_int_equal(
        sqlite3_prepare_v2(database, "SELECT wrapped FROM alert WHERE id = ?", -1, &statement, NULL),
        SQLITE_OK);
    for (size_t i = 0; i < list->count; i++) {
        sqlite3_bind_blob(statement, 1, list->records[i].id.bytes, WATCHLIST_ID_BYTES, SQLITE_STATIC);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        assert_int_equal(sqlite3_column_bytes(statement, 0), SEALED_WRAPPED_KEY_BYTES);
        memcpy(list->records[i].wrapped, sqlite3_column_blob(statement, 0), SEALED_WRAPPED_KEY_BYTES);
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
}

/* Where a history is made. */
struct making {
    struct adversary_world *world;
    struct adversary_history *history;
    char directory[80];
    const char *anchor;
};

static struct store *open_store(const struct making *making)
{
    struct store *store;
    assert_int_equal(adversary_open(making->directory, STORE_WRITE, making->world->provider, making->anchor,
                         &store, &failure),
        REASON_DONE);
    return store;
}

static struct adversary_bytes read_state_file(const struct making *making, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", making->directory, name);
    return adversary_read(path);
}

/* Closes the store, copies the files before and after, and opens it again. */
static struct store *take_snapshot(struct making *making, struct store *store, enum adversary_moment moment)
{
    struct adversary_world *world = making->world;
    struct adversary_snapshot *snapshot = &world->snapshots[moment];
    char path[128], uri[192];
    char *checkpoint;
    sqlite3 *database;
    note_list(making->history, store);
    snapshot->size = journal_size(store);
    assert_int_equal(journal_checkpoint(store, &checkpoint, &failure), REASON_DONE);
    snprintf(snapshot->checkpoint, sizeof snapshot->checkpoint, "%s", checkpoint);
    free(checkpoint);
    snapshot->live = read_state_file(making, "kordon.db");
    snapshot->live_wal = read_state_file(making, "kordon.db-wal");
    store_close(store);
    snapshot->closed = read_state_file(making, "kordon.db");
    assert_non_null(snapshot->closed.bytes);
    snprintf(path, sizeof path, "%s/copy-%d.db", world->base, (int)moment);
    memcpy(snapshot->path, path, sizeof path);
    adversary_write(snapshot->path, snapshot->closed.bytes, snapshot->closed.size);
    snprintf(uri, sizeof uri, "file:%s?immutable=1", path);
    assert_int_equal(
        sqlite3_open_v2(uri, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL), SQLITE_OK);
    note_wrapped(&making->history->lists[making->history->list_count - 1], database);
    sqlite3_close(database);
    store = open_store(making);
    assert_int_equal(journal_size(store), snapshot->size);
    return store;
}

/* The leaves come from the heads in the file, the roots from the leaves: the store is not asked. */
static void note_tree(
    const struct adversary_world *world, struct adversary_history *history, enum adversary_moment moment)
{
    sqlite3 *database;
    sqlite3_stmt *statement;
    char uri[192];
    struct merkle_edge edge = {0};
    snprintf(uri, sizeof uri, "file:%s?immutable=1", world->snapshots[moment].path);
    assert_int_equal(
        sqlite3_open_v2(uri, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(database, "SELECT head FROM entry ORDER BY seq", -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(merkle_edge_root(&edge, world->digest, history->roots[0], &failure), REASON_DONE);
    for (history->size = 0; sqlite3_step(statement) == SQLITE_ROW;) {
        assert_true(history->size < ADVERSARY_LOG_MAX);
        assert_int_equal(
            merkle_leaf(world->digest, sqlite3_column_blob(statement, 0),
                (size_t)sqlite3_column_bytes(statement, 0), history->leaves[history->size], &failure),
            REASON_DONE);
        size_t count;
        assert_int_equal(
            merkle_edge_append(&edge, world->digest, history->leaves[history->size], NULL, &count, &failure),
            REASON_DONE);
        history->size++;
        assert_int_equal(
            merkle_edge_root(&edge, world->digest, history->roots[history->size], &failure), REASON_DONE);
    }
    sqlite3_finalize(statement);
    sqlite3_close(database);
    assert_int_equal(history->size, world->snapshots[moment].size);
}

static void note_entries(struct adversary_history *history, struct store *store)
{
    for (uint64_t seq = 0; seq < history->size; seq++) {
        json_t *entry;
        assert_int_equal(journal_read(store, seq, &entry, &failure), REASON_DONE);
        const char *transaction =
            json_string_value(json_object_get(json_object_get(entry, "body"), "transaction"));
        history->transactions[seq] = transaction != NULL ? strdup(transaction) : NULL;
        history->entries[seq] = json_dumps(entry, JSON_SORT_KEYS | JSON_COMPACT);
        assert_non_null(history->entries[seq]);
        json_decref(entry);
    }
}

static void make_truth(struct adversary_world *world)
{
    struct making making = {.world = world, .history = &world->truth, .anchor = world->anchor};
    memcpy(making.directory, world->state, sizeof making.directory);
    struct store *store = open_store(&making);
    snprintf(world->verifier_line, sizeof world->verifier_line, "%s", store_verifier_key(store));
    assert_int_equal(
        verifier_key_parse(world->verifier_line, strlen(world->verifier_line), &world->verifier, &failure),
        REASON_DONE);
    store = take_snapshot(&making, store, MOMENT_INIT);
    import_list(store, 1, 6, "Person");
    store = take_snapshot(&making, store, MOMENT_LIST_1);
    append(store, 12, "Person");
    store = take_snapshot(&making, store, MOMENT_ENTRIES);
    import_list(store, 2, 8, "Person");
    store = take_snapshot(&making, store, MOMENT_LIST_2);
    erase_second(world, store);
    store = take_snapshot(&making, store, MOMENT_ERASED);
    append(store, 24, "Person");
    store = take_snapshot(&making, store, MOMENT_LAST);
    note_tree(world, &world->truth, MOMENT_LAST);
    note_entries(&world->truth, store);
    store_close(store);
}

/* The lists of before are the same ones; each history owns its records. */
static void copy_lists(struct adversary_world *world)
{
    const struct adversary_snapshot *common = &world->snapshots[MOMENT_ENTRIES];
    for (size_t i = 0; i < world->truth.list_count && world->truth.lists[i].from <= common->size; i++) {
        struct adversary_list *list = &world->fork.lists[world->fork.list_count++];
        *list = world->truth.lists[i];
        list->records = calloc(list->count + 1, sizeof *list->records);
        assert_non_null(list->records);
        for (size_t j = 0; j < list->count; j++) {
            list->records[j] = world->truth.lists[i].records[j];
            list->records[j].text = strdup(list->records[j].text);
        }
    }
}

/* The same numbers (of entries, imports, generations) with other contents, sealed in the same places by the same keys. */
static void make_fork(struct adversary_world *world)
{
    struct making making = {.world = world, .history = &world->fork};
    char path[128];
    snprintf(making.directory, sizeof making.directory, "%s/fork", world->base);
    assert_int_equal(mkdir(making.directory, 0700), 0);
    snprintf(path, sizeof path, "%s/kordon.db", making.directory);
    adversary_write(
        path, world->snapshots[MOMENT_ENTRIES].closed.bytes, world->snapshots[MOMENT_ENTRIES].closed.size);
    copy_lists(world);
    struct store *store = open_store(&making);
    import_list(store, 2, 7, "Stranger");
    uint64_t from = journal_size(store);
    append(store, 15, "Stranger");
    store = take_snapshot(&making, store, MOMENT_FORK);
    world->fork.lists[world->fork.list_count - 1].from = from;
    note_tree(world, &world->fork, MOMENT_FORK);
    note_entries(&world->fork, store);
    store_close(store);
}

void adversary_world_init(struct adversary_world *world)
{
    struct stat status;
    char base[sizeof world->base];
    memset(world, 0, sizeof *world);
    /* In memory where there is such a place: ten thousand copies would only wear the disk. */
    snprintf(base, sizeof base, "%s/kordon-adversary.XXXXXX",
        stat("/dev/shm", &status) == 0 && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(base));
    memcpy(world->base, base, sizeof base);
    snprintf(world->state, sizeof world->state, "%s/state", base);
    snprintf(world->anchor, sizeof world->anchor, "%s/anchor", base);
    assert_int_equal(mkdir(world->state, 0700), 0);
    snprintf(world->key_uri, sizeof world->key_uri, "file:%s/machine.key", base);
    assert_int_equal(key_provider_create(world->key_uri, &failure), REASON_DONE);
    assert_int_equal(key_provider_open(world->key_uri, &world->provider, &failure), REASON_DONE);
    assert_int_equal(digest_create(&world->digest, &failure), REASON_DONE);
    assert_int_equal(adversary_create(world->state, world->provider, world->anchor, &failure), REASON_DONE);
    make_truth(world);
    make_fork(world);
}

const struct adversary_list *adversary_list_at(const struct adversary_history *history, uint64_t size)
{
    const struct adversary_list *found = &history->lists[0];
    for (size_t i = 1; i < history->list_count; i++)
        if (history->lists[i].from <= size)
            found = &history->lists[i];
    return found;
}

static void free_history(struct adversary_history *history)
{
    for (size_t i = 0; i < history->list_count; i++) {
        for (size_t j = 0; j < history->lists[i].count; j++)
            free(history->lists[i].records[j].text);
        free(history->lists[i].records);
    }
    for (size_t i = 0; i < ADVERSARY_LOG_MAX; i++) {
        free(history->entries[i]);
        free(history->transactions[i]);
    }
}

void adversary_world_finish(struct adversary_world *world)
{
    for (size_t i = 0; i < MOMENT_COUNT; i++) {
        free(world->snapshots[i].closed.bytes);
        free(world->snapshots[i].live.bytes);
        free(world->snapshots[i].live_wal.bytes);
    }
    free_history(&world->truth);
    free_history(&world->fork);
    digest_destroy(world->digest);
    key_provider_close(world->provider);
    remove_folder(world->base);
}
