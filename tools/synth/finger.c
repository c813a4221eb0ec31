#include "tools/synth/finger.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "tools/synth/exact_math.h"
#include "tools/synth/ridges.h"

/* Raises the plane to a round Gaussian dot where it is lower. */
static void raise_dot(struct plane *plane, double x, double y, double deviation, double height)
{
    int reach = (int)(3 * deviation) + 1;
    for (int row = (int)y - reach; row <= (int)y + reach; row++)
        for (int column = (int)x - reach; column <= (int)x + reach; column++) {
            if (row < 0 || row >= plane->height || column < 0 || column >= plane->width)
                continue;
            double dx = column - x, dy = row - y;
            float value = (float)(height * exact_exp(-(dx * dx + dy * dy) / (2 * deviation * deviation)));
            float *target = plane_row(plane, row) + column;
            if (value > *target)
                *target = value;
        }
}

/* Pores sit on the crests, one in each cell of a jittered grid, moved uphill. */
static void set_pores(struct synth_finger *finger, struct random *random)
{
    const int cell = 9; /* px: about as far apart along a ridge as ridges are */
    double share = random_between(random, 0.5, 0.95);
    for (int row = 0; row < finger->pores.height; row += cell)
        for (int column = 0; column < finger->pores.width; column += cell) {
            float x = (float)(column + cell * random_unit(random));
            float y = (float)(row + cell * random_unit(random));
            double deviation = random_between(random, 0.7, 1.4), height = random_between(random, 0.5, 1);
            bool present = random_unit(random) < share;
            for (int step = 0; step < 6; step++) {
                float right = plane_at(&finger->relief, x + 1, y) - plane_at(&finger->relief, x - 1, y);
                float down = plane_at(&finger->relief, x, y + 1) - plane_at(&finger->relief, x, y - 1);
                x += 1.5f * right;
                y += 1.5f * down;
            }
            if (present && plane_at(&finger->relief, x, y) > 0.6f)
                raise_dot(&finger->pores, x, y, deviation, height);
        }
}

/* One crease: a line that sways and thins out to both ends. x, y: its middle. */
static void draw_crease(struct plane *plane, struct random *random, double x, double y, double angle)
{
    const double stride = 0.7; /* px */
    int steps = (int)(random_between(random, 40, 190) / stride);
    double width = random_between(random, 0.6, 2.6), bend = random_between(random, -0.004, 0.004);
    x -= exact_cos(angle) * stride * steps / 2;
    y += exact_sin(angle) * stride * steps / 2;
    for (int step = 0; step < steps; step++) {
        double middle = 1 - 2.0 * step / steps;
        double thin = 1 - middle * middle * middle * middle;
        raise_dot(plane, x, y, 0.4 + width * thin, thin > 0.3 ? 1 : thin / 0.3);
        angle += stride * (bend + 0.03 * random_normal(random));
        x += stride * exact_cos(angle);
        y -= stride * exact_sin(angle);
    }
}

/* Some fingers have many creases, many none; most run across. The joint's fold has its own. */
static void set_creases(struct synth_finger *finger, struct random *random)
{
    double many = random_unit(random);
    int count = (int)(8 * many * many * many), at_joint = 3;
    for (int i = 0; i < count + at_joint; i++) {
        bool joint = i >= count;
        double x = random_between(random, 90, FLOW_WIDTH - 90);
        double y = joint ? random_between(random, 520, 560) : random_between(random, 120, 460);
        double angle = (joint ? 0.08 : 0.35) * random_normal(random);
        draw_crease(&finger->creases, random, x, y, angle);
    }
}

enum reason synth_finger_create(
    uint64_t seed, uint32_t number, struct synth_finger **result, struct failure *failure)
{
    *result = NULL;
    struct synth_finger *finger = calloc(1, sizeof *finger);
    if (finger == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "kordon-synth", "for finger %u", number);
    finger->seed = seed;
    finger->number = number;
    struct flow flow = {0};
    struct random random;
    random_init(&random, seed, number, 0, RANDOM_RIDGES);
    enum reason reason = flow_init(&flow, seed, number, failure);
    if (reason == REASON_DONE)
        reason = ridges_grow(&finger->relief, &flow, &random, failure);
    if (reason == REASON_DONE)
        reason = plane_init(&finger->pores, FLOW_WIDTH, FLOW_HEIGHT, failure);
    if (reason == REASON_DONE)
        reason = plane_init(&finger->creases, FLOW_WIDTH, FLOW_HEIGHT, failure);
    flow_finish(&flow);
    if (reason == REASON_DONE) {
        random_init(&random, seed, number, 0, RANDOM_SKIN);
        set_pores(finger, &random);
        set_creases(finger, &random);
        reason = plane_add_noise(&finger->relief, &random, 2.6, 0.10, failure);
    }
    if (reason != REASON_DONE) {
        synth_finger_destroy(finger);
        return reason;
    }
    *result = finger;
    return REASON_DONE;
}

void synth_finger_destroy(struct synth_finger *finger)
{
    if (finger == NULL)
        return;
    plane_finish(&finger->relief);
    plane_finish(&finger->pores);
    plane_finish(&finger->creases);
    free(finger);
}
