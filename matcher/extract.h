/* extract.h: extraction as one page of steps. Private: matcher_extract() is the public face; the steps can
 * also be run on an extraction whose intermediates stay readable, for tests. */
#ifndef KORDON_MATCHER_EXTRACT_H
#define KORDON_MATCHER_EXTRACT_H

#include "matcher/extract/extraction.h"

/* Lays all intermediates of a width x height sample (px at 500 ppi) out in the arena. */
struct extraction *extraction_take(struct arena *arena, int32_t width, int32_t height);

/* Sample to content. */
void extraction_run(struct extraction *extraction, const struct matcher_sample *sample);

#endif
