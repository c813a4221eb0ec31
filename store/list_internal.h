/* list_internal.h: the list's rows, and what they must add up to by the proven state; the import under way. Thread rule: that of
 * the store. */
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
bool list_read_mark(sqlite3_stmt *statement, struct list_mark *mark);

/* Over all rows of an import. without: NULL, or rows that *rest leaves out, so that a change is made on proven rows only.
 * SEAL_BROKEN where a row is damaged. */
enum reason list_add_up(struct store *store, uint64_t import, const struct watchlist_ids *without,
    struct list_sum *whole, struct list_sum *rest, struct failure *failure);

/* What rows with these marks add up to; sorts them as the table does. */
enum reason list_add_up_marks(struct store *store, struct list_mark *marks, uint64_t count,
    struct list_sum *sum, struct failure *failure);

/* Whether the rows are the list that the proven state names. SEAL_BROKEN, LIST_ROLLED_BACK. */
enum reason list_check(const struct list_state *state, const struct list_sum *sum, struct failure *failure);

/* Where a column of a row is sealed. */
void watchlist_place(const struct store *store, const char *column,
    const uint8_t id[static WATCHLIST_ID_BYTES], uint64_t import, struct sealed_place *place);

/* What follows a change of the list: counted, and the members by which the log entry records it. */
enum reason list_state_change(struct list_state *state, uint64_t seq, json_t *body, struct failure *failure);

/* Whether a list may take the place of the one now. LIST_VERSION_OLD, LIST_OTHER. */
enum reason list_check_successor(
    const struct list_state *now, const struct list_state *to_be, bool replace_list, struct failure *failure);

/* --- Reading --- */

/* Opens the parts asked for of the rows of an import. */
struct list_row_reader {
    struct store *store;
    uint64_t import;
    unsigned parts;
    char today[11]; /* UTC, YYYY-MM-DD */
};
void list_row_reader_init(
    struct list_row_reader *reader, struct store *store, uint64_t import, unsigned parts);
/* Opens the row that the statement stands on into entry, which points into the scratch region. SEAL_BROKEN. */
enum reason list_open_row(const struct list_row_reader *reader, sqlite3_stmt *statement,
    struct watchlist_entry *entry, struct failure *failure);

typedef enum reason (*list_entry_callback)(
    void *context, const struct watchlist_entry *entry, struct failure *failure);

/* Within a snapshot: gives all rows of that list to the callback; DONE only where all of them are the list
 * that state says. */
enum reason list_give(struct store *store, const struct list_state *state, unsigned parts,
    list_entry_callback each, void *context, struct failure *failure);

/* --- The index: the proven list in blocks, so that a part of it is proven without the rest --- */

/* Rows behind after (NULL: from the first on), limit of them; or the one with that id. */
struct list_range {
    const struct watchlist_id *after, *only;
    uint64_t limit;
    uint64_t given; /* so far */
};

/* Within a snapshot: gives the rows of the range in order of id and counts them; DONE only where the blocks
 * that they lie in are those of the proven list. The first use after a change of the list reads it whole. */
enum reason list_give_part(struct store *store, struct list_range *range, unsigned parts,
    list_entry_callback each, void *context, struct failure *failure);

/* --- The rows of the proven list, in memory: what an erasure leaves is known without reading it --- */

/* Whether they are of that list. */
bool list_rows_are_of(const struct watchlist_rows *rows, const struct list_state *list);
/* What those add up to that are not erased. ENTRY_NOT_FOUND where one of the erased is not among them. */
enum reason list_rows_rest(const struct watchlist_rows *rows, const struct watchlist_ids *erased,
    struct list_sum *rest, struct failure *failure);
/* The mark of a row of theirs. */
const struct list_mark *list_rows_mark(const struct watchlist_rows *rows, const struct watchlist_id *id);
/* They were erased: the others are that list now. */
void list_rows_take_off(
    struct watchlist_rows *rows, const struct watchlist_ids *erased, const struct list_state *list);

/* --- The ids that people keep --- */

/* Whether they are of that list. */
bool known_ids_are_of(const struct watchlist_known_ids *ids, const struct list_state *list);
/* The id of an entry with that case number that no batch has taken. Batches count from 1. */
enum reason known_ids_take(struct watchlist_known_ids *ids, const char *case_number, uint32_t batch,
    struct watchlist_id *id, bool *found, struct failure *failure);
/* The batch came to nothing. */
void known_ids_give_back(struct watchlist_known_ids *ids, uint32_t batch);

/* --- Room --- */

/* Most bytes that the row of an entry takes in the file. */
uint64_t list_row_bytes(const struct watchlist_entry *entry);
/* Whether that many can be written and the reserve stays: DISK_FULL. */
enum reason list_check_room(const struct store *store, uint64_t bytes, struct failure *failure);

/* --- The import under way --- */

struct watchlist_import {
    struct store *store;
    struct list_state state; /* the state to be */
    uint64_t generation;     /* of the list that was in force when it began */
    bool replace_list, allow_empty;
    /* Of the rows as they were sealed here, entry_count of them: what lies in the file until the commit is anybody's. */
    struct list_mark *marks;
    uint64_t marks_capacity;
    struct watchlist_known_ids *known_ids;
    bool keeps_ids;  /* known_ids are of the list that this one follows */
    uint32_t batch;  /* the last one */
    uint8_t *sealed; /* one row's columns */
    size_t sealed_capacity;
    bool is_sealed; /* no more rows; state's root is theirs */
    bool failed;    /* it can only be cancelled */
};
void import_free(struct watchlist_import *import);
/* Who was erased since it began may be on it: it can't take the list's place. CONFLICTING_IMPORT. */
enum reason import_check_list(
    const struct watchlist_import *import, const struct list_state *list, struct failure *failure);

#endif
