#include "store/cleared_pair.h"

#include <string.h>

#include "base/bytes.h"
#include "base/locked_memory.h"

#define SUBJECT      "cleared pair"
#define PAIR_VERSION 2

enum reason cleared_pair_secret(
    const struct store *store, uint8_t secret[static STORE_KEY_BYTES], struct failure *failure)
{
    return store_derive_key(store, SUBJECT, secret, failure);
}

/* --- As bytes ---------------------------------------------------------------------------------------------------- */

/*     0   1  version, 2
 *     1  32  the document's key
 *    33  32  the case's key
 *    65   8  since, ms
 *    73   1  entries, 1..CLEARED_ENTRIES_MAX
 *            of each: 16 id, 32 digest, 4 until, day, 4 score
 *         1  fingers, 0..CLEARED_FINGERS_MAX
 *            of each: 1 position, 2 size, template
 *
 * Integers are big-endian; nothing comes behind the last template. */

static void write_entries(struct bytes_writer *writer, const struct cleared_pair *pair)
{
    bytes_write_u8(writer, (uint8_t)pair->entry_count);
    for (size_t i = 0; i < pair->entry_count; i++) {
        bytes_write_copy(writer, pair->entries[i].id.bytes, WATCHLIST_ID_BYTES);
        bytes_write_copy(writer, pair->entries[i].digest, DIGEST_BYTES);
        bytes_write_u32be(writer, (uint32_t)pair->until_days[i]);
        bytes_write_u32be(writer, (uint32_t)pair->scores[i]);
    }
}

static void write_fingers(struct bytes_writer *writer, const struct cleared_pair *pair)
{
    bytes_write_u8(writer, (uint8_t)pair->finger_count);
    for (size_t i = 0; i < pair->finger_count; i++) {
        const struct cleared_finger *finger = &pair->fingers[i];
        bytes_write_u8(writer, (uint8_t)finger->position);
        bytes_write_u16be(writer, (uint16_t)finger->template_size);
        bytes_write_copy(writer, finger->template_bytes, finger->template_size);
    }
}

static bool is_finger(enum finger_position position, size_t size)
{
    return position > FINGER_UNKNOWN && position < FINGER_POSITION_COUNT && size > 0 && size <= UINT16_MAX;
}

static enum reason check(const struct cleared_pair *pair, struct failure *failure)
{
    if (pair->entry_count == 0 || pair->entry_count > CLEARED_ENTRIES_MAX)
        return failure_set(failure, REASON_BAD_VALUE, SUBJECT, "it has 1 to %d entries", CLEARED_ENTRIES_MAX);
    if (pair->finger_count > CLEARED_FINGERS_MAX)
        return failure_set(
            failure, REASON_BAD_VALUE, SUBJECT, "it has %d fingers at most", CLEARED_FINGERS_MAX);
    for (size_t i = 0; i < pair->finger_count; i++)
        if (!is_finger(pair->fingers[i].position, pair->fingers[i].template_size))
            return failure_set(
                failure, REASON_BAD_VALUE, SUBJECT, "a finger has no position, or no template");
    return REASON_DONE;
}

enum reason cleared_pair_pack(
    const struct cleared_pair *pair, uint8_t *bytes, size_t *size, struct failure *failure)
{
    struct bytes_writer writer;
    TRY(check(pair, failure));
    bytes_writer_init(&writer, bytes, CLEARED_PAIR_BYTES_MAX);
    bytes_write_u8(&writer, PAIR_VERSION);
    bytes_write_copy(&writer, pair->document, sizeof pair->document);
    bytes_write_copy(&writer, pair->case_number, sizeof pair->case_number);
    bytes_write_u64be(&writer, (uint64_t)pair->since_ms);
    write_entries(&writer, pair);
    write_fingers(&writer, pair);
    *size = writer.used;
    return writer.failed ? failure_set(failure, REASON_TOO_LARGE, SUBJECT,
                               "its templates have no room in %zu bytes", CLEARED_PAIR_BYTES_MAX)
                         : REASON_DONE;
}

static bool read_entries(struct bytes_reader *reader, struct cleared_pair *pair)
{
    pair->entry_count = bytes_read_u8(reader);
    if (pair->entry_count == 0 || pair->entry_count > CLEARED_ENTRIES_MAX)
        return false;
    for (size_t i = 0; i < pair->entry_count; i++) {
        bytes_read_copy(reader, pair->entries[i].id.bytes, WATCHLIST_ID_BYTES);
        bytes_read_copy(reader, pair->entries[i].digest, DIGEST_BYTES);
        pair->until_days[i] = (int32_t)bytes_read_u32be(reader);
        pair->scores[i] = (int32_t)bytes_read_u32be(reader);
    }
    return true;
}

static bool read_fingers(struct bytes_reader *reader, struct cleared_pair *pair)
{
    pair->finger_count = bytes_read_u8(reader);
    if (pair->finger_count > CLEARED_FINGERS_MAX)
        return false;
    for (size_t i = 0; i < pair->finger_count; i++) {
        struct cleared_finger *finger = &pair->fingers[i];
        finger->position = (enum finger_position)bytes_read_u8(reader);
        finger->template_size = bytes_read_u16be(reader);
        finger->template_bytes = bytes_read_direct(reader, finger->template_size);
        if (!is_finger(finger->position, finger->template_size))
            return false;
    }
    return true;
}

enum reason cleared_pair_read(const uint8_t document[static CASE_RECORD_KEY_BYTES], const uint8_t *bytes,
    size_t size, struct cleared_pair *pair, struct failure *failure)
{
    struct bytes_reader reader;
    *pair = (struct cleared_pair){0};
    bytes_reader_init(&reader, bytes, size);
    bool whole = bytes_read_u8(&reader) == PAIR_VERSION;
    bytes_read_copy(&reader, pair->document, sizeof pair->document);
    bytes_read_copy(&reader, pair->case_number, sizeof pair->case_number);
    pair->since_ms = (int64_t)bytes_read_u64be(&reader);
    whole = whole && read_entries(&reader, pair) && read_fingers(&reader, pair) &&
            bytes_reader_finished(&reader) &&
            equal_in_constant_time(pair->document, document, CASE_RECORD_KEY_BYTES);
    if (whole)
        return REASON_DONE;
    *pair = (struct cleared_pair){0};
    return failure_set(failure, REASON_STATE_UNPROVEN, SUBJECT, "one is not what was written");
}

enum reason cleared_pair_find(struct store *store, const uint8_t document[static CASE_RECORD_KEY_BYTES],
    struct cleared_pair_kept *kept, struct failure *failure)
{
    *kept = (struct cleared_pair_kept){0};
    TRY(case_record_find(store, CASE_RECORD_CLEARED_PAIR, document, &kept->bytes, &kept->size, failure));
    if (kept->bytes == NULL)
        return REASON_DONE;
    TRY(cleared_pair_read(document, (const uint8_t *)kept->bytes, kept->size, &kept->pair, failure));
    kept->found = true;
    return REASON_DONE;
}

void cleared_pair_kept_finish(struct cleared_pair_kept *kept)
{
    case_record_finish(kept->bytes, kept->size);
    memory_wipe(kept, sizeof *kept);
}

/* --- What an entry says ------------------------------------------------------------------------------------------ */

static void add_number(struct digest *digest, uint64_t number)
{
    uint8_t bytes[8];
    struct bytes_writer writer;
    bytes_writer_init(&writer, bytes, sizeof bytes);
    bytes_write_u64be(&writer, number);
    digest_add(digest, bytes, sizeof bytes);
}

static void add_text(struct digest *digest, const char *text)
{
    digest_add_sized(digest, text, text != NULL ? strlen(text) : 0);
}

static void add_finger(struct digest *digest, const struct watchlist_finger *finger)
{
    add_number(digest, (uint64_t)finger->position);
    digest_add_sized(digest, finger->template_bytes, finger->template_size);
    digest_add_sized(digest, finger->original_bytes, finger->original_size);
}

/* What it is searched by, what people are told of it, and the originals that they compare with. What an authority administers is left out (authority, legal
 * basis, days, a finger's quality): an entry that lasts longer is the one from which somebody was told apart. */
static enum reason add_entry(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct digest *digest = context;
    const char *const texts[] = {alert_category_name(entry->category), entry->case_number, entry->name,
        entry->action, entry->instruction};
    (void)failure;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        add_text(digest, texts[i]);
    add_number(digest, entry->purpose_count);
    for (size_t i = 0; i < entry->purpose_count; i++)
        add_text(digest, entry->purposes[i]);
    add_number(digest, entry->finger_count);
    for (size_t i = 0; i < entry->finger_count; i++)
        add_finger(digest, &entry->fingers[i]);
    return REASON_DONE;
}

enum reason cleared_entry_digest(struct store *store, const struct watchlist_id *id,
    uint8_t digest[static DIGEST_BYTES], struct failure *failure)
{
    const unsigned all =
        WATCHLIST_PART_ALERT | WATCHLIST_PART_IDENTITY | WATCHLIST_PART_TEMPLATES | WATCHLIST_PART_ORIGINALS;
    struct digest *run;
    TRY(digest_create(&run, failure));
    digest_begin(run);
    enum reason reason = watchlist_read(store, id, all, add_entry, run, failure);
    if (reason == REASON_DONE)
        reason = digest_end(run, digest, failure);
    digest_destroy(run);
    return reason;
}
