/* duplicates_internal.h: what the parts of the search for duplicates share. */
#ifndef KORDON_LIST_DUPLICATES_INTERNAL_H
#define KORDON_LIST_DUPLICATES_INTERNAL_H

#include "list/duplicates.h"
#include "list/opened_list_internal.h"

/* Counts on, for about a ms; true when all is counted: then comparable is known, and what follows may be asked for. */
bool duplicates_reach_count(struct duplicates_reach *reach, const struct opened_list *set);

/* Of fingers, at most: as if one purpose saw everybody. */
uint64_t duplicates_reach_comparisons(const struct duplicates_reach *reach);

/* With how many fingers a finger at that position is compared, at most. */
uint64_t duplicates_reach_met(const struct duplicates_reach *reach, enum finger_position position);

#endif
