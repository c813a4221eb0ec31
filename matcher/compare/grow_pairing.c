/* grow_pairing.c: from one candidate pair to an alignment and every pair of minutiae that follows it.
 *
 * A rigid alignment alone loses the pairs that skin distortion has moved; so each pass expects a minutia
 * where the alignment and the displacement of the pairs around it put it, pairs the nearest first, and aligns
 * again.
 */
#include "matcher/compare/comparison.h"

#include <string.h>

static float square_root(float value)
{
    return __builtin_sqrtf(value);
}

static void apply(const struct alignment *alignment, float x, float y, float *to_x, float *to_y)
{
    *to_x = alignment->cosine * x + alignment->sine * y + alignment->dx;
    *to_y = -alignment->sine * x + alignment->cosine * y + alignment->dy;
}

/* --- Alignment --- */

static void align_to_seed(const struct print *probe, const struct print *reference,
    const struct candidate_pair *seed, struct alignment *alignment)
{
    alignment->rotation = seed->rotation;
    matcher_turn_to_vector(seed->rotation, &alignment->cosine, &alignment->sine);
    alignment->dx = alignment->dy = 0;
    float x, y;
    apply(alignment, probe->x[seed->probe], probe->y[seed->probe], &x, &y);
    alignment->dx = reference->x[seed->reference] - x;
    alignment->dy = reference->y[seed->reference] - y;
}

/* The rigid motion with the least squared distance between the pairs; kept as it is with fewer than two. */
static void align_to_pairs(const struct print *probe, const struct print *reference, struct pairing *pairing)
{
    if (pairing->count < 2)
        return;
    float n = (float)pairing->count, px = 0, py = 0, rx = 0, ry = 0;
    for (uint32_t k = 0; k < pairing->count; k++) {
        const struct minutia_pair *pair = &pairing->pairs[k];
        px += probe->x[pair->probe];
        py += probe->y[pair->probe];
        rx += reference->x[pair->reference];
        ry += reference->y[pair->reference];
    }
    px /= n, py /= n, rx /= n, ry /= n;
    float along = 0, across = 0;
    for (uint32_t k = 0; k < pairing->count; k++) {
        const struct minutia_pair *pair = &pairing->pairs[k];
        float ax = probe->x[pair->probe] - px, ay = probe->y[pair->probe] - py;
        float bx = reference->x[pair->reference] - rx, by = reference->y[pair->reference] - ry;
        along += ax * bx + ay * by;
        across += ay * bx - ax * by;
    }
    float length = square_root(along * along + across * across);
    if (length <= 0)
        return;
    struct alignment *alignment = &pairing->alignment;
    alignment->cosine = along / length;
    alignment->sine = across / length;
    alignment->rotation = bearing_of(alignment->cosine, -alignment->sine);
    alignment->dx = rx - (alignment->cosine * px + alignment->sine * py);
    alignment->dy = ry - (-alignment->sine * px + alignment->cosine * py);
}

/* --- Expectation --- */

static void align_minutiae(
    const struct print *probe, const struct alignment *alignment, struct positions *aligned)
{
    aligned->count = probe->count;
    for (uint32_t i = 0; i < probe->count; i++)
        apply(alignment, probe->x[i], probe->y[i], &aligned->x[i], &aligned->y[i]);
}

/* Weighted sums over the pairs round each of the probe's minutiae. */
struct displacements {
    float x[PRINT_MINUTIAE_MAX], y[PRINT_MINUTIAE_MAX], weight[PRINT_MINUTIAE_MAX];
};

/* A pair displaces the minutiae round it, but not its own: about that it says nothing. */
static void add_displacement(const struct print *reference, const struct minutia_pair *pair,
    const struct positions *aligned, struct displacements *sums)
{
    const uint32_t own = pair->probe;
    const float own_x = aligned->x[own], own_y = aligned->y[own];
    const float dx = reference->x[pair->reference] - own_x, dy = reference->y[pair->reference] - own_y;
    const float without_x = sums->x[own], without_y = sums->y[own], without = sums->weight[own];
    for (uint32_t i = 0; i < aligned->count; i++) {
        float ax = own_x - aligned->x[i], ay = own_y - aligned->y[i];
        float nearness = 1 / (1 + (ax * ax + ay * ay) * (1 / (DISPLACEMENT_REACH * DISPLACEMENT_REACH)));
        float weight = nearness * nearness;
        sums->weight[i] += weight;
        sums->x[i] += weight * dx;
        sums->y[i] += weight * dy;
    }
    sums->x[own] = without_x, sums->y[own] = without_y, sums->weight[own] = without;
}

/* Where the probe's minutiae are expected: aligned, and moved as the pairs around them were. */
static void expect_minutiae(const struct print *probe, const struct print *reference, struct pairing *pairing)
{
    struct positions aligned;
    struct displacements sums;
    align_minutiae(probe, &pairing->alignment, &aligned);
    for (uint32_t i = 0; i < probe->count; i++) {
        sums.x[i] = sums.y[i] = 0;
        sums.weight[i] = DISPLACEMENT_PRIOR;
    }
    for (uint32_t k = 0; k < pairing->count; k++)
        add_displacement(reference, &pairing->pairs[k], &aligned, &sums);
    pairing->expected.count = probe->count;
    for (uint32_t i = 0; i < probe->count; i++) {
        pairing->expected.x[i] = aligned.x[i] + sums.x[i] / sums.weight[i];
        pairing->expected.y[i] = aligned.y[i] + sums.y[i] / sums.weight[i];
    }
}

/* --- Pairing --- */

static void empty_pairing(struct pairing *pairing, struct growth *growth)
{
    pairing->count = 0;
    memset(pairing->reference_of, PAIRING_NONE, sizeof pairing->reference_of);
    memset(growth->reference_taken, 0, sizeof growth->reference_taken);
}

static void take_pair(struct pairing *pairing, struct growth *growth, const struct possible_pair *possible)
{
    if (pairing->reference_of[possible->probe] != PAIRING_NONE ||
        growth->reference_taken[possible->reference])
        return;
    pairing->reference_of[possible->probe] = possible->reference;
    growth->reference_taken[possible->reference] = true;
    pairing->pairs[pairing->count++] = (struct minutia_pair){
        possible->probe, possible->reference, possible->turn_residual, possible->distance};
}

/* The first pairs: candidates that agree with the seed's alignment. */
static void pair_candidates(const struct print *probe, const struct print *reference,
    const struct candidates *candidates, uint32_t seed, struct growth *growth, struct pairing *pairing)
{
    growth->count = 0;
    for (uint32_t k = 0; k < candidates->count; k++) {
        const struct candidate_pair *candidate = &candidates->pairs[k];
        uint8_t turn = turn_between(candidate->rotation, pairing->alignment.rotation);
        if (turn > SUPPORT_TURN)
            continue;
        float x, y;
        apply(&pairing->alignment, probe->x[candidate->probe], probe->y[candidate->probe], &x, &y);
        float dx = x - reference->x[candidate->reference], dy = y - reference->y[candidate->reference];
        float ax = reference->x[candidate->reference] - reference->x[candidates->pairs[seed].reference];
        float ay = reference->y[candidate->reference] - reference->y[candidates->pairs[seed].reference];
        float square = SUPPORT_DISTANCE * SUPPORT_DISTANCE +
                       SUPPORT_DISTANCE_SHARE * SUPPORT_DISTANCE_SHARE * (ax * ax + ay * ay);
        float distance = dx * dx + dy * dy;
        if (distance > square)
            continue;
        growth->cost[growth->count] = (int32_t)(distance / square * POSSIBLE_COST_MAX);
        growth->possible[growth->count++] =
            (struct possible_pair){candidate->probe, candidate->reference, turn, square_root(distance)};
    }
}

/* The band of a height, which may lie outside the print. */
static uint32_t band_of(float height)
{
    int32_t band = (int32_t)height >> HEIGHT_BAND_SHIFT;
    return height < 0 ? 0 : band < HEIGHT_BANDS ? (uint32_t)band : HEIGHT_BANDS - 1;
}

/* Every reference minutia near enough to where one of the probe is expected, turned like it. Most are not: so
 * they are counted or not rather than branched on. */
static void find_possible(const struct print *probe, const struct print *reference, struct growth *growth,
    const struct pairing *pairing)
{
    const float farthest = PAIR_DISTANCE_MAX;
    uint32_t count = 0;
    for (uint32_t i = 0; i < probe->count; i++) {
        const float x = pairing->expected.x[i], y = pairing->expected.y[i];
        const uint8_t direction = (uint8_t)(probe->direction[i] + pairing->alignment.rotation);
        const uint32_t end = reference->start_of_band[band_of(y + farthest) + 1];
        for (uint32_t j = reference->start_of_band[band_of(y - farthest)]; j < end; j++) {
            float dx = x - reference->x[j], dy = y - reference->y[j];
            float distance = dx * dx + dy * dy;
            uint8_t turn = turn_between(direction, reference->direction[j]);
            growth->possible[count] =
                (struct possible_pair){.probe = (uint8_t)i, (uint8_t)j, turn, .distance = distance};
            count +=
                (distance <= farthest * farthest) & (turn <= PAIR_TURN_MAX) & (count < POSSIBLE_PAIRS_MAX);
        }
    }
    growth->count = count;
}

/* What the possible pairs cost: 0 to POSSIBLE_COST_MAX. Their squared distance becomes their distance. */
static void weigh_possible(
    const struct print *reference, const struct candidates *candidates, struct growth *growth)
{
    const float farthest = PAIR_DISTANCE_MAX;
    for (uint32_t k = 0; k < growth->count; k++) {
        struct possible_pair *possible = &growth->possible[k];
        int32_t turn = possible->turn_residual;
        float cost = possible->distance * (1 / (farthest * farthest)) +
                     (float)(turn * turn) * (1.0f / (PAIR_TURN_MAX * PAIR_TURN_MAX));
        uint32_t pair = possible->probe * reference->count + possible->reference;
        cost += candidates->agreement[pair].similarity == 0 ? PAIR_STRANGER_COST : 0;
        possible->distance = square_root(possible->distance);
        growth->cost[k] = (int32_t)(cost * (POSSIBLE_COST_MAX / (2 + PAIR_STRANGER_COST)));
    }
}

/* Cheapest first, equal ones in their order: each is put where the number of those before it says. They are
 * few, so that counting them all is quicker than sorting. */
static void take_cheapest(struct growth *growth, struct pairing *pairing)
{
    empty_pairing(pairing, growth);
    const uint32_t count = growth->count;
    for (uint32_t k = 0; k < count; k++)
        growth->cost[k] = growth->cost[k] * POSSIBLE_PAIRS_MAX + (int32_t)k;
    for (uint32_t k = 0; k < count; k++) {
        int32_t before = 0;
        for (uint32_t i = 0; i < count; i++)
            before += growth->cost[i] < growth->cost[k];
        growth->order[before] = (uint16_t)k;
    }
    for (uint32_t k = 0; k < count; k++)
        take_pair(pairing, growth, &growth->possible[growth->order[k]]);
}

void matcher_grow_pairing(const struct print *probe, const struct print *reference,
    const struct candidates *candidates, uint32_t seed, struct growth *growth, struct pairing *pairing)
{
    align_to_seed(probe, reference, &candidates->pairs[seed], &pairing->alignment);
    pair_candidates(probe, reference, candidates, seed, growth, pairing);
    take_cheapest(growth, pairing);
    for (uint32_t pass = 0; pass < PAIR_PASSES; pass++) {
        align_to_pairs(probe, reference, pairing);
        expect_minutiae(probe, reference, pairing);
        find_possible(probe, reference, growth, pairing);
        weigh_possible(reference, candidates, growth);
        take_cheapest(growth, pairing);
    }
}
