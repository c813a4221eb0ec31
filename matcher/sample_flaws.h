/* sample_flaws.h: why a sample is poor. The flaws themselves, their names and what to do about each are public
 * in matcher.h. Thread rule: pure functions of their arguments.
 */
#ifndef KORDON_MATCHER_SAMPLE_FLAWS_H
#define KORDON_MATCHER_SAMPLE_FLAWS_H

#include <stdbool.h>
#include <stdint.h>

#include "matcher/matcher.h"

/* How much the finger moved while its picture was taken; still prints are below FLAW_SMEARED. */
float sample_smear(const struct sample_measures *measures);

/* The flaws as bits, 1 << enum matcher_flaw. too_poor: extraction refuses the sample; then there is at least
 * one. */
uint32_t sample_flaws(const struct sample_measures *measures, bool too_poor);

#endif
