#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/file.h"
#include "tests/support/listed_entry.h"
#include "tests/support/remove_folder.h"
#include "tests/support/state_directory.h"

/* The paths of this struct, which may be a copy. */
static void set_options(struct state_directory *state)
{
    state->options.directory = state->path;
    snprintf(state->anchor, sizeof state->anchor, "%s/anchor", state->path);
    state->options.anchor = state->anchored ? state->anchor : NULL;
    state->options.receipts_wait_for_anchor = true;
}

static void make_state(struct state_directory *state, const char *parent)
{
    snprintf(state->path, sizeof state->path, "%s/kordon-state-test.XXXXXX", parent);
    assert_non_null(mkdtemp(state->path));
    snprintf(state->key_uri, sizeof state->key_uri, "file:%s/machine.key", state->path);
    assert_int_equal(key_provider_create(state->key_uri, &state->failure), REASON_DONE);
    assert_int_equal(key_provider_open(state->key_uri, &state->provider, &state->failure), REASON_DONE);
    state->options.provider = state->provider;
    set_options(state);
    assert_int_equal(
        store_create(&state->options, "kordon.example/test", NULL, &state->failure), REASON_DONE);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
}

void state_directory_init(struct state_directory *state)
{
    memset(state, 0, sizeof *state);
    make_state(state, "/tmp");
}

void state_directory_init_anchored(struct state_directory *state)
{
    memset(state, 0, sizeof *state);
    state->anchored = true;
    make_state(state, "/tmp");
}

void state_directory_init_in(struct state_directory *state, const char *parent)
{
    memset(state, 0, sizeof *state);
    make_state(state, parent);
}

void state_directory_finish(struct state_directory *state)
{
    store_close(state->store);
    key_provider_close(state->provider);
    remove_folder(state->path);
}

int state_directory_set_up(void **state)
{
    struct state_directory *directory = calloc(1, sizeof *directory);
    if (directory == NULL)
        return -1;
    state_directory_init(directory);
    *state = directory;
    return 0;
}

int state_directory_tear_down(void **state)
{
    state_directory_finish(*state);
    free(*state);
    return 0;
}

enum reason state_directory_reopen(struct state_directory *state)
{
    store_close(state->store);
    set_options(state);
    enum reason reason = store_open(&state->options, STORE_WRITE, &state->store, &state->failure);
    if (reason != REASON_DONE || store_held(state->store)->reason == REASON_DONE)
        return reason;
    state->failure = *store_held(state->store);
    store_close(state->store);
    state->store = NULL;
    return state->failure.reason;
}

enum reason state_directory_open_reader(struct state_directory *state, struct store **reader)
{
    set_options(state);
    return store_open(&state->options, STORE_FOLLOW, reader, &state->failure);
}

json_t *state_directory_log(struct state_directory *state)
{
    struct store *reader;
    uint64_t size;
    json_t *entries = json_array();
    assert_int_equal(state_directory_open_reader(state, &reader), REASON_DONE);
    assert_int_equal(journal_newest_size(reader, &size, &state->failure), REASON_DONE);
    for (uint64_t seq = 0; seq < size; seq++) {
        json_t *entry;
        assert_int_equal(journal_read(reader, seq, &entry, &state->failure), REASON_DONE);
        assert_int_equal(json_array_append_new(entries, entry), 0);
    }
    store_close(reader);
    return entries;
}

bool state_directory_entry_is(const json_t *entry, enum log_event event)
{
    const char *name = json_string_value(json_object_get(json_object_get(entry, "head"), "event"));
    assert_non_null(name);
    return strcmp(name, log_event_name(event)) == 0;
}

uint64_t state_directory_append(struct state_directory *state, const char *transaction)
{
    json_t *body =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "actor", "officer 7", "role", "terminal", "purpose",
            "border_check", "legal_basis", "law", "justification", "first line", "transaction", transaction);
    struct log_draft draft = {LOG_EVENT_CONSULTATION, body};
    struct journal_outcome outcome;
    assert_int_equal(journal_append(state->store, &draft, 1, &outcome, &state->failure), REASON_DONE);
    uint64_t seq = outcome.seq;
    assert_non_null(outcome.receipt);
    journal_outcome_finish(&outcome);
    json_decref(body);
    return seq;
}

static enum reason add_entries(struct state_directory *state, struct watchlist_import *import, size_t count)
{
    static const uint8_t template[600] = {'K', 'T', 1};
    enum reason reason = REASON_DONE;
    for (size_t i = 0; i < count && reason == REASON_DONE; i++) {
        char case_number[64];
        snprintf(case_number, sizeof case_number, STATE_CASE "-%zu", i);
        struct watchlist_entry entry =
            listed_entry(case_number, STATE_NAME, template, sizeof template - i % 100);
        if (i == 1)
            entry.expires = "2026-02-01";
        entry.finger_count = 1 + i % 2;
        entry.fingers[1] = entry.fingers[0];
        entry.fingers[1].position++;
        entry.fingers[0].original_bytes = (const uint8_t *)"original record";
        entry.fingers[0].original_size = 15;
        reason = watchlist_import_add(import, &entry, 1, &state->failure);
    }
    return reason;
}

/* As every caller of the store does; what is left where that fails is swept at the next opening. */
static void sweep(struct state_directory *state)
{
    struct failure ignored;
    (void)watchlist_sweep_all(state->store, &ignored);
}

void state_directory_cancel(struct state_directory *state, struct watchlist_import *import)
{
    watchlist_import_cancel(import);
    sweep(state);
}

enum reason state_directory_stage(
    struct state_directory *state, uint64_t version, size_t count, struct watchlist_import **import)
{
    enum reason reason = watchlist_import_begin(state->store,
        &(struct watchlist_import_options){.list_name = "national", .list_version = version}, import,
        &state->failure);
    if (reason != REASON_DONE)
        return reason;
    reason = add_entries(state, *import, count);
    if (reason != REASON_DONE)
        state_directory_cancel(state, *import);
    return reason;
}

enum reason state_directory_install(struct state_directory *state, struct watchlist_import *import)
{
    json_t *body = json_pack("{s:s, s:s}", "actor", "supervisor 1", "role", "supervisor");
    struct log_draft draft = {LOG_EVENT_ALTERATION, body};
    struct journal_outcome outcome = {0};
    enum reason reason = watchlist_import_commit(import, &draft, &outcome, &state->failure);
    sweep(state);
    journal_outcome_finish(&outcome);
    json_decref(body);
    return reason;
}

enum reason state_directory_import(struct state_directory *state, uint64_t version, size_t count)
{
    struct watchlist_import *import;
    enum reason reason = state_directory_stage(state, version, count, &import);
    return reason == REASON_DONE ? state_directory_install(state, import) : reason;
}

static void run_sql(sqlite3 *database, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(database, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
}

#define TRIGGERS_MAX 16

/* The triggers that keep rows from being changed, and their SQL; an adversary drops them and puts them back. */
struct triggers {
    size_t count;
    char names[TRIGGERS_MAX][64], sql[TRIGGERS_MAX][512];
};

static void take_triggers_away(sqlite3 *database, struct triggers *triggers)
{
    sqlite3_stmt *statement;
    triggers->count = 0;
    assert_int_equal(sqlite3_prepare_v2(database,
                         "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'", -1, &statement, NULL),
        SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW && triggers->count < TRIGGERS_MAX) {
        size_t i = triggers->count++;
        snprintf(triggers->names[i], sizeof triggers->names[i], "%s",
            (const char *)sqlite3_column_text(statement, 0));
        snprintf(
            triggers->sql[i], sizeof triggers->sql[i], "%s", (const char *)sqlite3_column_text(statement, 1));
    }
    sqlite3_finalize(statement);
    for (size_t i = 0; i < triggers->count; i++) {
        char drop[96];
        snprintf(drop, sizeof drop, "DROP TRIGGER %s", triggers->names[i]);
        run_sql(database, drop);
    }
}

#define KEPT_NAME "kept-copy.db"

void state_directory_keep(struct state_directory *state)
{
    char path[128];
    uint8_t *bytes;
    size_t size;
    store_close(state->store);
    state->store = NULL;
    snprintf(path, sizeof path, "%s/kordon.db", state->path);
    assert_int_equal(file_read(path, 1 << 28, &bytes, &size, &state->failure), REASON_DONE);
    snprintf(path, sizeof path, "%s/" KEPT_NAME, state->path);
    assert_int_equal(file_write(path, bytes, size, 0600, &state->failure), REASON_DONE);
    free(bytes);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
}

static void attach_kept(struct state_directory *state, sqlite3 *database)
{
    char path[128], sql[192];
    snprintf(path, sizeof path, "%s/" KEPT_NAME, state->path);
    snprintf(sql, sizeof sql, "ATTACH '%s' AS old", path);
    if (access(path, F_OK) == 0)
        run_sql(database, sql);
}

static sqlite3 *open_beside(struct state_directory *state)
{
    char path[128];
    sqlite3 *database;
    snprintf(path, sizeof path, "%s/kordon.db", state->path);
    assert_int_equal(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    attach_kept(state, database);
    return database;
}

static sqlite3 *open_closed(struct state_directory *state)
{
    store_close(state->store);
    state->store = NULL;
    return open_beside(state);
}

void state_directory_tamper(struct state_directory *state, const char *sql)
{
    struct triggers triggers;
    sqlite3 *database = open_closed(state);
    take_triggers_away(database, &triggers);
    run_sql(database, sql);
    for (size_t i = 0; i < triggers.count; i++)
        run_sql(database, triggers.sql[i]);
    sqlite3_close(database);
}

void state_directory_change_schema(struct state_directory *state, const char *sql)
{
    sqlite3 *database = open_closed(state);
    run_sql(database, sql);
    sqlite3_close(database);
}

void state_directory_tamper_beside(struct state_directory *state, const char *sql)
{
    sqlite3 *database = open_beside(state);
    run_sql(database, sql);
    sqlite3_close(database);
}

int64_t state_directory_ask(struct state_directory *state, const char *sql)
{
    sqlite3_stmt *statement;
    sqlite3 *database = open_beside(state);
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t answer = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return answer;
}
