#include "tests/unit/unit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sample/sample.h"
#include "tests/support/failing_memory.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encode_without_memory),
        cmocka_unit_test(test_decode_without_memory),
    };
    return cmocka_run_group_tests(tests, draw_pixels, NULL);
}
