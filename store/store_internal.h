/* store_internal.h: what the files of store/ share: the open store and its small sqlite vocabulary. */
#ifndef KORDON_STORE_STORE_INTERNAL_H
#define KORDON_STORE_STORE_INTERNAL_H

#include <limits.h>

#include <sqlite3.h>

#include "crypto/checkpoint.h"
#include "crypto/digest.h"
#include "crypto/key_provider.h"
#include "crypto/locked_memory.h"
#include "crypto/log_key.h"
#include "crypto/merkle.h"
#include "crypto/sealed_record.h"
#include "store/journal.h"
#include "store/store.h"
#include "store/watchlist.h"

#define STORE_DATABASE_NAME  "kordon.db"
#define STORE_LOCK_NAME      "kordon.lock"
#define STORE_VERIFIER_NAME  "log.vkey"
#define STORE_SCHEMA_VERSION 1
#define STORE_KEY_EPOCH      1

extern const char store_schema[];

/* The unwrapped keys, in one locked region. */
struct store_keys {
    uint8_t list[KEY_BYTES];   /* wraps the keys of watchlist records */
    uint8_t body[KEY_BYTES];   /* wraps the keys of log bodies */
    uint8_t search[KEY_BYTES]; /* makes the tokens by which a transaction's entries are found */
    uint8_t seed[LOG_KEY_SEED_BYTES];
};

struct store {
    char directory[PATH_MAX];
    enum store_access access;
    int lock; /* descriptor of the lock file, -1 where there is none */
    sqlite3 *database;
    struct key_provider *provider;
    struct locked_memory key_memory;
    struct store_keys *keys; /* in key_memory */
    struct log_key *log_key;
    struct digest *digest, *root_digest; /* the second runs over all rows while the first is used for each */
    struct sealer *sealer;
    uint8_t id[SEALED_ID_BYTES]; /* the database's, in all associated data */
    char verifier_line[VERIFIER_KEY_LINE_SIZE];
    struct merkle_edge edge; /* the durable tree */
    char checkpoint[CHECKPOINT_NOTE_SIZE];
    bool truncation_owed;
    struct log_environment environment;
    struct locked_memory scratch; /* one opened column, or one to be sealed; grows */
};

/* Fills in failure from the connection's last error: DISK_FULL, NO_MEMORY, NOT_PERMITTED, EVIDENCE of damage as LOG_BROKEN,
 * or STORE_ERROR. doing: what was tried. */
enum reason store_failure(struct store *store, const char *doing, struct failure *failure);

enum reason store_execute(struct store *store, const char *sql, struct failure *failure);
enum reason store_prepare(
    struct store *store, const char *sql, sqlite3_stmt **statement, struct failure *failure);

/* Steps to a row (*row true) or to the end (*row false). */
enum reason store_step(struct store *store, sqlite3_stmt *statement, bool *row, struct failure *failure);

/* Steps a statement that gives no rows, and resets it for the next binding. */
enum reason store_run(struct store *store, sqlite3_stmt *statement, struct failure *failure);

/* A region of at least size bytes for one column; what was in it is gone. */
enum reason store_scratch(struct store *store, size_t size, struct failure *failure);

/* Connection and tree, without lock and keys: used at open and after a commit whose outcome is unknown. */
enum reason store_connect(struct store *store, struct failure *failure);
void store_disconnect(struct store *store);
enum reason store_load_tree(struct store *store, struct failure *failure);

/* Truncates the WAL, so that nothing erased stays in it; where a reader is in the way it is owed, and done after the next
 * append that finds none. */
void store_truncate_wal(struct store *store);

/* Reads the stored tree nodes. */
struct merkle_reader store_node_reader(struct store *store);

/* What runs inside an append's transaction, before its entries are written; seq is that of the first of them. It may add
 * members to the draft's body copies. */
struct journal_companion {
    enum reason (*run)(void *context, uint64_t seq, json_t *body, struct failure *failure);
    void *context;
};

/* journal_append with a companion (NULL for none): both become durable together or not at all. */
enum reason journal_append_with(struct store *store, const struct log_draft *drafts, size_t count,
    const struct journal_companion *companion, struct journal_outcome *outcomes, struct failure *failure);

/* Deletes what unfinished or replaced imports left, in bounded transactions, and truncates the WAL behind it. */
enum reason watchlist_sweep(struct store *store, struct failure *failure);

/* UTC now in ms. */
int64_t store_now_ms(void);

#endif
