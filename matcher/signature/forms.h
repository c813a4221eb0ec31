/* forms.h: the learned linear forms whose signs are a descriptor's bits. Private to the matcher's
 * kernels. */
#ifndef KORDON_MATCHER_SIGNATURE_FORMS_H
#define KORDON_MATCHER_SIGNATURE_FORMS_H

#include <stdint.h>

#include "matcher/signature/signature.h"

#define SIGNATURE_BITS        64
#define SIGNATURE_COUNT_PAIRS ((SIGNATURE_CELLS + 1) / 2)

/* Weights, -127..127, in the order in which vectors take them: by pair of values, then by bit, the two
 * weights. Pairs are two neighbouring counts; the cosine and the sine of a cell. */
extern const int16_t matcher_signature_count_forms[SIGNATURE_COUNT_PAIRS][SIGNATURE_BITS][2];
extern const int16_t matcher_signature_direction_forms[SIGNATURE_CELLS][SIGNATURE_BITS][2];

/* The bit is set where the sum of weights times values is greater. */
extern const int32_t matcher_signature_thresholds[SIGNATURE_BITS];

#endif
