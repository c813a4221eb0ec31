/* random.h: random numbers that are the same everywhere: xoshiro256** (Blackman, Vigna 2018), its state
 * filled by splitmix64. Not for keys. */
#ifndef KORDON_TOOLS_SYNTH_RANDOM_H
#define KORDON_TOOLS_SYNTH_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state[4];
};

/* What a stream is for: streams of different purposes, fingers and impressions are independent, so that
 * neither the number of fingers asked for nor a change in one step disturbs the others. */
enum random_purpose {
    RANDOM_CLASS,
    RANDOM_FLOW,
    RANDOM_RIDGES,
    RANDOM_SKIN,
    RANDOM_PLACEMENT,
    RANDOM_CONTACT,
    RANDOM_NOISE,
    RANDOM_FAULT,
};

void random_init(
    struct random *random, uint64_t seed, uint32_t finger, uint32_t impression, enum random_purpose purpose);

uint64_t random_bits(struct random *random);
double random_unit(struct random *random);                             /* [0, 1) */
double random_between(struct random *random, double low, double high); /* [low, high) */
double random_normal(struct random *random);                           /* mean 0, deviation 1, within +-6 */

#endif
