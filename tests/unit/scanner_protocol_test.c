#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "scanner/protocol.h"

/* One good message of each type; a frame's pixels are checked on their own. */
static const struct scanner_message samples[] = {
    {.type = SCANNER_MESSAGE_HELLO, .hello = {SCANNER_PROTOCOL_VERSION, SCANNER_ROLE_READER, 2}},
    {.type = SCANNER_MESSAGE_DEVICE,
        .device = {"elan-usb.01.04", "ElanTech Fingerprint Sensor", "elan", SCANNER_SCAN_SWIPE, ""}},
    {.type = SCANNER_MESSAGE_DEVICE_GONE, .device_gone = {"elan-usb.01.04"}},
    {.type = SCANNER_MESSAGE_ENUMERATED},
    {.type = SCANNER_MESSAGE_OPENED},
    {.type = SCANNER_MESSAGE_FINGER, .finger = SCANNER_FINGER_NEEDED | SCANNER_FINGER_PRESENT},
    {.type = SCANNER_MESSAGE_FRAME, .frame = {16, 17, 500, true, NULL}},
    {.type = SCANNER_MESSAGE_RETRY, .retry = SCANNER_RETRY_TOO_SHORT},
    {.type = SCANNER_MESSAGE_FAILED, .failed = {SCANNER_FAULT_REMOVED, "unplugged"}},
    {.type = SCANNER_MESSAGE_CANCELLED},
    {.type = SCANNER_MESSAGE_ALIVE, .alive = 0xfffffffe},
    {.type = SCANNER_MESSAGE_OPEN, .open = {"virtual_image-0"}},
    {.type = SCANNER_MESSAGE_CAPTURE},
    {.type = SCANNER_MESSAGE_CANCEL},
    {.type = SCANNER_MESSAGE_PING, .ping = 7},
    {.type = SCANNER_MESSAGE_STOP},
};

static enum scanner_sender sender_of(enum scanner_message_type type)
{
    return type >= SCANNER_MESSAGE_OPEN ? SCANNER_SENDER_PARENT : SCANNER_SENDER_CHILD;
}

/* Writes message with, for a frame, its pixels counting up; returns the size with the header. */
static size_t write_whole(const struct scanner_message *message, uint8_t *bytes, size_t size)
{
    struct bytes_writer writer;
    bytes_writer_init(&writer, bytes, size);
    assert_int_equal(scanner_message_write(message, &writer, NULL), REASON_DONE);
    if (message->type == SCANNER_MESSAGE_FRAME)
        for (uint32_t i = 0; i < message->frame.width * message->frame.height; i++)
            bytes_write_u8(&writer, (uint8_t)i);
    assert_false(writer.failed);
    return writer.used;
}

static enum reason parse_whole(
    const uint8_t *bytes, size_t size, enum scanner_sender sender, struct scanner_message *message)
{
    enum scanner_message_type type;
    size_t payload_size;
    enum reason reason = scanner_header_parse(bytes, sender, &type, &payload_size, NULL);
    if (reason != REASON_DONE)
        return reason;
    if (payload_size != size - SCANNER_HEADER_BYTES)
        return REASON_TRUNCATED;
    return scanner_message_parse(type, bytes + SCANNER_HEADER_BYTES, payload_size, message, NULL);
}

/* Each message comes back as it was sent, from its own sender only. */
static void test_every_message_round_trip(void **state)
{
    (void)state;
    assert_int_equal(sizeof samples / sizeof samples[0], SCANNER_MESSAGE_COUNT - 1);
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        uint8_t bytes[SCANNER_SMALL_MESSAGE_MAX];
        assert_int_equal(samples[i].type, i + 1);
        size_t size = write_whole(&samples[i], bytes, sizeof bytes);
        struct scanner_message message;
        assert_int_equal(parse_whole(bytes, size, sender_of(samples[i].type), &message), REASON_DONE);
        if (samples[i].type == SCANNER_MESSAGE_FRAME)
            assert_ptr_equal(message.frame.pixels, bytes + SCANNER_HEADER_BYTES + SCANNER_FRAME_HEAD);
        uint8_t again[SCANNER_SMALL_MESSAGE_MAX];
        assert_int_equal(write_whole(&message, again, sizeof again), size);
        assert_memory_equal(again, bytes, size);
        enum scanner_sender other =
            sender_of(samples[i].type) == SCANNER_SENDER_CHILD ? SCANNER_SENDER_PARENT : SCANNER_SENDER_CHILD;
        assert_int_equal(parse_whole(bytes, size, other, &message), REASON_SCANNER_MISBEHAVED);
    }
}

/* A message cut short by any number of bytes, or with one byte more, is refused; so is every wrong length. */
static void test_wrong_sizes_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        uint8_t bytes[SCANNER_SMALL_MESSAGE_MAX + 1] = {0};
        size_t size = write_whole(&samples[i], bytes, sizeof bytes - 1) - SCANNER_HEADER_BYTES;
        struct scanner_message message;
        for (size_t shorter = 0; shorter <= size + 1; shorter++) {
            enum reason reason =
                scanner_message_parse(samples[i].type, bytes + SCANNER_HEADER_BYTES, shorter, &message, NULL);
            assert_int_equal(reason, shorter == size ? REASON_DONE : REASON_SCANNER_MISBEHAVED);
        }
    }
}

static void check_header(uint32_t size, uint8_t type, enum reason expected)
{
    uint8_t header[SCANNER_HEADER_BYTES] = {
        (uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8), (uint8_t)size, type};
    enum scanner_message_type parsed = SCANNER_MESSAGE_STOP;
    size_t payload_size = 99;
    assert_int_equal(
        scanner_header_parse(header, SCANNER_SENDER_CHILD, &parsed, &payload_size, NULL), expected);
    assert_int_equal(parsed, expected == REASON_DONE ? type : SCANNER_MESSAGE_NONE);
    assert_int_equal(payload_size, expected == REASON_DONE ? size : 0);
}

/* The largest frame passes, one byte more does not; nor do unknown types or the largest number there is. */
static void test_header_limits(void **state)
{
    (void)state;
    check_header(SCANNER_FRAME_MAX, SCANNER_MESSAGE_FRAME, REASON_DONE);
    check_header(SCANNER_FRAME_MAX + 1, SCANNER_MESSAGE_FRAME, REASON_SCANNER_MISBEHAVED);
    check_header(UINT32_MAX, SCANNER_MESSAGE_FRAME, REASON_SCANNER_MISBEHAVED);
    check_header(SCANNER_FRAME_HEAD, SCANNER_MESSAGE_FRAME, REASON_SCANNER_MISBEHAVED);
    check_header(0, SCANNER_MESSAGE_OPENED, REASON_DONE);
    check_header(1, SCANNER_MESSAGE_OPENED, REASON_SCANNER_MISBEHAVED);
    check_header(0, SCANNER_MESSAGE_NONE, REASON_SCANNER_MISBEHAVED);
    check_header(0, SCANNER_MESSAGE_COUNT, REASON_SCANNER_MISBEHAVED);
    check_header(0, 255, REASON_SCANNER_MISBEHAVED);
    check_header(0, SCANNER_MESSAGE_STOP, REASON_SCANNER_MISBEHAVED);
}

static enum reason parse_frame(uint32_t width, uint32_t height, uint32_t ppi, size_t pixels)
{
    size_t size = SCANNER_FRAME_HEAD + pixels;
    uint8_t *payload = calloc(1, size);
    assert_non_null(payload);
    struct bytes_writer writer;
    bytes_writer_init(&writer, payload, size);
    bytes_write_u32be(&writer, width);
    bytes_write_u32be(&writer, height);
    bytes_write_u32be(&writer, ppi);
    bytes_write_u8(&writer, 0);
    struct scanner_message message;
    enum reason reason = scanner_message_parse(SCANNER_MESSAGE_FRAME, payload, size, &message, NULL);
    free(payload);
    return reason;
}

/* Sides, resolution and number of pixels must agree and be within the limits; products that wrap don't help.
 */
static void test_frame_geometry(void **state)
{
    (void)state;
    assert_int_equal(parse_frame(16, 16, 500, 256), REASON_DONE);
    assert_int_equal(parse_frame(2000, 2000, 2000, 4000000), REASON_DONE);
    assert_int_equal(parse_frame(2001, 16, 500, 2001 * 16), REASON_SCANNER_MISBEHAVED);
    assert_int_equal(parse_frame(15, 16, 500, 240), REASON_SCANNER_MISBEHAVED);
    assert_int_equal(parse_frame(16, 16, 500, 255), REASON_SCANNER_MISBEHAVED);
    assert_int_equal(parse_frame(16, 16, 500, 257), REASON_SCANNER_MISBEHAVED);
    assert_int_equal(parse_frame(16, 16, 99, 256), REASON_SCANNER_MISBEHAVED);
    assert_int_equal(parse_frame(16, 16, 2001, 256), REASON_SCANNER_MISBEHAVED);
    assert_int_equal(parse_frame(0, 0, 500, 1), REASON_SCANNER_MISBEHAVED);
    assert_int_equal(parse_frame(0x10000, 0x10000, 500, 1), REASON_SCANNER_MISBEHAVED);
    assert_int_equal(parse_frame(0xffffffff, 0xffffffff, 500, 1), REASON_SCANNER_MISBEHAVED);
}

/* Bytes that could forge a log line or a terminal's display don't pass as text, neither do empty ids. */
static void test_text_is_printable_and_bounded(void **state)
{
    (void)state;
    struct scanner_message message;
    const char *const bad[] = {"\x03"
                               "a\nb",
        "\x02\x1b[", "\x01\x7f", "\x01\x80",
        "\x02"
        "a\0",
        "\x00"};
    const size_t sizes[] = {4, 3, 2, 2, 3, 1};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(scanner_message_parse(
                             SCANNER_MESSAGE_DEVICE_GONE, (const uint8_t *)bad[i], sizes[i], &message, NULL),
            REASON_SCANNER_MISBEHAVED);
    assert_int_equal(
        scanner_message_parse(SCANNER_MESSAGE_DEVICE_GONE, (const uint8_t *)"\x01~", 2, &message, NULL),
        REASON_DONE);
    uint8_t longest[1 + SCANNER_ID_SIZE];
    memset(longest, 'a', sizeof longest);
    longest[0] = SCANNER_ID_SIZE - 1;
    assert_int_equal(
        scanner_message_parse(SCANNER_MESSAGE_DEVICE_GONE, longest, SCANNER_ID_SIZE, &message, NULL),
        REASON_DONE);
    longest[0] = SCANNER_ID_SIZE;
    assert_int_equal(
        scanner_message_parse(SCANNER_MESSAGE_DEVICE_GONE, longest, SCANNER_ID_SIZE + 1, &message, NULL),
        REASON_SCANNER_MISBEHAVED);

    char copy[6];
    scanner_text_copy(copy, sizeof copy, "a\n\xc3\xa4 and more");
    assert_string_equal(copy, "a??? ");
}

/* The sender is held to the same limits: nothing half-written stays in its buffer. */
static void test_writer_refuses_what_the_reader_would(void **state)
{
    (void)state;
    uint8_t bytes[SCANNER_SMALL_MESSAGE_MAX];
    struct scanner_message wrong[] = {
        {.type = SCANNER_MESSAGE_FRAME, .frame = {2001, 16, 500, false, NULL}},
        {.type = SCANNER_MESSAGE_FRAME, .frame = {16, 16, 0, false, NULL}},
        {.type = SCANNER_MESSAGE_FAILED, .failed = {SCANNER_FAULT_DEVICE, "a\nb"}},
        {.type = SCANNER_MESSAGE_OPEN, .open = {""}},
        {.type = SCANNER_MESSAGE_NONE},
        {.type = SCANNER_MESSAGE_OPEN, .open = {""}},
    };
    memset(wrong[5].open.id, 'a', sizeof wrong[5].open.id);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct bytes_writer writer;
        bytes_writer_init(&writer, bytes, sizeof bytes);
        assert_int_equal(scanner_message_write(&wrong[i], &writer, NULL), REASON_SCANNER_MISBEHAVED);
        assert_int_equal(writer.used, 0);
    }
    struct bytes_writer small;
    bytes_writer_init(&small, bytes, SCANNER_HEADER_BYTES - 1);
    assert_int_equal(
        scanner_message_write(&(struct scanner_message){.type = SCANNER_MESSAGE_STOP}, &small, NULL),
        REASON_SCANNER_MISBEHAVED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_message_round_trip),
        cmocka_unit_test(test_wrong_sizes_are_refused),
        cmocka_unit_test(test_header_limits),
        cmocka_unit_test(test_frame_geometry),
        cmocka_unit_test(test_text_is_printable_and_bounded),
        cmocka_unit_test(test_writer_refuses_what_the_reader_would),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
