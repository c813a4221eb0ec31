#include "crypto/key_provider_internal.h"

#include <limits.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/bytes.h"
#include "crypto/digest.h"

#define WRAP_VERSION 1
#define HEADER_BYTES (1 + KEY_PROVIDER_ID_BYTES)

static const char wrap_domain[] = "kordon/wrap/v1", id_domain[] = "kordon/machine-key-id/v1";

#define KEY_URI_MAX (PATH_MAX + 16)

_Static_assert(KEY_WRAP_OVERHEAD == HEADER_BYTES + AEAD_OVERHEAD, "the header's word on wrapped keys");

/* Ends in NULL. */
static const struct key_provider_kind *const kinds[] = {&key_file_kind, NULL};

/* The kind of a URI's scheme and what stands behind it; NULL where there is none. */
static const struct key_provider_kind *find_kind(const char *uri, const char **rest)
{
    for (const struct key_provider_kind *const *kind = kinds; *kind != NULL; kind++) {
        size_t length = strlen((*kind)->scheme);
        if (strncmp(uri, (*kind)->scheme, length) == 0 && uri[length] == ':') {
            *rest = uri + length + 1;
            return *kind;
        }
    }
    return NULL;
}

/* A URI may carry a PIN, so it is not named. */
static enum reason unknown_kind(struct failure *failure)
{
    return failure_set(
        failure, REASON_CONFIGURATION_BAD, "machine key", "unknown kind of key; known is file:/path");
}

enum reason key_provider_create(const char *uri, struct failure *failure)
{
    const char *rest;
    const struct key_provider_kind *kind = find_kind(uri, &rest);
    return kind != NULL ? kind->create(rest, failure) : unknown_kind(failure);
}

static enum reason compute_id(struct key_provider *provider, struct failure *failure)
{
    struct digest *digest;
    enum reason reason = digest_create(&digest, failure);
    if (reason != REASON_DONE)
        return reason;
    uint8_t code[DIGEST_BYTES];
    reason =
        digest_hmac(digest, provider->key.bytes, KEY_BYTES, id_domain, sizeof id_domain - 1, code, failure);
    memcpy(provider->id, code, sizeof provider->id);
    digest_destroy(digest);
    return reason;
}

enum reason key_provider_open(const char *uri, struct key_provider **provider, struct failure *failure)
{
    *provider = NULL;
    const char *rest;
    const struct key_provider_kind *kind = find_kind(uri, &rest);
    if (kind == NULL)
        return unknown_kind(failure);
    struct key_provider *made = OPENSSL_zalloc(sizeof *made);
    if (made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "machine key", NULL);
    made->kind = kind;
    enum reason reason = aead_init(&made->aead, failure);
    if (reason == REASON_DONE)
        reason = locked_memory_init(&made->key, KEY_BYTES, failure);
    if (reason == REASON_DONE)
        reason = kind->load(rest, made->key.bytes, failure);
    if (reason == REASON_DONE)
        reason = compute_id(made, failure);
    if (reason == REASON_DONE)
        *provider = made;
    else
        key_provider_close(made);
    return reason;
}

/* "<scheme>:<place>" of the key that follows. */
static enum reason next_uri(const char *uri, char *next, size_t size, struct failure *failure)
{
    const char *rest;
    const struct key_provider_kind *kind = find_kind(uri, &rest);
    if (kind == NULL)
        return unknown_kind(failure);
    size_t prefix = strlen(kind->scheme) + 1;
    if (prefix >= size)
        return failure_set(failure, REASON_BAD_ARGUMENT, "machine key", "the path is too long");
    memcpy(next, uri, prefix);
    return kind->name_next(rest, next + prefix, size - prefix, failure);
}

enum reason key_provider_open_next(const char *uri, struct key_provider **next, struct failure *failure)
{
    char place[KEY_URI_MAX];
    *next = NULL;
    enum reason reason = next_uri(uri, place, sizeof place, failure);
    if (reason == REASON_DONE)
        reason = key_provider_create(place, failure);
    if (reason == REASON_OUTPUT_EXISTS)
        reason = REASON_DONE; /* of an attempt that was interrupted */
    return reason == REASON_DONE ? key_provider_open(place, next, failure) : reason;
}

enum reason key_provider_promote_next(const char *uri, struct failure *failure)
{
    char place[KEY_URI_MAX];
    const char *rest, *next;
    const struct key_provider_kind *kind = find_kind(uri, &rest);
    enum reason reason = next_uri(uri, place, sizeof place, failure);
    if (reason != REASON_DONE || kind == NULL || find_kind(place, &next) != kind)
        return reason != REASON_DONE ? reason : unknown_kind(failure);
    return kind->promote(rest, next, failure);
}

void key_provider_close(struct key_provider *provider)
{
    if (provider == NULL)
        return;
    aead_finish(&provider->aead);
    locked_memory_finish(&provider->key);
    OPENSSL_free(provider);
}

const char *key_provider_kind(const struct key_provider *provider)
{
    return provider->kind->scheme;
}

struct wrap_associated {
    uint8_t bytes[sizeof wrap_domain + HEADER_BYTES + KEY_CONTEXT_MAX];
    size_t size;
};

static enum reason encode_context(const struct key_provider *provider, const char *context, size_t key_size,
    struct wrap_associated *associated, struct failure *failure)
{
    size_t size = strnlen(context, KEY_CONTEXT_MAX + 1);
    associated->size = 0;
    if (size == 0 || size > KEY_CONTEXT_MAX || key_size == 0 || key_size > KEY_WRAPPABLE_MAX)
        return failure_set(failure, REASON_BAD_ARGUMENT, "wrapped key", "a key of %zu bytes", key_size);
    struct bytes_writer writer;
    bytes_writer_init(&writer, associated->bytes, sizeof associated->bytes);
    bytes_write_copy(&writer, wrap_domain, sizeof wrap_domain);
    bytes_write_u8(&writer, WRAP_VERSION);
    bytes_write_copy(&writer, provider->id, sizeof provider->id);
    bytes_write_copy(&writer, context, size);
    associated->size = writer.used;
    return REASON_DONE;
}

enum reason key_provider_wrap(struct key_provider *provider, const char *context, const uint8_t *key,
    size_t key_size, uint8_t *wrapped, struct failure *failure)
{
    struct wrap_associated associated;
    TRY(encode_context(provider, context, key_size, &associated, failure));
    wrapped[0] = WRAP_VERSION;
    memcpy(wrapped + 1, provider->id, sizeof provider->id);
    const struct aead_piece piece = {key, key_size};
    return aead_seal(&provider->aead, provider->key.bytes,
        (struct aead_piece){associated.bytes, associated.size}, &piece, 1, wrapped + HEADER_BYTES, failure);
}

enum reason key_provider_unwrap(struct key_provider *provider, const char *context, const uint8_t *wrapped,
    size_t wrapped_size, uint8_t *key, size_t key_size, struct failure *failure)
{
    OPENSSL_cleanse(key, key_size);
    struct wrap_associated associated;
    TRY(encode_context(provider, context, key_size, &associated, failure));
    if (wrapped_size != WRAPPED_KEY_SIZE(key_size) || wrapped[0] != WRAP_VERSION)
        return failure_set(failure, REASON_SEAL_BROKEN, context, "a wrapped key of wrong size or version");
    if (memcmp(wrapped + 1, provider->id, sizeof provider->id) != 0)
        return failure_set(failure, REASON_KEY_WRONG, context, "it was wrapped by another machine key");
    bool opened;
    TRY(aead_open(&provider->aead, provider->key.bytes,
        (struct aead_piece){associated.bytes, associated.size}, wrapped + HEADER_BYTES,
        wrapped_size - HEADER_BYTES, key, &opened, failure));
    if (!opened)
        return failure_set(failure, REASON_SEAL_BROKEN, context, "the wrapped key was altered or moved");
    return REASON_DONE;
}
