/* log_key.h: the log's Ed25519 signing key, and verifier keys as one line of text.
 *
 * A verifier key line is (c2sp.org/signed-note)
 *
 *     name+<key id: 8 lower-case hex digits>+<base64 of type byte and 32 bytes of public key>
 *
 * with key id = the first 4 bytes of SHA-256(name || newline || type byte || public key); type 0x01 signs
 * checkpoints, 0x04 is a witness's cosignature. A name is the log's origin, "<authority domain>/<post>":
 * 1 to LOG_NAME_MAX bytes of printable ASCII without "+" and spaces (signed-note allows more of Unicode; an
 * origin needs no more, and names that look alike are no use to an auditor); a log's does not begin with
 * LOG_NAME_RESERVED. Thread rule: a struct log_key belongs to one thread at a time; a struct verifier_key is plain data.
 */
#ifndef KORDON_CRYPTO_LOG_KEY_H
#define KORDON_CRYPTO_LOG_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

#define LOG_NAME_MAX           255
#define LOG_KEY_SEED_BYTES     32
#define LOG_KEY_PUBLIC_BYTES   32
#define LOG_KEY_ID_BYTES       4
#define LOG_KEY_ID_TEXT_SIZE   (2 * LOG_KEY_ID_BYTES + 1) /* as entries name it: hex_format() */
#define LOG_SIGNATURE_BYTES    64
#define VERIFIER_KEY_LINE_SIZE (LOG_NAME_MAX + 1 + 2 * LOG_KEY_ID_BYTES + 1 + 44 + 1)

enum verifier_key_type {
    VERIFIER_KEY_LOG = 0x01,     /* Ed25519 over the note's text */
    VERIFIER_KEY_WITNESS = 0x04, /* Ed25519 cosignature/v1 */
};

struct verifier_key {
    char name[LOG_NAME_MAX + 1];
    enum verifier_key_type type;
    uint8_t id[LOG_KEY_ID_BYTES];
    uint8_t public_key[LOG_KEY_PUBLIC_BYTES];
};

/* No log's name begins with this: it begins the texts other than checkpoints that a log's key signs, so that none of them
 * can be taken for a checkpoint, nor a checkpoint for one of them. */
#define LOG_NAME_RESERVED "kordon-"

/* Whether name is usable as a log's origin and key name. */
bool log_name_valid(const char *name);

/* Reads one line of size bytes; one newline at its end is allowed, nothing else. BAD_FORMAT, with the part
 * that is wrong (name, key id that does not belong to the key, base64), UNSUPPORTED_FORMAT for other types,
 * CRYPTO_FAILED. *key is zeroed first. */
enum reason verifier_key_parse(
    const char *line, size_t size, struct verifier_key *key, struct failure *failure);

/* The line, without newline. Returns line. */
char *verifier_key_format(const struct verifier_key *key, char line[static VERIFIER_KEY_LINE_SIZE]);

/* Whether signature is the key's over size bytes: DONE or SIGNATURE_BROKEN (CRYPTO_FAILED where that can't be
 * said). */
enum reason verifier_key_check(const struct verifier_key *key, const void *bytes, size_t size,
    const uint8_t signature[static LOG_SIGNATURE_BYTES], struct failure *failure);

/* The signing key; its seed lies in locked memory, and an OpenSSL key exists only while it signs. */
struct log_key;

/* A new key for the log of that name. BAD_VALUE (name), CRYPTO_FAILED, SYSTEM_ERROR (memory can't be locked),
 * NO_MEMORY. *key is NULL unless DONE. */
enum reason log_key_generate(const char *name, struct log_key **key, struct failure *failure);

/* The key of that seed, which is copied. Reasons as above. */
enum reason log_key_from_seed(const char *name, const uint8_t seed[static LOG_KEY_SEED_BYTES],
    struct log_key **key, struct failure *failure);

/* Wipes and frees; takes NULL. */
void log_key_destroy(struct log_key *key);

/* The seed, to be wrapped and stored, and the public half; both valid as long as the key. */
const uint8_t *log_key_seed(const struct log_key *key);
const struct verifier_key *log_key_verifier(const struct log_key *key);

/* Signs size bytes (Ed25519, RFC 8032: deterministic, so a signature lost in a crash can be made again).
 * CRYPTO_FAILED. */
enum reason log_key_sign(struct log_key *key, const void *bytes, size_t size,
    uint8_t signature[static LOG_SIGNATURE_BYTES], struct failure *failure);

#endif
