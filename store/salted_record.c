/* salted_record.c: sealing under a key that is made for one record. */
#include "store/salted_record_internal.h"

#include <string.h>

#include "base/locked_memory.h"
#include "crypto/random.h"

_Static_assert(KEY_BYTES == DIGEST_BYTES, "a derived key is a digest");

size_t salted_record_size(size_t body_size)
{
    return SALTED_SALT_BYTES + sealed_size(body_size);
}

size_t salted_record_room(size_t size)
{
    return size > SALTED_SALT_BYTES ? sealed_room(size - SALTED_SALT_BYTES) : 0;
}

static enum reason derive_key(const struct salted_record *record,
    const uint8_t salt[static SALTED_SALT_BYTES], uint8_t key[static KEY_BYTES], struct failure *failure)
{
    uint8_t text[SALTED_LABEL_MAX + 1 + SALTED_SALT_BYTES];
    size_t length = strlen(record->label) + 1;
    if (length > SALTED_LABEL_MAX + 1)
        return failure_set(failure, REASON_INTERNAL_ERROR, record->label, "the label is too long");
    memcpy(text, record->label, length);
    memcpy(text + length, salt, SALTED_SALT_BYTES);
    return digest_hmac(
        record->digest, record->state_key, KEY_BYTES, text, length + SALTED_SALT_BYTES, key, failure);
}

enum reason salted_record_seal(const struct salted_record *record, const void *bytes, size_t size,
    uint8_t *sealed, struct failure *failure)
{
    uint8_t key[KEY_BYTES];
    TRY(random_bytes(sealed, SALTED_SALT_BYTES, failure));
    TRY(derive_key(record, sealed, key, failure));
    enum reason reason = sealed_record_seal(record->sealer, key, &record->place, bytes, size,
        sealed + SALTED_SALT_BYTES, sealed_size(size), failure);
    memory_wipe(key, sizeof key);
    return reason;
}

enum reason salted_record_open(const struct salted_record *record, const uint8_t *sealed, size_t size,
    uint8_t *bytes, size_t capacity, size_t *opened, struct failure *failure)
{
    uint8_t key[KEY_BYTES];
    TRY(derive_key(record, sealed, key, failure));
    enum reason reason = sealed_record_open(record->sealer, key, &record->place, sealed + SALTED_SALT_BYTES,
        size - SALTED_SALT_BYTES, bytes, capacity, opened, failure);
    memory_wipe(key, sizeof key);
    return reason;
}
