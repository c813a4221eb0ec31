/* discriminant.h: linear discriminant analysis (Fisher 1936): linear forms of a row of values that vary much
 * between all rows and little between mates, two rows that show the same thing twice.
 *
 * Rows come in several sets, each of which counts the same. The forms are the generalised eigenvectors of the
 * covariance of all rows and that of half the mates' differences, of the largest eigenvalues; LAPACK finds them.
 *
 * Thread rule: no state; one scatter is one thread's.
 */
#ifndef KORDON_LAB_DISCRIMINANT_H
#define KORDON_LAB_DISCRIMINANT_H

#include <stdint.h>

#include "base/failure.h"

/* What the analysis needs of one set. Sums of integers, exact in any order. */
struct scatter {
    uint32_t size; /* values of a row */
    double rows, mates;
    double *sums;        /* of the rows */
    double *products;    /* of the rows with themselves, size x size; only columns from the row's number on */
    double *differences; /* the same of the mates' differences */
};

/* Reason: NO_MEMORY. Zeroed or finished scatters can be finished. */
enum reason scatter_start(struct scatter *scatter, uint32_t size, struct failure *failure);
void scatter_finish(struct scatter *scatter);

void scatter_add_row(struct scatter *scatter, const int16_t *row);
void scatter_add_mates(struct scatter *scatter, const int16_t *a, const int16_t *b);

#define DISCRIMINANT_ALL UINT32_MAX

/* forms[f * size + i] = weight of value i in form f, f < form_count <= size, the best first; in each the largest
 * weight is positive, since of two opposite forms neither is better. A value that never changes gets no weight.
 * Set left_out does not count. Sets without rows or mates don't either.
 * Reasons: BAD_ARGUMENT (no set counts, or no mates differ), NO_MEMORY, INTERNAL_ERROR (no solution found). */
enum reason discriminant_forms(const struct scatter *scatters, uint32_t scatter_count, uint32_t left_out,
    uint32_t form_count, double *forms, struct failure *failure);

/* How much of the variance of each of the forms `others` the same number of `forms` explain, all sets counting, as
 * shares of 1; forms that never vary are explained. Reasons: those of discriminant_forms(); INTERNAL_ERROR also
 * where two of `forms` are the same. */
enum reason discriminant_explained(const struct scatter *scatters, uint32_t scatter_count,
    uint32_t form_count, const double *forms, const double *others, double *shares, struct failure *failure);

#endif
