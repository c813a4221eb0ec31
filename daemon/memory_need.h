/* memory_need.h: how much locked memory kordond needs, and what of it is kept for travellers. Any thread. */
#ifndef KORDON_DAEMON_MEMORY_NEED_H
#define KORDON_DAEMON_MEMORY_NEED_H

#include "config/config.h"
#include "list/opened_list.h"

/* Locked memory that list changes and requests other than a traveller's sample leave free: what one sample takes, in bytes. */
size_t memory_kept(void);

/* What a look at prints takes at most: there is one at a time. */
size_t memory_of_look(void);

/* MEMLOCK_LIMIT, which says what a sample needs and what is left. */
enum reason memory_short(struct failure *failure);

/* Locked memory needed in all, looks at prints and the search for duplicates among it, with a list of these totals (NULL: none), in bytes, and
 * while it is replaced by one of its size. */
struct memory_need {
    size_t now, for_change;
};
struct memory_need memory_need(
    const struct configuration *configuration, const struct reference_totals *totals);

#endif
