/* score.c: the score of nearest neighbours, the same code for all levels. */
#include "matcher/geometry/turn.h"
#include "matcher/signature/kernels.h"

/* Scores of signatures whose places were looked at begin above all others. */
#define PLACED_SCORE 2048

/* Places agree within 12.5 px and 3/16 of the distance between them: the turn is known to about a bin. */
#define PLACE_TOLERANCE   (100 * 100)
#define DISTANCE_SHARE(d) ((d) / 32) /* of squares */

#define CELL_CENTRE 64 /* 1/8 px */

/* Votes for the winning turn: where the probe's minutia lies, and how far its mate is from where that turn
 * alone brings it. */
struct placed_votes {
    uint32_t count;
    int32_t x[SIGNATURE_MINUTIAE], y[SIGNATURE_MINUTIAE];
    int32_t shift_x[SIGNATURE_MINUTIAE], shift_y[SIGNATURE_MINUTIAE];
    uint32_t weight[SIGNATURE_MINUTIAE];
};

static uint32_t winning_bin(const uint16_t votes[SIGNATURE_TURN_BINS])
{
    uint32_t best = 0, winner = 0;
    for (uint32_t bin = 0; bin < SIGNATURE_TURN_BINS; bin++) {
        uint32_t sum = signature_votes_at(votes, bin);
        if (sum > best) {
            best = sum;
            winner = bin;
        }
    }
    return winner;
}

static void place_votes(const struct probe_signature *probe, const struct signature *reference,
    const uint16_t nearest[SIGNATURE_MINUTIAE], uint32_t winner, struct placed_votes *placed)
{
    uint8_t turn = (uint8_t)(8 * winner + 8);
    int32_t cosine = matcher_turn_cosine(turn), sine = matcher_turn_cosine((uint8_t)(turn - 64));
    placed->count = 0;
    for (uint32_t m = 0; m < probe->count; m++) {
        uint32_t weight = signature_vote_weight(nearest[m]);
        /* 0 and 3 are the bins outside, 1 and 2 those inside. */
        uint32_t bin = (signature_vote_bin(probe->directions[m], reference, nearest[m]) - winner + 1) %
                       SIGNATURE_TURN_BINS;
        if (weight == 0 || bin > 3)
            continue;
        uint32_t place = reference->places[nearest[m] & 255];
        int32_t x = probe->x[m], y = probe->y[m];
        uint32_t i = placed->count++;
        placed->x[i] = x;
        placed->y[i] = y;
        placed->shift_x[i] = (int32_t)(place >> 6 & 31) * 128 + CELL_CENTRE - ((cosine * x + sine * y) >> 15);
        placed->shift_y[i] = (int32_t)(place >> 11) * 128 + CELL_CENTRE - ((cosine * y - sine * x) >> 15);
        placed->weight[i] = bin == 1 || bin == 2 ? 2 * weight : weight;
    }
}

/* Two of them fit together: places of the largest templates are up to 46,400 apart, and shifts 52,000. */
static uint32_t square(int32_t difference)
{
    return (uint32_t)difference * (uint32_t)difference;
}

/* The votes that agree in place with one of them. */
static uint32_t agreeing_with(const struct placed_votes *placed, uint32_t centre)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < placed->count; i++) {
        int32_t dx = placed->shift_x[i] - placed->shift_x[centre],
                dy = placed->shift_y[i] - placed->shift_y[centre];
        int32_t x = placed->x[i] - placed->x[centre], y = placed->y[i] - placed->y[centre];
        bool agrees = square(dx) + square(dy) <= PLACE_TOLERANCE + DISTANCE_SHARE(square(x) + square(y));
        sum += agrees ? placed->weight[i] : 0;
    }
    return sum;
}

uint16_t matcher_signature_score(const struct probe_signature *probe, const struct signature *reference,
    const uint16_t nearest[SIGNATURE_MINUTIAE], const uint16_t votes[SIGNATURE_TURN_BINS])
{
    uint32_t winner = winning_bin(votes);
    uint32_t most = signature_votes_at(votes, winner);
    if (signature_votes_are_few(probe, most))
        return (uint16_t)(SIGNATURE_SCALE * most);
    struct placed_votes placed;
    place_votes(probe, reference, nearest, winner, &placed);
    uint32_t best = 0;
    for (uint32_t i = 0; i < placed.count; i++) {
        uint32_t sum = agreeing_with(&placed, i);
        best = sum > best ? sum : best;
    }
    return (uint16_t)(PLACED_SCORE + SIGNATURE_SCALE * best);
}

_Static_assert(PLACED_SCORE + SIGNATURE_SCALE * 2 * SIGNATURE_DISTANCE_MAX * SIGNATURE_MINUTIAE <= UINT16_MAX,
    "the highest score fits");
