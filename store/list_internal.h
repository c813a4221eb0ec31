/* list_internal.h: the list's rows, and what they must add up to by the proven state: for reading (watchlist.c), changing
 * (list_change.c) and the layouts of the sealed columns (watchlist_record.c). */
#ifndef KORDON_STORE_LIST_INTERNAL_H
#define KORDON_STORE_LIST_INTERNAL_H

#include <jansson.h>

#include "base/bytes.h"
#include "store/store_internal.h"
#include "store/watchlist.h"

/* The sealed columns of a row, in the order of the table; part is the bit of enum watchlist_part. */
#define WATCHLIST_COLUMNS 4
struct watchlist_column {
    const char *name;
    unsigned part;
    /* Bytes that the column of that entry takes, and writing them; reading fills in the entry's members, which point into
     * bytes (BAD_VALUE where they are not what writing makes). */
    size_t (*size)(const struct watchlist_entry *entry);
    void (*write)(const struct watchlist_entry *entry, struct bytes_writer *writer);
    bool (*read)(struct bytes_reader *reader, struct watchlist_entry *entry);
};
extern const struct watchlist_column watchlist_columns[WATCHLIST_COLUMNS];

/* What the rows of an import add up to. */
struct list_sum {
    uint8_t root[DIGEST_BYTES];
    uint64_t count;
};

#define LIST_TAG_BYTES 16
#define LIST_ROW_TAGS  (1 + WATCHLIST_COLUMNS) /* of the row's key and its columns */

/* What stands for a row in the sum. */
struct list_mark {
    uint8_t id[WATCHLIST_ID_BYTES];
    uint8_t tags[LIST_ROW_TAGS][LIST_TAG_BYTES];
};

/* A row is its id and the tags of everything sealed in it: the tag stands for key, place and contents. False where the row that the
 * statement stands on is damaged. The digest is begun before the first row and ended after the last. */
bool list_add_row(struct digest *digest, sqlite3_stmt *statement, struct list_sum *sum);

/* Over all rows of an import. without: NULL, or a row that *rest leaves out, so that a change is made on proven rows only.
 * SEAL_BROKEN where a row is damaged. */
enum reason list_add_up(struct store *store, uint64_t import, const struct watchlist_id *without,
    struct list_sum *whole, struct list_sum *rest, struct failure *failure);

/* What rows with these marks add up to; sorts them as the table does. */
enum reason list_add_up_marks(struct store *store, struct list_mark *marks, uint64_t count,
    struct list_sum *sum, struct failure *failure);

/* Whether the rows are the list that the proven state names. SEAL_BROKEN, LIST_ROLLED_BACK. */
enum reason list_check(const struct list_state *state, const struct list_sum *sum, struct failure *failure);

/* Where a column of a row is sealed. */
void watchlist_place(const struct store *store, const char *column,
    const uint8_t id[static WATCHLIST_ID_BYTES], uint64_t import, struct sealed_place *place);

/* Deletes what unfinished or replaced imports left, in bounded transactions, and truncates the write-ahead log behind it. */
enum reason list_sweep(struct store *store, struct failure *failure);

/* The members by which a log entry records what the list is after a change. */
enum reason list_state_describe(const struct list_state *state, json_t *body, struct failure *failure);

#endif
