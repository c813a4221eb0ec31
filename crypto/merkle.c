#include "crypto/merkle.h"

#include <string.h>

/* The tree is never recursed into: a range of leaves that starts where a subtree may start is a row of complete
 * subtrees of falling size, one for each bit of its length, folded from the right. */

static const uint8_t leaf_prefix = 0x00, node_prefix = 0x01;

enum reason merkle_leaf(struct digest *digest, const void *entry, size_t size,
    uint8_t leaf[static DIGEST_BYTES], struct failure *failure)
{
    digest_begin(digest);
    digest_add(digest, &leaf_prefix, 1);
    digest_add(digest, entry, size);
    return digest_end(digest, leaf, failure);
}

enum reason merkle_node(struct digest *digest, const uint8_t left[static DIGEST_BYTES],
    const uint8_t right[static DIGEST_BYTES], uint8_t node[static DIGEST_BYTES], struct failure *failure)
{
    digest_begin(digest);
    digest_add(digest, &node_prefix, 1);
    digest_add(digest, left, DIGEST_BYTES);
    digest_add(digest, right, DIGEST_BYTES);
    return digest_end(digest, node, failure);
}

static bool has_bit(uint64_t value, unsigned bit)
{
    return (value >> bit & 1) != 0;
}

enum reason merkle_edge_load(
    struct merkle_edge *edge, uint64_t size, struct merkle_reader reader, struct failure *failure)
{
    *edge = (struct merkle_edge){0};
    if (size > MERKLE_SIZE_MAX)
        return failure_set(failure, REASON_BAD_ARGUMENT, "tree", "%ju leaves", (uintmax_t)size);
    for (unsigned level = 0; level < MERKLE_LEVELS_MAX; level++) {
        if (!has_bit(size, level))
            continue;
        /* The peak's index is even: its right neighbour would complete a larger subtree. */
        uint64_t index = (size >> level) - 1;
        enum reason reason = reader.read(reader.context, level, index, edge->peaks[level], failure);
        if (reason != REASON_DONE) {
            *edge = (struct merkle_edge){0};
            return reason;
        }
    }
    edge->size = size;
    return REASON_DONE;
}

enum reason merkle_edge_append(struct merkle_edge *edge, struct digest *digest,
    const uint8_t leaf[static DIGEST_BYTES], struct merkle_stored_node *nodes, size_t *count,
    struct failure *failure)
{
    if (count != NULL)
        *count = 0;
    if (edge->size >= MERKLE_SIZE_MAX)
        return failure_set(failure, REASON_TOO_LARGE, "tree", "it is full");
    uint8_t hash[DIGEST_BYTES];
    memcpy(hash, leaf, DIGEST_BYTES);
    unsigned level = 0;
    for (;; level++) {
        if (nodes != NULL) {
            nodes[level] = (struct merkle_stored_node){.level = level, .index = edge->size >> level};
            memcpy(nodes[level].hash, hash, DIGEST_BYTES);
        }
        if (!has_bit(edge->size, level))
            break;
        enum reason reason = merkle_node(digest, edge->peaks[level], hash, hash, failure);
        if (reason != REASON_DONE)
            return reason;
    }
    memcpy(edge->peaks[level], hash, DIGEST_BYTES);
    edge->size++;
    if (count != NULL)
        *count = level + 1;
    return REASON_DONE;
}

enum reason merkle_edge_root(const struct merkle_edge *edge, struct digest *digest,
    uint8_t root[static DIGEST_BYTES], struct failure *failure)
{
    if (edge->size == 0)
        return digest_bytes(digest, NULL, 0, root, failure);
    bool started = false;
    enum reason reason = REASON_DONE;
    for (unsigned level = 0; level < MERKLE_LEVELS_MAX && reason == REASON_DONE; level++) {
        if (!has_bit(edge->size, level))
            continue;
        if (started)
            reason = merkle_node(digest, edge->peaks[level], root, root, failure);
        else
            memcpy(root, edge->peaks[level], DIGEST_BYTES);
        started = true;
    }
    return reason;
}

enum reason merkle_root(struct digest *digest, const uint8_t *hashes, size_t count,
    uint8_t root[static DIGEST_BYTES], struct failure *failure)
{
    struct merkle_edge edge = {0};
    for (size_t i = 0; i < count; i++) {
        enum reason reason =
            merkle_edge_append(&edge, digest, hashes + i * DIGEST_BYTES, NULL, NULL, failure);
        if (reason != REASON_DONE)
            return reason;
    }
    return merkle_edge_root(&edge, digest, root, failure);
}

/* --- Proving --- */

/* What every step of making a proof needs. */
struct prover {
    struct merkle_reader reader;
    struct digest *digest;
    struct merkle_proof *proof;
    struct failure *failure;
};

/* The greatest power of two below n; n >= 2. */
static uint64_t split(uint64_t n)
{
    return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

/* Adds the root over the leaves [begin, end) to the proof. begin is a multiple of the power of two that the range
 * would need, as in every tree that split() makes. */
static enum reason add_range(struct prover *prover, uint64_t begin, uint64_t end)
{
    uint8_t *hash = prover->proof->hashes[prover->proof->count];
    bool started = false;
    enum reason reason = REASON_DONE;
    for (unsigned level = 0; level < MERKLE_LEVELS_MAX && reason == REASON_DONE; level++) {
        if (!has_bit(end - begin, level))
            continue;
        uint8_t peak[DIGEST_BYTES];
        reason = prover->reader.read(
            prover->reader.context, level, (end >> level) - 1, started ? peak : hash, prover->failure);
        if (reason == REASON_DONE && started)
            reason = merkle_node(prover->digest, peak, hash, hash, prover->failure);
        started = true;
    }
    if (reason == REASON_DONE)
        prover->proof->count++;
    return reason;
}

/* Walks down from the root and adds siblings, so they come in the wrong order: the proof lists them from below. */
static void reverse(struct merkle_proof *proof)
{
    for (size_t i = 0; i < proof->count / 2; i++) {
        uint8_t kept[DIGEST_BYTES];
        size_t other = proof->count - 1 - i;
        memcpy(kept, proof->hashes[i], DIGEST_BYTES);
        memcpy(proof->hashes[i], proof->hashes[other], DIGEST_BYTES);
        memcpy(proof->hashes[other], kept, DIGEST_BYTES);
    }
}

enum reason merkle_prove_inclusion(struct merkle_reader reader, struct digest *digest, uint64_t index,
    uint64_t size, struct merkle_proof *proof, struct failure *failure)
{
    *proof = (struct merkle_proof){0};
    if (index >= size || size > MERKLE_SIZE_MAX)
        return failure_set(failure, REASON_BAD_ARGUMENT, "inclusion proof", "leaf %ju of %ju",
            (uintmax_t)index, (uintmax_t)size);
    struct prover prover = {reader, digest, proof, failure};
    for (uint64_t begin = 0, end = size; end - begin > 1;) {
        uint64_t middle = begin + split(end - begin);
        bool left = index < middle;
        enum reason reason = left ? add_range(&prover, middle, end) : add_range(&prover, begin, middle);
        if (reason != REASON_DONE)
            return reason;
        begin = left ? begin : middle;
        end = left ? middle : end;
    }
    reverse(proof);
    return REASON_DONE;
}

enum reason merkle_prove_consistency(struct merkle_reader reader, struct digest *digest, uint64_t old_size,
    uint64_t new_size, struct merkle_proof *proof, struct failure *failure)
{
    *proof = (struct merkle_proof){0};
    if (old_size > new_size || new_size > MERKLE_SIZE_MAX)
        return failure_set(failure, REASON_BAD_ARGUMENT, "consistency proof", "from %ju to %ju",
            (uintmax_t)old_size, (uintmax_t)new_size);
    if (old_size == 0 || old_size == new_size)
        return REASON_DONE;
    struct prover prover = {reader, digest, proof, failure};
    uint64_t begin = 0, end = new_size;
    enum reason reason = REASON_DONE;
    while (old_size != end && reason == REASON_DONE) {
        uint64_t middle = begin + split(end - begin);
        bool left = old_size <= middle;
        reason = left ? add_range(&prover, middle, end) : add_range(&prover, begin, middle);
        begin = left ? begin : middle;
        end = left ? middle : end;
    }
    /* Where the old tree is one complete subtree, whoever checks has its root already. */
    if (reason == REASON_DONE && begin != 0)
        reason = add_range(&prover, begin, end);
    reverse(proof);
    return reason;
}

/* --- Checking --- */

static enum reason broken(struct failure *failure, const char *what, const char *why, uint64_t a, uint64_t b)
{
    return failure_set(failure, REASON_PROOF_BROKEN, what, "%s (%ju, %ju)", why, (uintmax_t)a, (uintmax_t)b);
}

enum reason merkle_check_inclusion(struct digest *digest, uint64_t index, uint64_t size,
    const uint8_t leaf[static DIGEST_BYTES], const struct merkle_proof *proof,
    const uint8_t root[static DIGEST_BYTES], struct failure *failure)
{
    static const char what[] = "inclusion proof";
    if (index >= size || proof->count > MERKLE_PROOF_MAX)
        return broken(failure, what, "the leaf's index is not below the tree's size", index, size);
    uint64_t node = index, last = size - 1;
    uint8_t hash[DIGEST_BYTES];
    memcpy(hash, leaf, DIGEST_BYTES);
    for (size_t i = 0; i < proof->count; i++) {
        if (last == 0)
            return broken(failure, what, "too many hashes", index, size);
        bool from_left = (node & 1) != 0 || node == last;
        const uint8_t *sibling = proof->hashes[i];
        enum reason reason = from_left ? merkle_node(digest, sibling, hash, hash, failure)
                                       : merkle_node(digest, hash, sibling, hash, failure);
        if (reason != REASON_DONE)
            return reason;
        /* A right edge without a sibling of its own rises to the level where it has one. */
        while (from_left && (node & 1) == 0 && node != 0) {
            node >>= 1;
            last >>= 1;
        }
        node >>= 1;
        last >>= 1;
    }
    if (last != 0)
        return broken(failure, what, "too few hashes", index, size);
    if (!equal_in_constant_time(hash, root, DIGEST_BYTES))
        return broken(failure, what, "it leads to another root", index, size);
    return REASON_DONE;
}

static enum reason check_trivial_consistency(uint64_t old_size, const uint8_t *old_root, uint64_t new_size,
    const uint8_t *new_root, struct digest *digest, struct failure *failure)
{
    if (old_size == new_size && !equal_in_constant_time(old_root, new_root, DIGEST_BYTES))
        return failure_set(failure, REASON_LOG_FORKED, "consistency proof", "two roots for one size, %ju",
            (uintmax_t)old_size);
    if (old_size != 0)
        return REASON_DONE;
    uint8_t empty[DIGEST_BYTES];
    TRY(digest_bytes(digest, NULL, 0, empty, failure));
    if (!equal_in_constant_time(empty, old_root, DIGEST_BYTES))
        return broken(failure, "consistency proof", "not the empty tree's root", old_size, new_size);
    return REASON_DONE;
}

/* The climb of RFC 9162 2.1.4.2: from the last complete subtree of the old tree to both roots at once. */
static enum reason climb(struct digest *digest, uint64_t old_size, uint64_t new_size,
    const struct merkle_proof *proof, uint8_t old_hash[static DIGEST_BYTES],
    uint8_t new_hash[static DIGEST_BYTES], struct failure *failure)
{
    uint64_t node = old_size - 1, last = new_size - 1;
    while ((node & 1) != 0) {
        node >>= 1;
        last >>= 1;
    }
    size_t used = 0;
    if ((old_size & (old_size - 1)) != 0) {
        memcpy(old_hash, proof->hashes[used++], DIGEST_BYTES);
        memcpy(new_hash, old_hash, DIGEST_BYTES);
    }
    for (; used < proof->count; used++) {
        if (last == 0)
            return broken(failure, "consistency proof", "too many hashes", old_size, new_size);
        const uint8_t *sibling = proof->hashes[used];
        bool from_left = (node & 1) != 0 || node == last;
        enum reason reason = REASON_DONE;
        if (from_left)
            reason = merkle_node(digest, sibling, old_hash, old_hash, failure);
        if (reason == REASON_DONE)
            reason = from_left ? merkle_node(digest, sibling, new_hash, new_hash, failure)
                               : merkle_node(digest, new_hash, sibling, new_hash, failure);
        if (reason != REASON_DONE)
            return reason;
        while (from_left && (node & 1) == 0 && node != 0) {
            node >>= 1;
            last >>= 1;
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 ? REASON_DONE
                     : broken(failure, "consistency proof", "too few hashes", old_size, new_size);
}

enum reason merkle_check_consistency(struct digest *digest, uint64_t old_size,
    const uint8_t old_root[static DIGEST_BYTES], uint64_t new_size,
    const uint8_t new_root[static DIGEST_BYTES], const struct merkle_proof *proof, struct failure *failure)
{
    static const char what[] = "consistency proof";
    if (old_size > new_size || proof->count > MERKLE_PROOF_MAX)
        return broken(failure, what, "the older tree is the larger one", old_size, new_size);
    bool trivial = old_size == 0 || old_size == new_size;
    if (trivial != (proof->count == 0))
        return broken(failure, what, trivial ? "too many hashes" : "too few hashes", old_size, new_size);
    if (trivial)
        return check_trivial_consistency(old_size, old_root, new_size, new_root, digest, failure);
    uint8_t old_hash[DIGEST_BYTES], new_hash[DIGEST_BYTES];
    memcpy(old_hash, old_root, DIGEST_BYTES);
    memcpy(new_hash, old_root, DIGEST_BYTES);
    TRY(climb(digest, old_size, new_size, proof, old_hash, new_hash, failure));
    if (!equal_in_constant_time(old_hash, old_root, DIGEST_BYTES))
        return broken(failure, what, "it leads to another older root", old_size, new_size);
    if (!equal_in_constant_time(new_hash, new_root, DIGEST_BYTES))
        return broken(failure, what, "it leads to another newer root", old_size, new_size);
    return REASON_DONE;
}
