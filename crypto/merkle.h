/* merkle.h: the evidence log's tree (RFC 6962 section 2.1, the same in RFC 9162): roots, proofs, their
 * checks.
 *
 * leaf = SHA-256(0x00 || entry), node = SHA-256(0x01 || left || right), the empty tree SHA-256 of nothing.
 * A tree of any size is made of complete subtrees. The root of the complete subtree over the leaves
 * [index * 2^level, (index + 1) * 2^level) is the node (level, index): it never changes once its leaves are
 * there, so a log stores each node once and only ever adds. n leaves have 2n - popcount(n) nodes.
 *
 * Proving reads stored nodes through a callback; checking needs none. Sizes go up to MERKLE_SIZE_MAX, because
 * an entry's number must be exact in JSON. Thread rule: that of the struct digest given.
 */
#ifndef KORDON_CRYPTO_MERKLE_H
#define KORDON_CRYPTO_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "crypto/digest.h"

#define MERKLE_SIZE_MAX   (((uint64_t)1 << 53) - 1)
#define MERKLE_LEVELS_MAX 54 /* nodes that one append can complete, levels of a tree */
#define MERKLE_PROOF_MAX  64 /* hashes of a proof; the longest true ones have 53 and 54 */
#define MERKLE_TILE_WIDTH 256

enum reason merkle_leaf(struct digest *digest, const void *entry, size_t size,
    uint8_t leaf[static DIGEST_BYTES], struct failure *failure);
enum reason merkle_node(struct digest *digest, const uint8_t left[static DIGEST_BYTES],
    const uint8_t right[static DIGEST_BYTES], uint8_t node[static DIGEST_BYTES], struct failure *failure);

/* --- Growing --- */

/* A node to be stored. */
struct merkle_stored_node {
    unsigned level;
    uint64_t index;
    uint8_t hash[DIGEST_BYTES];
};

/* How stored nodes are read; any reason it returns but DONE ends the call that asked and is handed on. */
struct merkle_reader {
    enum reason (*read)(void *context, unsigned level, uint64_t index, uint8_t hash[static DIGEST_BYTES],
        struct failure *failure);
    void *context;
};

/* The right edge of a tree: the roots of its complete subtrees, which is all one needs to go on appending.
 * Zeroed means the empty tree. Plain data: copy it to try something and go back. */
struct merkle_edge {
    uint64_t size;
    uint8_t peaks[MERKLE_LEVELS_MAX][DIGEST_BYTES]; /* [level] counts where size has that bit */
};

/* The edge of the stored tree of that size. BAD_ARGUMENT (size), the reader's reasons. */
enum reason merkle_edge_load(
    struct merkle_edge *edge, uint64_t size, struct merkle_reader reader, struct failure *failure);

/* Appends a leaf hash. nodes (may be NULL, otherwise room for MERKLE_LEVELS_MAX) gets the nodes that became
 * complete, the leaf first, *count their number: store them all. On failure the edge is as before.
 * TOO_LARGE at MERKLE_SIZE_MAX leaves, CRYPTO_FAILED. */
enum reason merkle_edge_append(struct merkle_edge *edge, struct digest *digest,
    const uint8_t leaf[static DIGEST_BYTES], struct merkle_stored_node *nodes, size_t *count,
    struct failure *failure);

/* The root of the tree. */
enum reason merkle_edge_root(const struct merkle_edge *edge, struct digest *digest,
    uint8_t root[static DIGEST_BYTES], struct failure *failure);

/* The root over count hashes of DIGEST_BYTES each that are leaves, or nodes of one level, such as a tile's: a
 * full tile of level L gives the hash that level L + 1 must hold for it. */
enum reason merkle_root(struct digest *digest, const uint8_t *hashes, size_t count,
    uint8_t root[static DIGEST_BYTES], struct failure *failure);

/* --- Proving --- */

struct merkle_proof {
    size_t count;
    uint8_t hashes[MERKLE_PROOF_MAX][DIGEST_BYTES];
};

/* That leaf index is in the tree of that size: the siblings from the leaf's up. BAD_ARGUMENT unless index <
 * size <= MERKLE_SIZE_MAX; the reader's reasons. */
enum reason merkle_prove_inclusion(struct merkle_reader reader, struct digest *digest, uint64_t index,
    uint64_t size, struct merkle_proof *proof, struct failure *failure);

/* That the tree of new_size begins with the tree of old_size. Empty where old_size is 0 or both are equal.
 * BAD_ARGUMENT unless old_size <= new_size <= MERKLE_SIZE_MAX; the reader's reasons. */
enum reason merkle_prove_consistency(struct merkle_reader reader, struct digest *digest, uint64_t old_size,
    uint64_t new_size, struct merkle_proof *proof, struct failure *failure);

/* --- Checking (RFC 9162 sections 2.1.3.2 and 2.1.4.2) --- */

/* PROOF_BROKEN where it does not hold, whatever the numbers are: index >= size, too few or many hashes. */
enum reason merkle_check_inclusion(struct digest *digest, uint64_t index, uint64_t size,
    const uint8_t leaf[static DIGEST_BYTES], const struct merkle_proof *proof,
    const uint8_t root[static DIGEST_BYTES], struct failure *failure);

/* PROOF_BROKEN as above; LOG_FORKED where the sizes are equal and the roots are not. */
enum reason merkle_check_consistency(struct digest *digest, uint64_t old_size,
    const uint8_t old_root[static DIGEST_BYTES], uint64_t new_size,
    const uint8_t new_root[static DIGEST_BYTES], const struct merkle_proof *proof, struct failure *failure);

#endif
