/* fusion.h: what two fingers of one person give together: error rates of fused scores, whether they keep their
 * scale, and whether fingers given in the wrong order are found.
 *
 * People: where a set's fingers are named person-finger, those of one person; otherwise any two fingers stand for
 * a person, which is said ("virtual"): their fingers are more independent than a person's are.
 *
 * Bounds of 95 % by drawing people (virtual ones: fingers) anew. Thread rule: as measure.h.
 */
#ifndef KORDON_LAB_FUSION_H
#define KORDON_LAB_FUSION_H

#include "tools/measure/evaluation.h"

/* The claims that are held against what is seen. */
#define FUSION_CHECKS 3
extern const matcher_score fusion_checks[FUSION_CHECKS]; /* 20, 30, 40 */

/* How two people's fingers meet in a non-mated comparison. */
enum fusion_meeting {
    FUSION_SAME_POSITIONS,  /* index with index, thumb with thumb; real people only */
    FUSION_ANY_POSITIONS,   /* any two fingers of one with any two of the other */
    FUSION_SWAPS_TOLERATED, /* any, and each probe finger is compared with both */
    FUSION_MEETINGS
};
extern const char *const fusion_meeting_names[FUSION_MEETINGS];

/* The FMR that people are asked to reach: 0.01 %. */
#define FUSION_FMR 1e-4

struct fusion_rates {
    bool virtual_people;
    uint32_t people, fingers, duos; /* duos: two fingers of one person */
    /* By meeting: observed FMR at the claimed scores, as a multiple of the claim in low and high, too. */
    struct bounded_rate fmr[FUSION_MEETINGS][FUSION_CHECKS];
    matcher_score threshold[FUSION_MEETINGS];  /* the lowest with an observed FMR of at most FUSION_FMR */
    matcher_score single_threshold;            /* the same of one finger */
    struct bounded_rate single_fnmr;           /* one finger, at its threshold */
    struct bounded_rate fnmr[FUSION_MEETINGS]; /* two fingers, at theirs */
    struct bounded_rate fnmr40;                /* two fingers at score 40, swaps not tolerated */
    /* Swaps tolerated, at score 40: fingers in order that are said to be swapped; in the wrong order that are not
     * found, or found but not said to be swapped. */
    struct bounded_rate said_in_order, missed_swapped, unsaid_swapped;
};

/* Reasons: BAD_ARGUMENT (fewer than four fingers, or no two people), NO_MEMORY. */
enum reason fusion_measure(struct fusion_rates *rates, const struct print_set *set,
    const struct pair_list *list, struct failure *failure);

#endif
