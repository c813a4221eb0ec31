/* inverted.h: negatives, in which ridges are bright on a dark ground. Private.
 *
 * The matcher wants dark ridges. A negative still compares, at a price: minutiae change their kind and lie half a ridge
 * aside, which costs about a tenth of the score.
 */
#ifndef KORDON_ENROL_INVERTED_H
#define KORDON_ENROL_INVERTED_H

#include <stdbool.h>
#include <stdint.h>

/* Whether what surrounds the print is much darker than the print itself. False also where nothing surrounds it: then nobody
 * can tell. */
bool picture_is_inverted(const uint8_t *pixels, uint32_t width, uint32_t height);

void picture_invert(uint8_t *pixels, uint32_t width, uint32_t height);

#endif
