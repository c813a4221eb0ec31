/* list_in_force.h: which watchlist is searched now, and whether identification is armed with it.
 *
 * After each change the set is built anew beside the loop and swapped whole; thresholds follow from its size.
 * Loop's thread.
 */
#ifndef KORDON_DAEMON_LIST_IN_FORCE_H
#define KORDON_DAEMON_LIST_IN_FORCE_H

#include <jansson.h>

#include "daemon/kordond.h"

/* Puts a set in force (NULL: failure says why there is none), derives the mode anew, and says in the log and
 * to listeners what changed. */
void list_install(struct kordond *kordond, struct reference_set *set, const struct failure *failure);

/* Derives the mode anew, after something it depends on changed, and says it where it is another one. */
void list_derive_mode(struct kordond *kordond);

/* Builds the set from the store in the reading thread and installs it; then done(data). */
enum reason list_reload(
    struct kordond *kordond, void (*done)(void *data), void *data, struct failure *failure);

/* [{"fingers", "threshold", "reachable", "why"}] for one to ten fingers, for the whole list. New object. */
json_t *list_thresholds(const struct kordond *kordond);

#endif
