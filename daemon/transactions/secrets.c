#include "daemon/transactions/secrets.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/base64.h"
#include "crypto/derived_key.h"
#include "crypto/permutation.h"
#include "crypto/random.h"

#define LOG_SIZE_MAX ((UINT64_C(1) << 40) - 1)
#define CHANCE_BYTES 5
_Static_assert(PERMUTATION_BYTES == TRANSACTION_ID_BYTES && TRANSACTION_ID_BYTES == SEALED_ID_BYTES,
    "an id is a block, and names a sealed record");

#define ANSWER_STEP 1024 /* bytes: an ordinary answer takes one, whatever it says */

struct transaction_keys {
    uint8_t ids[KEY_BYTES];
    uint8_t answers[KEY_BYTES];
    uint8_t marks[KEY_BYTES];
    uint8_t owners[KEY_BYTES];
};

enum reason transaction_secrets_init(
    struct transaction_secrets *secrets, const uint8_t root[static KEY_BYTES], struct failure *failure)
{
    *secrets = (struct transaction_secrets){0};
    enum reason reason = locked_memory_init(&secrets->memory, sizeof(struct transaction_keys), failure);
    struct transaction_keys *keys = secrets->memory.bytes;
    if (reason == REASON_DONE)
        reason = key_derive(root, "transaction ids", keys->ids, failure);
    if (reason == REASON_DONE)
        reason = key_derive(root, "kept answers", keys->answers, failure);
    if (reason == REASON_DONE)
        reason = key_derive(root, "marks", keys->marks, failure);
    if (reason == REASON_DONE)
        reason = key_derive(root, "owners", keys->owners, failure);
    if (reason == REASON_DONE)
        reason = sealer_create(&secrets->sealer, failure);
    if (reason == REASON_DONE)
        reason = digest_create(&secrets->digest, failure);
    if (reason == REASON_DONE)
        secrets->keys = keys;
    else
        transaction_secrets_finish(secrets);
    return reason;
}

void transaction_secrets_finish(struct transaction_secrets *secrets)
{
    sealer_destroy(secrets->sealer);
    digest_destroy(secrets->digest);
    locked_memory_finish(&secrets->memory);
    *secrets = (struct transaction_secrets){0};
}

static enum reason check_there(const struct transaction_secrets *secrets, struct failure *failure)
{
    return secrets->keys != NULL ? REASON_DONE
                                 : failure_set(failure, REASON_KEY_MISSING, "transaction", NULL);
}

/* --- Ids */

uint16_t transaction_log_mark(const uint8_t root[static DIGEST_BYTES])
{
    return (uint16_t)(root[0] << 8 | root[1]);
}

enum reason transaction_owner_mark(
    const struct transaction_secrets *secrets, const char *identity, uint32_t *mark, struct failure *failure)
{
    uint8_t code[DIGEST_BYTES];
    struct bytes_reader reader;
    *mark = 0;
    TRY(check_there(secrets, failure));
    TRY(digest_hmac(secrets->digest, secrets->keys->owners, sizeof secrets->keys->owners, identity,
        strlen(identity), code, failure));
    bytes_reader_init(&reader, code, sizeof code);
    *mark = bytes_read_u32be(&reader);
    return REASON_DONE;
}

/* 40 bits of log size, 16 of its mark, 32 of its owner's, 40 of chance. */
static void write_block(const struct transaction_origin *origin, const uint8_t chance[static CHANCE_BYTES],
    uint8_t block[static PERMUTATION_BYTES])
{
    struct bytes_writer writer;
    bytes_writer_init(&writer, block, PERMUTATION_BYTES);
    bytes_write_u8(&writer, (uint8_t)(origin->log_size >> 32));
    bytes_write_u32be(&writer, (uint32_t)origin->log_size);
    bytes_write_u16be(&writer, origin->log_mark);
    bytes_write_u32be(&writer, origin->owner_mark);
    bytes_write_copy(&writer, chance, CHANCE_BYTES);
}

static void read_block(const uint8_t block[static PERMUTATION_BYTES], struct transaction_origin *origin)
{
    struct bytes_reader reader;
    bytes_reader_init(&reader, block, PERMUTATION_BYTES);
    origin->log_size = (uint64_t)bytes_read_u8(&reader) << 32;
    origin->log_size |= bytes_read_u32be(&reader);
    origin->log_mark = bytes_read_u16be(&reader);
    origin->owner_mark = bytes_read_u32be(&reader);
}

enum reason transaction_id_make(const struct transaction_secrets *secrets,
    const struct transaction_origin *origin, char id[static TRANSACTION_ID_SIZE], struct failure *failure)
{
    uint8_t chance[CHANCE_BYTES], block[PERMUTATION_BYTES];
    TRY(check_there(secrets, failure));
    if (origin->log_size > LOG_SIZE_MAX)
        return failure_set(failure, REASON_BAD_ARGUMENT, "log", "more entries than an id can tell");
    TRY(random_bytes(chance, sizeof chance, failure));
    write_block(origin, chance, block);
    enum reason reason = permutation_apply(secrets->keys->ids, block, block, failure);
    hex_format(block, sizeof block, id);
    return reason;
}

bool transaction_id_read(
    const struct transaction_secrets *secrets, const char *id, size_t size, struct transaction_origin *origin)
{
    uint8_t block[PERMUTATION_BYTES];
    if (secrets->keys == NULL || size != TRANSACTION_ID_SIZE - 1 || !hex_parse(id, block, sizeof block) ||
        permutation_invert(secrets->keys->ids, block, block, NULL) != REASON_DONE)
        return false;
    read_block(block, origin);
    return true;
}

/* --- Kept answers */

static struct sealed_place answer_place(const char id[static TRANSACTION_ID_SIZE])
{
    struct sealed_place place = {.table = "transaction", .column = "answer"};
    hex_parse(id, place.id, sizeof place.id);
    return place;
}

static char *text_of(const uint8_t *bytes, size_t size)
{
    char *text = malloc(BASE64_LENGTH(size) + 1);
    if (text != NULL)
        base64_encode(bytes, size, text);
    return text;
}

/* In white space, which changes nothing of a JSON text. */
static char *padded(const char *answer, size_t size, size_t *padded_size)
{
    *padded_size = (size + ANSWER_STEP - 1) / ANSWER_STEP * ANSWER_STEP;
    char *text = malloc(*padded_size);
    if (text != NULL) {
        memcpy(text, answer, size);
        memset(text + size, ' ', *padded_size - size);
    }
    return text;
}

enum reason transaction_answer_seal(const struct transaction_secrets *secrets,
    const char id[static TRANSACTION_ID_SIZE], const char *answer, size_t size, char **sealed,
    struct failure *failure)
{
    *sealed = NULL;
    if (check_there(secrets, failure) != REASON_DONE)
        return REASON_KEY_MISSING;
    const struct sealed_place place = answer_place(id);
    size_t plain_size;
    char *plain = padded(answer, size, &plain_size);
    size_t bytes_size = sealed_size(plain_size);
    uint8_t *bytes = malloc(bytes_size);
    enum reason reason = plain != NULL && bytes != NULL
                             ? sealed_record_seal(secrets->sealer, secrets->keys->answers, &place, plain,
                                   plain_size, bytes, bytes_size, failure)
                             : failure_set(failure, REASON_NO_MEMORY, "transaction", NULL);
    if (reason == REASON_DONE) {
        *sealed = text_of(bytes, bytes_size);
        if (*sealed == NULL)
            reason = failure_set(failure, REASON_NO_MEMORY, "transaction", NULL);
    }
    if (plain != NULL)
        memory_wipe(plain, plain_size);
    free(plain);
    free(bytes);
    return reason;
}

static enum reason open_bytes(const struct transaction_secrets *secrets, const struct sealed_place *place,
    const uint8_t *bytes, size_t bytes_size, char **answer, size_t *size, struct failure *failure)
{
    size_t room = sealed_room(bytes_size);
    if (room == 0)
        return failure_set(failure, REASON_SEAL_BROKEN, "transaction", "its kept answer has no such size");
    *answer = malloc(room);
    if (*answer == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "transaction", NULL);
    enum reason reason = sealed_record_open(secrets->sealer, secrets->keys->answers, place, bytes, bytes_size,
        (uint8_t *)*answer, room, size, failure);
    if (reason != REASON_DONE) {
        free(*answer);
        *answer = NULL;
    }
    return reason;
}

enum reason transaction_answer_open(const struct transaction_secrets *secrets,
    const char id[static TRANSACTION_ID_SIZE], const char *sealed, char **answer, size_t *size,
    struct failure *failure)
{
    *answer = NULL;
    *size = 0;
    if (check_there(secrets, failure) != REASON_DONE)
        return REASON_KEY_MISSING;
    const struct sealed_place place = answer_place(id);
    size_t limit = base64_decoded_limit(strlen(sealed)), bytes_size;
    uint8_t *bytes = malloc(limit + 1);
    if (bytes == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "transaction", NULL);
    enum reason reason = base64_decode(sealed, strlen(sealed), bytes, limit, &bytes_size)
                             ? open_bytes(secrets, &place, bytes, bytes_size, answer, size, failure)
                             : failure_set(failure, REASON_SEAL_BROKEN, "transaction", "no base64");
    free(bytes);
    return reason;
}

/* --- Marks */

enum reason transaction_mark(const struct transaction_secrets *secrets, const void *text, size_t size,
    char mark[static DIGEST_HEX_SIZE], struct failure *failure)
{
    uint8_t code[DIGEST_BYTES];
    mark[0] = '\0';
    enum reason reason = check_there(secrets, failure);
    if (reason == REASON_DONE)
        reason = digest_hmac(
            secrets->digest, secrets->keys->marks, sizeof secrets->keys->marks, text, size, code, failure);
    if (reason == REASON_DONE)
        hex_format(code, sizeof code, mark);
    return reason;
}

bool request_mark_is(const struct request_mark *mark, const struct request_mark *other)
{
    return mark->key[0] != '\0' && strcmp(mark->key, other->key) == 0 &&
           strcmp(mark->request, other->request) == 0;
}
