/* command_calibrate.c: `calibrate`: the score calibration from non-mated pairs, written as
 * matcher/decision/calibration_table.c, and what it is worth: each set's false match rates against the claims of a
 * calibration derived from the other sets.
 */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/calibration.h"
#include "lab/lab.h"

static const char *const kind_names[CALIBRATION_KINDS] = {"with_flow", "minutiae_only"};
static const char *const kind_titles[CALIBRATION_KINDS] = {
    "prints with ridge flow", "minutiae only (either template is foreign)"};

/* One kind of comparison: everything that is printed of it. */
struct calibrated {
    struct calibration_data data;
    struct calibration_fit fit;
    struct calibration_validation left_out[MEASURE_SETS_MAX]; /* by a calibration from the other sets */
};

/* --- Deriving --- */

static uint32_t count_other_sets(const struct calibration_data *data, uint32_t set)
{
    uint32_t others = 0;
    for (uint32_t i = 0; i < data->set_count; i++)
        others += strcmp(data->sets[i].name, data->sets[set].name) != 0;
    return others;
}

static enum reason derive(struct calibrated *calibrated, struct failure *failure)
{
    const struct calibration_data *data = &calibrated->data;
    enum reason reason = calibration_derive(&calibrated->fit, data, NULL, failure);
    for (uint32_t i = 0; reason == REASON_DONE && i < data->set_count; i++) {
        if (count_other_sets(data, i) == 0)
            continue;
        struct calibration_fit others;
        reason = calibration_derive(&others, data, data->sets[i].name, failure);
        if (reason == REASON_DONE)
            reason = calibration_validate(&calibrated->left_out[i], data, &others.curve, i, failure);
    }
    return reason;
}

/* The largest difference of what the curve in force and the one just derived claim, where the claims matter and
 * the derivation vouches for them. */
static double difference_in_force(const struct calibrated *calibrated, int kind)
{
    const struct calibration_curve *in_force = matcher_calibration_curve(kind == 0),
                                   *derived = &calibrated->fit.curve;
    double largest = 0;
    for (size_t i = 0; i < calibrated->data.count; i++) {
        const struct calibration_sample *sample = &calibrated->data.samples[i];
        uint32_t a = sample->density_a, b = sample->density_b;
        double here = matcher_calibrate_exactly(in_force, matcher_level_raw(in_force, sample->raw, a, b));
        double there = matcher_calibrate_exactly(derived, matcher_level_raw(derived, sample->raw, a, b));
        bool matters = (here >= 10 || there >= 10) && here <= matcher_calibration_in_force.vouched;
        if (matters && fabs(here - there) > largest)
            largest = fabs(here - there);
    }
    return largest;
}

/* A decade beyond the rarest false match that so many comparisons can show. */
static int vouched(uint32_t non_mated)
{
    return (int)(10 * log10(non_mated)) + 10;
}

/* --- Printing --- */

static void write_curve(FILE *file, const struct calibrated *calibrated, int kind)
{
    const struct calibration_fit *fit = &calibrated->fit;
    fprintf(file,
        "    /* Tail from %d on: %u comparisons of %u pairs of fingers, scale %.0f, shape %.2f; highest %d.\n"
        "     * In 90 of 100 drawings of fingers a claim is worth\n     *",
        fit->tail_start, fit->tail_samples, fit->tail_finger_pairs, fit->tail_scale, fit->tail_shape,
        fit->highest);
    for (int i = 0; i < CALIBRATION_CONFIDENCES; i++)
        fprintf(file, "%s %d: %.0f to %.0f", i == 0 ? "" : ",", fit->confidence[i].score,
            fit->confidence[i].low, fit->confidence[i].high);
    fprintf(file,
        ". */\n    .%s =\n        {\n            .levelling = {.lesser = %d, .greater = %d},\n"
        "            .non_mated = %u,\n            .count = %u,\n            .points = {",
        kind_names[kind], fit->curve.levelling.lesser, fit->curve.levelling.greater, fit->curve.non_mated,
        fit->curve.count);
    for (uint32_t i = 0; i < fit->curve.count; i++)
        fprintf(file, "%s{%d, %d}", i == 0 ? "" : ", ", fit->curve.points[i].raw, fit->curve.points[i].score);
    fprintf(file, "},\n        },\n");
}

/* The whole of calibration_table.c, but for the way that lines are broken. */
static enum reason write_table(
    const char *path, const struct calibrated kinds[CALIBRATION_KINDS], struct failure *failure)
{
    if (kinds[0].data.count == 0 || kinds[1].data.count == 0)
        return failure_set(failure, REASON_BAD_ARGUMENT, "calibration", "it needs a set of images");
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return failure_set_errno(failure, errno, path, "fopen");
    fprintf(file,
        "/* calibration_table.c: the calibration in force. Data: `kordon-lab calibrate --out` writes this "
        "file. */\n"
        "#include \"matcher/decision/decision.h\"\n\nconst struct calibration matcher_calibration_in_force = "
        "{\n"
        "    .version = %u,\n    .source = \"",
        matcher_calibration_version() + 1);
    for (uint32_t i = 0; i < kinds[1].data.set_count; i++)
        fprintf(file, "%s%s%s", i == 0 ? "" : ", ", kinds[1].data.sets[i].records ? "records of " : "",
            kinds[1].data.sets[i].name);
    uint32_t least = kinds[0].fit.curve.non_mated;
    if (kinds[1].fit.curve.non_mated < least)
        least = kinds[1].fit.curve.non_mated;
    fprintf(file, "\",\n    .vouched = %d,\n", vouched(least));
    for (int kind = 0; kind < CALIBRATION_KINDS; kind++)
        write_curve(file, &kinds[kind], kind);
    fprintf(file, "};\n");
    bool failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed)
        return failure_set_errno(failure, errno, path, "fclose");
    return REASON_DONE;
}

static void print_validation(const struct calibrated *calibrated, int kind)
{
    const struct calibration_data *data = &calibrated->data;
    printf(
        "\nEach set against a calibration from the others: %s\n"
        "%-18s score  claimed FMR  observed FMR  false matches/expected  observed/claimed (95 %%)  verdict\n",
        kind_titles[kind], "set");
    for (uint32_t s = 0; s < data->set_count; s++) {
        const struct calibration_validation *validation = &calibrated->left_out[s];
        if (data->sets[s].records)
            printf("records of another extractor:\n");
        for (int c = 0; c < CALIBRATION_CHECKS; c++) {
            const struct calibration_check *check = &validation->checks[c];
            double claimed = matcher_score_fmr(calibration_checks[c]);
            printf("%-18s %5d  %11.2g  %12.2g  %13llu/%-8.1f  %5.2f (%.2f-%.2f)  %s\n",
                c == 0 ? data->sets[s].name : "", calibration_checks[c], claimed, check->ratio * claimed,
                (unsigned long long)check->false_matches, check->expected, check->ratio, check->low,
                check->high, calibration_verdict_name(check->verdict));
        }
        printf("%-18s FNMR at score 30: %.2f %%, at 40: %.2f %% of %llu mated\n", "",
            validation->fnmr30 * 100, validation->fnmr40 * 100, (unsigned long long)data->sets[s].mated);
    }
}

static void print_text(const struct calibrated kinds[CALIBRATION_KINDS])
{
    for (int kind = 0; kind < CALIBRATION_KINDS; kind++)
        if (kinds[kind].data.count > 0)
            print_validation(&kinds[kind], kind);
    for (int kind = 0; kind < CALIBRATION_KINDS; kind++)
        if (kinds[kind].data.count > 0)
            printf("\nCalibration %u in force, %s: claims differ by at most %.2f from these\n",
                matcher_calibration_version(), kind_names[kind], difference_in_force(&kinds[kind], kind));
}

static json_t *check_json(const struct calibration_check *check, matcher_score score)
{
    return json_pack("{s:i, s:f, s:I, s:f, s:f, s:f, s:f, s:s}", "score", (int)score, "claimed_fmr",
        matcher_score_fmr(score), "false_matches", (json_int_t)check->false_matches, "expected",
        check->expected, "ratio", check->ratio, "low", check->low, "high", check->high, "verdict",
        calibration_verdict_name(check->verdict));
}

static json_t *set_json(const struct calibrated *calibrated, uint32_t set)
{
    const struct calibration_set *described = &calibrated->data.sets[set];
    const struct calibration_validation *validation = &calibrated->left_out[set];
    json_t *checks = json_array();
    for (int c = 0; c < CALIBRATION_CHECKS; c++)
        json_array_append_new(checks, check_json(&validation->checks[c], calibration_checks[c]));
    return json_pack("{s:s, s:b, s:i, s:I, s:I, s:f, s:f, s:o}", "set", described->name, "records",
        (int)described->records, "fingers", (int)described->fingers, "mated", (json_int_t)described->mated,
        "non_mated", (json_int_t)described->non_mated, "fnmr30", validation->fnmr30, "fnmr40",
        validation->fnmr40, "checks", checks);
}

static json_t *kind_json(const struct calibrated *calibrated, int kind)
{
    const struct calibration_curve *curve = &calibrated->fit.curve;
    json_t *points = json_array(), *sets = json_array();
    for (uint32_t i = 0; i < curve->count; i++)
        json_array_append_new(points, json_pack("[i, i]", curve->points[i].raw, (int)curve->points[i].score));
    for (uint32_t s = 0; s < calibrated->data.set_count; s++)
        json_array_append_new(sets, set_json(calibrated, s));
    return json_pack("{s:i, s:i, s:i, s:o, s:f, s:o}", "non_mated", (int)curve->non_mated, "lesser",
        (int)curve->levelling.lesser, "greater", (int)curve->levelling.greater, "points", points,
        "difference_in_force", difference_in_force(calibrated, kind), "left_out", sets);
}

static void print_json(const struct calibrated kinds[CALIBRATION_KINDS])
{
    json_t *root = json_pack("{s:i}", "calibration", (int)matcher_calibration_version());
    for (int kind = 0; kind < CALIBRATION_KINDS; kind++)
        if (kinds[kind].data.count > 0)
            json_object_set_new(root, kind_names[kind], kind_json(&kinds[kind], kind));
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(root);
}

int lab_calibrate(const struct measure_options *options)
{
    struct failure failure = {0};
    struct calibrated *kinds = calloc(CALIBRATION_KINDS, sizeof *kinds);
    struct calibration_data data[CALIBRATION_KINDS] = {{0}};
    enum reason reason = REASON_DONE;
    if (kinds == NULL)
        reason = failure_set(&failure, REASON_NO_MEMORY, "calibration", NULL);
    if (reason == REASON_DONE)
        reason = calibration_collect(data, options, &failure);
    for (int kind = 0; reason == REASON_DONE && kind < CALIBRATION_KINDS; kind++) {
        kinds[kind].data = data[kind];
        if (data[kind].count > 0)
            reason = derive(&kinds[kind], &failure);
    }
    if (reason == REASON_DONE && options->out != NULL)
        reason = write_table(options->out, kinds, &failure);
    if (reason == REASON_DONE && options->json)
        print_json(kinds);
    else if (reason == REASON_DONE)
        print_text(kinds);
    for (int kind = 0; kind < CALIBRATION_KINDS; kind++)
        calibration_data_finish(&data[kind]);
    free(kinds);
    return reason == REASON_DONE ? 0 : measure_fail(&failure);
}
