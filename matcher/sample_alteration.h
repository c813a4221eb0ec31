/* sample_alteration.h: signs that a fingerprint was altered, by cutting, grafting, burning or the like, from what was
 * measured of it. Thread rule: pure functions of their arguments.
 */
#ifndef KORDON_MATCHER_SAMPLE_ALTERATION_H
#define KORDON_MATCHER_SAMPLE_ALTERATION_H

#include <stdint.h>

#include "matcher/sample_measures.h"

/* 0-100; what it means is said at struct matcher_sample_report. */
uint8_t sample_alteration(const struct sample_measures *measures);

#endif
