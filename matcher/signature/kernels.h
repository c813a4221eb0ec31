/* kernels.h: what the levels of the signature scan share. Private to the matcher folder; the contract of each
 * function stands in signature.h.
 *
 * A level is one file with one const table, handed out by its function. Code for newer processors is marked so
 * function by function; only kernels/select.c hands it out, after asking the processor.
 */
#ifndef KORDON_MATCHER_SIGNATURE_KERNELS_H
#define KORDON_MATCHER_SIGNATURE_KERNELS_H

#include "matcher/signature/signature.h"

const struct signature_kernels *matcher_signature_kernels_scalar(void);
#if defined(__x86_64__)
const struct signature_kernels *matcher_signature_kernels_avx2(void);
const struct signature_kernels *matcher_signature_kernels_avx512(void);
#endif

/* Votes are counted in 32 bins of 2/64 turn. */
#define SIGNATURE_TURN_BINS 32

/* Hamming distance from which on a nearest neighbour says nothing; measured. */
#define SIGNATURE_DISTANCE_MAX 24

/* A probe minutia's nearest descriptor as one number, so that the least of them is the nearest, and of equally
 * near ones the first: distance << 8 | index of the reference's minutia. */
static inline uint16_t signature_vote_weight(uint16_t nearest)
{
    uint32_t distance = nearest >> 8;
    return (uint16_t)(distance < SIGNATURE_DISTANCE_MAX ? SIGNATURE_DISTANCE_MAX - distance : 0);
}

/* The bin of the turn from the probe's minutia to its nearest. */
static inline uint32_t signature_vote_bin(
    uint8_t probe_direction, const struct signature *reference, uint16_t nearest)
{
    return (((uint32_t)reference->places[nearest & 255] - probe_direction) & 63) >> 1;
}

/* Counts the votes of all probe minutiae. */
static inline void signature_count_votes(const struct probe_signature *probe,
    const struct signature *reference, const uint16_t nearest[SIGNATURE_MINUTIAE],
    uint16_t votes[SIGNATURE_TURN_BINS])
{
    for (uint32_t m = 0; m < probe->count; m++)
        votes[signature_vote_bin(probe->directions[m], reference, nearest[m])] +=
            signature_vote_weight(nearest[m]);
}

/* The votes for the turn between bin and the next: these two count twice, those beside them once, since
 * directions are not that exact. */
static inline uint32_t signature_votes_at(const uint16_t votes[SIGNATURE_TURN_BINS], uint32_t bin)
{
    uint32_t inner = votes[bin] + (uint32_t)votes[(bin + 1) % SIGNATURE_TURN_BINS];
    uint32_t outer = votes[(bin + SIGNATURE_TURN_BINS - 1) % SIGNATURE_TURN_BINS] +
                     (uint32_t)votes[(bin + 2) % SIGNATURE_TURN_BINS];
    return 2 * inner + outer;
}

/* The score, from the most votes that any bin has, and, where these are many, from the places behind them. */
uint16_t matcher_signature_score(const struct probe_signature *probe, const struct signature *reference,
    const uint16_t nearest[SIGNATURE_MINUTIAE], const uint16_t votes[SIGNATURE_TURN_BINS]);

/* What matcher_signature_score() gives where the votes are so few that places don't count; most references end here. The limit
 * was chosen so that about one in eight goes further, and none is lost by it. */
#define SIGNATURE_SCALE 32
static inline bool signature_votes_are_few(const struct probe_signature *probe, uint32_t most)
{
    return 8 * most < 160 + 5 * probe->count;
}

#endif
