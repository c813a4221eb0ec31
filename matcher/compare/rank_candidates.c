/* rank_candidates.c: which minutiae of the two prints might be the same, by the edges around them. */
#include "matcher/compare/comparison.h"

#include <string.h>

typedef uint8_t lanes __attribute__((vector_size(EDGE_LANES)));

static lanes load_lanes(const uint8_t *bytes)
{
    lanes value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static lanes same_in_all_lanes(uint8_t value)
{
    lanes all;
    memset(&all, value, sizeof all);
    return all;
}

/* 255 in each lane whose angle is within the tolerance of the given one. */
static lanes near_angle(const uint8_t *angles, uint8_t angle)
{
    lanes shifted = load_lanes(angles) - same_in_all_lanes((uint8_t)(angle - EDGE_ANGLE_TOLERANCE));
    return (lanes)(shifted <= same_in_all_lanes(2 * EDGE_ANGLE_TOLERANCE));
}

static uint32_t similarity_of_edges(
    uint32_t from_turn, uint32_t to_turn, uint32_t stretch, uint32_t tolerance)
{
    uint32_t angles = (EDGE_ANGLE_TOLERANCE + 1 - from_turn) * (EDGE_ANGLE_TOLERANCE + 1 - to_turn);
    return angles * (tolerance + 1 - stretch) / (tolerance + 1) / 8 + 1;
}

static void add_similarity(struct candidates *candidates, uint32_t reference_count, uint32_t probe_minutia,
    uint32_t reference_minutia, uint32_t similarity, int32_t turn)
{
    uint32_t place = probe_minutia * reference_count + reference_minutia;
    uint32_t sum = candidates->similarity[place] + similarity;
    candidates->similarity[place] = (uint16_t)(sum < UINT16_MAX ? sum : UINT16_MAX);
    candidates->turn[place] += turn * (int32_t)similarity;
}

/* Two edges agree: both their ends may be the same minutia. The edge's own turn is more exact than the
 * minutiae's directions; it is kept as the difference to those of the pair. */
static void match_edges(const struct print *probe, const struct print *reference, uint32_t probe_edge,
    uint32_t reference_edge, uint32_t tolerance, struct candidates *candidates)
{
    const struct print_edges *p = &probe->edges, *r = &reference->edges;
    uint32_t from_turn = turn_between(p->from_angle[probe_edge], r->from_angle[reference_edge]);
    uint32_t to_turn = turn_between(p->to_angle[probe_edge], r->to_angle[reference_edge]);
    int32_t stretch = p->length[probe_edge] - r->length[reference_edge];
    uint32_t similarity =
        similarity_of_edges(from_turn, to_turn, (uint32_t)(stretch < 0 ? -stretch : stretch), tolerance);

    int32_t from_offset = (int8_t)(uint8_t)(r->from_angle[reference_edge] - p->from_angle[probe_edge]);
    int32_t to_offset = (int8_t)(uint8_t)(r->to_angle[reference_edge] - p->to_angle[probe_edge]);
    add_similarity(
        candidates, reference->count, p->from[probe_edge], r->from[reference_edge], similarity, from_offset);
    add_similarity(
        candidates, reference->count, p->to[probe_edge], r->to[reference_edge], similarity, to_offset);
}

static void match_one_edge(
    const struct print *probe, const struct print *reference, uint32_t edge, struct candidates *candidates)
{
    const struct print_edges *p = &probe->edges, *r = &reference->edges;
    uint32_t length = p->length[edge];
    uint32_t tolerance = EDGE_LENGTH_TOLERANCE + length / EDGE_LENGTH_TOLERANCE_SHARE;
    uint32_t shortest = length > tolerance ? length - tolerance : 0;
    uint32_t longest = length + tolerance < EDGE_LENGTH_MAX ? length + tolerance : EDGE_LENGTH_MAX;
    uint32_t end = r->start_of_length[longest + 1];
    for (uint32_t first = r->start_of_length[shortest]; first < end; first += EDGE_LANES) {
        lanes near = near_angle(r->from_angle + first, p->from_angle[edge]) &
                     near_angle(r->to_angle + first, p->to_angle[edge]);
        uint64_t halves[2];
        memcpy(halves, &near, sizeof halves);
        if ((halves[0] | halves[1]) == 0)
            continue;
        for (uint32_t lane = 0; lane < EDGE_LANES && first + lane < end; lane++)
            if (near[lane] != 0)
                match_edges(probe, reference, edge, first + lane, tolerance, candidates);
    }
}

/* --- The best of them --- */

#define SIMILARITY_BINS  256
#define SIMILARITY_SHIFT 3

static uint32_t similarity_bin(uint32_t similarity)
{
    uint32_t bin = similarity >> SIMILARITY_SHIFT;
    return bin < SIMILARITY_BINS ? bin : SIMILARITY_BINS - 1;
}

/* The lowest bin that still lets at most CANDIDATES_MAX through. */
static uint32_t lowest_bin(const struct candidates *candidates, uint32_t pairs)
{
    uint16_t histogram[SIMILARITY_BINS] = {0};
    for (uint32_t i = 0; i < pairs; i++)
        histogram[similarity_bin(candidates->similarity[i])]++;
    uint32_t sum = 0, bin = SIMILARITY_BINS;
    while (bin > 1 && sum + histogram[bin - 1] <= CANDIDATES_MAX)
        sum += histogram[--bin];
    return bin;
}

static int32_t divide_rounded(int32_t dividend, int32_t divisor)
{
    return (dividend + (dividend >= 0 ? divisor / 2 : -(divisor / 2))) / divisor;
}

static void keep_best(const struct print *probe, const struct print *reference, struct candidates *candidates)
{
    uint32_t lowest = lowest_bin(candidates, probe->count * reference->count);
    for (uint32_t i = 0; i < probe->count; i++)
        for (uint32_t j = 0; j < reference->count; j++) {
            uint32_t place = i * reference->count + j;
            uint32_t similarity = candidates->similarity[place];
            if (similarity_bin(similarity) < lowest || candidates->count == CANDIDATES_MAX)
                continue;
            /* Angles are relative to the directions: where the reference's edges lie further round than the
             * probe's, its direction fell short by that much. */
            int32_t turn = divide_rounded(candidates->turn[place], (int32_t)similarity);
            candidates->pairs[candidates->count++] = (struct candidate_pair){
                .probe = (uint8_t)i,
                .reference = (uint8_t)j,
                .similarity = (uint16_t)similarity,
                .rotation = (uint8_t)(reference->direction[j] - probe->direction[i] + turn),
            };
        }
}

/* --- Support --- */

static bool pairs_agree(const struct print *probe, const struct print *reference,
    const struct candidate_pair *a, const struct candidate_pair *b, float cosine, float sine)
{
    if (a->probe == b->probe || a->reference == b->reference ||
        turn_between(a->rotation, b->rotation) > SUPPORT_TURN)
        return false;
    float px = (float)(probe->x[b->probe] - probe->x[a->probe]);
    float py = (float)(probe->y[b->probe] - probe->y[a->probe]);
    float rx = (float)(reference->x[b->reference] - reference->x[a->reference]);
    float ry = (float)(reference->y[b->reference] - reference->y[a->reference]);
    float dx = cosine * px + sine * py - rx, dy = -sine * px + cosine * py - ry;
    float allowed = SUPPORT_DISTANCE;
    float square = allowed * allowed + SUPPORT_DISTANCE_SHARE * SUPPORT_DISTANCE_SHARE * (rx * rx + ry * ry);
    return dx * dx + dy * dy <= square;
}

static void support_candidates(
    const struct print *probe, const struct print *reference, struct candidates *candidates)
{
    for (uint32_t i = 0; i < candidates->count; i++) {
        struct candidate_pair *a = &candidates->pairs[i];
        float cosine, sine;
        turn_to_vector(a->rotation, &cosine, &sine);
        a->support += a->similarity;
        for (uint32_t j = 0; j < candidates->count; j++)
            if (pairs_agree(probe, reference, a, &candidates->pairs[j], cosine, sine))
                a->support += candidates->pairs[j].similarity;
    }
}

/* The best supported candidates, but not two that say the same. */
static void choose_seeds(
    const struct print *probe, const struct print *reference, struct candidates *candidates)
{
    bool passed[CANDIDATES_MAX] = {false};
    while (candidates->seed_count < SEEDS_MAX) {
        uint32_t best = CANDIDATES_MAX;
        for (uint32_t i = 0; i < candidates->count; i++)
            if (!passed[i] &&
                (best == CANDIDATES_MAX || candidates->pairs[i].support > candidates->pairs[best].support))
                best = i;
        if (best == CANDIDATES_MAX)
            return;
        candidates->seeds[candidates->seed_count++] = (uint8_t)best;
        float cosine, sine;
        turn_to_vector(candidates->pairs[best].rotation, &cosine, &sine);
        passed[best] = true;
        for (uint32_t i = 0; i < candidates->count; i++)
            if (pairs_agree(probe, reference, &candidates->pairs[best], &candidates->pairs[i], cosine, sine))
                passed[i] = true;
    }
}

void rank_candidates(const struct print *probe, const struct print *reference, struct candidates *candidates)
{
    uint32_t pairs = probe->count * reference->count;
    candidates->count = candidates->seed_count = 0;
    memset(candidates->similarity, 0, pairs * sizeof candidates->similarity[0]);
    memset(candidates->turn, 0, pairs * sizeof candidates->turn[0]);
    for (uint32_t edge = 0; edge < probe->edges.count; edge++)
        match_one_edge(probe, reference, edge, candidates);
    keep_best(probe, reference, candidates);
    support_candidates(probe, reference, candidates);
    choose_seeds(probe, reference, candidates);
}
