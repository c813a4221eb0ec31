#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/base64.h"

/* RFC 4648 section 10, both ways. */
static void test_rfc_4648_vectors(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char text[16];
        uint8_t bytes[16];
        size_t size;
        assert_int_equal(base64_encode(pairs[i][0], strlen(pairs[i][0]), text), strlen(pairs[i][1]));
        assert_string_equal(text, pairs[i][1]);
        assert_true(base64_decode(text, strlen(text), bytes, sizeof bytes, &size));
        assert_int_equal(size, strlen(pairs[i][0]));
        assert_memory_equal(bytes, pairs[i][0], size);
    }
}

/* What OpenSSL's decoder alone would take, or another spelling of the same bytes, is refused. */
static void test_other_spellings_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zh==" /* slack bits */,
        "Zm9=", "Zm8\n", " Zm8", "Zm9v\n", "Zm9vYg==\n", "\nZm9", "Zm9v    ", "    Zm9v", "Zg==Zg==", "Zm=v",
        "Z=9v", "Zm-v", "Zm_v", "Zm9v====", "Zm9vY===", "Zm\r\n", "Zm9\x80", "Zm9v\t\t\t\t"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uint8_t bytes[16];
        size_t size = 99;
        assert_false(base64_decode(wrong[i], strlen(wrong[i]), bytes, sizeof bytes, &size));
        assert_int_equal(size, 0);
    }
    uint8_t bytes[4];
    size_t size;
    assert_false(base64_decode("Zm\0v", 4, bytes, 4, &size));
}

/* Every text of one quad of the alphabet and "=" is either refused or the encoding of what it gives. */
static void test_each_text_read_is_the_one_written(void **state)
{
    (void)state;
    static const char characters[] = "AQgw/9=";
    const size_t n = sizeof characters - 1;
    size_t read = 0;
    for (size_t i = 0; i < n * n * n * n; i++) {
        const char quad[4] = {
            characters[i % n], characters[i / n % n], characters[i / n / n % n], characters[i / n / n / n]};
        uint8_t bytes[3];
        char again[5];
        size_t size;
        if (!base64_decode(quad, 4, bytes, 3, &size))
            continue;
        assert_int_equal(base64_encode(bytes, size, again), 4);
        assert_memory_equal(again, quad, 4);
        read++;
    }
    /* All 6^4 without padding; the third sign must be a multiple of 4 (A, g, w; not Q, /, 9: 16 is one too), the
     * second of 16 (A, Q, g, w). */
    assert_int_equal(read, 6 * 6 * 6 * 6 + 6 * 6 * 4 + 6 * 4);
}

/* A text is never written beyond the room given, to the byte. */
static void test_room_is_respected(void **state)
{
    (void)state;
    uint8_t bytes[6] = {9, 9, 9, 9, 9, 9};
    size_t size;
    assert_false(base64_decode("Zm9vYg==", 8, bytes, 3, &size));
    assert_true(base64_decode("Zm9vYg==", 8, bytes, 4, &size));
    assert_int_equal(bytes[4], 9);
    assert_false(base64_decode_exactly("Zm9vYg==", 8, bytes, 5));
    assert_false(base64_decode_exactly("Zm9vYg==", 8, bytes, 3));
    assert_true(base64_decode_exactly("Zm9vYg==", 8, bytes, 4));
    assert_int_equal(base64_decoded_limit(8), 6);
    assert_int_equal(base64_decoded_limit(7), 0);
}

/* Sizes around the pieces that the library is called with. */
static void test_large_sizes(void **state)
{
    (void)state;
    const size_t piece = (size_t)3 << 20;
    for (size_t size = 2 * piece - 2; size <= 2 * piece + 2; size++) {
        uint8_t *bytes = malloc(size), *back = malloc(size);
        char *text = malloc(BASE64_LENGTH(size) + 1);
        assert_true(bytes != NULL && back != NULL && text != NULL);
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)(i * 7 + (i >> 9));
        assert_int_equal(base64_encode(bytes, size, text), BASE64_LENGTH(size));
        assert_true(base64_decode_exactly(text, BASE64_LENGTH(size), back, size));
        assert_memory_equal(bytes, back, size);
        free(bytes);
        free(back);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc_4648_vectors),
        cmocka_unit_test(test_other_spellings_are_refused),
        cmocka_unit_test(test_each_text_read_is_the_one_written),
        cmocka_unit_test(test_room_is_respected),
        cmocka_unit_test(test_large_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
