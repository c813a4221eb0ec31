#include "scanner/protocol.h"

#include <string.h>

struct message_rule {
    const char *name;
    enum scanner_sender sender;
    size_t smallest, largest;
};

static const struct message_rule rules[SCANNER_MESSAGE_COUNT] = {
#define SENDER_CHILD  SCANNER_SENDER_CHILD
#define SENDER_PARENT SCANNER_SENDER_PARENT
#define MESSAGE_RULE(name, sender, smallest, largest)                                                        \
    [SCANNER_MESSAGE_##name] = {#name, SENDER_##sender, smallest, largest},
    SCANNER_MESSAGES(MESSAGE_RULE)
#undef MESSAGE_RULE
};

const char *scanner_message_name(unsigned type)
{
    return type > SCANNER_MESSAGE_NONE && type < SCANNER_MESSAGE_COUNT ? rules[type].name : "?";
}

enum guidance scanner_retry_guidance(enum scanner_retry retry)
{
    switch (retry) {
    case SCANNER_RETRY_TOO_SHORT:
        return GUIDANCE_SWIPE_AGAIN;
    case SCANNER_RETRY_CENTER_FINGER:
        return GUIDANCE_CENTRE_FINGER;
    case SCANNER_RETRY_REMOVE_FINGER:
        return GUIDANCE_LIFT_FINGER;
    case SCANNER_RETRY_GENERAL:
    case SCANNER_RETRY_COUNT:
        break;
    }
    return GUIDANCE_PLACE_AGAIN;
}

const char *scanner_fault_text(enum scanner_fault fault)
{
    switch (fault) {
    case SCANNER_FAULT_DEVICE:
        return N_("the reader reported an error");
    case SCANNER_FAULT_REMOVED:
        return N_("the reader was removed");
    case SCANNER_FAULT_NOT_FOUND:
        return N_("the reader is not there");
    case SCANNER_FAULT_UNUSABLE:
        return N_("the reader can't deliver images");
    case SCANNER_FAULT_IMAGE:
        return N_("the reader delivered an unusable image");
    case SCANNER_FAULT_PROTOCOL:
        return "kordond sent what its child does not understand";
    case SCANNER_FAULT_COUNT:
        break;
    }
    return "?";
}

static bool is_printable(uint8_t byte)
{
    return byte >= 0x20 && byte <= 0x7e;
}

void scanner_text_copy(char *target, size_t size, const char *text)
{
    size_t used = 0;
    for (; text[used] != '\0' && used + 1 < size; used++)
        target[used] = is_printable((uint8_t)text[used]) ? text[used] : '?';
    target[used] = '\0';
}

enum reason scanner_header_parse(const uint8_t header[static SCANNER_HEADER_BYTES],
    enum scanner_sender sender, enum scanner_message_type *type, size_t *payload_size,
    struct failure *failure)
{
    *type = SCANNER_MESSAGE_NONE;
    *payload_size = 0;
    struct bytes_reader reader;
    bytes_reader_init(&reader, header, SCANNER_HEADER_BYTES);
    uint32_t size = bytes_read_u32be(&reader);
    unsigned number = bytes_read_u8(&reader);
    if (number == SCANNER_MESSAGE_NONE || number >= SCANNER_MESSAGE_COUNT || rules[number].sender != sender)
        return failure_set(failure, REASON_SCANNER_MISBEHAVED, NULL, "message of unknown type %u", number);
    if (size < rules[number].smallest || size > rules[number].largest)
        return failure_set(
            failure, REASON_SCANNER_MISBEHAVED, NULL, "%s of %u bytes", rules[number].name, (unsigned)size);
    *type = (enum scanner_message_type)number;
    *payload_size = size;
    return REASON_DONE;
}

/* Reads a text into size bytes; a longer or unprintable one, or an empty one where it must not be, fails the
 * reader. */
static void read_text(struct bytes_reader *reader, char *target, size_t size, bool may_be_empty)
{
    size_t length = bytes_read_u8(reader);
    const uint8_t *bytes = bytes_read_direct(reader, length);
    target[0] = '\0';
    if (bytes == NULL)
        return;
    bool good = length < size && (length > 0 || may_be_empty);
    for (size_t i = 0; good && i < length; i++)
        good = is_printable(bytes[i]);
    if (!good) {
        reader->failed = true;
        return;
    }
    memcpy(target, bytes, length);
    target[length] = '\0';
}

static uint8_t read_enum(struct bytes_reader *reader, uint8_t count)
{
    uint8_t value = bytes_read_u8(reader);
    if (value < count)
        return value;
    reader->failed = true;
    return 0;
}

static uint32_t read_range(struct bytes_reader *reader, uint32_t least, uint32_t most)
{
    uint32_t value = bytes_read_u32be(reader);
    if (value >= least && value <= most)
        return value;
    reader->failed = true;
    return 0;
}

static void read_frame(struct bytes_reader *reader, struct scanner_frame *frame)
{
    frame->width = read_range(reader, SCANNER_IMAGE_SIDE_MIN, SCANNER_IMAGE_SIDE_MAX);
    frame->height = read_range(reader, SCANNER_IMAGE_SIDE_MIN, SCANNER_IMAGE_SIDE_MAX);
    frame->ppi = read_range(reader, SCANNER_PPI_MIN, SCANNER_PPI_MAX);
    frame->ppi_assumed = read_enum(reader, 2) == 1;
    /* No overflow: both sides are at most SCANNER_IMAGE_SIDE_MAX. */
    frame->pixels = bytes_read_direct(reader, (size_t)frame->width * frame->height);
}

static void read_fields(struct bytes_reader *reader, struct scanner_message *message)
{
    switch (message->type) {
    case SCANNER_MESSAGE_HELLO:
        message->hello.version = bytes_read_u16be(reader);
        message->hello.role = read_enum(reader, SCANNER_ROLE_COUNT);
        message->hello.landlock = bytes_read_u8(reader);
        break;
    case SCANNER_MESSAGE_DEVICE:
        read_text(reader, message->device.id, sizeof message->device.id, false);
        read_text(reader, message->device.name, sizeof message->device.name, true);
        read_text(reader, message->device.driver, sizeof message->device.driver, false);
        message->device.scan_type = read_enum(reader, SCANNER_SCAN_TYPE_COUNT);
        read_text(reader, message->device.refusal, sizeof message->device.refusal, true);
        break;
    case SCANNER_MESSAGE_DEVICE_GONE:
        read_text(reader, message->device_gone.id, sizeof message->device_gone.id, false);
        break;
    case SCANNER_MESSAGE_OPEN:
        read_text(reader, message->open.id, sizeof message->open.id, false);
        break;
    case SCANNER_MESSAGE_FINGER:
        message->finger = read_enum(reader, (SCANNER_FINGER_NEEDED | SCANNER_FINGER_PRESENT) + 1);
        break;
    case SCANNER_MESSAGE_FRAME:
        read_frame(reader, &message->frame);
        break;
    case SCANNER_MESSAGE_RETRY:
        message->retry = read_enum(reader, SCANNER_RETRY_COUNT);
        break;
    case SCANNER_MESSAGE_FAILED:
        message->failed.fault = read_enum(reader, SCANNER_FAULT_COUNT);
        read_text(reader, message->failed.text, sizeof message->failed.text, true);
        break;
    case SCANNER_MESSAGE_ALIVE:
        message->alive = bytes_read_u32be(reader);
        break;
    case SCANNER_MESSAGE_PING:
        message->ping = bytes_read_u32be(reader);
        break;
    case SCANNER_MESSAGE_ENUMERATED:
    case SCANNER_MESSAGE_OPENED:
    case SCANNER_MESSAGE_CANCELLED:
    case SCANNER_MESSAGE_CAPTURE:
    case SCANNER_MESSAGE_CANCEL:
    case SCANNER_MESSAGE_STOP:
        break;
    case SCANNER_MESSAGE_NONE:
    case SCANNER_MESSAGE_COUNT:
        reader->failed = true;
        break;
    }
}

enum reason scanner_message_parse(enum scanner_message_type type, const uint8_t *payload, size_t size,
    struct scanner_message *message, struct failure *failure)
{
    *message = (struct scanner_message){.type = type};
    struct bytes_reader reader;
    bytes_reader_init(&reader, payload, size);
    read_fields(&reader, message);
    if (bytes_reader_finished(&reader))
        return REASON_DONE;
    *message = (struct scanner_message){.type = SCANNER_MESSAGE_NONE};
    return failure_set(
        failure, REASON_SCANNER_MISBEHAVED, NULL, "%s with a wrong field", scanner_message_name(type));
}

static void write_text(struct bytes_writer *writer, const char *text, size_t size)
{
    size_t length = strnlen(text, size);
    for (size_t i = 0; i < length; i++)
        writer->failed = writer->failed || !is_printable((uint8_t)text[i]);
    if (length == size)
        writer->failed = true;
    bytes_write_u8(writer, (uint8_t)length);
    bytes_write_copy(writer, text, length);
}

static void write_frame_head(struct bytes_writer *writer, const struct scanner_frame *frame)
{
    bytes_write_u32be(writer, frame->width);
    bytes_write_u32be(writer, frame->height);
    bytes_write_u32be(writer, frame->ppi);
    bytes_write_u8(writer, frame->ppi_assumed);
    if (frame->width < SCANNER_IMAGE_SIDE_MIN || frame->width > SCANNER_IMAGE_SIDE_MAX ||
        frame->height < SCANNER_IMAGE_SIDE_MIN || frame->height > SCANNER_IMAGE_SIDE_MAX ||
        frame->ppi < SCANNER_PPI_MIN || frame->ppi > SCANNER_PPI_MAX)
        writer->failed = true;
}

static void write_fields(struct bytes_writer *writer, const struct scanner_message *message)
{
    switch (message->type) {
    case SCANNER_MESSAGE_HELLO:
        bytes_write_u16be(writer, message->hello.version);
        bytes_write_u8(writer, (uint8_t)message->hello.role);
        bytes_write_u8(writer, message->hello.landlock);
        break;
    case SCANNER_MESSAGE_DEVICE:
        write_text(writer, message->device.id, sizeof message->device.id);
        write_text(writer, message->device.name, sizeof message->device.name);
        write_text(writer, message->device.driver, sizeof message->device.driver);
        bytes_write_u8(writer, (uint8_t)message->device.scan_type);
        write_text(writer, message->device.refusal, sizeof message->device.refusal);
        break;
    case SCANNER_MESSAGE_DEVICE_GONE:
        write_text(writer, message->device_gone.id, sizeof message->device_gone.id);
        break;
    case SCANNER_MESSAGE_OPEN:
        write_text(writer, message->open.id, sizeof message->open.id);
        break;
    case SCANNER_MESSAGE_FINGER:
        bytes_write_u8(writer, message->finger);
        break;
    case SCANNER_MESSAGE_FRAME:
        write_frame_head(writer, &message->frame);
        break;
    case SCANNER_MESSAGE_RETRY:
        bytes_write_u8(writer, (uint8_t)message->retry);
        break;
    case SCANNER_MESSAGE_FAILED:
        bytes_write_u8(writer, (uint8_t)message->failed.fault);
        write_text(writer, message->failed.text, sizeof message->failed.text);
        break;
    case SCANNER_MESSAGE_ALIVE:
        bytes_write_u32be(writer, message->alive);
        break;
    case SCANNER_MESSAGE_PING:
        bytes_write_u32be(writer, message->ping);
        break;
    case SCANNER_MESSAGE_ENUMERATED:
    case SCANNER_MESSAGE_OPENED:
    case SCANNER_MESSAGE_CANCELLED:
    case SCANNER_MESSAGE_CAPTURE:
    case SCANNER_MESSAGE_CANCEL:
    case SCANNER_MESSAGE_STOP:
        break;
    case SCANNER_MESSAGE_NONE:
    case SCANNER_MESSAGE_COUNT:
        writer->failed = true;
        break;
    }
}

enum reason scanner_message_write(
    const struct scanner_message *message, struct bytes_writer *writer, struct failure *failure)
{
    size_t start = writer->used;
    bytes_write_u32be(writer, 0);
    bytes_write_u8(writer, (uint8_t)message->type);
    size_t head = writer->used;
    write_fields(writer, message);
    size_t size = writer->used - head;
    if (message->type == SCANNER_MESSAGE_FRAME)
        size += (size_t)message->frame.width * message->frame.height;
    if (!writer->failed && size <= rules[message->type].largest && size >= rules[message->type].smallest) {
        bytes_patch_u32be(writer, start, (uint32_t)size);
        return REASON_DONE;
    }
    writer->used = start;
    writer->failed = true;
    return failure_set(failure, REASON_SCANNER_MISBEHAVED, NULL, "%s that can't be written",
        scanner_message_name(message->type));
}
