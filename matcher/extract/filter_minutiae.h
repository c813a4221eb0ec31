/* filter_minutiae.h: judges vortices and removes those that are no minutiae. Private. */
#ifndef KORDON_MATCHER_EXTRACT_FILTER_MINUTIAE_H
#define KORDON_MATCHER_EXTRACT_FILTER_MINUTIAE_H

#include "matcher/extract/extraction.h"

/* vortices -> vortices with quality and type; the false ones marked removed. */
void matcher_filter_minutiae(struct extraction *extraction);

#endif
