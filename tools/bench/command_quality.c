/* command_quality.c: `quality`: how well the quality value predicts the errors of comparisons; `fit-quality`:
 * its weights derived again, and measured on each set with that set left out.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "tools/bench/quality.h"

/* Shares rejected that the table shows, percent. */
static const int shown[] = {0, 2, 5, 10, 20, 30, 50};
#define SHOWN_COUNT (sizeof shown / sizeof shown[0])

/* A threshold that a set of such size can be asked about, beside that of REJECT_START_FNMR. */
#define FIXED_SCORE 40

/* Samples that the quantiles are taken of. */
#define QUALITY_SHOWN_MAX 8192

struct curves {
    struct reject_curve of[BENCH_SETS_MAX];
    uint32_t count;
    double mean_gain, mean[REJECT_POINTS];
};

static enum reason draw_curves(
    struct curves *curves, const struct quality_data *data, double threshold, struct failure *failure)
{
    *curves = (struct curves){.count = data->set_count};
    for (uint32_t set = 0; set < data->set_count; set++) {
        struct reject_curve *curve = &curves->of[set];
        enum reason reason = reject_curve_of(curve, data, set, threshold, failure);
        if (reason != REASON_DONE)
            return reason;
        curves->mean_gain += curve->gain / data->set_count;
        for (int point = 0; point < REJECT_POINTS; point++)
            curves->mean[point] += curve->fnmr[point] / data->set_count;
    }
    return REASON_DONE;
}

/* --- As text --- */

static void print_row(const char *name, double threshold, const double *fnmr, double gain)
{
    printf("%-28s", name);
    if (threshold >= 0)
        printf("%9.1f", threshold);
    else
        printf("%9s", "");
    for (size_t i = 0; i < SHOWN_COUNT; i++)
        printf("%8.2f", 100 * fnmr[shown[i]]);
    printf("%8.2f\n", gain);
}

/* The last two parts of a folder's path. */
static const char *short_name(const char *folder)
{
    const char *slash = strrchr(folder, '/');
    while (slash != NULL && slash > folder && slash[-1] != '/')
        slash--;
    return slash != NULL ? slash : folder;
}

static void print_curves(const struct curves *curves, const struct bench_options *options)
{
    printf("%-28s%9s", "set", "threshold");
    for (size_t i = 0; i < SHOWN_COUNT; i++)
        printf("%6d %%", shown[i]);
    printf("%8s\n", "gain");
    for (uint32_t set = 0; set < curves->count; set++)
        print_row(short_name(options->sets[set]), curves->of[set].threshold, curves->of[set].fnmr,
            curves->of[set].gain);
    print_row("mean", -1, curves->mean, curves->mean_gain);
}

/* What share of the samples each flaw was found in, and what quality the poorest have. */
static void print_samples(const struct quality_data *data)
{
    double values[QUALITY_SHOWN_MAX];
    size_t count = data->sample_count < QUALITY_SHOWN_MAX ? data->sample_count : QUALITY_SHOWN_MAX;
    for (size_t i = 0; i < count; i++)
        values[i] = data->samples[i].quality;
    static const double fractions[] = {0.01, 0.02, 0.05, 0.5};
    printf("%zu samples; quality: least %.0f", data->sample_count, bench_quantile(values, count, 0));
    for (size_t i = 0; i < sizeof fractions / sizeof fractions[0]; i++)
        printf(", %.0f %% up to %.0f", 100 * fractions[i], bench_quantile(values, count, fractions[i]));
    printf("\nflaws, percent of the samples:");
    for (uint32_t flaw = 0; flaw < MATCHER_FLAW_COUNT; flaw++) {
        size_t found = 0;
        for (size_t i = 0; i < data->sample_count; i++)
            found += data->samples[i].report.flaws >> flaw & 1;
        printf(" %s %.1f", matcher_flaw_name(flaw), 100 * (double)found / (double)data->sample_count);
    }
    size_t notable = 0;
    for (size_t i = 0; i < data->sample_count; i++)
        notable += data->samples[i].report.alteration > MATCHER_ALTERATION_NOTABLE;
    printf("\nsigns of alteration above %d: %.1f %%\n", MATCHER_ALTERATION_NOTABLE,
        100 * (double)notable / (double)data->sample_count);
}

/* --- As JSON --- */

static json_t *json_numbers(const double *values)
{
    json_t *array = json_array();
    for (int point = 0; point < REJECT_POINTS; point++)
        json_array_append_new(array, json_real(values[point]));
    return array;
}

static json_t *curves_json(const struct curves *curves, const struct bench_options *options)
{
    json_t *sets = json_array();
    for (uint32_t set = 0; set < curves->count; set++) {
        const struct reject_curve *curve = &curves->of[set];
        json_array_append_new(sets,
            json_pack("{s:s, s:f, s:f, s:o, s:o}", "set", options->sets[set], "threshold", curve->threshold,
                "gain", curve->gain, "fnmr", json_numbers(curve->fnmr), "best", json_numbers(curve->best)));
    }
    return json_pack(
        "{s:o, s:o, s:f}", "sets", sets, "mean", json_numbers(curves->mean), "mean_gain", curves->mean_gain);
}

static json_t *sample_json(const struct quality_sample *sample, const struct bench_options *options)
{
    json_t *flaws = json_array(), *measures = json_object();
    for (uint32_t flaw = 0; flaw < MATCHER_FLAW_COUNT; flaw++)
        if ((sample->report.flaws >> flaw & 1) != 0)
            json_array_append_new(flaws, json_string(matcher_flaw_name(flaw)));
    for (int measure = 0; measure < SAMPLE_MEASURE_COUNT; measure++)
        json_object_set_new(
            measures, sample_measure_name(measure), json_real(sample->report.measures.of[measure]));
    return json_pack("{s:s, s:s, s:b, s:f, s:i, s:o, s:i, s:i, s:f, s:o}", "set", options->sets[sample->set],
        "sample", sample->name, "too_poor", sample->too_poor, "extraction_ms", sample->milliseconds,
        "quality", (int)sample->report.quality, "flaws", flaws, "alteration", (int)sample->report.alteration,
        "minutiae", (int)sample->report.minutiae_count, "rank", sample->rank, "measures", measures);
}

static json_t *samples_json(const struct quality_data *data, const struct bench_options *options)
{
    json_t *samples = json_array();
    for (size_t i = 0; i < data->sample_count; i++)
        json_array_append_new(samples, sample_json(&data->samples[i], options));
    return samples;
}

static void print_json(const struct quality_data *data, const struct curves *at_fnmr,
    const struct curves *at_score, const struct bench_options *options)
{
    json_t *rejected = json_array();
    for (int point = 0; point < REJECT_POINTS; point++)
        json_array_append_new(rejected, json_real(point / 100.0));
    json_t *root = json_pack("{s:s, s:o, s:f, s:o, s:i, s:o, s:o}", "unit", "share", "rejected", rejected,
        "start_fnmr", REJECT_START_FNMR, "at_start_fnmr", curves_json(at_fnmr, options), "score", FIXED_SCORE,
        "at_score", curves_json(at_score, options), "samples", samples_json(data, options));
    if (root != NULL) {
        json_dumpf(root, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
        putchar('\n');
    }
    json_decref(root);
}

int bench_quality(const struct bench_options *options)
{
    struct failure failure = {0};
    struct quality_data data;
    struct curves at_fnmr, at_score;
    if (quality_data_read(&data, options, &failure) != REASON_DONE)
        return bench_fail(&failure);
    enum reason reason = draw_curves(&at_fnmr, &data, -1, &failure);
    if (reason == REASON_DONE)
        reason = draw_curves(&at_score, &data, FIXED_SCORE, &failure);
    if (reason == REASON_DONE && options->json) {
        print_json(&data, &at_fnmr, &at_score, options);
    } else if (reason == REASON_DONE) {
        printf("False non-match rate, percent, of the pairs left when the poorest are rejected.\n\n");
        print_curves(&at_fnmr, options);
        putchar('\n');
        print_curves(&at_score, options);
        putchar('\n');
        print_samples(&data);
    }
    quality_data_finish(&data);
    return reason == REASON_DONE ? 0 : bench_fail(&failure);
}

/* --- fit-quality --- */

static void use_weights(
    struct quality_data *data, const struct sample_quality_weights *weights, uint32_t only_set)
{
    for (size_t i = 0; i < data->sample_count; i++) {
        struct quality_sample *sample = &data->samples[i];
        if (sample->set == only_set)
            sample->quality = sample_quality_value(weights, &sample->report.measures);
    }
}

static void print_weights(const struct sample_quality_weights *weights)
{
    printf("    .bias = %.4gf,\n    .of =\n        {\n", weights->bias);
    for (int term = 0; term < QUALITY_TERM_COUNT; term++)
        printf("            [QUALITY_TERM_%s] = %.4gf,\n", sample_quality_term_name(term), weights->of[term]);
    printf("        },\n");
}

static enum reason fit(
    struct quality_data *data, const struct bench_options *options, struct failure *failure)
{
    struct sample_quality_weights weights;
    enum reason reason = quality_fit(data, data->set_count, &weights, failure);
    if (reason != REASON_DONE)
        return reason;
    printf("For matcher/sample_quality.c:\n\n");
    print_weights(&weights);
    if (data->set_count < 2)
        return REASON_DONE;
    for (uint32_t set = 0; set < data->set_count && reason == REASON_DONE; set++) {
        reason = quality_fit(data, set, &weights, failure);
        use_weights(data, &weights, set);
    }
    struct curves curves;
    if (reason == REASON_DONE)
        reason = draw_curves(&curves, data, -1, failure);
    if (reason != REASON_DONE)
        return reason;
    printf("\nEach set judged by weights that were fitted without it:\n\n");
    print_curves(&curves, options);
    return REASON_DONE;
}

int bench_fit_quality(const struct bench_options *options)
{
    struct failure failure = {0};
    struct quality_data data;
    if (quality_data_read(&data, options, &failure) != REASON_DONE)
        return bench_fail(&failure);
    enum reason reason = fit(&data, options, &failure);
    quality_data_finish(&data);
    return reason == REASON_DONE ? 0 : bench_fail(&failure);
}
