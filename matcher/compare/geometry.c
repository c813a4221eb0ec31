/* geometry.c: bearings and turns in 1/256 with + - * / only: libm's functions differ between processors in
 * their last bit. */
#include "matcher/compare/comparison.h"

/* Cosine of i/256 turn for i = 0..64, times TURN_ONE. */
static const int16_t quarter_cosine[65] = {32767, 32757, 32728, 32678, 32609, 32521, 32412, 32285, 32137,
    31971, 31785, 31580, 31356, 31113, 30852, 30571, 30273, 29956, 29621, 29268, 28898, 28510, 28105, 27683,
    27245, 26790, 26319, 25832, 25329, 24811, 24279, 23731, 23170, 22594, 22005, 21403, 20787, 20159, 19519,
    18868, 18204, 17530, 16846, 16151, 15446, 14732, 14010, 13279, 12539, 11793, 11039, 10278, 9512, 8739,
    7962, 7179, 6393, 5602, 4808, 4011, 3212, 2410, 1608, 804, 0};

int32_t turn_cosine(uint8_t turn)
{
    uint32_t folded = turn & 127;
    int32_t value = folded <= 64 ? quarter_cosine[folded] : -quarter_cosine[128 - folded];
    return (turn & 128) != 0 ? -value : value;
}

void turn_to_vector(uint8_t turn, float *cosine, float *sine)
{
    *cosine = (float)turn_cosine(turn) / TURN_ONE;
    *sine = (float)turn_cosine((uint8_t)(turn - 64)) / TURN_ONE;
}

/* The arc tangent of z in [0, 1] in 1/256 turns; the polynomial (Abramowitz, Stegun 4.4.49) is good to 1e-5
 * rad. */
static float arc_tangent(float z)
{
    float s = z * z;
    float p = 0.9998660f + s * (-0.3302995f + s * (0.1801410f + s * (-0.0851330f + s * 0.0208351f)));
    return z * p * 40.7436654f;
}

/* Without branches, so that the compiler can work on several bearings at a time. */
static inline uint8_t find_bearing(float dx, float dy)
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

uint8_t bearing_of(float dx, float dy)
{
    return find_bearing(dx, dy);
}

void bearings_of(const float *dx, const float *dy, uint32_t count, uint8_t *bearings)
{
    for (uint32_t i = 0; i < count; i++)
        bearings[i] = find_bearing(dx[i], dy[i]);
}
