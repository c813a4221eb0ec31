/* log_vectors.h: tests/vectors/log-vectors.json for tests: an independent implementation's log of seven entries
 * (entry i is the byte i repeated i times), its proofs, checkpoint, cosignature and receipt.
 */
#ifndef KORDON_TESTS_LOG_VECTORS_H
#define KORDON_TESTS_LOG_VECTORS_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/* The file's object, or NULL; the caller decrefs it. */
json_t *log_vectors_load(void);

/* A member's text; an empty one where there is none, so that the test that wants it fails. */
const char *log_vectors_text(const json_t *vectors, const char *name);

/* count hashes of 32 bytes from an array member of hex texts; returns how many it holds. */
size_t log_vectors_hashes(const json_t *vectors, const char *name, uint8_t hashes[][32], size_t capacity);

/* size bytes from hex, of any letter case; what is not hex gives zeroes. */
void log_vectors_hex(const char *text, uint8_t *bytes, size_t size);

#endif
