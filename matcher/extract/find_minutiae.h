/* find_minutiae.h: minutiae as the places round which the phase of the ridge wave turns once. Private.
 *
 * The enhanced print is a wave, cos(phase). Where a ridge ends or forks there is one ridge more on one side
 * than on the other, so the phase gains a whole turn on the way round: a vortex. It needs no binary picture
 * and no skeleton, its place is known to a part of a pixel, its sign tells the direction, and whatever
 * disturbs a ridge without ending it (a pore, a scratch, a bridge) makes a pair of opposite vortices, that
 * can be told from a minutia by its partner. The model is Larkin, Fletcher: A coherent framework for
 * fingerprint analysis: are fingerprints holograms?, 2007. */
#ifndef KORDON_MATCHER_EXTRACT_FIND_MINUTIAE_H
#define KORDON_MATCHER_EXTRACT_FIND_MINUTIAE_H

#include "matcher/extract/extraction.h"

/* The ridge wave at a pixel: amplitude times cosine and sine of its phase. */
struct wave {
    float even, odd;
};

/* Direction index of the filter that made the wave at a pixel of the image. */
int32_t matcher_wave_direction(const struct extraction *extraction, int32_t x, int32_t y);

/* The wave at a pixel of the image, its phase counted in the sense of the given direction: a filter whose
 * direction lies more than a right angle away counts it the other way round. */
struct wave matcher_wave_at(const struct extraction *extraction, int32_t x, int32_t y, int32_t direction);

/* even, odd, direction, mask -> vortices. */
void matcher_find_minutiae(struct extraction *extraction);

#endif
