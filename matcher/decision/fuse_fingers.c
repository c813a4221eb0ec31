/* fuse_fingers.c: several fingers of the same two people as one score.
 *
 * Calibrated scores are logarithms of false match rates, so their sum is the logarithm of the product; but a
 * sum of several has more ways to be high by chance than one alone. Fisher's method says how high: for m
 * independent comparisons of different people the chance that the product of their rates is as small as e^-x
 * is e^-x * (1 + x + x^2/2! + ... + x^(m-1)/(m-1)!). That chance is the fused score's false match rate.
 * Fingers of one person are not quite independent (their patterns resemble each other): docs/accuracy.md says by
 * how much fused claims were missed.
 *
 * Missing fingers: m counts the fingers that were compared, so one that the probe or the reference lacks changes
 * nothing. An injured one that is compared and gives nothing takes a little away.
 *
 * Swapped fingers: a probe finger may be compared with references of other positions, too. Then the claimed
 * position may use SHARE_AS_CLAIMED of the false match rate that a score stands for, and all other references
 * together the rest; so the finger's score keeps its meaning however many references it met. The fingers' comparisons
 * must stay independent: a reference counts for the probe finger that it resembles most, and for no other.
 */
#include "matcher/decision/decision.h"

#include <math.h>

/* -10 log10 in natural units */
#define SCORES_PER_UNIT 4.342944819032518

/* Fingers are seldom swapped: a match in order costs half a unit of score, a swapped one ten. */
#define SHARE_AS_CLAIMED 0.9

matcher_score matcher_fuse(const matcher_score *scores, uint32_t count)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += scores[i];
    if (sum <= 0)
        return 0;
    double x = (double)sum / SCORES_PER_UNIT, term = 1, series = 1;
    for (uint32_t k = 1; k < count; k++) {
        term *= x / k;
        series += term;
    }
    double fused = floor((double)sum - SCORES_PER_UNIT * log(series) + 1e-9);
    if (fused < 0)
        return 0;
    return fused > MATCHER_SCORE_MAX ? MATCHER_SCORE_MAX : (matcher_score)fused;
}

/* What is left of a score that is the best of count comparisons which together may use that share of the false
 * match rate. */
static matcher_score score_of_share(matcher_score best, uint32_t count, double share)
{
    double left = best - ceil(SCORES_PER_UNIT * log(count / share) - 1e-9);
    return left > 0 ? (matcher_score)left : 0;
}

matcher_score matcher_score_of_best(matcher_score best, uint32_t count)
{
    return count <= 1 ? best : score_of_share(best, count, 1);
}

/* --- A subject's fingers --- */

enum finger_meeting matcher_finger_meeting(const struct matcher_probe *probe, enum finger_position reference)
{
    if (probe->position == reference || probe->position == FINGER_UNKNOWN || reference == FINGER_UNKNOWN)
        return FINGER_AS_CLAIMED;
    return probe->any_position ? FINGER_SWAPPED : FINGER_NOT_COMPARED;
}

void matcher_finger_evidence_add(
    struct finger_evidence *evidence, enum finger_meeting meeting, uint32_t reference, matcher_score score)
{
    if (score > evidence->best[meeting]) {
        evidence->best[meeting] = score;
        evidence->reference[meeting] = reference;
    }
    evidence->compared[meeting]++;
}

/* What one probe finger says, and which reference says it. */
struct finger_result {
    matcher_score score;
    uint32_t reference;
    bool swapped;
};

static struct finger_result finger_result(const struct finger_evidence *evidence)
{
    const uint32_t claimed = evidence->compared[FINGER_AS_CLAIMED],
                   others = evidence->compared[FINGER_SWAPPED];
    if (others == 0)
        return (struct finger_result){matcher_score_of_best(evidence->best[FINGER_AS_CLAIMED], claimed),
            evidence->reference[FINGER_AS_CLAIMED], false};
    matcher_score at_claimed = 0, at_other = matcher_score_of_best(evidence->best[FINGER_SWAPPED], others);
    if (claimed > 0) {
        at_claimed = score_of_share(evidence->best[FINGER_AS_CLAIMED], claimed, SHARE_AS_CLAIMED);
        at_other = score_of_share(evidence->best[FINGER_SWAPPED], others, 1 - SHARE_AS_CLAIMED);
    }
    return at_other > at_claimed
               ? (struct finger_result){at_other, evidence->reference[FINGER_SWAPPED], true}
               : (struct finger_result){at_claimed, evidence->reference[FINGER_AS_CLAIMED], false};
}

/* One finger given twice resembles a stranger's reference twice: that is one chance, not the product of two. */
static void count_references_once(struct finger_result *results, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        for (uint32_t k = 0; k < i; k++) {
            if (results[i].score == 0 || results[k].score == 0 ||
                results[i].reference != results[k].reference)
                continue;
            struct finger_result *lesser = results[i].score > results[k].score ? &results[k] : &results[i];
            *lesser = (struct finger_result){0};
        }
}

uint32_t matcher_fuse_evidence(
    const struct finger_evidence *evidence, uint32_t count, struct matcher_candidate *candidate)
{
    struct finger_result results[MATCHER_PROBE_FINGERS_MAX];
    matcher_score scores[MATCHER_PROBE_FINGERS_MAX];
    uint32_t compared = 0;
    candidate->fingers = candidate->swapped = 0;
    for (uint32_t i = 0; i < count && i < MATCHER_PROBE_FINGERS_MAX; i++) {
        if (evidence[i].compared[FINGER_AS_CLAIMED] + evidence[i].compared[FINGER_SWAPPED] == 0)
            continue;
        results[compared++] = finger_result(&evidence[i]);
    }
    count_references_once(results, compared);
    for (uint32_t i = 0; i < compared; i++) {
        candidate->fingers = (uint8_t)(candidate->fingers + (results[i].score > 0));
        candidate->swapped = (uint8_t)(candidate->swapped + results[i].swapped);
        scores[i] = results[i].score;
    }
    candidate->score = matcher_fuse(scores, compared);
    return compared;
}
