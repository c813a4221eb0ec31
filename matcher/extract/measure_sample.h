/* measure_sample.h: what is known of a sample when its minutiae are found, as figures. Private. */
#ifndef KORDON_MATCHER_EXTRACT_MEASURE_SAMPLE_H
#define KORDON_MATCHER_EXTRACT_MEASURE_SAMPLE_H

#include "matcher/extract/extraction.h"
#include "matcher/sample_measures.h"

/* raw, image, along, mask, clarity, period, flow, contrast, minutiae -> measures. Uses scratch. */
void matcher_measure_sample(struct extraction *extraction, struct sample_measures *measures);

#endif
