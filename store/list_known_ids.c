/* list_known_ids.c: who is on the installed list, so that a person keeps the local id when a newer version of it comes. */
#include <stdlib.h>
#include <string.h>

#include "crypto/random.h"
#include "store/list_internal.h"
#include "store/tree_internal.h"

#define HASH_BYTES 16 /* of a keyed digest of the case number: no two of a list's meet */

struct known_id {
    uint8_t hash[HASH_BYTES];
    struct watchlist_id id;
    uint32_t batch; /* which took it; 0: none */
};

struct watchlist_known_ids {
    struct locked_memory key;
    struct digest *digest; /* the rows are proven with the store's, meanwhile */
    uint64_t generation;
    uint8_t root[DIGEST_BYTES]; /* of the list that they are on */
    struct known_id *known;     /* sorted by hash */
    size_t count, capacity;
};

static enum reason hash_case(const struct watchlist_known_ids *ids, const char *case_number,
    uint8_t hash[static HASH_BYTES], struct failure *failure)
{
    uint8_t whole[DIGEST_BYTES];
    enum reason reason =
        digest_hmac(ids->digest, ids->key.bytes, KEY_BYTES, case_number, strlen(case_number), whole, failure);
    memcpy(hash, whole, HASH_BYTES);
    return reason;
}

/* --- Made ------------------------------------------------------------------------------------------------------ */

static enum reason note(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct watchlist_known_ids *ids = context;
    if (ids->count == ids->capacity)
        return failure_set(failure, REASON_LIST_ROLLED_BACK, "watchlist", "more rows than the list has");
    struct known_id *known = &ids->known[ids->count++];
    known->id = entry->id;
    return hash_case(ids, entry->case_number, known->hash, failure);
}

static int compare(const void *a, const void *b)
{
    const struct known_id *one = a, *other = b;
    int order = memcmp(one->hash, other->hash, HASH_BYTES);
    return order != 0 ? order : memcmp(one->id.bytes, other->id.bytes, WATCHLIST_ID_BYTES);
}

static enum reason read_list(struct store *store, struct watchlist_known_ids *ids, struct failure *failure)
{
    const struct list_state *list = &store->proven.state.list;
    ids->generation = list->generation;
    memcpy(ids->root, list->root, DIGEST_BYTES);
    ids->capacity = list->entry_count;
    ids->known = calloc(ids->capacity + 1, sizeof *ids->known);
    if (ids->known == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "watchlist", NULL);
    enum reason reason = list_give(store, list, WATCHLIST_PART_IDENTITY, note, ids, failure);
    if (reason == REASON_DONE)
        qsort(ids->known, ids->count, sizeof *ids->known, compare);
    return reason;
}

static enum reason load(struct store *store, struct watchlist_known_ids *ids, struct failure *failure)
{
    TRY(locked_memory_init(&ids->key, KEY_BYTES, failure));
    TRY(random_secret(ids->key.bytes, KEY_BYTES, failure));
    TRY(digest_create(&ids->digest, failure));
    TRY(snapshot_begin(store, failure));
    enum reason reason = read_list(store, ids, failure);
    snapshot_end(store);
    return reason;
}

enum reason watchlist_known_ids_load(
    struct store *store, struct watchlist_known_ids **ids, struct failure *failure)
{
    *ids = NULL;
    struct watchlist_known_ids *made = calloc(1, sizeof *made);
    if (made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "watchlist", NULL);
    enum reason reason = load(store, made, failure);
    if (reason != REASON_DONE) {
        watchlist_known_ids_destroy(made);
        return reason;
    }
    *ids = made;
    return REASON_DONE;
}

void watchlist_known_ids_destroy(struct watchlist_known_ids *ids)
{
    if (ids == NULL)
        return;
    locked_memory_finish(&ids->key);
    digest_destroy(ids->digest);
    free(ids->known);
    free(ids);
}

/* --- Asked ----------------------------------------------------------------------------------------------------- */

bool known_ids_are_of(const struct watchlist_known_ids *ids, const struct list_state *list)
{
    return ids->generation == list->generation && memcmp(ids->root, list->root, DIGEST_BYTES) == 0;
}

/* The first with that hash, or where it would stand. */
static size_t find(const struct watchlist_known_ids *ids, const uint8_t hash[static HASH_BYTES])
{
    size_t low = 0, high = ids->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(ids->known[middle].hash, hash, HASH_BYTES) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

enum reason known_ids_take(struct watchlist_known_ids *ids, const char *case_number, uint32_t batch,
    struct watchlist_id *id, bool *found, struct failure *failure)
{
    uint8_t hash[HASH_BYTES];
    *found = false;
    TRY(hash_case(ids, case_number, hash, failure));
    /* More than one entry may have the case number: each id is given once. */
    for (size_t i = find(ids, hash); i < ids->count && memcmp(ids->known[i].hash, hash, HASH_BYTES) == 0;
         i++) {
        if (ids->known[i].batch != 0)
            continue;
        ids->known[i].batch = batch;
        *id = ids->known[i].id;
        *found = true;
        break;
    }
    return REASON_DONE;
}

void known_ids_give_back(struct watchlist_known_ids *ids, uint32_t batch)
{
    for (size_t i = 0; i < ids->count; i++)
        if (ids->known[i].batch == batch)
            ids->known[i].batch = 0;
}
