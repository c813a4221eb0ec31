/* penetration.h: what the first stage of a search loses.
 *
 * Each print of the sets searches all others by its signature alone. Its mates' penetration is the share of
 * the other fingers' prints that score higher: what has to be compared finely before the mate is reached.
 * Mates are counted apart that the fine comparison would accept at a threshold: only they can be lost.
 *
 * Thread rule: no state; all functions run on the caller's thread.
 */
#ifndef KORDON_TOOLS_MEASURE_PENETRATION_H
#define KORDON_TOOLS_MEASURE_PENETRATION_H

#include "matcher/laboratory_internal.h"
#include "tools/measure/measure.h"

/* Penetrations, in parts of a million, and thresholds of the fine score; the first lets all pairs in. */
enum { PENETRATION_HALF_PERCENT = 3, PENETRATION_ONE_PERCENT = 4, PENETRATIONS = 7 };
enum { PENETRATION_SCORE_50 = 2, PENETRATION_SCORE_60 = 3, PENETRATION_SCORES = 4 };
extern const uint32_t penetrations[PENETRATIONS];
extern const matcher_score penetration_scores[PENETRATION_SCORES];

/* Mated pairs, either print of them as the probe. */
struct penetration_table {
    uint32_t pairs[PENETRATION_SCORES];
    uint32_t missed[PENETRATION_SCORES][PENETRATIONS];
};

/* All prints of all sets that have a template. */
struct listing {
    uint32_t count;
    struct listed {
        const struct set_print *print; /* not owned */
        uint32_t set;
    } * prints;
    struct signature *references;
    struct probe_signature *probes;
    uint16_t *scores;
};

/* Reason: NO_MEMORY. A zeroed listing, or one that could not be made, can be finished. */
enum reason listing_make(
    struct listing *listing, const struct print_set *sets, uint32_t set_count, struct failure *failure);
void listing_finish(struct listing *listing);

/* An array for signatures; free() ends it. NULL: no memory. */
struct signature *signature_array(size_t count);

/* Adds what the prints of one set lose in a search among all, or those of all sets. Reason: NO_MEMORY. */
#define PENETRATION_ALL_SETS UINT32_MAX
enum reason penetration_measure(
    const struct listing *listing, uint32_t set, struct penetration_table *table, struct failure *failure);

/* The share of the pairs from a score on that lie outside a penetration, both by index, in percent. */
double penetration_missed(const struct penetration_table *table, uint32_t score, uint32_t penetration);

#endif
