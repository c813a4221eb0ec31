/* note.h: c2sp.org/signed-note v1: a text and lines of signatures, the form of everything that a log's key signs.
 *
 *     <text, which ends in a newline>\n
 *     (empty line)
 *     U+2014, space, name, space, base64 of (4 bytes key id || signature), newline; one line or more
 *
 * A note says nothing of what its text is: every kind of text signed by a log's key must be told by its first line
 * (checkpoint.h begins with an origin, which can't begin with LOG_NAME_RESERVED; all others begin with that). Reading is
 * strict, one spelling only. Thread rule: any thread; that of the struct log_key given.
 */
#ifndef KORDON_CRYPTO_NOTE_H
#define KORDON_CRYPTO_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/text.h"
#include "crypto/log_key.h"

#define NOTE_SIGNATURES_MAX 100  /* signature lines of a note that is read */
#define NOTE_PAYLOAD_MAX    8192 /* bytes of a signature behind its key id; ML-DSA-44 has 2,420 */

/* U+2014 and a space, which begin a signature line. */
#define NOTE_DASH "\xe2\x80\x94 "

/* What note_sign adds to a text: empty line, dash, the longest name, a space, 92 characters, newline, zero byte. */
#define NOTE_SIGNATURE_ROOM (1 + 4 + LOG_NAME_MAX + 1 + 92 + 2)

/* What a kind of note is called, how large it may be, and the reason by which a malformed one is refused. */
struct note_kind {
    const char *subject;
    enum reason malformed;
    size_t size_max;
};

struct note_signature {
    struct text name;
    uint8_t key_id[LOG_KEY_ID_BYTES];
    struct text encoded; /* base64 of key id and payload, known to be canonical */
    size_t payload_size;
};

/* All pieces point into the note that was read. */
struct note {
    struct text text; /* what is signed, its last newline included */
    struct note_signature signatures[NOTE_SIGNATURES_MAX];
    size_t signature_count;
};

/* Signs the text of text_size bytes that stands in note, which has room for NOTE_SIGNATURE_ROOM more, and writes the empty
 * line, the signature's line and a zero byte behind it. *length (may be NULL) gets the note's length without the zero
 * byte. The caller answers for the text's form: characters, a newline at its end, what it may be taken for.
 * CRYPTO_FAILED; the text is unusable then (its first byte is zero). */
enum reason note_sign(
    struct log_key *key, char *note, size_t text_size, size_t *length, struct failure *failure);

/* Splits at the last empty line, believing nothing. The kind's reason where anything is malformed: control characters, not
 * UTF-8, no signature, too many, a line of another form, too long. */
enum reason note_parse(
    const char *bytes, size_t size, const struct note_kind *kind, struct note *note, struct failure *failure);

/* Whether the line is by that key: name and id are the key's. */
bool note_signature_is_by(const struct note_signature *signature, const struct verifier_key *key);

/* The payload of exactly size bytes; false where it has another size. */
bool note_signature_payload(const struct note_signature *signature, uint8_t *payload, size_t size);

/* Checks a note by a log's verifier key. Signatures by other keys are ignored; a bad one under this key's name and id
 * refuses the whole note, as does the absence of any: SIGNATURE_BROKEN. BAD_ARGUMENT for a witness's key. */
enum reason note_check(const struct note *note, const struct verifier_key *key, struct failure *failure);

#endif
