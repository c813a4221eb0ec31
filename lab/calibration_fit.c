/* calibration_fit.c: from non-mated comparisons to a calibration; see calibration.h.
 *
 *     levelling   quantile regression of the raw score on the two prints' densities of minutiae (Koenker, Bassett
 *                 1978), by iterated least squares: what density alone adds to the scores of different fingers
 *     body        down to a false match rate of TAIL_RATE a score is where the weighted comparisons put it
 *     tail        beyond, a generalised Pareto distribution of the excesses (Pickands 1975; Hosking, Wallis 1987, by
 *                 probability-weighted moments), never lighter than an exponential one: there is no score that
 *                 different fingers cannot reach
 *     confidence  the same with fingers drawn anew, DRAWINGS times; the table is put where CONFIDENCE of them have it
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lab/calibration.h"

#define LEVELLING_RATE  0.01
#define LEVELLING_TURNS 60
/* How much of what density adds is taken off. Measured, with each set left out: all of it serves the claims best, but
 * costs false non-matches, for many minutiae that agree are evidence, too. */
#define LEVELLING_SHARE 0.75
#define TAIL_RATE       0.01
#define TAIL_SHAPE_MAX  0.25
#define DRAWINGS        200
#define CONFIDENCE      0.75
#define TAIL_LEAST      50 /* comparisons */

static const matcher_score table_scores[] = {
    0, 1, 2, 3, 5, 7, 10, 13, 17, 20, 25, 30, 35, 40, 50, 60, 70, 80, 100, MATCHER_SCORE_MAX};
#define TABLE_COUNT (sizeof table_scores / sizeof table_scores[0])
_Static_assert(TABLE_COUNT <= CALIBRATION_POINTS_MAX, "fits the table");

/* One non-mated comparison. */
struct trial {
    double raw;
    double weight; /* so that a set weighs as much as it has fingers */
    uint16_t lesser, greater, finger_a, finger_b;
};

struct trials {
    struct trial *trials;
    size_t count;
};

/* --- Which comparisons --- */

static bool is_in(const struct calibration_set *set, const char *left_out)
{
    return left_out == NULL || strcmp(set->name, left_out) != 0;
}

static uint16_t limit_density(uint16_t density)
{
    if (density < CALIBRATION_DENSITY_MIN)
        return CALIBRATION_DENSITY_MIN;
    return density > CALIBRATION_DENSITY_MAX ? CALIBRATION_DENSITY_MAX : density;
}

static enum reason choose(
    struct trials *trials, const struct calibration_data *data, const char *left_out, struct failure *failure)
{
    trials->count = 0;
    trials->trials = malloc((data->count + 1) * sizeof *trials->trials);
    if (trials->trials == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "calibration", NULL);
    for (size_t i = 0; i < data->count; i++) {
        const struct calibration_sample *sample = &data->samples[i];
        const struct calibration_set *set = &data->sets[sample->set];
        if (sample->mated || !is_in(set, left_out))
            continue;
        uint16_t a = limit_density(sample->density_a), b = limit_density(sample->density_b);
        trials->trials[trials->count++] = (struct trial){.raw = sample->raw,
            .weight = (double)set->fingers / (double)set->non_mated,
            .lesser = a < b ? a : b,
            .greater = a < b ? b : a,
            .finger_a = sample->finger_a,
            .finger_b = sample->finger_b};
    }
    if ((double)trials->count * TAIL_RATE < TAIL_LEAST)
        return failure_set(failure, REASON_BAD_ARGUMENT, "calibration",
            "%zu non-mated comparisons are too few for a tail, at least %.0f", trials->count,
            TAIL_LEAST / TAIL_RATE);
    return REASON_DONE;
}

/* --- Levelling --- */

#define COEFFICIENTS 3

/* Gauss elimination of a positive matrix; the last column is the right side, and the solution. */
static void solve(double rows[COEFFICIENTS][COEFFICIENTS + 1])
{
    for (int pivot = 0; pivot < COEFFICIENTS; pivot++)
        for (int row = 0; row < COEFFICIENTS; row++) {
            if (row == pivot)
                continue;
            double factor = rows[row][pivot] / rows[pivot][pivot];
            for (int column = pivot; column <= COEFFICIENTS; column++)
                rows[row][column] -= factor * rows[pivot][column];
        }
    for (int row = 0; row < COEFFICIENTS; row++)
        rows[row][COEFFICIENTS] /= rows[row][row];
}

/* The check function of quantile regression as a weighted square, at the last turn's residual. */
static void regress(const struct trials *trials, double coefficients[COEFFICIENTS])
{
    double rows[COEFFICIENTS][COEFFICIENTS + 1] = {{0}};
    for (size_t i = 0; i < trials->count; i++) {
        const struct trial *trial = &trials->trials[i];
        const double x[COEFFICIENTS] = {1, trial->lesser - (double)CALIBRATION_DENSITY_USUAL,
            trial->greater - (double)CALIBRATION_DENSITY_USUAL};
        double residual = trial->raw;
        for (int k = 0; k < COEFFICIENTS; k++)
            residual -= coefficients[k] * x[k];
        double square = trial->weight / (fabs(residual) + 20);
        double side = square * trial->raw + (1 - 2 * LEVELLING_RATE) * trial->weight;
        for (int row = 0; row < COEFFICIENTS; row++) {
            for (int column = 0; column < COEFFICIENTS; column++)
                rows[row][column] += square * x[row] * x[column];
            rows[row][COEFFICIENTS] += side * x[row];
        }
    }
    for (int k = 0; k < COEFFICIENTS; k++)
        rows[k][k] += 1e-9;
    solve(rows);
    for (int k = 0; k < COEFFICIENTS; k++)
        coefficients[k] = rows[k][COEFFICIENTS];
}

static int compare_highest_first(const void *a, const void *b)
{
    const struct trial *x = a, *y = b;
    if (x->raw != y->raw)
        return x->raw > y->raw ? -1 : 1;
    uint32_t p = (uint32_t)x->finger_a << 16 | x->finger_b, q = (uint32_t)y->finger_a << 16 | y->finger_b;
    return p < q ? -1 : p > q;
}

/* Fits the levelling, applies it to the trials and sorts them by what comes out. */
static void level(struct trials *trials, struct calibration_curve *curve)
{
    double coefficients[COEFFICIENTS] = {0};
    for (int turn = 0; turn < LEVELLING_TURNS; turn++)
        regress(trials, coefficients);
    curve->levelling.lesser =
        (int32_t)lround(LEVELLING_SHARE * coefficients[1] * CALIBRATION_LEVELLING_SCALE);
    curve->levelling.greater =
        (int32_t)lround(LEVELLING_SHARE * coefficients[2] * CALIBRATION_LEVELLING_SCALE);
    for (size_t i = 0; i < trials->count; i++) {
        struct trial *trial = &trials->trials[i];
        trial->raw = matcher_level_raw(curve, (int32_t)trial->raw, trial->lesser, trial->greater);
    }
    qsort(trials->trials, trials->count, sizeof *trials->trials, compare_highest_first);
}

/* --- One drawing --- */

/* Fingers drawn with replacement within each set: a comparison counts as often as both its fingers were drawn. */
struct drawing {
    const struct trials *trials;
    const double *times; /* by finger; NULL: each once */
    double total;
};

static double weight_of(const struct drawing *drawing, const struct trial *trial)
{
    double weight = trial->weight;
    if (drawing->times != NULL)
        weight *= drawing->times[trial->finger_a] * drawing->times[trial->finger_b];
    return weight;
}

struct tail {
    size_t samples; /* trials before the start */
    double start, scale, shape;
};

static struct tail fit_tail(const struct drawing *drawing)
{
    const struct trial *trials = drawing->trials->trials;
    struct tail tail = {0};
    double above = 0;
    for (; tail.samples < drawing->trials->count; tail.samples++) {
        double weight = weight_of(drawing, &trials[tail.samples]);
        if (above + weight > TAIL_RATE * drawing->total)
            break;
        above += weight;
    }
    size_t last = tail.samples < drawing->trials->count ? tail.samples : drawing->trials->count - 1;
    tail.start = trials[last].raw + 1;
    /* Probability-weighted moments; the share above an excess is what was passed on the way down. */
    double mean = 0, moment = 0, passed = 0;
    for (size_t i = 0; i < tail.samples; i++) {
        double weight = weight_of(drawing, &trials[i]) / above, excess = trials[i].raw - tail.start;
        mean += weight * excess;
        moment += weight * excess * (passed + weight / 2);
        passed += weight;
    }
    if (above <= 0 || mean <= 0)
        return (struct tail){.samples = tail.samples, .start = tail.start, .scale = 1};
    tail.shape = 2 - mean / (mean - 2 * moment);
    tail.shape = tail.shape > 0 ? tail.shape : 0;
    tail.shape = tail.shape < TAIL_SHAPE_MAX ? tail.shape : TAIL_SHAPE_MAX;
    tail.scale = mean * (1 - tail.shape);
    return tail;
}

static double raw_in_tail(const struct tail *tail, double rate)
{
    double share = TAIL_RATE / rate;
    if (tail->shape < 1e-6)
        return tail->start + tail->scale * log(share);
    return tail->start + tail->scale * (pow(share, tail->shape) - 1) / tail->shape;
}

/* The lowest raw score that claims each score of the table. */
static struct tail fill_table(struct drawing *drawing, struct calibration_curve *curve)
{
    drawing->total = 0;
    for (size_t i = 0; i < drawing->trials->count; i++)
        drawing->total += weight_of(drawing, &drawing->trials->trials[i]);
    struct tail tail = fit_tail(drawing);
    curve->count = TABLE_COUNT;
    size_t place = TABLE_COUNT, next = 0;
    double above = 0;
    while (place-- > 1) {
        double rate = pow(10, -table_scores[place] / 10.0);
        double raw = raw_in_tail(&tail, rate);
        if (rate >= TAIL_RATE * (1 - 1e-9)) {
            while (next < drawing->trials->count) {
                double weight = weight_of(drawing, &drawing->trials->trials[next]);
                if (above + weight > rate * drawing->total)
                    break;
                above += weight;
                next++;
            }
            raw = next < drawing->trials->count ? drawing->trials->trials[next].raw + 1 : 0;
        }
        curve->points[place] = (struct calibration_point){(int32_t)ceil(raw), table_scores[place]};
    }
    curve->points[0] = (struct calibration_point){0, 0};
    return tail;
}

/* --- Many drawings --- */

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

void calibration_draw_fingers(const struct calibration_set *set, uint64_t *random, double *times)
{
    memset(times + set->first_finger, 0, set->fingers * sizeof *times);
    for (uint32_t i = 0; i < set->fingers; i++)
        times[set->first_finger + next_random(random) % set->fingers]++;
}

static int32_t quantile_of_raws(const struct calibration_curve *drawn, size_t place, double fraction)
{
    double values[DRAWINGS];
    for (int i = 0; i < DRAWINGS; i++)
        values[i] = drawn[i].points[place].raw;
    return (int32_t)measure_quantile(values, DRAWINGS, fraction);
}

static void set_confidence(struct calibration_fit *fit, const struct calibration_curve *drawn)
{
    static const matcher_score scores[CALIBRATION_CONFIDENCES] = {20, 30, 40, 50, 60};
    for (size_t i = 0; i < CALIBRATION_CONFIDENCES; i++) {
        int32_t raw = 0;
        for (uint32_t p = 0; p < fit->curve.count; p++)
            if (fit->curve.points[p].score == scores[i])
                raw = fit->curve.points[p].raw;
        double values[DRAWINGS];
        for (int d = 0; d < DRAWINGS; d++)
            values[d] = matcher_calibrate_exactly(&drawn[d], raw);
        fit->confidence[i].score = scores[i];
        fit->confidence[i].low = measure_quantile(values, DRAWINGS, 0.05);
        fit->confidence[i].high = measure_quantile(values, DRAWINGS, 0.95);
    }
}

static enum reason draw(struct calibration_fit *fit, const struct trials *trials,
    const struct calibration_data *data, struct failure *failure)
{
    double *times = calloc(data->finger_count + 1, sizeof *times);
    struct calibration_curve *drawn = calloc(DRAWINGS, sizeof *drawn);
    if (times == NULL || drawn == NULL) {
        free(times);
        free(drawn);
        return failure_set(failure, REASON_NO_MEMORY, "calibration", NULL);
    }
    uint64_t random = 1;
    struct drawing drawing = {.trials = trials, .times = times};
    for (int d = 0; d < DRAWINGS; d++) {
        for (uint32_t s = 0; s < data->set_count; s++)
            calibration_draw_fingers(&data->sets[s], &random, times);
        fill_table(&drawing, &drawn[d]);
    }
    for (size_t p = 1; p < TABLE_COUNT; p++) {
        int32_t raw = quantile_of_raws(drawn, p, CONFIDENCE), before = fit->curve.points[p - 1].raw;
        fit->curve.points[p] = (struct calibration_point){raw > before ? raw : before + 1, table_scores[p]};
    }
    set_confidence(fit, drawn);
    free(times);
    free(drawn);
    return REASON_DONE;
}

/* --- All of it --- */

static int compare_pairs(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static enum reason count_tail_finger_pairs(
    struct calibration_fit *fit, const struct trials *trials, struct failure *failure)
{
    uint32_t *pairs = malloc((fit->tail_samples + 1) * sizeof *pairs);
    if (pairs == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "calibration", NULL);
    for (uint32_t i = 0; i < fit->tail_samples; i++)
        pairs[i] = (uint32_t)trials->trials[i].finger_a << 16 | trials->trials[i].finger_b;
    qsort(pairs, fit->tail_samples, sizeof *pairs, compare_pairs);
    for (uint32_t i = 0; i < fit->tail_samples; i++)
        fit->tail_finger_pairs += i == 0 || pairs[i] != pairs[i - 1];
    free(pairs);
    return REASON_DONE;
}

enum reason calibration_derive(struct calibration_fit *fit, const struct calibration_data *data,
    const char *left_out, struct failure *failure)
{
    *fit = (struct calibration_fit){0};
    struct trials trials;
    enum reason reason = choose(&trials, data, left_out, failure);
    if (reason != REASON_DONE)
        goto out;
    level(&trials, &fit->curve);
    struct drawing all = {.trials = &trials};
    struct tail tail = fill_table(&all, &fit->curve);
    fit->curve.non_mated = (uint32_t)trials.count;
    fit->tail_start = (int32_t)tail.start;
    fit->tail_scale = tail.scale;
    fit->tail_shape = tail.shape;
    fit->tail_samples = (uint32_t)tail.samples;
    fit->highest = (int32_t)trials.trials[0].raw;
    reason = count_tail_finger_pairs(fit, &trials, failure);
    if (reason == REASON_DONE)
        reason = draw(fit, &trials, data, failure);
out:
    free(trials.trials);
    return reason;
}
