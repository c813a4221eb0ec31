/* kernels_scalar.c: the signature scan for any processor, and the measure of all other levels. */
#include "matcher/signature/kernels.h"

#include "matcher/signature/forms.h"

static void add_pair(
    int32_t sums[SIGNATURE_BITS], const int16_t pair[2], const int16_t weights[SIGNATURE_BITS][2])
{
    for (uint32_t bit = 0; bit < SIGNATURE_BITS; bit++)
        sums[bit] += pair[0] * weights[bit][0] + pair[1] * weights[bit][1];
}

static uint64_t describe(const struct signature_neighbourhood *neighbourhood)
{
    int32_t sums[SIGNATURE_BITS] = {0};
    for (uint32_t i = 0; i < SIGNATURE_COUNT_PAIRS; i++)
        add_pair(sums, neighbourhood->counts + 2 * i, matcher_signature_count_forms[i]);
    for (uint32_t i = 0; i < SIGNATURE_CELLS; i++)
        add_pair(sums, neighbourhood->directions[i], matcher_signature_direction_forms[i]);
    uint64_t descriptor = 0;
    for (uint32_t bit = 0; bit < SIGNATURE_BITS; bit++)
        descriptor |= (uint64_t)(sums[bit] > matcher_signature_thresholds[bit]) << bit;
    return descriptor;
}

static uint16_t nearest_of(const uint16_t words[SIGNATURE_WORDS], const struct signature *reference)
{
    uint32_t nearest = UINT32_MAX;
    for (uint32_t m = 0; m < SIGNATURE_MINUTIAE; m++) {
        uint64_t difference = 0;
        for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
            difference = difference << 16 | (uint16_t)(words[w] ^ reference->words[w][m]);
        uint32_t candidate = (uint32_t)__builtin_popcountll(difference) << 8 | m;
        nearest = candidate < nearest ? candidate : nearest;
    }
    return (uint16_t)nearest;
}

static void scan(
    const struct probe_signature *probe, const struct signature *references, uint32_t count, uint16_t *scores)
{
    for (uint32_t i = 0; i < count; i++) {
        uint16_t nearest[SIGNATURE_MINUTIAE], votes[SIGNATURE_TURN_BINS] = {0};
        for (uint32_t m = 0; m < probe->count; m++)
            nearest[m] = nearest_of(probe->words[m], &references[i]);
        signature_count_votes(probe, &references[i], nearest, votes);
        scores[i] = probe->count > 0 ? matcher_signature_score(probe, &references[i], nearest, votes) : 0;
    }
}

const struct signature_kernels *matcher_signature_kernels_scalar(void)
{
    static const struct signature_kernels kernels = {.name = "scalar", .describe = describe, .scan = scan};
    return &kernels;
}
