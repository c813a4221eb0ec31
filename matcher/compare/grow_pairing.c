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
    turn_to_vector(seed->rotation, &alignment->cosine, &alignment->sine);
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

struct displacement {
    float x, y; /* of the probe's minutia, aligned */
    float dx, dy;
};

/* Where the probe's minutiae are expected: aligned, and moved as the pairs around them were. A pair says
 * nothing about itself. */
static void expect_minutiae(const struct print *probe, const struct print *reference, struct pairing *pairing)
{
    struct displacement displacements[PRINT_MINUTIAE_MAX];
    for (uint32_t k = 0; k < pairing->count; k++) {
        const struct minutia_pair *pair = &pairing->pairs[k];
        struct displacement *displacement = &displacements[k];
        apply(&pairing->alignment, probe->x[pair->probe], probe->y[pair->probe], &displacement->x,
            &displacement->y);
        displacement->dx = reference->x[pair->reference] - displacement->x;
        displacement->dy = reference->y[pair->reference] - displacement->y;
    }
    for (uint32_t i = 0; i < probe->count; i++) {
        float x, y, sum_x = 0, sum_y = 0, sum = DISPLACEMENT_PRIOR;
        apply(&pairing->alignment, probe->x[i], probe->y[i], &x, &y);
        for (uint32_t k = 0; k < pairing->count; k++) {
            if (pairing->pairs[k].probe == i)
                continue;
            const struct displacement *displacement = &displacements[k];
            float ax = displacement->x - x, ay = displacement->y - y;
            float nearness = 1 / (1 + (ax * ax + ay * ay) * (1 / (DISPLACEMENT_REACH * DISPLACEMENT_REACH)));
            float weight = nearness * nearness;
            sum += weight;
            sum_x += weight * displacement->dx;
            sum_y += weight * displacement->dy;
        }
        pairing->expected_x[i] = x + sum_x / sum;
        pairing->expected_y[i] = y + sum_y / sum;
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
        growth->possible[growth->count++] = (struct possible_pair){candidate->probe, candidate->reference,
            turn, square_root(distance), (uint32_t)(distance / square * (POSSIBLE_COST_BINS - 1))};
    }
}

/* The band of a height, which may lie outside the print. */
static uint32_t band_of(float height)
{
    int32_t band = (int32_t)height >> HEIGHT_BAND_SHIFT;
    return height < 0 ? 0 : band < HEIGHT_BANDS ? (uint32_t)band : HEIGHT_BANDS - 1;
}

/* Every reference minutia near enough to where one of the probe is expected. */
static void find_possible(const struct print *probe, const struct print *reference,
    const struct candidates *candidates, struct growth *growth, const struct pairing *pairing)
{
    const float farthest = PAIR_DISTANCE_MAX;
    growth->count = 0;
    for (uint32_t i = 0; i < probe->count; i++) {
        const float x = pairing->expected_x[i], y = pairing->expected_y[i];
        const uint8_t direction = (uint8_t)(probe->direction[i] + pairing->alignment.rotation);
        const uint32_t end = reference->start_of_band[band_of(y + farthest) + 1];
        for (uint32_t j = reference->start_of_band[band_of(y - farthest)]; j < end; j++) {
            float dx = x - reference->x[j], dy = y - reference->y[j];
            float distance = dx * dx + dy * dy;
            uint32_t turn = turn_between(direction, reference->direction[j]);
            if (distance > farthest * farthest || turn > PAIR_TURN_MAX || growth->count == POSSIBLE_PAIRS_MAX)
                continue;
            float cost = distance * (1 / (farthest * farthest)) +
                         (float)(turn * turn) * (1.0f / (PAIR_TURN_MAX * PAIR_TURN_MAX));
            if (candidates->similarity[i * reference->count + j] == 0)
                cost += PAIR_STRANGER_COST;
            growth->possible[growth->count++] =
                (struct possible_pair){(uint8_t)i, (uint8_t)j, (uint8_t)turn, square_root(distance),
                    (uint32_t)(cost * ((POSSIBLE_COST_BINS - 1) / (2 + PAIR_STRANGER_COST)))};
        }
    }
}

/* Cheapest first: a counting sort keeps equal ones in their order. */
static void take_cheapest(struct growth *growth, struct pairing *pairing)
{
    empty_pairing(pairing, growth);
    memset(growth->start_of_cost, 0, sizeof growth->start_of_cost);
    for (uint32_t k = 0; k < growth->count; k++)
        growth->start_of_cost[growth->possible[k].cost + 1]++;
    for (uint32_t bin = 1; bin <= POSSIBLE_COST_BINS; bin++)
        growth->start_of_cost[bin] = (uint16_t)(growth->start_of_cost[bin] + growth->start_of_cost[bin - 1]);
    for (uint32_t k = 0; k < growth->count; k++)
        growth->order[growth->start_of_cost[growth->possible[k].cost]++] = (uint16_t)k;
    for (uint32_t k = 0; k < growth->count; k++)
        take_pair(pairing, growth, &growth->possible[growth->order[k]]);
}

void grow_pairing(const struct print *probe, const struct print *reference,
    const struct candidates *candidates, uint32_t seed, struct growth *growth, struct pairing *pairing)
{
    align_to_seed(probe, reference, &candidates->pairs[seed], &pairing->alignment);
    pair_candidates(probe, reference, candidates, seed, growth, pairing);
    take_cheapest(growth, pairing);
    for (uint32_t pass = 0; pass < PAIR_PASSES; pass++) {
        align_to_pairs(probe, reference, pairing);
        expect_minutiae(probe, reference, pairing);
        find_possible(probe, reference, candidates, growth, pairing);
        take_cheapest(growth, pairing);
    }
}
