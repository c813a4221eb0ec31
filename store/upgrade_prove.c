/* upgrade_prove.c: what can be proven of a state of schema 1: a log whose tree, bodies and signatures hold, and the list that
 * its last change names. Its bodies are sealed, so nobody without the machine key wrote one; which of them were signed to the
 * outside, only a checkpoint that somebody kept can tell. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/parse.h"
#include "log/entry_head.h"
#include "store/journal_body_internal.h"
#include "store/list_internal.h"
#include "store/statement_internal.h"
#include "store/store_open_internal.h"
#include "store/tree_internal.h"
#include "store/upgrade_internal.h"

/* The tree's row, and a checkpoint that the tree must have passed through. */
struct older {
    struct checkpoint checkpoint;
    bool given, passed;
};

struct proving {
    struct store *store;
    struct older stored, kept; /* the last one signed before the last commit; the operator's */
    uint64_t list_generation;  /* as the last change in the log says */
    char list_root[DIGEST_HEX_SIZE];
    uint64_t list_seq;
};

static enum reason broken(struct store *store, const char *why, struct failure *failure)
{
    return failure_set(failure, REASON_LOG_BROKEN, store->database.directory, "%s", why);
}

/* --- Identity and keys -------------------------------------------------------------------------------------------- */

static enum reason read_identity(struct store *store, struct failure *failure)
{
    struct proven_state *state = &store->proven.state;
    struct statement read;
    size_t id_size, origin_size, key_size;
    statement_begin_sql(
        &read, &store->database, "SELECT database_id, origin, public_key FROM identity", failure);
    bool row = statement_next(&read);
    const void *id = row ? statement_column(read.row, 0, SEALED_ID_BYTES, SEALED_ID_BYTES, &id_size) : NULL;
    const void *origin = row ? statement_column(read.row, 1, 1, LOG_NAME_MAX, &origin_size) : NULL;
    const void *key =
        row ? statement_column(read.row, 2, LOG_KEY_PUBLIC_BYTES, LOG_KEY_PUBLIC_BYTES, &key_size) : NULL;
    enum reason reason = read.reason;
    if (id != NULL && origin != NULL && key != NULL) {
        memcpy(store->proven.database_id, id, SEALED_ID_BYTES);
        memcpy(state->origin, origin, origin_size);
        memcpy(state->public_key, key, LOG_KEY_PUBLIC_BYTES);
    } else if (reason == REASON_DONE) {
        reason = broken(store, "the database's identity is damaged", failure);
    }
    return statement_end(&read, reason);
}

static enum reason read_keys(struct store *store, struct failure *failure)
{
    const struct proven_state *state = &store->proven.state;
    TRY(keys_read_schema_1(
        &store->database, store->provider, store->proven.database_id, store->keys, failure));
    TRY(store_take_log_key(store, state->origin, failure));
    if (memcmp(log_key_verifier(store->log_key)->public_key, state->public_key, LOG_KEY_PUBLIC_BYTES) != 0)
        return broken(store, "its origin is not the one that its key was made for", failure);
    return REASON_DONE;
}

/* --- The tree's row and the checkpoints ----------------------------------------------------------------------------- */

static enum reason read_tree(struct proving *proving, struct failure *failure)
{
    struct store *store = proving->store;
    struct statement read;
    size_t root_size, note_size;
    statement_begin_sql(&read, &store->database, "SELECT size, root, checkpoint FROM tree", failure);
    bool row = statement_next(&read);
    const void *root = row ? statement_column(read.row, 1, DIGEST_BYTES, DIGEST_BYTES, &root_size) : NULL;
    const void *note = row ? statement_column(read.row, 2, 1, CHECKPOINT_NOTE_SIZE - 1, &note_size) : NULL;
    enum reason reason = read.reason;
    if (reason == REASON_DONE && (root == NULL || note == NULL || sqlite3_column_int64(read.row, 0) < 1))
        reason = broken(store, "the tree's row is damaged", failure);
    if (reason == REASON_DONE) {
        store->proven.state.size = (uint64_t)sqlite3_column_int64(read.row, 0);
        memcpy(store->proven.state.root, root, DIGEST_BYTES);
        reason = checkpoint_verify(
            note, note_size, log_key_verifier(store->log_key), &proving->stored.checkpoint, failure);
        proving->stored.given = true;
    }
    return statement_end(&read, reason);
}

static enum reason check_size(
    const struct proving *proving, const struct older *older, struct failure *failure)
{
    if (!older->given || older->checkpoint.size <= proving->store->proven.state.size)
        return REASON_DONE;
    return failure_set(failure, REASON_LOG_INCOMPLETE, proving->store->database.directory,
        "%llu entries where a checkpoint was signed for %llu: an older copy was put back",
        (unsigned long long)proving->store->proven.state.size, (unsigned long long)older->checkpoint.size);
}

/* At each size the tree passes through; a checkpoint of it must have the same root. */
static enum reason pass(struct proving *proving, struct older *older, struct failure *failure)
{
    struct store *store = proving->store;
    uint8_t root[DIGEST_BYTES];
    if (!older->given || older->passed || older->checkpoint.size != store->edge.size)
        return REASON_DONE;
    enum reason reason = merkle_edge_root(&store->edge, store->digest, root, failure);
    if (reason == REASON_DONE && memcmp(root, older->checkpoint.root, DIGEST_BYTES) != 0)
        return failure_set(failure, REASON_LOG_FORKED, store->database.directory,
            "its first %llu entries are not those that the checkpoint was signed for",
            (unsigned long long)older->checkpoint.size);
    older->passed = true;
    return reason;
}

/* --- Entries --------------------------------------------------------------------------------------------------------- */

/* What the entry says that the state must know: the last start or stop, the last change of the list. */
static enum reason note_entry(struct proving *proving, const struct entry_head *head, const uint8_t *body,
    size_t size, struct failure *failure)
{
    struct proven_state *state = &proving->store->proven.state;
    state->last_entry_ms = (int64_t)head->time_ms;
    bool start = strcmp(head->event, log_event_name(LOG_EVENT_START)) == 0;
    if (start || strcmp(head->event, log_event_name(LOG_EVENT_STOP)) == 0) {
        state->run = start ? PROVEN_RUN_START : PROVEN_RUN_STOP;
        state->run_seq = head->seq;
    }
    if (strcmp(head->event, log_event_name(LOG_EVENT_ALTERATION)) != 0 &&
        strcmp(head->event, log_event_name(LOG_EVENT_ERASURE)) != 0)
        return REASON_DONE;
    json_t *object;
    enum reason reason = json_parse(body, size, &object, NULL);
    if (reason == REASON_NO_MEMORY)
        return failure_set(failure, reason, "log entry", NULL);
    if (reason != REASON_DONE)
        return journal_entry_broken(head->seq, "its body is not JSON", failure);
    const char *root = json_string_value(json_object_get(object, "list_root"));
    if (root != NULL) {
        snprintf(proving->list_root, sizeof proving->list_root, "%s", root);
        proving->list_generation = (uint64_t)json_integer_value(json_object_get(object, "list_generation"));
        proving->list_seq = head->seq;
    }
    json_decref(object);
    return REASON_DONE;
}

static enum reason check_body(struct proving *proving, const struct entry_head *head, struct failure *failure)
{
    struct store *store = proving->store;
    struct statement read;
    enum reason reason = REASON_DONE;
    uint8_t *salted = NULL, commitment[DIGEST_BYTES];
    size_t size, room;
    statement_begin(&read, &store->database, STATEMENT_BODY_READ, failure);
    statement_bind_integer(&read, 1, (int64_t)head->seq);
    if (statement_next(&read))
        reason = journal_body_open(store, head->seq, read.row, 0, &salted, &size, &room, failure);
    else if (read.reason == REASON_DONE)
        reason = journal_entry_broken(head->seq, "its body is gone without an erasure entry", failure);
    reason = statement_end(&read, reason);
    if (reason != REASON_DONE)
        return reason;
    reason = digest_commit(
        store->digest, salted, salted + COMMIT_SALT_BYTES, size - COMMIT_SALT_BYTES, commitment, failure);
    if (reason == REASON_DONE && memcmp(commitment, head->commitment, DIGEST_BYTES) != 0)
        reason = journal_entry_broken(head->seq, "its body is not the one that its head commits to", failure);
    if (reason == REASON_DONE)
        reason = note_entry(proving, head, salted + COMMIT_SALT_BYTES, size - COMMIT_SALT_BYTES, failure);
    memory_wipe(salted, room);
    free(salted);
    return reason;
}

static enum reason check_nodes(
    struct store *store, const struct merkle_stored_node *nodes, size_t count, struct failure *failure)
{
    struct merkle_reader reader = tree_reader(store);
    for (size_t i = 0; i < count; i++) {
        uint8_t hash[DIGEST_BYTES];
        enum reason reason = reader.read(reader.context, nodes[i].level, nodes[i].index, hash, failure);
        if (reason != REASON_DONE)
            return reason;
        if (memcmp(hash, nodes[i].hash, DIGEST_BYTES) != 0)
            return broken(store, "a node of its tree is not the hash of what is below it", failure);
    }
    return REASON_DONE;
}

static enum reason check_head(struct proving *proving, uint64_t seq, const void *bytes, size_t size,
    struct entry_head *head, struct failure *failure)
{
    struct store *store = proving->store;
    struct merkle_stored_node nodes[MERKLE_LEVELS_MAX];
    uint8_t leaf[DIGEST_BYTES];
    size_t count;
    enum reason reason = entry_head_parse(bytes, size, head, failure);
    if (reason == REASON_DONE &&
        (head->seq != seq ||
            memcmp(head->key_id, log_key_verifier(store->log_key)->id, LOG_KEY_ID_BYTES) != 0))
        reason = journal_entry_broken(seq, "its head says another number or key", failure);
    if (reason == REASON_DONE)
        reason = merkle_leaf(store->digest, bytes, size, leaf, failure);
    if (reason == REASON_DONE)
        reason = merkle_edge_append(&store->edge, store->digest, leaf, nodes, &count, failure);
    return reason == REASON_DONE ? check_nodes(store, nodes, count, failure) : reason;
}

static enum reason check_entry(struct proving *proving, uint64_t seq, struct failure *failure)
{
    struct store *store = proving->store;
    struct entry_head head;
    struct statement read;
    size_t size;
    statement_begin(&read, &store->database, STATEMENT_ENTRY_READ, failure);
    statement_bind_integer(&read, 1, (int64_t)seq);
    bool row = statement_next(&read);
    const void *bytes = row ? statement_column(read.row, 0, 1, ENTRY_HEAD_SIZE - 1, &size) : NULL;
    enum reason reason = read.reason;
    if (reason == REASON_DONE && bytes == NULL)
        reason = journal_entry_broken(seq, row ? "its head is damaged" : "it is gone", failure);
    if (reason == REASON_DONE)
        reason = check_head(proving, seq, bytes, size, &head, failure);
    reason = statement_end(&read, reason);
    if (reason == REASON_DONE)
        reason = check_body(proving, &head, failure);
    if (reason == REASON_DONE)
        reason = pass(proving, &proving->stored, failure);
    return reason == REASON_DONE ? pass(proving, &proving->kept, failure) : reason;
}

static enum reason check_log(struct proving *proving, struct failure *failure)
{
    struct store *store = proving->store;
    struct proven_state *state = &store->proven.state;
    uint8_t root[DIGEST_BYTES];
    enum reason reason = check_size(proving, &proving->stored, failure);
    if (reason == REASON_DONE)
        reason = check_size(proving, &proving->kept, failure);
    store->edge = (struct merkle_edge){0};
    for (uint64_t seq = 0; seq < state->size && reason == REASON_DONE; seq++)
        reason = check_entry(proving, seq, failure);
    if (reason == REASON_DONE)
        reason = merkle_edge_root(&store->edge, store->digest, root, failure);
    if (reason == REASON_DONE && memcmp(root, state->root, DIGEST_BYTES) != 0)
        reason = broken(store, "its heads do not give the root that stands in it", failure);
    /* Also refuses entries, bodies and nodes beyond the end. */
    return reason == REASON_DONE ? tree_load(store, failure) : reason;
}

static enum reason take_kept(struct proving *proving, const char *checkpoint, struct failure *failure)
{
    proving->kept.given = checkpoint != NULL;
    return checkpoint != NULL
               ? checkpoint_verify(checkpoint, strlen(checkpoint), log_key_verifier(proving->store->log_key),
                     &proving->kept.checkpoint, failure)
               : REASON_DONE;
}

enum reason upgrade_check_log(struct store *store, const char *checkpoint, struct failure *failure)
{
    struct proving proving = {.store = store};
    enum reason reason = take_kept(&proving, checkpoint, failure);
    return reason == REASON_DONE ? check_log(&proving, failure) : reason;
}

/* --- The list -------------------------------------------------------------------------------------------------------- */

#define LIST_BYTES (8 * 7 + DIGEST_BYTES + WATCHLIST_NAME_SIZE)

static bool parse_list(const uint8_t *bytes, size_t size, struct list_state *list)
{
    struct bytes_reader reader;
    bytes_reader_init(&reader, bytes, size);
    list->generation = bytes_read_u64be(&reader);
    list->import = bytes_read_u64be(&reader);
    list->list_version = bytes_read_u64be(&reader);
    list->entry_count = bytes_read_u64be(&reader);
    list->finger_count = bytes_read_u64be(&reader);
    list->installed_ms = (int64_t)bytes_read_u64be(&reader);
    list->change_seq = bytes_read_u64be(&reader);
    bytes_read_copy(&reader, list->root, DIGEST_BYTES);
    bytes_read_copy(&reader, list->list_name, sizeof list->list_name);
    return bytes_reader_finished(&reader) && memchr(list->list_name, 0, sizeof list->list_name) != NULL;
}

static enum reason open_list(struct store *store, sqlite3_stmt *row, struct failure *failure)
{
    struct sealed_place place = {.table = "list_state",
        .column = "sealed",
        .epoch = KEY_EPOCH,
        .version = (uint64_t)sqlite3_column_int64(row, 0)};
    uint8_t bytes[LIST_BYTES + SEALED_PADDING];
    size_t size, opened = 0;
    const void *sealed = statement_column(row, 1, 1, sealed_size(LIST_BYTES), &size);
    memcpy(place.database, store->proven.database_id, SEALED_ID_BYTES);
    if (sealed == NULL)
        return failure_set(failure, REASON_SEAL_BROKEN, "watchlist", "its sealed state is damaged");
    TRY(sealed_record_open(
        store->sealer, store->keys->list, &place, sealed, size, bytes, sizeof bytes, &opened, failure));
    if (!parse_list(bytes, opened, &store->proven.state.list))
        return failure_set(failure, REASON_SEAL_BROKEN, "watchlist", "its sealed state is damaged");
    return REASON_DONE;
}

static enum reason compare_list(const struct proving *proving, struct failure *failure)
{
    const struct list_state *list = &proving->store->proven.state.list;
    char root[DIGEST_HEX_SIZE];
    hex_format(list->root, DIGEST_BYTES, root);
    if (list->generation == proving->list_generation &&
        (list->generation == 0 ||
            (strcmp(root, proving->list_root) == 0 && list->change_seq == proving->list_seq)))
        return REASON_DONE;
    return failure_set(failure, REASON_LIST_ROLLED_BACK, "watchlist",
        "entry %llu of the log records another list than generation %llu, which is installed",
        (unsigned long long)proving->list_seq, (unsigned long long)list->generation);
}

static enum reason check_list(struct proving *proving, struct failure *failure)
{
    struct store *store = proving->store;
    struct list_sum sum;
    struct statement read;
    enum reason reason = REASON_DONE;
    statement_begin_sql(&read, &store->database, "SELECT generation, sealed FROM list_state", failure);
    if (statement_next(&read))
        reason = open_list(store, read.row, failure);
    reason = statement_end(&read, reason);
    if (reason == REASON_DONE)
        reason = compare_list(proving, failure);
    if (reason == REASON_DONE)
        reason = list_add_up(store, store->proven.state.list.import, NULL, &sum, NULL, failure);
    return reason == REASON_DONE ? list_check(&store->proven.state.list, &sum, failure) : reason;
}

/* --- The whole ------------------------------------------------------------------------------------------------------- */

static void note_unproven(const struct proving *proving, struct proven_state *state)
{
    uint64_t proven = proving->kept.passed ? proving->kept.checkpoint.size : 0;
    state->believed_ms = state->last_entry_ms;
    if (proven < state->size) {
        state->unproven_from = proven;
        state->unproven_before = state->size;
    }
}

enum reason upgrade_prove(struct store *store, const char *checkpoint, struct failure *failure)
{
    struct proving proving = {.store = store};
    enum reason reason = read_identity(store, failure);
    if (reason == REASON_DONE)
        reason = read_keys(store, failure);
    if (reason == REASON_DONE)
        reason = read_tree(&proving, failure);
    if (reason == REASON_DONE)
        reason = take_kept(&proving, checkpoint, failure);
    if (reason == REASON_DONE)
        reason = check_log(&proving, failure);
    if (reason == REASON_DONE)
        reason = check_list(&proving, failure);
    if (reason == REASON_DONE)
        note_unproven(&proving, &store->proven.state);
    return reason;
}
