/* mode.h: whether an identification would succeed now: the one answer that mode, /readyz, status and metrics give.
 *
 * Armed stands for all of it: a proven state and list, somebody to be searched for today, enough fingers for the target, a clock and an
 * anchor that hold, room on the disk for a transaction's entries, and memory to lock for a sample. Loop's thread.
 */
#ifndef KORDON_DAEMON_MODE_H
#define KORDON_DAEMON_MODE_H

#include "daemon/evidence.h"
#include "daemon/guard.h"
#include "daemon/list/list.h"

enum mode_word { MODE_ARMED, MODE_IDENTIFICATION_REFUSED, MODE_LOCKED };

/* "armed", "identification_refused", "locked" */
const char *mode_name(enum mode_word word);

/* What it follows from is filled in by whoever makes it. */
struct mode {
    const struct configuration *configuration;
    const struct guard *guard;
    struct list *list;
    struct evidence *evidence;
    struct events *events;
    const uint32_t *unfinished_transactions; /* travellers whose samples are in memory */
    enum mode_word word;
    struct failure why;          /* of another one than armed */
    uint32_t armed_from_fingers; /* the fewest that reach the target; 0 where it is not armed */
    bool memory_short;           /* as found last, while nobody's samples were in it */
    bool deriving;               /* private */
    struct event_listener listener;
};

/* From now on it is derived anew when another list is in force. */
void mode_follow_list(struct mode *mode);

/* Bytes that are free on the state's file system. As failure_set_errno(); then left is 0. */
enum reason mode_disk_left(const struct mode *mode, uint64_t *left, struct failure *failure);

/* Derives it anew, after something it depends on may have changed; says in the log and to listeners where it is another one. */
void mode_derive(struct mode *mode);

#endif
