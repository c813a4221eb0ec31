/* parameters.h: every tunable of extraction, with its unit and its reason. Private to the matcher folder.
 *
 * Ridges of adults are 8-10 px apart at 500 ppi, of children down to 5; the numbers below follow from that
 * unless they say otherwise.
 */
#ifndef KORDON_MATCHER_EXTRACT_PARAMETERS_H
#define KORDON_MATCHER_EXTRACT_PARAMETERS_H

/* --- Normalisation */

/* px; the window of 11 px holds one period: less would flatten ridges, more keeps shadows and wet patches. */
#define NORMALISE_RADIUS 5
/* Gray levels; what a sensor's noise has as deviation where no finger is. */
#define NORMALISE_NOISE 2.0f
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

/* --- Ridge period of the picture as it came, whatever its resolution */

/* px of the picture as it came: what 250 to 1200 ppi make of children's and adults' ridges. */
#define RIDGES_PERIOD_MIN       2.2f
#define RIDGES_STEPS_PER_OCTAVE 8
#define RIDGES_STEPS            33 /* four octaves: up to 35 px */
#define RIDGES_BINS_PER_STEP    4
/* px; a window's length across the ridges, and the side of the square in which it can be turned. */
#define RIDGES_ACROSS         64
#define RIDGES_WINDOW_SIDE    76
#define RIDGES_ACROSS_SMALL   48
#define RIDGES_WINDOWS_A_SIDE 24
/* Gray levels squared, over two pixels; and the structure tensor's coherence: below there are no ridges. */
#define RIDGES_LEAST_SLOPE     30.0f
#define RIDGES_LEAST_COHERENCE 0.4f
/* Part of the signature's power that one wave explains. */
#define RIDGES_LEAST_POWER   0.5f
#define RIDGES_LEAST_WINDOWS 4
/* Steps between the quartiles of the windows' periods: a smeared print has ridges of any distance, 99 of a hundred others
 * remain within. */
#define RIDGES_MOST_SPREAD (0.8f * RIDGES_STEPS_PER_OCTAVE)
/* mm between ridges at the resolution stated. Of 993 real prints of seven sensors at their true one all lie within 0.32 and
 * 0.63, of 120 synthetic ones within 0.40 and 0.59; small children's go down to a quarter of a millimetre. Beyond the outer
 * bounds the resolution can't be right; between inner and outer ones one would be surprised: 0.4 in a hundred of the real
 * ones. docs/accuracy.md says what misstatements they catch. */
#define RIDGES_FINEST        0.23f
#define RIDGES_DOUBTFUL_FINE 0.32f
#define RIDGES_DOUBTFUL_WIDE 0.58f
#define RIDGES_WIDEST        0.68f
#define RIDGES_TYPICAL       0.45f

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
/* Cells; what is nowhere wider than less is no fingerprint: 24 px hold three ridges. */
#define SEGMENT_LEAST_WIDTH 3

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

/* Deviations of the smoothed image from which on a pixel is surely ridge or valley. */
#define MEASURE_LEVEL 0.4f
/* Clarity below which a cell is unclear; that of a minutia from which on it is a good one. */
#define MEASURE_UNCLEAR      0.75f
#define MEASURE_GOOD_MINUTIA 0.6f
/* From here on a cell is skin, from paper (0) to ridges (1); and flooded, from valleys to ridges. */
#define MEASURE_SKIN    0.6f
#define MEASURE_FLOODED 0.85f
/* Cells; the neighbourhood that tells a core: four ridges each way. */
#define MEASURE_CORE_REACH 4

/* Flow field. A core or delta turns at least so fully, and the flow may jump within so many cells of it. */
#define MEASURE_SINGULAR       0.45f
#define MEASURE_SINGULAR_REACH 5
/* (1 - cosine of the doubled angle) / 2: a jump is from 30 degrees, a bend from 18 on. */
#define MEASURE_JUMP  0.25f
#define MEASURE_BEND  0.10f
#define MEASURE_CLEAR 0.80f
/* px; where minutiae crowd round one. */
#define MEASURE_CROWD_REACH 60.0f

#endif
