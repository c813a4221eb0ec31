/* probe_slot.c: slots filled, erased and read. Whatever comes of a transaction, the same is done, and the same is written. */
#include "store/probe_slot_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/base64.h"
#include "crypto/random.h"
#include "json/writer.h"
#include "store/statement_internal.h"
#include "store/tree_internal.h"

#define SLOT_VERSION 1

/* What is sealed: salt | u32 size | content, filled up with zeros; before it in the row the wrapped key. */
#define PLAIN_SIZE_AT    PROBE_SALT_BYTES
#define PLAIN_CONTENT_AT (PROBE_SALT_BYTES + 4)
#define PLAIN_BYTES      (PLAIN_CONTENT_AT + PROBE_SLOT_BYTES)
#define PLAIN_ROOM       (PLAIN_BYTES + 2 * SEALED_PADDING)

_Static_assert(PROBE_SALT_BYTES == COMMIT_SALT_BYTES, "the salt is that of a commitment");

static size_t row_bytes(void)
{
    return SEALED_WRAPPED_KEY_BYTES + sealed_size(PLAIN_BYTES);
}

static struct sealed_place place_of(const struct store *store, uint32_t slot)
{
    struct sealed_place place = {
        .table = "probe_slot", .column = "sealed", .epoch = KEY_EPOCH, .version = SLOT_VERSION};
    struct bytes_writer writer;
    memcpy(place.database, store->proven.database_id, SEALED_ID_BYTES);
    bytes_writer_init(&writer, place.id, sizeof place.id);
    bytes_write_u32be(&writer, slot);
    return place;
}

/* --- One slot ------------------------------------------------------------------------------------------------------ */

/* Zeros are sealed as what is kept is: whoever opens one takes as long for the other. */
static enum reason seal(struct store *store, uint32_t slot, uint8_t *row, struct failure *failure)
{
    const struct sealed_place place = place_of(store, slot);
    uint8_t key[KEY_BYTES];
    enum reason reason = random_secret(key, sizeof key, failure);
    if (reason == REASON_DONE)
        reason = sealed_record_wrap_key(store->sealer, store->keys->body, &place, key, row, failure);
    if (reason == REASON_DONE)
        reason = sealed_record_seal(store->sealer, key, &place, store->scratch.bytes, PLAIN_BYTES,
            row + SEALED_WRAPPED_KEY_BYTES, sealed_size(PLAIN_BYTES), failure);
    memory_wipe(key, sizeof key);
    return reason;
}

static enum reason write_row(struct store *store, uint32_t slot, const uint8_t *row, struct failure *failure)
{
    struct statement write;
    statement_begin(&write, &store->database, STATEMENT_SLOT_WRITE, failure);
    statement_bind_integer(&write, 1, slot);
    statement_bind_blob(&write, 2, row, row_bytes());
    return statement_run(&write);
}

/* Seals what lies in the scratch memory into that place. */
static enum reason put(
    struct store *store, struct probe_pool *pool, uint32_t slot, bool kept, struct failure *failure)
{
    uint8_t *row = malloc(row_bytes());
    if (row == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "probe slots", NULL);
    enum reason reason = seal(store, slot, row, failure);
    if (reason == REASON_DONE)
        reason = digest_bytes(store->digest, row, row_bytes(), pool->places[slot].digest, failure);
    if (reason == REASON_DONE)
        reason = write_row(store, slot, row, failure);
    pool->places[slot].state = kept ? PROBE_PLACE_KEPT : PROBE_PLACE_DECOY;
    memory_wipe(row, row_bytes()); /* its key is in it */
    free(row);
    return reason;
}

enum reason probe_slots_prepare(struct store *store, struct failure *failure)
{
    return store_scratch(store, PLAIN_ROOM, failure);
}

/* A new salt and what the end leaves, filled up with zeros, in the scratch memory: as many bytes are written whatever it leaves. */
static enum reason make_plain(
    struct store *store, const struct probe_slot_change *change, struct failure *failure)
{
    TRY(probe_slots_prepare(store, failure));
    uint8_t *plain = store->scratch.bytes;
    struct bytes_writer writer;
    bytes_writer_init(&writer, plain + PLAIN_SIZE_AT, PLAIN_BYTES - PLAIN_SIZE_AT);
    bytes_write_u32be(&writer, (uint32_t)change->size);
    if (change->size > 0)
        bytes_write_copy(&writer, change->content, change->size);
    memset(plain + PLAIN_CONTENT_AT + change->size, 0, PLAIN_BYTES - PLAIN_CONTENT_AT - change->size);
    return random_secret(plain, PROBE_SALT_BYTES, failure);
}

static enum reason unproven(const char *why, struct failure *failure)
{
    return failure_set(failure, REASON_STATE_UNPROVEN, "probe slots", "%s", why);
}

/* --- What lies in a slot ------------------------------------------------------------------------------------------- */

/* Opens a proven row into the scratch memory. */
static enum reason open_row(struct store *store, uint32_t slot, const uint8_t *row, struct failure *failure)
{
    const struct sealed_place place = place_of(store, slot);
    uint8_t key[KEY_BYTES];
    size_t opened = 0;
    TRY(store_scratch(store, PLAIN_ROOM, failure));
    enum reason reason = sealed_record_unwrap_key(
        store->sealer, store->keys->body, &place, row, SEALED_WRAPPED_KEY_BYTES, key, failure);
    if (reason == REASON_DONE)
        reason = sealed_record_open(store->sealer, key, &place, row + SEALED_WRAPPED_KEY_BYTES,
            row_bytes() - SEALED_WRAPPED_KEY_BYTES, store->scratch.bytes, store->scratch.size, &opened,
            failure);
    memory_wipe(key, sizeof key);
    return reason == REASON_SEAL_BROKEN || (reason == REASON_DONE && opened != PLAIN_BYTES)
               ? unproven("one does not open in its place", failure)
               : reason;
}

static enum reason prove_row(struct store *store, const struct probe_pool *pool, uint32_t slot,
    sqlite3_stmt *found, struct failure *failure)
{
    uint8_t digest[DIGEST_BYTES];
    size_t size;
    const void *row = statement_column(found, 0, row_bytes(), row_bytes(), &size);
    if (row == NULL)
        return unproven("one is damaged", failure);
    TRY(digest_bytes(store->digest, row, size, digest, failure));
    if (!equal_in_constant_time(digest, pool->places[slot].digest, DIGEST_BYTES))
        return unproven("one was changed or put back", failure);
    if (pool->places[slot].state == PROBE_PLACE_KEPT)
        return open_row(store, slot, row, failure);
    /* Only for the time it takes. One that an older kordond wrote does not open. */
    enum reason reason = open_row(store, slot, row, NULL);
    return reason == REASON_STATE_UNPROVEN ? REASON_DONE : reason;
}

/* Of a place that was written: what lies there, into the scratch memory. */
static enum reason read_written(
    struct store *store, const struct probe_pool *pool, uint32_t slot, struct failure *failure)
{
    struct statement read;
    statement_begin(&read, &store->database, STATEMENT_SLOT_READ, failure);
    statement_bind_integer(&read, 1, slot);
    enum reason reason = statement_next(&read)        ? prove_row(store, pool, slot, read.row, failure)
                         : read.reason == REASON_DONE ? unproven("one is gone", failure)
                                                      : read.reason;
    return statement_end(&read, reason);
}

static enum reason read_row(
    struct store *store, const struct probe_pool *pool, uint32_t slot, struct failure *failure)
{
    return slot < pool->size && pool->places[slot].state == PROBE_PLACE_KEPT
               ? read_written(store, pool, slot, failure)
               : failure_set(failure, REASON_PROBE_NOT_KEPT, NULL, NULL);
}

/* --- Changes -------------------------------------------------------------------------------------------------------- */

static enum reason describe(struct store *store, json_t *body, struct failure *failure)
{
    const uint8_t *plain = store->scratch.bytes;
    uint8_t commitment[DIGEST_BYTES];
    char text[BASE64_LENGTH(DIGEST_BYTES) + 1];
    struct json_writer writer;
    TRY(digest_commit(store->digest, plain, plain + PLAIN_CONTENT_AT, PROBE_SLOT_BYTES, commitment, failure));
    base64_encode(commitment, sizeof commitment, text);
    json_writer_over(&writer, json_incref(body));
    json_write_text(&writer, "probe", text);
    return json_writer_close(&writer, "log entry", failure);
}

/* What the end leaves, into the scratch memory; its entry commits to it. */
static enum reason take_in(
    struct store *store, struct probe_slot_change *change, json_t *body, struct failure *failure)
{
    TRY(make_plain(store, change, failure));
    memcpy(change->salt, store->scratch.bytes, PROBE_SALT_BYTES);
    return describe(store, body, failure);
}

/* Into a place that keeps nothing. What lies there is opened for nothing, since in write_again() something is. */
static enum reason write_new(struct store *store, struct probe_pool *pool, struct probe_slot_change *change,
    json_t *body, struct failure *failure)
{
    if (pool->places[change->slot].state != PROBE_PLACE_UNWRITTEN)
        TRY(read_written(store, pool, change->slot, failure));
    TRY(take_in(store, change, body, failure));
    return put(store, pool, change->slot, change->size > 0, failure);
}

/* The end leaves nothing, and the place keeps a match: that stays, sealed anew. */
static enum reason write_again(struct store *store, struct probe_pool *pool, struct probe_slot_change *change,
    json_t *body, struct failure *failure)
{
    TRY(take_in(store, change, body, failure));
    TRY(read_written(store, pool, change->slot, failure));
    return put(store, pool, change->slot, true, failure);
}

static enum reason fill(struct store *store, struct probe_pool *pool, struct probe_slot_change *change,
    json_t *body, struct failure *failure)
{
    const bool keeps = change->size > 0;
    if (change->size > PROBE_SLOT_BYTES)
        return failure_set(failure, REASON_BAD_VALUE, "probe slots", "%zu bytes, one has room for %zu",
            change->size, PROBE_SLOT_BYTES);
    if (keeps && probe_pool_unused(pool) == 0)
        return failure_set(failure, REASON_REFERRALS_FULL, NULL, NULL);
    TRY(probe_pool_choose(pool, keeps, &change->slot, failure));
    enum reason reason = pool->places[change->slot].state == PROBE_PLACE_KEPT
                             ? write_again(store, pool, change, body, failure)
                             : write_new(store, pool, change, body, failure);
    locked_memory_wipe(&store->scratch);
    return reason;
}

/* By its number alone another match would go that lies there by now. */
static enum reason check_salt(struct store *store, const struct probe_pool *pool,
    const struct probe_slot_erasure *erasure, struct failure *failure)
{
    if (erasure->slot >= pool->size || pool->places[erasure->slot].state != PROBE_PLACE_KEPT)
        return failure_set(failure, REASON_BAD_VALUE, "probe slots", "slot %u keeps nothing", erasure->slot);
    TRY(read_row(store, pool, erasure->slot, failure));
    bool same = equal_in_constant_time(store->scratch.bytes, erasure->salt, PROBE_SALT_BYTES);
    locked_memory_wipe(&store->scratch);
    return same ? REASON_DONE
                : failure_set(failure, REASON_BAD_VALUE, "probe slots", "slot %u keeps something else",
                      erasure->slot);
}

static enum reason erase(struct store *store, struct probe_pool *pool,
    const struct probe_slot_erasure *erasure, struct failure *failure)
{
    TRY(check_salt(store, pool, erasure, failure));
    TRY(make_plain(store, &(struct probe_slot_change){0}, failure));
    return put(store, pool, erasure->slot, false, failure);
}

static enum reason apply(struct store *store, struct probe_pool *pool, const struct journal_change *change,
    json_t *body, struct failure *failure)
{
    for (size_t i = 0; i < change->erased_slot_count; i++)
        TRY(erase(store, pool, &change->erased_slots[i], failure));
    return change->slot != NULL ? fill(store, pool, change->slot, body, failure) : REASON_DONE;
}

enum reason probe_slot_apply(struct store *store, struct proven_state *next,
    const struct journal_change *change, json_t *body, bool *erases, struct failure *failure)
{
    struct probe_pool *pool;
    if (change->slot == NULL && change->erased_slot_count == 0)
        return REASON_DONE;
    TRY(probe_pool_open(store, next, &pool, failure));
    enum reason reason = apply(store, pool, change, body, failure);
    if (reason == REASON_DONE)
        reason = probe_pool_write(store, pool, next, failure);
    *erases = *erases || change->erased_slot_count > 0;
    probe_pool_finish(pool);
    return reason;
}

/* --- Reading ------------------------------------------------------------------------------------------------------ */

/* Out of the scratch memory. */
static enum reason take_out(struct store *store, struct locked_memory *content, size_t *size,
    uint8_t salt[static PROBE_SALT_BYTES], struct failure *failure)
{
    struct bytes_reader reader;
    const uint8_t *plain = store->scratch.bytes;
    bytes_reader_init(&reader, plain + PLAIN_SIZE_AT, 4);
    const size_t kept = bytes_read_u32be(&reader);
    if (kept == 0 || kept > PROBE_SLOT_BYTES)
        return unproven("one says that it is larger than it is", failure);
    TRY(locked_memory_init(content, kept, failure));
    memcpy(content->bytes, plain + PLAIN_CONTENT_AT, kept);
    memcpy(salt, plain, PROBE_SALT_BYTES);
    *size = kept;
    return REASON_DONE;
}

enum reason probe_slot_read(struct store *store, uint32_t slot, struct locked_memory *content, size_t *size,
    uint8_t salt[static PROBE_SALT_BYTES], struct failure *failure)
{
    struct probe_pool *pool;
    *content = (struct locked_memory){0};
    *size = 0;
    memset(salt, 0, PROBE_SALT_BYTES);
    TRY(snapshot_begin(store, failure));
    enum reason reason = probe_pool_open(store, &store->proven.state, &pool, failure);
    if (reason == REASON_DONE)
        reason = read_row(store, pool, slot, failure);
    snapshot_end(store);
    database_forget_pages(
        &store->database); /* of a slot that is erased by another connection nothing stays */
    probe_pool_finish(pool);
    if (reason == REASON_DONE)
        reason = take_out(store, content, size, salt, failure);
    locked_memory_wipe(&store->scratch);
    return reason;
}

enum reason probe_slots_each(struct store *store,
    enum reason (*told)(void *context, uint32_t slot, struct failure *failure), void *context,
    struct failure *failure)
{
    struct probe_pool *pool;
    TRY(snapshot_begin(store, failure));
    enum reason reason = probe_pool_open(store, &store->proven.state, &pool, failure);
    snapshot_end(store);
    for (uint32_t slot = 0; reason == REASON_DONE && slot < pool->size; slot++)
        if (pool->places[slot].state == PROBE_PLACE_KEPT)
            reason = told(context, slot, failure);
    probe_pool_finish(pool);
    return reason;
}

uint32_t probe_slots_free(const struct store *store)
{
    return proven_slots_free(&store->proven.state);
}
