/* store.c: the struct, before it is opened and after; what it says of itself. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/boot.h"
#include "base/file.h"
#include "crypto/derived_key.h"
#include "store/store_open_internal.h"

/* From here on it grows by quarters: what large ones take counts against a small limit. */
#define SCRATCH_DOUBLES ((size_t)1 << 18)

enum reason store_scratch(struct store *store, size_t size, struct failure *failure)
{
    if (store->scratch.size >= size && store->scratch.bytes != NULL)
        return REASON_DONE;
    locked_memory_finish(&store->scratch);
    size_t room = 1 << 16;
    while (room < size && room < SCRATCH_DOUBLES)
        room *= 2;
    while (room < size)
        room += room / 4;
    return locked_memory_init(&store->scratch, room, failure);
}

enum reason store_check_held(const struct store *store, struct failure *failure)
{
    if (store->held.reason != REASON_DONE && failure != NULL)
        *failure = store->held;
    return store->held.reason;
}

/* --- The struct -------------------------------------------------------------------------------------------------- */

static enum reason fill_environment(
    struct log_environment *environment, const struct store_options *options, struct failure *failure)
{
    const char *build = options->build != NULL ? options->build : "kordon";
    const char *configuration = options->configuration != NULL ? options->configuration : "";
    if (strlen(build) >= sizeof environment->build ||
        strlen(configuration) >= sizeof environment->configuration)
        return failure_set(failure, REASON_BAD_ARGUMENT, "log environment", "build or hash is too long");
    environment->demonstration = options->demonstration;
    snprintf(environment->build, sizeof environment->build, "%s", build);
    snprintf(environment->configuration, sizeof environment->configuration, "%s", configuration);
    boot_id(environment->boot);
    return REASON_DONE;
}

static enum reason fill_store(struct store *store, const struct store_options *options,
    enum store_access access, struct failure *failure)
{
    enum reason reason = database_init(&store->database, options->directory, access, failure);
    if (reason == REASON_DONE)
        reason = anchor_init(&store->anchor, options->anchor, options->receipts_wait_for_anchor, failure);
    if (reason == REASON_DONE)
        reason = fill_environment(&store->environment, options, failure);
    if (reason == REASON_DONE)
        reason = locked_memory_init(&store->key_memory, sizeof(struct store_keys), failure);
    store->keys = store->key_memory.bytes;
    if (reason == REASON_DONE)
        reason = digest_create(&store->digest, failure);
    if (reason == REASON_DONE)
        reason = digest_create(&store->root_digest, failure);
    if (reason == REASON_DONE)
        reason = sealer_create(&store->sealer, failure);
    return reason;
}

enum reason store_allocate(const struct store_options *options, enum store_access access,
    struct store **store, struct failure *failure)
{
    *store = calloc(1, sizeof **store);
    if (*store == NULL)
        return failure_set(failure, REASON_NO_MEMORY, options->directory, NULL);
    (*store)->provider = options->provider;
    (*store)->origin = options->origin;
    (*store)->clock_gap_days = options->clock_gap_days;
    enum reason reason = fill_store(*store, options, access, failure);
    if (reason != REASON_DONE) {
        store_free(*store);
        *store = NULL;
    }
    return reason;
}

void store_free(struct store *store)
{
    if (store == NULL)
        return;
    free(store->list_index);
    database_finish(&store->database);
    log_key_destroy(store->log_key);
    digest_destroy(store->digest);
    digest_destroy(store->root_digest);
    sealer_destroy(store->sealer);
    anchor_finish(&store->anchor);
    locked_memory_finish(&store->scratch);
    locked_memory_finish(&store->key_memory);
    free(store);
}

enum reason store_take_log_key(struct store *store, const char *origin, struct failure *failure)
{
    enum reason reason = log_key_from_seed(origin, store->keys->seed, &store->log_key, failure);
    if (reason == REASON_DONE)
        verifier_key_format(log_key_verifier(store->log_key), store->verifier_line);
    return reason;
}

_Static_assert(STORE_KEY_BYTES == KEY_BYTES, "one size of keys");

enum reason store_derive_key(const struct store *store, const char *purpose,
    uint8_t key[static STORE_KEY_BYTES], struct failure *failure)
{
    char id[2 * SEALED_ID_BYTES + 1], bound[KEY_CONTEXT_MAX];
    snprintf(bound, sizeof bound, "kordon %s %d %s", purpose, KEY_EPOCH,
        hex_format(store->proven.database_id, SEALED_ID_BYTES, id));
    return key_derive(store->keys->state, bound, key, failure);
}

enum reason store_write_verifier_key(const struct store *store, struct failure *failure)
{
    char path[DATABASE_PATH_MAX], line[VERIFIER_KEY_LINE_SIZE + 1];
    snprintf(path, sizeof path, "%s/%s", store->database.directory, STORE_VERIFIER_NAME);
    int length = snprintf(line, sizeof line, "%s\n", store->verifier_line);
    return file_write(path, line, (size_t)length, 0644, failure);
}

/* --- What it says of itself ---------------------------------------------------------------------------------------- */

const char *store_origin(const struct store *store)
{
    return log_key_verifier(store->log_key)->name;
}

const char *store_verifier_key(const struct store *store)
{
    return store->verifier_line;
}

void store_use_configuration(struct store *store, const char *hash, bool demonstration)
{
    store->environment.demonstration = demonstration;
    snprintf(store->environment.configuration, sizeof store->environment.configuration, "%s", hash);
}

void store_use_policy(struct store *store, const struct log_policy *policy)
{
    store->environment.policy = *policy;
}

const struct failure *store_held(const struct store *store)
{
    return &store->held;
}

void store_guard(const struct store *store, struct store_guard *guard)
{
    const struct proven_state *proven = &store->proven.state;
    *guard = (struct store_guard){.held = store->held,
        .anchored = anchor_is_set(&store->anchor),
        .receipts_wait_for_anchor = store->anchor.receipts_wait,
        .anchored_size = store->anchor.size,
        .anchor_failure = store->anchor.failure,
        .log_uncut = store->database.truncation_owed,
        .log_long = store->tidied_apart && database_log_is_long(&store->database),
        .size = proven->size,
        .unproven_from = proven->unproven_from,
        .unproven_before = proven->unproven_before,
        .left = proven->run == PROVEN_RUN_NONE   ? STORE_NEW
                : proven->run == PROVEN_RUN_STOP ? STORE_LEFT_IN_ORDER
                                                 : STORE_LEFT_RUNNING,
        .believed_ms = proven->believed_ms,
        .probe_slots_free = proven_slots_free(proven),
        .clock_gap_days = store->clock_gap_days};
    memcpy(guard->root, proven->root, sizeof guard->root);
}

enum reason store_guard_check_clock(const struct store_guard *guard, int64_t now_ms, struct failure *failure)
{
    return clock_check(guard->believed_ms, now_ms, guard->clock_gap_days, failure);
}

enum reason store_space(const struct store *store, struct store_space *space, struct failure *failure)
{
    return database_space(&store->database, space)
               ? REASON_DONE
               : failure_set_errno(failure, errno, store->database.directory, "statvfs");
}

bool store_disturbed(const struct store *store)
{
    return store->database.access == STORE_READ && database_disturbed(&store->database);
}
