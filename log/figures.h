/* figures.h: what a month of the log says of how well a post compares, without anything personal (Q5).
 *
 * Computed from entries alone: kordond from its own, an auditor from an export, the same from both. Counts by purpose of collections, of
 * captures that were refused and of what ended transactions, and the self-tests with their scores. Nobody is to be singled out by them: a count of one to four is told as "<5",
 * and where the others of its table would give it away, the smallest of those is "withheld". Nothing is told of travellers' groups
 * and ages (Q9), and nothing of what the first line was not told (P6). Pure; a struct belongs to one thread at a time.
 */
#ifndef KORDON_LOG_FIGURES_H
#define KORDON_LOG_FIGURES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "log/entry.h"

#define FIGURES_LEAST 5 /* the smallest count of people that is told as it is */

/* The events whose entries count. */
#define FIGURES_EVENTS                                                                                       \
    (LOG_EVENT_BIT(LOG_EVENT_COLLECTION) | LOG_EVENT_BIT(LOG_EVENT_CONSULTATION) |                           \
        LOG_EVENT_BIT(LOG_EVENT_SELF_TEST))

/* Private, but for the time: UTC, from the one to before the other. */
struct log_figures {
    int64_t since_ms, until_ms;
    char month[8];
    uint64_t entries, unseen;
    json_t *purposes; /* {purpose: {table: {cell: count}}} */
    uint64_t passed, failed, incomplete;
    bool scored;
    json_int_t mated_lowest, other_highest;
    bool lacks; /* there was no memory for a count */
};

/* month: "2026-11". BAD_VALUE, NO_MEMORY: then it holds nothing. */
enum reason log_figures_init(struct log_figures *figures, const char *month, struct failure *failure);
void log_figures_finish(struct log_figures *figures); /* takes a zeroed struct */

/* One entry, of any event and time. body NULL: it is not there to be seen, which is counted. */
void log_figures_add(struct log_figures *figures, const char *event, int64_t time_ms, const json_t *body);

/* The same for one as journal_read() gives it. */
void log_figures_add_entry(struct log_figures *figures, const json_t *entry);

/* All of it, of a log of that size. New object; NULL without memory, also where a count got lost for want of it. */
json_t *log_figures_json(const struct log_figures *figures, uint64_t size);

#endif
