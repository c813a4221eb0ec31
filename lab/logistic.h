/* logistic.h: weighted logistic regression with a ridge penalty and signs that coefficients must keep.
 *
 * Minimises the weighted sum of log(1 + exp(-s z)), s = +1 for a positive row and -1 for another, z = bias +
 * coefficients . features, plus ridge / 2 times the squared coefficients of the features in standard deviations.
 * Newton's method; its quadratic step is solved by coordinate descent within the bounds of the signs.
 */
#ifndef KORDON_LAB_LOGISTIC_H
#define KORDON_LAB_LOGISTIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

#define LOGISTIC_FEATURES_MAX 64

struct logistic_row {
    const float *features;
    double weight; /* those of all rows sum to 1 */
    bool positive;
};

/* What a coefficient may be. */
enum logistic_sign { LOGISTIC_FREE, LOGISTIC_NOT_NEGATIVE, LOGISTIC_NOT_POSITIVE, LOGISTIC_ZERO };

struct logistic_problem {
    const struct logistic_row *rows;
    size_t row_count;
    uint32_t feature_count; /* <= LOGISTIC_FEATURES_MAX */
    const enum logistic_sign *signs;
    double ridge; /* > 0 */
};

struct logistic_model {
    double bias;
    double coefficients[LOGISTIC_FEATURES_MAX];
};

/* Starts from what model holds (zeroed: from nothing) and leaves the minimum there. Reasons: BAD_ARGUMENT (no
 * rows, too many features, a ridge that is not positive), INTERNAL_ERROR where it doesn't converge. */
enum reason logistic_fit(
    const struct logistic_problem *problem, struct logistic_model *model, struct failure *failure);

double logistic_value(const struct logistic_model *model, const float *features, uint32_t feature_count);

#endif
