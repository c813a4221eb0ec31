/* storage_gaps.h: the last times at which nothing could be recorded, as the log knows them: what a record on paper may be of (A2). Values;
 * any thread.
 */
#ifndef KORDON_DAEMON_STORAGE_GAPS_H
#define KORDON_DAEMON_STORAGE_GAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORAGE_GAPS_MAX 16

/* UTC; why: "no_storage", or "not_running": kordond did not; constant. */
struct storage_gap {
    int64_t from_ms, until_ms;
    const char *why;
};

/* Zeroed: none is known. */
struct storage_gaps {
    struct storage_gap gaps[STORAGE_GAPS_MAX]; /* a ring */
    size_t count;                              /* that were ever added */
};

void storage_gaps_add(struct storage_gaps *gaps, int64_t from_ms, int64_t until_ms, const char *why);

/* One that a moment, said to the minute, lies in; NULL where none is known. */
const struct storage_gap *storage_gaps_find(const struct storage_gaps *gaps, int64_t ms);

#endif
