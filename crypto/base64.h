/* base64.h: canonical base64 (RFC 4648 section 4): each byte string has one text, and only that is read.
 *
 * Refused: a missing or superfluous "=", bits behind the last byte that are not 0, spaces, newlines, the
 * URL alphabet. A note or receipt that may be written in two ways could be logged as two. Thread rule: any
 * thread.
 */
#ifndef KORDON_CRYPTO_BASE64_H
#define KORDON_CRYPTO_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters for size bytes, without a zero byte. Sizes up to SIZE_MAX / 2. */
#define BASE64_LENGTH(size) (4 * (((size) + 2) / 3))

/* Writes the text of size bytes and a zero byte: text has room for BASE64_LENGTH(size) + 1. Returns the
 * length without the zero byte. */
size_t base64_encode(const void *bytes, size_t size, char *text);

/* The most bytes that a text of that length can stand for; 0 where the length is not a multiple of 4. */
size_t base64_decoded_limit(size_t length);

/* Reads length characters into bytes, which has room for capacity; *size gets the number of bytes. false, and
 * *size 0, where the text is not canonical base64 or does not fit. The empty text stands for no bytes. */
bool base64_decode(const char *text, size_t length, void *bytes, size_t capacity, size_t *size);

/* As above for exactly size bytes (a hash, a signature); false where the text stands for more or fewer. */
bool base64_decode_exactly(const char *text, size_t length, void *bytes, size_t size);

#endif
