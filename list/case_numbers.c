#include "list/case_numbers.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/locked_memory.h"
#include "crypto/digest.h"
#include "crypto/random.h"

#define KEY_BYTES 32
#define KEPT      16 /* bytes of a hash */
#define ROOM      1024

struct kept_hash {
    uint8_t bytes[KEPT]; /* all zero: none */
};

struct case_numbers {
    struct locked_memory key;
    struct digest *digest;
    struct kept_hash *table; /* open addressing */
    size_t room, used;       /* room: a power of two, more than twice what is used */
};

enum reason case_numbers_create(struct case_numbers **numbers, struct failure *failure)
{
    *numbers = calloc(1, sizeof **numbers);
    if (*numbers == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "watchlist", NULL);
    enum reason reason = locked_memory_init(&(*numbers)->key, KEY_BYTES, failure);
    if (reason == REASON_DONE)
        reason = random_secret((*numbers)->key.bytes, KEY_BYTES, failure);
    if (reason == REASON_DONE)
        reason = digest_create(&(*numbers)->digest, failure);
    (*numbers)->table = calloc(ROOM, sizeof(*numbers)->table[0]);
    (*numbers)->room = ROOM;
    if (reason == REASON_DONE && (*numbers)->table == NULL)
        reason = failure_set(failure, REASON_NO_MEMORY, "watchlist", NULL);
    if (reason != REASON_DONE) {
        case_numbers_destroy(*numbers);
        *numbers = NULL;
    }
    return reason;
}

void case_numbers_destroy(struct case_numbers *numbers)
{
    if (numbers == NULL)
        return;
    locked_memory_finish(&numbers->key);
    digest_destroy(numbers->digest);
    free(numbers->table);
    free(numbers);
}

static bool is_free(const struct kept_hash *place)
{
    static const struct kept_hash none;
    return memcmp(place, &none, sizeof none) == 0;
}

/* Where it is, or where it would be. */
static struct kept_hash *find(struct kept_hash *table, size_t room, const struct kept_hash *hash)
{
    size_t place;
    memcpy(&place, hash->bytes, sizeof place);
    for (place &= room - 1;; place = (place + 1) & (room - 1))
        if (is_free(&table[place]) || memcmp(&table[place], hash, sizeof *hash) == 0)
            return &table[place];
}

static enum reason make_room(struct case_numbers *numbers, struct failure *failure)
{
    if (2 * (numbers->used + 1) < numbers->room)
        return REASON_DONE;
    struct kept_hash *larger = calloc(2 * numbers->room, sizeof larger[0]);
    if (larger == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "watchlist", "%zu case numbers", numbers->used);
    for (size_t i = 0; i < numbers->room; i++)
        if (!is_free(&numbers->table[i]))
            *find(larger, 2 * numbers->room, &numbers->table[i]) = numbers->table[i];
    free(numbers->table);
    numbers->table = larger;
    numbers->room *= 2;
    return REASON_DONE;
}

enum reason case_numbers_add(
    struct case_numbers *numbers, const char *case_number, bool *before, struct failure *failure)
{
    uint8_t whole[DIGEST_BYTES];
    struct kept_hash hash;
    *before = false;
    TRY(make_room(numbers, failure));
    TRY(digest_hmac(
        numbers->digest, numbers->key.bytes, KEY_BYTES, case_number, strlen(case_number), whole, failure));
    memcpy(hash.bytes, whole, sizeof hash.bytes);
    struct kept_hash *place = find(numbers->table, numbers->room, &hash);
    *before = !is_free(place);
    if (!*before) {
        *place = hash;
        numbers->used++;
    }
    return REASON_DONE;
}
