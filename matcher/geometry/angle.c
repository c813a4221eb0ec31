#include "matcher/geometry/angle.h"

#include <stdint.h>

/* Taylor series for at most an eighth of a turn. */
static float small_sine(float radians)
{
    float square = radians * radians;
    return radians * (1 - square / 6 * (1 - square / 20 * (1 - square / 42)));
}

static float small_cosine(float radians)
{
    float square = radians * radians;
    return 1 - square / 2 * (1 - square / 12 * (1 - square / 30 * (1 - square / 56)));
}

struct unit_vector matcher_angle_unit_vector(float turns)
{
    float quarters = 4 * turns;
    int32_t quarter = (int32_t)(quarters + (quarters >= 0 ? 0.5f : -0.5f));
    float radians = (quarters - (float)quarter) * 1.57079633f;
    float sine = small_sine(radians), cosine = small_cosine(radians);
    switch (quarter & 3) {
    case 0:
        return (struct unit_vector){cosine, sine};
    case 1:
        return (struct unit_vector){-sine, cosine};
    case 2:
        return (struct unit_vector){-cosine, -sine};
    default:
        return (struct unit_vector){sine, -cosine};
    }
}

/* Arc tangent of 0..1, in turns: halved first, so that a short series does. */
static float small_arc(float ratio)
{
    float root = __builtin_sqrtf(1 + ratio * ratio);
    float half = ratio / (1 + root);
    float square = half * half;
    float arc =
        half *
        (1 - square * (1 / 3.f - square * (1 / 5.f - square * (1 / 7.f - square * (1 / 9.f - square / 11)))));
    return 2 * arc * 0.159154943f;
}

float matcher_angle_of(float x, float y)
{
    float width = x < 0 ? -x : x, height = y < 0 ? -y : y;
    if (width + height == 0)
        return 0;
    float arc = height <= width ? small_arc(height / width) : 0.25f - small_arc(width / height);
    if (x < 0)
        arc = 0.5f - arc;
    return y < 0 ? -arc : arc;
}

float matcher_angle_decay(float x)
{
    float base = 1 - x / 256;
    if (base <= 0)
        return 0;
    for (int i = 0; i < 8; i++)
        base *= base;
    return base;
}
