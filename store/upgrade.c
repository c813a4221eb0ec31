/* upgrade.c: a state of an older schema becomes one of today's, in a new file that takes the old one's place when it is whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "json/writer.h"
#include "store/anchor_compare_internal.h"
#include "store/database_files_internal.h"
#include "store/document.h"
#include "store/journal.h"
#include "store/journal_append_internal.h"
#include "store/schema_internal.h"
#include "store/statement_internal.h"
#include "store/store_open_internal.h"
#include "store/tree_internal.h"
#include "store/upgrade_internal.h"

/* What is taken over, and by what. */
struct taking_over {
    int from; /* the schema */
    struct key_provider *next;
    const char *checkpoint; /* or NULL */
    const struct log_draft *draft;
    const struct store_beginning *beginning; /* or NULL */
    bool begun;
};

static void lock_path(const struct store *store, char path[static DATABASE_PATH_MAX])
{
    snprintf(path, DATABASE_PATH_MAX, "%s/kordon.lock", store->database.directory);
}

/* Schema 1 kept its lock on a file: an old kordond may still run on the state. *lock: to be closed; -1 where there is none. */
static enum reason take_old_lock(const struct store *store, int *lock, struct failure *failure)
{
    char path[DATABASE_PATH_MAX];
    lock_path(store, path);
    *lock = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (*lock < 0)
        return errno == ENOENT ? REASON_DONE : failure_set_errno(failure, errno, path, "open");
    if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
        return REASON_DONE;
    return errno == EWOULDBLOCK ? failure_set(failure, REASON_STATE_LOCKED, store->database.directory, NULL)
                                : failure_set_errno(failure, errno, path, "flock");
}

/* The old file as it is, its write-ahead log applied, copied to a file that nothing reads yet. */
static enum reason copy_old(struct store *store, const char *path, int *from, struct failure *failure)
{
    struct database *database = &store->database;
    int version = 0;
    enum reason reason = database_finish_renewal(database, failure);
    if (reason == REASON_DONE && !database_identify(database, "", &database->file))
        reason = failure_set(failure, REASON_STATE_MISSING, database->directory, NULL);
    if (reason == REASON_DONE)
        reason = database_connect_raw(database, failure);
    if (reason == REASON_DONE)
        reason = database_read_header(database, DATABASE_VERSION_SQL, &version, failure);
    if (reason == REASON_DONE && version == SCHEMA_VERSION)
        reason =
            failure_set(failure, REASON_STATE_EXISTS, database->directory, "it is of this version already");
    else if (reason == REASON_DONE && schema_of_version(version) == NULL)
        reason = failure_set(failure, version > SCHEMA_VERSION ? REASON_STATE_NEWER : REASON_STATE_FOREIGN,
            database->directory, "schema %d, this one knows 1 to %d", version, SCHEMA_VERSION);
    if (reason == REASON_DONE)
        reason =
            schema_compare(database->connection, schema_of_version(version), database->directory, failure);
    *from = version;
    if (reason == REASON_DONE)
        reason = database_copy(database, path, failure);
    database_disconnect(database);
    return reason;
}

/* Today's schema, the keys wrapped anew, and the row that proves what was found. */
static enum reason write_new(struct store *store, const struct taking_over *taking, struct failure *failure)
{
    struct database *database = &store->database;
    struct proven_row row = store->proven;
    enum reason reason = tree_sign(store, failure);
    row.state.signed_size = store->checkpoint_size;
    memcpy(row.state.signed_root, store->checkpoint_root, DIGEST_BYTES);
    if (reason == REASON_DONE)
        reason = statement_act(database, STATEMENT_BEGIN_WRITE, failure);
    if (reason == REASON_DONE)
        reason = schema_upgrade(database->connection, taking->from, database->directory, failure);
    if (reason == REASON_DONE)
        reason = keys_write(database, taking->next, row.database_id, store->keys, failure);
    if (reason == REASON_DONE)
        reason = proven_state_write(database, store->sealer, store->keys, store->digest, &row.state,
            store->checkpoint, &row, failure);
    if (reason == REASON_DONE)
        reason = statement_act(database, STATEMENT_COMMIT, failure);
    if (reason != REASON_DONE) {
        database_rollback(database);
        return reason;
    }
    store->proven = row;
    return database_note_schema(database, failure);
}

static enum reason describe(
    void *context, uint64_t seq, struct proven_state *next, json_t *body, struct failure *failure)
{
    const struct taking_over *taking = context;
    (void)seq;
    char what[48];
    snprintf(what, sizeof what, "state taken over from schema %d", taking->from);
    struct json_writer writer;
    json_writer_over(&writer, json_incref(body));
    json_write_text(&writer, "what", what);
    json_write_integer(&writer, "unproven_from", (int64_t)next->unproven_from);
    json_write_integer(&writer, "unproven_before", (int64_t)next->unproven_before);
    return json_writer_close(&writer, "log entry", failure);
}

static enum reason append_entry(struct store *store, struct taking_over *taking, struct failure *failure)
{
    struct journal_companion companion = {describe, taking};
    struct journal_outcome outcome = {0};
    enum reason reason = journal_append_with(store, taking->draft, 1, &companion, &outcome, failure);
    journal_outcome_finish(&outcome);
    return reason;
}

/* What today's states begin with, where it has not. *begun: it had not. */
static enum reason append_beginning(
    struct store *store, const struct store_beginning *beginning, bool *begun, struct failure *failure)
{
    struct journal_outcome outcome = {0};
    char *bytes;
    size_t size;
    *begun = false;
    if (beginning == NULL)
        return REASON_DONE;
    enum reason reason =
        document_read(store, beginning->change->documents[0].name, &bytes, &size, NULL, failure);
    document_finish(bytes, size);
    if (reason != REASON_DOCUMENT_NOT_FOUND)
        return reason;
    reason = journal_append_changing(store, beginning->draft, &beginning->change, 1, &outcome, failure);
    journal_outcome_finish(&outcome);
    *begun = reason == REASON_DONE;
    return reason;
}

static enum reason make_new(struct store *store, struct taking_over *taking, struct failure *failure)
{
    struct database *database = &store->database;
    database->name = DATABASE_NAME DATABASE_BEING_MADE;
    enum reason reason = database_connect_raw(database, failure);
    if (reason == REASON_DONE)
        reason =
            database_execute(database, "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;", failure);
    if (reason == REASON_DONE)
        reason = taking->from == 1 ? upgrade_prove(store, taking->checkpoint, failure)
                                   : upgrade_prove_sealed(store, taking->from, taking->checkpoint, failure);
    if (reason == REASON_DONE)
        reason = write_new(store, taking, failure);
    if (reason == REASON_DONE)
        reason = append_entry(store, taking, failure);
    if (reason == REASON_DONE)
        reason = append_beginning(store, taking->beginning, &taking->begun, failure);
    if (reason == REASON_DONE)
        reason = journal_seal_checkpoint(store, failure);
    if (reason == REASON_DONE)
        reason = database_set_wal(database, failure);
    database_disconnect(database);
    database->name = DATABASE_NAME;
    return reason;
}

static enum reason take_place(struct store *store, const char *path, struct failure *failure)
{
    char renewed[DATABASE_PATH_MAX];
    database_path(&store->database, DATABASE_RENEWED, renewed);
    if (rename(path, renewed) != 0)
        return failure_set_errno(failure, errno, renewed, "rename");
    enum reason reason = file_sync_folder(store->database.directory, failure);
    if (reason == REASON_DONE)
        reason = database_finish_renewal(&store->database, failure);
    char lock[DATABASE_PATH_MAX];
    lock_path(store, lock);
    unlink(lock);
    /* An anchor that can't be written is said when the state is opened. */
    if (reason == REASON_DONE && anchor_is_set(&store->anchor))
        (void)anchor_advance(store, NULL);
    return reason;
}

enum reason store_upgrade(const struct store_options *options, struct key_provider *next,
    const char *checkpoint, const struct log_draft *draft, const struct store_beginning *beginning,
    struct store_upgrade *upgrade, struct failure *failure)
{
    char path[DATABASE_PATH_MAX];
    struct store *store;
    struct taking_over taking = {
        .next = next, .checkpoint = checkpoint, .draft = draft, .beginning = beginning};
    int lock = -1;
    *upgrade = (struct store_upgrade){0};
    TRY(store_allocate(options, STORE_WRITE, &store, failure));
    store->anchor.receipts_wait = false; /* it gets its checkpoint when the new file is in place */
    database_path(&store->database, DATABASE_BEING_MADE, path);
    enum reason reason = take_old_lock(store, &lock, failure);
    if (reason == REASON_DONE)
        reason = copy_old(store, path, &taking.from, failure);
    if (reason == REASON_DONE)
        reason = make_new(store, &taking, failure);
    if (reason == REASON_DONE)
        reason = take_place(store, path, failure);
    else
        unlink(path);
    *upgrade = (struct store_upgrade){.size = store->proven.state.size,
        .unproven_from = store->proven.state.unproven_from,
        .unproven_before = store->proven.state.unproven_before,
        .begun = taking.begun};
    if (lock >= 0)
        close(lock);
    store_free(store);
    return reason;
}
