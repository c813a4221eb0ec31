/* not_permitted.h: whom of the installed list none of a policy's purposes may see, though the entry names some (P8): they are kept, and no search
 * finds them. Thread rule: that of the store. */
#ifndef KORDON_LIST_NOT_PERMITTED_H
#define KORDON_LIST_NOT_PERMITTED_H

#include <jansson.h>

#include "list/purposes.h"
#include "store/watchlist.h"

/* *found: new object, "found" (how many there are) and "entries" (the ids of the first of them, at most limit). NULL unless DONE: what could not
 * be read whole tells of nobody. Reasons of watchlist_load(). */
enum reason list_find_not_permitted(struct store *store, const struct list_purposes *purposes, uint64_t limit,
    json_t **found, struct failure *failure);

#endif
