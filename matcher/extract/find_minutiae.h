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

/* even, odd, direction, mask -> vortices. */
void find_minutiae(struct extraction *extraction);

#endif
