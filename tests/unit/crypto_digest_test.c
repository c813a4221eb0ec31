#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"
#include "crypto/random.h"
#include "tests/support/log_vectors.h"

static struct failure failure;

static int set_up(void **state)
{
    return digest_create((struct digest **)state, &failure) == REASON_DONE ? 0 : -1;
}

static int tear_down(void **state)
{
    digest_destroy(*state);
    return 0;
}

static void assert_hex(const uint8_t hash[static DIGEST_BYTES], const char *wanted)
{
    char text[DIGEST_HEX_SIZE];
    assert_string_equal(hex_format(hash, DIGEST_BYTES, text), wanted);
}

/* FIPS 180-4's examples, whole and in parts. */
static void test_sha256(void **state)
{
    struct digest *digest = *state;
    uint8_t hash[DIGEST_BYTES];
    assert_int_equal(digest_bytes(digest, NULL, 0, hash, &failure), REASON_DONE);
    assert_hex(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_int_equal(digest_bytes(digest, "abc", 3, hash, &failure), REASON_DONE);
    assert_hex(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_begin(digest);
    digest_add(digest, "a", 1);
    digest_add(digest, NULL, 0);
    digest_add(digest, "bc", 2);
    assert_int_equal(digest_end(digest, hash, &failure), REASON_DONE);
    assert_hex(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* RFC 4231 test cases 2 and 6 (a key longer than a block), after each other on one context. */
static void test_hmac(void **state)
{
    struct digest *digest = *state;
    uint8_t code[DIGEST_BYTES], key[131];
    memset(key, 0xaa, sizeof key);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(
            digest_hmac(digest, "Jefe", 4, "what do ya want for nothing?", 28, code, &failure), REASON_DONE);
        assert_hex(code, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        static const char text[] = "Test Using Larger Than Block-Size Key - Hash Key First";
        assert_int_equal(
            digest_hmac(digest, key, sizeof key, text, sizeof text - 1, code, &failure), REASON_DONE);
        assert_hex(code, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }
    assert_int_equal(digest_hmac(digest, key, 0, "x", 1, code, &failure), REASON_CRYPTO_FAILED);
}

/* The commitment of the independent implementation's body. */
static void test_L7_commitment_vector(void **state)
{
    json_t *vectors = log_vectors_load();
    uint8_t salt[32], commitment[DIGEST_BYTES];
    log_vectors_hex(log_vectors_text(vectors, "salt"), salt, sizeof salt);
    const char *body = log_vectors_text(vectors, "body");
    assert_int_equal(digest_commit(*state, salt, body, strlen(body), commitment, &failure), REASON_DONE);
    assert_hex(commitment, "412bf89d07654eaf77941af056e97f50c65df79eef3b0312f6c9ca4a0207b6bf");
    json_decref(vectors);
}

static void test_hex_both_ways(void **state)
{
    (void)state;
    uint8_t bytes[3] = {0x00, 0x9f, 0xe1}, back[3];
    char text[7];
    assert_string_equal(hex_format(bytes, 3, text), "009fe1");
    assert_true(hex_parse(text, back, 3));
    assert_memory_equal(bytes, back, 3);
    static const char *const wrong[] = {"009FE1", "009fe", "", "009fg1", " 09fe1", "0x9fe1", "009f e"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(hex_parse(wrong[i], back, 3));
}

static void test_comparison_sees_every_byte(void **state)
{
    (void)state;
    uint8_t a[64] = {0}, b[64] = {0};
    assert_true(equal_in_constant_time(a, b, sizeof a));
    for (size_t i = 0; i < sizeof a; i++) {
        b[i] = 1;
        assert_false(equal_in_constant_time(a, b, sizeof a));
        b[i] = 0;
    }
}

/* No proof of randomness, but of not having forgotten to ask for it. */
static void test_random_fills_all(void **state)
{
    (void)state;
    uint8_t seen[64] = {0};
    for (int round = 0; round < 64; round++) {
        uint8_t bytes[64] = {0};
        assert_int_equal(
            (round % 2 ? random_bytes : random_secret)(bytes, sizeof bytes, &failure), REASON_DONE);
        for (size_t i = 0; i < sizeof bytes; i++)
            seen[i] |= bytes[i];
    }
    for (size_t i = 0; i < sizeof seen; i++)
        assert_int_equal(seen[i], 0xff);
}

#define WITH_DIGEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIGEST(test_sha256),
        WITH_DIGEST(test_hmac),
        WITH_DIGEST(test_L7_commitment_vector),
        cmocka_unit_test(test_hex_both_ways),
        cmocka_unit_test(test_comparison_sees_every_byte),
        cmocka_unit_test(test_random_fills_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
