/* verify_internal.h: what verify.c (checkpoint, entries, verdict), verify_problems.c, verify_tiles.c and verify_bodies.c share. */
#ifndef KORDON_LOG_VERIFY_INTERNAL_H
#define KORDON_LOG_VERIFY_INTERNAL_H

#include "crypto/checkpoint.h"
#include "crypto/merkle.h"
#include "log/entry_head.h"
#include "log/redaction.h"
#include "log/tile_path.h"
#include "log/verify.h"

/* A level of the tree above the tiles read so far: the hashes of the tile that is being filled. */
struct open_tile {
    uint8_t hashes[TILE_WIDTH * DIGEST_BYTES];
    bool doubtful[TILE_WIDTH]; /* computed from heads that disagree with their leaves */
    bool some_doubtful;
    uint64_t index;
    unsigned width;
};

/* An entry whose head does not hash to its stored leaf: one of the two was altered. */
struct mismatch {
    uint64_t seq;
    bool leaf_altered; /* known to be the leaf */
    const char *also;  /* what is wrong with its body, if its head is right */
};

struct verification_run {
    struct log_source source;
    const struct log_verify_options *options;
    struct verifier_key key;
    struct checkpoint checkpoint, older;
    bool has_older;
    struct digest *digest;
    struct merkle_edge edge;
    struct open_tile levels[TILE_LEVELS]; /* from 1 on: the leaves are compared one by one */
    bool leaves_doubtful;                 /* of the tile of leaves that is being read */
    uint64_t last_time_ms;
    struct redaction redaction;
    bool has_redaction, redaction_broken;
    struct seq_ranges missing, present,
        erased;          /* bodies that are not there, and that are; those that an erasure entry names */
    bool erasure_unseen; /* there is an erasure entry, or what may be one, whose body can't be read */
    uint64_t last_erasure_unseen;
    struct mismatch *mismatches;
    size_t mismatch_count, mismatch_capacity;
    struct failure fork;  /* the older checkpoint was signed for other entries */
    struct failure first; /* the problem to be returned */
    bool first_has_seq;
    uint64_t first_seq;
    struct log_verification *result;
};

/* --- verify_problems.c ---------------------------------------------------------------------------------- */

/* Whether everything is to be found, not only the first problem. */
bool verify_goes_on(const struct verification_run *run);

/* An entry that something is wrong with: the first one is named in the result. */
void verify_name_entry(struct log_verification *result, uint64_t seq);

/* Something does not hold: cause says what. Gives its reason where that ends the verification, DONE where it goes on. */
enum reason verify_found(
    struct verification_run *run, const uint64_t *seq, const struct failure *cause, struct failure *failure);

/* The same for an entry, with its number as the subject. */
enum reason verify_found_in_entry(
    struct verification_run *run, enum reason reason, uint64_t seq, const char *why, struct failure *failure);

/* The same for an entry: ENTRY_BROKEN with its number as the subject. */
enum reason verify_entry_broken(
    struct verification_run *run, uint64_t seq, const char *why, struct failure *failure);

/* --- verify_tiles.c -------------------------------------------------------------------------------------- */

/* A file of the tree that the checkpoint speaks of; LOG_INCOMPLETE where the source has none. */
enum reason verify_read_tile(struct verification_run *run, const struct tile_name *name, uint8_t **bytes,
    size_t *size, struct failure *failure);

/* Puts the root of the next full tile of leaves into the open tile of level 1; a tile that becomes full is compared with the
 * stored one, and its root goes one level up. doubtful: some stored leaf is not its head's. */
enum reason verify_add_tile(
    struct verification_run *run, const uint8_t *root, bool doubtful, struct failure *failure);

/* At the end: the tiles that did not become full. */
enum reason verify_partial_tiles(struct verification_run *run, struct failure *failure);

/* --- verify_bodies.c ------------------------------------------------------------------------------------- */

/* Reads the redaction, if there is one. */
enum reason verify_read_redaction(struct verification_run *run, struct failure *failure);

/* The body of an entry whose head is right: 32 bytes of salt and the body, or nothing where it is not there. */
enum reason verify_body(struct verification_run *run, const struct entry_head *head, const uint8_t *bytes,
    size_t size, struct failure *failure);

/* The same where it is not known whether the head is right: what is wrong is kept in the mismatch. */
enum reason verify_doubtful_body(struct verification_run *run, const struct entry_head *head,
    const uint8_t *bytes, size_t size, struct failure *failure);

/* An entry that may be an erasure and whose body can't be read: bodies of earlier ones may be gone by it. */
void verify_unseen_erasure(struct verification_run *run, uint64_t seq);

/* At the end: why the missing bodies are missing. */
enum reason verify_missing_bodies(struct verification_run *run, struct failure *failure);

#endif
