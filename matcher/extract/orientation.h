/* orientation.h: the ridge flow, from the gradients' structure tensor at several scales. After Bazen, Gerez:
 * Systematic methods for the computation of the directional fields and singular points of fingerprints, 2002.
 * Private. */
#ifndef KORDON_MATCHER_EXTRACT_ORIENTATION_H
#define KORDON_MATCHER_EXTRACT_ORIENTATION_H

#include "matcher/extract/extraction.h"

/* plane (image or even) -> flow. weight: how much each cell may say to its neighbours, NULL = all the same.
 * Uses scratch. */
void matcher_measure_flow(
    struct extraction *extraction, const struct plane *plane, const struct grid *weight);

/* The flow at a pixel, between the cells' centres; not of unit length. */
struct flow_vector {
    float x, y;
};
struct flow_vector matcher_flow_at(const struct flow *flow, float x, float y);

#endif
