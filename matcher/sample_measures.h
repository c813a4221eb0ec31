/* sample_measures.h: what extraction measures of a sample to judge it by. The quality value, the flaws of a
 * poor capture and the signs of alteration are all made of these. For measuring and tests: no meaning outside.
 *
 * Cells are 8 x 8 px at 500 ppi; "fingerprint" is what segmentation kept. Thread rule: plain values.
 */
#ifndef KORDON_MATCHER_SAMPLE_MEASURES_H
#define KORDON_MATCHER_SAMPLE_MEASURES_H

/* Name, word, and what it is; shares are 0..1. Roughness is the mean square, in deviations of the normalised
 * image, of what the smoothing along the ridges takes away: a ridge that breaks or has open pores is rough, a
 * valley that is bridged or dirty is. */
#define SAMPLE_MEASURES(MEASURE)                                                                             \
    MEASURE(AREA, area)                         /* mm2 of fingerprint */                                     \
    MEASURE(CLARITY, clarity)                   /* mean over the fingerprint; noise reaches 0.55 */          \
    MEASURE(UNCLEAR_SHARE, unclear_share)       /* of the fingerprint's cells */                             \
    MEASURE(COHERENCE, coherence)               /* mean length of the ridge flow's vectors */                \
    MEASURE(GOOD_MINUTIAE, good_minutiae)       /* those that another impression most probably shows */      \
    MEASURE(CONTRAST, contrast)                 /* gray levels between ridges and valleys */                 \
    MEASURE(RIDGE_ROUGHNESS, ridge_roughness)   /* high where skin is dry */                                 \
    MEASURE(VALLEY_ROUGHNESS, valley_roughness) /* high where it is wet */                                   \
    MEASURE(FLOODED_SHARE, flooded_share)       /* of the contact: as dark as ridges all over */             \
    MEASURE(LOST_SHARE, lost_share)             /* of the contact: no fingerprint there */                   \
    MEASURE(CUT_SHARE, cut_share)               /* of the fingerprint's outline: the picture's edge */       \
    MEASURE(OFF_CENTRE, off_centre)             /* its middle from the picture's, as part of half a side */  \
    MEASURE(RIGHT, right)         /* how much farther right than left it lies; see measure_place() */        \
    MEASURE(DOWN, down)           /* and farther down than up */                                             \
    MEASURE(CORE, core)           /* 0..1: how fully the flow turns round the place where it turns most */   \
    MEASURE(CORE_EDGE, core_edge) /* px from that place to the end of the fingerprint */                     \
    MEASURE(JUMPS, jumps)         /* share of cells from which the flow jumps to a neighbour */              \
    MEASURE(CLEAR_JUMPS, clear_jumps) /* the same between clear cells away from cores and deltas */          \
    MEASURE(BENDS, bends)             /* share of cells from which it bends over two cells */                \
    MEASURE(CROWDING, crowding)       /* most minutiae round any one, for each 1,000 px */                   \
    MEASURE(ANISOTROPY, anisotropy)   /* how much contrast depends on the ridges' direction */

enum sample_measure {
#define SAMPLE_MEASURE_ENUM(name, word) SAMPLE_MEASURE_##name,
    SAMPLE_MEASURES(SAMPLE_MEASURE_ENUM)
#undef SAMPLE_MEASURE_ENUM
        SAMPLE_MEASURE_COUNT
};

struct sample_measures {
    float of[SAMPLE_MEASURE_COUNT];
};

/* Its word, "area" and so on. */
const char *matcher_sample_measure_name(enum sample_measure measure);

#endif
