/* list_turn.h: what replaces the searched list waits for its turn. A change is over when the set in memory is what was recorded of it: an
 * erasure that came between would be recorded of the one list and taken off the other. Loop's thread.
 */
#ifndef KORDON_DAEMON_LIST_TURN_H
#define KORDON_DAEMON_LIST_TURN_H

#include "daemon/kordond.h"

/* In the memory of the change, which stays until it has ended its turn. */
struct list_turn {
    struct list_turn *next;
    void (*begin)(struct list_turn *turn);
};

/* Calls begin when those that came before have ended: at once where there are none. */
void list_turn_wait(struct kordond *kordond, struct list_turn *turn, void (*begin)(struct list_turn *turn));

/* Of the one whose turn it is. */
void list_turn_end(struct kordond *kordond);

#endif
