/* impression.c: one touch of a finger on a sensor. Each pixel of the sensor is carried back to the finger
 * (placement, then the skin's distortion), where the relief meets the glass as far as pressure and moisture
 * let it.
 */
#include "tools/synth/finger.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/synth/exact_math.h"
#include "tools/synth/flow.h"

/* Where and how the finger lies: drawn once for each impression. */
struct touch {
    double cosine, sine; /* of the rotation */
    double shift_x, shift_y;
    double stretch_x, stretch_y;
    double middle_x, middle_y; /* of the contact, on the finger */
    double half_width, upper, lower;
    double moisture;         /* -1 dry .. 1 wet */
    double pressure;         /* 0 light .. 1 hard */
    double pores;            /* how open they are */
    double creases;          /* how much of them shows */
    double paper;            /* gray level without contact */
    double slide_x, slide_y; /* px that the finger moves during the capture */
};

/* Fields over the sensor. The slow ones have one value each FIELD_STEP px. */
#define FIELD_STEP 8
struct fields {
    struct plane distort_x, distort_y; /* px */
    struct plane firmness;             /* uneven pressure and moisture */
    struct plane border;               /* the outline's raggedness */
    struct plane grain;                /* what differs from pixel to pixel, at full resolution */
    struct plane scratches;            /* of this touch: dust, hair, wear on the sensor */
};

static double bounded(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* strain: 1 is ordinary. A draw a statement, as in flow.c. */
static struct touch draw_touch(struct random *random, double strain)
{
    struct touch touch;
    double turn = strain * bounded(7 * random_normal(random), -22, 22);
    turn = bounded(turn, -75, 75) * EXACT_PI / 180;
    touch.cosine = exact_cos(turn);
    touch.sine = exact_sin(turn);
    touch.shift_x = strain * bounded(16 * random_normal(random), -50, 50);
    touch.shift_y = strain * bounded(20 * random_normal(random), -60, 60);
    touch.stretch_x = 1 + 0.018 * strain * random_normal(random);
    touch.stretch_y = 1 + 0.018 * strain * random_normal(random);
    touch.middle_x = FINGER_MIDDLE_X + bounded(9 * strain * random_normal(random), -40, 40);
    touch.middle_y = FINGER_MIDDLE_Y + bounded(16 * strain * random_normal(random), -80, 80);
    touch.moisture = bounded(0.42 * strain * random_normal(random), -1.2, 1.2);
    touch.pressure = bounded(0.55 + 0.2 * strain * random_normal(random), 0, 1);
    touch.pores = random_between(random, 0.3, 1.1);
    touch.slide_x = touch.slide_y = 0;
    touch.creases = random_between(random, 0.6, 1);
    touch.paper = random_between(random, 244, 254);
    /* Under strain often only a part of the pad touches. */
    double part = 1 - (strain > 1 ? 0.14 * (strain - 1) : 0) * random_unit(random);
    touch.half_width = part * (112 + 38 * touch.pressure + 4 * random_normal(random));
    touch.upper = part * (172 + 46 * touch.pressure + 8 * random_normal(random));
    touch.lower = part * (205 + 80 * touch.pressure + 14 * random_normal(random));
    return touch;
}

/* What is wrong on purpose. Its random numbers are its own, so that it changes nothing else of the touch. */
static void spoil_touch(struct touch *touch, const struct synth_conditions *conditions, struct random *random)
{
    double aside = random_between(random, 0, 2 * EXACT_PI), slide = random_between(random, 0, EXACT_PI);
    touch->moisture += conditions->moisture / 100.0;
    touch->shift_x += conditions->offset * exact_cos(aside);
    touch->shift_y += conditions->offset * exact_sin(aside);
    touch->slide_x = conditions->smear * exact_cos(slide);
    touch->slide_y = conditions->smear * exact_sin(slide);
}

static void fields_finish(struct fields *fields)
{
    plane_finish(&fields->distort_x);
    plane_finish(&fields->distort_y);
    plane_finish(&fields->firmness);
    plane_finish(&fields->border);
    plane_finish(&fields->grain);
    plane_finish(&fields->scratches);
}

/* Noise of two spacings, px of its plane, and their deviations. */
struct noise {
    double spacing, deviation, fine_spacing, fine_deviation;
};

static enum reason draw_field(struct plane *plane, int width, int height, struct random *random,
    const struct noise *noise, struct failure *failure)
{
    TRY(plane_init(plane, width, height, failure));
    TRY(plane_add_noise(plane, random, noise->spacing, noise->deviation, failure));
    return plane_add_noise(plane, random, noise->fine_spacing, noise->fine_deviation, failure);
}

static void draw_scratches(struct plane *scratches, struct random *random)
{
    double many = random_unit(random);
    for (int count = (int)(3.4 * many * many); count > 0; count--) {
        double x = random_between(random, 0, scratches->width);
        double y = random_between(random, 0, scratches->height);
        double angle = random_between(random, 0, 2 * EXACT_PI);
        double across = exact_cos(angle) / 2, down = exact_sin(angle) / 2; /* a step is half a pixel */
        int steps = (int)(2 * random_between(random, 20, 110));
        for (int step = 0; step < steps; step++) {
            int column = (int)(x + step * across), row = (int)(y + step * down);
            if (column >= 0 && column < scratches->width && row >= 0 && row < scratches->height)
                plane_row(scratches, row)[column] = 1;
        }
    }
}

static enum reason fields_init(struct fields *fields, const struct synth_conditions *conditions,
    struct random *random, struct failure *failure)
{
    const double strain = conditions->strain / 100.0, dirt = 0.7 + 0.3 * strain;
    /* spacings of the slow ones in FIELD_STEP */
    const struct noise distort = {15, 3.2 * strain, 7, 0.8 * strain},
                       firmness = {8, 0.15 * dirt, 2.2, 0.07 * dirt}, border = {6, 0.018, 1.5, 0.012},
                       grain = {1.7, 0.15 * dirt, 3.8, 0.19 * dirt};
    int width = (int)conditions->width, height = (int)conditions->height;
    int slow_width = width / FIELD_STEP + 2, slow_height = height / FIELD_STEP + 2;
    *fields = (struct fields){0};
    enum reason reason = draw_field(&fields->distort_x, slow_width, slow_height, random, &distort, failure);
    if (reason == REASON_DONE)
        reason = draw_field(&fields->distort_y, slow_width, slow_height, random, &distort, failure);
    if (reason == REASON_DONE)
        reason = draw_field(&fields->firmness, slow_width, slow_height, random, &firmness, failure);
    if (reason == REASON_DONE)
        reason = draw_field(&fields->border, slow_width, slow_height, random, &border, failure);
    if (reason == REASON_DONE)
        reason = draw_field(&fields->grain, width, height, random, &grain, failure);
    if (reason == REASON_DONE)
        reason = plane_init(&fields->scratches, width, height, failure);
    if (reason == REASON_DONE)
        draw_scratches(&fields->scratches, random);
    return reason;
}

static float ease(float t)
{
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return t * t * (3 - 2 * t);
}

/* 0 in the contact's middle, 1 on its outline. */
static float contact_radius(const struct touch *touch, float x, float y)
{
    float across = (x - (float)touch->middle_x) / (float)touch->half_width;
    float down = y - (float)touch->middle_y;
    down /= (float)(down < 0 ? touch->upper : touch->lower);
    return sqrtf(across * across + down * down);
}

/* The gray level at one pixel of the sensor. */
static float gray_at(const struct synth_finger *finger, const struct touch *touch,
    const struct fields *fields, int column, int row)
{
    float slow_x = (float)column / FIELD_STEP, slow_y = (float)row / FIELD_STEP;
    float right =
        ((float)column - (float)fields->grain.width / 2 - (float)touch->shift_x) * (float)touch->stretch_x;
    float down =
        ((float)row - (float)fields->grain.height / 2 - (float)touch->shift_y) * (float)touch->stretch_y;
    float x = FINGER_MIDDLE_X + (float)touch->cosine * right + (float)touch->sine * down +
              plane_at(&fields->distort_x, slow_x, slow_y);
    float y = FINGER_MIDDLE_Y - (float)touch->sine * right + (float)touch->cosine * down +
              plane_at(&fields->distort_y, slow_x, slow_y);
    float paper = (float)touch->paper + 6 * plane_at(&fields->border, slow_x, slow_y);
    float radius = contact_radius(touch, x, y) + plane_at(&fields->border, slow_x, slow_y);
    if (radius > 1.12f || x < 0 || y < 0 || x > FLOW_WIDTH - 1 || y > FLOW_HEIGHT - 1)
        return paper;
    float firm = plane_at(&fields->firmness, slow_x, slow_y);
    float grain = plane_row(&fields->grain, row)[column];
    float moisture = (float)touch->moisture;
    /* How high the relief must be to touch: dry skin touches with its crests only, and unevenly. */
    float needed = -0.06f - 0.42f * moisture - firm + grain * (1.15f - 0.4f * moisture);
    needed += 1.9f * ease((radius - 0.84f) / 0.26f);
    needed += (float)touch->pores * (1.3f - moisture) * plane_at(&finger->pores, x, y);
    float touching = ease(0.5f + 0.95f * (plane_at(&finger->relief, x, y) - needed));
    touching *= 1 - (float)touch->creases * plane_at(&finger->creases, x, y);
    touching *= 1 - 0.8f * plane_row(&fields->scratches, row)[column];
    float ink = 58 - 52 * (float)touch->pressure - 18 * moisture - 55 * firm + 45 * ease(radius - 0.3f);
    return paper - touching * (paper - (ink < 12 ? 12 : ink));
}

/* The sensor's optics spread each point a little over its neighbours. */
static void blur(struct plane *plane, struct plane *scratch)
{
    for (int y = 0; y < plane->height; y++) {
        const float *row = plane_row(plane, y);
        float *target = plane_row(scratch, y);
        for (int x = 0; x < plane->width; x++) {
            float left = row[x > 0 ? x - 1 : x], right = row[x + 1 < plane->width ? x + 1 : x];
            target[x] = 0.22f * left + 0.56f * row[x] + 0.22f * right;
        }
    }
    for (int y = 0; y < plane->height; y++) {
        const float *above = plane_row(scratch, y > 0 ? y - 1 : y), *row = plane_row(scratch, y),
                    *below = plane_row(scratch, y + 1 < plane->height ? y + 1 : y);
        float *target = plane_row(plane, y);
        for (int x = 0; x < plane->width; x++)
            target[x] = 0.22f * above[x] + 0.56f * row[x] + 0.22f * below[x];
    }
}

/* The sensor gathers light while the finger slides: the mean along the way, half a pixel a step. */
static void smear(struct plane *plane, struct plane *scratch, const struct touch *touch)
{
    double length = touch->slide_x * touch->slide_x + touch->slide_y * touch->slide_y;
    int steps = (int)(2 * sqrt(length));
    if (steps == 0)
        return;
    memcpy(
        scratch->values, plane->values, sizeof *plane->values * (size_t)plane->width * (size_t)plane->height);
    for (int y = 0; y < plane->height; y++)
        for (int x = 0; x < plane->width; x++) {
            float sum = 0;
            for (int step = 0; step <= steps; step++) {
                float part = (float)step / (float)steps - 0.5f;
                float from_x = (float)x + part * (float)touch->slide_x,
                      from_y = (float)y + part * (float)touch->slide_y;
                from_x = from_x < 0                           ? 0
                         : from_x > (float)(plane->width - 1) ? (float)(plane->width - 1)
                                                              : from_x;
                from_y = from_y < 0                            ? 0
                         : from_y > (float)(plane->height - 1) ? (float)(plane->height - 1)
                                                               : from_y;
                sum += plane_row(scratch, (int)(from_y + 0.5f))[(int)(from_x + 0.5f)];
            }
            plane_row(plane, y)[x] = sum / (float)(steps + 1);
        }
}

static void quantise(const struct plane *plane, struct random *random, uint8_t *pixels)
{
    uint64_t bits = 0;
    for (int i = 0; i < plane->width * plane->height; i++) {
        if (i % 8 == 0)
            bits = random_bits(random);
        float level = plane->values[i] + ((float)(bits & 0xff) - 127.5f) * (3.0f / 127.5f) + 0.5f;
        bits >>= 8;
        pixels[i] = (uint8_t)(level < 0 ? 0 : level > 255 ? 255 : level);
    }
}

static enum reason check_conditions(const struct synth_conditions *conditions, struct failure *failure)
{
    uint32_t width = conditions->width, height = conditions->height;
    if (width < SYNTH_SIDE_MIN || height < SYNTH_SIDE_MIN || width > SYNTH_SIDE_MAX ||
        height > SYNTH_SIDE_MAX)
        return failure_set(failure, REASON_BAD_ARGUMENT, "impression", "%u x %u pixels; a side is %d to %d",
            width, height, SYNTH_SIDE_MIN, SYNTH_SIDE_MAX);
    if (conditions->strain > SYNTH_STRAIN_MAX)
        return failure_set(failure, REASON_BAD_ARGUMENT, "impression", "strain %u; at most %d",
            conditions->strain, SYNTH_STRAIN_MAX);
    if (conditions->moisture < -SYNTH_MOISTURE_MAX || conditions->moisture > SYNTH_MOISTURE_MAX ||
        conditions->smear > SYNTH_SMEAR_MAX || conditions->offset > SYNTH_OFFSET_MAX)
        return failure_set(failure, REASON_BAD_ARGUMENT, "impression",
            "moisture %d, smear %u, offset %u; at most +-%d, %d, %d", conditions->moisture, conditions->smear,
            conditions->offset, SYNTH_MOISTURE_MAX, SYNTH_SMEAR_MAX, SYNTH_OFFSET_MAX);
    return REASON_DONE;
}

enum reason synth_impression(const struct synth_finger *finger, uint32_t number,
    const struct synth_conditions *conditions, uint8_t *pixels, struct failure *failure)
{
    TRY(check_conditions(conditions, failure));
    struct random random;
    random_init(&random, finger->seed, finger->number, number, RANDOM_PLACEMENT);
    struct touch touch = draw_touch(&random, conditions->strain / 100.0);
    random_init(&random, finger->seed, finger->number, number, RANDOM_FAULT);
    spoil_touch(&touch, conditions, &random);
    random_init(&random, finger->seed, finger->number, number, RANDOM_CONTACT);
    struct fields fields;
    struct plane gray = {0};
    enum reason reason = fields_init(&fields, conditions, &random, failure);
    if (reason == REASON_DONE)
        reason = plane_init(&gray, (int)conditions->width, (int)conditions->height, failure);
    if (reason == REASON_DONE) {
        for (int y = 0; y < gray.height; y++)
            for (int x = 0; x < gray.width; x++)
                plane_row(&gray, y)[x] = gray_at(finger, &touch, &fields, x, y);
        smear(&gray, &fields.grain, &touch); /* the grain has served */
        blur(&gray, &fields.grain);
        random_init(&random, finger->seed, finger->number, number, RANDOM_NOISE);
        quantise(&gray, &random, pixels);
    }
    plane_finish(&gray);
    fields_finish(&fields);
    return reason;
}
