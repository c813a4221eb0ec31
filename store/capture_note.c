/* capture_note.c: keys of notes, and one note found, put, deleted. */
#include "store/capture_note_internal.h"

#include <string.h>

#include "base/bytes.h"
#include "base/locked_memory.h"
#include "store/salted_record_internal.h"
#include "store/statement_internal.h"
#include "store/tree_internal.h"

#define NOTE_LABEL   "kordon/capture_note/v1"
#define NOTE_VERSION 1
#define NOTE_BYTES   (CAPTURE_NOTE_KIND_SIZE + CAPTURE_NOTE_REASON_SIZE + CAPTURE_NOTE_TRANSACTION_SIZE + 8 + 4)
/* Every note takes the same: what it says is padded to one size. */
#define NOTE_SEALED_BYTES (SALTED_SALT_BYTES + 2 * SEALED_PADDING + SEALED_OVERHEAD)

_Static_assert(CAPTURE_NOTE_KEY_BYTES == ROW_KEY_BYTES, "one size of keys");
_Static_assert(
    NOTE_BYTES + 4 > SEALED_PADDING && NOTE_BYTES + 4 <= 2 * SEALED_PADDING, "two steps of padding");

const struct row_family capture_note_family = {.subject = "capture notes",
    .range = STATEMENT_NOTE_RANGE,
    .read = STATEMENT_BUCKETS_READ,
    .write = STATEMENT_BUCKETS_WRITE,
    .sealed_max = NOTE_SEALED_BYTES};

/* --- Keys -------------------------------------------------------------------------------------------------------- */

enum reason capture_note_secret(
    const struct store *store, uint8_t secret[static STORE_KEY_BYTES], struct failure *failure)
{
    return store_derive_key(store, "capture note", secret, failure);
}

/* What is typed at one post and read by a machine at another is one document. */
static bool add_text(const char *text, struct bytes_writer *writer)
{
    size_t before = writer->used;
    if (strlen(text) > CAPTURE_DOCUMENT_TEXT_MAX)
        return false;
    for (const char *next = text; *next != '\0'; next++) {
        if ((unsigned char)*next < ' ' || (unsigned char)*next > '~')
            return false;
        /* Not toupper(): what it does to an i depends on the language of the machine. */
        bool small = *next >= 'a' && *next <= 'z';
        if (strchr(" -<", *next) == NULL)
            bytes_write_u8(writer, (uint8_t)(small ? *next - 'a' + 'A' : *next));
    }
    return writer->used > before;
}

enum reason capture_note_key(const uint8_t secret[static STORE_KEY_BYTES], const char *issuer,
    const char *number, uint8_t key[static CAPTURE_NOTE_KEY_BYTES], struct failure *failure)
{
    uint8_t text[2 * CAPTURE_DOCUMENT_TEXT_MAX + 1];
    struct bytes_writer writer;
    struct digest *digest;
    bytes_writer_init(&writer, text, sizeof text);
    bool usable = add_text(issuer, &writer);
    bytes_write_u8(&writer, 0);
    usable = add_text(number, &writer) && usable && !writer.failed;
    enum reason reason =
        usable ? digest_create(&digest, failure)
               : failure_set(failure, REASON_BAD_VALUE, "document",
                     "issuer and number have 1 to %d printable ASCII characters", CAPTURE_DOCUMENT_TEXT_MAX);
    if (usable && reason == REASON_DONE) {
        reason = digest_hmac(digest, secret, STORE_KEY_BYTES, text, writer.used, key, failure);
        digest_destroy(digest);
    }
    memory_wipe(text, sizeof text);
    return reason;
}

/* --- What a note says -------------------------------------------------------------------------------------------- */

static struct salted_record record_of(
    const struct store *store, const uint8_t key[static CAPTURE_NOTE_KEY_BYTES])
{
    struct salted_record record = {.sealer = store->sealer,
        .digest = store->digest,
        .state_key = store->keys->state,
        .label = NOTE_LABEL,
        .place = {.table = "capture_note", .column = "sealed", .epoch = KEY_EPOCH, .version = NOTE_VERSION}};
    memcpy(record.place.database, store->proven.database_id, SEALED_ID_BYTES);
    memcpy(record.place.id, key, SEALED_ID_BYTES);
    return record;
}

static void write_note(struct bytes_writer *writer, const struct capture_note *note)
{
    bytes_write_copy(writer, note->kind, sizeof note->kind);
    bytes_write_copy(writer, note->reason, sizeof note->reason);
    bytes_write_copy(writer, note->transaction, sizeof note->transaction);
    bytes_write_u64be(writer, (uint64_t)note->since_ms);
    bytes_write_u32be(writer, (uint32_t)note->due_day);
}

static bool is_text(const char *text, size_t size)
{
    return memchr(text, '\0', size) != NULL;
}

static bool is_whole(const struct capture_note *note)
{
    return is_text(note->kind, sizeof note->kind) && is_text(note->reason, sizeof note->reason) &&
           is_text(note->transaction, sizeof note->transaction);
}

static bool read_note(struct bytes_reader *reader, struct capture_note *note)
{
    bytes_read_copy(reader, note->kind, sizeof note->kind);
    bytes_read_copy(reader, note->reason, sizeof note->reason);
    bytes_read_copy(reader, note->transaction, sizeof note->transaction);
    note->since_ms = (int64_t)bytes_read_u64be(reader);
    note->due_day = (int32_t)bytes_read_u32be(reader);
    return bytes_reader_finished(reader) && is_whole(note);
}

enum reason capture_row_open(struct store *store, const uint8_t key[static CAPTURE_NOTE_KEY_BYTES],
    const uint8_t *sealed, size_t size, struct capture_note *note, struct failure *failure)
{
    struct salted_record record = record_of(store, key);
    struct bytes_reader reader;
    uint8_t bytes[2 * SEALED_PADDING] = {0};
    size_t opened = 0;
    memset(note, 0, sizeof *note);
    enum reason reason = size == NOTE_SEALED_BYTES ? salted_record_open(&record, sealed, size, bytes,
                                                         sizeof bytes, &opened, failure)
                                                   : REASON_SEAL_BROKEN;
    bytes_reader_init(&reader, bytes, opened);
    if (reason == REASON_DONE && !read_note(&reader, note))
        reason = REASON_SEAL_BROKEN;
    memory_wipe(bytes, sizeof bytes);
    if (reason != REASON_DONE)
        memory_wipe(note, sizeof *note);
    return reason == REASON_SEAL_BROKEN ? failure_set(failure, REASON_STATE_UNPROVEN, "capture notes",
                                              "one does not open in its place")
                                        : reason;
}

/* --- Changes ----------------------------------------------------------------------------------------------------- */

enum reason capture_row_delete(
    struct store *store, const uint8_t key[static CAPTURE_NOTE_KEY_BYTES], struct failure *failure)
{
    struct statement write;
    statement_begin(&write, &store->database, STATEMENT_NOTE_DELETE, failure);
    statement_bind_blob(&write, 1, key, CAPTURE_NOTE_KEY_BYTES);
    return statement_run(&write);
}

static enum reason put(struct store *store, const struct capture_note_change *change, struct failure *failure)
{
    struct salted_record record = record_of(store, change->key);
    uint8_t bytes[NOTE_BYTES], sealed[NOTE_SEALED_BYTES];
    struct bytes_writer writer;
    struct statement write;
    if (!is_whole(&change->note))
        return failure_set(failure, REASON_BAD_VALUE, "capture note", "a text of it has no end");
    bytes_writer_init(&writer, bytes, sizeof bytes);
    write_note(&writer, &change->note);
    enum reason reason = salted_record_seal(&record, bytes, writer.used, sealed, failure);
    memory_wipe(bytes, sizeof bytes);
    if (reason != REASON_DONE)
        return reason;
    statement_begin(&write, &store->database, STATEMENT_NOTE_WRITE, failure);
    statement_bind_blob(&write, 1, change->key, CAPTURE_NOTE_KEY_BYTES);
    statement_bind_blob(&write, 2, sealed, sizeof sealed);
    return statement_run(&write);
}

/* Takes a copy of the row of one key. */
struct wanted_row {
    const uint8_t *key;
    uint8_t sealed[NOTE_SEALED_BYTES];
    size_t size; /* 0: there is none */
};

static enum reason want(void *context, const struct sealed_row *row, struct failure *failure)
{
    struct wanted_row *wanted = context;
    if (memcmp(row->key, wanted->key, CAPTURE_NOTE_KEY_BYTES) != 0)
        return REASON_DONE;
    if (row->size != sizeof wanted->sealed)
        return failure_set(failure, REASON_STATE_UNPROVEN, "capture notes", "a row is damaged");
    memcpy(wanted->sealed, row->sealed, row->size);
    wanted->size = row->size;
    return REASON_DONE;
}

enum reason capture_note_apply(struct store *store, struct proven_state *next,
    const struct capture_note_change *change, bool *erases, struct failure *failure)
{
    struct wanted_row before = {.key = change->key};
    struct row_buckets buckets;
    size_t number = change->key[0];
    TRY(row_buckets_read(store, &capture_note_family, next->notes_root, &buckets, failure));
    TRY(row_bucket_prove(store, &capture_note_family, &buckets, number, want, &before, failure));
    bool was_there = before.size > 0;
    if (!was_there && change->deletes)
        return REASON_DONE;
    TRY(change->deletes ? capture_row_delete(store, change->key, failure) : put(store, change, failure));
    TRY(row_bucket_renew(store, &capture_note_family, &buckets, number, failure));
    *erases = *erases || was_there;
    next->note_count += change->deletes ? UINT64_MAX : was_there ? 0 : 1;
    return row_buckets_write(store, &capture_note_family, &buckets, next->notes_root, failure);
}

/* --- Reading ----------------------------------------------------------------------------------------------------- */

static enum reason find_row(struct store *store, struct wanted_row *wanted, struct failure *failure)
{
    struct row_buckets buckets;
    TRY(snapshot_begin(store, failure));
    enum reason reason =
        row_buckets_read(store, &capture_note_family, store->proven.state.notes_root, &buckets, failure);
    if (reason == REASON_DONE)
        reason =
            row_bucket_prove(store, &capture_note_family, &buckets, wanted->key[0], want, wanted, failure);
    snapshot_end(store);
    return reason;
}

enum reason capture_note_find(struct store *store, const uint8_t key[static CAPTURE_NOTE_KEY_BYTES],
    struct capture_note *note, bool *found, struct failure *failure)
{
    struct wanted_row wanted = {.key = key};
    *found = false;
    memset(note, 0, sizeof *note);
    TRY(find_row(store, &wanted, failure));
    if (wanted.size == 0)
        return REASON_DONE;
    enum reason reason = capture_row_open(store, key, wanted.sealed, wanted.size, note, failure);
    *found = reason == REASON_DONE;
    return reason;
}

uint64_t capture_note_count(const struct store *store)
{
    return store->proven.state.note_count;
}
