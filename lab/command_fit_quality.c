/* command_fit_quality.c: `fit-quality`: the weights of the samples' quality derived again, and measured on each set with
 * that set left out.
 */
#include <stdio.h>

#include "lab/lab.h"
#include "lab/quality_fit.h"

static void use_weights(
    struct quality_data *data, const struct sample_quality_weights *weights, uint32_t only_set)
{
    for (size_t i = 0; i < data->sample_count; i++) {
        struct quality_sample *sample = &data->samples[i];
        if (sample->set == only_set)
            sample->quality = matcher_sample_quality_value(weights, &sample->report.measures);
    }
}

static void print_weights(const struct sample_quality_weights *weights)
{
    printf("    .bias = %.4gf,\n    .of =\n        {\n", weights->bias);
    for (int term = 0; term < QUALITY_TERM_COUNT; term++)
        printf("            [QUALITY_TERM_%s] = %.4gf,\n", matcher_sample_quality_term_name(term),
            weights->of[term]);
    printf("        },\n");
}

static enum reason fit(
    struct quality_data *data, const struct measure_options *options, struct failure *failure)
{
    struct sample_quality_weights weights;
    enum reason reason = quality_fit(data, data->set_count, &weights, failure);
    if (reason != REASON_DONE)
        return reason;
    printf("For matcher/quality/quality.c:\n\n");
    print_weights(&weights);
    if (data->set_count < 2)
        return REASON_DONE;
    for (uint32_t set = 0; set < data->set_count && reason == REASON_DONE; set++) {
        reason = quality_fit(data, set, &weights, failure);
        use_weights(data, &weights, set);
    }
    struct reject_curves curves;
    if (reason == REASON_DONE)
        reason = reject_curves_of(&curves, data, -1, failure);
    if (reason != REASON_DONE)
        return reason;
    printf("\nEach set judged by weights that were fitted without it:\n\n");
    reject_curves_print(&curves, options);
    return REASON_DONE;
}

int lab_fit_quality(const struct measure_options *options)
{
    struct failure failure = {0};
    struct quality_data data;
    if (quality_data_read(&data, options, &failure) != REASON_DONE)
        return measure_fail(&failure);
    enum reason reason = fit(&data, options, &failure);
    quality_data_finish(&data);
    return reason == REASON_DONE ? 0 : measure_fail(&failure);
}
