/* quality.h: how good a sample is, why it is poor and whether it looks altered, from what was measured of it. The words
 * for flaws, and what to do about each, are public in matcher/quality.h. Private to the matcher folder.
 *
 * The quality is the rank that comparisons of the sample with other impressions of its finger are expected to
 * reach: how many in a hundred mated comparisons of ordinary prints score lower. 50 is an ordinary print of a
 * willing person; the scale doesn't change with the calibration. It is a metric with an a-priori derived
 * correlation: a linear function of a few measures, by least squares on the mated comparisons of several sensors,
 * each set freed of its mean. `kordon-lab fit-quality` derives it again.
 *
 * Thread rule: pure functions of their arguments.
 */
#ifndef KORDON_MATCHER_QUALITY_QUALITY_H
#define KORDON_MATCHER_QUALITY_QUALITY_H

#include <stdbool.h>
#include <stdint.h>

#include "matcher/quality.h"

/* Fills in quality, alteration and flaws of a report that has measures, minutiae and area. True where the sample is too
 * poor for any comparison to mean something; then it has a flaw. */
bool matcher_sample_judge(struct matcher_sample_report *report);

/* --- Quality --- */

#define SAMPLE_QUALITY_MAX 100

enum quality_term {
    QUALITY_TERM_MINUTIAE, /* good ones, saturating */
    QUALITY_TERM_CORE,     /* the core's distance from the end of the fingerprint, saturating */
    QUALITY_TERM_ROUGH,    /* valleys */
    QUALITY_TERM_UNCLEAR,
    QUALITY_TERM_FLOODED,
    QUALITY_TERM_COUNT
};

struct sample_quality_weights {
    float bias;
    float of[QUALITY_TERM_COUNT];
};

/* Those in force. */
extern const struct sample_quality_weights matcher_sample_quality_weights;

void matcher_sample_quality_terms(
    const struct sample_measures *measures, float terms[static QUALITY_TERM_COUNT]);

/* "MINUTIAE" and so on, as in the enum. */
const char *matcher_sample_quality_term_name(enum quality_term term);

/* The value that weights give, not rounded and not limited to 0-100; smearing is counted apart, as no set holds
 * enough of it to fit a weight. */
float matcher_sample_quality_value(
    const struct sample_quality_weights *weights, const struct sample_measures *measures);

/* 0-100, by the weights in force. */
uint8_t matcher_sample_quality(const struct sample_measures *measures);

/* --- Flaws --- */

/* How much the finger moved while its picture was taken; still prints are below FLAW_SMEARED. */
float matcher_sample_smear(const struct sample_measures *measures);

/* The flaws as bits, 1 << enum matcher_flaw. too_poor: extraction refuses the sample; then there is at least
 * one. */
uint32_t matcher_sample_flaws(const struct sample_measures *measures, bool too_poor);

/* --- Signs of alteration: by cutting, grafting, burning or the like --- */

/* 0-100; what it means is said at struct matcher_sample_report. */
uint8_t matcher_sample_alteration(const struct sample_measures *measures);

#endif
