/* mode.h: whether an identification would succeed now: the one answer that mode, /readyz, status and metrics give.
 *
 * Armed stands for all of it: a proven state and list, a purpose of the policy in force for which somebody may be searched for today, with
 * fingers and sensors that it takes and enough of them for the target (readiness.h), a clock and an anchor that hold, storage for a
 * transaction's entries, a self-test that has not failed, capture that is not suspended, somebody who would see a match and a place for it, and memory
 * to lock for a sample. Beside it stand
 * the degraded modes (degraded.h): what is missing whether it is armed or not, derived at the same moment. Loop's thread.
 */
#ifndef KORDON_DAEMON_MODE_H
#define KORDON_DAEMON_MODE_H

#include "daemon/degraded_log.h"
#include "daemon/evidence.h"
#include "daemon/guard.h"
#include "daemon/list/list.h"
#include "daemon/second_line.h"
#include "daemon/self_test/self_test.h"
#include "daemon/storage_gaps.h"
#include "daemon/suspension.h"

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
    const struct second_line *second_line;   /* that is in force */
    const uint32_t *unfinished_transactions; /* travellers whose samples are in memory */
    const uint32_t *looks;                   /* at prints that are under way */
    enum mode_word word;
    struct failure why;          /* of another one than armed */
    uint32_t armed_from_fingers; /* the fewest that are enough for some purpose; 0 where it is not armed */
    bool memory_short;      /* as found last, while no samples and no look's prints were what is missing */
    struct failure storage; /* why nothing can be recorded; DONE: it can */
    bool disk_short;        /* there was too little room on the disk when it was looked at last */
    struct degraded degraded;
    struct suspension suspension;
    struct self_test self_test;
    struct storage_gaps gaps; /* times at which nothing could be recorded */
    struct degraded_log degraded_log;
    int64_t derived_ms; /* by which reading of the clock all of that is so */
    bool deriving;      /* private */
    struct event_listener listener;
};

/* Joins its parts; before anything else is called. */
void mode_init(struct mode *mode);

/* Gives up what could not be written. */
void mode_finish(struct mode *mode);

/* DONE where something may be captured and recorded now, whatever is compared with it: SELF_TEST_FAILED, CAPTURE_SUSPENDED, or why nothing can be recorded. */
enum reason mode_check_capture(struct mode *mode, struct failure *failure);

/* As it was derived last, for one purpose that searches the list: the fewest fingers with which an identification for it would succeed; 0
 * unless DONE. Reasons: why it is not armed for any purpose, and those of readiness_check(). */
enum reason mode_check_purpose(const struct mode *mode, const struct policy_purpose *purpose,
    uint32_t *fingers, struct failure *failure);

/* The most persons that any purpose which searches the list has a match verified by; the strictest where no policy is known. */
uint32_t mode_examiners(const struct mode *mode);

/* As list_judge_age(), now. False where nobody can know it: there is no list that is proven, or the clock is in doubt (A4). */
bool mode_list_age(const struct mode *mode, const char *purpose, enum policy_list_age *age);

/* From now on it is derived anew when another list is in force, or something happens to a scanner. */
void mode_follow_list(struct mode *mode);

/* Bytes that are free on the state's file system. As failure_set_errno(); then left is 0. */
enum reason mode_disk_left(const struct mode *mode, uint64_t *left, struct failure *failure);

/* Derives it anew, after something it depends on may have changed (the look of each second does so after
 * a reload or another policy, too); says in the log and to listeners where it is another one. */
void mode_derive(struct mode *mode);

#endif
