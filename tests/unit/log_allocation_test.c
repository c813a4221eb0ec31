#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/file.h"
#include "crypto/checkpoint.h"
#include "log/receipt.h"
#include "crypto/sealed_record.h"

/* "Fail the Nth allocation": each act is repeated with one more allocation allowed until it succeeds. Until then
 * it must give a reason, no result, and no plain text; LeakSanitizer sees what was left behind. */

#define POST "kordon.example/post-7"

static long allowed = -1; /* allocations until one fails; -1: none fails */
static struct failure failure;

static bool refuse(void)
{
    if (allowed < 0)
        return false;
    return allowed-- <= 0 ? (allowed = 0, true) : false;
}

static void *failing_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return refuse() ? NULL : malloc(size);
}

static void *failing_realloc(void *bytes, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    if (size == 0) {
        free(bytes);
        return NULL;
    }
    return refuse() ? NULL : realloc(bytes, size);
}

static void plain_free(void *bytes, const char *file, int line)
{
    (void)file;
    (void)line;
    free(bytes);
}

struct fixture {
    char path[64];
    char uri[80];
    struct digest *digest;
    struct sealer *sealer;
    struct key_provider *provider;
    struct log_key *key;
    char note[CHECKPOINT_NOTE_SIZE];
    char *receipt;
    uint8_t sealed[SEALED_PADDING + SEALED_OVERHEAD];
};

static const uint8_t key_bytes[KEY_BYTES] = {1};
static const struct sealed_place place = {.table = "watchlist", .column = "alert"};

static enum reason make_digest(struct fixture *fixture)
{
    (void)fixture;
    struct digest *digest;
    enum reason reason = digest_create(&digest, &failure);
    assert_true((reason == REASON_DONE) == (digest != NULL));
    digest_destroy(digest);
    return reason;
}

static enum reason make_sealer(struct fixture *fixture)
{
    (void)fixture;
    struct sealer *sealer;
    enum reason reason = sealer_create(&sealer, &failure);
    assert_true((reason == REASON_DONE) == (sealer != NULL));
    sealer_destroy(sealer);
    return reason;
}

static enum reason open_provider(struct fixture *fixture)
{
    struct key_provider *provider;
    enum reason reason = key_provider_open(fixture->uri, &provider, &failure);
    assert_true((reason == REASON_DONE) == (provider != NULL));
    key_provider_close(provider);
    return reason;
}

static enum reason wrap_and_unwrap(struct fixture *fixture)
{
    uint8_t wrapped[WRAPPED_KEY_MAX], back[KEY_BYTES];
    enum reason reason =
        key_provider_wrap(fixture->provider, "context", key_bytes, KEY_BYTES, wrapped, &failure);
    if (reason != REASON_DONE)
        return reason;
    reason = key_provider_unwrap(
        fixture->provider, "context", wrapped, WRAPPED_KEY_SIZE(KEY_BYTES), back, KEY_BYTES, &failure);
    assert_int_equal(back[0], reason == REASON_DONE ? 1 : 0);
    return reason;
}

static enum reason seal(struct fixture *fixture)
{
    uint8_t sealed[SEALED_PADDING + SEALED_OVERHEAD];
    return sealed_record_seal(
        fixture->sealer, key_bytes, &place, "secret", 6, sealed, sizeof sealed, &failure);
}

static enum reason open_sealed(struct fixture *fixture)
{
    uint8_t room[SEALED_PADDING] = {0};
    size_t size;
    enum reason reason = sealed_record_open(fixture->sealer, key_bytes, &place, fixture->sealed,
        sizeof fixture->sealed, room, sizeof room, &size, &failure);
    assert_int_equal(size, reason == REASON_DONE ? 6 : 0);
    assert_int_equal(room[0], reason == REASON_DONE ? 's' : 0);
    return reason;
}

static enum reason generate_key(struct fixture *fixture)
{
    (void)fixture;
    struct log_key *key;
    enum reason reason = log_key_generate(POST, &key, &failure);
    assert_true((reason == REASON_DONE) == (key != NULL));
    log_key_destroy(key);
    return reason;
}

static enum reason sign_checkpoint(struct fixture *fixture)
{
    char note[CHECKPOINT_NOTE_SIZE];
    const uint8_t root[DIGEST_BYTES] = {0};
    enum reason reason = checkpoint_sign(fixture->key, 1, root, note, NULL, &failure);
    assert_true((reason == REASON_DONE) == (note[0] != '\0'));
    return reason;
}

static enum reason verify_checkpoint(struct fixture *fixture)
{
    struct checkpoint checkpoint;
    enum reason reason = checkpoint_verify(
        fixture->note, strlen(fixture->note), log_key_verifier(fixture->key), &checkpoint, &failure);
    assert_int_equal(checkpoint.size, reason == REASON_DONE ? 1 : 0);
    return reason;
}

static enum reason parse_verifier_key(struct fixture *fixture)
{
    char line[VERIFIER_KEY_LINE_SIZE];
    struct verifier_key key;
    verifier_key_format(log_key_verifier(fixture->key), line);
    enum reason reason = verifier_key_parse(line, strlen(line), &key, &failure);
    assert_true((reason == REASON_DONE) == (key.name[0] != '\0'));
    return reason;
}

static enum reason verify_receipt(struct fixture *fixture)
{
    struct receipt receipt;
    struct receipt_statement statement = {0};
    enum reason reason = receipt_parse(fixture->receipt, strlen(fixture->receipt), &receipt, &failure);
    if (reason == REASON_DONE)
        reason =
            receipt_verify(&receipt, fixture->digest, log_key_verifier(fixture->key), &statement, &failure);
    assert_true((reason == REASON_DONE) == statement.has_body);
    receipt_finish(&receipt);
    return reason;
}

static enum reason write_receipt(struct fixture *fixture)
{
    const struct receipt_entry entry = {(const uint8_t *)"head", 4, key_bytes, (const uint8_t *)"body", 4};
    const struct merkle_proof proof = {0};
    char *text;
    enum reason reason = receipt_format(&entry, 0, &proof, fixture->note, &text, &failure);
    assert_true((reason == REASON_DONE) == (text != NULL));
    free(text);
    return reason;
}

static void make_receipt(struct fixture *fixture)
{
    struct entry_head head = {.event = "start"};
    char text[ENTRY_HEAD_SIZE];
    size_t length;
    uint8_t leaf[DIGEST_BYTES];
    const struct merkle_proof proof = {0};
    assert_int_equal(
        digest_commit(fixture->digest, key_bytes, "body", 4, head.commitment, &failure), REASON_DONE);
    assert_int_equal(entry_head_format(&head, text, &length, &failure), REASON_DONE);
    assert_int_equal(merkle_leaf(fixture->digest, text, length, leaf, &failure), REASON_DONE);
    assert_int_equal(checkpoint_sign(fixture->key, 1, leaf, fixture->note, NULL, &failure), REASON_DONE);
    const struct receipt_entry entry = {(const uint8_t *)text, length, key_bytes, (const uint8_t *)"body", 4};
    assert_int_equal(
        receipt_format(&entry, 0, &proof, fixture->note, &fixture->receipt, &failure), REASON_DONE);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    *state = fixture;
    if (fixture == NULL)
        return -1;
    snprintf(fixture->path, sizeof fixture->path, "/tmp/kordon-allocation-test.XXXXXX");
    int fd = mkstemp(fixture->path);
    if (fd < 0 || close(fd) != 0)
        return -1;
    snprintf(fixture->uri, sizeof fixture->uri, "file:%s", fixture->path);
    assert_int_equal(file_write(fixture->path, key_bytes, sizeof key_bytes, 0600, &failure), REASON_DONE);
    assert_int_equal(digest_create(&fixture->digest, &failure), REASON_DONE);
    assert_int_equal(sealer_create(&fixture->sealer, &failure), REASON_DONE);
    assert_int_equal(key_provider_open(fixture->uri, &fixture->provider, &failure), REASON_DONE);
    assert_int_equal(log_key_generate(POST, &fixture->key, &failure), REASON_DONE);
    assert_int_equal(sealed_record_seal(fixture->sealer, key_bytes, &place, "secret", 6, fixture->sealed,
                         sizeof fixture->sealed, &failure),
        REASON_DONE);
    make_receipt(fixture);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    unlink(fixture->path);
    digest_destroy(fixture->digest);
    sealer_destroy(fixture->sealer);
    key_provider_close(fixture->provider);
    log_key_destroy(fixture->key);
    free(fixture->receipt);
    free(fixture);
    return 0;
}

/* Returns how many allocations the act makes. Once everything is cached (the set-up did so), that is the same each
 * time; while they fail the reason must be one of ours. */
static long repeat_until_done(struct fixture *fixture, enum reason (*act)(struct fixture *))
{
    for (long n = 0; n < 10000; n++) {
        allowed = n;
        enum reason reason = act(fixture);
        bool all_allowed = allowed > 0;
        allowed = -1;
        if (reason == REASON_DONE && all_allowed)
            return n;
        assert_true(reason == REASON_DONE || reason == REASON_CRYPTO_FAILED || reason == REASON_NO_MEMORY);
        /* A failure must not spoil the next attempt. */
        assert_int_equal(act(fixture), REASON_DONE);
    }
    fail();
    return 0;
}

static void test_every_allocation_may_fail(void **state)
{
    static enum reason (*const acts[])(struct fixture *) = {make_digest, make_sealer, open_provider,
        wrap_and_unwrap, seal, open_sealed, generate_key, sign_checkpoint, verify_checkpoint,
        parse_verifier_key, verify_receipt, write_receipt};
    long total = 0;
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        total += repeat_until_done(*state, acts[i]);
    assert_true(total > 12);
}

int main(void)
{
    /* Only before OpenSSL allocates anything. */
    if (CRYPTO_set_mem_functions(failing_malloc, failing_realloc, plain_free) != 1)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_allocation_may_fail, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
