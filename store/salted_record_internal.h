/* salted_record_internal.h: a sealed record under a key of its own, made of the state key and a salt that stands before it, so that one
 * state key lasts for any number of commits.
 *
 *     16 bytes salt | sealed record (crypto/sealed_record.h) under HMAC-SHA256(state key, label 00 || salt)
 *
 * Thread rule: that of the store.
 */
#ifndef KORDON_STORE_SALTED_RECORD_INTERNAL_H
#define KORDON_STORE_SALTED_RECORD_INTERNAL_H

#include "crypto/digest.h"
#include "crypto/sealed_record.h"

#define SALTED_SALT_BYTES 16
#define SALTED_LABEL_MAX  32

/* What sealing and opening work with. label: of one kind of record, at most SALTED_LABEL_MAX bytes. */
struct salted_record {
    struct sealer *sealer;
    struct digest *digest; /* none of its runs may be under way */
    const uint8_t *state_key;
    const char *label;
    struct sealed_place place;
};

/* Bytes that a body of that size takes. */
size_t salted_record_size(size_t body_size);
/* Bytes of room that opening so many takes; 0 where no record has that size. */
size_t salted_record_room(size_t size);

/* Reasons as of crypto/sealed_record.h. sealed has room for salted_record_size(size) bytes. */
enum reason salted_record_seal(const struct salted_record *record, const void *bytes, size_t size,
    uint8_t *sealed, struct failure *failure);
enum reason salted_record_open(const struct salted_record *record, const uint8_t *sealed, size_t size,
    uint8_t *bytes, size_t capacity, size_t *opened, struct failure *failure);

#endif
