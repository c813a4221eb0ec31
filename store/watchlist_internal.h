/* watchlist_internal.h: the list's rows and its sealed state, for reading (watchlist.c), changing (watchlist_change.c)
 * and the layouts of the sealed columns (watchlist_record.c). */
#ifndef KORDON_STORE_WATCHLIST_INTERNAL_H
#define KORDON_STORE_WATCHLIST_INTERNAL_H

#include "base/bytes.h"
#include "store/store_internal.h"

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

/* What list_state seals: which import's rows are the list, and what they must add up to. */
struct list_state {
    uint64_t generation; /* counts every change on this machine; 0: no list yet */
    uint64_t import;     /* the rows' import number */
    uint64_t list_version, entry_count, finger_count;
    int64_t installed_ms;
    uint64_t change_seq; /* the log entry that recorded the change */
    uint8_t root[DIGEST_BYTES];
    char list_name[256];
};

/* The state now; generation 0 where there is no list. SEAL_BROKEN; LIST_ROLLED_BACK where the log has a newer change. */
enum reason list_state_read(struct store *store, struct list_state *state, struct failure *failure);

/* Writes the state inside the transaction that is open. */
enum reason list_state_write(struct store *store, const struct list_state *state, struct failure *failure);

/* The root over all rows of an import, and their number. */
enum reason list_root(struct store *store, uint64_t import, uint8_t root[static DIGEST_BYTES],
    uint64_t *count, struct failure *failure);

/* Where a column of a row is sealed. */
void watchlist_place(const struct store *store, const char *column,
    const uint8_t id[static WATCHLIST_ID_BYTES], uint64_t import, struct sealed_place *place);

/* The members by which a log entry records what the list is after a change. */
enum reason list_state_describe(const struct list_state *state, json_t *body, struct failure *failure);

#endif
