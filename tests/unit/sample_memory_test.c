#include "tests/unit/unit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sample/sample.h"
#include "tests/support/failing_memory.h"
#include "tests/unit/made_exif.h"

#define SIDE 40

static uint8_t pixels[SIDE * SIDE];

static int draw_pixels(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * 2654435761u >> 24);
    return 0;
}

/* Every allocation fails once: the encoder says so and leaves nothing behind, then it succeeds. */
static void test_encode_without_memory(void **state)
{
    (void)state;
    for (long successes = 0;; successes++) {
        uint8_t *file;
        size_t size;
        struct failure failure = {0};
        failing_memory_set(successes);
        enum reason reason = sample_encode_png(pixels, SIDE, SIDE, 500, &file, &size, &failure);
        bool failed = failing_memory_has_failed();
        failing_memory_set(-1);
        assert_int_equal(reason, failed ? REASON_NO_MEMORY : REASON_DONE);
        assert_int_equal(failure.reason, reason);
        assert_true((file == NULL) == failed);
        free(file);
        if (!failed) {
            assert_true(successes > 3);
            break;
        }
    }
}

/* And into locked memory, of which nothing stays locked where it fails. */
static void test_M1_encode_locked_without_memory(void **state)
{
    (void)state;
    const size_t before = locked_memory_total();
    for (long successes = 0;; successes++) {
        struct locked_memory png;
        struct failure failure = {0};
        failing_memory_set(successes);
        enum reason reason = sample_encode_locked_png(pixels, SIDE, SIDE, 500, &png, &failure);
        bool failed = failing_memory_has_failed();
        failing_memory_set(-1);
        assert_int_equal(reason, failed ? REASON_NO_MEMORY : REASON_DONE);
        assert_int_equal(failure.reason, reason);
        assert_true((png.bytes == NULL) == failed);
        locked_memory_finish(&png);
        assert_int_equal(locked_memory_total(), before);
        if (!failed) {
            assert_true(successes > 3);
            break;
        }
    }
}

static void decode_without_memory(const uint8_t *file, size_t size, long least)
{
    for (long successes = 0;; successes++) {
        struct sample_image image;
        struct failure failure = {0};
        failing_memory_set(successes);
        enum reason reason = sample_decode(file, size, "test", &image, &failure);
        bool failed = failing_memory_has_failed();
        failing_memory_set(-1);
        assert_int_equal(reason, failed ? REASON_NO_MEMORY : REASON_DONE);
        assert_int_equal(failure.reason, reason);
        assert_true((image.pixels == NULL) == failed);
        sample_image_finish(&image);
        if (!failed) {
            assert_true(successes >= least);
            break;
        }
    }
}

/* The same for the decoder, in libpng and zlib too. */
static void test_decode_without_memory(void **state)
{
    (void)state;
    uint8_t *file;
    size_t size;
    struct failure failure;
    assert_int_equal(sample_encode_png(pixels, SIDE, SIDE, 500, &file, &size, &failure), REASON_DONE);
    decode_without_memory(file, size, 4);
    free(file);
}

/* Of the chunk's type and content, as PNG wants it. */
static uint32_t chunk_sum(const uint8_t *bytes, size_t size)
{
    uint32_t sum = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0xedb88320 : 0);
    }
    return ~sum;
}

/* And where the picture lies on its side, so that its pixels are taken a second time. */
static void test_turning_without_memory(void **state)
{
    (void)state;
    uint8_t *file;
    size_t size, head = 33; /* signature and header */
    assert_int_equal(sample_encode_png(pixels, SIDE, SIDE, 500, &file, &size, NULL), REASON_DONE);
    struct made_exif exif = made_exif(false, 6, 500, 500);
    uint8_t *turned = malloc(size + exif.used + 12);
    assert_non_null(turned);
    uint8_t *chunk = turned + head;
    memcpy(turned, file, head);
    memcpy(chunk, (const uint8_t[]){0, 0, 0, (uint8_t)exif.used, 'e', 'X', 'I', 'f'}, 8);
    memcpy(chunk + 8, exif.bytes, exif.used);
    uint32_t sum = chunk_sum(chunk + 4, exif.used + 4);
    for (unsigned i = 0; i < 4; i++)
        chunk[8 + exif.used + i] = (uint8_t)(sum >> (24 - 8 * i));
    memcpy(chunk + 12 + exif.used, file + head, size - head);
    decode_without_memory(turned, size + exif.used + 12, 5);
    free(turned);
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encode_without_memory),
        cmocka_unit_test(test_M1_encode_locked_without_memory),
        cmocka_unit_test(test_turning_without_memory),
        cmocka_unit_test(test_decode_without_memory),
    };
    return cmocka_run_group_tests(tests, draw_pixels, NULL);
}
