/* evaluation.c: verification error rates with their bounds; see evaluation.h. */
#include "tools/measure/evaluation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BOOTSTRAP_SEED UINT64_C(19795)

const matcher_score evaluation_scores[EVALUATION_SCORES] = {10, 20, 30, 40, 50, 60};
const double evaluation_fmrs[EVALUATION_FMRS] = {1e-2, 1e-3, 1e-4, 0};
const double evaluation_fpirs[EVALUATION_FPIRS] = {1e-1, 1e-2, 1e-3};

/* --- Rates of weighted trials --- */

/* Trials with the times that their fingers were drawn; weights NULL: each once. */
struct sample {
    const struct trials *trials;
    const uint32_t *weights;
    double mated_total, non_mated_total;
};

static double mated_weight(const struct sample *sample, size_t index)
{
    return sample->weights == NULL ? 1 : sample->weights[sample->trials->mated[index].probe_finger];
}

/* A finger drawn twice meets itself only in mated comparisons. */
static double non_mated_weight(const struct sample *sample, size_t index)
{
    const struct trial *trial = &sample->trials->non_mated[index];
    return sample->weights == NULL
               ? 1
               : (double)sample->weights[trial->probe_finger] * sample->weights[trial->reference_finger];
}

static struct sample take_sample(const struct trials *trials, const uint32_t *weights)
{
    struct sample sample = {.trials = trials, .weights = weights};
    for (size_t i = 0; i < trials->mated_count; i++)
        sample.mated_total += mated_weight(&sample, i);
    for (size_t i = 0; i < trials->non_mated_count; i++)
        sample.non_mated_total += non_mated_weight(&sample, i);
    return sample;
}

/* The share of the non-mated trials at or above a score; of the mated ones below it. */
static double fmr_at(const struct sample *sample, double score)
{
    double above = 0;
    const struct trials *trials = sample->trials;
    for (size_t i = 0; i < trials->non_mated_count && trials->non_mated[i].score >= score; i++)
        above += non_mated_weight(sample, i);
    return above / sample->non_mated_total;
}

static double fnmr_at(const struct sample *sample, double score)
{
    double below = 0;
    const struct trials *trials = sample->trials;
    for (size_t i = trials->mated_count; i > 0 && trials->mated[i - 1].score < score; i--)
        below += mated_weight(sample, i - 1);
    return below / sample->mated_total;
}

/* The next score above: a threshold that this one does not reach. */
static double just_above(double score)
{
    return nextafter(score, INFINITY);
}

/* The lowest score from which on at most that share of the non-mated trials lies. */
static double threshold_of_fmr(const struct sample *sample, double fmr)
{
    const struct trials *trials = sample->trials;
    double allowed = fmr * sample->non_mated_total + 1e-9, above = 0;
    for (size_t i = 0; i < trials->non_mated_count; i++) {
        above += non_mated_weight(sample, i);
        if (above > allowed)
            return just_above(trials->non_mated[i].score);
    }
    return 0;
}

/* Half-way between the two rates where they come nearest, as error_rates_of() has it. */
static double equal_error_rate(const struct sample *sample, double *threshold)
{
    const struct trials *trials = sample->trials;
    double above = 0, below = 0, best_gap = 2, best = 1;
    size_t mated = trials->mated_count; /* those from here on are below the threshold */
    double score = just_above(trials->non_mated[0].score);
    while (mated > 0 && trials->mated[mated - 1].score < score)
        below += mated_weight(sample, --mated);
    for (size_t i = 0;;) {
        double fmr = above / sample->non_mated_total, fnmr = below / sample->mated_total;
        if (fabs(fmr - fnmr) < best_gap) {
            best_gap = fabs(fmr - fnmr);
            best = (fmr + fnmr) / 2;
            *threshold = score;
        }
        if (fmr >= fnmr || i == trials->non_mated_count)
            return best;
        for (score = trials->non_mated[i].score;
             i < trials->non_mated_count && trials->non_mated[i].score == score; i++)
            above += non_mated_weight(sample, i);
        for (; mated < trials->mated_count && trials->mated[mated].score >= score; mated++)
            below -= mated_weight(sample, mated);
    }
}

/* --- All of them, and their bounds --- */

/* Everything that one replicate measures. */
struct figures {
    double eer, fnmr_at_fmr[EVALUATION_FMRS];
    double fmr_at_score[EVALUATION_SCORES], fnmr_at_score[EVALUATION_SCORES];
    double eer_score, score_of_fmr[EVALUATION_FMRS]; /* the thresholds */
};

static void measure(const struct sample *sample, struct figures *figures)
{
    figures->eer = equal_error_rate(sample, &figures->eer_score);
    for (int i = 0; i < EVALUATION_FMRS; i++) {
        figures->score_of_fmr[i] = threshold_of_fmr(sample, evaluation_fmrs[i]);
        figures->fnmr_at_fmr[i] = fnmr_at(sample, figures->score_of_fmr[i]);
    }
    for (int i = 0; i < EVALUATION_SCORES; i++) {
        figures->fmr_at_score[i] = fmr_at(sample, evaluation_scores[i]);
        figures->fnmr_at_score[i] = fnmr_at(sample, evaluation_scores[i]);
    }
}

/* One replicate of a set; false where the draw left nothing to compare. */
static bool measure_replicate(
    const struct trials *trials, uint64_t *random, uint32_t *weights, struct figures *figures)
{
    draw_fingers(random, weights, trials->finger_count);
    struct sample sample = take_sample(trials, weights);
    if (sample.mated_total <= 0 || sample.non_mated_total <= 0)
        return false;
    measure(&sample, figures);
    return true;
}

static struct bounded_rate rate_of(double rate, size_t trials, double score)
{
    return (struct bounded_rate){
        .rate = rate, .errors = (size_t)(rate * (double)trials + 0.5), .trials = trials, .score = score};
}

/* The member of all replicates' figures that lies at that offset. */
static void bound_member(
    struct bounded_rate *rate, const struct figures *replicates, size_t count, size_t offset, double *values)
{
    for (size_t i = 0; i < count; i++)
        memcpy(&values[i], (const char *)&replicates[i] + offset, sizeof values[i]);
    bound_rate(rate, values, count);
}

static enum reason need_both(const struct trials *trials, struct failure *failure)
{
    if (trials->mated_count > 0 && trials->non_mated_count > 0)
        return REASON_DONE;
    return failure_set(failure, REASON_BAD_ARGUMENT, "set",
        "%zu mated and %zu non-mated pairs: both are needed", trials->mated_count, trials->non_mated_count);
}

enum reason measure_verification(
    struct verification_rates *rates, const struct trials *trials, struct failure *failure)
{
    enum reason reason = need_both(trials, failure);
    if (reason != REASON_DONE)
        return reason;
    struct figures *replicates = calloc(EVALUATION_REPLICATES, sizeof *replicates), exact;
    uint32_t *weights = calloc(trials->finger_count, sizeof *weights);
    double *values = calloc(EVALUATION_REPLICATES, sizeof *values);
    if (replicates == NULL || weights == NULL || values == NULL) {
        reason = failure_set(failure, REASON_NO_MEMORY, "bootstrap", NULL);
        goto out;
    }
    uint64_t random = BOOTSTRAP_SEED;
    size_t count = 0;
    for (uint32_t i = 0; i < EVALUATION_REPLICATES; i++)
        count += measure_replicate(trials, &random, weights, &replicates[count]);
    struct sample all = take_sample(trials, NULL);
    measure(&all, &exact);
    rates->eer = rate_of(exact.eer, trials->mated_count, exact.eer_score);
    bound_member(&rates->eer, replicates, count, offsetof(struct figures, eer), values);
    for (size_t i = 0; i < EVALUATION_FMRS; i++) {
        rates->fnmr_at_fmr[i] = rate_of(exact.fnmr_at_fmr[i], trials->mated_count, exact.score_of_fmr[i]);
        bound_member(&rates->fnmr_at_fmr[i], replicates, count,
            offsetof(struct figures, fnmr_at_fmr) + i * sizeof(double), values);
    }
    for (size_t i = 0; i < EVALUATION_SCORES; i++) {
        rates->fmr_at_score[i] =
            rate_of(exact.fmr_at_score[i], trials->non_mated_count, evaluation_scores[i]);
        rates->fnmr_at_score[i] = rate_of(exact.fnmr_at_score[i], trials->mated_count, evaluation_scores[i]);
        bound_member(&rates->fmr_at_score[i], replicates, count,
            offsetof(struct figures, fmr_at_score) + i * sizeof(double), values);
        bound_member(&rates->fnmr_at_score[i], replicates, count,
            offsetof(struct figures, fnmr_at_score) + i * sizeof(double), values);
    }
out:
    free(values);
    free(weights);
    free(replicates);
    return reason;
}

/* --- Means over sets --- */

struct scratch {
    struct figures *replicates; /* EVALUATION_REPLICATES sums over the sets */
    double *values;
    uint32_t *weights;
};

static void add_figures(struct figures *sum, const struct figures *part, uint32_t set_count)
{
    sum->eer += part->eer / set_count;
    for (int i = 0; i < EVALUATION_FMRS; i++)
        sum->fnmr_at_fmr[i] += part->fnmr_at_fmr[i] / set_count;
}

/* A set's replicate; drawn again where the draw left nothing to compare. */
static struct figures draw_replicate(const struct trials *trials, uint64_t *random, uint32_t *weights)
{
    struct figures figures = {0};
    for (int tries = 0; tries < 100 && !measure_replicate(trials, random, weights, &figures); tries++)
        ;
    return figures;
}

static void mean_of_sets(
    struct mean_rates *means, const struct trials *sets, uint32_t set_count, const struct scratch *scratch)
{
    struct figures mean = {0};
    size_t mated = 0;
    uint64_t random = BOOTSTRAP_SEED;
    for (uint32_t s = 0; s < set_count; s++) {
        struct sample all = take_sample(&sets[s], NULL);
        struct figures exact;
        measure(&all, &exact);
        add_figures(&mean, &exact, set_count);
        mated += sets[s].mated_count;
        for (size_t i = 0; i < EVALUATION_REPLICATES; i++) {
            struct figures drawn = draw_replicate(&sets[s], &random, scratch->weights);
            add_figures(&scratch->replicates[i], &drawn, set_count);
        }
    }
    /* Each set has a threshold of its own: there is no score to tell. */
    means->eer = rate_of(mean.eer, mated, 0);
    bound_member(&means->eer, scratch->replicates, EVALUATION_REPLICATES, offsetof(struct figures, eer),
        scratch->values);
    for (size_t i = 0; i < EVALUATION_FMRS; i++) {
        means->fnmr_at_fmr[i] = rate_of(mean.fnmr_at_fmr[i], mated, 0);
        bound_member(&means->fnmr_at_fmr[i], scratch->replicates, EVALUATION_REPLICATES,
            offsetof(struct figures, fnmr_at_fmr) + i * sizeof(double), scratch->values);
    }
}

enum reason measure_means(
    struct mean_rates *means, const struct trials *sets, uint32_t set_count, struct failure *failure)
{
    struct figures *replicates = calloc(EVALUATION_REPLICATES, sizeof *replicates);
    double *values = calloc(EVALUATION_REPLICATES, sizeof *values);
    uint32_t *weights = NULL, fingers_most = 1;
    enum reason reason = REASON_DONE;
    for (uint32_t s = 0; reason == REASON_DONE && s < set_count; s++) {
        reason = need_both(&sets[s], failure);
        fingers_most = sets[s].finger_count > fingers_most ? sets[s].finger_count : fingers_most;
    }
    if (reason == REASON_DONE) {
        weights = calloc(fingers_most, sizeof *weights);
        if (replicates == NULL || values == NULL || weights == NULL)
            reason = failure_set(failure, REASON_NO_MEMORY, "bootstrap", NULL);
    }
    if (reason == REASON_DONE)
        mean_of_sets(means, sets, set_count, &(struct scratch){replicates, values, weights});
    free(weights);
    free(values);
    free(replicates);
    return reason;
}

/* --- Detection error trade-off --- */

enum reason det_points_of(
    const struct trials *trials, struct det_point **points, size_t *count, struct failure *failure)
{
    *count = 0;
    *points = calloc(trials->mated_count + 1, sizeof **points);
    if (*points == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "curve", NULL);
    size_t above = trials->non_mated_count; /* non-mated trials at or above the threshold */
    for (size_t below = 0; below <= trials->mated_count && above > 0; below++) {
        /* The mated trial that the highest threshold with so many rejected still accepts. */
        size_t index = trials->mated_count - below;
        double score = just_above(trials->non_mated[0].score);
        if (index > 0 && trials->mated[index - 1].score < score)
            score = trials->mated[index - 1].score;
        /* Equal ones are rejected together. */
        if (below > 0 && index > 0 && trials->mated[index].score >= trials->mated[index - 1].score)
            continue;
        while (above > 0 && trials->non_mated[above - 1].score < score)
            above--;
        (*points)[(*count)++] = (struct det_point){(double)above / (double)trials->non_mated_count,
            (double)below / (double)trials->mated_count, score};
    }
    return REASON_DONE;
}
