/* duplicates_describe.h: who is on a list twice, as answers and the log tell of it, in the same words with kordond and without it. Any thread.
 */
#ifndef KORDON_LIST_DUPLICATES_DESCRIBE_H
#define KORDON_LIST_DUPLICATES_DESCRIBE_H

#include "json/writer.h"
#include "list/duplicates.h"

/* How far a search of the set is, and how much it found: not who. duplicates NULL: nothing is known yet. */
void list_duplicates_write_progress(
    struct json_writer *answer, const struct opened_list *set, const struct list_duplicates *duplicates);

/* A pair, by its place. NULL without memory. */
json_t *list_duplicates_describe_pair(
    const struct opened_list *set, const struct list_duplicates *duplicates, size_t place);

/* For the log's entry of the event combination: counts alone. */
void list_duplicates_write_entry(
    struct json_writer *body, const struct opened_list *set, const struct list_duplicates *duplicates);

#define LIST_DUPLICATES_SHOWN                                                                                \
    "entries that are on the list twice" /* what was looked at, as the log says it */

#endif
