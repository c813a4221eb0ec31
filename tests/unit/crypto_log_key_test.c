#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/log_key.h"
#include "tests/support/log_vectors.h"

#define POST "kordon.example/post-7"

static struct failure failure;

struct fixture {
    json_t *vectors;
    struct log_key *key;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    *state = fixture;
    if (fixture == NULL)
        return -1;
    fixture->vectors = log_vectors_load();
    uint8_t seed[LOG_KEY_SEED_BYTES];
    log_vectors_hex(log_vectors_text(fixture->vectors, "seed"), seed, sizeof seed);
    return log_key_from_seed(POST, seed, &fixture->key, &failure) == REASON_DONE ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    log_key_destroy(fixture->key);
    json_decref(fixture->vectors);
    free(fixture);
    return 0;
}

static enum reason parse(const char *line, struct verifier_key *key)
{
    return verifier_key_parse(line, strlen(line), key, &failure);
}

/* Public key, key id and verifier line of the independent implementation. */
static void test_L7_key_vectors(void **state)
{
    struct fixture *fixture = *state;
    const struct verifier_key *verifier = log_key_verifier(fixture->key);
    char hex[2 * LOG_KEY_PUBLIC_BYTES + 1], line[VERIFIER_KEY_LINE_SIZE], id[LOG_KEY_ID_TEXT_SIZE];
    assert_string_equal(hex_format(verifier->public_key, LOG_KEY_PUBLIC_BYTES, hex),
        log_vectors_text(fixture->vectors, "public"));
    assert_string_equal(
        hex_format(verifier->id, LOG_KEY_ID_BYTES, id), log_vectors_text(fixture->vectors, "keyhash"));
    assert_string_equal(verifier_key_format(verifier, line), log_vectors_text(fixture->vectors, "vkey"));
}

/* RFC 8032 section 7.1, test 2. */
static void test_L7_ed25519_vector(void **state)
{
    (void)state;
    uint8_t seed[32], wanted[64], signature[64];
    log_vectors_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", seed, 32);
    log_vectors_hex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
        "1d8c387b2eaeb4302aeeb00d291612bb0c00",
        wanted, 64);
    struct log_key *key;
    assert_int_equal(log_key_from_seed("x", seed, &key, &failure), REASON_DONE);
    assert_int_equal(log_key_sign(key, "\x72", 1, signature, &failure), REASON_DONE);
    assert_memory_equal(signature, wanted, 64);
    log_key_destroy(key);
}

static void test_lines_are_read_back(void **state)
{
    struct fixture *fixture = *state;
    struct verifier_key key;
    char line[VERIFIER_KEY_LINE_SIZE + 1];
    verifier_key_format(log_key_verifier(fixture->key), line);
    assert_int_equal(parse(line, &key), REASON_DONE);
    assert_memory_equal(&key, log_key_verifier(fixture->key), sizeof key);
    strcat(line, "\n");
    assert_int_equal(parse(line, &key), REASON_DONE);
    assert_int_equal(parse(log_vectors_text(fixture->vectors, "witness vkey"), &key), REASON_DONE);
    assert_int_equal(key.type, VERIFIER_KEY_WITNESS);
    assert_string_equal(key.name, "witness.example/w1");
    assert_string_equal(verifier_key_format(&key, line), log_vectors_text(fixture->vectors, "witness vkey"));
    /* The longest name there may be. */
    char name[LOG_NAME_MAX + 2];
    memset(name, 'n', sizeof name);
    name[LOG_NAME_MAX] = '\0';
    struct log_key *longest;
    assert_int_equal(log_key_generate(name, &longest, &failure), REASON_DONE);
    verifier_key_format(log_key_verifier(longest), line);
    assert_int_equal(strlen(line), VERIFIER_KEY_LINE_SIZE - 1);
    assert_int_equal(parse(line, &key), REASON_DONE);
    log_key_destroy(longest);
    name[LOG_NAME_MAX] = 'n';
    name[LOG_NAME_MAX + 1] = '\0';
    assert_int_equal(log_key_generate(name, &longest, &failure), REASON_BAD_VALUE);
    assert_null(longest);
}

static void test_L7_malformed_lines_are_refused(void **state)
{
    (void)state;
#define ID  "1b259645"
#define KEY "AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
    static const char *const lines[] = {"", "\n", "+", "++", POST, POST "+", POST "+" ID, POST "+" ID "+",
        "+" ID "+" KEY, POST "+1B259645+" KEY, POST "+1b25964+" KEY, POST "+1b2596455+" KEY,
        POST "+1b259644+" KEY /* another id */, "kordon.example/post-8+" ID "+" KEY /* another name */,
        "kordon.example/post 7+" ID "+" KEY, "kordon.example/p\xc3\xb6st+" ID "+" KEY,
        POST "+" ID "+" KEY "\n\n", POST "+" ID "+" KEY " ", " " POST "+" ID "+" KEY, POST "+" ID "+" KEY "A",
        POST "+" ID "+" KEY "====", POST "+" ID "+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG=",
        POST "+" ID "+AQ==", POST "+" ID "+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG5", POST "++" KEY,
        POST "+" ID "-" KEY, POST "\t+" ID "+" KEY};
    struct verifier_key key;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_int_equal(parse(lines[i], &key), REASON_BAD_FORMAT);
        assert_int_equal(key.type, 0);
    }
    /* An ECDSA key: known to the format, not to kordon. */
    assert_int_equal(
        parse(POST "+" ID "+AgOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", &key), REASON_UNSUPPORTED_FORMAT);
    char longer[1000];
    memset(longer, 'a', sizeof longer);
    assert_int_equal(verifier_key_parse(longer, sizeof longer, &key, &failure), REASON_BAD_FORMAT);
    assert_int_equal(
        verifier_key_parse(POST "\0+" ID "+" KEY, sizeof POST + 54, &key, &failure), REASON_BAD_FORMAT);
}

static void test_names(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "", "a b", "a+b", "a\nb", " a", "a ", "\xc3\xa4", "a\x7f", "a\tb", "kordon-redaction/v1", "kordon-"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct log_key *key;
        assert_false(log_name_valid(wrong[i]));
        assert_int_equal(log_key_generate(wrong[i], &key, &failure), REASON_BAD_VALUE);
        assert_null(key);
    }
    assert_true(log_name_valid(POST));
    assert_true(log_name_valid("kordon"));
}

/* A signature holds for its bytes and key alone, and is the same each time. */
static void test_L7_signatures(void **state)
{
    struct fixture *fixture = *state;
    uint8_t signature[LOG_SIGNATURE_BYTES], again[LOG_SIGNATURE_BYTES];
    const struct verifier_key *verifier = log_key_verifier(fixture->key);
    assert_int_equal(log_key_sign(fixture->key, "text", 4, signature, &failure), REASON_DONE);
    assert_int_equal(log_key_sign(fixture->key, "text", 4, again, &failure), REASON_DONE);
    assert_memory_equal(signature, again, sizeof again);
    assert_int_equal(verifier_key_check(verifier, "text", 4, signature, &failure), REASON_DONE);
    assert_int_equal(verifier_key_check(verifier, "texT", 4, signature, &failure), REASON_SIGNATURE_BROKEN);
    assert_int_equal(verifier_key_check(verifier, "text", 3, signature, &failure), REASON_SIGNATURE_BROKEN);
    for (size_t bit = 0; bit < 8 * sizeof signature; bit++) {
        signature[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_int_equal(
            verifier_key_check(verifier, "text", 4, signature, &failure), REASON_SIGNATURE_BROKEN);
        signature[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    struct log_key *other;
    assert_int_equal(log_key_generate(POST, &other, &failure), REASON_DONE);
    assert_int_equal(
        verifier_key_check(log_key_verifier(other), "text", 4, signature, &failure), REASON_SIGNATURE_BROKEN);
    log_key_destroy(other);
    log_key_destroy(NULL);
}

/* Two generated keys differ, and a seed that was stored makes the same key again. */
static void test_T5_generate_and_restore(void **state)
{
    (void)state;
    struct log_key *one, *two, *restored;
    assert_int_equal(log_key_generate(POST, &one, &failure), REASON_DONE);
    assert_int_equal(log_key_generate(POST, &two, &failure), REASON_DONE);
    assert_memory_not_equal(log_key_seed(one), log_key_seed(two), LOG_KEY_SEED_BYTES);
    assert_int_equal(log_key_from_seed(POST, log_key_seed(one), &restored, &failure), REASON_DONE);
    assert_memory_equal(log_key_verifier(one), log_key_verifier(restored), sizeof(struct verifier_key));
    log_key_destroy(one);
    log_key_destroy(two);
    log_key_destroy(restored);
}

#define WITH_KEY(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_KEY(test_L7_key_vectors),
        cmocka_unit_test(test_L7_ed25519_vector),
        WITH_KEY(test_lines_are_read_back),
        cmocka_unit_test(test_L7_malformed_lines_are_refused),
        cmocka_unit_test(test_names),
        WITH_KEY(test_L7_signatures),
        cmocka_unit_test(test_T5_generate_and_restore),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
