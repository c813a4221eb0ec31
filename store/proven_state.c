/* proven_state.c: the sealed row. */
#include "store/proven_state_internal.h"

#include <string.h>

#include "base/bytes.h"
#include "base/locked_memory.h"
#include "store/probe_slot.h"
#include "store/salted_record_internal.h"
#include "store/schema_internal.h"
#include "store/statement_internal.h"

#define KEY_LABEL "kordon/state/v1"

/* How the sealed bytes are laid out, and by which schema. */
struct layout {
    uint32_t version;
    const char *schema;
    bool documents; /* it has what documents and notes add up to */
    size_t kinds;   /* of records of cases that it has, and slots; 0: neither */
};

static const struct layout layout_now = {
    .version = 4, .schema = schema_sql, .documents = true, .kinds = CASE_RECORD_KINDS};
/* Of the same schema, before there was the last kind: a state that has it is as it was, and is written as now with its next entry. */
static const struct layout layout_without_refusals = {
    .version = 3, .schema = schema_sql, .documents = true, .kinds = CASE_RECORD_REFUSALS};
static const struct layout layout_of_schema_3 = {.version = 2, .schema = schema_3_sql, .documents = true};
static const struct layout layout_of_schema_2 = {.version = 1, .schema = schema_2_sql};

/* What sealing and opening need. */
static struct salted_record state_record(struct sealer *sealer, const struct store_keys *keys,
    struct digest *digest, const struct layout *layout, const uint8_t id[static SEALED_ID_BYTES])
{
    struct salted_record record = {.sealer = sealer,
        .digest = digest,
        .state_key = keys->state,
        .label = KEY_LABEL,
        .place = {.table = "state", .column = "sealed", .epoch = KEY_EPOCH, .version = layout->version}};
    memcpy(record.place.database, id, SEALED_ID_BYTES);
    return record;
}

static enum reason unproven(const struct database *database, const char *why, struct failure *failure)
{
    return failure_set(failure, REASON_STATE_UNPROVEN, database->directory, "%s", why);
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

static void write_documents(struct bytes_writer *writer, const struct proven_state *state)
{
    bytes_write_u32be(writer, state->document_count);
    bytes_write_copy(writer, state->documents_root, DIGEST_BYTES);
    bytes_write_u64be(writer, state->note_count);
    bytes_write_copy(writer, state->notes_root, DIGEST_BYTES);
}

static void read_documents(struct bytes_reader *reader, struct proven_state *state)
{
    state->document_count = bytes_read_u32be(reader);
    bytes_read_copy(reader, state->documents_root, DIGEST_BYTES);
    state->note_count = bytes_read_u64be(reader);
    bytes_read_copy(reader, state->notes_root, DIGEST_BYTES);
}

static void write_cases(struct bytes_writer *writer, const struct proven_state *state)
{
    for (size_t kind = 0; kind < CASE_RECORD_KINDS; kind++) {
        bytes_write_u64be(writer, state->records[kind].count);
        bytes_write_copy(writer, state->records[kind].root, DIGEST_BYTES);
    }
    bytes_write_u32be(writer, state->slot_count);
    bytes_write_u32be(writer, state->slots_kept);
    bytes_write_copy(writer, state->slots_root, DIGEST_BYTES);
}

static void read_cases(struct bytes_reader *reader, size_t kinds, struct proven_state *state)
{
    memset(state->records, 0, sizeof state->records);
    for (size_t kind = 0; kind < kinds; kind++) {
        state->records[kind].count = bytes_read_u64be(reader);
        bytes_read_copy(reader, state->records[kind].root, DIGEST_BYTES);
    }
    state->slot_count = bytes_read_u32be(reader);
    state->slots_kept = bytes_read_u32be(reader);
    bytes_read_copy(reader, state->slots_root, DIGEST_BYTES);
}

static void write_state(
    struct bytes_writer *writer, const uint8_t schema[static DIGEST_BYTES], const struct proven_state *state)
{
    bytes_write_u32be(writer, layout_now.version);
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
    write_documents(writer, state);
    write_cases(writer, state);
}

/* What opened was sealed by a kordon with this machine key; the checks are against another version's layout. */
static bool read_state(struct bytes_reader *reader, const struct layout *layout,
    const uint8_t schema[static DIGEST_BYTES], struct proven_state *state)
{
    uint8_t sealed_schema[DIGEST_BYTES];
    bool ours = bytes_read_u32be(reader) == layout->version;
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
    if (layout->documents)
        read_documents(reader, state);
    if (layout->kinds > 0)
        read_cases(reader, layout->kinds, state);
    return bytes_reader_finished(reader) && ours && run <= PROVEN_RUN_STOP &&
           memcmp(sealed_schema, schema, DIGEST_BYTES) == 0 && state->signed_size <= state->size &&
           state->slots_kept <= state->slot_count &&
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

static enum reason open_row(struct database *database, const struct salted_record *record,
    const struct layout *layout, struct proven_row *row, struct failure *failure)
{
    uint8_t bytes[PROVEN_SEALED_MAX], schema[DIGEST_BYTES];
    size_t opened;
    enum reason reason =
        salted_record_open(record, row->sealed, row->sealed_size, bytes, sizeof bytes, &opened, failure);
    if (reason == REASON_SEAL_BROKEN)
        return unproven(database, "the row that proves it was altered or belongs to another state", failure);
    if (reason == REASON_DONE)
        reason = schema_digest(record->digest, layout->schema, schema, failure);
    if (reason != REASON_DONE)
        return reason;
    struct bytes_reader reader;
    bytes_reader_init(&reader, bytes, opened);
    return read_state(&reader, layout, schema, &row->state)
               ? REASON_DONE
               : unproven(database, "the row that proves it is of another layout", failure);
}

static enum reason take_row(struct database *database, sqlite3_stmt *found, struct proven_row *row,
    char note[static CHECKPOINT_NOTE_SIZE], bool *changed, struct failure *failure)
{
    size_t id_size, sealed_size, note_size;
    const void *id = statement_column(found, 0, SEALED_ID_BYTES, SEALED_ID_BYTES, &id_size);
    const void *sealed = statement_column(found, 1, SALTED_SALT_BYTES + 1, sizeof row->sealed, &sealed_size);
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

static enum reason read_and_take(struct database *database, struct proven_row *row,
    char note[static CHECKPOINT_NOTE_SIZE], bool *changed, struct failure *failure)
{
    struct statement read;
    *changed = false;
    enum reason reason = read_row(database, &read, failure);
    if (reason == REASON_DONE)
        reason = take_row(database, read.row, row, note, changed, failure);
    return statement_end(&read, reason);
}

enum reason proven_state_read(struct database *database, struct sealer *sealer, const struct store_keys *keys,
    struct digest *digest, struct proven_row *row, char note[static CHECKPOINT_NOTE_SIZE], bool *changed,
    struct failure *failure)
{
    TRY(read_and_take(database, row, note, changed, failure));
    if (!*changed)
        return REASON_DONE;
    const struct salted_record record = state_record(sealer, keys, digest, &layout_now, row->database_id);
    enum reason reason = open_row(database, &record, &layout_now, row, failure);
    if (reason != REASON_STATE_UNPROVEN)
        return reason;
    const struct salted_record before =
        state_record(sealer, keys, digest, &layout_without_refusals, row->database_id);
    return open_row(database, &before, &layout_without_refusals, row, NULL) == REASON_DONE ? REASON_DONE
                                                                                           : reason;
}

enum reason proven_state_read_older(struct database *database, struct sealer *sealer,
    const struct store_keys *keys, struct digest *digest, int schema, struct proven_row *row,
    char note[static CHECKPOINT_NOTE_SIZE], struct failure *failure)
{
    const struct layout *layout = schema == 2 ? &layout_of_schema_2 : &layout_of_schema_3;
    bool changed;
    TRY(read_and_take(database, row, note, &changed, failure));
    struct salted_record record = state_record(sealer, keys, digest, layout, row->database_id);
    return open_row(database, &record, layout, row, failure);
}

uint32_t proven_slots_free(const struct proven_state *state)
{
    return PROBE_SLOTS_MAX - state->slots_kept;
}

enum reason proven_state_write(struct database *database, struct sealer *sealer,
    const struct store_keys *keys, struct digest *digest, const struct proven_state *state, const char *note,
    struct proven_row *row, struct failure *failure)
{
    uint8_t bytes[PROVEN_STATE_MAX], schema[DIGEST_BYTES];
    struct bytes_writer writer;
    struct statement write;
    struct salted_record record = state_record(sealer, keys, digest, &layout_now, row->database_id);
    TRY(schema_digest(digest, layout_now.schema, schema, failure));
    bytes_writer_init(&writer, bytes, sizeof bytes);
    write_state(&writer, schema, state);
    if (writer.failed)
        return failure_set(failure, REASON_INTERNAL_ERROR, "state", "its layout has grown");
    row->state = *state;
    row->sealed_size = salted_record_size(writer.used);
    TRY(salted_record_seal(&record, bytes, writer.used, row->sealed, failure));
    statement_begin(&write, database, STATEMENT_STATE_WRITE, failure);
    statement_bind_blob(&write, 1, row->database_id, SEALED_ID_BYTES);
    statement_bind_blob(&write, 2, row->sealed, row->sealed_size);
    statement_bind_text(&write, 3, note);
    return statement_run(&write);
}
