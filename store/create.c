/* create.c: a new state directory. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/random.h"
#include "json/writer.h"
#include "store/anchor_compare_internal.h"
#include "store/database_files_internal.h"
#include "store/journal.h"
#include "store/journal_append_internal.h"
#include "store/schema_internal.h"
#include "store/store_open_internal.h"
#include "store/tree_internal.h"

/* The empty log, proven and signed, so that the first entry is appended like any other. */
static enum reason write_first_state(struct store *store, const char *origin, struct failure *failure)
{
    struct proven_state *state = &store->proven.state;
    snprintf(state->origin, sizeof state->origin, "%s", origin);
    memcpy(state->public_key, log_key_verifier(store->log_key)->public_key, LOG_KEY_PUBLIC_BYTES);
    state->believed_ms = store_now_ms();
    enum reason reason = merkle_edge_root(&store->edge, store->digest, state->root, failure);
    memcpy(state->signed_root, state->root, DIGEST_BYTES);
    if (reason == REASON_DONE)
        reason = tree_sign(store, failure);
    if (reason != REASON_DONE)
        return reason;
    struct proven_row row = store->proven;
    reason = proven_state_write(
        &store->database, store->sealer, store->keys, store->digest, state, store->checkpoint, &row, failure);
    if (reason == REASON_DONE)
        store->proven = row;
    return reason;
}

static json_t *first_body(const struct store *store)
{
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_text(&writer, "actor", "kordonctl init");
    json_write_text(&writer, "role", "administrator");
    json_write_text(&writer, "what", "keys made");
    json_write_text(&writer, "verifier_key", store->verifier_line);
    return json_writer_end(&writer);
}

/* The log's first entry says that its keys were made; behind it comes what the state begins with. */
static enum reason write_first_entries(
    struct store *store, const struct store_beginning *beginning, struct failure *failure)
{
    struct log_draft drafts[2] = {{LOG_EVENT_KEY, first_body(store)}};
    const struct journal_change *changes[2] = {NULL, NULL};
    struct journal_outcome outcomes[2] = {0};
    size_t count = 1;
    if (beginning != NULL) {
        drafts[count] = *beginning->draft;
        changes[count++] = beginning->change;
    }
    enum reason reason = journal_append_changing(store, drafts, changes, count, outcomes, failure);
    for (size_t i = 0; i < count; i++)
        journal_outcome_finish(&outcomes[i]);
    json_decref(drafts[0].body);
    return reason;
}

static enum reason fill(
    struct store *store, const char *origin, const struct store_beginning *beginning, struct failure *failure)
{
    struct database *database = &store->database;
    enum reason reason = random_bytes(store->proven.database_id, SEALED_ID_BYTES, failure);
    if (reason == REASON_DONE)
        reason = database_execute(database,
            DATABASE_GIVES_PAGES_SQL "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;", failure);
    if (reason == REASON_DONE)
        reason = database_execute(database, schema_sql, failure);
    if (reason == REASON_DONE)
        reason = keys_make(database, store->provider, store->proven.database_id, store->keys, failure);
    if (reason == REASON_DONE)
        reason = store_take_log_key(store, origin, failure);
    if (reason == REASON_DONE)
        reason = write_first_state(store, origin, failure);
    if (reason == REASON_DONE)
        reason = database_note_schema(database, failure);
    if (reason == REASON_DONE)
        reason = write_first_entries(store, beginning, failure);
    if (reason == REASON_DONE)
        reason = journal_seal_checkpoint(store, failure);
    return reason == REASON_DONE ? database_set_wal(database, failure) : reason;
}

/* Where the database is made, and its name. */
struct store_paths {
    char making[DATABASE_PATH_MAX], final[DATABASE_PATH_MAX];
};

static enum reason make_file(const char *path, struct failure *failure)
{
    char journal[DATABASE_PATH_MAX + 16];
    snprintf(journal, sizeof journal, "%s-journal", path);
    /* What an interrupted attempt left has no name that anything reads; a new one replaces it. */
    unlink(path);
    unlink(journal);
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return failure_set_errno(failure, errno, path, "create");
    close(file);
    return REASON_DONE;
}

/* The name kordon.db comes last: before it there is no state, and making it can be repeated. */
static enum reason take_name(
    struct store *store, const char *path, const char *final, struct failure *failure)
{
    enum reason reason = store_write_verifier_key(store, failure);
    if (reason == REASON_DONE && rename(path, final) != 0)
        reason = failure_set_errno(failure, errno, final, "rename");
    if (reason == REASON_DONE)
        reason = file_sync_folder(store->database.directory, failure);
    if (reason == REASON_DONE && anchor_is_set(&store->anchor)) {
        reason = anchor_advance(store, failure);
        if (reason != REASON_DONE)
            unlink(final);
    }
    return reason;
}

static enum reason make(struct store *store, const struct store_paths *paths, const char *origin,
    const struct store_beginning *beginning, struct failure *failure)
{
    struct database *database = &store->database;
    enum reason reason = make_file(paths->making, failure);
    database->name = DATABASE_NAME DATABASE_BEING_MADE;
    if (reason == REASON_DONE)
        reason = database_connect_raw(database, failure);
    if (reason == REASON_DONE)
        reason = fill(store, origin, beginning, failure);
    database_disconnect(database);
    if (reason == REASON_DONE)
        reason = take_name(store, paths->making, paths->final, failure);
    if (reason != REASON_DONE)
        unlink(paths->making);
    return reason;
}

/* An anchor that is there was another log's, or of this state before it was lost. */
static enum reason check_free(const char *final, const struct store_options *options, struct failure *failure)
{
    struct stat status;
    if (lstat(final, &status) == 0)
        return failure_set(failure, REASON_STATE_EXISTS, options->directory, NULL);
    if (options->anchor != NULL && options->anchor[0] != '\0' && lstat(options->anchor, &status) == 0)
        return failure_set(failure, REASON_OUTPUT_EXISTS, options->anchor,
            "it is the anchor of another log, or of a state that was here: keep it elsewhere");
    return REASON_DONE;
}

enum reason store_create(const struct store_options *options, const char *origin,
    const struct store_beginning *beginning, struct failure *failure)
{
    struct store_paths paths;
    struct store *store;
    if (!log_name_valid(origin))
        return failure_set(failure, REASON_BAD_VALUE, origin,
            "a log's origin is <authority domain>/<post> in printable ASCII without + and spaces");
    TRY(store_allocate(options, STORE_WRITE, &store, failure));
    /* The anchor gets its first checkpoint when the state has its name. */
    store->anchor.receipts_wait = false;
    snprintf(
        paths.making, sizeof paths.making, "%s/%s", options->directory, DATABASE_NAME DATABASE_BEING_MADE);
    snprintf(paths.final, sizeof paths.final, "%s/%s", options->directory, DATABASE_NAME);
    enum reason reason = check_free(paths.final, options, failure);
    if (reason == REASON_DONE)
        reason = make(store, &paths, origin, beginning, failure);
    store_free(store);
    return reason;
}
