/* logistic.c: see logistic.h. */
#include "lab/logistic.h"

#include <math.h>
#include <string.h>

/* The bias is the last of the unknowns. */
#define UNKNOWNS_MAX  (LOGISTIC_FEATURES_MAX + 1)
#define NEWTON_STEPS  60
#define DESCENT_TURNS 2000
#define HALVINGS      30
#define CONVERGED     1e-9

struct scale {
    double mean[LOGISTIC_FEATURES_MAX], deviation[LOGISTIC_FEATURES_MAX];
};

/* The objective at a point: its value, slope and curvature. */
struct quadratic {
    double value;
    double slope[UNKNOWNS_MAX];
    double curvature[UNKNOWNS_MAX][UNKNOWNS_MAX];
};

static void measure_scale(const struct logistic_problem *problem, struct scale *scale)
{
    memset(scale, 0, sizeof *scale);
    for (size_t r = 0; r < problem->row_count; r++)
        for (uint32_t i = 0; i < problem->feature_count; i++)
            scale->mean[i] += problem->rows[r].weight * problem->rows[r].features[i];
    for (size_t r = 0; r < problem->row_count; r++)
        for (uint32_t i = 0; i < problem->feature_count; i++) {
            double off = problem->rows[r].features[i] - scale->mean[i];
            scale->deviation[i] += problem->rows[r].weight * off * off;
        }
    for (uint32_t i = 0; i < problem->feature_count; i++)
        scale->deviation[i] = sqrt(scale->deviation[i]);
}

static double standardized(
    const struct scale *scale, const struct logistic_row *row, uint32_t count, double *features)
{
    for (uint32_t i = 0; i < count; i++)
        features[i] = scale->deviation[i] > 0 ? (row->features[i] - scale->mean[i]) / scale->deviation[i] : 0;
    features[count] = 1;
    return row->positive ? 1 : -1;
}

/* log(1 + exp(-z)) without overflow. */
static double log_loss(double z)
{
    return z > 0 ? log1p(exp(-z)) : -z + log1p(exp(z));
}

static double ridge_value(const struct logistic_problem *problem, const double *unknowns)
{
    double sum = 0;
    for (uint32_t i = 0; i < problem->feature_count; i++)
        sum += unknowns[i] * unknowns[i];
    return 0.5 * problem->ridge * sum;
}

static double value_at(
    const struct logistic_problem *problem, const struct scale *scale, const double *unknowns)
{
    double sum = ridge_value(problem, unknowns), features[UNKNOWNS_MAX];
    for (size_t r = 0; r < problem->row_count; r++) {
        double z = 0, sign = standardized(scale, &problem->rows[r], problem->feature_count, features);
        for (uint32_t i = 0; i <= problem->feature_count; i++)
            z += unknowns[i] * features[i];
        sum += problem->rows[r].weight * log_loss(sign * z);
    }
    return sum;
}

static void expand_at(const struct logistic_problem *problem, const struct scale *scale,
    const double *unknowns, struct quadratic *quadratic)
{
    const uint32_t count = problem->feature_count;
    memset(quadratic, 0, sizeof *quadratic);
    quadratic->value = ridge_value(problem, unknowns);
    for (size_t r = 0; r < problem->row_count; r++) {
        double features[UNKNOWNS_MAX], z = 0, weight = problem->rows[r].weight;
        double sign = standardized(scale, &problem->rows[r], count, features);
        for (uint32_t i = 0; i <= count; i++)
            z += unknowns[i] * features[i];
        double wrong = 1 / (1 + exp(sign * z)), bend = weight * wrong * (1 - wrong);
        quadratic->value += weight * log_loss(sign * z);
        for (uint32_t i = 0; i <= count; i++) {
            quadratic->slope[i] -= weight * sign * wrong * features[i];
            for (uint32_t j = 0; j <= i; j++)
                quadratic->curvature[i][j] += bend * features[i] * features[j];
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        quadratic->slope[i] += problem->ridge * unknowns[i];
        quadratic->curvature[i][i] += problem->ridge;
    }
    quadratic->curvature[count][count] += 1e-9;
    for (uint32_t i = 0; i <= count; i++)
        for (uint32_t j = 0; j < i; j++)
            quadratic->curvature[j][i] = quadratic->curvature[i][j];
}

static double within_sign(enum logistic_sign sign, double value)
{
    bool lost = sign == LOGISTIC_ZERO || (sign == LOGISTIC_NOT_NEGATIVE && value < 0) ||
                (sign == LOGISTIC_NOT_POSITIVE && value > 0);
    return lost ? 0 : value;
}

/* The step to the quadratic's minimum within the signs. */
static void find_step(const struct logistic_problem *problem, const struct quadratic *quadratic,
    const double *unknowns, double *step)
{
    const uint32_t count = problem->feature_count;
    double slope[UNKNOWNS_MAX];
    memcpy(slope, quadratic->slope, sizeof slope);
    memset(step, 0, sizeof(double) * UNKNOWNS_MAX);
    for (int turn = 0; turn < DESCENT_TURNS; turn++) {
        double largest = 0;
        for (uint32_t i = 0; i <= count; i++) {
            double before = unknowns[i] + step[i], after = before - slope[i] / quadratic->curvature[i][i];
            if (i < count)
                after = within_sign(problem->signs[i], after);
            double change = after - before;
            step[i] += change;
            for (uint32_t j = 0; j <= count; j++)
                slope[j] += change * quadratic->curvature[j][i];
            largest = fmax(largest, fabs(change));
        }
        if (largest < CONVERGED)
            return;
    }
}

/* Goes as much of the step as makes the objective smaller; gives by how much. */
static double go(const struct logistic_problem *problem, const struct scale *scale, double before,
    const double *step, double *unknowns)
{
    double part = 1, tried[UNKNOWNS_MAX];
    for (int halving = 0; halving < HALVINGS; halving++, part /= 2) {
        for (uint32_t i = 0; i <= problem->feature_count; i++)
            tried[i] = unknowns[i] + part * step[i];
        double after = value_at(problem, scale, tried);
        if (after < before) {
            memcpy(unknowns, tried, sizeof(double) * (problem->feature_count + 1));
            return before - after;
        }
    }
    return 0;
}

static void to_unknowns(const struct logistic_problem *problem, const struct scale *scale,
    const struct logistic_model *model, double *unknowns)
{
    const uint32_t count = problem->feature_count;
    unknowns[count] = model->bias;
    for (uint32_t i = 0; i < count; i++) {
        unknowns[i] = within_sign(problem->signs[i], model->coefficients[i] * scale->deviation[i]);
        unknowns[count] += model->coefficients[i] * scale->mean[i];
    }
}

static void from_unknowns(const struct logistic_problem *problem, const struct scale *scale,
    const double *unknowns, struct logistic_model *model)
{
    const uint32_t count = problem->feature_count;
    model->bias = unknowns[count];
    for (uint32_t i = 0; i < count; i++) {
        model->coefficients[i] = scale->deviation[i] > 0 ? unknowns[i] / scale->deviation[i] : 0;
        model->bias -= model->coefficients[i] * scale->mean[i];
    }
}

enum reason logistic_fit(
    const struct logistic_problem *problem, struct logistic_model *model, struct failure *failure)
{
    if (problem->row_count == 0 || problem->feature_count > LOGISTIC_FEATURES_MAX || !(problem->ridge > 0))
        return failure_set(failure, REASON_BAD_ARGUMENT, "regression", "%zu rows, %u features, ridge %g",
            problem->row_count, problem->feature_count, problem->ridge);
    struct scale scale;
    double unknowns[UNKNOWNS_MAX], step[UNKNOWNS_MAX];
    measure_scale(problem, &scale);
    to_unknowns(problem, &scale, model, unknowns);
    for (int newton = 0; newton < NEWTON_STEPS; newton++) {
        struct quadratic quadratic;
        expand_at(problem, &scale, unknowns, &quadratic);
        find_step(problem, &quadratic, unknowns, step);
        if (go(problem, &scale, quadratic.value, step, unknowns) < CONVERGED * quadratic.value) {
            from_unknowns(problem, &scale, unknowns, model);
            return REASON_DONE;
        }
    }
    return failure_set(
        failure, REASON_INTERNAL_ERROR, "regression", "no minimum within %d steps", NEWTON_STEPS);
}

double logistic_value(const struct logistic_model *model, const float *features, uint32_t feature_count)
{
    double sum = model->bias;
    for (uint32_t i = 0; i < feature_count; i++)
        sum += model->coefficients[i] * features[i];
    return sum;
}
