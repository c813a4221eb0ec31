/* parameters.h: every tunable of extraction, with its unit and its reason. Private to the matcher folder.
 *
 * Ridges of adults are 8-10 px apart at 500 ppi, of children down to 5; the numbers below follow from that
 * unless they say otherwise.
 */
#ifndef KORDON_MATCHER_PARAMETERS_H
#define KORDON_MATCHER_PARAMETERS_H

/* --- Normalisation */

/* px; the window of 11 px holds one period: less would flatten ridges, more keeps shadows and wet patches. */
#define NORMALISE_RADIUS 5
/* Gray levels; what a sensor's noise has as deviation where no finger is. */
#define NORMALISE_NOISE 4.0f
/* Deviation below this part of the image's high one is amplified no further. */
#define NORMALISE_FLOOR 0.15f
/* In deviations; pores, dust and scratches count no more than ridges. */
#define NORMALISE_CLIP 2.0f

/* --- Orientation */

/* Neighbourhoods of about 6, 12 and 25 px deviation. */
#define ORIENTATION_SCALES 3
/* What the wider ones count where all are equally coherent. */
#define ORIENTATION_MIDDLE 0.5f
#define ORIENTATION_WIDE   0.15f
/* Gradient energy of a cell that says nothing: that of a flat background after normalisation. */
#define ORIENTATION_NOISE 2.0f

/* --- Ridge period, px */

#define PERIOD_MIN     4.5f
#define PERIOD_MAX     16.0f
#define PERIOD_TYPICAL 9.0f

/* --- Filters */

/* Orientations that filters exist for, in half a turn: 2.8 degrees. */
#define FILTER_DIRECTIONS 64
/* Periods that filters exist for, from PERIOD_MIN on, each FILTER_PERIOD_STEP times the one before. */
#define FILTER_PERIODS     18
#define FILTER_PERIOD_STEP 1.08f
/* px; deviation of the smoothing along ridges: about half a period heals pores, more than one eats minutiae.
 */
#define FILTER_ALONG 4.0f
/* Periods; deviation of the window across ridges. */
#define FILTER_ACROSS 0.5f

/* --- Segmentation */

/* Part of the image's high contrast from which on there may be fingerprint. */
#define SEGMENT_CONTRAST 0.25f
/* Part of the fingerprint's cells up to which an enclosed gap belongs to it. */
#define SEGMENT_HOLE 0.1f
/* Correlation of image and enhanced ridges from which on a cell is fingerprint. */
#define SEGMENT_FINE 0.50f

/* --- Minutiae */

/* px from the border of the contact. */
#define BORDER_DISTANCE 7.0f
/* px; opposite vortices nearer than this are one disturbance. */
#define PAIR_DISTANCE 5.0f

/* Quality of a minutia: the probability that another impression shows it, by logistic regression over pairs
 * of impressions: of the agreement with the wave round a perfect minutia, of the clarity around it, and of
 * the distance to the next opposite vortex as a part of OPPOSITE_REACH px. */
#define QUALITY_BIAS     (-5.0f)
#define QUALITY_RING     2.3f
#define QUALITY_CLARITY  4.0f
#define QUALITY_OPPOSITE 2.0f
#define OPPOSITE_REACH   30.0f
/* Rings of half a period to a whole one round a vortex, and places on each. */
#define VORTEX_RINGS 3
#define VORTEX_STEPS 16
/* Minutiae below are not kept. */
#define QUALITY_LEAST 0.2f

/* --- Sample quality */

/* mm2 of fingerprint that make half of the full size score: a quarter of a finger's pad. */
#define QUALITY_HALF_AREA 40.0f
/* Mean clarity at which a sample is worth nothing and all: noise reaches 0.55, a perfect print 0.95. */
#define QUALITY_LEAST_CLARITY 0.6f
#define QUALITY_FULL_CLARITY  0.9f
/* mm2 and minutiae below which no comparison means anything. */
#define QUALITY_LEAST_AREA     15
#define QUALITY_LEAST_MINUTIAE 4

#endif
