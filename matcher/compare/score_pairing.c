/* score_pairing.c: how improbable it is that two different fingers agree as this pairing does. */
#include "matcher/compare/comparison.h"
#include "matcher/compare/score_weights.h"

#include <string.h>

/* --- Natural logarithm with + - * / only (libm's last bit differs between processors) --- */

static float logarithm(float value)
{
    int exponent = 0;
    if (value <= 1e-6f)
        value = 1e-6f;
    for (; value >= 1.4142136f; exponent++)
        value *= 0.5f;
    for (; value < 0.70710678f; exponent--)
        value *= 2;
    /* ln((1+s)/(1-s)) = 2 (s + s^3/3 + s^5/5 + s^7/7), |s| < 0.172 */
    float s = (value - 1) / (value + 1), t = s * s;
    return 2 * s * (1 + t * (1 / 3.0f + t * (0.2f + t / 7))) + (float)exponent * 0.69314718f;
}

/* --- The common area --- */

static bool covers(const struct print_coverage *coverage, float x, float y)
{
    if (x < 0 || y < 0)
        return false;
    uint32_t column = (uint32_t)x >> 7, row = (uint32_t)y >> 7;
    return column < COVERAGE_SIDE && row < COVERAGE_SIDE && (coverage->rows[row] >> column & 1) != 0;
}

struct overlap {
    uint32_t cells;                            /* reference cells that the aligned probe covers too */
    uint32_t flow_cells;                       /* those of them with known ridge flow in both */
    uint32_t flow_difference;                  /* sum over these, in 1/256 half turns */
    uint32_t flow_apart;                       /* how many of these differ by more than FLOW_APART */
    uint32_t probe, reference;                 /* minutiae in the common area */
    uint32_t probe_quality, reference_quality; /* the sum of their weights */
};

/* A minutia of no known quality still weighs something. */
static uint32_t quality_weight(uint8_t quality)
{
    return quality + 8u;
}

static void to_probe(const struct alignment *alignment, float x, float y, float *to_x, float *to_y)
{
    x -= alignment->dx, y -= alignment->dy;
    *to_x = alignment->cosine * x - alignment->sine * y;
    *to_y = alignment->sine * x + alignment->cosine * y;
}

static void measure_overlap(const struct print *probe, const struct print *reference,
    const struct pairing *pairing, struct overlap *overlap)
{
    memset(overlap, 0, sizeof *overlap);
    const float cell = TEMPLATE_CELL * TEMPLATE_UNITS_PER_PIXEL;
    const uint8_t turn = (uint8_t)(2 * pairing->alignment.rotation); /* in half turns */
    for (uint32_t row = 0; row < COVERAGE_SIDE; row++)
        for (uint64_t left = reference->coverage.rows[row]; left != 0; left &= left - 1) {
            float x, y, column = (float)__builtin_ctzll(left);
            to_probe(&pairing->alignment, (column + 0.5f) * cell, ((float)row + 0.5f) * cell, &x, &y);
            if (!covers(&probe->coverage, x, y))
                continue;
            overlap->cells++;
            uint8_t there = template_view_flow(&probe->view, (int32_t)x, (int32_t)y);
            uint8_t here = template_view_flow(
                &reference->view, (int32_t)((column + 0.5f) * cell), (int32_t)(((float)row + 0.5f) * cell));
            if (there == 0 || here == 0)
                continue;
            uint32_t apart = turn_between(here, (uint8_t)(there + turn));
            overlap->flow_cells++;
            overlap->flow_difference += apart;
            overlap->flow_apart += apart > FLOW_APART;
        }
    for (uint32_t i = 0; i < probe->count; i++)
        if (pairing->reference_of[i] != PAIRING_NONE ||
            covers(&reference->coverage, pairing->expected_x[i], pairing->expected_y[i])) {
            overlap->probe++;
            overlap->probe_quality += quality_weight(probe->quality[i]);
        }
    bool paired[PRINT_MINUTIAE_MAX] = {false};
    for (uint32_t k = 0; k < pairing->count; k++)
        paired[pairing->pairs[k].reference] = true;
    for (uint32_t j = 0; j < reference->count; j++) {
        float x, y;
        to_probe(&pairing->alignment, reference->x[j], reference->y[j], &x, &y);
        if (paired[j] || covers(&probe->coverage, x, y)) {
            overlap->reference++;
            overlap->reference_quality += quality_weight(reference->quality[j]);
        }
    }
}

/* --- Evidence --- */

/* How far the number of pairs exceeds what chance would bring: the logarithm of a Poisson tail. A minutia of
 * the common area meets one of the other print within the tolerances by chance with the probability that the
 * density there gives. */
static float surprise(const struct overlap *overlap, uint32_t pairs)
{
    const float reach = (float)PAIR_DISTANCE_MAX / TEMPLATE_UNITS_PER_PIXEL;
    float area = (float)(overlap->cells + 4) * TEMPLATE_CELL * TEMPLATE_CELL;
    float by_chance = (float)(overlap->probe * overlap->reference) * (3.1416f * reach * reach / 3) / area *
                      (2 * PAIR_TURN_MAX + 1) / 256;
    float smaller = (float)(overlap->probe < overlap->reference ? overlap->probe : overlap->reference);
    by_chance = by_chance * smaller / (by_chance + smaller + 1e-3f) + 0.1f;
    float count = (float)pairs;
    return count > by_chance ? count * logarithm(count / by_chance) - (count - by_chance) : 0;
}

/* Edges of the probe whose both ends are paired, and whose image between the paired reference minutiae has
 * nearly the same length. */
static float paired_edges(
    const struct print *probe, const struct print *reference, const struct pairing *pairing)
{
    uint32_t count = 0;
    for (uint32_t e = 0; e < probe->edges.count; e++) {
        uint32_t from = pairing->reference_of[probe->edges.from[e]];
        uint32_t to = pairing->reference_of[probe->edges.to[e]];
        if (from == PAIRING_NONE || to == PAIRING_NONE)
            continue;
        float dx = reference->x[to] - reference->x[from], dy = reference->y[to] - reference->y[from];
        float length = __builtin_sqrtf(dx * dx + dy * dy) / TEMPLATE_UNITS_PER_PIXEL;
        float stretch = length - probe->edges.length[e];
        float tolerance = EDGE_LENGTH_TOLERANCE + (float)probe->edges.length[e] / EDGE_LENGTH_TOLERANCE_SHARE;
        count += stretch < tolerance && -stretch < tolerance;
    }
    return (float)count;
}

static float share(uint32_t part, uint32_t whole)
{
    return (float)part / ((float)whole + 1);
}

static void combine_evidence(float evidence[EVIDENCE_COUNT])
{
    float pairs = evidence[EVIDENCE_PAIRS];
    float probe = evidence[EVIDENCE_PROBE_SHARE], reference = evidence[EVIDENCE_REFERENCE_SHARE];
    evidence[EVIDENCE_LOG_PAIRS] = logarithm(1 + pairs);
    evidence[EVIDENCE_LESSER_SHARE] = probe < reference ? probe : reference;
    evidence[EVIDENCE_SHARE_PRODUCT] = probe * reference;
    evidence[EVIDENCE_SHARED_PAIRS] = pairs * __builtin_sqrtf(probe * reference);
    evidence[EVIDENCE_LOG_EDGES] = logarithm(1 + evidence[EVIDENCE_EDGES]);
    evidence[EVIDENCE_EDGES_OF_PAIR] = evidence[EVIDENCE_EDGES] / (1 + pairs);
    evidence[EVIDENCE_LOG_AREA] = logarithm(1 + evidence[EVIDENCE_AREA]);
    evidence[EVIDENCE_LOG_SIMILARITY] = logarithm(1 + evidence[EVIDENCE_SIMILARITY]);
    evidence[EVIDENCE_TURN_SUM] = pairs * evidence[EVIDENCE_TURN];
    evidence[EVIDENCE_DISTANCE_SUM] = pairs * evidence[EVIDENCE_DISTANCE];
    evidence[EVIDENCE_FLOW_SUM] = evidence[EVIDENCE_FLOW_CELLS] * evidence[EVIDENCE_FLOW_DIFFERENCE];
    evidence[EVIDENCE_LOG_FLOW_DIFFERENCE] = logarithm(1 + evidence[EVIDENCE_FLOW_DIFFERENCE]);
    evidence[EVIDENCE_LOG_SURPRISE] = logarithm(1 + evidence[EVIDENCE_SURPRISE]);
}

/* Sums over the pairs. */
struct pair_sums {
    float distance, turn, types, similarity, quality, flow;
    uint32_t probe_quality, reference_quality;
    float x, y, xx, yy, xy; /* of the reference's minutiae, cells */
};

static void add_pair(const struct print *probe, const struct print *reference,
    const struct candidates *candidates, const struct minutia_pair *pair, struct pair_sums *sums)
{
    sums->distance += pair->distance;
    sums->turn += pair->turn_residual;
    sums->types += probe->type[pair->probe] != TEMPLATE_OTHER &&
                   probe->type[pair->probe] == reference->type[pair->reference];
    uint32_t alike = candidates->similarity[pair->probe * reference->count + pair->reference];
    sums->similarity += (float)(alike < SIMILARITY_FULL ? alike : SIMILARITY_FULL) / SIMILARITY_FULL;
    uint32_t a = probe->quality[pair->probe], b = reference->quality[pair->reference];
    sums->quality += (float)(a * b) / (TEMPLATE_QUALITY_MAX * TEMPLATE_QUALITY_MAX);
    sums->probe_quality += quality_weight((uint8_t)a);
    sums->reference_quality += quality_weight((uint8_t)b);
    sums->flow += mean_flow_difference(&probe->flow[pair->probe], &reference->flow[pair->reference]);
    const float cell = TEMPLATE_CELL * TEMPLATE_UNITS_PER_PIXEL;
    float x = reference->x[pair->reference] / cell, y = reference->y[pair->reference] / cell;
    sums->x += x, sums->y += y;
    sums->xx += x * x, sums->yy += y * y, sums->xy += x * y;
}

/* The logarithm of the area (square cells) of the ellipse that the pairs' places spread over. */
static float spread_of(const struct pair_sums *sums, float count)
{
    float x = sums->x / count, y = sums->y / count;
    float xx = sums->xx / count - x * x, yy = sums->yy / count - y * y, xy = sums->xy / count - x * y;
    float determinant = xx * yy - xy * xy;
    return logarithm(1 + __builtin_sqrtf(determinant > 0 ? determinant : 0));
}

static float period_difference(const struct template_view *a, const struct template_view *b)
{
    if (a->period == 0 || b->period == 0)
        return 0;
    int32_t difference = a->period - b->period;
    return (float)(difference < 0 ? -difference : difference) / (float)(a->period + b->period);
}

void measure_pairing(const struct print *probe, const struct print *reference,
    const struct candidates *candidates, const struct pairing *pairing, float evidence[EVIDENCE_COUNT])
{
    struct overlap overlap;
    struct pair_sums sums = {0};
    measure_overlap(probe, reference, pairing, &overlap);
    for (uint32_t k = 0; k < pairing->count; k++)
        add_pair(probe, reference, candidates, &pairing->pairs[k], &sums);
    float n = (float)pairing->count + 1e-3f;
    evidence[EVIDENCE_PAIRS] = (float)pairing->count;
    evidence[EVIDENCE_SURPRISE] = surprise(&overlap, pairing->count);
    evidence[EVIDENCE_EDGES] = paired_edges(probe, reference, pairing);
    evidence[EVIDENCE_PROBE_SHARE] = share(pairing->count, overlap.probe);
    evidence[EVIDENCE_REFERENCE_SHARE] = share(pairing->count, overlap.reference);
    evidence[EVIDENCE_DISTANCE] = sums.distance / n;
    evidence[EVIDENCE_TURN] = sums.turn / n;
    evidence[EVIDENCE_TYPES] = sums.types;
    evidence[EVIDENCE_AREA] = (float)overlap.cells;
    evidence[EVIDENCE_SIMILARITY] = sums.similarity;
    evidence[EVIDENCE_FLOW_CELLS] = (float)overlap.flow_cells;
    evidence[EVIDENCE_FLOW_DIFFERENCE] = (float)overlap.flow_difference / ((float)overlap.flow_cells + 1);
    evidence[EVIDENCE_FLOW_APART] = (float)overlap.flow_apart / ((float)overlap.flow_cells + 1);
    evidence[EVIDENCE_PROBE_QUALITY_SHARE] = share(sums.probe_quality, overlap.probe_quality);
    evidence[EVIDENCE_REFERENCE_QUALITY_SHARE] = share(sums.reference_quality, overlap.reference_quality);
    evidence[EVIDENCE_PAIR_QUALITY] = sums.quality;
    evidence[EVIDENCE_PAIR_FLOW] = sums.flow / n;
    evidence[EVIDENCE_SPREAD] = spread_of(&sums, n);
    evidence[EVIDENCE_PERIOD] = period_difference(&probe->view, &reference->view);
    combine_evidence(evidence);
}

int32_t score_evidence(const float evidence[EVIDENCE_COUNT], bool with_flow)
{
    const struct score_weights *weights = with_flow ? &score_weights_with_flow : &score_weights_minutiae_only;
    float sum = weights->bias + SCORE_OFFSET;
    for (uint32_t i = 0; i < EVIDENCE_COUNT; i++)
        sum += weights->of[i] * evidence[i];
    sum *= SCORE_SCALE;
    return sum > 0 ? (int32_t)sum : 0;
}
