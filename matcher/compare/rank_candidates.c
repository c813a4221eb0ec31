/* rank_candidates.c: which minutiae of the two prints might be the same, by the edges and the ridge flow around
 * them. */
#include "matcher/compare/comparison.h"

#include <string.h>

/* Bytes worked on together; integers only, so that every processor gets the same. */
typedef uint8_t lanes __attribute__((vector_size(EDGE_LANES)));
typedef int8_t signed_lanes __attribute__((vector_size(EDGE_LANES)));

static lanes load_lanes(const uint8_t *bytes)
{
    lanes value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static lanes same_in_all_lanes(uint8_t value)
{
    return (lanes){0} + value;
}

/* The sum of all lanes, which must stay below 256 in each half. */
static uint32_t sum_of_lanes(lanes value)
{
    uint64_t halves[2];
    memcpy(halves, &value, sizeof halves);
    return (uint32_t)((halves[0] * UINT64_C(0x0101010101010101)) >> 56) +
           (uint32_t)((halves[1] * UINT64_C(0x0101010101010101)) >> 56);
}

/* --- Ridge flow --- */

struct flow_comparison {
    uint32_t known; /* samples that both know */
    uint32_t sum;   /* of their differences, in 1/32 half turns */
};

static struct flow_comparison compare_samples(const struct print_flow *a, const struct print_flow *b)
{
    const lanes zero = {0};
    lanes left = load_lanes(a->samples), right = load_lanes(b->samples);
    lanes known = (lanes)(left != zero) & (lanes)(right != zero);
    lanes difference = left - right;
    lanes negative = (lanes)((signed_lanes)difference < (signed_lanes)zero);
    lanes absolute = (difference ^ negative) - negative;
    return (struct flow_comparison){
        sum_of_lanes(known & same_in_all_lanes(1)), sum_of_lanes((absolute >> 3) & known)};
}

/* Whether the ridge flow round two minutiae may be the same, or too little of it is known. */
static bool flow_agrees(const struct print_flow *a, const struct print_flow *b)
{
    struct flow_comparison comparison = compare_samples(a, b);
    return comparison.known < FLOW_KNOWN_MIN || comparison.sum <= FLOW_DIFFERENCE_MAX * comparison.known;
}

float mean_flow_difference(const struct print_flow *a, const struct print_flow *b)
{
    struct flow_comparison comparison = compare_samples(a, b);
    return comparison.known < FLOW_KNOWN_MIN ? 0 : (float)comparison.sum / (float)comparison.known;
}

static void compare_flow(
    const struct print *probe, const struct print *reference, struct candidates *candidates)
{
    uint8_t *agrees = candidates->flow_agrees;
    if (probe->view.columns == 0 || reference->view.columns == 0) {
        memset(agrees, 1, probe->count * reference->count);
        return;
    }
    for (uint32_t i = 0; i < probe->count; i++)
        for (uint32_t j = 0; j < reference->count; j++)
            *agrees++ = flow_agrees(&probe->flow[i], &reference->flow[j]);
}

/* --- Edges --- */

/* 255 in each lane whose angle is within the tolerance of the given one. */
static lanes near_angle(const uint8_t *angles, uint8_t angle)
{
    lanes shifted = load_lanes(angles) - same_in_all_lanes((uint8_t)(angle - EDGE_ANGLE_TOLERANCE));
    return (lanes)(shifted <= same_in_all_lanes(2 * EDGE_ANGLE_TOLERANCE));
}

static void add_similarity(struct candidates *candidates, uint32_t pair, uint32_t similarity, int32_t turn)
{
    uint32_t before = candidates->similarity[pair];
    if (before == 0)
        candidates->touched[candidates->touched_count++] = (uint16_t)pair;
    uint32_t sum = before + similarity;
    candidates->similarity[pair] = (uint16_t)(sum < UINT16_MAX ? sum : UINT16_MAX);
    candidates->turn[pair] += turn * (int32_t)similarity;
}

struct probe_edge {
    uint32_t from_row, to_row; /* first pair of the minutia at that end */
    uint8_t length, from_angle, to_angle;
    uint32_t tolerance;         /* of length, px */
    uint32_t tolerance_inverse; /* 65536 / (tolerance + 1): a division less for each match */
};

/* Two edges agree: both their ends may be the same minutia. The edge's own turn is more exact than the
 * minutiae's directions; it is kept as the difference to those of the pair. */
static void match_edges(const struct probe_edge *edge, const struct print_edges *edges, uint32_t index,
    struct candidates *candidates)
{
    const struct edge_ends *ends = &edges->ends[index];
    uint32_t from_pair = edge->from_row + ends->from, to_pair = edge->to_row + ends->to;
    if ((candidates->flow_agrees[from_pair] & candidates->flow_agrees[to_pair]) == 0)
        return;
    int32_t from_turn = signed_turn((uint8_t)(edges->from_angle[index] - edge->from_angle));
    int32_t to_turn = signed_turn((uint8_t)(edges->to_angle[index] - edge->to_angle));
    int32_t stretch = edge->length - ends->length;
    uint32_t from_off = (uint32_t)(from_turn < 0 ? -from_turn : from_turn);
    uint32_t to_off = (uint32_t)(to_turn < 0 ? -to_turn : to_turn);
    uint32_t length_off = (uint32_t)(stretch < 0 ? -stretch : stretch);
    uint32_t angles = (EDGE_ANGLE_TOLERANCE + 1 - from_off) * (EDGE_ANGLE_TOLERANCE + 1 - to_off);
    uint32_t similarity = ((angles * (edge->tolerance + 1 - length_off) * edge->tolerance_inverse) >> 19) + 1;
    add_similarity(candidates, from_pair, similarity, from_turn);
    add_similarity(candidates, to_pair, similarity, to_turn);
}

static void match_one_edge(
    const struct probe_edge *edge, const struct print_edges *edges, struct candidates *candidates)
{
    uint32_t shortest = edge->length > edge->tolerance ? edge->length - edge->tolerance : 0;
    uint32_t longest = edge->length + edge->tolerance;
    uint32_t end = edges->start_of_length[(longest < EDGE_LENGTH_MAX ? longest : EDGE_LENGTH_MAX) + 1];
    for (uint32_t first = edges->start_of_length[shortest]; first < end; first += EDGE_LANES) {
        lanes near = near_angle(edges->from_angle + first, edge->from_angle) &
                     near_angle(edges->to_angle + first, edge->to_angle);
        uint64_t halves[2];
        memcpy(halves, &near, sizeof halves);
        for (uint32_t half = 0; half < 2; half++)
            for (uint64_t left = halves[half]; left != 0;) {
                uint32_t lane = (uint32_t)__builtin_ctzll(left) / 8;
                left &= ~(UINT64_C(0xff) << lane * 8);
                if (first + half * 8 + lane < end)
                    match_edges(edge, edges, first + half * 8 + lane, candidates);
            }
    }
}

static void match_all_edges(
    const struct print *probe, const struct print *reference, struct candidates *candidates)
{
    const struct print_edges *edges = &probe->edges;
    for (uint32_t i = 0; i < edges->count; i++) {
        const struct edge_ends *ends = &edges->ends[i];
        struct probe_edge edge = {
            .from_row = ends->from * reference->count,
            .to_row = ends->to * reference->count,
            .length = ends->length,
            .from_angle = edges->from_angle[i],
            .to_angle = edges->to_angle[i],
            .tolerance = EDGE_LENGTH_TOLERANCE + ends->length / EDGE_LENGTH_TOLERANCE_SHARE,
        };
        edge.tolerance_inverse = 65536 / (edge.tolerance + 1);
        match_one_edge(&edge, &reference->edges, candidates);
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
static uint32_t lowest_bin(const struct candidates *candidates)
{
    uint16_t histogram[SIMILARITY_BINS] = {0};
    for (uint32_t i = 0; i < candidates->touched_count; i++)
        histogram[similarity_bin(candidates->similarity[candidates->touched[i]])]++;
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
    uint32_t lowest = lowest_bin(candidates);
    for (uint32_t k = 0; k < candidates->touched_count; k++) {
        uint32_t pair = candidates->touched[k];
        uint32_t similarity = candidates->similarity[pair];
        if (similarity_bin(similarity) < lowest || candidates->count == CANDIDATES_MAX)
            continue;
        uint32_t i = pair / reference->count, j = pair % reference->count;
        /* Angles are relative to the directions: where the reference's edges lie further round than the
         * probe's, its direction fell short by that much. */
        int32_t turn = divide_rounded(candidates->turn[pair], (int32_t)similarity);
        candidates->pairs[candidates->count++] = (struct candidate_pair){
            .probe = (uint8_t)i,
            .reference = (uint8_t)j,
            .similarity = (uint16_t)similarity,
            .rotation = (uint8_t)(reference->direction[j] - probe->direction[i] + turn),
        };
    }
}

/* --- Support --- */

/* The candidates in parallel arrays, for loops that the compiler can work on several at a time. */
struct candidate_places {
    float probe_x[CANDIDATES_MAX], probe_y[CANDIDATES_MAX];
    float reference_x[CANDIDATES_MAX], reference_y[CANDIDATES_MAX];
    int32_t rotation[CANDIDATES_MAX], similarity[CANDIDATES_MAX];
    int32_t probe[CANDIDATES_MAX], reference[CANDIDATES_MAX];
};

static void place_candidates(const struct print *probe, const struct print *reference,
    const struct candidates *candidates, struct candidate_places *places)
{
    for (uint32_t i = 0; i < candidates->count; i++) {
        const struct candidate_pair *pair = &candidates->pairs[i];
        places->probe_x[i] = probe->x[pair->probe];
        places->probe_y[i] = probe->y[pair->probe];
        places->reference_x[i] = reference->x[pair->reference];
        places->reference_y[i] = reference->y[pair->reference];
        places->rotation[i] = pair->rotation;
        places->similarity[i] = pair->similarity;
        places->probe[i] = pair->probe;
        places->reference[i] = pair->reference;
    }
}

/* Which candidates agree with that one: their similarity, or 0. They agree when one lies where the other expects
 * it, at nearly its turn. */
static int32_t agreeing_similarity(
    const struct candidate_places *places, uint32_t count, uint32_t one, int32_t agreeing[CANDIDATES_MAX])
{
    float cosine, sine;
    turn_to_vector((uint8_t)places->rotation[one], &cosine, &sine);
    const float probe_x = places->probe_x[one], probe_y = places->probe_y[one];
    const float reference_x = places->reference_x[one], reference_y = places->reference_y[one];
    const int32_t rotation = places->rotation[one], probe = places->probe[one],
                  reference = places->reference[one];
    int32_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        float px = places->probe_x[i] - probe_x, py = places->probe_y[i] - probe_y;
        float rx = places->reference_x[i] - reference_x, ry = places->reference_y[i] - reference_y;
        float dx = cosine * px + sine * py - rx, dy = cosine * py - sine * px - ry;
        float allowed = SUPPORT_DISTANCE * SUPPORT_DISTANCE +
                        SUPPORT_DISTANCE_SHARE * SUPPORT_DISTANCE_SHARE * (rx * rx + ry * ry);
        int32_t turn = (places->rotation[i] - rotation + SUPPORT_TURN) & 255;
        int32_t agrees = (dx * dx + dy * dy <= allowed) & (turn <= 2 * SUPPORT_TURN) &
                         (places->probe[i] != probe) & (places->reference[i] != reference);
        agreeing[i] = -agrees & places->similarity[i];
        sum += agreeing[i];
    }
    return sum;
}

/* The best supported candidates, but not two that say the same. */
static void choose_seeds(const struct candidate_places *places, struct candidates *candidates)
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
        int32_t agreeing[CANDIDATES_MAX];
        agreeing_similarity(places, candidates->count, best, agreeing);
        passed[best] = true;
        for (uint32_t i = 0; i < candidates->count; i++)
            passed[i] |= agreeing[i] != 0;
    }
}

static void support_candidates(
    const struct print *probe, const struct print *reference, struct candidates *candidates)
{
    struct candidate_places places;
    int32_t agreeing[CANDIDATES_MAX];
    place_candidates(probe, reference, candidates, &places);
    for (uint32_t i = 0; i < candidates->count; i++)
        candidates->pairs[i].support =
            (uint32_t)(places.similarity[i] + agreeing_similarity(&places, candidates->count, i, agreeing));
    choose_seeds(&places, candidates);
}

void rank_candidates(const struct print *probe, const struct print *reference, struct candidates *candidates)
{
    uint32_t pairs = probe->count * reference->count;
    candidates->count = candidates->seed_count = candidates->touched_count = 0;
    memset(candidates->similarity, 0, pairs * sizeof candidates->similarity[0]);
    memset(candidates->turn, 0, pairs * sizeof candidates->turn[0]);
    compare_flow(probe, reference, candidates);
    match_all_edges(probe, reference, candidates);
    keep_best(probe, reference, candidates);
    support_candidates(probe, reference, candidates);
}
