/* sample_quality.h: one number for how good a sample is for comparison. Private. */
#ifndef KORDON_MATCHER_EXTRACT_SAMPLE_QUALITY_H
#define KORDON_MATCHER_EXTRACT_SAMPLE_QUALITY_H

#include "matcher/extract/extraction.h"

/* The mean clarity of what was found to be fingerprint, 0..1. Noise alone reaches 0.55. */
float mean_clarity(const struct extraction *extraction);

/* mask, clarity -> area and quality. */
void measure_sample(const struct extraction *extraction, struct matcher_sample_report *report);

#endif
