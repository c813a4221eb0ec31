#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/base64.h"
#include "log/receipt.h"
#include "tests/support/log_vectors.h"

#define POST    "kordon.example/post-7"
#define ENTRIES 7
#define BODY    "{\"actor\":\"officer 12\",\"decision\":\"no_match\"}"

static struct failure failure;

/* A log of seven entries, each with its receipt against the checkpoint of all. */
struct fixture {
    json_t *vectors;
    struct digest *digest;
    struct log_key *key;
    const struct verifier_key *verifier;
    uint8_t salt[COMMIT_SALT_BYTES];
    char heads[ENTRIES][ENTRY_HEAD_SIZE];
    size_t head_sizes[ENTRIES];
    struct merkle_proof proofs[ENTRIES];
    uint8_t nodes[4][ENTRIES][DIGEST_BYTES];
    char checkpoint[CHECKPOINT_NOTE_SIZE];
};

static enum reason read_node(void *context, unsigned level, uint64_t index, uint8_t hash[static DIGEST_BYTES],
    struct failure *reported)
{
    (void)reported;
    memcpy(hash, ((struct fixture *)context)->nodes[level][index], DIGEST_BYTES);
    return REASON_DONE;
}

/* seq_offset lets the heads lie about their place. */
static void build_log(struct fixture *fixture, uint64_t seq_offset)
{
    struct merkle_edge edge = {0};
    for (uint64_t i = 0; i < ENTRIES; i++) {
        struct entry_head head = {
            .event = "consultation", .seq = i + seq_offset, .time_ms = 1764000000000 + i};
        memcpy(head.key_id, fixture->verifier->id, sizeof head.key_id);
        assert_int_equal(
            digest_commit(fixture->digest, fixture->salt, BODY, strlen(BODY), head.commitment, &failure),
            REASON_DONE);
        assert_int_equal(
            entry_head_format(&head, fixture->heads[i], &fixture->head_sizes[i], &failure), REASON_DONE);
        uint8_t leaf[DIGEST_BYTES];
        struct merkle_stored_node nodes[MERKLE_LEVELS_MAX];
        size_t count;
        assert_int_equal(
            merkle_leaf(fixture->digest, fixture->heads[i], fixture->head_sizes[i], leaf, &failure),
            REASON_DONE);
        assert_int_equal(
            merkle_edge_append(&edge, fixture->digest, leaf, nodes, &count, &failure), REASON_DONE);
        for (size_t k = 0; k < count; k++)
            memcpy(fixture->nodes[nodes[k].level][nodes[k].index], nodes[k].hash, DIGEST_BYTES);
    }
    uint8_t root[DIGEST_BYTES];
    assert_int_equal(merkle_edge_root(&edge, fixture->digest, root, &failure), REASON_DONE);
    assert_int_equal(
        checkpoint_sign(fixture->key, ENTRIES, root, fixture->checkpoint, NULL, &failure), REASON_DONE);
    for (uint64_t i = 0; i < ENTRIES; i++)
        assert_int_equal(merkle_prove_inclusion((struct merkle_reader){read_node, fixture}, fixture->digest,
                             i, ENTRIES, &fixture->proofs[i], &failure),
            REASON_DONE);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    *state = fixture;
    if (fixture == NULL || digest_create(&fixture->digest, &failure) != REASON_DONE)
        return -1;
    fixture->vectors = log_vectors_load();
    uint8_t seed[LOG_KEY_SEED_BYTES];
    log_vectors_hex(log_vectors_text(fixture->vectors, "seed"), seed, sizeof seed);
    if (log_key_from_seed(POST, seed, &fixture->key, &failure) != REASON_DONE)
        return -1;
    fixture->verifier = log_key_verifier(fixture->key);
    memset(fixture->salt, 0x5a, sizeof fixture->salt);
    build_log(fixture, 0);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    log_key_destroy(fixture->key);
    digest_destroy(fixture->digest);
    json_decref(fixture->vectors);
    free(fixture);
    return 0;
}

static struct receipt_entry entry_of(struct fixture *fixture, size_t index)
{
    return (struct receipt_entry){.head = (const uint8_t *)fixture->heads[index],
        .head_size = fixture->head_sizes[index],
        .salt = fixture->salt,
        .body = (const uint8_t *)BODY,
        .body_size = strlen(BODY)};
}

static char *format(struct fixture *fixture, const struct receipt_entry *entry, uint64_t index,
    const struct merkle_proof *proof)
{
    char *text;
    assert_int_equal(receipt_format(entry, index, proof, fixture->checkpoint, &text, &failure), REASON_DONE);
    return text;
}

static enum reason verify_bytes(
    struct fixture *fixture, const char *text, size_t size, struct receipt_statement *statement)
{
    struct receipt receipt;
    enum reason reason = receipt_parse(text, size, &receipt, &failure);
    if (reason != REASON_DONE)
        return reason;
    reason = receipt_verify(&receipt, fixture->digest, fixture->verifier, statement, &failure);
    if (reason != REASON_DONE)
        assert_false(statement->has_body || statement->seq != 0 || statement->event[0] != 0);
    receipt_finish(&receipt);
    return reason;
}

/* Formats, verifies and frees. */
static enum reason verify_entry(struct fixture *fixture, const struct receipt_entry *entry, uint64_t index,
    const struct merkle_proof *proof)
{
    struct receipt_statement statement;
    char *text = format(fixture, entry, index, proof);
    enum reason reason = verify_bytes(fixture, text, strlen(text), &statement);
    free(text);
    return reason;
}

/* Every entry's receipt holds by the verifier key alone and says what the head says. */
static void test_L7_receipts_hold(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ENTRIES; i++) {
        struct receipt_entry entry = entry_of(fixture, i);
        struct receipt_statement statement;
        char *text = format(fixture, &entry, i, &fixture->proofs[i]), id[LOG_KEY_ID_TEXT_SIZE];
        assert_int_equal(verify_bytes(fixture, text, strlen(text), &statement), REASON_DONE);
        assert_true(statement.has_body);
        assert_int_equal(statement.seq, i);
        assert_int_equal(statement.time_ms, 1764000000000 + i);
        assert_string_equal(statement.event, "consultation");
        assert_string_equal(statement.key_id, hex_format(fixture->verifier->id, LOG_KEY_ID_BYTES, id));
        assert_string_equal(statement.checkpoint.origin, POST);
        assert_int_equal(statement.checkpoint.size, ENTRIES);
        free(text);
    }
}

/* The receipt of an entry whose body was erased still proves that the entry is there. */
static void test_L7_receipt_of_an_erased_body(void **state)
{
    struct fixture *fixture = *state;
    struct receipt_entry entry = entry_of(fixture, 3);
    entry.salt = entry.body = NULL;
    entry.body_size = 0;
    struct receipt_statement statement;
    char *text = format(fixture, &entry, 3, &fixture->proofs[3]);
    assert_int_equal(verify_bytes(fixture, text, strlen(text), &statement), REASON_DONE);
    assert_false(statement.has_body);
    assert_int_equal(statement.seq, 3);
    free(text);
}

/* The independent implementation's proof, whose entry is no head of ours, and with a witness's line. */
static void test_L7_receipt_vector(void **state)
{
    struct fixture *fixture = *state;
    const char *text = log_vectors_text(fixture->vectors, "tlog-proof of entry 5 in 7");
    struct receipt receipt;
    struct checkpoint checkpoint;
    uint8_t leaves[8][32];
    struct receipt_statement statement;
    log_vectors_hashes(fixture->vectors, "leaf(i) of entry i = byte i repeated i times", leaves, 8);
    assert_int_equal(receipt_parse(text, strlen(text), &receipt, &failure), REASON_DONE);
    assert_int_equal(receipt.index, 5);
    assert_int_equal(
        receipt_verify_leaf(&receipt, fixture->digest, fixture->verifier, leaves[5], &checkpoint, &failure),
        REASON_DONE);
    assert_int_equal(checkpoint.size, 7);
    for (size_t i = 0; i < 8; i++) {
        if (i == 5)
            continue;
        assert_int_equal(receipt_verify_leaf(
                             &receipt, fixture->digest, fixture->verifier, leaves[i], &checkpoint, &failure),
            REASON_PROOF_BROKEN);
        assert_int_equal(checkpoint.size, 0);
    }
    assert_int_equal(receipt_verify(&receipt, fixture->digest, fixture->verifier, &statement, &failure),
        REASON_BAD_FORMAT);
    receipt_finish(&receipt);
}

/* A receipt for another entry, another index, with a hash too few or too many, or for a larger log. */
static void test_L7_proofs_of_something_else(void **state)
{
    struct fixture *fixture = *state;
    struct receipt_entry entry = entry_of(fixture, 2), other = entry_of(fixture, 3);
    struct merkle_proof proof = fixture->proofs[2];
    assert_int_equal(verify_entry(fixture, &entry, 2, &proof), REASON_DONE);
    assert_int_equal(verify_entry(fixture, &other, 2, &proof), REASON_PROOF_BROKEN);
    assert_int_equal(verify_entry(fixture, &entry, 3, &proof), REASON_PROOF_BROKEN);
    assert_int_equal(verify_entry(fixture, &entry, 7, &proof), REASON_PROOF_BROKEN);
    assert_int_equal(verify_entry(fixture, &entry, MERKLE_SIZE_MAX, &proof), REASON_PROOF_BROKEN);
    assert_int_equal(verify_entry(fixture, &entry, 2, &fixture->proofs[3]), REASON_PROOF_BROKEN);
    proof.count--;
    assert_int_equal(verify_entry(fixture, &entry, 2, &proof), REASON_PROOF_BROKEN);
    proof.count += 2;
    assert_int_equal(verify_entry(fixture, &entry, 2, &proof), REASON_PROOF_BROKEN);
}

/* Body or salt other than those committed to; a head other than the log's. */
static void test_L7_altered_bodies_and_heads(void **state)
{
    struct fixture *fixture = *state;
    struct receipt_entry entry = entry_of(fixture, 2);
    uint8_t body[] = BODY, salt[COMMIT_SALT_BYTES];
    entry.body = body;
    for (size_t i = 0; i < entry.body_size; i++) {
        body[i] ^= 1;
        assert_int_equal(verify_entry(fixture, &entry, 2, &fixture->proofs[2]), REASON_ENTRY_BROKEN);
        body[i] ^= 1;
    }
    entry.body_size--;
    assert_int_equal(verify_entry(fixture, &entry, 2, &fixture->proofs[2]), REASON_ENTRY_BROKEN);
    entry.body_size = 0;
    assert_int_equal(verify_entry(fixture, &entry, 2, &fixture->proofs[2]), REASON_ENTRY_BROKEN);
    entry = entry_of(fixture, 2);
    memcpy(salt, fixture->salt, sizeof salt);
    salt[31] ^= 0x80;
    entry.salt = salt;
    assert_int_equal(verify_entry(fixture, &entry, 2, &fixture->proofs[2]), REASON_ENTRY_BROKEN);
    entry = entry_of(fixture, 2);
    for (size_t i = 0; i < fixture->head_sizes[2]; i++) {
        fixture->heads[2][i] = (char)(fixture->heads[2][i] ^ 1);
        assert_int_equal(verify_entry(fixture, &entry, 2, &fixture->proofs[2]), REASON_PROOF_BROKEN);
        fixture->heads[2][i] = (char)(fixture->heads[2][i] ^ 1);
    }
}

/* A log that holds an entry at another place than its head says. */
static void test_L7_head_that_lies_about_its_place(void **state)
{
    struct fixture *fixture = *state;
    build_log(fixture, 1);
    struct receipt_entry entry = entry_of(fixture, 2);
    assert_int_equal(verify_entry(fixture, &entry, 2, &fixture->proofs[2]), REASON_ENTRY_BROKEN);
}

/* Another key, another origin. */
static void test_L7_receipt_of_another_log(void **state)
{
    struct fixture *fixture = *state;
    struct receipt_entry entry = entry_of(fixture, 2);
    struct receipt_statement statement;
    char *text = format(fixture, &entry, 2, &fixture->proofs[2]);
    struct log_key *other;
    assert_int_equal(log_key_generate(POST, &other, &failure), REASON_DONE);
    fixture->verifier = log_key_verifier(other);
    assert_int_equal(verify_bytes(fixture, text, strlen(text), &statement), REASON_SIGNATURE_BROKEN);
    log_key_destroy(other);
    free(text);
}

/* No bit of a receipt can be changed, no byte cut off or added, without its being refused; only another spelling of
 * nothing could be, and there is none. */
static void test_L7_no_change_verifies(void **state)
{
    struct fixture *fixture = *state;
    struct receipt_entry entry = entry_of(fixture, 4);
    struct receipt_statement statement;
    char *text = format(fixture, &entry, 4, &fixture->proofs[4]);
    size_t size = strlen(text);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
        assert_int_not_equal(verify_bytes(fixture, text, size, &statement), REASON_DONE);
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
    }
    for (size_t cut = 0; cut < size; cut++) {
        char *exact = malloc(cut + 1);
        assert_non_null(exact);
        memcpy(exact, text, cut);
        assert_int_not_equal(verify_bytes(fixture, exact, cut, &statement), REASON_DONE);
        free(exact);
    }
    assert_int_equal(verify_bytes(fixture, text, size + 1, &statement), REASON_CHECKPOINT_BROKEN);
    free(text);
}

static void test_L7_malformed_receipts(void **state)
{
    (void)state;
#define FIRST "c2sp.org/tlog-proof@v1\n"
#define HASH  "z6W9P7NL4X/yeR9Tw9rAjx5F3xcXyUDBMvpppDGPBx4=\n"
    static const char *const texts[] = {"", "\n", FIRST, FIRST "index 5", FIRST "index 5\n",
        FIRST "index 5\n\n", FIRST "index 05\n\nx", FIRST "index +5\n\nx", FIRST "index \n\nx",
        FIRST "index 5 \n\nx", FIRST "Index 5\n\nx", FIRST "index 9007199254740992\n\nx",
        FIRST "index 5\n" HASH, FIRST "index 5\n" HASH "x\n\nx",
        FIRST "index 5\nz6W9P7NL4X/yeR9Tw9rAjx5F3xcXyUDBMvpppDGPBx5=\n\nx", FIRST "index 5\r\n\r\nx",
        "c2sp.org/tlog-proof@v2\nindex 5\n\nx", FIRST "extra \nindex 5\n\nx",
        FIRST "extra AA==\nindex 5\n\nx", FIRST "extra AAA=\nindex 5\n\nx" /* head of no bytes */,
        FIRST "extra AAFh\nextra AAFh\nindex 5\n\nx",
        FIRST "extra AAJh\nindex 5\n\nx" /* head longer than the line */,
        FIRST "extra AAFhYQ==\nindex 5\n\nx" /* salt cut */, FIRST "extra AAFh",
        FIRST "extra AAFi=\nindex 5\n\nx", FIRST "index 5\nextra AAFh\n\nx"};
    struct receipt receipt;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(receipt_parse(texts[i], strlen(texts[i]), &receipt, &failure), REASON_BAD_FORMAT);
        assert_null(receipt.extra);
    }
    /* What is unchecked text so far is well-formed up to the checkpoint. */
    static const char plain[] = FIRST "extra AAFh\nindex 5\n" HASH "\nx";
    assert_int_equal(receipt_parse(plain, sizeof plain - 1, &receipt, &failure), REASON_DONE);
    assert_int_equal(receipt.entry.head_size, 1);
    assert_null(receipt.entry.salt);
    receipt_finish(&receipt);
    receipt_finish(&receipt);
    char many[4096] = FIRST "index 5\n";
    for (int i = 0; i <= MERKLE_PROOF_MAX; i++)
        strcat(many, HASH);
    strcat(many, "\nx");
    assert_int_equal(receipt_parse(many, strlen(many), &receipt, &failure), REASON_BAD_FORMAT);
    assert_int_equal(receipt_parse(plain, RECEIPT_TEXT_MAX + 1, &receipt, &failure), REASON_TOO_LARGE);
}

/* The largest entry fits; what is larger is refused at writing. */
static void test_sizes_of_entries(void **state)
{
    struct fixture *fixture = *state;
    uint8_t *bytes = calloc(1, RECEIPT_BODY_MAX + 1);
    assert_non_null(bytes);
    struct receipt_entry entry = {bytes, RECEIPT_HEAD_MAX, fixture->salt, bytes, RECEIPT_BODY_MAX};
    const struct merkle_proof *proof = &fixture->proofs[0];
    char *text = format(fixture, &entry, 0, proof);
    struct receipt receipt;
    assert_int_equal(receipt_parse(text, strlen(text), &receipt, &failure), REASON_DONE);
    assert_int_equal(receipt.entry.body_size, RECEIPT_BODY_MAX);
    receipt_finish(&receipt);
    free(text);
    entry.head_size++;
    assert_int_equal(
        receipt_format(&entry, 0, proof, fixture->checkpoint, &text, &failure), REASON_TOO_LARGE);
    assert_null(text);
    entry.head_size = 0;
    assert_int_equal(
        receipt_format(&entry, 0, proof, fixture->checkpoint, &text, &failure), REASON_TOO_LARGE);
    entry.head_size = 1;
    entry.body_size++;
    assert_int_equal(
        receipt_format(&entry, 0, proof, fixture->checkpoint, &text, &failure), REASON_TOO_LARGE);
    entry.body_size = 1;
    entry.salt = NULL;
    assert_int_equal(
        receipt_format(&entry, 0, proof, fixture->checkpoint, &text, &failure), REASON_BAD_ARGUMENT);
    entry.salt = fixture->salt;
    assert_int_equal(receipt_format(&entry, MERKLE_SIZE_MAX + 1, proof, fixture->checkpoint, &text, &failure),
        REASON_BAD_ARGUMENT);
    free(bytes);
}

#define WITH_LOG(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LOG(test_L7_receipts_hold),
        WITH_LOG(test_L7_receipt_of_an_erased_body),
        WITH_LOG(test_L7_receipt_vector),
        WITH_LOG(test_L7_proofs_of_something_else),
        WITH_LOG(test_L7_altered_bodies_and_heads),
        WITH_LOG(test_L7_head_that_lies_about_its_place),
        WITH_LOG(test_L7_receipt_of_another_log),
        WITH_LOG(test_L7_no_change_verifies),
        cmocka_unit_test(test_L7_malformed_receipts),
        WITH_LOG(test_sizes_of_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
