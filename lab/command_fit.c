/* command_fit.c: `fit`: the weights of the comparison's evidence, from the mated and non-mated pairs of sets.
 *
 * Logistic regression in which each set counts the same, and in it both classes, so that neither a large set nor
 * the many non-mated pairs decide. Which of a pair's hypotheses is the best depends on the weights: regression
 * and choice take turns. Twice: for prints with ridge flow, and for their minutiae alone, as another extractor's
 * record would hold them. What the weights are worth is measured with each set left out of the regression.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/lab.h"
#include "lab/logistic.h"
#include "matcher/laboratory_internal.h"
#include "tools/measure/measure.h"

/* Turns of choice and regression, after which the choice no longer changes. */
#define ROUNDS 5

/* Of the squared coefficients, in standard deviations. Measured: the mean error of the sets left out changes
 * little from a tenth of it to ten times as much. */
#define RIDGE 1e-5

/* What is known before any measurement: disagreement never speaks for a match. A weight of the other sign could
 * only be right on the sets it was fitted on. Agreement is measured in several ways that correct each other, so its
 * weights are free: with signs for them too, the largest set left out had twice the errors. */
static const struct evidence_name {
    const char *name;
    enum logistic_sign sign;
    bool of_flow; /* unknown without ridge flow */
} evidence_names[EVIDENCE_COUNT] = {
    [EVIDENCE_PAIRS] = {"PAIRS", LOGISTIC_FREE, false},
    [EVIDENCE_SURPRISE] = {"SURPRISE", LOGISTIC_FREE, false},
    [EVIDENCE_EDGES] = {"EDGES", LOGISTIC_FREE, false},
    [EVIDENCE_PROBE_SHARE] = {"PROBE_SHARE", LOGISTIC_FREE, false},
    [EVIDENCE_REFERENCE_SHARE] = {"REFERENCE_SHARE", LOGISTIC_FREE, false},
    [EVIDENCE_DISTANCE] = {"DISTANCE", LOGISTIC_NOT_POSITIVE, false},
    [EVIDENCE_TURN] = {"TURN", LOGISTIC_NOT_POSITIVE, false},
    [EVIDENCE_TYPES] = {"TYPES", LOGISTIC_FREE, false},
    [EVIDENCE_AREA] = {"AREA", LOGISTIC_FREE, false},
    [EVIDENCE_SIMILARITY] = {"SIMILARITY", LOGISTIC_FREE, false},
    [EVIDENCE_FLOW_CELLS] = {"FLOW_CELLS", LOGISTIC_FREE, true},
    [EVIDENCE_FLOW_DIFFERENCE] = {"FLOW_DIFFERENCE", LOGISTIC_NOT_POSITIVE, true},
    [EVIDENCE_FLOW_APART] = {"FLOW_APART", LOGISTIC_NOT_POSITIVE, true},
    [EVIDENCE_PROBE_QUALITY_SHARE] = {"PROBE_QUALITY_SHARE", LOGISTIC_FREE, false},
    [EVIDENCE_REFERENCE_QUALITY_SHARE] = {"REFERENCE_QUALITY_SHARE", LOGISTIC_FREE, false},
    [EVIDENCE_PAIR_QUALITY] = {"PAIR_QUALITY", LOGISTIC_FREE, false},
    [EVIDENCE_PAIR_FLOW] = {"PAIR_FLOW", LOGISTIC_NOT_POSITIVE, true},
    [EVIDENCE_SPREAD] = {"SPREAD", LOGISTIC_FREE, false},
    [EVIDENCE_PERIOD] = {"PERIOD", LOGISTIC_NOT_POSITIVE, true},
    [EVIDENCE_LOG_PAIRS] = {"LOG_PAIRS", LOGISTIC_FREE, false},
    [EVIDENCE_LESSER_SHARE] = {"LESSER_SHARE", LOGISTIC_FREE, false},
    [EVIDENCE_SHARE_PRODUCT] = {"SHARE_PRODUCT", LOGISTIC_FREE, false},
    [EVIDENCE_SHARED_PAIRS] = {"SHARED_PAIRS", LOGISTIC_FREE, false},
    [EVIDENCE_LOG_EDGES] = {"LOG_EDGES", LOGISTIC_FREE, false},
    [EVIDENCE_EDGES_OF_PAIR] = {"EDGES_OF_PAIR", LOGISTIC_FREE, false},
    [EVIDENCE_LOG_AREA] = {"LOG_AREA", LOGISTIC_FREE, false},
    [EVIDENCE_LOG_SIMILARITY] = {"LOG_SIMILARITY", LOGISTIC_FREE, false},
    [EVIDENCE_FLOW_SUM] = {"FLOW_SUM", LOGISTIC_NOT_POSITIVE, true},
    [EVIDENCE_LOG_FLOW_DIFFERENCE] = {"LOG_FLOW_DIFFERENCE", LOGISTIC_NOT_POSITIVE, true},
    [EVIDENCE_LOG_SURPRISE] = {"LOG_SURPRISE", LOGISTIC_FREE, false},
    [EVIDENCE_MISSED] = {"MISSED", LOGISTIC_NOT_POSITIVE, false},
    [EVIDENCE_MISSED_MEAN] = {"MISSED_MEAN", LOGISTIC_NOT_POSITIVE, false},
    [EVIDENCE_TURNED] = {"TURNED", LOGISTIC_NOT_POSITIVE, false},
};

/* --- Evidence --- */

struct fit_pair {
    bool mated;
    uint8_t set;
    uint8_t hypotheses; /* 0 where nothing was to compare: such a pair scores 0 whatever the weights */
    uint8_t best;
    float evidence[SEEDS_MAX][EVIDENCE_COUNT];
};

struct fit_data {
    struct fit_pair *pairs;
    size_t count;
    uint32_t set_count;
};

struct measuring {
    const struct print_set *set;
    const struct pair_list *list;
    struct fit_pair *pairs;
};

static void measure_pair(void *context, size_t index, struct matcher_workspace workspace)
{
    const struct measuring *measuring = context;
    const struct measure_pair *pair = &measuring->list->pairs[index];
    const struct matcher_template *probe = measuring->set->prints[pair->probe].template;
    const struct matcher_template *reference = measuring->set->prints[pair->reference].template;
    struct fit_pair *fit_pair = &measuring->pairs[index];
    if (probe == NULL || reference == NULL)
        return;
    struct comparison *comparison = workspace.memory;
    struct print *prepared = &comparison->probes[0];
    matcher_prepare_print(prepared, probe->bytes, false);
    matcher_prepare_print(&comparison->reference, reference->bytes, true);
    matcher_rank_candidates(prepared, &comparison->reference, &comparison->candidates);
    fit_pair->hypotheses = (uint8_t)comparison->candidates.seed_count;
    for (uint32_t i = 0; i < comparison->candidates.seed_count; i++) {
        matcher_grow_pairing(prepared, &comparison->reference, &comparison->candidates,
            comparison->candidates.seeds[i], &comparison->growth, &comparison->pairing);
        matcher_measure_pairing(prepared, &comparison->reference, &comparison->candidates,
            &comparison->pairing, fit_pair->evidence[i]);
    }
}

static enum reason add_set(struct fit_data *data, const struct print_set *set, uint32_t number,
    uint32_t threads, struct failure *failure)
{
    struct pair_list list;
    TRY(pair_list_all(&list, set, failure));
    struct fit_pair *grown = realloc(data->pairs, (data->count + list.count) * sizeof *grown);
    if (grown == NULL) {
        pair_list_finish(&list);
        return failure_set(failure, REASON_NO_MEMORY, "pairs", NULL);
    }
    data->pairs = grown;
    memset(grown + data->count, 0, list.count * sizeof *grown);
    for (size_t i = 0; i < list.count; i++) {
        grown[data->count + i].mated = list.pairs[i].mated;
        grown[data->count + i].set = (uint8_t)number;
    }
    struct measuring measuring = {.set = set, .list = &list, .pairs = grown + data->count};
    struct measure_work work = {.context = &measuring,
        .count = list.count,
        .workspace_size = matcher_compare_workspace_size(),
        .run = measure_pair};
    enum reason reason = measure_run(&work, threads, failure);
    data->count += list.count;
    data->set_count = number + 1;
    pair_list_finish(&list);
    return reason;
}

static enum reason measure_sets(
    struct fit_data *data, const struct measure_options *options, bool with_flow, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    for (uint32_t i = 0; reason == REASON_DONE && i < options->set_count; i++) {
        struct print_set set;
        reason = print_set_read(&set, options->sets[i], options->ppis[i], options->threads, failure);
        if (reason != REASON_DONE)
            return reason;
        if (!with_flow)
            reason = print_set_exchange(&set, MATCHER_FORMAT_ISO_19794_2_2005, failure);
        if (reason == REASON_DONE)
            reason = add_set(data, &set, i, options->threads, failure);
        print_set_finish(&set);
    }
    return reason;
}

/* --- Regression --- */

static double value_of(const struct logistic_model *model, const struct fit_pair *pair, uint32_t hypothesis)
{
    return logistic_value(model, pair->evidence[hypothesis], EVIDENCE_COUNT);
}

static void choose_best(struct fit_data *data, const struct logistic_model *model)
{
    for (size_t i = 0; i < data->count; i++) {
        struct fit_pair *pair = &data->pairs[i];
        pair->best = 0;
        for (uint32_t k = 1; k < pair->hypotheses; k++)
            if (value_of(model, pair, k) > value_of(model, pair, pair->best))
                pair->best = (uint8_t)k;
    }
}

#define NO_SET UINT32_MAX

/* Rows of all pairs but those of the set left out; their number. */
static size_t collect_rows(const struct fit_data *data, uint32_t left_out, struct logistic_row *rows)
{
    size_t counts[MEASURE_SETS_MAX][2] = {{0}}, count = 0;
    for (size_t i = 0; i < data->count; i++)
        counts[data->pairs[i].set][data->pairs[i].mated] += data->pairs[i].hypotheses > 0;
    uint32_t sets = data->set_count - (left_out != NO_SET);
    for (size_t i = 0; i < data->count; i++) {
        const struct fit_pair *pair = &data->pairs[i];
        if (pair->hypotheses > 0 && pair->set != left_out)
            rows[count++] = (struct logistic_row){.features = pair->evidence[pair->best],
                .weight = 0.5 / sets / (double)counts[pair->set][pair->mated],
                .positive = pair->mated};
    }
    return count;
}

static enum reason fit_without(struct fit_data *data, uint32_t left_out, bool with_flow,
    struct logistic_model *model, struct failure *failure)
{
    enum logistic_sign signs[EVIDENCE_COUNT];
    for (uint32_t i = 0; i < EVIDENCE_COUNT; i++)
        signs[i] = evidence_names[i].of_flow && !with_flow ? LOGISTIC_ZERO : evidence_names[i].sign;
    struct logistic_row *rows = calloc(data->count, sizeof *rows);
    if (rows == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "rows", NULL);
    struct logistic_problem problem = {
        .rows = rows, .feature_count = EVIDENCE_COUNT, .signs = signs, .ridge = RIDGE};
    enum reason reason = REASON_DONE;
    for (int round = 0; reason == REASON_DONE && round < ROUNDS; round++) {
        choose_best(data, model);
        problem.row_count = collect_rows(data, left_out, rows);
        reason = logistic_fit(&problem, model, failure);
    }
    free(rows);
    return reason;
}

/* --- What the weights are worth --- */

static enum reason rates_of_set(const struct fit_data *data, uint32_t set, const struct logistic_model *model,
    struct error_rates *rates, struct failure *failure)
{
    struct pair_list list = {.pairs = calloc(data->count + 1, sizeof *list.pairs)};
    if (list.pairs == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "pairs", NULL);
    for (size_t i = 0; i < data->count; i++) {
        const struct fit_pair *pair = &data->pairs[i];
        double best = 0;
        for (uint32_t k = 0; k < pair->hypotheses; k++) {
            double raw = SCORE_SCALE * (value_of(model, pair, k) + SCORE_OFFSET);
            best = raw > best ? raw : best;
        }
        if (pair->set == set)
            list.pairs[list.count++] = (struct measure_pair){.mated = pair->mated, .raw = (int32_t)best};
    }
    enum reason reason = error_rates_of(rates, &list, failure);
    pair_list_finish(&list);
    return reason;
}

static void print_rates(
    const char *name, const struct error_rates *fitted, const struct error_rates *left_out)
{
    fprintf(stderr, "%-32.32s  %5.2f %5.2f %5.2f   %5.2f %5.2f %5.2f\n", name, 100 * fitted->eer,
        100 * fitted->fmr1000, 100 * fitted->zero_fmr, 100 * left_out->eer, 100 * left_out->fmr1000,
        100 * left_out->zero_fmr);
}

static void add_rates(struct error_rates *sum, const struct error_rates *rates, double part)
{
    sum->eer += part * rates->eer;
    sum->fmr1000 += part * rates->fmr1000;
    sum->zero_fmr += part * rates->zero_fmr;
}

static enum reason print_worth(struct fit_data *data, const struct measure_options *options, bool with_flow,
    const struct logistic_model *model, struct failure *failure)
{
    struct error_rates fitted_mean = {0}, left_out_mean = {0};
    fprintf(stderr, "%-32s  EER, FMR1000, ZeroFMR %%: fitted, set left out\n",
        with_flow ? "with ridge flow" : "minutiae only");
    for (uint32_t i = 0; i < data->set_count; i++) {
        struct error_rates fitted, left_out = {0};
        struct logistic_model without = *model;
        enum reason reason = rates_of_set(data, i, model, &fitted, failure);
        if (reason == REASON_DONE && data->set_count > 1)
            reason = fit_without(data, i, with_flow, &without, failure);
        if (reason == REASON_DONE)
            reason = rates_of_set(data, i, &without, &left_out, failure);
        if (reason != REASON_DONE)
            return reason;
        char name[SET_NAME_SIZE];
        print_set_name(options->sets[i], name);
        print_rates(name, &fitted, &left_out);
        add_rates(&fitted_mean, &fitted, 1.0 / data->set_count);
        add_rates(&left_out_mean, &left_out, 1.0 / data->set_count);
    }
    print_rates("mean", &fitted_mean, &left_out_mean);
    return REASON_DONE;
}

/* --- The tables --- */

static void print_table(const char *name, const struct logistic_model *model)
{
    printf(
        "const struct score_weights %s = {\n    .bias = %.6gf,\n    .of =\n        {\n", name, model->bias);
    for (uint32_t i = 0; i < EVIDENCE_COUNT; i++)
        if (model->coefficients[i] != 0)
            printf("            [EVIDENCE_%s] = %.6gf,\n", evidence_names[i].name, model->coefficients[i]);
    printf("        },\n};\n");
}

static void start_from(const struct score_weights *weights, struct logistic_model *model)
{
    *model = (struct logistic_model){.bias = weights->bias};
    for (uint32_t i = 0; i < EVIDENCE_COUNT; i++)
        model->coefficients[i] = weights->of[i];
}

static enum reason fit_table(const struct measure_options *options, bool with_flow, struct failure *failure)
{
    struct fit_data data = {0};
    struct logistic_model model;
    start_from(with_flow ? &matcher_score_weights_with_flow : &matcher_score_weights_minutiae_only, &model);
    enum reason reason = measure_sets(&data, options, with_flow, failure);
    if (reason == REASON_DONE)
        reason = fit_without(&data, NO_SET, with_flow, &model, failure);
    if (reason == REASON_DONE) {
        print_table(
            with_flow ? "matcher_score_weights_with_flow" : "matcher_score_weights_minutiae_only", &model);
        reason = print_worth(&data, options, with_flow, &model, failure);
    }
    free(data.pairs);
    return reason;
}

int lab_fit(const struct measure_options *options)
{
    struct failure failure = {0};
    enum reason reason = fit_table(options, true, &failure);
    if (reason == REASON_DONE) {
        putchar('\n');
        reason = fit_table(options, false, &failure);
    }
    return reason == REASON_DONE ? 0 : measure_fail(&failure);
}
