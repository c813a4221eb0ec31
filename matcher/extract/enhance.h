/* enhance.h: contextual enhancement: smoothing along the ridges, then a band-pass across them, both along
 * lines of the local direction, so that the filter bends with the ridge. Even and odd response together are
 * the ridge wave with its phase. In the tradition of Hong, Wan, Jain 1998 (Gabor filters tuned to local
 * orientation and frequency), made separable. Private. */
#ifndef KORDON_MATCHER_EXTRACT_ENHANCE_H
#define KORDON_MATCHER_EXTRACT_ENHANCE_H

#include "matcher/extract/extraction.h"

/* Filters are made when first used. */
struct filter_bank *matcher_filter_bank_take(struct arena *arena);
void matcher_filter_bank_reset(struct filter_bank *bank);

/* flow -> direction of each block. */
void matcher_choose_directions(struct extraction *extraction);

/* image -> along, in the mask's cells (and one around). */
void matcher_smooth_along_ridges(struct extraction *extraction);

/* along, period -> even, odd; zero outside the mask. */
void matcher_filter_across_ridges(struct extraction *extraction);

/* along -> even and odd of the pixels (x, y), (x + 1, y), (x + 1, y + 1) and (x, y + 1), all four by the filter
 * of the block that (x, y) is in: between two blocks the planes' values come from two filters. */
void matcher_filter_square_across(
    const struct extraction *extraction, int32_t x, int32_t y, float even[static 4], float odd[static 4]);

/* image, even -> clarity. */
void matcher_measure_clarity(struct extraction *extraction);

#endif
