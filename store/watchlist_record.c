/* watchlist_record.c: the layouts of the sealed columns: length-prefixed fields, texts with their zero byte, so that an
 * opened column is read where it lies, in locked memory. */
#include <stdlib.h>
#include <string.h>

#include "store/list_internal.h"

/* --- Ids, as text --- */

void watchlist_id_format(const struct watchlist_id *id, char text[static WATCHLIST_ID_TEXT_SIZE])
{
    hex_format(id->bytes, WATCHLIST_ID_BYTES, text);
}

int watchlist_id_compare(const void *left, const void *right)
{
    return memcmp(((const struct watchlist_id *)left)->bytes, ((const struct watchlist_id *)right)->bytes,
        WATCHLIST_ID_BYTES);
}

bool watchlist_ids_have(const struct watchlist_ids *ids, const struct watchlist_id *id)
{
    return bsearch(id, ids->items, ids->count, sizeof ids->items[0], watchlist_id_compare) != NULL;
}

bool watchlist_id_parse(const char *text, struct watchlist_id *id)
{
    *id = (struct watchlist_id){0};
    return strlen(text) == 2 * WATCHLIST_ID_BYTES && hex_parse(text, id->bytes, WATCHLIST_ID_BYTES);
}

/* --- Texts --- */

static size_t text_size(const char *text)
{
    return 4 + strlen(text) + 1;
}

static void write_text(struct bytes_writer *writer, const char *text)
{
    size_t size = strlen(text) + 1;
    bytes_write_u32be(writer, (uint32_t)size);
    bytes_write_copy(writer, text, size);
}

static const char *read_text(struct bytes_reader *reader)
{
    size_t size = bytes_read_u32be(reader);
    const uint8_t *bytes = size > 0 ? bytes_read_direct(reader, size) : NULL;
    if (bytes == NULL || memchr(bytes, 0, size) != bytes + size - 1) {
        reader->failed = true;
        return NULL;
    }
    return (const char *)bytes;
}

/* --- alert --- */

static size_t alert_size(const struct watchlist_entry *entry)
{
    size_t size = 2 + text_size(entry->action) + text_size(entry->instruction) +
                  text_size(entry->legal_basis) + text_size(entry->authority) + text_size(entry->entered) +
                  text_size(entry->expires);
    for (size_t i = 0; i < entry->purpose_count; i++)
        size += text_size(entry->purposes[i]);
    return size;
}

static void alert_write(const struct watchlist_entry *entry, struct bytes_writer *writer)
{
    bytes_write_u8(writer, (uint8_t)entry->category);
    write_text(writer, entry->action);
    write_text(writer, entry->instruction);
    write_text(writer, entry->legal_basis);
    write_text(writer, entry->authority);
    write_text(writer, entry->entered);
    write_text(writer, entry->expires);
    bytes_write_u8(writer, (uint8_t)entry->purpose_count);
    for (size_t i = 0; i < entry->purpose_count; i++)
        write_text(writer, entry->purposes[i]);
}

static bool alert_read(struct bytes_reader *reader, struct watchlist_entry *entry)
{
    uint8_t category = bytes_read_u8(reader);
    entry->action = read_text(reader);
    entry->instruction = read_text(reader);
    entry->legal_basis = read_text(reader);
    entry->authority = read_text(reader);
    entry->entered = read_text(reader);
    entry->expires = read_text(reader);
    size_t count = bytes_read_u8(reader);
    if (category >= ALERT_CATEGORY_COUNT || count > WATCHLIST_PURPOSES_MAX)
        return false;
    entry->category = (enum alert_category)category;
    entry->purpose_count = count;
    for (size_t i = 0; i < count; i++)
        entry->purposes[i] = read_text(reader);
    return bytes_reader_finished(reader);
}

/* --- identity --- */

static size_t identity_size(const struct watchlist_entry *entry)
{
    return text_size(entry->case_number) + text_size(entry->name);
}

static void identity_write(const struct watchlist_entry *entry, struct bytes_writer *writer)
{
    write_text(writer, entry->case_number);
    write_text(writer, entry->name);
}

static bool identity_read(struct bytes_reader *reader, struct watchlist_entry *entry)
{
    entry->case_number = read_text(reader);
    entry->name = read_text(reader);
    return bytes_reader_finished(reader);
}

/* --- templates --- */

static size_t templates_size(const struct watchlist_entry *entry)
{
    size_t size = 1;
    for (size_t i = 0; i < entry->finger_count; i++)
        size += 6 + entry->fingers[i].template_size;
    return size;
}

static void templates_write(const struct watchlist_entry *entry, struct bytes_writer *writer)
{
    bytes_write_u8(writer, (uint8_t)entry->finger_count);
    for (size_t i = 0; i < entry->finger_count; i++) {
        const struct watchlist_finger *finger = &entry->fingers[i];
        bytes_write_u8(writer, (uint8_t)finger->position);
        bytes_write_u8(writer, finger->quality);
        bytes_write_u32be(writer, (uint32_t)finger->template_size);
        bytes_write_copy(writer, finger->template_bytes, finger->template_size);
    }
}

static bool templates_read(struct bytes_reader *reader, struct watchlist_entry *entry)
{
    size_t count = bytes_read_u8(reader);
    if (count > WATCHLIST_FINGERS_MAX)
        return false;
    entry->finger_count = count;
    for (size_t i = 0; i < count; i++) {
        struct watchlist_finger *finger = &entry->fingers[i];
        uint8_t position = bytes_read_u8(reader);
        if (position >= FINGER_POSITION_COUNT)
            return false;
        finger->position = (enum finger_position)position;
        finger->quality = bytes_read_u8(reader);
        finger->template_size = bytes_read_u32be(reader);
        finger->template_bytes = bytes_read_direct(reader, finger->template_size);
    }
    return bytes_reader_finished(reader);
}

/* --- originals --- */

static size_t originals_size(const struct watchlist_entry *entry)
{
    size_t size = 1;
    for (size_t i = 0; i < entry->finger_count; i++)
        size += 4 + entry->fingers[i].original_size;
    return size;
}

static void originals_write(const struct watchlist_entry *entry, struct bytes_writer *writer)
{
    bytes_write_u8(writer, (uint8_t)entry->finger_count);
    for (size_t i = 0; i < entry->finger_count; i++) {
        bytes_write_u32be(writer, (uint32_t)entry->fingers[i].original_size);
        bytes_write_copy(writer, entry->fingers[i].original_bytes, entry->fingers[i].original_size);
    }
}

static bool originals_read(struct bytes_reader *reader, struct watchlist_entry *entry)
{
    size_t count = bytes_read_u8(reader);
    if (count > WATCHLIST_FINGERS_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct watchlist_finger *finger = &entry->fingers[i];
        finger->original_size = bytes_read_u32be(reader);
        finger->original_bytes =
            finger->original_size > 0 ? bytes_read_direct(reader, finger->original_size) : NULL;
    }
    return bytes_reader_finished(reader);
}

const struct watchlist_column watchlist_columns[WATCHLIST_COLUMNS] = {
    {"alert", WATCHLIST_PART_ALERT, alert_size, alert_write, alert_read},
    {"identity", WATCHLIST_PART_IDENTITY, identity_size, identity_write, identity_read},
    {"templates", WATCHLIST_PART_TEMPLATES, templates_size, templates_write, templates_read},
    {"originals", WATCHLIST_PART_ORIGINALS, originals_size, originals_write, originals_read},
};
