#include "crypto/sealed_record.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/bytes.h"
#include "crypto/aead_internal.h"
#include "crypto/digest.h"

#define LENGTH_BYTES   4
#define DOMAIN_BYTES   14 /* "kordon/row/v1" with its zero byte; the same for keys */
#define ASSOCIATED_MAX (DOMAIN_BYTES + 2 * (SEALED_NAME_MAX + 1) + 2 * SEALED_ID_BYTES + 4 + 8)

static const char row_domain[DOMAIN_BYTES] = "kordon/row/v1", key_domain[DOMAIN_BYTES] = "kordon/key/v1";

struct sealer {
    struct aead aead, wrapping;
    const uint8_t *kept; /* the key that wrapping has set up, between begin and end */
};

/* The encoded place. */
struct associated {
    uint8_t bytes[ASSOCIATED_MAX];
    size_t size;
};

enum reason sealer_create(struct sealer **sealer, struct failure *failure)
{
    *sealer = NULL;
    struct sealer *made = OPENSSL_zalloc(sizeof *made);
    if (made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "sealer", NULL);
    enum reason reason = aead_init(&made->aead, failure);
    if (reason == REASON_DONE)
        reason = aead_init(&made->wrapping, failure);
    if (reason != REASON_DONE) {
        sealer_destroy(made);
        return reason;
    }
    *sealer = made;
    return REASON_DONE;
}

void sealer_destroy(struct sealer *sealer)
{
    if (sealer == NULL)
        return;
    aead_finish(&sealer->aead);
    aead_finish(&sealer->wrapping);
    OPENSSL_free(sealer);
}

void sealer_begin(struct sealer *sealer, const uint8_t *list_key)
{
    sealer->aead.keeps = sealer->wrapping.keeps = true;
    sealer->kept = list_key;
}

void sealer_end(struct sealer *sealer)
{
    aead_forget(&sealer->aead);
    aead_forget(&sealer->wrapping);
    sealer->kept = NULL;
}

static bool write_name(struct bytes_writer *writer, const char *name)
{
    size_t size = strnlen(name, SEALED_NAME_MAX + 1);
    bytes_write_copy(writer, name, size);
    bytes_write_u8(writer, 0);
    return size > 0 && size <= SEALED_NAME_MAX;
}

static enum reason encode_place(const struct sealed_place *place, const char domain[static DOMAIN_BYTES],
    struct associated *associated, struct failure *failure)
{
    struct bytes_writer writer;
    bytes_writer_init(&writer, associated->bytes, sizeof associated->bytes);
    bytes_write_copy(&writer, domain, DOMAIN_BYTES);
    bool named = write_name(&writer, place->table) && write_name(&writer, place->column);
    bytes_write_copy(&writer, place->database, SEALED_ID_BYTES);
    bytes_write_copy(&writer, place->id, SEALED_ID_BYTES);
    bytes_write_u32be(&writer, place->epoch);
    bytes_write_u64be(&writer, place->version);
    associated->size = writer.used;
    if (!named || writer.failed)
        return failure_set(
            failure, REASON_BAD_ARGUMENT, "sealed record", "a table's or column's name is empty or too long");
    return REASON_DONE;
}

static enum reason broken(const struct sealed_place *place, const char *why, struct failure *failure)
{
    char subject[2 * SEALED_NAME_MAX + 2 * SEALED_ID_BYTES + 8], id[2 * SEALED_ID_BYTES + 1];
    snprintf(subject, sizeof subject, "%s.%s %s", place->table, place->column,
        hex_format(place->id, SEALED_ID_BYTES, id));
    return failure_set(failure, REASON_SEAL_BROKEN, subject, "%s", why);
}

static size_t padded_size(size_t body_size)
{
    return (body_size + LENGTH_BYTES + SEALED_PADDING - 1) / SEALED_PADDING * SEALED_PADDING;
}

size_t sealed_size(size_t body_size)
{
    return body_size <= SEALED_BODY_MAX ? padded_size(body_size) + SEALED_OVERHEAD : 0;
}

size_t sealed_room(size_t size_when_sealed)
{
    if (size_when_sealed < SEALED_PADDING + SEALED_OVERHEAD ||
        size_when_sealed > padded_size(SEALED_BODY_MAX) + SEALED_OVERHEAD)
        return 0;
    size_t padded = size_when_sealed - SEALED_OVERHEAD;
    return padded % SEALED_PADDING == 0 ? padded : 0;
}

enum reason sealed_record_seal(struct sealer *sealer, const uint8_t key[static KEY_BYTES],
    const struct sealed_place *place, const void *body, size_t body_size, uint8_t *sealed, size_t capacity,
    struct failure *failure)
{
    static const uint8_t zeroes[SEALED_PADDING];
    struct associated associated;
    TRY(encode_place(place, row_domain, &associated, failure));
    if (body_size > SEALED_BODY_MAX || capacity < sealed_size(body_size))
        return failure_set(
            failure, REASON_BAD_ARGUMENT, "sealed record", "%zu bytes into %zu", body_size, capacity);
    uint8_t length[LENGTH_BYTES];
    struct bytes_writer writer;
    bytes_writer_init(&writer, length, sizeof length);
    bytes_write_u32be(&writer, (uint32_t)body_size);
    const struct aead_piece pieces[] = {{body, body_size},
        {zeroes, padded_size(body_size) - LENGTH_BYTES - body_size}, {length, sizeof length}};
    return aead_seal(&sealer->aead, key, (struct aead_piece){associated.bytes, associated.size}, pieces, 3,
        sealed, failure);
}

/* The padding is authenticated; this guards against our own errors, and gives every body one sealed size. */
static bool unpad(const uint8_t *padded, size_t size, size_t *body_size)
{
    struct bytes_reader reader;
    bytes_reader_init(&reader, padded + size - LENGTH_BYTES, LENGTH_BYTES);
    size_t length = bytes_read_u32be(&reader);
    if (length > SEALED_BODY_MAX || padded_size(length) != size)
        return false;
    uint8_t any = 0;
    for (size_t i = length; i < size - LENGTH_BYTES; i++)
        any |= padded[i];
    *body_size = length;
    return any == 0;
}

enum reason sealed_record_open(struct sealer *sealer, const uint8_t key[static KEY_BYTES],
    const struct sealed_place *place, const uint8_t *sealed, size_t size, uint8_t *body, size_t capacity,
    size_t *body_size, struct failure *failure)
{
    *body_size = 0;
    struct associated associated;
    TRY(encode_place(place, row_domain, &associated, failure));
    size_t room = sealed_room(size);
    if (room == 0)
        return broken(place, "its size is not that of a sealed record", failure);
    if (capacity < room)
        return failure_set(
            failure, REASON_BAD_ARGUMENT, "sealed record", "%zu bytes into %zu", room, capacity);
    bool opened;
    TRY(aead_open(&sealer->aead, key, (struct aead_piece){associated.bytes, associated.size}, sealed, size,
        body, &opened, failure));
    if (!opened)
        return broken(place, "altered, moved, older, or sealed under another key", failure);
    if (!unpad(body, room, body_size)) {
        *body_size = 0;
        OPENSSL_cleanse(body, room);
        return broken(place, "its padding is wrong", failure);
    }
    return REASON_DONE;
}

/* NULL where the wrapping has that key set up already. */
static const uint8_t *kept_key(const struct sealer *sealer, const uint8_t *list_key)
{
    return sealer->kept == list_key && sealer->wrapping.has_key ? NULL : list_key;
}

enum reason sealed_record_wrap_key(struct sealer *sealer, const uint8_t list_key[static KEY_BYTES],
    const struct sealed_place *place, const uint8_t record_key[static KEY_BYTES],
    uint8_t wrapped[static SEALED_WRAPPED_KEY_BYTES], struct failure *failure)
{
    struct associated associated;
    TRY(encode_place(place, key_domain, &associated, failure));
    const struct aead_piece piece = {record_key, KEY_BYTES};
    return aead_seal(&sealer->wrapping, kept_key(sealer, list_key),
        (struct aead_piece){associated.bytes, associated.size}, &piece, 1, wrapped, failure);
}

enum reason sealed_record_unwrap_key(struct sealer *sealer, const uint8_t list_key[static KEY_BYTES],
    const struct sealed_place *place, const uint8_t *wrapped, size_t wrapped_size,
    uint8_t record_key[static KEY_BYTES], struct failure *failure)
{
    OPENSSL_cleanse(record_key, KEY_BYTES);
    struct associated associated;
    TRY(encode_place(place, key_domain, &associated, failure));
    if (wrapped_size != SEALED_WRAPPED_KEY_BYTES)
        return broken(place, "its wrapped key has a wrong size", failure);
    bool opened;
    enum reason reason = aead_open(&sealer->wrapping, kept_key(sealer, list_key),
        (struct aead_piece){associated.bytes, associated.size}, wrapped, wrapped_size, record_key, &opened,
        failure);
    if (reason == REASON_DONE && !opened)
        reason =
            broken(place, "its wrapped key was altered or moved, or belongs to another list key", failure);
    return reason;
}
