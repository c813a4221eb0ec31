/* score_pairing.c: what speaks for and against a pairing: how improbable it is that two different fingers agree as
 * it does. */
#include "matcher/compare/comparison.h"

#include <string.h>

/* --- Natural logarithm with + - * / only (libm's last bit differs between processors) --- */

static float logarithm(float value)
{
    if (value <= 1e-6f)
        value = 1e-6f;
    /* value = mantissa * 2^exponent, the mantissa within [sqrt(1/2), sqrt(2)) */
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    int32_t exponent = (int32_t)(bits >> 23) - 127;
    bits = (bits & 0x7fffff) | 127u << 23;
    memcpy(&value, &bits, sizeof value);
    if (value >= 1.4142136f) {
        value *= 0.5f;
        exponent++;
    }
    /* ln((1+s)/(1-s)) = 2 (s + s^3/3 + s^5/5 + s^7/7), |s| < 0.172 */
    float s = (value - 1) / (value + 1), t = s * s;
    return 2 * s * (1 + t * (1 / 3.0f + t * (0.2f + t / 7))) + (float)exponent * 0.69314718f;
}

/* --- The common area --- */

struct overlap {
    uint32_t cells;                            /* reference cells that the aligned probe covers too */
    uint32_t flow_cells;                       /* those of them with known ridge flow in both */
    uint32_t flow_difference;                  /* sum over these, in 1/256 half turns */
    uint32_t flow_apart;                       /* how many of these differ by more than FLOW_APART */
    uint32_t probe, reference;                 /* minutiae in the common area */
    uint32_t probe_quality, reference_quality; /* the sum of their weights */
    uint32_t missed;                           /* sum over the minutiae missed in either, 1/256 */
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

/* Where in a print's cells positions in 1/8 px lie, which may be anywhere: outside, where an empty cell is. */
static void locate(
    const struct print_ridges *ridges, const struct positions *positions, int32_t cells[POSITIONS_MAX])
{
    const int32_t first_column = ridges->first_column, first_row = ridges->first_row;
    const int32_t columns = ridges->columns, rows = ridges->rows, stride = ridges->stride;
    for (uint32_t i = 0; i < positions->count; i++) {
        const float x = positions->x[i], y = positions->y[i];
        int32_t column = ((int32_t)x >> 7) - first_column, row = ((int32_t)y >> 7) - first_row;
        int32_t inside = (x >= 0) & (y >= 0) & (column >= 0) & (row >= 0) & (column < columns) & (row < rows);
        cells[i] = inside ? row * stride + column : columns;
    }
}

/* The cells that a print has at positions in 1/8 px. */
static void look_up(
    const struct print_ridges *ridges, const struct positions *positions, uint8_t found[POSITIONS_MAX])
{
    int32_t cells[POSITIONS_MAX];
    locate(ridges, positions, cells);
    for (uint32_t i = 0; i < positions->count; i++)
        found[i] = ridges->cells[cells[i]];
}

/* Some of the cells that the reference covers, and what the probe has there. */
static void measure_cells(const struct print *probe, const struct covered_cells *covered, uint32_t first,
    uint32_t count, const struct alignment *alignment, struct overlap *overlap)
{
    const float cell = TEMPLATE_CELL * TEMPLATE_UNITS_PER_PIXEL;
    const uint8_t turn = (uint8_t)(2 * alignment->rotation); /* in half turns */
    struct positions positions;
    positions.count = count;
    uint8_t there[POSITIONS_MAX];
    for (uint32_t i = 0; i < count; i++)
        to_probe(alignment, ((float)covered->column[first + i] + 0.5f) * cell,
            ((float)covered->row[first + i] + 0.5f) * cell, &positions.x[i], &positions.y[i]);
    look_up(&probe->ridges, &positions, there);
    uint8_t both = 0, apart = 0; /* at most POSITIONS_MAX */
    uint16_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t known = there[i] != 0;
        uint8_t difference = turn_between(covered->flow[first + i], (uint8_t)(there[i] + turn));
        both = (uint8_t)(both + known);
        apart = (uint8_t)(apart + (known & (difference > FLOW_APART)));
        sum = (uint16_t)(sum + (known ? difference : 0));
    }
    overlap->cells += both;
    overlap->flow_difference += sum;
    overlap->flow_apart += apart;
}

static void measure_area(const struct print *probe, const struct print *reference,
    const struct alignment *alignment, struct overlap *overlap)
{
    const struct covered_cells *covered = &reference->covered;
    for (uint32_t first = 0; first < covered->count; first += POSITIONS_MAX) {
        uint32_t left = covered->count - first;
        measure_cells(probe, covered, first, left < POSITIONS_MAX ? left : POSITIONS_MAX, alignment, overlap);
    }
    if (probe->view.columns > 0 && reference->view.columns > 0)
        overlap->flow_cells = overlap->cells;
    else
        overlap->flow_difference = overlap->flow_apart = 0;
}

/* What it says against a match that a minutia of that quality is missed: -log(1 - 0.9 p) in 1/256, where p is the
 * quality as a probability, 0.95 at most. */
static const uint16_t missed_weight[TEMPLATE_QUALITY_MAX + 1] = {0, 4, 7, 11, 15, 19, 23, 27, 31, 35, 39, 44,
    48, 53, 57, 62, 66, 71, 76, 81, 86, 91, 97, 102, 107, 113, 119, 125, 131, 137, 143, 150, 156, 163, 170,
    177, 185, 193, 200, 209, 217, 226, 235, 244, 254, 264, 274, 285, 296, 308, 321, 334, 348, 362, 378, 394,
    412, 431, 451, 474, 494, 494, 494, 494};

/* The minutiae of one print that lie where the other has ridges, or are paired; and those missed: not paired
 * although the other has ridges all round. */
struct found_minutiae {
    uint32_t count, quality, missed;
};

static struct found_minutiae find_minutiae_in(const struct print_ridges *other,
    const struct positions *positions, const uint8_t *quality, const uint8_t paired[POSITIONS_MAX])
{
    int32_t cells[POSITIONS_MAX];
    uint8_t covered[POSITIONS_MAX], inner[POSITIONS_MAX];
    struct found_minutiae found = {0};
    locate(other, positions, cells);
    for (uint32_t i = 0; i < positions->count; i++) {
        covered[i] = other->cells[cells[i]];
        inner[i] = other->inner[cells[i]];
    }
    for (uint32_t i = 0; i < positions->count; i++) {
        uint32_t counts = (paired[i] != 0) | (covered[i] != 0);
        found.count += counts;
        found.quality += counts * quality_weight(quality[i]);
        found.missed += (uint32_t)((paired[i] == 0) & (inner[i] != 0)) * missed_weight[quality[i]];
    }
    return found;
}

static void count_minutiae(const struct print *probe, const struct print *reference,
    const struct pairing *pairing, struct overlap *overlap)
{
    uint8_t paired[POSITIONS_MAX];
    struct positions positions;
    positions.count = reference->count;
    for (uint32_t i = 0; i < probe->count; i++)
        paired[i] = pairing->reference_of[i] != PAIRING_NONE;
    struct found_minutiae of_probe =
        find_minutiae_in(&reference->ridges, &pairing->expected, probe->quality, paired);
    for (uint32_t j = 0; j < reference->count; j++)
        to_probe(&pairing->alignment, reference->x[j], reference->y[j], &positions.x[j], &positions.y[j]);
    memset(paired, 0, reference->count);
    for (uint32_t k = 0; k < pairing->count; k++)
        paired[pairing->pairs[k].reference] = 1;
    struct found_minutiae of_reference =
        find_minutiae_in(&probe->ridges, &positions, reference->quality, paired);
    overlap->probe = of_probe.count;
    overlap->probe_quality = of_probe.quality;
    overlap->reference = of_reference.count;
    overlap->reference_quality = of_reference.quality;
    overlap->missed = of_probe.missed + of_reference.missed;
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
    uint16_t paired[PRINT_EDGES_MAX + 1];
    uint32_t paired_count = 0, count = 0;
    for (uint32_t e = 0; e < probe->edges.count; e++) {
        const struct edge_ends ends = probe->edges.ends[e];
        paired[paired_count] = (uint16_t)e;
        paired_count += (pairing->reference_of[ends.from] != PAIRING_NONE) &
                        (pairing->reference_of[ends.to] != PAIRING_NONE);
    }
    for (uint32_t k = 0; k < paired_count; k++) {
        const struct edge_ends ends = probe->edges.ends[paired[k]];
        uint32_t from = pairing->reference_of[ends.from], to = pairing->reference_of[ends.to];
        float dx = reference->x[to] - reference->x[from], dy = reference->y[to] - reference->y[from];
        float length = __builtin_sqrtf(dx * dx + dy * dy) / TEMPLATE_UNITS_PER_PIXEL;
        float stretch = length - ends.length;
        float tolerance = EDGE_LENGTH_TOLERANCE + (float)ends.length / EDGE_LENGTH_TOLERANCE_SHARE;
        count += (stretch < tolerance) & (-stretch < tolerance);
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
    evidence[EVIDENCE_FLOW_SUM] = evidence[EVIDENCE_FLOW_CELLS] * evidence[EVIDENCE_FLOW_DIFFERENCE];
    evidence[EVIDENCE_LOG_FLOW_DIFFERENCE] = logarithm(1 + evidence[EVIDENCE_FLOW_DIFFERENCE]);
    evidence[EVIDENCE_LOG_SURPRISE] = logarithm(1 + evidence[EVIDENCE_SURPRISE]);
}

/* The mean difference of the ridge flow round two minutiae in 1/32 half turns, 0 where too little is known. */
static float mean_flow_difference(const struct print_flow *a, const struct print_flow *b)
{
    uint32_t known = 0, sum = 0;
    for (uint32_t i = 0; i < FLOW_SAMPLES; i++) {
        uint32_t both = (a->samples[i] != 0) & (b->samples[i] != 0);
        known += both;
        sum += both * (turn_between(a->samples[i], b->samples[i]) >> 3);
    }
    return known < FLOW_KNOWN_MIN ? 0 : (float)sum / (float)known;
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
    int32_t alike = candidates->agreement[pair->probe * reference->count + pair->reference].similarity;
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

static float turned(uint8_t rotation)
{
    float turn = turn_between(rotation, 0);
    float part = (turn - TURN_USUAL) / (TURN_UNUSUAL - TURN_USUAL);
    return part < 0 ? 0 : part > 1 ? 1 : part;
}

void matcher_measure_pairing(const struct print *probe, const struct print *reference,
    const struct candidates *candidates, const struct pairing *pairing, float evidence[EVIDENCE_COUNT])
{
    struct overlap overlap = {0};
    struct pair_sums sums = {0};
    measure_area(probe, reference, &pairing->alignment, &overlap);
    count_minutiae(probe, reference, pairing, &overlap);
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
    evidence[EVIDENCE_TURNED] = turned(pairing->alignment.rotation);
    evidence[EVIDENCE_MISSED] = (float)overlap.missed / 256;
    evidence[EVIDENCE_MISSED_MEAN] =
        evidence[EVIDENCE_MISSED] * TEMPLATE_QUALITY_MAX /
        (float)(overlap.probe_quality + overlap.reference_quality + TEMPLATE_QUALITY_MAX);
    combine_evidence(evidence);
}
