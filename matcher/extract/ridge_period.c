/* ridge_period.c: the period of ridges from the spectrum of what lies across them.
 *
 * All over the picture small windows are laid, each turned so that its ridges run along one side; the mean along that side is a
 * wave whose strongest frequency is the ridges'. (Hong, Wan, Jain: Fingerprint image enhancement, 1998, measure the same
 * signature by its peaks.) It is measured on the picture as it came: extraction takes ridges for as far apart as
 * people's are, and that is just what is in question here.
 */
#include "matcher/extract/ridge_period.h"

#include <math.h>

#include "matcher/extract/parameters.h"

#define PI 3.14159265358979f

/* A window's size, px. */
struct window {
    int32_t across, along;
    int32_t reach; /* from its centre to its corners */
};

static struct window window_for(const struct matcher_sample *sample)
{
    uint32_t side = sample->width < sample->height ? sample->width : sample->height;
    if (side >= RIDGES_WINDOW_SIDE)
        return (struct window){RIDGES_ACROSS, RIDGES_ACROSS / 2, RIDGES_WINDOW_SIDE / 2 - 1};
    return (struct window){RIDGES_ACROSS_SMALL, RIDGES_ACROSS_SMALL / 2, MATCHER_SAMPLE_SIDE_MIN / 2 - 2};
}

static float pixel(const struct matcher_sample *sample, int32_t x, int32_t y)
{
    return sample->pixels[(size_t)y * sample->stride + (size_t)x];
}

/* The unit vector across the ridges round a place; false where there is no such direction. */
static bool find_across(const struct matcher_sample *sample, int32_t centre_x, int32_t centre_y, int32_t half,
    float *ux, float *uy)
{
    float xx = 0, yy = 0, xy = 0;
    for (int32_t y = centre_y - half; y < centre_y + half; y++)
        for (int32_t x = centre_x - half; x < centre_x + half; x++) {
            float gx = pixel(sample, x + 1, y) - pixel(sample, x - 1, y);
            float gy = pixel(sample, x, y + 1) - pixel(sample, x, y - 1);
            xx += gx * gx;
            yy += gy * gy;
            xy += gx * gy;
        }
    float length = sqrtf((xx - yy) * (xx - yy) + 4 * xy * xy);
    float pixels = 4.0f * (float)half * (float)half;
    if (xx + yy < RIDGES_LEAST_SLOPE * pixels || length < RIDGES_LEAST_COHERENCE * (xx + yy))
        return false;
    float angle = 0.5f * atan2f(2 * xy, xx - yy);
    *ux = cosf(angle);
    *uy = sinf(angle);
    return true;
}

static float between_pixels(const struct matcher_sample *sample, float x, float y)
{
    int32_t left = (int32_t)x, top = (int32_t)y;
    float right = x - (float)left, down = y - (float)top;
    float above = pixel(sample, left, top) * (1 - right) + pixel(sample, left + 1, top) * right;
    float below = pixel(sample, left, top + 1) * (1 - right) + pixel(sample, left + 1, top + 1) * right;
    return above * (1 - down) + below * down;
}

/* The mean along the ridges, a value a pixel across them, without its level and slope, fading towards its ends. */
static void take_signature(const struct matcher_sample *sample, const struct window *window, int32_t centre_x,
    int32_t centre_y, float ux, float uy, float *signature)
{
    float mean = 0, slope = 0, weight = 0;
    for (int32_t i = 0; i < window->across; i++) {
        float across = (float)i - 0.5f * (float)(window->across - 1);
        signature[i] = 0;
        for (int32_t k = 0; k < window->along; k++) {
            float along = (float)k - 0.5f * (float)(window->along - 1);
            signature[i] += between_pixels(sample, (float)centre_x + across * ux - along * uy,
                (float)centre_y + across * uy + along * ux);
        }
        signature[i] /= (float)window->along;
        mean += signature[i] / (float)window->across;
        slope += signature[i] * across;
        weight += across * across;
    }
    slope /= weight;
    for (int32_t i = 0; i < window->across; i++) {
        float across = (float)i - 0.5f * (float)(window->across - 1);
        float fade = cosf(PI * across / (float)window->across);
        signature[i] = (signature[i] - mean - slope * across) * fade * fade;
    }
}

static float period_of_step(float step)
{
    return RIDGES_PERIOD_MIN * exp2f(step / RIDGES_STEPS_PER_OCTAVE);
}

/* The power at a period, of one for a pure wave of that period under the same fading. */
static float power_at(const float *signature, int32_t size, float period)
{
    float real = 0, imaginary = 0, energy = 0;
    for (int32_t i = 0; i < size; i++) {
        float phase = 2 * PI * (float)i / period;
        real += signature[i] * cosf(phase);
        imaginary += signature[i] * sinf(phase);
        energy += signature[i] * signature[i];
    }
    /* A wave faded by cos^2 over n pixels has sum n/4 and energy 3n/16. */
    return energy > 0 ? 3 * (real * real + imaginary * imaginary) / ((float)size * energy) : 0;
}

/* The step of the strongest period; negative where none stands out. */
static float strongest_step(const float *signature, int32_t size)
{
    float power[RIDGES_STEPS];
    int32_t best = 0;
    for (int32_t step = 0; step < RIDGES_STEPS; step++) {
        power[step] = power_at(signature, size, period_of_step((float)step));
        if (power[step] > power[best])
            best = step;
    }
    /* What is strongest at the end is not the top of a wave's peak. */
    if (best == 0 || best == RIDGES_STEPS - 1 || power[best] < RIDGES_LEAST_POWER)
        return -1;
    float before = power[best - 1], after = power[best + 1];
    float bend = before - 2 * power[best] + after;
    return (float)best + (bend < 0 ? 0.5f * (before - after) / bend : 0);
}

/* How many windows have which period. */
struct tally {
    uint32_t of[RIDGES_STEPS * RIDGES_BINS_PER_STEP];
    uint32_t windows;
};

static void take_window(const struct matcher_sample *sample, const struct window *window, int32_t centre_x,
    int32_t centre_y, struct tally *tally)
{
    float signature[RIDGES_ACROSS], ux, uy;
    if (!find_across(sample, centre_x, centre_y, window->along / 2, &ux, &uy))
        return;
    take_signature(sample, window, centre_x, centre_y, ux, uy, signature);
    float step = strongest_step(signature, window->across);
    if (step < 0)
        return;
    tally->of[(uint32_t)(step * RIDGES_BINS_PER_STEP)]++;
    tally->windows++;
}

/* The step below which so many quarters of the windows lie. */
static float quartile(const struct tally *tally, uint32_t quarters)
{
    uint32_t bin = 0;
    for (uint32_t below = tally->of[0]; 4 * below < quarters * tally->windows; below += tally->of[bin])
        bin++;
    return ((float)bin + 0.5f) / RIDGES_BINS_PER_STEP;
}

float matcher_ridge_period(const struct matcher_sample *sample)
{
    const struct window window = window_for(sample);
    struct tally tally = {0};
    int32_t width = (int32_t)sample->width, height = (int32_t)sample->height;
    int32_t stride = (width > height ? width : height) / RIDGES_WINDOWS_A_SIDE;
    stride = stride > window.along ? stride : window.along;
    for (int32_t y = window.reach; y + window.reach + 1 <= height; y += stride)
        for (int32_t x = window.reach; x + window.reach + 1 <= width; x += stride)
            take_window(sample, &window, x, y, &tally);
    if (tally.windows < RIDGES_LEAST_WINDOWS ||
        quartile(&tally, 3) - quartile(&tally, 1) > RIDGES_MOST_SPREAD)
        return 0;
    return period_of_step(quartile(&tally, 2));
}
