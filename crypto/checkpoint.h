/* checkpoint.h: signed tree heads as c2sp.org/tlog-checkpoint in c2sp.org/signed-note (note.h), and cosignatures.
 *
 *     <origin>\n<size>\n<base64 of root>\n[extension lines]\n\n<signature lines>
 *     signature line: U+2014, space, name, space, base64 of (4 bytes key id || signature), \n
 *
 * kordon's origin is its key's name, and it writes no extension lines. Reading is strict: one spelling only
 * (no leading zeroes, canonical base64, no empty lines in the text, nothing behind the last newline). The log
 * must never sign two roots for one size: sign only what is durable. Thread rule: any thread.
 */
#ifndef KORDON_CRYPTO_CHECKPOINT_H
#define KORDON_CRYPTO_CHECKPOINT_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "crypto/digest.h"
#include "crypto/log_key.h"

#define CHECKPOINT_NOTE_SIZE 1024              /* room for a note by checkpoint_sign, zero byte included */
#define CHECKPOINT_READ_MAX  ((size_t)1 << 16) /* bytes of a note that is read */

struct checkpoint {
    char origin[LOG_NAME_MAX + 1];
    uint64_t size; /* entries, at most MERKLE_SIZE_MAX */
    uint8_t root[DIGEST_BYTES];
};

/* Writes the signed note for a tree of that size and root and a zero byte; the origin is the key's name.
 * *length (may be NULL) gets the length without the zero byte. BAD_ARGUMENT (size), CRYPTO_FAILED. */
enum reason checkpoint_sign(struct log_key *key, uint64_t size, const uint8_t root[static DIGEST_BYTES],
    char note[static CHECKPOINT_NOTE_SIZE], size_t *length, struct failure *failure);

/* Reads a note without checking any signature: for showing, or to learn whose key to look for. Nothing in it
 * may be believed. CHECKPOINT_BROKEN says what is malformed. */
enum reason checkpoint_parse(
    const char *note, size_t length, struct checkpoint *checkpoint, struct failure *failure);

/* Reads a note and checks it by the log's verifier key (type VERIFIER_KEY_LOG). Signatures by other keys are
 * ignored; a bad one under this key's name and id refuses the whole note, as does the absence of any:
 * SIGNATURE_BROKEN. LOG_ORIGIN_WRONG where the key's owner signed for another log; CHECKPOINT_BROKEN as
 * above. *checkpoint is zeroed unless DONE. */
enum reason checkpoint_verify(const char *note, size_t length, const struct verifier_key *key,
    struct checkpoint *checkpoint, struct failure *failure);

/* Checks a witness's cosignature line in a note (c2sp.org/tlog-cosignature, cosignature/v1) by the witness's
 * verifier key (type VERIFIER_KEY_WITNESS): at *time (POSIX seconds) the witness saw no other tree of this
 * size under this origin. SIGNATURE_BROKEN where the line is missing or bad; CHECKPOINT_BROKEN. The log's own
 * signature is checkpoint_verify's business. */
enum reason cosignature_verify(const char *note, size_t length, const struct verifier_key *witness,
    uint64_t *time, struct failure *failure);

#endif
