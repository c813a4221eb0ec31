/* degraded.h: in which respects the crossing point works with less than it should (A1-A4): the table of degraded modes, beside the mode.
 *
 * The mode says whether an identification would succeed now; these say what is missing or was put off, since when, by whom, why and
 * until when, whether identification is armed or not. One row each; whoever finds out (mode.c) tells the table what it found, and gets
 * told whether that is a change, which is one entry of the log. Pure: no I/O, no clock. Loop's thread.
 */
#ifndef KORDON_DAEMON_DEGRADED_H
#define KORDON_DAEMON_DEGRADED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "daemon/principal.h"

/* In the order in which they are told: what keeps most from working comes first. */
enum degraded_mode {
    DEGRADED_NO_STORAGE,        /* nothing can be recorded (A2) */
    DEGRADED_SELF_TEST_FAILED,  /* this post may not compare as it was proven to (Q5) */
    DEGRADED_CAPTURE_SUSPENDED, /* by a supervisor (A3) */
    DEGRADED_NO_CAPTURE,        /* no scanner works, though they are enabled */
    DEGRADED_LIST_TOO_OLD,      /* for one purpose at least (A4) */
    DEGRADED_LIST_STALE,        /* likewise */
    DEGRADED_LOCAL_ONLY,        /* what lies elsewhere can't be reached (A1): the anchor */
    DEGRADED_COUNT
};

/* "no_storage" ... "local_only"; stable. */
const char *degraded_name(enum degraded_mode mode);

/* What is to be done meanwhile, for the officer and whoever maintains the machine; constant. */
const char *degraded_remedy(enum degraded_mode mode);

struct degraded_row {
    bool on;
    int64_t since_ms;             /* UTC */
    int64_t until_ms;             /* 0: not known */
    char by[PRINCIPAL_NAME_SIZE]; /* who brought it about: "kordond" for what it found */
    struct failure why;           /* reason, and what exactly */
    bool calm;                    /* private: it has not held since calm_ms */
    uint64_t calm_ms;             /* private: loop time */
};

/* Zeroed: none is on. */
struct degraded {
    struct degraded_row rows[DEGRADED_COUNT];
};

/* What was found of one of them. */
struct degraded_finding {
    bool known;         /* false: nothing can be said now; what was said stays */
    struct failure why; /* it holds, for this reason; reason DONE: it does not */
    int64_t since_ms;   /* when it began, where that is known better than by having been found now; 0: now */
};

enum degraded_change { DEGRADED_UNCHANGED, DEGRADED_BEGUN, DEGRADED_ENDED };

/* Takes over what kordond found at now_ms (UTC), loop_ms. A mode begins at once; one that comes and goes by itself (scanners, the
 * anchor) ends when it has not held for DEGRADED_CALM_MS, so that what flaps makes two entries and not hundreds. Another detail is no change. */
#define DEGRADED_CALM_MS 10000
enum degraded_change degraded_find(struct degraded *degraded, enum degraded_mode mode,
    const struct degraded_finding *finding, int64_t now_ms, uint64_t loop_ms);

/* The same for what somebody decided. degraded_end: the row still tells what it was. */
void degraded_begin(struct degraded *degraded, enum degraded_mode mode, const struct degraded_row *row);
void degraded_end(struct degraded *degraded, enum degraded_mode mode);

/* The names of those that are on, divided by ", "; "" where none is. Returns text. */
#define DEGRADED_NAMES_SIZE 128
const char *degraded_names(const struct degraded *degraded, char text[static DEGRADED_NAMES_SIZE]);

#endif
