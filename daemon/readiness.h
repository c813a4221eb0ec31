/* readiness.h: whether an identification would succeed now: the one answer that mode, /readyz, status and metrics give.
 *
 * Armed stands for all of it: a proven state and list, somebody to be searched for today, enough fingers for the target, a clock and an
 * anchor that hold, room on the disk for a transaction's entries, and memory to lock for a sample. Loop's thread, but for
 * readiness_memory_kept().
 */
#ifndef KORDON_DAEMON_READINESS_H
#define KORDON_DAEMON_READINESS_H

#include <jansson.h>

#include "daemon/kordond.h"

struct readiness {
    enum kordond_mode mode;
    struct failure why;          /* of another mode than armed */
    uint32_t armed_from_fingers; /* the fewest that reach the target; 0 where it is not armed */
    bool memory_short;           /* as found last, while nobody's samples were in it */
};

void readiness_judge(const struct kordond *kordond, struct readiness *readiness);

/* The threshold of a search of the whole list with that many fingers. Reasons: why there is no list, LIST_MISSING,
 * NOBODY_SEARCHED, THRESHOLD_UNREACHABLE. */
enum reason readiness_threshold(
    const struct kordond *kordond, uint32_t fingers, matcher_score *threshold, struct failure *failure);

/* Whether the set is of today: there was no memory to arrange it where it is not, and people are missing in it. NO_MEMORY. */
enum reason readiness_today(const struct reference_set *set, struct failure *failure);

/* NOBODY_SEARCHED, with the reason in the list: nobody there, nobody today, nobody for the purpose (NULL: any declared one). DONE
 * where there is somebody. */
enum reason readiness_somebody(const struct reference_set *set, const char *purpose, struct failure *failure);

/* Locked memory that list changes and requests other than a traveller's sample leave free: what one sample takes. Any thread. */
size_t readiness_memory_kept(void);

/* Locked memory needed in all with a list of these totals (NULL: none), in bytes, and while it is replaced by one of its size. */
struct memory_need {
    size_t now, for_change;
};
struct memory_need readiness_memory_need(
    const struct configuration *configuration, const struct reference_totals *totals);

/* {"locked", "limit", "needed", "needed_for_change"} for status: limit null where there is none, the last two left out where the list is
 * not open. New object. */
json_t *readiness_memory_json(const struct kordond *kordond);

#endif
