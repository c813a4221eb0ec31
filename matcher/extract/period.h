/* period.h: how far the ridges are apart. Private. */
#ifndef KORDON_MATCHER_EXTRACT_PERIOD_H
#define KORDON_MATCHER_EXTRACT_PERIOD_H

#include "matcher/extract/extraction.h"

/* along, mask -> period. A wave's mean squared slope over its mean square is its squared wave number;
 * smoothing along the ridges has left little else than that wave. Uses scratch. */
void matcher_measure_period(struct extraction *extraction);

#endif
