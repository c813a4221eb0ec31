/* receipt.h: proof that an entry is in the log, as c2sp.org/tlog-proof text that stands alone.
 *
 *     c2sp.org/tlog-proof@v1
 *     extra <base64 of: u16 big-endian head length, head[, 32 bytes salt, body]>
 *     index <n>
 *     <inclusion hashes, base64, the leaf's sibling first>
 *     (empty line)
 *     <checkpoint with its signatures>
 *
 * The format does not authenticate "extra"; checking hashes the head (it is the tree's leaf) and recomputes
 * the commitment to the body. Salt and body are left out of the receipt of an entry whose body was erased.
 * Thread rule: any thread; that of the struct digest given.
 */
#ifndef KORDON_LOG_RECEIPT_H
#define KORDON_LOG_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "crypto/checkpoint.h"
#include "crypto/digest.h"
#include "log/entry_head.h"
#include "crypto/log_key.h"
#include "crypto/merkle.h"

#define RECEIPT_HEAD_MAX 65535
#define RECEIPT_BODY_MAX ((size_t)1 << 20)
#define RECEIPT_TEXT_MAX ((size_t)2 << 20)

/* An entry as the log holds it; all borrowed. salt and body are NULL where the body was erased. */
struct receipt_entry {
    const uint8_t *head;
    size_t head_size;
    const uint8_t *salt; /* COMMIT_SALT_BYTES of them */
    const uint8_t *body;
    size_t body_size;
};

/* Writes a receipt: *text is malloc'd, ends in a zero byte, and is the caller's to free (it holds the body:
 * wipe it where that matters). checkpoint: the signed note, unchanged. Nothing is checked but sizes:
 * TOO_LARGE, BAD_ARGUMENT, NO_MEMORY. */
enum reason receipt_format(const struct receipt_entry *entry, uint64_t index,
    const struct merkle_proof *proof, const char *checkpoint, char **text, struct failure *failure);

/* A receipt as read, unchecked. */
struct receipt {
    uint64_t index;
    struct receipt_entry entry; /* head NULL where there was no extra line; points into extra */
    struct merkle_proof proof;
    const char *checkpoint; /* points into the text that was read */
    size_t checkpoint_length;
    uint8_t *extra; /* private: malloc'd */
    size_t extra_size;
};

/* Reads length bytes of text, which must outlive the receipt. BAD_FORMAT says what is malformed; TOO_LARGE,
 * NO_MEMORY. *receipt is zeroed unless DONE; release it with receipt_finish. */
enum reason receipt_parse(const char *text, size_t length, struct receipt *receipt, struct failure *failure);
void receipt_finish(struct receipt *receipt); /* wipes and frees; takes a zeroed struct */

/* What a checked receipt says. */
struct receipt_statement {
    struct checkpoint checkpoint;
    bool has_body;                     /* the body was there and is the one committed to */
    uint64_t seq;                      /* of the entry */
    uint64_t time_ms;                  /* UTC, as the head says */
    char event[ENTRY_EVENT_SIZE];      /* the head's "event" */
    char key_id[LOG_KEY_ID_TEXT_SIZE]; /* of the log key in force when the entry was written */
};

/* Checks everything by the verifier key alone: the checkpoint's signature, that the head is the entry at that
 * index of that tree, that head and index agree, and the body's commitment where the body is there.
 * CHECKPOINT_BROKEN, SIGNATURE_BROKEN, LOG_ORIGIN_WRONG, PROOF_BROKEN; ENTRY_BROKEN where head or body is not
 * what the log committed to. *statement is zeroed unless DONE. */
enum reason receipt_verify(const struct receipt *receipt, struct digest *digest,
    const struct verifier_key *key, struct receipt_statement *statement, struct failure *failure);

/* Checks signature and inclusion only, for a leaf hash that the caller has from elsewhere (a receipt without
 * an extra line). *checkpoint is zeroed unless DONE. */
enum reason receipt_verify_leaf(const struct receipt *receipt, struct digest *digest,
    const struct verifier_key *key, const uint8_t leaf[static DIGEST_BYTES], struct checkpoint *checkpoint,
    struct failure *failure);

#endif
