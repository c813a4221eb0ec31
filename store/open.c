/* open.c: the state directory: made, locked, opened, closed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/random.h"
#include "store/store_internal.h"

int64_t store_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum reason store_scratch(struct store *store, size_t size, struct failure *failure)
{
    if (store->scratch.size >= size && store->scratch.bytes != NULL)
        return REASON_DONE;
    locked_memory_finish(&store->scratch);
    size_t room = 1 << 16;
    while (room < size)
        room *= 2;
    return locked_memory_init(&store->scratch, room, failure);
}

/* --- Keys ---------------------------------------------------------------------------------------------------- */

static const struct key_row {
    const char *purpose;
    size_t offset;
} key_rows[] = {
    {"list", offsetof(struct store_keys, list)},
    {"body", offsetof(struct store_keys, body)},
    {"search", offsetof(struct store_keys, search)},
    {"log-seed", offsetof(struct store_keys, seed)},
};
#define KEY_ROWS (sizeof key_rows / sizeof key_rows[0])

/* A key is wrapped for its purpose, its epoch and this database. */
static void key_context(const struct store *store, const char *purpose, char context[static KEY_CONTEXT_MAX])
{
    char id[2 * SEALED_ID_BYTES + 1];
    snprintf(context, KEY_CONTEXT_MAX, "kordon %s %d %s", purpose, STORE_KEY_EPOCH,
        hex_format(store->id, SEALED_ID_BYTES, id));
}

static enum reason make_keys(struct store *store, struct failure *failure)
{
    sqlite3_stmt *statement = NULL;
    enum reason reason = store_prepare(store,
        "INSERT INTO wrapped_key(purpose, epoch, created_ms, wrapped) VALUES (?, ?, ?, ?)", &statement,
        failure);
    for (size_t i = 0; i < KEY_ROWS && reason == REASON_DONE; i++) {
        uint8_t *key = (uint8_t *)store->keys + key_rows[i].offset, wrapped[WRAPPED_KEY_SIZE(KEY_BYTES)];
        char context[KEY_CONTEXT_MAX];
        key_context(store, key_rows[i].purpose, context);
        reason = random_secret(key, KEY_BYTES, failure);
        if (reason == REASON_DONE)
            reason = key_provider_wrap(store->provider, context, key, KEY_BYTES, wrapped, failure);
        if (reason != REASON_DONE)
            break;
        sqlite3_bind_text(statement, 1, key_rows[i].purpose, -1, SQLITE_STATIC);
        sqlite3_bind_int(statement, 2, STORE_KEY_EPOCH);
        sqlite3_bind_int64(statement, 3, store_now_ms());
        sqlite3_bind_blob(statement, 4, wrapped, sizeof wrapped, SQLITE_STATIC);
        reason = store_run(store, statement, failure);
    }
    sqlite3_finalize(statement);
    return reason;
}

static enum reason unwrap_keys(struct store *store, struct failure *failure)
{
    sqlite3_stmt *statement = NULL;
    enum reason reason = store_prepare(
        store, "SELECT wrapped FROM wrapped_key WHERE purpose = ? AND epoch = ?", &statement, failure);
    for (size_t i = 0; i < KEY_ROWS && reason == REASON_DONE; i++) {
        char context[KEY_CONTEXT_MAX];
        bool row = false;
        key_context(store, key_rows[i].purpose, context);
        sqlite3_bind_text(statement, 1, key_rows[i].purpose, -1, SQLITE_STATIC);
        sqlite3_bind_int(statement, 2, STORE_KEY_EPOCH);
        reason = store_step(store, statement, &row, failure);
        if (reason == REASON_DONE && !row)
            reason = failure_set(failure, REASON_KEY_MISSING, store->directory, "the wrapped %s key is gone",
                key_rows[i].purpose);
        if (reason == REASON_DONE)
            reason = key_provider_unwrap(store->provider, context, sqlite3_column_blob(statement, 0),
                (size_t)sqlite3_column_bytes(statement, 0), (uint8_t *)store->keys + key_rows[i].offset,
                KEY_BYTES, failure);
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
    return reason;
}

static enum reason take_log_key(struct store *store, const char *origin, struct failure *failure)
{
    enum reason reason = log_key_from_seed(origin, store->keys->seed, &store->log_key, failure);
    if (reason == REASON_DONE)
        verifier_key_format(log_key_verifier(store->log_key), store->verifier_line);
    return reason;
}

/* --- Making -------------------------------------------------------------------------------------------------- */

static enum reason write_identity(struct store *store, const char *origin, struct failure *failure)
{
    sqlite3_stmt *statement;
    enum reason reason =
        store_prepare(store, "INSERT INTO identity VALUES (1, ?, ?, ?)", &statement, failure);
    if (reason != REASON_DONE)
        return reason;
    sqlite3_bind_blob(statement, 1, store->id, SEALED_ID_BYTES, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, origin, -1, SQLITE_STATIC);
    sqlite3_bind_blob(
        statement, 3, log_key_verifier(store->log_key)->public_key, LOG_KEY_PUBLIC_BYTES, SQLITE_STATIC);
    reason = store_run(store, statement, failure);
    sqlite3_finalize(statement);
    return reason;
}

static enum reason write_first_tree(struct store *store, struct failure *failure)
{
    uint8_t root[DIGEST_BYTES];
    enum reason reason = merkle_edge_root(&store->edge, store->digest, root, failure);
    if (reason == REASON_DONE)
        reason = checkpoint_sign(store->log_key, 0, root, store->checkpoint, NULL, failure);
    sqlite3_stmt *statement = NULL;
    if (reason == REASON_DONE)
        reason = store_prepare(store, "INSERT INTO tree VALUES (1, 0, ?, ?)", &statement, failure);
    if (reason == REASON_DONE) {
        sqlite3_bind_blob(statement, 1, root, sizeof root, SQLITE_STATIC);
        sqlite3_bind_text(statement, 2, store->checkpoint, -1, SQLITE_STATIC);
        reason = store_run(store, statement, failure);
    }
    sqlite3_finalize(statement);
    return reason;
}

/* The log's first entry says that its keys were made. */
static enum reason write_first_entry(struct store *store, struct failure *failure)
{
    json_t *body = json_pack("{s:s, s:s, s:s, s:s}", "actor", "kordonctl init", "role", "administrator",
        "what", "keys made", "verifier_key", store->verifier_line);
    if (body == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "journal", NULL);
    struct log_draft draft = {LOG_EVENT_KEY, body};
    struct journal_outcome outcome = {0};
    enum reason reason = journal_append(store, &draft, 1, &outcome, failure);
    journal_outcome_finish(&outcome);
    json_decref(body);
    return reason;
}

static enum reason fill_new_store(struct store *store, const char *origin, struct failure *failure)
{
    enum reason reason = random_bytes(store->id, SEALED_ID_BYTES, failure);
    if (reason == REASON_DONE)
        reason = store_execute(store, "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;", failure);
    if (reason == REASON_DONE)
        reason = store_execute(store, store_schema, failure);
    if (reason == REASON_DONE)
        reason = make_keys(store, failure);
    if (reason == REASON_DONE)
        reason = take_log_key(store, origin, failure);
    if (reason == REASON_DONE)
        reason = write_identity(store, origin, failure);
    if (reason == REASON_DONE)
        reason = write_first_tree(store, failure);
    return reason == REASON_DONE ? write_first_entry(store, failure) : reason;
}

static enum reason store_allocate(const char *directory, enum store_access access,
    struct key_provider *provider, struct store **store, struct failure *failure)
{
    *store = calloc(1, sizeof **store);
    if (*store == NULL)
        return failure_set(failure, REASON_NO_MEMORY, directory, NULL);
    (*store)->lock = -1;
    (*store)->access = access;
    (*store)->provider = provider;
    snprintf((*store)->environment.build, sizeof(*store)->environment.build, "kordon");
    snprintf((*store)->directory, sizeof(*store)->directory, "%s", directory);
    enum reason reason = locked_memory_init(&(*store)->key_memory, sizeof(struct store_keys), failure);
    (*store)->keys = (*store)->key_memory.bytes;
    if (reason == REASON_DONE)
        reason = digest_create(&(*store)->digest, failure);
    if (reason == REASON_DONE)
        reason = digest_create(&(*store)->root_digest, failure);
    if (reason == REASON_DONE)
        reason = sealer_create(&(*store)->sealer, failure);
    FILE *boot = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (boot != NULL) {
        if (fgets((*store)->environment.boot, sizeof(*store)->environment.boot, boot) != NULL)
            (*store)->environment.boot[strcspn((*store)->environment.boot, "\n")] = '\0';
        fclose(boot);
    }
    if (reason != REASON_DONE) {
        store_close(*store);
        *store = NULL;
    }
    return reason;
}

static enum reason take_lock(struct store *store, struct failure *failure)
{
    char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", store->directory, STORE_LOCK_NAME);
    store->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (store->lock < 0)
        return failure_set_errno(failure, errno, path, "open");
    if (flock(store->lock, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? failure_set(failure, REASON_STATE_LOCKED, store->directory, NULL)
                                    : failure_set_errno(failure, errno, path, "flock");
    return REASON_DONE;
}

static enum reason write_verifier_key(struct store *store, struct failure *failure)
{
    char path[PATH_MAX + 32], line[VERIFIER_KEY_LINE_SIZE + 1];
    snprintf(path, sizeof path, "%s/%s", store->directory, STORE_VERIFIER_NAME);
    int length = snprintf(line, sizeof line, "%s\n", store->verifier_line);
    return file_write(path, line, (size_t)length, 0644, failure);
}

static enum reason create_database(
    struct store *store, const char *path, const char *final, const char *origin, struct failure *failure)
{
    /* What an interrupted attempt left has no name that anything reads; a new one replaces it. */
    char journal[PATH_MAX + 64];
    snprintf(journal, sizeof journal, "%s-journal", path);
    unlink(path);
    unlink(journal);
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return failure_set_errno(failure, errno, path, "create");
    close(file);
    enum reason reason = REASON_DONE;
    if (sqlite3_open_v2(path, &store->database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        reason = store_failure(store, "open", failure);
    if (reason == REASON_DONE)
        reason = fill_new_store(store, origin, failure);
    store_disconnect(store);
    if (reason == REASON_DONE)
        reason = write_verifier_key(store, failure);
    /* The name kordon.db comes last: before it there is no state, and making it can be repeated. */
    if (reason == REASON_DONE && rename(path, final) != 0)
        reason = failure_set_errno(failure, errno, final, "rename");
    if (reason == REASON_DONE)
        reason = file_sync_folder(store->directory, failure);
    if (reason != REASON_DONE)
        unlink(path);
    return reason;
}

enum reason store_create(
    const char *directory, const char *origin, struct key_provider *provider, struct failure *failure)
{
    if (!log_name_valid(origin))
        return failure_set(failure, REASON_BAD_VALUE, origin,
            "a log's origin is <authority domain>/<post> in printable ASCII without + and spaces");
    struct store *store;
    enum reason reason = store_allocate(directory, STORE_WRITE, provider, &store, failure);
    if (reason != REASON_DONE)
        return reason;
    char path[PATH_MAX + 32], final[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s.new", directory, STORE_DATABASE_NAME);
    snprintf(final, sizeof final, "%s/%s", directory, STORE_DATABASE_NAME);
    reason = take_lock(store, failure);
    struct stat status;
    if (reason == REASON_DONE && lstat(final, &status) == 0)
        reason = failure_set(failure, REASON_STATE_EXISTS, directory, NULL);
    if (reason == REASON_DONE)
        reason = create_database(store, path, final, origin, failure);
    store_close(store);
    return reason;
}

/* --- Opening ------------------------------------------------------------------------------------------------- */

static enum reason check_schema(struct store *store, struct failure *failure)
{
    sqlite3_stmt *statement;
    bool row;
    enum reason reason = store_prepare(store, "PRAGMA user_version", &statement, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = store_step(store, statement, &row, failure);
    int version = reason == REASON_DONE && row ? sqlite3_column_int(statement, 0) : 0;
    sqlite3_finalize(statement);
    if (reason == REASON_DONE && version > STORE_SCHEMA_VERSION)
        return failure_set(failure, REASON_STATE_NEWER, store->directory, "schema %d, this one knows %d",
            version, STORE_SCHEMA_VERSION);
    if (reason == REASON_DONE && version != STORE_SCHEMA_VERSION)
        return failure_set(failure, REASON_STATE_MISSING, store->directory, "the database is not kordon's");
    return reason;
}

static enum reason read_identity(
    struct store *store, char origin[static LOG_NAME_MAX + 1], struct failure *failure)
{
    sqlite3_stmt *statement;
    bool row;
    enum reason reason =
        store_prepare(store, "SELECT database_id, origin FROM identity", &statement, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = store_step(store, statement, &row, failure);
    if (reason == REASON_DONE && (!row || sqlite3_column_bytes(statement, 0) != SEALED_ID_BYTES ||
                                     sqlite3_column_bytes(statement, 1) > LOG_NAME_MAX))
        reason =
            failure_set(failure, REASON_LOG_BROKEN, store->directory, "the database's identity is damaged");
    if (reason == REASON_DONE) {
        memcpy(store->id, sqlite3_column_blob(statement, 0), SEALED_ID_BYTES);
        snprintf(origin, LOG_NAME_MAX + 1, "%s", (const char *)sqlite3_column_text(statement, 1));
    }
    sqlite3_finalize(statement);
    return reason;
}

static enum reason open_all(struct store *store, struct failure *failure)
{
    char origin[LOG_NAME_MAX + 1] = "";
    enum reason reason = store->access == STORE_WRITE ? take_lock(store, failure) : REASON_DONE;
    if (reason == REASON_DONE)
        reason = store_connect(store, failure);
    if (reason == REASON_DONE)
        reason = check_schema(store, failure);
    if (reason == REASON_DONE)
        reason = read_identity(store, origin, failure);
    if (reason == REASON_DONE)
        reason = unwrap_keys(store, failure);
    if (reason == REASON_DONE)
        reason = take_log_key(store, origin, failure);
    if (reason == REASON_DONE)
        reason = store_load_tree(store, failure);
    if (reason == REASON_DONE && store->access == STORE_WRITE)
        reason = write_verifier_key(store, failure);
    if (reason == REASON_DONE && store->access == STORE_WRITE)
        reason = watchlist_sweep(store, failure);
    return reason;
}

enum reason store_open(const char *directory, enum store_access access, struct key_provider *provider,
    struct store **store, struct failure *failure)
{
    char path[PATH_MAX + 32];
    struct stat status;
    *store = NULL;
    if (snprintf(path, sizeof path, "%s/%s", directory, STORE_DATABASE_NAME) >= PATH_MAX)
        return failure_set(failure, REASON_BAD_ARGUMENT, directory, "the path is too long");
    if (lstat(path, &status) != 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? failure_set(failure, REASON_STATE_MISSING, directory, NULL)
                   : failure_set_errno(failure, errno, path, "lstat");
    enum reason reason = store_allocate(directory, access, provider, store, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = open_all(*store, failure);
    if (reason != REASON_DONE) {
        store_close(*store);
        *store = NULL;
    }
    return reason;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    store_disconnect(store);
    log_key_destroy(store->log_key);
    digest_destroy(store->digest);
    digest_destroy(store->root_digest);
    sealer_destroy(store->sealer);
    locked_memory_finish(&store->scratch);
    locked_memory_finish(&store->key_memory);
    if (store->lock >= 0)
        close(store->lock);
    free(store);
}

const char *store_origin(const struct store *store)
{
    return log_key_verifier(store->log_key)->name;
}

const char *store_verifier_key(const struct store *store)
{
    return store->verifier_line;
}
