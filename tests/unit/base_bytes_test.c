#include "tests/unit/unit.h"

#include <string.h>

#include "base/bytes.h"
#include "base/checked.h"

/* What was written in every width is read back in order, and the reader says that it is finished. */
static void test_round_trip_of_every_width(void **state)
{
    (void)state;
    uint8_t buffer[64];
    struct bytes_writer writer;
    bytes_writer_init(&writer, buffer, sizeof buffer);
    bytes_write_u8(&writer, 0x12);
    bytes_write_u16be(&writer, 0x3456);
    bytes_write_u32be(&writer, 0x789abcde);
    bytes_write_u64be(&writer, 0x0102030405060708);
    bytes_write_u16le(&writer, 0x3456);
    bytes_write_copy(&writer, "\xde\xbc\x9a\x78", 4);
    bytes_write_copy(&writer, "xyz", 3);
    assert_false(writer.failed);
    assert_int_equal(writer.used, 1 + 2 + 4 + 8 + 2 + 4 + 3);
    assert_int_equal(buffer[1], 0x34);
    assert_int_equal(buffer[15], 0x56);

    struct bytes_reader reader;
    bytes_reader_init(&reader, buffer, writer.used);
    assert_int_equal(bytes_read_u8(&reader), 0x12);
    assert_int_equal(bytes_read_u16be(&reader), 0x3456);
    assert_int_equal(bytes_read_u32be(&reader), 0x789abcde);
    assert_true(bytes_read_u64be(&reader) == 0x0102030405060708);
    assert_int_equal(bytes_read_u16le(&reader), 0x3456);
    assert_int_equal(bytes_read_u32le(&reader), 0x789abcde);
    assert_false(bytes_reader_finished(&reader));
    char text[3];
    bytes_read_copy(&reader, text, sizeof text);
    assert_memory_equal(text, "xyz", 3);
    assert_true(bytes_reader_finished(&reader));
}

/* The last byte there is can be read, the first that is not fails, and the failure sticks. */
static void test_read_past_the_end_sticks(void **state)
{
    (void)state;
    const uint8_t bytes[3] = {1, 2, 3};
    struct bytes_reader reader;
    bytes_reader_init(&reader, bytes, sizeof bytes);
    assert_int_equal(bytes_read_u16be(&reader), 0x0102);
    assert_int_equal(bytes_read_u16be(&reader), 0);
    assert_true(reader.failed);
    assert_int_equal(bytes_read_u8(&reader), 0);
    assert_int_equal(bytes_left(&reader), 0);
    assert_false(bytes_reader_finished(&reader));
    uint8_t target[2] = {9, 9};
    bytes_read_copy(&reader, target, sizeof target);
    assert_int_equal(target[0] | target[1], 0);
}

/* An absurd length neither wraps around nor moves the position. */
static void test_absurd_length_is_refused(void **state)
{
    (void)state;
    const uint8_t bytes[3] = {1, 2, 3};
    struct bytes_reader reader;
    bytes_reader_init(&reader, bytes, sizeof bytes);
    bytes_skip(&reader, 1);
    struct bytes_reader part = bytes_read_part(&reader, SIZE_MAX);
    assert_true(part.failed);
    assert_int_equal(part.size, 0);
    assert_true(reader.failed);
    assert_int_equal(reader.position, 1);
}

/* A part reads only its own bytes, and its parent goes on behind it. */
static void test_part_is_bounded(void **state)
{
    (void)state;
    const uint8_t bytes[4] = {1, 2, 3, 4};
    struct bytes_reader reader;
    bytes_reader_init(&reader, bytes, sizeof bytes);
    struct bytes_reader part = bytes_read_part(&reader, 2);
    assert_int_equal(bytes_read_u16be(&part), 0x0102);
    assert_true(bytes_reader_finished(&part));
    assert_int_equal(bytes_read_u8(&part), 0);
    assert_true(part.failed);
    assert_int_equal(bytes_read_u8(&reader), 3);
}

/* A full writer takes nothing more, keeps what it has, and patches only what was written. */
static void test_writer_stops_at_its_capacity(void **state)
{
    (void)state;
    uint8_t buffer[6] = {0};
    struct bytes_writer writer;
    bytes_writer_init(&writer, buffer, 5);
    bytes_write_u32be(&writer, 0x01020304);
    bytes_patch_u32be(&writer, 0, 0x0a0b0c0d);
    assert_false(writer.failed);
    assert_int_equal(buffer[3], 0x0d);
    bytes_write_u16be(&writer, 0x0506);
    assert_true(writer.failed);
    assert_int_equal(writer.used, 4);
    assert_int_equal(buffer[5], 0);
    bytes_write_u8(&writer, 1);
    assert_int_equal(writer.used, 4);

    bytes_writer_init(&writer, buffer, sizeof buffer);
    bytes_write_u32be(&writer, 0x01020304);
    bytes_patch_u32be(&writer, 1, 0);
    assert_true(writer.failed);
}

static void test_checked_arithmetic(void **state)
{
    (void)state;
    size_t result;
    assert_true(checked_add(SIZE_MAX - 1, 1, &result));
    assert_true(result == SIZE_MAX);
    assert_false(checked_add(SIZE_MAX, 1, &result));
    assert_int_equal(result, 0);
    assert_true(checked_multiply(1000, 1000, &result));
    assert_int_equal(result, 1000000);
    assert_false(checked_multiply(SIZE_MAX / 2, 3, &result));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip_of_every_width),
        cmocka_unit_test(test_read_past_the_end_sticks),
        cmocka_unit_test(test_absurd_length_is_refused),
        cmocka_unit_test(test_part_is_bounded),
        cmocka_unit_test(test_writer_stops_at_its_capacity),
        cmocka_unit_test(test_checked_arithmetic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
