/* describe.h: a list and its entries as answers tell of them, in the same words with kordond and without it. New objects, whole;
 * NULL without memory. Thread rule: any thread.
 */
#ifndef KORDON_LIST_DESCRIBE_H
#define KORDON_LIST_DESCRIBE_H

#include <jansson.h>

#include "json/writer.h"
#include "list/opened_list.h"
#include "store/watchlist.h"

/* {"name", "version", "entries", "fingers", "installed_ms"} */
json_t *list_describe(const struct watchlist_summary *summary);

/* Why entries are not searched: the key that counts them in answers, and the words behind their number. */
struct list_unsearched {
    const char *key, *words;
    size_t offset; /* of the number in struct reference_counts */
};
#define LIST_UNSEARCHED 5
extern const struct list_unsearched list_unsearched[LIST_UNSEARCHED];
uint64_t list_unsearched_count(const struct list_unsearched *why, const struct reference_counts *counts);

/* How many entries have their last day today or within LIST_WARNING_DAYS: so that their authority can look at them before they are erased (M3). */
#define LIST_WARNING_DAYS 90
uint64_t list_count_expiring(const struct opened_list *set);

/* Writes what of the list is searched: "searchable", "searchable_fingers" and, where there is one, "next_change"; and how many entries
 * are not, by the keys above; and how many are "expiring". */
void list_write_counts(struct json_writer *writer, const struct opened_list *set);

/* All of both. */
json_t *list_describe_set(const struct opened_list *set);

/* One entry: its local id, category, what to do, dates and purposes; with WATCHLIST_PART_IDENTITY in parts name and case number too. */
json_t *list_describe_entry(const struct watchlist_entry *entry, unsigned parts);

#endif
