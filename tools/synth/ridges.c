/* ridges.c: noise, filtered again and again with a Gabor filter turned along the flow and tuned to the
 * ridge period at each pixel, becomes ridges. Most rounds run at half the resolution, where a filter costs a
 * sixteenth; the last ones at the full resolution take away what the coarse grid left.
 *
 * The sums run in four lanes in a fixed order, so that every compiler and processor rounds alike.
 */
#include "tools/synth/ridges.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/synth/exact_math.h"

#define COARSE_ROUNDS 10
#define FINE_ROUNDS   2

/* Flow angles and periods are rounded to one of these filters. */
#define ANGLES      64
#define PERIODS     20
#define PERIOD_MIN  7.0 /* px */
#define PERIOD_STEP 0.3 /* px */

/* The filter sees about three ridges: narrower ones make more minutiae, wider ones fewer. */
#define DEVIATION 0.42 /* of the Gaussian, in periods */

#define REACH      2.4 /* deviations to a filter's edge */
#define RADIUS_MAX 16  /* px, of any filter */

typedef float lanes __attribute__((vector_size(16)));
#define LANES 4

struct filter_bank {
    int radius; /* px */
    int width;  /* of a filter's row: 2 * radius + 1, filled up to whole lanes with zeros */
    float *filters;
};

static size_t filter_size(const struct filter_bank *bank)
{
    return (size_t)bank->width * (2 * (size_t)bank->radius + 1);
}

/* A filter's factors along one axis: a plane wave and a Gaussian are products of them. */
struct axis {
    double cosine[2 * RADIUS_MAX + 1], sine[2 * RADIUS_MAX + 1], gauss[2 * RADIUS_MAX + 1];
};

static void set_axis(struct axis *axis, int radius, double frequency, double deviation)
{
    for (int i = -radius; i <= radius; i++) {
        axis->cosine[i + radius] = exact_cos(frequency * i);
        axis->sine[i + radius] = exact_sin(frequency * i);
        axis->gauss[i + radius] = exact_exp(-i * i / (2 * deviation * deviation));
    }
}

/* A wave under a Gaussian, without a share of the mean gray, with response 1 to its own wave. */
static void make_filter(float *filter, const struct filter_bank *bank, double angle, double period)
{
    const int side = 2 * bank->radius + 1;
    struct axis across, down;
    set_axis(&across, bank->radius, 2 * EXACT_PI / period * exact_sin(angle), DEVIATION * period);
    set_axis(&down, bank->radius, 2 * EXACT_PI / period * exact_cos(angle), DEVIATION * period); /* y down */
    double weights = 0, mean = 0, power = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int y = 0; y < side; y++)
            for (int x = 0; x < side; x++) {
                double weight = across.gauss[x] * down.gauss[y];
                double wave = across.cosine[x] * down.cosine[y] - across.sine[x] * down.sine[y];
                if (pass == 0) {
                    weights += weight;
                    mean += weight * wave;
                    continue;
                }
                double value = weight * (wave - mean / weights);
                power += value * wave;
                filter[y * bank->width + x] = (float)value;
            }
    for (size_t i = 0; i < filter_size(bank); i++)
        filter[i] = (float)(filter[i] / power);
}

static enum reason bank_init(struct filter_bank *bank, double scale, struct failure *failure)
{
    double longest = (PERIOD_MIN + PERIODS * PERIOD_STEP) * scale;
    bank->radius = (int)(REACH * DEVIATION * longest + 0.5);
    if (bank->radius > RADIUS_MAX)
        return failure_set(
            failure, REASON_INTERNAL_ERROR, "kordon-synth", "a filter of radius %d", bank->radius);
    bank->width = (2 * bank->radius + LANES) / LANES * LANES;
    bank->filters = calloc(ANGLES * PERIODS * filter_size(bank), sizeof(float));
    if (bank->filters == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "kordon-synth", "for the filters");
    for (int angle = 0; angle < ANGLES; angle++)
        for (int period = 0; period < PERIODS; period++)
            make_filter(bank->filters + (size_t)(angle * PERIODS + period) * filter_size(bank), bank,
                angle * EXACT_PI / ANGLES, (PERIOD_MIN + period * PERIOD_STEP) * scale);
    return REASON_DONE;
}

static int nearest_filter(const struct flow *flow, double x, double y)
{
    double turns = flow_angle(flow, x, y) / EXACT_PI;
    int angle = (int)((turns - floor(turns)) * ANGLES + 0.5) % ANGLES;
    int period = (int)((flow_period(flow, x, y) - PERIOD_MIN) / PERIOD_STEP + 0.5);
    period = period < 0 ? 0 : period >= PERIODS ? PERIODS - 1 : period;
    return angle * PERIODS + period;
}

/* One resolution of the growing: what is filtered, with a margin of zeros that the filters may read. */
struct stage {
    struct filter_bank bank;
    int width, height;
    struct plane padded;
    struct plane next;
    uint16_t *choice; /* the filter for each pixel */
};

static void stage_finish(struct stage *stage)
{
    free(stage->bank.filters);
    free(stage->choice);
    plane_finish(&stage->padded);
    plane_finish(&stage->next);
}

static enum reason stage_init(
    struct stage *stage, int width, int height, const struct flow *flow, struct failure *failure)
{
    double scale = (double)width / FLOW_WIDTH;
    *stage = (struct stage){.width = width, .height = height};
    enum reason reason = bank_init(&stage->bank, scale, failure);
    if (reason == REASON_DONE)
        reason =
            plane_init(&stage->padded, width + stage->bank.width, height + 2 * stage->bank.radius, failure);
    if (reason == REASON_DONE)
        reason = plane_init(&stage->next, width, height, failure);
    if (reason != REASON_DONE)
        return reason;
    stage->choice = calloc((size_t)width * (size_t)height, sizeof *stage->choice);
    if (stage->choice == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "kordon-synth", "for %d x %d pixels", width, height);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            stage->choice[y * width + x] = (uint16_t)nearest_filter(flow, x / scale, y / scale);
    return REASON_DONE;
}

static float *stage_row(struct stage *stage, int y)
{
    return plane_row(&stage->padded, y + stage->bank.radius) + stage->bank.radius;
}

static float respond(const float *filter, const float *source, const struct filter_bank *bank, int stride)
{
    lanes sum = {0};
    for (int y = 0; y <= 2 * bank->radius; y++, source += stride)
        for (int x = 0; x < bank->width; x += LANES, filter += LANES) {
            lanes weight, value;
            memcpy(&weight, filter, sizeof weight);
            memcpy(&value, source + x, sizeof value);
            sum += weight * value;
        }
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* Filters every pixel and saturates: weak ridges grow, grown ones keep their height. */
static void stage_round(struct stage *stage)
{
    const float gain = 2.5f;
    for (int y = 0; y < stage->height; y++)
        for (int x = 0; x < stage->width; x++) {
            const float *filter =
                stage->bank.filters + stage->choice[y * stage->width + x] * filter_size(&stage->bank);
            const float *source = plane_row(&stage->padded, y) + x;
            float value = gain * respond(filter, source, &stage->bank, stage->padded.width);
            plane_row(&stage->next, y)[x] = value / sqrtf(1 + value * value);
        }
    for (int y = 0; y < stage->height; y++)
        memcpy(stage_row(stage, y), plane_row(&stage->next, y), (size_t)stage->width * sizeof(float));
}

static enum reason grow_coarse(
    struct plane *relief, const struct flow *flow, struct random *random, struct failure *failure)
{
    struct stage stage;
    enum reason reason = stage_init(&stage, FLOW_WIDTH / 2, FLOW_HEIGHT / 2, flow, failure);
    if (reason == REASON_DONE) {
        for (int y = 0; y < stage.height; y++)
            for (int x = 0; x < stage.width; x++)
                stage_row(&stage, y)[x] = (float)(0.5 * random_normal(random));
        for (int round = 0; round < COARSE_ROUNDS; round++)
            stage_round(&stage);
        for (int y = 0; y < relief->height; y++)
            for (int x = 0; x < relief->width; x++)
                plane_row(relief, y)[x] = plane_at(&stage.next, (float)x / 2, (float)y / 2);
    }
    stage_finish(&stage);
    return reason;
}

static enum reason refine(struct plane *relief, const struct flow *flow, struct failure *failure)
{
    struct stage stage;
    enum reason reason = stage_init(&stage, FLOW_WIDTH, FLOW_HEIGHT, flow, failure);
    if (reason == REASON_DONE) {
        for (int y = 0; y < stage.height; y++)
            memcpy(stage_row(&stage, y), plane_row(relief, y), (size_t)stage.width * sizeof(float));
        for (int round = 0; round < FINE_ROUNDS; round++)
            stage_round(&stage);
        memcpy(relief->values, stage.next.values, sizeof(float) * FLOW_WIDTH * FLOW_HEIGHT);
    }
    stage_finish(&stage);
    return reason;
}

enum reason ridges_grow(
    struct plane *relief, const struct flow *flow, struct random *random, struct failure *failure)
{
    enum reason reason = plane_init(relief, FLOW_WIDTH, FLOW_HEIGHT, failure);
    if (reason == REASON_DONE)
        reason = grow_coarse(relief, flow, random, failure);
    if (reason == REASON_DONE)
        reason = refine(relief, flow, failure);
    if (reason != REASON_DONE)
        plane_finish(relief);
    return reason;
}
