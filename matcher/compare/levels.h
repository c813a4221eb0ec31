/* levels.h: the steps of a comparison, compiled for several kinds of processors. Private to the matcher folder.
 *
 * The same sources are compiled once a level, with COMPARISON_LEVEL as the end of the functions' names: that no code
 * for a newer processor can come to run unasked, they may share nothing but what is declared here. The
 * results are the same bits on every level.
 *
 * No state: any thread may call.
 */
#ifndef KORDON_MATCHER_COMPARE_LEVELS_H
#define KORDON_MATCHER_COMPARE_LEVELS_H

#include <stdbool.h>
#include <stdint.h>

#include "matcher/processor/processor.h"

#ifdef COMPARISON_LEVEL
#define AT_LEVEL_JOINED(name, level) name##_##level
#define AT_LEVEL_OF(name, level)     AT_LEVEL_JOINED(name, level)
#define AT_LEVEL(name)               AT_LEVEL_OF(name, COMPARISON_LEVEL)
#define matcher_prepare_print        AT_LEVEL(matcher_prepare_print)
#define matcher_match_edges          AT_LEVEL(matcher_match_edges)
#define matcher_rank_candidates      AT_LEVEL(matcher_rank_candidates)
#define matcher_grow_pairing         AT_LEVEL(matcher_grow_pairing)
#define matcher_measure_pairing      AT_LEVEL(matcher_measure_pairing)
#endif

struct print;
struct candidates;
struct growth;
struct pairing;

/* The steps of one level; comparison.h describes them. */
struct comparison_steps {
    void (*prepare)(struct print *print, const uint8_t *template_bytes, bool as_reference);
    void (*rank)(const struct print *probe, const struct print *reference, struct candidates *candidates);
    void (*grow)(const struct print *probe, const struct print *reference,
        const struct candidates *candidates, uint32_t seed, struct growth *growth, struct pairing *pairing);
    void (*measure)(const struct print *probe, const struct print *reference,
        const struct candidates *candidates, const struct pairing *pairing, float *evidence);
};

/* The steps of a level, or NULL where this processor or this build doesn't have it. */
const struct comparison_steps *matcher_comparison_steps_of(enum processor_level level);

/* Those of the highest level that this processor has: what the functions of comparison.h run. */
const struct comparison_steps *matcher_comparison_steps_in_force(void);

#endif
