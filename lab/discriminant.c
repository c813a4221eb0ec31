/* discriminant.c: linear discriminant analysis; see discriminant.h. */
#include "lab/discriminant.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Added to the mates' variance of each value, as a share of its mean over the values: a value that hardly ever
 * changes must not look certain. */
#define RIDGE 1e-3

/* --- Scatter --- */

enum reason scatter_start(struct scatter *scatter, uint32_t size, struct failure *failure)
{
    *scatter = (struct scatter){.size = size,
        .sums = calloc(size, sizeof(double)),
        .products = calloc((size_t)size * size, sizeof(double)),
        .differences = calloc((size_t)size * size, sizeof(double))};
    if (scatter->sums == NULL || scatter->products == NULL || scatter->differences == NULL) {
        scatter_finish(scatter);
        return failure_set(failure, REASON_NO_MEMORY, "scatter", NULL);
    }
    return REASON_DONE;
}

void scatter_finish(struct scatter *scatter)
{
    free(scatter->sums);
    free(scatter->products);
    free(scatter->differences);
    memset(scatter, 0, sizeof *scatter);
}

void scatter_add_row(struct scatter *scatter, const int16_t *row)
{
    scatter->rows++;
    for (uint32_t i = 0; i < scatter->size; i++) {
        scatter->sums[i] += row[i];
        double *products = scatter->products + (size_t)i * scatter->size;
        for (uint32_t column = i; row[i] != 0 && column < scatter->size; column++)
            products[column] += row[i] * row[column];
    }
}

void scatter_add_mates(struct scatter *scatter, const int16_t *a, const int16_t *b)
{
    scatter->mates++;
    for (uint32_t i = 0; i < scatter->size; i++) {
        int32_t difference = a[i] - b[i];
        double *differences = scatter->differences + (size_t)i * scatter->size;
        for (uint32_t column = i; difference != 0 && column < scatter->size; column++)
            differences[column] += (double)difference * (a[column] - b[column]);
    }
}

/* --- Forms --- */

/* The problem: variance * form = eigenvalue * noise * form. Triangles as in a scatter. */
struct problem {
    uint32_t size;
    double *variance, *noise, *mean, *eigenvalues;
};

static void problem_finish(struct problem *problem)
{
    free(problem->variance);
    free(problem->noise);
    free(problem->mean);
    free(problem->eigenvalues);
}

static enum reason problem_start(struct problem *problem, uint32_t size, struct failure *failure)
{
    *problem = (struct problem){.size = size,
        .variance = calloc((size_t)size * size, sizeof(double)),
        .noise = calloc((size_t)size * size, sizeof(double)),
        .mean = calloc(size, sizeof(double)),
        .eigenvalues = calloc(size, sizeof(double))};
    if (problem->variance != NULL && problem->noise != NULL && problem->mean != NULL &&
        problem->eigenvalues != NULL)
        return REASON_DONE;
    problem_finish(problem);
    failure_set(failure, REASON_NO_MEMORY, "discriminant analysis", NULL);
    return REASON_NO_MEMORY;
}

static void add_scatter(struct problem *problem, const struct scatter *scatter, double share)
{
    uint32_t size = problem->size;
    for (uint32_t i = 0; i < size; i++)
        problem->mean[i] += share * scatter->sums[i] / scatter->rows;
    for (size_t i = 0; i < (size_t)size * size; i++) {
        problem->variance[i] += share * scatter->products[i] / scatter->rows;
        problem->noise[i] += share * scatter->differences[i] / (2 * scatter->mates);
    }
}

/* From means of products to a covariance, and the ridge. */
static enum reason complete(struct problem *problem, struct failure *failure)
{
    uint32_t size = problem->size;
    double trace = 0;
    for (uint32_t row = 0; row < size; row++) {
        for (uint32_t column = row; column < size; column++)
            problem->variance[(size_t)row * size + column] -= problem->mean[row] * problem->mean[column];
        trace += problem->noise[(size_t)row * size + row];
    }
    if (trace <= 0)
        return failure_set(failure, REASON_BAD_ARGUMENT, "sets", "no mates that differ");
    for (uint32_t i = 0; i < size; i++)
        problem->noise[(size_t)i * size + i] += RIDGE * trace / size;
    return REASON_DONE;
}

static enum reason pose(struct problem *problem, const struct scatter *scatters, uint32_t scatter_count,
    uint32_t left_out, struct failure *failure)
{
    uint32_t counting = 0;
    for (uint32_t s = 0; s < scatter_count; s++)
        counting += s != left_out && scatters[s].rows > 0 && scatters[s].mates > 0;
    for (uint32_t s = 0; s < scatter_count; s++)
        if (s != left_out && scatters[s].rows > 0 && scatters[s].mates > 0)
            add_scatter(problem, &scatters[s], 1.0 / counting);
    return complete(problem, failure);
}

static void copy_form(const double *eigenvector, uint32_t size, double *form)
{
    double largest = 0;
    for (uint32_t i = 0; i < size; i++)
        if (fabs(eigenvector[i]) > fabs(largest))
            largest = eigenvector[i];
    for (uint32_t i = 0; i < size; i++)
        form[i] = largest < 0 ? -eigenvector[i] : eigenvector[i];
}

enum reason discriminant_forms(const struct scatter *scatters, uint32_t scatter_count, uint32_t left_out,
    uint32_t form_count, double *forms, struct failure *failure)
{
    uint32_t size = scatter_count > 0 ? scatters[0].size : 0;
    if (size == 0 || form_count > size)
        return failure_set(failure, REASON_BAD_ARGUMENT, "forms", "more than there are values");
    struct problem problem;
    TRY(problem_start(&problem, size, failure));
    enum reason reason = pose(&problem, scatters, scatter_count, left_out, failure);
    if (reason == REASON_DONE) {
        /* Rows of an upper triangle are columns of a lower one: nothing has to be turned for LAPACK, and its
         * eigenvectors come as rows, the largest eigenvalue last. */
        int status = LAPACKE_dsygvd(LAPACK_COL_MAJOR, 1, 'V', 'L', (lapack_int)size, problem.variance,
            (lapack_int)size, problem.noise, (lapack_int)size, problem.eigenvalues);
        if (status != 0)
            reason = failure_set(failure, REASON_INTERNAL_ERROR, "discriminant analysis", "no eigenvectors");
    }
    for (uint32_t f = 0; reason == REASON_DONE && f < form_count; f++)
        copy_form(problem.variance + (size_t)(size - 1 - f) * size, size, forms + (size_t)f * size);
    problem_finish(&problem);
    return reason;
}

/* --- How near two sets of forms are --- */

/* covariances[i * count + j] = covariance of a[i] and b[j]. */
static void covary(
    const struct problem *problem, uint32_t count, const double *a, const double *b, double *covariances)
{
    uint32_t size = problem->size;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < count; j++) {
            const double *form = a + (size_t)i * size, *other = b + (size_t)j * size;
            double sum = 0;
            for (uint32_t row = 0; row < size; row++)
                for (uint32_t column = row; column < size; column++) {
                    double both = form[row] * other[column] + form[column] * other[row];
                    sum += problem->variance[(size_t)row * size + column] * (row == column ? both / 2 : both);
                }
            covariances[(size_t)i * count + j] = sum;
        }
}

/* Regression of each of others on forms. */
static enum reason explain(const struct problem *problem, uint32_t count, const double *forms,
    const double *others, double *shares, struct failure *failure)
{
    size_t square = (size_t)count * count;
    double *matrices = calloc(4 * square + 1, sizeof *matrices);
    if (matrices == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "discriminant analysis", NULL);
    double *within = matrices, *across = within + square, *solution = across + square,
           *other = solution + square;
    covary(problem, count, forms, forms, within);
    covary(problem, count, others, forms, across);
    covary(problem, count, others, others, other);
    memcpy(solution, across, square * sizeof *solution);
    lapack_int n = (lapack_int)count;
    int status = LAPACKE_dposv(LAPACK_COL_MAJOR, 'L', n, n, within, n, solution, n);
    for (uint32_t i = 0; status == 0 && i < count; i++) {
        double explained = 0, all = other[(size_t)i * count + i];
        for (uint32_t j = 0; j < count; j++)
            explained += across[(size_t)i * count + j] * solution[(size_t)i * count + j];
        shares[i] = all > 0 ? explained / all : 1;
    }
    free(matrices);
    return status == 0 ? REASON_DONE
                       : failure_set(failure, REASON_INTERNAL_ERROR, "discriminant analysis", "forms alike");
}

enum reason discriminant_explained(const struct scatter *scatters, uint32_t scatter_count,
    uint32_t form_count, const double *forms, const double *others, double *shares, struct failure *failure)
{
    uint32_t size = scatter_count > 0 ? scatters[0].size : 0;
    if (size == 0 || form_count > size)
        return failure_set(failure, REASON_BAD_ARGUMENT, "forms", "more than there are values");
    struct problem problem;
    TRY(problem_start(&problem, size, failure));
    enum reason reason = pose(&problem, scatters, scatter_count, DISCRIMINANT_ALL, failure);
    if (reason == REASON_DONE)
        reason = explain(&problem, form_count, forms, others, shares, failure);
    problem_finish(&problem);
    return reason;
}
