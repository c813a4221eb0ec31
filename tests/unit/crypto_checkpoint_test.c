#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/base64.h"
#include "crypto/checkpoint.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "tests/support/log_vectors.h"

#define POST "kordon.example/post-7"
#define ROOT "sMxPAM2JMz7vEeYpo00cdGqm5NZJO7VT5NrDaHGrAOU="
#define TEXT POST "\n7\n" ROOT "\n"
#define DASH "\xe2\x80\x94 "

static struct failure failure;

struct fixture {
    json_t *vectors;
    struct log_key *key;
    const struct verifier_key *verifier;
    struct verifier_key witness;
    const char *note; /* the vector's checkpoint of 7 entries */
    char made[CHECKPOINT_READ_MAX * 2];
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
    fixture->note = log_vectors_text(fixture->vectors, "checkpoint of 7");
    const char *witness = log_vectors_text(fixture->vectors, "witness vkey");
    if (log_key_from_seed(POST, seed, &fixture->key, &failure) != REASON_DONE ||
        verifier_key_parse(witness, strlen(witness), &fixture->witness, &failure) != REASON_DONE)
        return -1;
    fixture->verifier = log_key_verifier(fixture->key);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    log_key_destroy(fixture->key);
    json_decref(fixture->vectors);
    free(fixture);
    return 0;
}

static enum reason verify_bytes(struct fixture *fixture, const char *note, size_t size)
{
    struct checkpoint checkpoint;
    enum reason reason = checkpoint_verify(note, size, fixture->verifier, &checkpoint, &failure);
    if (reason != REASON_DONE)
        assert_int_equal(checkpoint.origin[0], 0);
    return reason;
}

static enum reason verify(struct fixture *fixture, const char *note)
{
    return verify_bytes(fixture, note, strlen(note));
}

/* A note of any text with a true signature under the key's name: what a broken or hostile log could sign. */
static const char *signed_text(struct fixture *fixture, const char *text)
{
    uint8_t bytes[LOG_KEY_ID_BYTES + LOG_SIGNATURE_BYTES];
    char encoded[BASE64_LENGTH(sizeof bytes) + 1];
    memcpy(bytes, fixture->verifier->id, LOG_KEY_ID_BYTES);
    assert_int_equal(
        log_key_sign(fixture->key, text, strlen(text), bytes + LOG_KEY_ID_BYTES, &failure), REASON_DONE);
    base64_encode(bytes, sizeof bytes, encoded);
    snprintf(
        fixture->made, sizeof fixture->made, "%s\n" DASH "%s %s\n", text, fixture->verifier->name, encoded);
    return fixture->made;
}

/* The vector, made and read. */
static void test_L7_checkpoint_vector(void **state)
{
    struct fixture *fixture = *state;
    struct checkpoint checkpoint;
    char note[CHECKPOINT_NOTE_SIZE];
    size_t length;
    assert_int_equal(
        checkpoint_verify(fixture->note, strlen(fixture->note), fixture->verifier, &checkpoint, &failure),
        REASON_DONE);
    assert_string_equal(checkpoint.origin, POST);
    assert_int_equal(checkpoint.size, 7);
    assert_int_equal(checkpoint_sign(fixture->key, 7, checkpoint.root, note, &length, &failure), REASON_DONE);
    assert_string_equal(note, fixture->note);
    assert_int_equal(length, strlen(note));
    struct checkpoint parsed;
    assert_int_equal(checkpoint_parse(note, length, &parsed, &failure), REASON_DONE);
    assert_memory_equal(&parsed, &checkpoint, sizeof parsed);
    log_vectors_hex(
        log_vectors_text(json_object_get(fixture->vectors, "root"), "7"), parsed.root, DIGEST_BYTES);
    assert_memory_equal(parsed.root, checkpoint.root, DIGEST_BYTES);
}

/* A second published note: an 8-entry tree under another name. */
static void test_L7_second_vector(void **state)
{
    struct fixture *fixture = *state;
    struct log_key *key;
    uint8_t root[DIGEST_BYTES];
    char note[CHECKPOINT_NOTE_SIZE], hex[DIGEST_HEX_SIZE];
    size_t length;
    log_vectors_hex("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328", root, 32);
    assert_int_equal(
        log_key_from_seed("kordon.example/terminal-7", log_key_seed(fixture->key), &key, &failure),
        REASON_DONE);
    assert_int_equal(checkpoint_sign(key, 8, root, note, &length, &failure), REASON_DONE);
    assert_int_equal(length, 197);
    struct digest *digest;
    assert_int_equal(digest_create(&digest, &failure), REASON_DONE);
    assert_int_equal(digest_bytes(digest, note, length, root, &failure), REASON_DONE);
    assert_string_equal(hex_format(root, sizeof root, hex),
        "1066b5410cae06a21876115fbe33376aa6b8c41b7889f08070eb615d3f343948");
    digest_destroy(digest);
    log_key_destroy(key);
}

/* Sizes from none to the greatest. */
static void test_L7_sign_and_verify_all_sizes(void **state)
{
    struct fixture *fixture = *state;
    static const uint64_t sizes[] = {0, 1, 9, 10, 4294967296, MERKLE_SIZE_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint8_t root[DIGEST_BYTES];
        char note[CHECKPOINT_NOTE_SIZE];
        struct checkpoint checkpoint;
        memset(root, (int)i, sizeof root);
        assert_int_equal(checkpoint_sign(fixture->key, sizes[i], root, note, NULL, &failure), REASON_DONE);
        assert_int_equal(
            checkpoint_verify(note, strlen(note), fixture->verifier, &checkpoint, &failure), REASON_DONE);
        assert_int_equal(checkpoint.size, sizes[i]);
        assert_memory_equal(checkpoint.root, root, sizeof root);
        assert_int_equal(checkpoint_sign(fixture->key, MERKLE_SIZE_MAX + 1, root, note, NULL, &failure),
            REASON_BAD_ARGUMENT);
    }
    char name[LOG_NAME_MAX + 1], note[CHECKPOINT_NOTE_SIZE];
    memset(name, 'n', LOG_NAME_MAX);
    name[LOG_NAME_MAX] = '\0';
    struct log_key *longest;
    struct checkpoint checkpoint;
    const uint8_t root[DIGEST_BYTES] = {1};
    assert_int_equal(log_key_generate(name, &longest, &failure), REASON_DONE);
    assert_int_equal(checkpoint_sign(longest, MERKLE_SIZE_MAX, root, note, NULL, &failure), REASON_DONE);
    assert_int_equal(
        checkpoint_verify(note, strlen(note), log_key_verifier(longest), &checkpoint, &failure), REASON_DONE);
    log_key_destroy(longest);
}

/* Every one-bit change and every cut of a note is refused, each with a reason of broken evidence. */
static void test_L7_no_change_verifies(void **state)
{
    struct fixture *fixture = *state;
    size_t size = strlen(fixture->note);
    char *note = strdup(fixture->note);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        note[bit / 8] = (char)(note[bit / 8] ^ 1 << bit % 8);
        enum reason reason = verify_bytes(fixture, note, size);
        assert_true(reason == REASON_SIGNATURE_BROKEN || reason == REASON_CHECKPOINT_BROKEN);
        note[bit / 8] = (char)(note[bit / 8] ^ 1 << bit % 8);
    }
    for (size_t cut = 0; cut < size; cut++) {
        char *exact = malloc(cut + 1); /* its own block, so that ASan sees a read behind its end */
        assert_non_null(exact);
        memcpy(exact, note, cut);
        assert_int_equal(verify_bytes(fixture, exact, cut), REASON_CHECKPOINT_BROKEN);
        free(exact);
    }
    free(note);
}

/* Truly signed, yet not of the one form: a verifier that took it would read what the signer did not mean. */
static void test_L7_malformed_but_signed(void **state)
{
    struct fixture *fixture = *state;
    static const char *const texts[] = {POST "\n0700\n" ROOT "\n", POST "\n+700\n" ROOT "\n",
        POST "\n-7\n" ROOT "\n", POST "\n 7\n" ROOT "\n", POST "\n7 \n" ROOT "\n", POST "\n\n" ROOT "\n",
        POST "\n0x7\n" ROOT "\n", POST "\n9007199254740992\n" ROOT "\n",
        POST "\n18446744073709551616\n" ROOT "\n", POST "\n7\nsMxPAM2JMz4=\n",
        POST "\n7\nsMxPAM2JMz7vEeYpo00cdGqm5NZJO7VT5NrDaHGrAOV=\n" /* slack bits */,
        POST "\n7\nsMxPAM2JMz7vEeYpo00cdGqm5NZJO7VT5NrDaHGrAOU\n", POST "\n7\n" ROOT "====\n", POST "\n7\n",
        POST "\n", POST "\n7\n" ROOT "\n\nextension\n", POST "\n7\n" ROOT "\nextension\n\n",
        "\n7\n" ROOT "\n", POST "\n7\n\n" ROOT "\n", "kordon.example/p+7\n7\n" ROOT "\n",
        "kordon.example/p 7\n7\n" ROOT "\n", POST "\n7\r\n" ROOT "\n", POST "\n7\n" ROOT "\t\n",
        POST "\n7\n" ROOT "\nbad \xff utf\n", POST "\n7\n" ROOT "\noverlong \xc0\xaf\n",
        POST "\n7\n" ROOT "\nsurrogate \xed\xa0\x80\n", POST "\n7\n" ROOT "\nbeyond \xf4\x90\x80\x80\n",
        POST "\n7\n" ROOT "\ncut \xe2\x82\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(verify(fixture, signed_text(fixture, texts[i])), REASON_CHECKPOINT_BROKEN);
    /* Extension lines themselves are part of the format and mean nothing. */
    assert_int_equal(
        verify(fixture, signed_text(fixture, TEXT "extension \xe2\x82\xac\nmore\n")), REASON_DONE);
}

static void test_L7_another_origin(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(verify(fixture, signed_text(fixture, "kordon.example/post-8\n7\n" ROOT "\n")),
        REASON_LOG_ORIGIN_WRONG);
    assert_string_equal(failure.subject, "kordon.example/post-8");
}

/* The note's own form: what stands between the empty line and the end. Each is the vector with one thing changed. */
static void test_L7_malformed_signature_lines(void **state)
{
    struct fixture *fixture = *state;
    const char *line = strstr(fixture->note, DASH), *signature = strrchr(fixture->note, ' ') + 1;
    const struct {
        const char *before, *rest;
    } forms[] = {{TEXT "\n", ""}, {TEXT, line} /* no empty line */, {TEXT "\n\n\n", line + 1},
        {TEXT "\n- " POST " ", signature} /* hyphen */,
        {TEXT "\n\xe2\x80\x93 " POST " ", signature} /* en dash */,
        {TEXT "\n\xe2\x80\x94" POST " ", signature} /* no space */, {TEXT "\n" DASH " " POST " ", signature},
        {TEXT "\n" DASH " ", signature} /* no name */, {TEXT "\n" DASH "a+b ", signature},
        {TEXT "\n" DASH "a\xc2\xa0"
              "b ",
            signature} /* no-break space in the name */,
        {TEXT "\n" DASH "a\xe2\x80\x83"
              "b ",
            signature} /* em space */,
        {TEXT "\n" DASH POST "  ", signature}, {TEXT "\n" DASH POST " =", signature},
        {TEXT "\n" DASH POST " ", "\n"}, {TEXT "\n" DASH POST " ", "GyWWRQ==\n"},
        {TEXT "\n" DASH POST " ", "GyWWRR==\n"}, {TEXT "\n ", line}, {"", line}, {"\n", line}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        snprintf(fixture->made, sizeof fixture->made, "%s%s", forms[i].before, forms[i].rest);
        assert_int_equal(verify(fixture, fixture->made), REASON_CHECKPOINT_BROKEN);
    }
    static const char *const tails[] = {"\n", " ", "x", "\n\n", "\xe2\x80\x94"};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        snprintf(fixture->made, sizeof fixture->made, "%s%s", fixture->note, tails[i]);
        assert_int_equal(verify(fixture, fixture->made), REASON_CHECKPOINT_BROKEN);
    }
    assert_int_equal(
        verify_bytes(fixture, fixture->note, strlen(fixture->note) + 1), REASON_CHECKPOINT_BROKEN);
    char *control = strdup(fixture->note);
    control[3] = '\x01';
    assert_int_equal(verify(fixture, control), REASON_CHECKPOINT_BROKEN);
    free(control);
}

/* Appends a signature line of the given name, id and size of payload. */
static void add_line(char *note, size_t room, const char *name, const uint8_t *id, size_t payload)
{
    uint8_t bytes[4096] = {0};
    char encoded[BASE64_LENGTH(sizeof bytes) + 1];
    memcpy(bytes, id, LOG_KEY_ID_BYTES);
    base64_encode(bytes, LOG_KEY_ID_BYTES + payload, encoded);
    size_t used = strlen(note);
    snprintf(note + used, room - used, DASH "%s %s\n", name, encoded);
}

/* Strangers' signatures are ignored, before and after ours, up to the limit; and without ours nothing holds. */
static void test_L7_unknown_signatures_are_ignored(void **state)
{
    struct fixture *fixture = *state;
    const uint8_t strange[LOG_KEY_ID_BYTES] = {9, 9, 9, 9};
    const char *line = strstr(fixture->note, DASH);
    snprintf(fixture->made, sizeof fixture->made, TEXT "\n");
    for (int i = 0; i < 16; i++)
        add_line(fixture->made, sizeof fixture->made, "stranger.example", strange, i == 3 ? 2420 : 64);
    add_line(fixture->made, sizeof fixture->made, POST, strange, 64); /* our name, another key */
    add_line(fixture->made, sizeof fixture->made, "stranger.example", fixture->verifier->id, 64);
    assert_int_equal(verify(fixture, fixture->made), REASON_SIGNATURE_BROKEN);
    strcat(fixture->made, line);
    while (strlen(fixture->made) < 14000)
        add_line(fixture->made, sizeof fixture->made, "stranger.example", strange, 64);
    assert_int_equal(verify(fixture, fixture->made), REASON_DONE);
    for (int i = 0; i < NOTE_SIGNATURES_MAX; i++)
        add_line(fixture->made, sizeof fixture->made, "stranger.example", strange, 64);
    assert_int_equal(verify(fixture, fixture->made), REASON_CHECKPOINT_BROKEN);
    memset(fixture->made, 'a', sizeof fixture->made);
    assert_int_equal(verify_bytes(fixture, fixture->made, CHECKPOINT_READ_MAX + 1), REASON_CHECKPOINT_BROKEN);
}

/* One bad signature under the known name and id refuses the note, even beside a good one. */
static void test_L7_bad_signature_by_a_known_key(void **state)
{
    struct fixture *fixture = *state;
    static const size_t payloads[] = {64, 63, 65, 1, 72};
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
        snprintf(fixture->made, sizeof fixture->made, "%s", fixture->note);
        add_line(fixture->made, sizeof fixture->made, POST, fixture->verifier->id, payloads[i]);
        assert_int_equal(verify(fixture, fixture->made), REASON_SIGNATURE_BROKEN);
    }
    /* Twice the same good one is no contradiction. */
    snprintf(fixture->made, sizeof fixture->made, "%s%s", fixture->note, strstr(fixture->note, DASH));
    assert_int_equal(verify(fixture, fixture->made), REASON_DONE);
}

/* Another key under the same name signs a note for which this verifier has no signature. */
static void test_L7_another_key(void **state)
{
    struct fixture *fixture = *state;
    struct log_key *other;
    char note[CHECKPOINT_NOTE_SIZE];
    const uint8_t root[DIGEST_BYTES] = {1};
    assert_int_equal(log_key_generate(POST, &other, &failure), REASON_DONE);
    assert_int_equal(checkpoint_sign(other, 7, root, note, NULL, &failure), REASON_DONE);
    assert_int_equal(verify(fixture, note), REASON_SIGNATURE_BROKEN);
    /* The same with our key id written over its own. */
    struct verifier_key forged = *log_key_verifier(other);
    memcpy(forged.id, fixture->verifier->id, sizeof forged.id);
    struct checkpoint checkpoint;
    assert_int_equal(checkpoint_verify(fixture->note, strlen(fixture->note), &forged, &checkpoint, &failure),
        REASON_SIGNATURE_BROKEN);
    log_key_destroy(other);
}

/* The witness's line of the vector, over the vector's checkpoint. */
static void test_L7_cosignature_vector(void **state)
{
    struct fixture *fixture = *state;
    const char *line =
        log_vectors_text(fixture->vectors, "cosignature line over checkpoint of 7, time 1700000000");
    uint64_t time;
    snprintf(fixture->made, sizeof fixture->made, "%s%s", fixture->note, line);
    size_t size = strlen(fixture->made);
    assert_int_equal(verify(fixture, fixture->made), REASON_DONE);
    assert_int_equal(
        cosignature_verify(fixture->made, size, &fixture->witness, &time, &failure), REASON_DONE);
    assert_int_equal(time, 1700000000);
    /* Each bit of time and signature. */
    size_t start = strlen(fixture->note) + strlen(DASH "witness.example/w1 ");
    uint8_t bytes[76];
    assert_true(base64_decode_exactly(fixture->made + start, BASE64_LENGTH(76), bytes, 76));
    for (size_t bit = 32; bit < 8 * sizeof bytes; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        base64_encode(bytes, sizeof bytes, fixture->made + start);
        fixture->made[size - 1] = '\n';
        assert_int_equal(cosignature_verify(fixture->made, size, &fixture->witness, &time, &failure),
            REASON_SIGNATURE_BROKEN);
        assert_int_equal(time, 0);
        bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

/* No line by the witness, a log's key in place of a witness's, and the reverse. */
static void test_L7_cosignature_missing_or_of_wrong_kind(void **state)
{
    struct fixture *fixture = *state;
    struct checkpoint checkpoint;
    uint64_t time;
    size_t size = strlen(fixture->note);
    assert_int_equal(
        cosignature_verify(fixture->note, size, &fixture->witness, &time, &failure), REASON_SIGNATURE_BROKEN);
    assert_int_equal(
        cosignature_verify(fixture->note, size, fixture->verifier, &time, &failure), REASON_BAD_ARGUMENT);
    assert_int_equal(checkpoint_verify(fixture->note, size, &fixture->witness, &checkpoint, &failure),
        REASON_BAD_ARGUMENT);
    assert_int_equal(cosignature_verify(fixture->note, size - 1, &fixture->witness, &time, &failure),
        REASON_CHECKPOINT_BROKEN);
    snprintf(fixture->made, sizeof fixture->made, "%s", fixture->note);
    add_line(fixture->made, sizeof fixture->made, fixture->witness.name, fixture->witness.id, 64);
    assert_int_equal(
        cosignature_verify(fixture->made, strlen(fixture->made), &fixture->witness, &time, &failure),
        REASON_SIGNATURE_BROKEN);
}

#define WITH_NOTE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_NOTE(test_L7_checkpoint_vector),
        WITH_NOTE(test_L7_second_vector),
        WITH_NOTE(test_L7_sign_and_verify_all_sizes),
        WITH_NOTE(test_L7_no_change_verifies),
        WITH_NOTE(test_L7_malformed_but_signed),
        WITH_NOTE(test_L7_another_origin),
        WITH_NOTE(test_L7_malformed_signature_lines),
        WITH_NOTE(test_L7_unknown_signatures_are_ignored),
        WITH_NOTE(test_L7_bad_signature_by_a_known_key),
        WITH_NOTE(test_L7_another_key),
        WITH_NOTE(test_L7_cosignature_vector),
        WITH_NOTE(test_L7_cosignature_missing_or_of_wrong_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
