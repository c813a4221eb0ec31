/* keys.c: the wrapped keys' rows. */
#include "store/keys_internal.h"

#include <stdio.h>

#include "crypto/digest.h"
#include "crypto/random.h"
#include "store/statement_internal.h"

static const struct key_row {
    const char *purpose;
    size_t offset;
} key_rows[KEY_PURPOSES] = {
    {"state", offsetof(struct store_keys, state)},
    {"list", offsetof(struct store_keys, list)},
    {"body", offsetof(struct store_keys, body)},
    {"log-seed", offsetof(struct store_keys, seed)},
};

static void key_context(
    const uint8_t id[static SEALED_ID_BYTES], const char *purpose, char context[static KEY_CONTEXT_MAX])
{
    char text[2 * SEALED_ID_BYTES + 1];
    snprintf(context, KEY_CONTEXT_MAX, "kordon %s %d %s", purpose, KEY_EPOCH,
        hex_format(id, SEALED_ID_BYTES, text));
}

static enum reason write_row(struct database *database, const char *purpose,
    const uint8_t wrapped[static WRAPPED_KEY_SIZE(KEY_BYTES)], struct failure *failure)
{
    struct statement write;
    statement_begin(&write, database, STATEMENT_KEY_WRITE, failure);
    statement_bind_text(&write, 1, purpose);
    statement_bind_integer(&write, 2, KEY_EPOCH);
    statement_bind_blob(&write, 3, wrapped, WRAPPED_KEY_SIZE(KEY_BYTES));
    return statement_run(&write);
}

enum reason keys_write(struct database *database, struct key_provider *provider,
    const uint8_t id[static SEALED_ID_BYTES], const struct store_keys *keys, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    for (size_t i = 0; i < KEY_PURPOSES && reason == REASON_DONE; i++) {
        uint8_t wrapped[WRAPPED_KEY_SIZE(KEY_BYTES)];
        char context[KEY_CONTEXT_MAX];
        key_context(id, key_rows[i].purpose, context);
        reason = key_provider_wrap(
            provider, context, (const uint8_t *)keys + key_rows[i].offset, KEY_BYTES, wrapped, failure);
        if (reason == REASON_DONE)
            reason = write_row(database, key_rows[i].purpose, wrapped, failure);
    }
    return reason;
}

enum reason keys_make(struct database *database, struct key_provider *provider,
    const uint8_t id[static SEALED_ID_BYTES], struct store_keys *keys, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    for (size_t i = 0; i < KEY_PURPOSES && reason == REASON_DONE; i++)
        reason = random_secret((uint8_t *)keys + key_rows[i].offset, KEY_BYTES, failure);
    return reason == REASON_DONE ? keys_write(database, provider, id, keys, failure) : reason;
}

static enum reason read_row(struct database *database, struct key_provider *provider,
    const uint8_t id[static SEALED_ID_BYTES], const struct key_row *row, struct store_keys *keys,
    struct failure *failure)
{
    struct statement read;
    char context[KEY_CONTEXT_MAX];
    size_t size = 0;
    key_context(id, row->purpose, context);
    statement_begin(&read, database, STATEMENT_KEY_READ, failure);
    statement_bind_text(&read, 1, row->purpose);
    statement_bind_integer(&read, 2, KEY_EPOCH);
    const void *wrapped = statement_next(&read) ? statement_column(read.row, 0, 1, 4096, &size) : NULL;
    enum reason reason = read.reason;
    if (reason == REASON_DONE && wrapped == NULL)
        reason = failure_set(
            failure, REASON_KEY_MISSING, database->directory, "the wrapped %s key is gone", row->purpose);
    if (reason == REASON_DONE)
        reason = key_provider_unwrap(
            provider, context, wrapped, size, (uint8_t *)keys + row->offset, KEY_BYTES, failure);
    return statement_end(&read, reason);
}

enum reason keys_read(struct database *database, struct key_provider *provider,
    const uint8_t id[static SEALED_ID_BYTES], struct store_keys *keys, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    for (size_t i = 0; i < KEY_PURPOSES && reason == REASON_DONE; i++)
        reason = read_row(database, provider, id, &key_rows[i], keys, failure);
    return reason;
}

enum reason keys_read_schema_1(struct database *database, struct key_provider *provider,
    const uint8_t id[static SEALED_ID_BYTES], struct store_keys *keys, struct failure *failure)
{
    enum reason reason = random_secret(keys->state, KEY_BYTES, failure);
    for (size_t i = 0; i < KEY_PURPOSES && reason == REASON_DONE; i++)
        if (key_rows[i].offset != offsetof(struct store_keys, state))
            reason = read_row(database, provider, id, &key_rows[i], keys, failure);
    return reason;
}
