/* quality_fit.c: the weights of the quality's terms, by least squares. */
#include "lab/quality_fit.h"

/* Of the terms' variances: keeps terms that go together from taking large weights against each other. */
#define RIDGE 0.03

struct sums {
    double covariance[QUALITY_TERM_COUNT][QUALITY_TERM_COUNT];
    double with_rank[QUALITY_TERM_COUNT];
    double mean[QUALITY_TERM_COUNT], mean_rank; /* over the sets, each counting the same */
};

/* One set's share, about its own means. */
static void add_set(struct sums *sums, const struct quality_data *data, uint32_t set, double share)
{
    double mean[QUALITY_TERM_COUNT] = {0}, rank = 0, count = 0;
    for (size_t i = 0; i < data->sample_count; i++) {
        const struct quality_sample *sample = &data->samples[i];
        if (sample->set != set)
            continue;
        float terms[QUALITY_TERM_COUNT];
        matcher_sample_quality_terms(&sample->report.measures, terms);
        for (int term = 0; term < QUALITY_TERM_COUNT; term++)
            mean[term] += terms[term];
        rank += sample->rank;
        count++;
    }
    for (int term = 0; term < QUALITY_TERM_COUNT; term++) {
        mean[term] /= count;
        sums->mean[term] += share * mean[term];
    }
    rank /= count;
    sums->mean_rank += share * rank;
    for (size_t i = 0; i < data->sample_count; i++) {
        const struct quality_sample *sample = &data->samples[i];
        if (sample->set != set)
            continue;
        float terms[QUALITY_TERM_COUNT];
        matcher_sample_quality_terms(&sample->report.measures, terms);
        for (int a = 0; a < QUALITY_TERM_COUNT; a++) {
            double away = share / count * (terms[a] - mean[a]);
            sums->with_rank[a] += away * (sample->rank - rank);
            for (int b = 0; b < QUALITY_TERM_COUNT; b++)
                sums->covariance[a][b] += away * (terms[b] - mean[b]);
        }
    }
}

/* Gauss and Jordan; the ridge makes the matrix positive definite, so that no pivot is looked for. */
static bool solve(double matrix[QUALITY_TERM_COUNT][QUALITY_TERM_COUNT], double right[QUALITY_TERM_COUNT])
{
    for (int pivot = 0; pivot < QUALITY_TERM_COUNT; pivot++) {
        if (!(matrix[pivot][pivot] > 0))
            return false;
        for (int row = 0; row < QUALITY_TERM_COUNT; row++) {
            if (row == pivot)
                continue;
            double factor = matrix[row][pivot] / matrix[pivot][pivot];
            for (int column = pivot; column < QUALITY_TERM_COUNT; column++)
                matrix[row][column] -= factor * matrix[pivot][column];
            right[row] -= factor * right[pivot];
        }
    }
    for (int row = 0; row < QUALITY_TERM_COUNT; row++)
        right[row] /= matrix[row][row];
    return true;
}

enum reason quality_fit(const struct quality_data *data, uint32_t left_out,
    struct sample_quality_weights *weights, struct failure *failure)
{
    struct sums sums = {0};
    uint32_t sets = data->set_count - (left_out < data->set_count ? 1 : 0);
    for (uint32_t set = 0; set < data->set_count; set++)
        if (set != left_out)
            add_set(&sums, data, set, 1.0 / sets);
    for (int term = 0; term < QUALITY_TERM_COUNT; term++)
        sums.covariance[term][term] *= 1 + RIDGE;
    if (sets == 0 || !solve(sums.covariance, sums.with_rank))
        return failure_set(failure, REASON_BAD_ARGUMENT, "set", "these samples do not determine the weights");
    double bias = sums.mean_rank;
    for (int term = 0; term < QUALITY_TERM_COUNT; term++) {
        weights->of[term] = (float)sums.with_rank[term];
        bias -= sums.with_rank[term] * sums.mean[term];
    }
    weights->bias = (float)bias;
    return REASON_DONE;
}
