/* geometry.h: bearings and turns in 1/256 with + - * / only: libm's functions differ between processors in their
 * last bit. Private to the matcher folder. No state: any thread may call. */
#ifndef KORDON_MATCHER_GEOMETRY_TURN_H
#define KORDON_MATCHER_GEOMETRY_TURN_H

#include <stdint.h>

/* The absolute difference of two directions, 0-128; signed -128..127. */
static inline uint8_t turn_between(uint8_t a, uint8_t b)
{
    int8_t difference = (int8_t)(uint8_t)(a - b);
    return (uint8_t)(difference < 0 ? -difference : difference);
}

/* A turn in 1/256 as the shorter way round, -128..127. */
static inline int32_t signed_turn(uint8_t turn)
{
    return turn < 128 ? turn : turn - 256;
}

/* The cosine of a turn in 1/256, times TURN_ONE. */
#define TURN_ONE 32767
int32_t matcher_turn_cosine(uint8_t turn);

/* Cosine and sine of a turn in 1/256. */
void matcher_turn_to_vector(uint8_t turn, float *cosine, float *sine);

/* The arc tangent of z in [0, 1] in 1/256 turns; the polynomial (Abramowitz, Stegun 4.4.49) is good to 1e-5
 * rad. */
static inline float arc_tangent(float z)
{
    float s = z * z;
    float p = 0.9998660f + s * (-0.3302995f + s * (0.1801410f + s * (-0.0851330f + s * 0.0208351f)));
    return z * p * 40.7436654f;
}

/* The bearing of (dx, dy) in 1/256 turns, counter-clockwise with y down; 0 for (0, 0). Without branches, so that
 * the compiler can work on several at a time. */
static inline uint8_t bearing_of(float dx, float dy)
{
    const float up = -dy;
    const float x = dx < 0 ? -dx : dx, y = up < 0 ? -up : up;
    const float lesser = y <= x ? y : x, greater = y <= x ? x : y;
    float turn = arc_tangent(lesser / (greater > 0 ? greater : 1));
    turn = y <= x ? turn : 64 - turn;
    turn = dx < 0 ? 128 - turn : turn;
    turn = up < 0 ? 256 - turn : turn;
    return (uint8_t)(int32_t)(turn + 0.5f);
}

#endif
