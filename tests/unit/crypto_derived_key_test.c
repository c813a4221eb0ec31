/* Keys derived from keys, and the permutation of one block. */
#include "tests/unit/unit.h"

#include <string.h>

#include "crypto/derived_key.h"
#include "crypto/digest.h"
#include "crypto/permutation.h"

static struct failure failure;

static void assert_hex(const void *bytes, size_t size, const char *wanted)
{
    char text[2 * KEY_BYTES + 1];
    assert_string_equal(hex_format(bytes, size, text), wanted);
}

/* By an independent implementation of RFC 5869: HMAC-SHA256(key, purpose || 0x01). */
static void test_T1_a_derived_key_is_the_one_of_RFC_5869(void **state)
{
    (void)state;
    uint8_t key[KEY_BYTES], derived[KEY_BYTES], other[KEY_BYTES];
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)i;
    assert_int_equal(key_derive(key, "kordon test", derived, &failure), REASON_DONE);
    assert_hex(derived, sizeof derived, "48374f803962805d89b687cb2693c152780542f8c30bcb1babf69344d3505b09");
    assert_int_equal(key_derive(key, "kordon tesu", other, &failure), REASON_DONE);
    assert_memory_not_equal(derived, other, sizeof derived);
}

/* FIPS 197, appendix C.3. */
static void test_T4_the_permutation_is_AES_256_of_one_block(void **state)
{
    (void)state;
    uint8_t key[KEY_BYTES], block[PERMUTATION_BYTES], other[PERMUTATION_BYTES];
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)i;
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = (uint8_t)(0x11 * i);
    assert_int_equal(permutation_apply(key, block, other, &failure), REASON_DONE);
    assert_hex(other, sizeof other, "8ea2b7ca516745bfeafc49904b496089");
    assert_int_equal(permutation_invert(key, other, other, &failure), REASON_DONE);
    assert_memory_equal(other, block, sizeof block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_T1_a_derived_key_is_the_one_of_RFC_5869),
        cmocka_unit_test(test_T4_the_permutation_is_AES_256_of_one_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
