#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/merkle.h"
#include "tests/support/log_vectors.h"

#define LEAVES 300

/* A log of LEAVES entries with its stored nodes, and the roots of all its earlier sizes. */
struct fixture {
    struct digest *digest;
    json_t *vectors;
    uint8_t leaves[LEAVES][DIGEST_BYTES];
    uint8_t roots[LEAVES + 1][DIGEST_BYTES];
    uint8_t nodes[10][LEAVES][DIGEST_BYTES];
    bool stored[10][LEAVES];
    uint64_t stored_count;
    uint64_t readable; /* reads left before the reader fails; for the tests of failing reads */
};

static struct failure failure;

static enum reason read_node(void *context, unsigned level, uint64_t index, uint8_t hash[static DIGEST_BYTES],
    struct failure *reported)
{
    struct fixture *fixture = context;
    assert_true(level < 10 && index < LEAVES && fixture->stored[level][index]);
    if (fixture->readable == 0)
        return failure_set(reported, REASON_STORE_ERROR, "node", NULL);
    fixture->readable--;
    memcpy(hash, fixture->nodes[level][index], DIGEST_BYTES);
    return REASON_DONE;
}

static struct merkle_reader reader_of(struct fixture *fixture)
{
    fixture->readable = UINT64_MAX;
    return (struct merkle_reader){read_node, fixture};
}

static void grow(struct fixture *fixture, struct merkle_edge *edge, const uint8_t *leaf)
{
    struct merkle_stored_node nodes[MERKLE_LEVELS_MAX];
    size_t count;
    assert_int_equal(merkle_edge_append(edge, fixture->digest, leaf, nodes, &count, &failure), REASON_DONE);
    for (size_t i = 0; i < count; i++) {
        memcpy(fixture->nodes[nodes[i].level][nodes[i].index], nodes[i].hash, DIGEST_BYTES);
        fixture->stored[nodes[i].level][nodes[i].index] = true;
    }
    fixture->stored_count += count;
    assert_int_equal(
        merkle_edge_root(edge, fixture->digest, fixture->roots[edge->size], &failure), REASON_DONE);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    *state = fixture;
    if (fixture == NULL || digest_create(&fixture->digest, &failure) != REASON_DONE)
        return -1;
    fixture->vectors = log_vectors_load();
    struct merkle_edge edge = {0};
    assert_int_equal(merkle_edge_root(&edge, fixture->digest, fixture->roots[0], &failure), REASON_DONE);
    for (uint32_t i = 0; i < LEAVES; i++) {
        const uint8_t entry[4] = {0, 0, (uint8_t)(i >> 8), (uint8_t)i};
        assert_int_equal(merkle_leaf(fixture->digest, entry, 4, fixture->leaves[i], &failure), REASON_DONE);
        grow(fixture, &edge, fixture->leaves[i]);
    }
    return fixture->vectors != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    digest_destroy(fixture->digest);
    json_decref(fixture->vectors);
    free(fixture);
    return 0;
}

/* The tree as RFC 6962 2.1 defines it, by recursion, to hold the other against. */
static size_t half(size_t n)
{
    size_t k = 1;
    while (2 * k < n)
        k *= 2;
    return k;
}

static void defined_root(struct fixture *fixture, size_t begin, size_t n, uint8_t *root)
{
    if (n == 1) {
        memcpy(root, fixture->leaves[begin], DIGEST_BYTES);
        return;
    }
    uint8_t sides[2][DIGEST_BYTES];
    defined_root(fixture, begin, half(n), sides[0]);
    defined_root(fixture, begin + half(n), n - half(n), sides[1]);
    assert_int_equal(merkle_node(fixture->digest, sides[0], sides[1], root, &failure), REASON_DONE);
}

static void defined_path(
    struct fixture *fixture, size_t m, size_t begin, size_t n, struct merkle_proof *proof)
{
    if (n == 1)
        return;
    size_t k = half(n);
    defined_path(fixture, m < k ? m : m - k, m < k ? begin : begin + k, m < k ? k : n - k, proof);
    defined_root(fixture, m < k ? begin + k : begin, m < k ? n - k : k, proof->hashes[proof->count++]);
}

static void defined_subproof(
    struct fixture *fixture, size_t m, size_t begin, size_t n, bool known, struct merkle_proof *proof)
{
    if (m == n) {
        if (!known)
            defined_root(fixture, begin, n, proof->hashes[proof->count++]);
        return;
    }
    size_t k = half(n);
    if (m <= k) {
        defined_subproof(fixture, m, begin, k, known, proof);
        defined_root(fixture, begin + k, n - k, proof->hashes[proof->count++]);
    } else {
        defined_subproof(fixture, m - k, begin + k, n - k, false, proof);
        defined_root(fixture, begin, k, proof->hashes[proof->count++]);
    }
}

static enum reason check_inclusion(struct fixture *fixture, uint64_t index, uint64_t size,
    const uint8_t *leaf, const struct merkle_proof *proof, const uint8_t *root)
{
    return merkle_check_inclusion(fixture->digest, index, size, leaf, proof, root, &failure);
}

static enum reason check_consistency(struct fixture *fixture, uint64_t old_size, const uint8_t *old_root,
    uint64_t new_size, const uint8_t *new_root, const struct merkle_proof *proof)
{
    return merkle_check_consistency(fixture->digest, old_size, old_root, new_size, new_root, proof, &failure);
}

/* Leaves, roots and proofs of the independent implementation's log. */
static void test_L7_vectors_of_another_implementation(void **state)
{
    struct fixture *fixture = *state;
    uint8_t leaves[8][32], wanted[64][32], root[32];
    assert_int_equal(
        log_vectors_hashes(fixture->vectors, "leaf(i) of entry i = byte i repeated i times", leaves, 8), 8);
    for (uint8_t i = 0; i < 8; i++) {
        uint8_t entry[8];
        memset(entry, i, sizeof entry);
        assert_int_equal(merkle_leaf(fixture->digest, entry, i, fixture->leaves[i], &failure), REASON_DONE);
        assert_memory_equal(fixture->leaves[i], leaves[i], 32);
    }
    struct merkle_edge edge = {0};
    for (size_t n = 0; n <= 8; n++) {
        char name[4];
        snprintf(name, sizeof name, "%zu", n);
        log_vectors_hex(log_vectors_text(json_object_get(fixture->vectors, "root"), name), wanted[0], 32);
        if (n > 0)
            grow(fixture, &edge, leaves[n - 1]);
        assert_memory_equal(fixture->roots[n], wanted[0], 32);
        assert_int_equal(merkle_root(fixture->digest, leaves[0], n, root, &failure), REASON_DONE);
        assert_memory_equal(root, wanted[0], 32);
    }
    static const struct {
        const char *name;
        bool inclusion;
        uint64_t from, size;
    } proofs[] = {{"inclusion 0 of 7", true, 0, 7}, {"inclusion 5 of 7", true, 5, 7},
        {"inclusion 7 of 8", true, 7, 8}, {"consistency 3 to 7", false, 3, 7},
        {"consistency 4 to 8", false, 4, 8}, {"consistency 6 to 8", false, 6, 8}};
    for (size_t i = 0; i < sizeof proofs / sizeof *proofs; i++) {
        struct merkle_proof proof;
        size_t count = log_vectors_hashes(fixture->vectors, proofs[i].name, wanted, 64);
        enum reason reason = proofs[i].inclusion
                                 ? merkle_prove_inclusion(reader_of(fixture), fixture->digest, proofs[i].from,
                                       proofs[i].size, &proof, &failure)
                                 : merkle_prove_consistency(reader_of(fixture), fixture->digest,
                                       proofs[i].from, proofs[i].size, &proof, &failure);
        assert_int_equal(reason, REASON_DONE);
        assert_int_equal(proof.count, count);
        assert_memory_equal(proof.hashes, wanted, count * 32);
    }
}

/* The well-known reference tree of Certificate Transparency, of 8 leaves, and one of 300. */
static void test_L7_reference_roots(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *bytes;
        size_t size;
    } entries[] = {{"", 0}, {"\x00", 1}, {"\x10", 1}, {"\x20\x21", 2}, {"\x30\x31", 2},
        {"\x40\x41\x42\x43", 4}, {"\x50\x51\x52\x53\x54\x55\x56\x57", 8},
        {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16}};
    static const char *const roots[] = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    uint8_t wanted[32], root[32], leaf[32];
    struct merkle_edge edge = {0};
    for (size_t n = 0; n <= 8; n++) {
        log_vectors_hex(roots[n], wanted, 32);
        assert_int_equal(merkle_edge_root(&edge, fixture->digest, root, &failure), REASON_DONE);
        assert_memory_equal(root, wanted, 32);
        if (n == 8)
            break;
        assert_int_equal(
            merkle_leaf(fixture->digest, entries[n].bytes, entries[n].size, leaf, &failure), REASON_DONE);
        assert_int_equal(merkle_edge_append(&edge, fixture->digest, leaf, NULL, NULL, &failure), REASON_DONE);
    }
    log_vectors_hex("7cb38a3a7211231d902f423fcd3f43cf9ac6da0aa1f31de0876c9927451ee3c5", wanted, 32);
    assert_memory_equal(fixture->roots[300], wanted, 32);
    /* A full tile hashes to the hash above it. */
    assert_memory_equal(fixture->nodes[8][0], fixture->roots[256], 32);
    assert_int_equal(
        merkle_root(fixture->digest, fixture->leaves[0], MERKLE_TILE_WIDTH, root, &failure), REASON_DONE);
    assert_memory_equal(root, fixture->nodes[8][0], 32);
    log_vectors_hex("78cd7db3bbfa785ffefa21e1c0aa7d4806c6e22ad65472710377ecb7e5a5a54e", wanted, 32);
    assert_memory_equal(root, wanted, 32);
}

/* Every root and every proof of every size up to 40 is what the definition's recursion gives. */
static void test_L7_roots_and_proofs_are_as_defined(void **state)
{
    struct fixture *fixture = *state;
    uint8_t root[32];
    for (size_t n = 1; n <= LEAVES; n++) {
        defined_root(fixture, 0, n, root);
        assert_memory_equal(root, fixture->roots[n], 32);
    }
    for (size_t n = 1; n <= 40; n++) {
        for (size_t i = 0; i < n; i++) {
            struct merkle_proof proof, defined = {0};
            assert_int_equal(
                merkle_prove_inclusion(reader_of(fixture), fixture->digest, i, n, &proof, &failure),
                REASON_DONE);
            defined_path(fixture, i, 0, n, &defined);
            assert_memory_equal(&proof, &defined, sizeof proof);
            defined = (struct merkle_proof){0};
            assert_int_equal(
                merkle_prove_consistency(reader_of(fixture), fixture->digest, i + 1, n, &proof, &failure),
                REASON_DONE);
            defined_subproof(fixture, i + 1, 0, n, true, &defined);
            assert_int_equal(proof.count, defined.count);
            assert_memory_equal(proof.hashes, defined.hashes, proof.count * DIGEST_BYTES);
        }
    }
}

/* Each change that is tried must be refused; byte and bit vary with the case, so that over all cases every one is
 * tried. */
static void refuse_changed_inclusion(struct fixture *fixture, uint64_t index, uint64_t size,
    const uint8_t *leaf, struct merkle_proof *proof, const uint8_t *root)
{
    uint8_t changed[32];
    const size_t byte = (size_t)(index + size) % 32;
    const uint8_t bit = (uint8_t)(1U << (index % 8));
    memcpy(changed, leaf, 32);
    changed[byte] ^= bit;
    assert_int_equal(check_inclusion(fixture, index, size, changed, proof, root), REASON_PROOF_BROKEN);
    memcpy(changed, root, 32);
    changed[byte] ^= bit;
    assert_int_equal(check_inclusion(fixture, index, size, leaf, proof, changed), REASON_PROOF_BROKEN);
    for (size_t i = 0; i < proof->count; i++) {
        proof->hashes[i][byte] ^= bit;
        assert_int_equal(check_inclusion(fixture, index, size, leaf, proof, root), REASON_PROOF_BROKEN);
        proof->hashes[i][byte] ^= bit;
    }
    proof->count++;
    assert_int_equal(check_inclusion(fixture, index, size, leaf, proof, root), REASON_PROOF_BROKEN);
    proof->count -= 2;
    if (proof->count < MERKLE_PROOF_MAX)
        assert_int_equal(check_inclusion(fixture, index, size, leaf, proof, root), REASON_PROOF_BROKEN);
    proof->count++;
    for (unsigned i = 0; i < 64; i += 3)
        assert_int_equal(
            check_inclusion(fixture, index ^ (uint64_t)1 << i, size, leaf, proof, root), REASON_PROOF_BROKEN);
}

/* For every size up to 300 and every leaf: the proof holds, and nothing near it does. (Another size may have the
 * same path; that the size belongs to the root is what the checkpoint's signature says.) */
static void test_L7_inclusion_holds_and_no_change_of_it_does(void **state)
{
    struct fixture *fixture = *state;
    for (uint64_t n = 1; n <= LEAVES; n++) {
        for (uint64_t i = 0; i < n; i++) {
            struct merkle_proof proof;
            assert_int_equal(
                merkle_prove_inclusion(reader_of(fixture), fixture->digest, i, n, &proof, &failure),
                REASON_DONE);
            assert_int_equal(
                check_inclusion(fixture, i, n, fixture->leaves[i], &proof, fixture->roots[n]), REASON_DONE);
            /* Every size with all its leaves up to 64, then one in seven of them, to keep the test short. */
            if (n <= 64 || (n + i) % 7 == 0)
                refuse_changed_inclusion(fixture, i, n, fixture->leaves[i], &proof, fixture->roots[n]);
        }
    }
}

static void refuse_changed_consistency(
    struct fixture *fixture, uint64_t m, uint64_t n, struct merkle_proof *proof)
{
    const uint8_t *old_root = fixture->roots[m], *new_root = fixture->roots[n];
    uint8_t changed[32];
    const size_t byte = (size_t)(m + n) % 32;
    const uint8_t bit = (uint8_t)(1U << (m % 8));
    memcpy(changed, old_root, 32);
    changed[byte] ^= bit;
    enum reason wanted = m == n ? REASON_LOG_FORKED : REASON_PROOF_BROKEN;
    assert_int_equal(check_consistency(fixture, m, changed, n, new_root, proof), wanted);
    memcpy(changed, new_root, 32);
    changed[byte] ^= bit;
    /* Nothing is promised about what follows the empty tree. */
    assert_int_equal(
        check_consistency(fixture, m, old_root, n, changed, proof), m == 0 && n > 0 ? REASON_DONE : wanted);
    for (size_t i = 0; i < proof->count; i++) {
        proof->hashes[i][byte] ^= bit;
        assert_int_equal(check_consistency(fixture, m, old_root, n, new_root, proof), REASON_PROOF_BROKEN);
        proof->hashes[i][byte] ^= bit;
    }
    proof->count++;
    assert_int_equal(check_consistency(fixture, m, old_root, n, new_root, proof), REASON_PROOF_BROKEN);
    proof->count -= 2;
    if (proof->count < MERKLE_PROOF_MAX)
        assert_int_equal(check_consistency(fixture, m, old_root, n, new_root, proof), REASON_PROOF_BROKEN);
    proof->count++;
}

/* For all pairs of sizes up to 300: the newer tree extends the older one, and nothing near that holds. */
static void test_L7_consistency_holds_and_no_change_of_it_does(void **state)
{
    struct fixture *fixture = *state;
    for (uint64_t n = 0; n <= LEAVES; n++) {
        for (uint64_t m = 0; m <= n; m++) {
            struct merkle_proof proof;
            assert_int_equal(
                merkle_prove_consistency(reader_of(fixture), fixture->digest, m, n, &proof, &failure),
                REASON_DONE);
            assert_int_equal(
                check_consistency(fixture, m, fixture->roots[m], n, fixture->roots[n], &proof), REASON_DONE);
            if (n <= 64 || (n + m) % 7 == 0)
                refuse_changed_consistency(fixture, m, n, &proof);
            /* Rolled back: the newer one must not be the smaller one. */
            if (m < n)
                assert_int_equal(
                    check_consistency(fixture, n, fixture->roots[n], m, fixture->roots[m], &proof),
                    REASON_PROOF_BROKEN);
        }
    }
}

/* A rewritten entry gives no proof to an older root: the rewritten tree's own proof is refused. */
static void test_L7_rewritten_history_is_refused(void **state)
{
    struct fixture *fixture = *state;
    uint8_t old_root[32];
    memcpy(old_root, fixture->roots[20], 32);
    memset(fixture->stored, 0, sizeof fixture->stored);
    struct merkle_edge edge = {0};
    for (size_t i = 0; i < 100; i++)
        grow(fixture, &edge, fixture->leaves[i == 7 ? 200 : i]);
    struct merkle_proof proof;
    assert_int_equal(merkle_prove_consistency(reader_of(fixture), fixture->digest, 20, 100, &proof, &failure),
        REASON_DONE);
    assert_int_equal(
        check_consistency(fixture, 20, old_root, 100, fixture->roots[100], &proof), REASON_PROOF_BROKEN);
    assert_int_equal(
        check_consistency(fixture, 20, fixture->roots[20], 100, fixture->roots[100], &proof), REASON_DONE);
}

/* The edge read back from stored nodes at any size goes on as the one that was kept. */
static void test_edge_loaded_from_nodes_goes_on(void **state)
{
    struct fixture *fixture = *state;
    /* 2n - popcount(n) nodes, each stored once. */
    assert_int_equal(fixture->stored_count, 2 * LEAVES - (uint64_t)__builtin_popcount(LEAVES));
    for (uint64_t n = 0; n < LEAVES; n++) {
        struct merkle_edge edge;
        uint8_t root[32];
        assert_int_equal(merkle_edge_load(&edge, n, reader_of(fixture), &failure), REASON_DONE);
        assert_int_equal(merkle_edge_append(&edge, fixture->digest, fixture->leaves[n], NULL, NULL, &failure),
            REASON_DONE);
        assert_int_equal(merkle_edge_root(&edge, fixture->digest, root, &failure), REASON_DONE);
        assert_memory_equal(root, fixture->roots[n + 1], 32);
    }
}

/* A reader that fails at its Nth call fails the whole, with its own reason, whatever N. */
static void test_failing_reads_are_handed_on(void **state)
{
    struct fixture *fixture = *state;
    struct merkle_reader reader = reader_of(fixture);
    struct merkle_proof proof;
    struct merkle_edge edge;
    bool loaded = false, included = false, consistent = false;
    for (uint64_t allowed = 0; !loaded || !included || !consistent; allowed++) {
        assert_true(allowed < 64);
        fixture->readable = allowed;
        loaded = merkle_edge_load(&edge, 299, reader, &failure) == REASON_DONE;
        assert_int_equal(edge.size, loaded ? 299 : 0);
        fixture->readable = allowed;
        included = merkle_prove_inclusion(reader, fixture->digest, 100, 299, &proof, &failure) == REASON_DONE;
        assert_true(included || failure.reason == REASON_STORE_ERROR);
        fixture->readable = allowed;
        consistent =
            merkle_prove_consistency(reader, fixture->digest, 100, 299, &proof, &failure) == REASON_DONE;
        assert_true(consistent || failure.reason == REASON_STORE_ERROR);
    }
}

/* Numbers that mean nothing are refused, as are those at the very limit of size. */
static void test_impossible_numbers_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct merkle_reader reader = reader_of(fixture);
    struct merkle_proof proof;
    struct merkle_edge edge;
    struct digest *digest = fixture->digest;
    const uint8_t *root = fixture->roots[1];
    assert_int_equal(merkle_prove_inclusion(reader, digest, 5, 5, &proof, &failure), REASON_BAD_ARGUMENT);
    assert_int_equal(merkle_prove_inclusion(reader, digest, 0, 0, &proof, &failure), REASON_BAD_ARGUMENT);
    assert_int_equal(merkle_prove_inclusion(reader, digest, 0, MERKLE_SIZE_MAX + 1, &proof, &failure),
        REASON_BAD_ARGUMENT);
    assert_int_equal(merkle_prove_consistency(reader, digest, 6, 5, &proof, &failure), REASON_BAD_ARGUMENT);
    assert_int_equal(merkle_edge_load(&edge, MERKLE_SIZE_MAX + 1, reader, &failure), REASON_BAD_ARGUMENT);
    edge = (struct merkle_edge){.size = MERKLE_SIZE_MAX};
    assert_int_equal(merkle_edge_append(&edge, digest, root, NULL, NULL, &failure), REASON_TOO_LARGE);
    edge.size--;
    struct merkle_stored_node nodes[MERKLE_LEVELS_MAX];
    size_t count;
    assert_int_equal(merkle_edge_append(&edge, digest, root, nodes, &count, &failure), REASON_DONE);
    assert_int_equal(count, 1);
    edge.size = MERKLE_SIZE_MAX / 2;
    assert_int_equal(merkle_edge_append(&edge, digest, root, nodes, &count, &failure), REASON_DONE);
    assert_int_equal(count, 53);
    proof = (struct merkle_proof){.count = MERKLE_PROOF_MAX};
    assert_int_equal(check_inclusion(fixture, 0, 0, root, &proof, root), REASON_PROOF_BROKEN);
    assert_int_equal(
        check_inclusion(fixture, UINT64_MAX, UINT64_MAX, root, &proof, root), REASON_PROOF_BROKEN);
    assert_int_equal(check_inclusion(fixture, 0, UINT64_MAX, root, &proof, root), REASON_PROOF_BROKEN);
    assert_int_equal(check_consistency(fixture, 1, root, UINT64_MAX, root, &proof), REASON_PROOF_BROKEN);
    proof.count = MERKLE_PROOF_MAX + 1;
    assert_int_equal(check_inclusion(fixture, 0, UINT64_MAX, root, &proof, root), REASON_PROOF_BROKEN);
    assert_int_equal(check_consistency(fixture, 1, root, UINT64_MAX, root, &proof), REASON_PROOF_BROKEN);
    proof.count = 0;
    assert_int_equal(check_consistency(fixture, 0, root, 5, root, &proof), REASON_PROOF_BROKEN);
}

#define WITH_LOG(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LOG(test_L7_vectors_of_another_implementation),
        WITH_LOG(test_L7_reference_roots),
        WITH_LOG(test_L7_roots_and_proofs_are_as_defined),
        WITH_LOG(test_L7_inclusion_holds_and_no_change_of_it_does),
        WITH_LOG(test_L7_consistency_holds_and_no_change_of_it_does),
        WITH_LOG(test_L7_rewritten_history_is_refused),
        WITH_LOG(test_edge_loaded_from_nodes_goes_on),
        WITH_LOG(test_failing_reads_are_handed_on),
        WITH_LOG(test_impossible_numbers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
