/* quality.h: what is found out about a sample: how good it is, why it is poor, whether it looks altered. Words and units
 * as in matcher.h. Thread rule: pure functions of their arguments.
 */
#ifndef KORDON_MATCHER_QUALITY_H
#define KORDON_MATCHER_QUALITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/guidance.h"
#include "matcher/sample_measures.h"

/* Why a sample is poor, in the order in which an officer should mend it: name, word of the APIs and the log, and what to do about it.
 * For OFF_CENTRE that is the way on
 * which the finger must go; what was cut off by the picture's edge is most often small, too, and comes whole by it. */
#define MATCHER_FLAWS(FLAW)                                                                                  \
    FLAW(NO_FINGER, "no_finger", PLACE_FINGER)                                                               \
    FLAW(OFF_CENTRE, "off_centre", CENTRE_FINGER)                                                            \
    FLAW(TOO_SMALL, "too_small", LAY_FLAT)                                                                   \
    FLAW(SMEARED, "smeared", HOLD_STILL)                                                                     \
    FLAW(TOO_WET, "too_wet", PRESS_LESS)                                                                     \
    FLAW(TOO_DRY, "too_dry", PRESS_MORE_FIRMLY)                                                              \
    FLAW(LOW_CONTRAST, "low_contrast", WIPE_GLASS)                                                           \
    FLAW(UNCLEAR, "unclear", CLEAN_FINGER)

enum matcher_flaw {
#define MATCHER_FLAW_ENUM(name, word, guidance) MATCHER_FLAW_##name,
    MATCHER_FLAWS(MATCHER_FLAW_ENUM)
#undef MATCHER_FLAW_ENUM
        MATCHER_FLAW_COUNT
};
const char *matcher_flaw_name(enum matcher_flaw flaw); /* "no_finger" */

/* Two in a hundred real prints show more signs of alteration. */
#define MATCHER_ALTERATION_NOTABLE 85

/* What extraction found out about the sample; valid also where it failed with SAMPLE_TOO_POOR. */
struct matcher_sample_report {
    /* 0-100: how many in a hundred comparisons of ordinary prints with their like are expected to score lower than
     * this sample's; 50 is an ordinary print. Derived in matcher/quality/quality.h */
    uint8_t quality;
    uint8_t minutiae_count;  /* kept in the template */
    uint16_t area_mm2;       /* fingerprint area found in the sample */
    uint16_t other_area_mm2; /* of the largest other piece of fingerprint in the sample, which is not used */
    /* Between ridges, by the resolution stated, micrometres; 0 where too few of them are clear. */
    uint16_t ridge_period_um;
    /* 0-100: signs that the finger's skin was altered, as one does who must not be recognised: flow that jumps where
     * none should, minutiae that crowd. 50 is where as many altered as unaltered prints of equal numbers lie; two in
     * a hundred real prints exceed MATCHER_ALTERATION_NOTABLE, and many of those have deep creases or sick skin: an
     * indication for people of the second line, never a verdict. */
    uint8_t alteration;
    uint32_t flaws; /* bits 1 << enum matcher_flaw; a usable sample may have some */
    struct sample_measures measures;
};

/* What to do about the first of the report's flaws; NONE where it has none. */
enum guidance matcher_sample_guidance(const struct matcher_sample_report *report);

/* Whether a sample is as good as a policy asks for. Reason: SAMPLE_TOO_POOR, with the guidance's sentence in the detail. */
enum reason matcher_sample_check(
    const struct matcher_sample_report *report, uint32_t least_quality, struct failure *failure);

#endif
