/* match_edges.c: how far the surroundings of each two minutiae agree, by the edges and the ridge flow round them.
 * The greater part of a comparison between different fingers is spent here: the loops that nearly always say no
 * work on many at a time, and what is left is collected before it is worked on, so that no branch has to be
 * guessed. */
#include "matcher/compare/comparison.h"
#include "matcher/compare/lanes.h"

#include <string.h>

/* --- Ridge flow --- */

/* Sums over the samples of one ring. At most 8 * 16: they fit a byte. */
struct ring_lanes {
    lanes known; /* samples that both know */
    lanes sum;   /* of their differences, in 1/32 half turns */
};

static struct ring_lanes compare_ring(
    const uint8_t *probe, const struct reference_flow *reference, uint32_t first_sample, uint32_t first)
{
    const lanes zero = {0};
    struct ring_lanes ring = {zero, zero};
    for (uint32_t i = first_sample; i < first_sample + FLOW_SAMPLES / 2; i++) {
        lanes theirs = load_lanes(reference->samples[i] + first);
        lanes known = (lanes)(theirs != zero) & same_in_all_lanes(probe[i] != 0 ? 255 : 0);
        lanes difference = theirs - same_in_all_lanes(probe[i]);
        lanes negative = (lanes)((signed_lanes)difference < (signed_lanes)zero);
        lanes absolute = (difference ^ negative) - negative;
        ring.known -= known;
        ring.sum += (absolute >> 3) & known;
    }
    return ring;
}

/* 255 for each reference minutia round which the ridge flow may be the same as round the probe's, or too little of
 * it is known. */
static lanes flow_agrees(
    const struct print_flow *probe, const struct reference_flow *reference, uint32_t first)
{
    struct ring_lanes near = compare_ring(probe->samples, reference, 0, first);
    struct ring_lanes far = compare_ring(probe->samples, reference, FLOW_SAMPLES / 2, first);
    lanes known = near.known + far.known;
    lanes allowed = known * same_in_all_lanes(FLOW_DIFFERENCE_MAX);
    return (lanes)(known < same_in_all_lanes(FLOW_KNOWN_MIN)) |
           ((lanes)(near.sum <= allowed) & (lanes)(far.sum <= allowed - near.sum));
}

static void compare_flow(
    const struct print *probe, const struct print *reference, struct candidates *candidates)
{
    uint8_t *agrees = candidates->flow_agrees;
    if (probe->view.columns == 0 || reference->view.columns == 0) {
        memset(agrees, 255, probe->count * reference->count);
        return;
    }
    /* What is written behind a row is the beginning of the next one, which comes later. */
    for (uint32_t i = 0; i < probe->count; i++, agrees += reference->count)
        for (uint32_t first = 0; first < reference->count; first += LANES)
            store_lanes(agrees + first, flow_agrees(&probe->flow[i], &reference->reference_flow, first));
}

/* --- Edges --- */

/* A bit for each angle that is within the tolerance of the given one. */
static uint64_t near_angle(const uint8_t *angles, uint8_t angle)
{
    lanes shifted = load_lanes(angles) - same_in_all_lanes((uint8_t)(angle - EDGE_ANGLE_TOLERANCE));
    return bits_at_most(shifted, same_in_all_lanes(2 * EDGE_ANGLE_TOLERANCE));
}

#define LENGTH_TOLERANCE_MAX (EDGE_LENGTH_TOLERANCE + EDGE_LENGTH_MAX / EDGE_LENGTH_TOLERANCE_SHARE)

static uint32_t length_tolerance(uint32_t length)
{
    return EDGE_LENGTH_TOLERANCE + length / EDGE_LENGTH_TOLERANCE_SHARE;
}

/* Appends a match for each set bit. Where the processor counts bits, four at a time: how many there are is hard to
 * guess, and what is written beyond them costs less than a wrong guess. */
static uint32_t append_matches(
    struct edge_match *matches, uint32_t count, uint32_t edge, uint32_t first, uint64_t bits)
{
#ifdef __POPCNT__
    const uint64_t last = UINT64_C(1) << 63;
    const uint32_t end = count + (uint32_t)__builtin_popcountll(bits);
    for (uint32_t i = count; i < end; i += EDGE_MATCHES_SPARE)
        for (uint32_t k = 0; k < EDGE_MATCHES_SPARE; k++, bits &= bits - 1)
            matches[i + k] = (struct edge_match){
                (uint16_t)edge, (uint16_t)(first + (uint32_t)__builtin_ctzll(bits | last))};
    return end;
#else
    for (; bits != 0; bits &= bits - 1)
        matches[count++] =
            (struct edge_match){(uint16_t)edge, (uint16_t)(first + (uint32_t)__builtin_ctzll(bits))};
    return count;
#endif
}

/* Appends the reference's edges of about the length and angles of the probe's. */
static uint32_t find_matches(const struct print_edges *probe, uint32_t edge,
    const struct print_edges *reference, struct edge_match *matches, uint32_t count)
{
    const uint32_t length = probe->ends[edge].length, tolerance = length_tolerance(length);
    const uint32_t shortest = length > tolerance ? length - tolerance : 0;
    const uint32_t longest = length + tolerance < EDGE_LENGTH_MAX ? length + tolerance : EDGE_LENGTH_MAX;
    const uint32_t end = reference->start_of_length[longest + 1];
    const uint8_t from_angle = probe->from_angle[edge], to_angle = probe->to_angle[edge];
    for (uint32_t first = reference->start_of_length[shortest]; first < end; first += LANES) {
        uint64_t near = near_angle(reference->from_angle + first, from_angle) &
                        near_angle(reference->to_angle + first, to_angle);
        if (end - first < LANES)
            near &= (UINT64_C(1) << (end - first)) - 1;
        count = append_matches(matches, count, edge, first, near);
    }
    return count;
}

/* The two pairs of minutiae that two edges make, which may each be the same minutia. */
struct end_pairs {
    uint32_t from, to;
};
static struct end_pairs pair_ends(
    struct edge_ends probe, struct edge_ends reference, uint32_t reference_count)
{
    return (struct end_pairs){
        probe.from * reference_count + reference.from, probe.to * reference_count + reference.to};
}

/* Keeps those matches at whose both ends the ridge flow agrees, and says how many. */
static uint32_t keep_flowing(const struct print *probe, const struct print *reference,
    const uint8_t *flow_agrees_at, struct edge_match *matches, uint32_t count)
{
    uint32_t kept = 0;
    for (uint32_t k = 0; k < count; k++) {
        struct edge_match match = matches[k];
        struct end_pairs pairs = pair_ends(
            probe->edges.ends[match.probe], reference->edges.ends[match.reference], reference->count);
        matches[kept] = match;
        kept += flow_agrees_at[pairs.from] & flow_agrees_at[pairs.to] & 1;
    }
    return kept;
}

static void add_agreement(struct candidates *candidates, uint32_t pair, int32_t similarity, int32_t turn)
{
    struct pair_agreement *agreement = &candidates->agreement[pair];
    candidates->touched[candidates->touched_count] = (uint16_t)pair;
    candidates->touched_count += agreement->similarity == 0;
    agreement->similarity += similarity;
    agreement->turn += turn * similarity;
}

static int32_t absolute(int32_t value)
{
    return value < 0 ? -value : value;
}

/* How alike two edges are: 1-56, by what is left of the tolerances. tolerance_inverse is 65536 / (tolerance + 1): a
 * division less for each match. */
static int32_t edge_similarity(
    int32_t from_turn, int32_t to_turn, int32_t stretch, int32_t tolerance, const uint32_t tolerance_inverse)
{
    uint32_t angles = (uint32_t)((EDGE_ANGLE_TOLERANCE + 1 - absolute(from_turn)) *
                                 (EDGE_ANGLE_TOLERANCE + 1 - absolute(to_turn)));
    return (int32_t)((angles * (uint32_t)(tolerance + 1 - absolute(stretch)) * tolerance_inverse) >> 19) + 1;
}

/* Two edges agree: both their ends may be the same minutia. The edge's own turn is more exact than the
 * minutiae's directions; it is kept as the difference to those of the pair. */
static void add_matches(
    const struct print *probe, const struct print *reference, struct candidates *candidates, uint32_t count)
{
    const struct print_edges *probes = &probe->edges, *references = &reference->edges;
    uint32_t inverses[LENGTH_TOLERANCE_MAX + 1];
    for (uint32_t tolerance = 0; tolerance <= LENGTH_TOLERANCE_MAX; tolerance++)
        inverses[tolerance] = 65536 / (tolerance + 1);
    for (uint32_t k = 0; k < count; k++) {
        const uint32_t i = candidates->matches[k].probe, j = candidates->matches[k].reference;
        const struct edge_ends probe_ends = probes->ends[i], reference_ends = references->ends[j];
        const int32_t from_turn = signed_turn((uint8_t)(references->from_angle[j] - probes->from_angle[i]));
        const int32_t to_turn = signed_turn((uint8_t)(references->to_angle[j] - probes->to_angle[i]));
        const uint32_t tolerance = length_tolerance(probe_ends.length);
        const int32_t similarity = edge_similarity(from_turn, to_turn,
            probe_ends.length - reference_ends.length, (int32_t)tolerance, inverses[tolerance]);
        const struct end_pairs pairs = pair_ends(probe_ends, reference_ends, reference->count);
        add_agreement(candidates, pairs.from, similarity, from_turn);
        add_agreement(candidates, pairs.to, similarity, to_turn);
    }
}

void matcher_match_edges(
    const struct print *probe, const struct print *reference, struct candidates *candidates)
{
    candidates->touched_count = 0;
    memset(candidates->agreement, 0, probe->count * reference->count * sizeof candidates->agreement[0]);
    compare_flow(probe, reference, candidates);
    for (uint32_t edge = 0; edge < probe->edges.count;) {
        uint32_t count = 0;
        while (edge < probe->edges.count && count <= EDGE_MATCHES_MAX - PRINT_EDGES_MAX)
            count = find_matches(&probe->edges, edge++, &reference->edges, candidates->matches, count);
        count = keep_flowing(probe, reference, candidates->flow_agrees, candidates->matches, count);
        add_matches(probe, reference, candidates, count);
    }
}
