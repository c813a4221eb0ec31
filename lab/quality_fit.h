/* quality_fit.h: the weights of the terms that a sample's quality is made of. Thread rule: no state. */
#ifndef KORDON_LAB_QUALITY_FIT_H
#define KORDON_LAB_QUALITY_FIT_H

#include "matcher/laboratory_internal.h"
#include "tools/measure/quality.h"

/* Least squares on the samples' ranks, each set freed of its own mean and weighing the same; left_out is left
 * out, or none where it is set_count. Reason: BAD_ARGUMENT where the samples don't determine them. */
enum reason quality_fit(const struct quality_data *data, uint32_t left_out,
    struct sample_quality_weights *weights, struct failure *failure);

#endif
