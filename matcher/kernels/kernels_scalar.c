/* kernels_scalar.c: the signature scan for any processor, and the measure of all other levels. */
#include "matcher/kernels/kernels.h"

#include <string.h>

static uint32_t nearest_of(const uint16_t words[SIGNATURE_WORDS], const struct signature *reference)
{
    uint32_t nearest = UINT32_MAX;
    for (uint32_t m = 0; m < SIGNATURE_MINUTIAE; m++) {
        uint64_t difference = 0;
        for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
            difference = difference << 16 | (uint16_t)(words[w] ^ reference->words[w][m]);
        uint32_t candidate = (uint32_t)__builtin_popcountll(difference) << 8 | reference->directions[m];
        nearest = candidate < nearest ? candidate : nearest;
    }
    return nearest;
}

static void scan(
    const struct probe_signature *probe, const struct signature *references, uint32_t count, uint16_t *scores)
{
    for (uint32_t i = 0; i < count; i++) {
        uint16_t votes[SIGNATURE_TURN_BINS] = {0};
        for (uint32_t m = 0; m < probe->count && references[i].count > 0; m++)
            signature_vote(votes, probe->directions[m], nearest_of(probe->words[m], &references[i]));
        scores[i] = signature_vote_score(votes);
    }
}

const struct signature_kernels *signature_kernels_scalar(void)
{
    static const struct signature_kernels kernels = {.name = "scalar", .scan = scan};
    return &kernels;
}
