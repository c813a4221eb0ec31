/* describe.h: a list and its entries as answers tell of them, in the same words with kordond and without it. New objects; NULL, or
 * a key that is not there, without memory. Thread rule: any thread.
 */
#ifndef KORDON_LIST_DESCRIBE_H
#define KORDON_LIST_DESCRIBE_H

#include <jansson.h>

#include "list/reference_set.h"
#include "store/watchlist.h"

/* {"name", "version", "entries", "fingers", "installed_ms"} */
json_t *list_describe(const struct watchlist_summary *summary);

/* Adds what of the list is searched and what is not, and why: "searchable", "searchable_fingers", "undeclared_purposes",
 * "unsearchable", "expired", "not_yet_valid" and, where there is one, "next_change". */
void list_describe_counts(json_t *json, const struct reference_set *set);

/* One entry: its local id, category, what to do, dates and purposes; with WATCHLIST_PART_IDENTITY in parts name and case number too. */
json_t *list_describe_entry(const struct watchlist_entry *entry, unsigned parts);

#endif
