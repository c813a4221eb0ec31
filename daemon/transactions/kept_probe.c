#include "daemon/transactions/kept_probe.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "json/memory.h"
#include "json/text.h"
#include "sample/sample.h"

#define MAGIC   "KPRB"
#define VERSION 1

/* With texts an object may take so much of the content: the prints need the rest. */
#define OBJECT_WITH_TEXTS_MAX (KEPT_PROBE_BYTES / 4)

static enum reason no_memory(struct failure *failure)
{
    return failure_set(failure, REASON_NO_MEMORY, "referral", NULL);
}

/* --- Packed */

static enum reason write_object(
    const struct referral_opening *opening, char **text, size_t *size, struct failure *failure)
{
    bool with_texts = true;
    do {
        json_t *json = referral_opening_write(opening, with_texts);
        *text = json_text(json, size);
        json_decref(json);
        if (*text == NULL)
            return no_memory(failure);
        if (*size <= OBJECT_WITH_TEXTS_MAX || !with_texts)
            return REASON_DONE;
        json_text_free(*text);
        with_texts = false;
    } while (true);
}

#define FINGER_HEAD_BYTES 16

/* Which fingers' pictures have room, best quality first; of equal ones the first. */
static void choose_pictures(
    const struct referral_opening *opening, size_t room, bool chosen[COMPARISON_FINGERS_MAX])
{
    bool judged[COMPARISON_FINGERS_MAX] = {false};
    for (size_t n = 0; n < opening->finger_count; n++) {
        size_t best = opening->finger_count;
        for (size_t i = 0; i < opening->finger_count; i++)
            if (!judged[i] && (best == opening->finger_count ||
                                  opening->fingers[i].quality > opening->fingers[best].quality))
                best = i;
        judged[best] = true;
        chosen[best] = opening->fingers[best].png.size <= room;
        room -= chosen[best] ? opening->fingers[best].png.size : 0;
    }
}

static void write_finger(struct bytes_writer *writer, const struct referral_finger *finger, bool with_picture)
{
    bytes_write_u8(writer, (uint8_t)finger->position);
    bytes_write_u8(writer, finger->quality);
    bytes_write_u16be(writer, finger->width);
    bytes_write_u16be(writer, finger->height);
    bytes_write_u16be(writer, finger->ppi);
    bytes_write_u32be(writer, (uint32_t)finger->template.size);
    bytes_write_u32be(writer, with_picture ? (uint32_t)finger->png.size : 0);
    bytes_write_copy(writer, finger->template.bytes, finger->template.size);
    if (with_picture)
        bytes_write_copy(writer, finger->png.bytes, finger->png.size);
}

static void write_fingers(struct bytes_writer *writer, const struct referral_opening *opening)
{
    bool chosen[COMPARISON_FINGERS_MAX] = {false};
    size_t room = writer->capacity - writer->used, taken = opening->finger_count * FINGER_HEAD_BYTES;
    for (size_t i = 0; i < opening->finger_count; i++)
        taken += opening->fingers[i].template.size;
    choose_pictures(opening, room > taken ? room - taken : 0, chosen);
    for (size_t i = 0; i < opening->finger_count; i++)
        write_finger(writer, &opening->fingers[i], chosen[i]);
}

enum reason kept_probe_pack(const struct referral_opening *opening, struct locked_memory *content,
    size_t *size, struct failure *failure)
{
    struct bytes_writer writer;
    char *object;
    size_t object_size;
    *size = 0;
    TRY(write_object(opening, &object, &object_size, failure));
    bytes_writer_init(&writer, content->bytes, content->size);
    bytes_write_copy(&writer, MAGIC, strlen(MAGIC));
    bytes_write_u8(&writer, VERSION);
    bytes_write_u8(&writer, (uint8_t)opening->finger_count);
    bytes_write_u32be(&writer, (uint32_t)object_size);
    bytes_write_copy(&writer, object, object_size);
    json_text_free(object);
    write_fingers(&writer, opening);
    if (writer.failed)
        return failure_set(failure, REASON_TOO_LARGE, "referral", "more than %zu bytes", content->size);
    *size = writer.used;
    return REASON_DONE;
}

/* --- Read */

static enum reason refuse(enum reason reason, const char *why, struct failure *failure)
{
    return failure_set(failure, reason, "kept probe", "%s", why);
}

static bool is_picture_of(const struct referral_finger *finger)
{
    return finger->png.size == 0 || (finger->width > 0 && finger->height > 0 && finger->ppi > 0 &&
                                        sample_is_picture(finger->png.bytes, finger->png.size));
}

static enum reason read_finger(
    struct bytes_reader *reader, struct referral_finger *finger, struct failure *failure)
{
    finger->position = (enum finger_position)bytes_read_u8(reader);
    finger->quality = bytes_read_u8(reader);
    finger->width = bytes_read_u16be(reader);
    finger->height = bytes_read_u16be(reader);
    finger->ppi = bytes_read_u16be(reader);
    finger->template.size = bytes_read_u32be(reader);
    finger->png.size = bytes_read_u32be(reader);
    finger->template.bytes = bytes_read_direct(reader, finger->template.size);
    finger->png.bytes = bytes_read_direct(reader, finger->png.size);
    if (reader->failed)
        return refuse(REASON_TRUNCATED, "it ends inside a finger", failure);
    if (finger->position >= FINGER_POSITION_COUNT || finger->quality > 100 || !is_picture_of(finger))
        return refuse(REASON_BAD_VALUE, "a finger is none", failure);
    return finger->template.size > 0
               ? matcher_template_check(finger->template.bytes, finger->template.size, failure)
               : REASON_DONE;
}

static bool came_before(const struct referral_opening *opening, enum finger_position position)
{
    for (size_t i = 0; i < opening->finger_count; i++)
        if (position != FINGER_UNKNOWN && opening->fingers[i].position == position)
            return true;
    return false;
}

static enum reason read_fingers(
    struct bytes_reader *reader, size_t count, struct referral_opening *opening, struct failure *failure)
{
    while (opening->finger_count < count) {
        struct referral_finger *finger = &opening->fingers[opening->finger_count];
        TRY(read_finger(reader, finger, failure));
        if (came_before(opening, finger->position))
            return refuse(REASON_BAD_VALUE, "a finger comes twice", failure);
        opening->finger_count++;
    }
    return bytes_left(reader) == 0 ? REASON_DONE
                                   : refuse(REASON_OVERLONG, "it goes on behind its end", failure);
}

static enum reason read_object(
    struct bytes_reader *reader, struct referral_opening *opening, struct failure *failure)
{
    struct json_fields fields;
    size_t size = bytes_read_u32be(reader);
    const uint8_t *object = bytes_read_direct(reader, size);
    if (reader->failed)
        return refuse(REASON_TRUNCATED, "it ends inside its object", failure);
    json_fields_parse(&fields, object, size, failure);
    referral_opening_read(&fields, opening);
    return json_fields_end(&fields);
}

static enum reason read_content(size_t size, struct referral_opening *opening, struct failure *failure)
{
    struct bytes_reader reader;
    if (size > opening->content.size)
        return refuse(REASON_TRUNCATED, "it is not whole", failure);
    bytes_reader_init(&reader, opening->content.bytes, size);
    const uint8_t *magic = bytes_read_direct(&reader, strlen(MAGIC));
    const uint8_t version = bytes_read_u8(&reader), fingers = bytes_read_u8(&reader);
    if (reader.failed || memcmp(magic, MAGIC, strlen(MAGIC)) != 0 || version != VERSION)
        return refuse(REASON_BAD_FORMAT, "it does not begin as one", failure);
    if (fingers == 0 || fingers > COMPARISON_FINGERS_MAX)
        return refuse(REASON_BAD_VALUE, "its number of fingers", failure);
    TRY(read_object(&reader, opening, failure));
    return read_fingers(&reader, fingers, opening, failure);
}

enum reason kept_probe_read(
    struct locked_memory *content, size_t size, struct referral_opening **opening, struct failure *failure)
{
    struct referral_opening *read = calloc(1, sizeof *read);
    *opening = NULL;
    if (read == NULL) {
        locked_memory_finish(content);
        return no_memory(failure);
    }
    read->content = *content;
    *content = (struct locked_memory){0};
    enum reason reason = read_content(size, read, failure);
    if (reason == REASON_DONE)
        *opening = read;
    else
        referral_opening_destroy(read);
    return reason;
}
