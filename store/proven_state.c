/* proven_state.c: the sealed row. */
#include "store/proven_state_internal.h"

#include <string.h>

#include "base/bytes.h"
#include "base/locked_memory.h"
#include "crypto/random.h"
#include "store/schema_internal.h"
#include "store/statement_internal.h"

#define LAYOUT_VERSION 1
#define SALT_BYTES     PROVEN_SALT_BYTES
#define KEY_LABEL      "kordon/state/v1" /* with its zero byte */

_Static_assert(KEY_BYTES == DIGEST_BYTES, "a derived key is a digest");

static struct sealed_place state_place(const uint8_t id[static SEALED_ID_BYTES])
{
    struct sealed_place place = {
        .table = "state", .column = "sealed", .epoch = KEY_EPOCH, .version = LAYOUT_VERSION};
    memcpy(place.database, id, SEALED_ID_BYTES);
    return place;
}

static enum reason unproven(const struct database *database, const char *why, struct failure *failure)
{
    return failure_set(failure, REASON_STATE_UNPROVEN, database->directory, "%s", why);
}

/* Each commit seals under a key of its own, made of the state key and a salt that stands before the sealed bytes: one state key
 * lasts for any number of commits. */
static enum reason derive_key(const struct store_keys *keys, struct digest *digest,
    const uint8_t salt[static SALT_BYTES], uint8_t key[static KEY_BYTES], struct failure *failure)
{
    uint8_t text[sizeof KEY_LABEL + SALT_BYTES];
    memcpy(text, KEY_LABEL, sizeof KEY_LABEL);
    memcpy(text + sizeof KEY_LABEL, salt, SALT_BYTES);
    return digest_hmac(digest, keys->state, KEY_BYTES, text, sizeof text, key, failure);
}

/* --- Layout ------------------------------------------------------------------------------------------------------ */

static void write_list(struct bytes_writer *writer, const struct list_state *list)
{
    bytes_write_u64be(writer, list->generation);
    bytes_write_u64be(writer, list->import);
    bytes_write_u64be(writer, list->list_version);
    bytes_write_u64be(writer, list->entry_count);
    bytes_write_u64be(writer, list->finger_count);
    bytes_write_u64be(writer, (uint64_t)list->installed_ms);
    bytes_write_u64be(writer, list->change_seq);
    bytes_write_copy(writer, list->root, DIGEST_BYTES);
    bytes_write_copy(writer, list->list_name, sizeof list->list_name);
}

static void read_list(struct bytes_reader *reader, struct list_state *list)
{
    list->generation = bytes_read_u64be(reader);
    list->import = bytes_read_u64be(reader);
    list->list_version = bytes_read_u64be(reader);
    list->entry_count = bytes_read_u64be(reader);
    list->finger_count = bytes_read_u64be(reader);
    list->installed_ms = (int64_t)bytes_read_u64be(reader);
    list->change_seq = bytes_read_u64be(reader);
    bytes_read_copy(reader, list->root, DIGEST_BYTES);
    bytes_read_copy(reader, list->list_name, sizeof list->list_name);
}

static void write_state(
    struct bytes_writer *writer, const uint8_t schema[static DIGEST_BYTES], const struct proven_state *state)
{
    bytes_write_u32be(writer, LAYOUT_VERSION);
    for (size_t i = 0; i < KEY_PURPOSES; i++)
        bytes_write_u32be(writer, KEY_EPOCH);
    bytes_write_copy(writer, schema, DIGEST_BYTES);
    size_t length = strlen(state->origin);
    bytes_write_u8(writer, (uint8_t)length);
    bytes_write_copy(writer, state->origin, length);
    bytes_write_copy(writer, state->public_key, LOG_KEY_PUBLIC_BYTES);
    bytes_write_u64be(writer, state->size);
    bytes_write_copy(writer, state->root, DIGEST_BYTES);
    bytes_write_u64be(writer, state->signed_size);
    bytes_write_copy(writer, state->signed_root, DIGEST_BYTES);
    bytes_write_u64be(writer, state->unproven_from);
    bytes_write_u64be(writer, state->unproven_before);
    bytes_write_u8(writer, (uint8_t)state->run);
    bytes_write_u64be(writer, state->run_seq);
    bytes_write_u64be(writer, (uint64_t)state->last_entry_ms);
    bytes_write_u64be(writer, (uint64_t)state->believed_ms);
    write_list(writer, &state->list);
}

/* What opened was sealed by a kordon with this machine key; the checks are against another version's layout. */
static bool read_state(
    struct bytes_reader *reader, const uint8_t schema[static DIGEST_BYTES], struct proven_state *state)
{
    uint8_t sealed_schema[DIGEST_BYTES];
    bool ours = bytes_read_u32be(reader) == LAYOUT_VERSION;
    for (size_t i = 0; i < KEY_PURPOSES; i++)
        ours = bytes_read_u32be(reader) == KEY_EPOCH && ours;
    bytes_read_copy(reader, sealed_schema, DIGEST_BYTES);
    size_t length = bytes_read_u8(reader);
    memset(state->origin, 0, sizeof state->origin);
    bytes_read_copy(reader, state->origin, length);
    bytes_read_copy(reader, state->public_key, LOG_KEY_PUBLIC_BYTES);
    state->size = bytes_read_u64be(reader);
    bytes_read_copy(reader, state->root, DIGEST_BYTES);
    state->signed_size = bytes_read_u64be(reader);
    bytes_read_copy(reader, state->signed_root, DIGEST_BYTES);
    state->unproven_from = bytes_read_u64be(reader);
    state->unproven_before = bytes_read_u64be(reader);
    uint8_t run = bytes_read_u8(reader);
    state->run = run <= PROVEN_RUN_STOP ? (enum proven_run)run : PROVEN_RUN_NONE;
    state->run_seq = bytes_read_u64be(reader);
    state->last_entry_ms = (int64_t)bytes_read_u64be(reader);
    state->believed_ms = (int64_t)bytes_read_u64be(reader);
    read_list(reader, &state->list);
    return bytes_reader_finished(reader) && ours && run <= PROVEN_RUN_STOP &&
           memcmp(sealed_schema, schema, DIGEST_BYTES) == 0 && state->signed_size <= state->size &&
           memchr(state->list.list_name, 0, sizeof state->list.list_name) != NULL;
}

/* --- The row ----------------------------------------------------------------------------------------------------- */

/* Begins; the caller ends it. */
static enum reason read_row(struct database *database, struct statement *read, struct failure *failure)
{
    statement_begin(read, database, STATEMENT_STATE_READ, failure);
    if (!statement_next(read) && read->reason == REASON_DONE)
        return unproven(database, "the row that proves it is gone", failure);
    return read->reason;
}

enum reason proven_state_read_id(
    struct database *database, uint8_t id[static SEALED_ID_BYTES], struct failure *failure)
{
    struct statement read;
    size_t size;
    enum reason reason = read_row(database, &read, failure);
    if (reason == REASON_DONE) {
        const void *bytes = statement_column(read.row, 0, SEALED_ID_BYTES, SEALED_ID_BYTES, &size);
        if (bytes != NULL)
            memcpy(id, bytes, SEALED_ID_BYTES);
        else
            reason = unproven(database, "the database's id is damaged", failure);
    }
    return statement_end(&read, reason);
}

static enum reason open_row(struct database *database, struct sealer *sealer, const struct store_keys *keys,
    struct digest *digest, struct proven_row *row, struct failure *failure)
{
    uint8_t bytes[PROVEN_SEALED_MAX], schema[DIGEST_BYTES];
    size_t opened;
    uint8_t key[KEY_BYTES];
    struct sealed_place place = state_place(row->database_id);
    enum reason reason = derive_key(keys, digest, row->sealed, key, failure);
    if (reason == REASON_DONE)
        reason = sealed_record_open(sealer, key, &place, row->sealed + SALT_BYTES,
            row->sealed_size - SALT_BYTES, bytes, sizeof bytes, &opened, failure);
    memory_wipe(key, sizeof key);
    if (reason == REASON_SEAL_BROKEN)
        return unproven(database, "the row that proves it was altered or belongs to another state", failure);
    if (reason == REASON_DONE)
        reason = schema_digest(digest, schema, failure);
    if (reason != REASON_DONE)
        return reason;
    struct bytes_reader reader;
    bytes_reader_init(&reader, bytes, opened);
    return read_state(&reader, schema, &row->state)
               ? REASON_DONE
               : unproven(database, "the row that proves it is of another layout", failure);
}

static enum reason take_row(struct database *database, sqlite3_stmt *found, struct proven_row *row,
    char note[static CHECKPOINT_NOTE_SIZE], bool *changed, struct failure *failure)
{
    size_t id_size, sealed_size, note_size;
    const void *id = statement_column(found, 0, SEALED_ID_BYTES, SEALED_ID_BYTES, &id_size);
    const void *sealed = statement_column(found, 1, SALT_BYTES + 1, sizeof row->sealed, &sealed_size);
    const void *text = statement_column(found, 2, 1, CHECKPOINT_NOTE_SIZE - 1, &note_size);
    if (id == NULL || sealed == NULL || text == NULL || memcmp(id, row->database_id, SEALED_ID_BYTES) != 0)
        return unproven(database, "the row that proves it is damaged", failure);
    *changed = sealed_size != row->sealed_size || memcmp(sealed, row->sealed, sealed_size) != 0;
    memcpy(row->sealed, sealed, sealed_size);
    row->sealed_size = sealed_size;
    memcpy(note, text, note_size);
    note[note_size] = '\0';
    return REASON_DONE;
}

enum reason proven_state_read(struct database *database, struct sealer *sealer, const struct store_keys *keys,
    struct digest *digest, struct proven_row *row, char note[static CHECKPOINT_NOTE_SIZE], bool *changed,
    struct failure *failure)
{
    struct statement read;
    *changed = false;
    enum reason reason = read_row(database, &read, failure);
    if (reason == REASON_DONE)
        reason = take_row(database, read.row, row, note, changed, failure);
    reason = statement_end(&read, reason);
    return reason == REASON_DONE && *changed ? open_row(database, sealer, keys, digest, row, failure)
                                             : reason;
}

static enum reason seal(struct sealer *sealer, const struct store_keys *keys, struct digest *digest,
    struct proven_row *row, const uint8_t *bytes, size_t size, struct failure *failure)
{
    uint8_t key[KEY_BYTES];
    struct sealed_place place = state_place(row->database_id);
    enum reason reason = random_bytes(row->sealed, SALT_BYTES, failure);
    if (reason == REASON_DONE)
        reason = derive_key(keys, digest, row->sealed, key, failure);
    if (reason == REASON_DONE)
        reason = sealed_record_seal(sealer, key, &place, bytes, size, row->sealed + SALT_BYTES,
            sizeof row->sealed - SALT_BYTES, failure);
    memory_wipe(key, sizeof key);
    return reason;
}

enum reason proven_state_write(struct database *database, struct sealer *sealer,
    const struct store_keys *keys, struct digest *digest, const struct proven_state *state, const char *note,
    struct proven_row *row, struct failure *failure)
{
    uint8_t bytes[PROVEN_STATE_MAX], schema[DIGEST_BYTES];
    struct bytes_writer writer;
    struct statement write;
    TRY(schema_digest(digest, schema, failure));
    bytes_writer_init(&writer, bytes, sizeof bytes);
    write_state(&writer, schema, state);
    if (writer.failed)
        return failure_set(failure, REASON_INTERNAL_ERROR, "state", "its layout has grown");
    row->state = *state;
    row->sealed_size = SALT_BYTES + sealed_size(writer.used);
    TRY(seal(sealer, keys, digest, row, bytes, writer.used, failure));
    statement_begin(&write, database, STATEMENT_STATE_WRITE, failure);
    statement_bind_blob(&write, 1, row->database_id, SEALED_ID_BYTES);
    statement_bind_blob(&write, 2, row->sealed, row->sealed_size);
    statement_bind_text(&write, 3, note);
    return statement_run(&write);
}
