/* signature_learning.h: the forms of the first stage's signature (matcher/signature/forms.h), learned and written.
 * Thread rule: no state.
 */
#ifndef KORDON_LAB_SIGNATURE_LEARNING_H
#define KORDON_LAB_SIGNATURE_LEARNING_H

#include "lab/discriminant.h"
#include "matcher/laboratory_internal.h"

/* A neighbourhood as one row of values. */
#define SIGNATURE_VALUES ((uint32_t)(sizeof(struct signature_neighbourhood) / sizeof(int16_t)))
static inline const int16_t *neighbourhood_values(const struct signature_neighbourhood *neighbourhood)
{
    return (const int16_t *)(const void *)neighbourhood;
}

struct signature_forms {
    int16_t weights[sizeof(struct signature_neighbourhood) / sizeof(int16_t)][SIGNATURE_BITS];
    int32_t thresholds[SIGNATURE_BITS];
};

/* Neighbourhoods of one set. */
struct signature_sample {
    struct signature_neighbourhood *neighbourhoods;
    uint32_t count;
};

/* The forms from the scatters of sets, without left_out (DISCRIMINANT_ALL: from all of them), and as thresholds
 * their medians over the samples of the same sets. Reasons: those of discriminant_forms(). */
enum reason signature_forms_learn(struct signature_forms *forms, const struct scatter *scatters,
    const struct signature_sample *samples, uint32_t set_count, uint32_t left_out, struct failure *failure);

void signature_forms_in_force(struct signature_forms *forms);

/* The mean share of the variance of each of the forms others that forms explain: 1 where they say the same, however
 * each is mixed. Reasons: those of discriminant_explained(). */
enum reason signature_forms_explained(const struct signature_forms *forms,
    const struct signature_forms *others, const struct scatter *scatters, uint32_t set_count, double *share,
    struct failure *failure);

/* As the kernels describe, with these forms. */
uint64_t signature_forms_describe(
    const struct signature_forms *forms, const struct signature_neighbourhood *neighbourhood);

/* Writes count_forms.c and direction_forms.c to a folder that exists. Reasons: those of
 * failure_set_errno(), BAD_ARGUMENT (a folder's name too long). */
enum reason signature_forms_write(
    const struct signature_forms *forms, const char *folder, struct failure *failure);

#endif
