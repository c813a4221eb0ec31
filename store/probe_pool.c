/* probe_pool.c: the sealed table of the slots. */
#include "store/probe_slot_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/random.h"
#include "store/salted_record_internal.h"
#include "store/statement_internal.h"

#define POOL_LABEL   "kordon/probe_pool/v1"
#define POOL_VERSION 1
#define POOL_STEP    64 /* places that are there at first, and that are added at once */
#define POOL_LOW     16 /* fewer that keep nothing: more are added at the next end */
#define POOL_SPARE   32 /* fewer: more are added at one end of POOL_ENDS, as chance says */
#define POOL_ENDS    256

#define POOL_BYTES        (4 + PROBE_SLOTS_MAX * (1 + DIGEST_BYTES))
#define POOL_ROOM         (POOL_BYTES + 2 * SEALED_PADDING)
#define POOL_SEALED_BYTES (SALTED_SALT_BYTES + POOL_ROOM + SEALED_OVERHEAD)

/* The table, opened and sealed, for as long as one is worked on. */
struct pool_bytes {
    uint8_t opened[POOL_ROOM];
    uint8_t sealed[POOL_SEALED_BYTES];
    size_t sealed_size;
};

static enum reason unproven(const char *why, struct failure *failure)
{
    return failure_set(failure, REASON_STATE_UNPROVEN, "probe slots", "%s", why);
}

static struct salted_record record_of(const struct store *store)
{
    struct salted_record record = {.sealer = store->sealer,
        .digest = store->digest,
        .state_key = store->keys->state,
        .label = POOL_LABEL,
        .place = {.table = "probe_pool", .column = "sealed", .epoch = KEY_EPOCH, .version = POOL_VERSION}};
    memcpy(record.place.database, store->proven.database_id, SEALED_ID_BYTES);
    return record;
}

static uint32_t count_in(const struct probe_pool *pool, enum probe_place_state state)
{
    uint32_t count = 0;
    for (size_t i = 0; i < pool->size; i++)
        count += pool->places[i].state == state;
    return count;
}

/* --- Reading ------------------------------------------------------------------------------------------------------ */

static enum reason read_sealed(struct store *store, struct pool_bytes *bytes, struct failure *failure)
{
    struct statement read;
    statement_begin(&read, &store->database, STATEMENT_POOL_READ, failure);
    const void *sealed = statement_next(&read) ? statement_column(read.row, 0, SALTED_SALT_BYTES + 1,
                                                     sizeof bytes->sealed, &bytes->sealed_size)
                                               : NULL;
    enum reason reason = read.reason;
    if (sealed != NULL)
        memcpy(bytes->sealed, sealed, bytes->sealed_size);
    else if (reason == REASON_DONE)
        reason = unproven("their table is gone or damaged", failure);
    return statement_end(&read, reason);
}

static bool read_pool(struct bytes_reader *reader, struct probe_pool *pool)
{
    pool->size = bytes_read_u32be(reader);
    bool sound = pool->size > 0 && pool->size <= PROBE_SLOTS_MAX;
    for (size_t i = 0; i < PROBE_SLOTS_MAX; i++) {
        struct probe_place *place = &pool->places[i];
        place->state = bytes_read_u8(reader);
        bytes_read_copy(reader, place->digest, DIGEST_BYTES);
        sound = sound && place->state <= PROBE_PLACE_KEPT &&
                (i < pool->size || place->state == PROBE_PLACE_UNWRITTEN);
    }
    return bytes_reader_finished(reader) && sound;
}

static enum reason prove(struct store *store, const struct proven_state *state, struct pool_bytes *bytes,
    struct probe_pool *pool, struct failure *failure)
{
    struct salted_record record = record_of(store);
    struct bytes_reader reader;
    uint8_t root[DIGEST_BYTES];
    size_t opened = 0;
    TRY(read_sealed(store, bytes, failure));
    TRY(digest_bytes(store->digest, bytes->sealed, bytes->sealed_size, root, failure));
    if (!equal_in_constant_time(root, state->slots_root, DIGEST_BYTES))
        return unproven("their table was changed or put back", failure);
    enum reason reason = salted_record_open(
        &record, bytes->sealed, bytes->sealed_size, bytes->opened, sizeof bytes->opened, &opened, failure);
    bytes_reader_init(&reader, bytes->opened, opened);
    if (reason == REASON_SEAL_BROKEN || (reason == REASON_DONE && !read_pool(&reader, pool)) ||
        (reason == REASON_DONE && pool->size != state->slot_count) ||
        (reason == REASON_DONE && count_in(pool, PROBE_PLACE_KEPT) != state->slots_kept))
        return unproven("their table does not open as it was written", failure);
    return reason;
}

static struct pool_bytes *make_bytes(struct failure *failure)
{
    struct pool_bytes *bytes = calloc(1, sizeof *bytes);
    if (bytes == NULL)
        failure_set(failure, REASON_NO_MEMORY, "probe slots", NULL);
    return bytes;
}

static void finish_bytes(struct pool_bytes *bytes)
{
    memory_wipe(bytes->opened, sizeof bytes->opened);
    free(bytes);
}

static enum reason read_proven(
    struct store *store, const struct proven_state *state, struct probe_pool *pool, struct failure *failure)
{
    struct pool_bytes *bytes = make_bytes(failure);
    if (bytes == NULL)
        return REASON_NO_MEMORY;
    enum reason reason = prove(store, state, bytes, pool, failure);
    finish_bytes(bytes);
    return reason;
}

enum reason probe_pool_open(
    struct store *store, const struct proven_state *state, struct probe_pool **pool, struct failure *failure)
{
    *pool = calloc(1, sizeof **pool);
    if (*pool == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "probe slots", NULL);
    (*pool)->size = POOL_STEP;
    enum reason reason = state->slot_count > 0 ? read_proven(store, state, *pool, failure) : REASON_DONE;
    if (reason != REASON_DONE) {
        probe_pool_finish(*pool);
        *pool = NULL;
    }
    return reason;
}

void probe_pool_finish(struct probe_pool *pool)
{
    if (pool != NULL)
        memory_wipe(pool, sizeof *pool);
    free(pool);
}

/* --- Choosing and writing ------------------------------------------------------------------------------------------- */

uint32_t probe_pool_unused(const struct probe_pool *pool)
{
    return pool->size - count_in(pool, PROBE_PLACE_KEPT);
}

static enum reason draw(uint32_t below, uint32_t *number, struct failure *failure)
{
    TRY(random_bytes(number, sizeof *number, failure));
    *number %= below;
    return REASON_DONE;
}

/* There must be one in that state. */
static enum reason choose_in(
    const struct probe_pool *pool, enum probe_place_state state, uint32_t *slot, struct failure *failure)
{
    uint32_t number;
    *slot = 0;
    TRY(draw(count_in(pool, state), &number, failure));
    while (pool->places[*slot].state != state || number-- > 0)
        ++*slot;
    return REASON_DONE;
}

/* By what kept nothing before this end, so that more places say nothing of the end with which they come. */
static enum reason grow(struct probe_pool *pool, struct failure *failure)
{
    const uint32_t unused = probe_pool_unused(pool);
    uint32_t drawn;
    TRY(draw(POOL_ENDS, &drawn, failure));
    if ((unused < POOL_LOW || (unused < POOL_SPARE && drawn == 0)) &&
        pool->size + POOL_STEP <= PROBE_SLOTS_MAX)
        pool->size += POOL_STEP;
    return REASON_DONE;
}

/* What was never written takes less time to write than what was, and the file grows by it: as long as there is any, either end takes one, and then
 * none does. What keeps something is not written over by what is to be kept. */
enum reason probe_pool_choose(struct probe_pool *pool, bool keeps, uint32_t *slot, struct failure *failure)
{
    TRY(grow(pool, failure));
    if (count_in(pool, PROBE_PLACE_UNWRITTEN) > 0)
        return choose_in(pool, PROBE_PLACE_UNWRITTEN, slot, failure);
    TRY(draw(pool->size, slot, failure));
    return keeps && pool->places[*slot].state == PROBE_PLACE_KEPT
               ? choose_in(pool, PROBE_PLACE_DECOY, slot, failure)
               : REASON_DONE;
}

static enum reason seal(
    struct store *store, const struct probe_pool *pool, struct pool_bytes *bytes, struct failure *failure)
{
    struct salted_record record = record_of(store);
    struct bytes_writer writer;
    bytes_writer_init(&writer, bytes->opened, sizeof bytes->opened);
    bytes_write_u32be(&writer, pool->size);
    for (size_t i = 0; i < PROBE_SLOTS_MAX; i++) {
        bytes_write_u8(&writer, pool->places[i].state);
        bytes_write_copy(&writer, pool->places[i].digest, DIGEST_BYTES);
    }
    bytes->sealed_size = salted_record_size(writer.used);
    return salted_record_seal(&record, bytes->opened, writer.used, bytes->sealed, failure);
}

static enum reason write_row(struct store *store, const struct pool_bytes *bytes, struct failure *failure)
{
    struct statement write;
    statement_begin(&write, &store->database, STATEMENT_POOL_WRITE, failure);
    statement_bind_blob(&write, 1, bytes->sealed, bytes->sealed_size);
    return statement_run(&write);
}

enum reason probe_pool_write(
    struct store *store, const struct probe_pool *pool, struct proven_state *next, struct failure *failure)
{
    struct pool_bytes *bytes = make_bytes(failure);
    if (bytes == NULL)
        return REASON_NO_MEMORY;
    enum reason reason = seal(store, pool, bytes, failure);
    if (reason == REASON_DONE)
        reason = digest_bytes(store->digest, bytes->sealed, bytes->sealed_size, next->slots_root, failure);
    if (reason == REASON_DONE)
        reason = write_row(store, bytes, failure);
    next->slot_count = pool->size;
    next->slots_kept = count_in(pool, PROBE_PLACE_KEPT);
    finish_bytes(bytes);
    return reason;
}
