/* rescale.h: first step: the sample at 500 ppi. Private. */
#ifndef KORDON_MATCHER_EXTRACT_RESCALE_H
#define KORDON_MATCHER_EXTRACT_RESCALE_H

#include "matcher/extract.h"
#include "matcher/extract/plane.h"

/* A side of the sample in px at 500 ppi, at least 1. */
int32_t matcher_rescale_side(uint32_t side, uint32_t ppi);

/* Fills plane, which is whole cells wide and high and so may be a few pixels larger than the sample; what
 * lies beyond repeats the sample's edge. row: one row of plane.stride floats. */
void matcher_rescale(const struct matcher_sample *sample, const struct plane *plane, float *row);

#endif
