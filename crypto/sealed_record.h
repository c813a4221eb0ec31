/* sealed_record.h: a piece of data that opens only with its key and only in its place.
 *
 * AES-256-GCM with a random nonce. The sealed form is
 *
 *     12 bytes nonce | ciphertext | 16 bytes tag
 *
 * and the ciphertext's plain form is
 *
 *     body | zero bytes | u32 big-endian length of the body
 *
 * padded to the next multiple of 256 bytes, so that lengths tell little. (The length stands last so that a
 * body opens at the start of the caller's buffer.) The associated data names the place:
 *
 *     domain, 0 | table, 0 | column, 0 | 16 bytes database id | 16 bytes record id | u32be epoch | u64be
 * version
 *
 * where domain is "kordon/row/v1" for data and "kordon/key/v1" for a wrapped record key. Names hold no zero
 * byte and the rest has fixed sizes, so two places never give the same bytes. Thus a row copied to another
 * row, column, table, machine or over a newer version of itself does not open (T2). What this does not show:
 * rows that are missing (the sum over the list's rows does that), or a whole database put back (the anchor does).
 *
 * Key hierarchy: each record has a key of its own, wrapped here by the list key, which key_provider.h wraps
 * by the machine key. Destroying a wrapped record key destroys the record. Random nonces: at most 2^32 seals
 * under one key (NIST SP 800-38D 8.3); change the list key after 2^28 records.
 *
 * Thread rule: a struct sealer belongs to one thread at a time.
 */
#ifndef KORDON_CRYPTO_SEALED_RECORD_H
#define KORDON_CRYPTO_SEALED_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "crypto/key_provider.h"

#define SEALED_ID_BYTES          16
#define SEALED_NAME_MAX          64 /* bytes of a table's or column's name */
#define SEALED_BODY_MAX          ((size_t)64 << 20)
#define SEALED_PADDING           256
#define SEALED_OVERHEAD          28 /* nonce and tag */
#define SEALED_WRAPPED_KEY_BYTES (KEY_BYTES + SEALED_OVERHEAD)

/* Where a record belongs. table, column: 1 to SEALED_NAME_MAX bytes, borrowed. epoch: of the key it is sealed
 * under; version: of the record. */
struct sealed_place {
    const char *table;
    const char *column;
    uint8_t database[SEALED_ID_BYTES];
    uint8_t id[SEALED_ID_BYTES];
    uint32_t epoch;
    uint64_t version;
};

/* Holds the fetched cipher and a working context, and a key between calls only from sealer_begin() to sealer_end(). */
struct sealer;
enum reason sealer_create(struct sealer **sealer, struct failure *failure); /* CRYPTO_FAILED, NO_MEMORY */
void sealer_destroy(struct sealer *sealer);                                 /* takes NULL */

/* Between begin and end the sealer keeps what it has set up, for sealing or opening many records one after the other: it takes half the time.
 * Wrapping by list_key, borrowed and the same pointer, is what is kept longest; end wipes it. */
void sealer_begin(struct sealer *sealer, const uint8_t *list_key);
void sealer_end(struct sealer *sealer);

/* Bytes that a body of that size takes when sealed; 0 above SEALED_BODY_MAX. */
size_t sealed_size(size_t body_size);

/* Bytes of room that opening sealed data of that size needs (body and padding); 0 where no sealed record has
 * that size. Smaller than the sealed size. */
size_t sealed_room(size_t size_when_sealed);

/* Seals body (NULL only with size 0) into sealed, which has room for exactly sealed_size(body_size) bytes or
 * more. BAD_ARGUMENT (place, size, capacity), CRYPTO_FAILED. */
enum reason sealed_record_seal(struct sealer *sealer, const uint8_t key[static KEY_BYTES],
    const struct sealed_place *place, const void *body, size_t body_size, uint8_t *sealed, size_t capacity,
    struct failure *failure);

/* Opens into body, which has room for capacity >= sealed_room(size) bytes and should lie in locked memory;
 * *body_size gets the body's size. SEAL_BROKEN, with table, column and id as the subject, where key or place
 * is another or anything was altered: body is wiped then. Also BAD_ARGUMENT (place, capacity),
 * CRYPTO_FAILED. */
enum reason sealed_record_open(struct sealer *sealer, const uint8_t key[static KEY_BYTES],
    const struct sealed_place *place, const uint8_t *sealed, size_t size, uint8_t *body, size_t capacity,
    size_t *body_size, struct failure *failure);

/* Wraps a record's key by the list key, and unwraps it, bound to its place. record_key should lie in locked
 * memory; it is wiped where unwrapping fails. Reasons as above. */
enum reason sealed_record_wrap_key(struct sealer *sealer, const uint8_t list_key[static KEY_BYTES],
    const struct sealed_place *place, const uint8_t record_key[static KEY_BYTES],
    uint8_t wrapped[static SEALED_WRAPPED_KEY_BYTES], struct failure *failure);
enum reason sealed_record_unwrap_key(struct sealer *sealer, const uint8_t list_key[static KEY_BYTES],
    const struct sealed_place *place, const uint8_t *wrapped, size_t wrapped_size,
    uint8_t record_key[static KEY_BYTES], struct failure *failure);

#endif
