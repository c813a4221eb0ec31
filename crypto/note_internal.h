/* note_internal.h: c2sp.org/signed-note v1: a text and lines of signatures, split without believing any of it.
 *
 * Thread rule: any thread.
 */
#ifndef KORDON_CRYPTO_NOTE_INTERNAL_H
#define KORDON_CRYPTO_NOTE_INTERNAL_H

#include "base/failure.h"
#include "crypto/checkpoint.h"
#include "base/text.h"

#define NOTE_PAYLOAD_MAX 8192 /* bytes of a signature behind its key id; ML-DSA-44 has 2,420 */

/* U+2014 and a space, which begin a signature line. */
#define NOTE_DASH "\xe2\x80\x94 "

struct note_signature {
    struct text name;
    uint8_t key_id[LOG_KEY_ID_BYTES];
    struct text encoded; /* base64 of key id and payload, known to be canonical */
    size_t payload_size;
};

/* All pieces point into the note that was read. */
struct note {
    struct text text; /* what is signed, its last newline included */
    struct note_signature signatures[CHECKPOINT_SIGNATURES_MAX];
    size_t signature_count;
};

/* Splits at the last empty line. CHECKPOINT_BROKEN where anything is malformed: control characters, not UTF-8, no
 * signature, too many, a line of another form. */
enum reason note_parse(const char *bytes, size_t size, struct note *note, struct failure *failure);

/* Whether the line is by that key: name and id are the key's. */
bool note_signature_is_by(const struct note_signature *signature, const struct verifier_key *key);

/* The payload of exactly size bytes; false where it has another size. */
bool note_signature_payload(const struct note_signature *signature, uint8_t *payload, size_t size);

#endif
