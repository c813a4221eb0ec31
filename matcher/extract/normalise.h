/* normalise.h: the image with the same brightness and contrast everywhere, so that later steps see ridges and
 * not pressure or light. After Hong, Wan, Jain: Fingerprint image enhancement, 1998 (normalisation), made
 * local. Private. */
#ifndef KORDON_MATCHER_EXTRACT_NORMALISE_H
#define KORDON_MATCHER_EXTRACT_NORMALISE_H

#include "matcher/extract/extraction.h"

/* raw -> image, contrast. Uses along and even as scratch. */
void matcher_normalise(struct extraction *extraction);

#endif
