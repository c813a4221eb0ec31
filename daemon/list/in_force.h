/* list_in_force.h: which watchlist is searched now, and whether identification is armed with it.
 *
 * After each change the set is built anew beside the loop and swapped whole; thresholds follow from its size. When a day comes on
 * which entries begin or end, and when one is erased, a light set takes its place. Loop's thread, but for list_build() and
 * list_measure().
 */
#ifndef KORDON_DAEMON_LIST_IN_FORCE_H
#define KORDON_DAEMON_LIST_IN_FORCE_H

#include <jansson.h>

#include "daemon/kordond.h"

/* Puts a set in force (NULL: failure says why there is none), derives the mode anew, and says in the log and
 * to listeners what changed. */
void list_put_in_force(struct kordond *kordond, struct reference_set *set, const struct failure *failure);

/* Puts in force the present set without an erased entry. It takes no locked memory. ENTRY_NOT_FOUND where it does not have it,
 * NO_MEMORY: then the list is to be built anew. */
enum reason list_put_in_force_without(
    struct kordond *kordond, const struct watchlist_id *id, struct failure *failure);

/* Builds a set as the configuration wants it, beside what is kept for travellers; and what that takes. Any thread. Reasons: those of
 * reference_set_build(), and of the source. */
enum reason list_build(const struct configuration *configuration, const struct reference_source *source,
    uint32_t threads, struct reference_set **set, struct failure *failure);
enum reason list_measure(const struct configuration *configuration, const struct reference_source *source,
    struct reference_totals *totals, struct failure *failure);

/* Looks at the day, derives the mode anew, after something it depends on changed, and says it where it is another one. */
void list_derive_mode(struct kordond *kordond);

/* Builds the set from the store in the reading thread and installs it; then done(data). Only in its caller's turn (list_turn.h): what was
 * erased meanwhile would be searched again. */
enum reason list_reload(
    struct kordond *kordond, void (*done)(void *data), void *data, struct failure *failure);

/* [{"fingers", "threshold", "reachable", "why"}] for one to ten fingers, for the whole list. New object. */
json_t *list_thresholds(const struct kordond *kordond);

#endif
