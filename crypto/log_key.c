#include "crypto/log_key.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/locked_memory.h"
#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/openssl_failure.h"
#include "crypto/random.h"

#define TYPED_KEY_BYTES (1 + LOG_KEY_PUBLIC_BYTES)

struct log_key {
    struct locked_memory seed;
    struct verifier_key verifier;
};

static bool name_characters(const char *name, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (name[i] <= ' ' || name[i] > '~' || name[i] == '+')
            return false;
    return size > 0 && size <= LOG_NAME_MAX;
}

bool log_name_valid(const char *name)
{
    return name_characters(name, strnlen(name, LOG_NAME_MAX + 1)) &&
           strncmp(name, LOG_NAME_RESERVED, strlen(LOG_NAME_RESERVED)) != 0;
}

/* id = SHA-256(name || newline || type || public key)[:4] */
static enum reason compute_id(
    const struct verifier_key *key, uint8_t id[static LOG_KEY_ID_BYTES], struct failure *failure)
{
    struct digest *digest;
    TRY(digest_create(&digest, failure));
    const uint8_t type[] = {'\n', (uint8_t)key->type};
    uint8_t hash[DIGEST_BYTES];
    digest_begin(digest);
    digest_add(digest, key->name, strlen(key->name));
    digest_add(digest, type, sizeof type);
    digest_add(digest, key->public_key, sizeof key->public_key);
    enum reason reason = digest_end(digest, hash, failure);
    memcpy(id, hash, LOG_KEY_ID_BYTES);
    digest_destroy(digest);
    return reason;
}

static enum reason malformed(struct failure *failure, const char *what)
{
    return failure_set(failure, REASON_BAD_FORMAT, "verifier key", "%s", what);
}

static enum reason parse_typed_key(
    const char *text, size_t length, struct verifier_key *key, struct failure *failure)
{
    uint8_t typed[TYPED_KEY_BYTES];
    if (!base64_decode_exactly(text, length, typed, sizeof typed))
        return malformed(failure, "the key is not 33 bytes in base64");
    switch (typed[0]) {
    case VERIFIER_KEY_LOG:
        key->type = VERIFIER_KEY_LOG;
        break;
    case VERIFIER_KEY_WITNESS:
        key->type = VERIFIER_KEY_WITNESS;
        break;
    default:
        return failure_set(failure, REASON_UNSUPPORTED_FORMAT, "verifier key",
            "keys of type 0x%02x; known are 0x01 and 0x04", typed[0]);
    }
    memcpy(key->public_key, typed + 1, sizeof key->public_key);
    return REASON_DONE;
}

static enum reason parse_line(
    const char *line, size_t size, struct verifier_key *key, struct failure *failure)
{
    const char *name_end = memchr(line, '+', size);
    size_t name_size = name_end != NULL ? (size_t)(name_end - line) : 0;
    if (name_end == NULL || !name_characters(line, name_size))
        return malformed(failure, "no usable name before a plus sign");
    const char *id_text = name_end + 1;
    size_t left = size - name_size - 1;
    uint8_t id[LOG_KEY_ID_BYTES];
    if (left < 2 * sizeof key->id + 1 || id_text[2 * sizeof key->id] != '+' ||
        !hex_parse(id_text, key->id, sizeof key->id))
        return malformed(failure, "no key id of 8 lower-case hex digits between plus signs");
    memcpy(key->name, line, name_size);
    const size_t before_key = 2 * sizeof key->id + 1;
    TRY(parse_typed_key(id_text + before_key, left - before_key, key, failure));
    if (key->type == VERIFIER_KEY_LOG && !log_name_valid(key->name))
        return malformed(failure, "a log's name does not begin with " LOG_NAME_RESERVED);
    TRY(compute_id(key, id, failure));
    if (memcmp(id, key->id, sizeof id) != 0)
        return malformed(failure, "the key id is not that of this name and key");
    return REASON_DONE;
}

enum reason verifier_key_parse(
    const char *line, size_t size, struct verifier_key *key, struct failure *failure)
{
    *key = (struct verifier_key){0};
    if (size > 0 && line[size - 1] == '\n')
        size--;
    enum reason reason = size < VERIFIER_KEY_LINE_SIZE ? parse_line(line, size, key, failure)
                                                       : malformed(failure, "longer than any key");
    if (reason != REASON_DONE)
        *key = (struct verifier_key){0};
    return reason;
}

char *verifier_key_format(const struct verifier_key *key, char line[static VERIFIER_KEY_LINE_SIZE])
{
    uint8_t typed[TYPED_KEY_BYTES] = {(uint8_t)key->type};
    memcpy(typed + 1, key->public_key, sizeof key->public_key);
    char *at = stpcpy(line, key->name);
    *at++ = '+';
    hex_format(key->id, sizeof key->id, at);
    at += 2 * sizeof key->id;
    *at++ = '+';
    base64_encode(typed, sizeof typed, at);
    return line;
}

static bool holds(const uint8_t public_key[static LOG_KEY_PUBLIC_BYTES], const void *bytes, size_t size,
    const uint8_t signature[static LOG_SIGNATURE_BYTES])
{
    EVP_PKEY *public =
        EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, public_key, LOG_KEY_PUBLIC_BYTES);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = public != NULL && context != NULL &&
                EVP_DigestVerifyInit_ex(context, NULL, NULL, NULL, NULL, public, NULL) == 1 &&
                EVP_DigestVerify(context, signature, LOG_SIGNATURE_BYTES, bytes, size) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(public);
    return good;
}

/* OpenSSL says of a bad signature what it says when it runs out of memory on the way. Lack of memory must not pass
 * for tampering, so before that is said, a signature known to be good (RFC 8032 section 7.1, test 1) must hold. */
static bool verification_works(void)
{
    static const uint8_t public_key[LOG_KEY_PUBLIC_BYTES] = {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7,
        0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf,
        0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
    static const uint8_t signature[LOG_SIGNATURE_BYTES] = {0xe5, 0x56, 0x43, 0x00, 0xc3, 0x60, 0xac, 0x72,
        0x90, 0x86, 0xe2, 0xcc, 0x80, 0x6e, 0x82, 0x8a, 0x84, 0x87, 0x7f, 0x1e, 0xb8, 0xe5, 0xd9, 0x74, 0xd8,
        0x73, 0xe0, 0x65, 0x22, 0x49, 0x01, 0x55, 0x5f, 0xb8, 0x82, 0x15, 0x90, 0xa3, 0x3b, 0xac, 0xc6, 0x1e,
        0x39, 0x70, 0x1c, 0xf9, 0xb4, 0x6b, 0xd2, 0x5b, 0xf5, 0xf0, 0x59, 0x5b, 0xbe, 0x24, 0x65, 0x51, 0x41,
        0x43, 0x8e, 0x7a, 0x10, 0x0b};
    return holds(public_key, "", 0, signature);
}

enum reason verifier_key_check(const struct verifier_key *key, const void *bytes, size_t size,
    const uint8_t signature[static LOG_SIGNATURE_BYTES], struct failure *failure)
{
    if (holds(key->public_key, bytes, size, signature))
        return REASON_DONE;
    if (!verification_works())
        return openssl_failure(failure, "Ed25519 verification");
    ERR_clear_error();
    return failure_set(failure, REASON_SIGNATURE_BROKEN, key->name, "a signature that is not this key's");
}

/* --- The signing key --- */

static EVP_PKEY *private_key(const struct log_key *key)
{
    return EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, key->seed.bytes, LOG_KEY_SEED_BYTES);
}

static enum reason derive_public(struct log_key *key, struct failure *failure)
{
    EVP_PKEY *private = private_key(key);
    size_t size = sizeof key->verifier.public_key;
    bool derived = private != NULL &&
                   EVP_PKEY_get_raw_public_key(private, key->verifier.public_key, &size) == 1 &&
                   size == sizeof key->verifier.public_key;
    EVP_PKEY_free(private);
    if (!derived)
        return openssl_failure(failure, "Ed25519 key");
    key->verifier.type = VERIFIER_KEY_LOG;
    return compute_id(&key->verifier, key->verifier.id, failure);
}

/* seed: NULL for a new one. */
static enum reason make(const char *name, const uint8_t *seed, struct log_key **key, struct failure *failure)
{
    *key = NULL;
    if (!log_name_valid(name))
        return failure_set(failure, REASON_BAD_VALUE, "log's name",
            "1 to %d printable ASCII characters without spaces and plus signs, not beginning with %s",
            LOG_NAME_MAX, LOG_NAME_RESERVED);
    struct log_key *made = OPENSSL_zalloc(sizeof *made);
    if (made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "log key", NULL);
    snprintf(made->verifier.name, sizeof made->verifier.name, "%s", name);
    enum reason reason = locked_memory_init(&made->seed, LOG_KEY_SEED_BYTES, failure);
    if (reason == REASON_DONE && seed != NULL)
        memcpy(made->seed.bytes, seed, LOG_KEY_SEED_BYTES);
    else if (reason == REASON_DONE)
        reason = random_secret(made->seed.bytes, LOG_KEY_SEED_BYTES, failure);
    if (reason == REASON_DONE)
        reason = derive_public(made, failure);
    if (reason == REASON_DONE)
        *key = made;
    else
        log_key_destroy(made);
    return reason;
}

enum reason log_key_generate(const char *name, struct log_key **key, struct failure *failure)
{
    return make(name, NULL, key, failure);
}

enum reason log_key_from_seed(const char *name, const uint8_t seed[static LOG_KEY_SEED_BYTES],
    struct log_key **key, struct failure *failure)
{
    return make(name, seed, key, failure);
}

void log_key_destroy(struct log_key *key)
{
    if (key == NULL)
        return;
    locked_memory_finish(&key->seed);
    OPENSSL_free(key);
}

const uint8_t *log_key_seed(const struct log_key *key)
{
    return key->seed.bytes;
}

const struct verifier_key *log_key_verifier(const struct log_key *key)
{
    return &key->verifier;
}

enum reason log_key_sign(struct log_key *key, const void *bytes, size_t size,
    uint8_t signature[static LOG_SIGNATURE_BYTES], struct failure *failure)
{
    EVP_PKEY *private = private_key(key);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t written = LOG_SIGNATURE_BYTES;
    bool done = private != NULL && context != NULL &&
                EVP_DigestSignInit_ex(context, NULL, NULL, NULL, NULL, private, NULL) == 1 &&
                EVP_DigestSign(context, signature, &written, bytes, size) == 1 &&
                written == LOG_SIGNATURE_BYTES;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(private);
    return done ? REASON_DONE : openssl_failure(failure, "Ed25519 signature");
}
