/* command_quality.c: `quality`: how well the quality value predicts the errors of comparisons. */
#include <jansson.h>
#include <stdio.h>

#include "tools/bench/bench.h"
#include "tools/measure/quality.h"

/* A threshold that a set of such size can be asked about, beside that of REJECT_START_FNMR. */
#define FIXED_SCORE 40

/* Samples that the quantiles are taken of. */
#define QUALITY_SHOWN_MAX 8192

/* --- As text --- */

/* What share of the samples each flaw was found in, and what quality the poorest have. */
static void print_samples(const struct quality_data *data)
{
    double values[QUALITY_SHOWN_MAX];
    size_t count = data->sample_count < QUALITY_SHOWN_MAX ? data->sample_count : QUALITY_SHOWN_MAX;
    for (size_t i = 0; i < count; i++)
        values[i] = data->samples[i].quality;
    static const double fractions[] = {0.01, 0.02, 0.05, 0.5};
    printf("%zu samples; quality: least %.0f", data->sample_count, measure_quantile(values, count, 0));
    for (size_t i = 0; i < sizeof fractions / sizeof fractions[0]; i++)
        printf(", %.0f %% up to %.0f", 100 * fractions[i], measure_quantile(values, count, fractions[i]));
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

static json_t *curves_json(const struct reject_curves *curves, const struct measure_options *options)
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

static json_t *sample_json(const struct quality_sample *sample, const struct measure_options *options)
{
    json_t *flaws = json_array(), *measures = json_object();
    for (uint32_t flaw = 0; flaw < MATCHER_FLAW_COUNT; flaw++)
        if ((sample->report.flaws >> flaw & 1) != 0)
            json_array_append_new(flaws, json_string(matcher_flaw_name(flaw)));
    for (int measure = 0; measure < SAMPLE_MEASURE_COUNT; measure++)
        json_object_set_new(
            measures, matcher_sample_measure_name(measure), json_real(sample->report.measures.of[measure]));
    return json_pack("{s:s, s:s, s:b, s:f, s:i, s:o, s:s, s:i, s:i, s:f, s:o}", "set",
        options->sets[sample->set], "sample", sample->name, "too_poor", sample->too_poor, "extraction_ms",
        sample->milliseconds, "quality", (int)sample->report.quality, "flaws", flaws, "guidance",
        guidance_code(matcher_sample_guidance(&sample->report)), "alteration", (int)sample->report.alteration,
        "minutiae", (int)sample->report.minutiae_count, "rank", sample->rank, "measures", measures);
}

static json_t *samples_json(const struct quality_data *data, const struct measure_options *options)
{
    json_t *samples = json_array();
    for (size_t i = 0; i < data->sample_count; i++)
        json_array_append_new(samples, sample_json(&data->samples[i], options));
    return samples;
}

static void print_json(const struct quality_data *data, const struct reject_curves *at_fnmr,
    const struct reject_curves *at_score, const struct measure_options *options)
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

int bench_quality(const struct measure_options *options)
{
    struct failure failure = {0};
    struct quality_data data;
    struct reject_curves at_fnmr, at_score;
    if (quality_data_read(&data, options, &failure) != REASON_DONE)
        return measure_fail(&failure);
    enum reason reason = reject_curves_of(&at_fnmr, &data, -1, &failure);
    if (reason == REASON_DONE)
        reason = reject_curves_of(&at_score, &data, FIXED_SCORE, &failure);
    if (reason == REASON_DONE && options->json) {
        print_json(&data, &at_fnmr, &at_score, options);
    } else if (reason == REASON_DONE) {
        printf("False non-match rate, percent, of the pairs left when the poorest are rejected.\n\n");
        reject_curves_print(&at_fnmr, options);
        putchar('\n');
        reject_curves_print(&at_score, options);
        putchar('\n');
        print_samples(&data);
    }
    quality_data_finish(&data);
    return reason == REASON_DONE ? 0 : measure_fail(&failure);
}
