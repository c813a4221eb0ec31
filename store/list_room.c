/* list_room.c: a list change leaves the disk room for the log. */
#include "base/text.h"
#include "store/list_internal.h"

#define ENTRY_BYTES    3072 /* that an entry takes beside its files: texts, templates, what sealing adds */
#define LOG_BYTES_MOST ((uint64_t)64 << 20) /* of the write-ahead log: what is longer is moved meanwhile */

/* What does not fit into a page of many rows goes into pages of its own. */
uint64_t list_row_bytes(const struct watchlist_entry *entry)
{
    uint64_t bytes = WATCHLIST_ID_BYTES + SEALED_WRAPPED_KEY_BYTES;
    for (int i = 0; i < WATCHLIST_COLUMNS; i++)
        bytes += sealed_size(watchlist_columns[i].size(entry));
    return (bytes / DATABASE_PAGE_BYTES + 2) * DATABASE_PAGE_BYTES;
}

enum reason list_check_room(const struct store *store, uint64_t bytes, struct failure *failure)
{
    const struct database *database = &store->database;
    struct store_space space;
    enum reason reason = store_space(store, &space, failure);
    /* What lies in the write-ahead log alone will want its place in the database. */
    if (database->frames > database->frames_moved)
        bytes += (uint64_t)(database->frames - database->frames_moved) * DATABASE_PAGE_BYTES;
    if (reason != REASON_DONE)
        return reason;
    if (space.free_bytes >= space.reserve_bytes && space.free_bytes - space.reserve_bytes >= bytes)
        return REASON_DONE;
    return failure_set(failure, REASON_DISK_FULL, database->directory,
        "the list needs %.1f MiB beside the %.1f MiB kept for the log, %.1f MiB are free",
        (double)bytes / MEBIBYTE, (double)space.reserve_bytes / MEBIBYTE,
        (double)space.free_bytes / MEBIBYTE);
}

enum reason watchlist_import_room(
    struct store *store, uint64_t entries, uint64_t bytes, struct failure *failure)
{
    bytes += entries * ENTRY_BYTES;
    return list_check_room(store, bytes + (bytes < LOG_BYTES_MOST ? bytes : LOG_BYTES_MOST), failure);
}
