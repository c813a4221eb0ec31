/* segment.h: where the fingerprint is. Private. */
#ifndef KORDON_MATCHER_EXTRACT_SEGMENT_H
#define KORDON_MATCHER_EXTRACT_SEGMENT_H

#include "matcher/extract/extraction.h"

/* contrast -> mask: everything that may be fingerprint. Uses scratch. */
void matcher_segment_coarsely(struct extraction *extraction);

/* clarity, mask -> mask: what enhancement found to be ridges, in one piece, without holes. Uses scratch. */
void matcher_segment_finely(struct extraction *extraction);

#endif
