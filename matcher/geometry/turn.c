/* geometry.c: see geometry.h. */
#include "matcher/geometry/turn.h"

/* Cosine of i/256 turn for i = 0..64, times TURN_ONE. */
static const int16_t quarter_cosine[65] = {32767, 32757, 32728, 32678, 32609, 32521, 32412, 32285, 32137,
    31971, 31785, 31580, 31356, 31113, 30852, 30571, 30273, 29956, 29621, 29268, 28898, 28510, 28105, 27683,
    27245, 26790, 26319, 25832, 25329, 24811, 24279, 23731, 23170, 22594, 22005, 21403, 20787, 20159, 19519,
    18868, 18204, 17530, 16846, 16151, 15446, 14732, 14010, 13279, 12539, 11793, 11039, 10278, 9512, 8739,
    7962, 7179, 6393, 5602, 4808, 4011, 3212, 2410, 1608, 804, 0};

int32_t matcher_turn_cosine(uint8_t turn)
{
    uint32_t folded = turn & 127;
    int32_t value = folded <= 64 ? quarter_cosine[folded] : -quarter_cosine[128 - folded];
    return (turn & 128) != 0 ? -value : value;
}

void matcher_turn_to_vector(uint8_t turn, float *cosine, float *sine)
{
    *cosine = (float)matcher_turn_cosine(turn) / TURN_ONE;
    *sine = (float)matcher_turn_cosine((uint8_t)(turn - 64)) / TURN_ONE;
}
