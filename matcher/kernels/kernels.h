/* kernels.h: what the levels of the signature scan share. Private to the matcher folder; the contract of each
 * function stands in signature.h.
 *
 * A level is one file with one const table, handed out by its function. Code for newer processors is marked so
 * function by function; only kernels/select.c hands it out, after asking the processor.
 */
#ifndef KORDON_MATCHER_KERNELS_KERNELS_H
#define KORDON_MATCHER_KERNELS_KERNELS_H

#include "matcher/signature.h"

const struct signature_kernels *signature_kernels_scalar(void);
#if defined(__x86_64__)
const struct signature_kernels *signature_kernels_avx2(void);
const struct signature_kernels *signature_kernels_avx512(void);
#endif

/* Votes are counted in 32 bins of 8/256 turn. */
#define SIGNATURE_TURN_BINS  32
#define SIGNATURE_TURN_SHIFT 3

/* What a nearest neighbour at that Hamming distance (0-64) is worth: 4 * (24 - distance)^1.5; measured. */
extern const uint16_t signature_vote_weights[65];

/* A probe minutia's nearest descriptor as one number, so that the least of them is the nearest, and of equally
 * near ones the same on every level: distance << 8 | direction of the reference's minutia. */
static inline void signature_vote(
    uint16_t votes[SIGNATURE_TURN_BINS], uint8_t probe_direction, uint32_t nearest)
{
    uint8_t turn = (uint8_t)(nearest - probe_direction);
    uint16_t *bin = &votes[turn >> SIGNATURE_TURN_SHIFT];
    *bin = (uint16_t)(*bin + signature_vote_weights[nearest >> 8]);
}

/* The score of all votes: a turn's own bin and the next count in full, those beside them half, since a
 * turn may lie between two bins. */
static inline uint16_t signature_vote_score(const uint16_t votes[SIGNATURE_TURN_BINS])
{
    uint32_t best = 0;
    for (uint32_t i = 0; i < SIGNATURE_TURN_BINS; i++) {
        uint32_t inner = votes[i] + (uint32_t)votes[(i + 1) % SIGNATURE_TURN_BINS];
        uint32_t outer = votes[(i + SIGNATURE_TURN_BINS - 1) % SIGNATURE_TURN_BINS] +
                         (uint32_t)votes[(i + 2) % SIGNATURE_TURN_BINS];
        uint32_t sum = 2 * inner + outer;
        best = sum > best ? sum : best;
    }
    return (uint16_t)best; /* <= 2 * 40 * 470 */
}

#endif
