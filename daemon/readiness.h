/* readiness.h: whether an identification for a purpose of the policy in force would succeed with this list and these sensors, and from how
 * many fingers on. What is against any purpose alike (clock, disk, memory, ...) is mode.h's to ask. Loop's thread.
 */
#ifndef KORDON_DAEMON_READINESS_H
#define KORDON_DAEMON_READINESS_H

#include "daemon/list/list.h"

/* *fingers: the fewest that the policy needs of a traveller who has all of them, and with which the target is reached; 0 unless DONE. The
 * purpose is one that searches the list. Reasons: those of list_check_somebody(); NO_COMMON_FINGER: nobody whom it may see has a finger
 * that is asked for of such a traveller, so that a "no match" could never be said; SENSOR_NOT_PERMITTED: no sensor that is registered here is what it asks for; THRESHOLD_UNREACHABLE with as many fingers as it takes;
 * LIST_TOO_OLD. Only where a list is open and the clock is believed, by the reading now_ms. */
enum reason readiness_check(const struct list *list, const struct policy_purpose *purpose, int64_t now_ms,
    uint32_t *fingers, struct failure *failure);

#endif
