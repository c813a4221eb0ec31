/* rank_candidates.c: which minutiae of the two prints might be the same, by the edges and the ridge flow around
 * them, and by how many others say the same. */
#include "matcher/compare/comparison.h"

#include <string.h>

/* --- The best of them --- */

#define SIMILARITY_BINS  256
#define SIMILARITY_SHIFT 3

static uint32_t similarity_bin(int32_t similarity)
{
    uint32_t bin = (uint32_t)similarity >> SIMILARITY_SHIFT;
    return bin < SIMILARITY_BINS ? bin : SIMILARITY_BINS - 1;
}

/* The lowest bin that still lets at most CANDIDATES_MAX through. */
static uint32_t lowest_bin(const struct candidates *candidates)
{
    uint16_t histogram[SIMILARITY_BINS] = {0};
    for (uint32_t i = 0; i < candidates->touched_count; i++)
        histogram[similarity_bin(candidates->agreement[candidates->touched[i]].similarity)]++;
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
    uint32_t lowest = lowest_bin(candidates), count = 0;
    uint16_t best[CANDIDATES_MAX + 1];
    for (uint32_t k = 0; k < candidates->touched_count; k++) {
        best[count] = candidates->touched[k];
        count += (similarity_bin(candidates->agreement[best[count]].similarity) >= lowest) &
                 (count < CANDIDATES_MAX);
    }
    candidates->count = count;
    for (uint32_t k = 0; k < count; k++) {
        const struct pair_agreement *agreement = &candidates->agreement[best[k]];
        uint32_t i = best[k] / reference->count, j = best[k] % reference->count;
        /* Angles are relative to the directions: where the reference's edges lie further round than the
         * probe's, its direction fell short by that much. */
        int32_t turn = divide_rounded(agreement->turn, agreement->similarity);
        candidates->pairs[k] = (struct candidate_pair){
            .probe = (uint8_t)i,
            .reference = (uint8_t)j,
            .similarity = agreement->similarity,
            .rotation = (uint8_t)(reference->direction[j] - probe->direction[i] + turn),
        };
    }
}

/* --- Support --- */

/* The candidates by their rotation in parallel arrays, so that those of about one rotation are one run that the
 * compiler can work on several at a time; behind the last follow the first again, a whole turn further. */
#define ROTATION_SHIFT 3 /* sorted to 8/256 turn */
#define ROTATION_BINS  (256 >> ROTATION_SHIFT)
struct candidates_by_rotation {
    float probe_x[2 * CANDIDATES_MAX], probe_y[2 * CANDIDATES_MAX];
    float reference_x[2 * CANDIDATES_MAX], reference_y[2 * CANDIDATES_MAX];
    int32_t rotation[2 * CANDIDATES_MAX], similarity[2 * CANDIDATES_MAX];
    int32_t probe[2 * CANDIDATES_MAX], reference[2 * CANDIDATES_MAX];
    uint8_t candidate[2 * CANDIDATES_MAX]; /* which one this is */
    uint8_t start_of_bin[2 * ROTATION_BINS + 1];
};

static void place_candidate(const struct print *probe, const struct print *reference,
    const struct candidates *candidates, uint32_t candidate, uint32_t place,
    struct candidates_by_rotation *sorted)
{
    const struct candidate_pair *pair = &candidates->pairs[candidate];
    sorted->probe_x[place] = probe->x[pair->probe];
    sorted->probe_y[place] = probe->y[pair->probe];
    sorted->reference_x[place] = reference->x[pair->reference];
    sorted->reference_y[place] = reference->y[pair->reference];
    sorted->rotation[place] = pair->rotation;
    sorted->similarity[place] = pair->similarity;
    sorted->probe[place] = pair->probe;
    sorted->reference[place] = pair->reference;
    sorted->candidate[place] = (uint8_t)candidate;
}

static void sort_candidates(const struct print *probe, const struct print *reference,
    const struct candidates *candidates, struct candidates_by_rotation *sorted)
{
    uint8_t next[ROTATION_BINS] = {0};
    for (uint32_t i = 0; i < candidates->count; i++)
        next[candidates->pairs[i].rotation >> ROTATION_SHIFT]++;
    uint32_t sum = 0;
    for (uint32_t bin = 0; bin < ROTATION_BINS; bin++) {
        uint32_t in_bin = next[bin];
        sorted->start_of_bin[bin] = next[bin] = (uint8_t)sum;
        sorted->start_of_bin[bin + ROTATION_BINS] = (uint8_t)(sum + candidates->count);
        sum += in_bin;
    }
    sorted->start_of_bin[2 * ROTATION_BINS] = (uint8_t)(2 * candidates->count);
    for (uint32_t i = 0; i < candidates->count; i++) {
        uint32_t place = next[candidates->pairs[i].rotation >> ROTATION_SHIFT]++;
        place_candidate(probe, reference, candidates, i, place, sorted);
        place_candidate(probe, reference, candidates, i, place + candidates->count, sorted);
    }
}

/* The places of all candidates within SUPPORT_TURN of a rotation, and of some more. */
static struct run run_of_rotation(const struct candidates_by_rotation *sorted, uint8_t rotation)
{
    uint32_t first = (uint8_t)(rotation - SUPPORT_TURN) >> ROTATION_SHIFT;
    uint32_t bins = (2 * SUPPORT_TURN >> ROTATION_SHIFT) + 1;
    return (struct run){sorted->start_of_bin[first], sorted->start_of_bin[first + bins]};
}

/* Which candidates of a run agree with that one: their similarity, or 0. They agree when one lies where the other
 * expects it, at nearly its turn. Says the sum. */
static int32_t agreeing_similarity(const struct candidates_by_rotation *sorted, struct run run,
    const struct candidate_pair *one, uint32_t place, int32_t agreeing[2 * CANDIDATES_MAX])
{
    float cosine, sine;
    matcher_turn_to_vector(one->rotation, &cosine, &sine);
    const float probe_x = sorted->probe_x[place], probe_y = sorted->probe_y[place];
    const float reference_x = sorted->reference_x[place], reference_y = sorted->reference_y[place];
    const int32_t rotation = one->rotation, probe = one->probe, reference = one->reference;
    int32_t sum = 0;
    for (uint32_t i = run.begin; i < run.end; i++) {
        float px = sorted->probe_x[i] - probe_x, py = sorted->probe_y[i] - probe_y;
        float rx = sorted->reference_x[i] - reference_x, ry = sorted->reference_y[i] - reference_y;
        float dx = cosine * px + sine * py - rx, dy = cosine * py - sine * px - ry;
        float allowed = SUPPORT_DISTANCE * SUPPORT_DISTANCE +
                        SUPPORT_DISTANCE_SHARE * SUPPORT_DISTANCE_SHARE * (rx * rx + ry * ry);
        int32_t turn = (sorted->rotation[i] - rotation + SUPPORT_TURN) & 255;
        int32_t agrees = (dx * dx + dy * dy <= allowed) & (turn <= 2 * SUPPORT_TURN) &
                         (sorted->probe[i] != probe) & (sorted->reference[i] != reference);
        agreeing[i] = -agrees & sorted->similarity[i];
        sum += agreeing[i];
    }
    return sum;
}

/* The best supported candidates, but not two that say the same. */
static void choose_seeds(const struct candidates_by_rotation *sorted, const uint8_t place_of[CANDIDATES_MAX],
    struct candidates *candidates)
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
        const struct candidate_pair *pair = &candidates->pairs[best];
        struct run run = run_of_rotation(sorted, pair->rotation);
        int32_t agreeing[2 * CANDIDATES_MAX];
        agreeing_similarity(sorted, run, pair, place_of[best], agreeing);
        passed[best] = true;
        for (uint32_t i = run.begin; i < run.end; i++)
            passed[sorted->candidate[i]] |= agreeing[i] != 0;
    }
}

static void support_candidates(
    const struct print *probe, const struct print *reference, struct candidates *candidates)
{
    struct candidates_by_rotation sorted;
    uint8_t place_of[CANDIDATES_MAX];
    int32_t agreeing[2 * CANDIDATES_MAX];
    sort_candidates(probe, reference, candidates, &sorted);
    for (uint32_t place = 0; place < candidates->count; place++) {
        struct candidate_pair *pair = &candidates->pairs[sorted.candidate[place]];
        struct run run = run_of_rotation(&sorted, pair->rotation);
        pair->support = pair->similarity + agreeing_similarity(&sorted, run, pair, place, agreeing);
        place_of[sorted.candidate[place]] = (uint8_t)place;
    }
    choose_seeds(&sorted, place_of, candidates);
}

void matcher_rank_candidates(
    const struct print *probe, const struct print *reference, struct candidates *candidates)
{
    candidates->count = candidates->seed_count = 0;
    matcher_match_edges(probe, reference, candidates);
    keep_best(probe, reference, candidates);
    support_candidates(probe, reference, candidates);
}
