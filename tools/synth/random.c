#include "tools/synth/random.h"

static uint64_t rotate_left(uint64_t x, unsigned by)
{
    return x << by | x >> (64 - by);
}

static uint64_t splitmix(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

void random_init(
    struct random *random, uint64_t seed, uint32_t finger, uint32_t impression, enum random_purpose purpose)
{
    uint64_t mixed = splitmix(&seed);
    mixed ^= (uint64_t)finger << 32 | impression;
    mixed = splitmix(&mixed) ^ (uint64_t)purpose;
    for (unsigned i = 0; i < 4; i++)
        random->state[i] = splitmix(&mixed);
}

uint64_t random_bits(struct random *random)
{
    uint64_t *s = random->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double random_unit(struct random *random)
{
    return (double)(random_bits(random) >> 11) * 0x1p-53;
}

double random_between(struct random *random, double low, double high)
{
    return low + (high - low) * random_unit(random);
}

/* The sum of twelve uniform numbers has deviation 1 and is exact in every arithmetic. */
double random_normal(struct random *random)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < 3; i++)
        for (uint64_t bits = random_bits(random), j = 0; j < 4; j++, bits >>= 16)
            sum += (uint32_t)(bits & 0xffff);
    return ((double)sum + 6) / 65536 - 6;
}
