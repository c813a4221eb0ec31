/* list_batch.h: lists of any length for the tests of list changes: their entries are told apart by case numbers, C-0, C-1 ... All
 * but those that give a reason fail the running test. */
#ifndef KORDON_TESTS_SUPPORT_LIST_BATCH_H
#define KORDON_TESTS_SUPPORT_LIST_BATCH_H

#include "tests/support/state_directory.h"

#define LIST_ALL_PARTS                                                                                       \
    (WATCHLIST_PART_ALERT | WATCHLIST_PART_IDENTITY | WATCHLIST_PART_TEMPLATES | WATCHLIST_PART_ORIGINALS)
#define LIST_BATCH     256
#define LIST_SEEN_MAX  2000
#define LIST_BIG_BYTES (128 << 10) /* of a large original */

/* Entries with the case numbers first, first + 1 ..., one finger each with an original of that size. */
struct list_batch {
    char case_numbers[LIST_BATCH][24];
    struct watchlist_entry entries[LIST_BATCH];
    size_t count;
};

void list_fill(struct list_batch *batch, size_t first, size_t count, size_t original_size);

/* An import as the store begins it, nothing asked for. */
enum reason list_begin(
    struct state_directory *state, const char *name, uint64_t version, struct watchlist_import **import);
enum reason list_add(
    struct state_directory *state, struct watchlist_import *import, const struct list_batch *batch);

/* Stages count entries of the list "national", from C-0 on. */
struct watchlist_import *list_stage(
    struct state_directory *state, uint64_t version, size_t count, size_t original_size);
enum reason list_commit(struct state_directory *state, struct watchlist_import *import);
void list_sweep(struct state_directory *state);
/* All of it. */
void list_install(struct state_directory *state, uint64_t version, size_t count, size_t original_size);
enum reason list_erase(struct state_directory *state, const struct watchlist_id *id);

struct watchlist_summary list_summarize(struct state_directory *state);

struct list_seen {
    size_t count;
    struct watchlist_id ids[LIST_SEEN_MAX];
    char cases[LIST_SEEN_MAX][24];
    size_t template_bytes, original_bytes; /* of the last finger */
};

enum reason list_see(void *context, const struct watchlist_entry *entry, struct failure *failure);
struct list_seen list_load(struct state_directory *state);
/* NULL where it is not among them. */
const struct watchlist_id *list_id_of(const struct list_seen *seen, const char *case_number);

#endif
