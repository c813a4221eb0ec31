/* fusion.c: see fusion.h. */
#include "lab/fusion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "matcher/laboratory_internal.h"

const matcher_score fusion_checks[FUSION_CHECKS] = {20, 30, 40};
const char *const fusion_meeting_names[FUSION_MEETINGS] = {
    "same positions", "any positions", "any positions, swaps tolerated"};

/* --- The set as people --- */

struct finger {
    uint32_t first, count; /* prints */
    uint32_t unit;         /* what is drawn: the person, or a virtual one's finger */
    const char *position;  /* behind the dash; "" where there is none */
};

struct duo {
    uint32_t fingers[2];
};

/* Errors of one duo against another, or of a duo with itself (mated). */
struct cell {
    uint32_t comparisons[FUSION_MEETINGS];
    uint32_t reached[FUSION_MEETINGS][FUSION_CHECKS];
};

struct measuring {
    struct finger *fingers;
    uint32_t finger_count, unit_count;
    bool virtual_people;
    uint32_t print_count;
    int16_t *scores; /* print_count * print_count, symmetric */
    struct duo *duos;
    uint32_t duo_count;
    struct cell *cells;                                             /* duo_count * duo_count */
    uint64_t non_mated[FUSION_MEETINGS + 1][MATCHER_SCORE_MAX + 1]; /* the last: single fingers */
};

static uint32_t name_length_of_person(const char *finger)
{
    const char *dash = strrchr(finger, '-');
    return dash == NULL ? 0 : (uint32_t)(dash - finger);
}

static bool same_person(const char *a, const char *b)
{
    uint32_t length = name_length_of_person(a);
    return length > 0 && length == name_length_of_person(b) && strncmp(a, b, length) == 0;
}

/* Prints are sorted by name: a finger's stand together, and a person's fingers, too. */
static void find_fingers(struct measuring *measuring, const struct print_set *set)
{
    measuring->virtual_people = name_length_of_person(set->prints[0].finger) == 0;
    for (uint32_t i = 0; i < set->count; i++) {
        const char *name = set->prints[i].finger, *before = i > 0 ? set->prints[i - 1].finger : "";
        if (strcmp(name, before) != 0) {
            bool same_unit = i > 0 && !measuring->virtual_people && same_person(name, before);
            measuring->unit_count += !same_unit;
            uint32_t length = name_length_of_person(name);
            measuring->fingers[measuring->finger_count++] = (struct finger){
                .first = i, .unit = measuring->unit_count - 1, .position = length > 0 ? name + length : ""};
        }
        measuring->fingers[measuring->finger_count - 1].count++;
    }
}

static void find_duos(struct measuring *measuring)
{
    for (uint32_t a = 0; a < measuring->finger_count; a++)
        for (uint32_t b = a + 1; b < measuring->finger_count; b++)
            if (measuring->virtual_people || measuring->fingers[a].unit == measuring->fingers[b].unit)
                measuring->duos[measuring->duo_count++] = (struct duo){{a, b}};
}

/* Whether two duos belong to two people. */
static bool are_different(const struct measuring *measuring, const struct duo *a, const struct duo *b)
{
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++)
            if (measuring->fingers[a->fingers[i]].unit == measuring->fingers[b->fingers[k]].unit)
                return false;
    return true;
}

/* --- Comparisons --- */

/* The scores of a duo's two probe prints against two reference prints: [probe finger][reference finger]. */
struct meeting {
    matcher_score scores[2][2];
};

static matcher_score score_at(const struct measuring *measuring, uint32_t finger_a, uint32_t impression_a,
    uint32_t finger_b, uint32_t impression_b)
{
    uint32_t a = measuring->fingers[finger_a].first + impression_a;
    uint32_t b = measuring->fingers[finger_b].first + impression_b;
    return measuring->scores[(size_t)a * measuring->print_count + b];
}

static struct meeting meet(const struct measuring *measuring, const uint32_t probe[2],
    uint32_t probe_impression, const uint32_t reference[2], uint32_t reference_impression)
{
    struct meeting meeting;
    for (int p = 0; p < 2; p++)
        for (int r = 0; r < 2; r++)
            meeting.scores[p][r] =
                score_at(measuring, probe[p], probe_impression, reference[r], reference_impression);
    return meeting;
}

static matcher_score fuse_in_order(const struct meeting *meeting)
{
    return matcher_fuse((const matcher_score[]){meeting->scores[0][0], meeting->scores[1][1]}, 2);
}

/* Each probe finger claims the position of the reference finger of its own place. */
static struct matcher_candidate fuse_tolerantly(const struct meeting *meeting)
{
    struct finger_evidence evidence[2] = {0};
    for (int p = 0; p < 2; p++)
        for (int r = 0; r < 2; r++)
            matcher_finger_evidence_add(&evidence[p], p == r ? FINGER_AS_CLAIMED : FINGER_SWAPPED,
                (uint32_t)r, meeting->scores[p][r]);
    struct matcher_candidate candidate = {0};
    matcher_fuse_evidence(evidence, 2, &candidate);
    return candidate;
}

static uint32_t impressions(const struct measuring *measuring, const struct duo *duo)
{
    uint32_t a = measuring->fingers[duo->fingers[0]].count, b = measuring->fingers[duo->fingers[1]].count;
    return a < b ? a : b;
}

static void count_non_mated(
    struct measuring *measuring, struct cell *cell, enum fusion_meeting kind, matcher_score score)
{
    measuring->non_mated[kind][score]++;
    cell->comparisons[kind]++;
    for (int c = 0; c < FUSION_CHECKS; c++)
        cell->reached[kind][c] += score >= fusion_checks[c];
}

static bool same_position(const struct measuring *measuring, uint32_t a, uint32_t b)
{
    return !measuring->virtual_people &&
           strcmp(measuring->fingers[a].position, measuring->fingers[b].position) == 0;
}

/* Both ways in which the fingers of one duo can meet those of the other. */
static void compare_duos(struct measuring *measuring, uint32_t d, uint32_t e)
{
    const struct duo *probe = &measuring->duos[d], *reference = &measuring->duos[e];
    struct cell *cell = &measuring->cells[(size_t)d * measuring->duo_count + e];
    for (int crossed = 0; crossed < 2; crossed++) {
        const uint32_t order[2] = {reference->fingers[crossed], reference->fingers[1 - crossed]};
        bool same = same_position(measuring, probe->fingers[0], order[0]) &&
                    same_position(measuring, probe->fingers[1], order[1]);
        for (uint32_t i = 0; i < impressions(measuring, probe); i++)
            for (uint32_t j = 0; j < impressions(measuring, reference); j++) {
                struct meeting meeting = meet(measuring, probe->fingers, i, order, j);
                matcher_score plain = fuse_in_order(&meeting);
                if (same)
                    count_non_mated(measuring, cell, FUSION_SAME_POSITIONS, plain);
                count_non_mated(measuring, cell, FUSION_ANY_POSITIONS, plain);
                count_non_mated(measuring, cell, FUSION_SWAPS_TOLERATED, fuse_tolerantly(&meeting).score);
            }
    }
}

static void compare_all_duos(struct measuring *measuring)
{
    for (uint32_t d = 0; d < measuring->duo_count; d++)
        for (uint32_t e = d + 1; e < measuring->duo_count; e++)
            if (are_different(measuring, &measuring->duos[d], &measuring->duos[e]))
                compare_duos(measuring, d, e);
}

static void count_single_non_mated(struct measuring *measuring)
{
    for (uint32_t a = 0; a < measuring->finger_count; a++)
        for (uint32_t b = a + 1; b < measuring->finger_count; b++) {
            if (measuring->fingers[a].unit == measuring->fingers[b].unit)
                continue;
            for (uint32_t i = 0; i < measuring->fingers[a].count; i++)
                for (uint32_t j = 0; j < measuring->fingers[b].count; j++)
                    measuring->non_mated[FUSION_MEETINGS][score_at(measuring, a, i, b, j)]++;
        }
}

/* --- Rates --- */

static matcher_score threshold_of(const uint64_t histogram[MATCHER_SCORE_MAX + 1])
{
    uint64_t total = 0, above = 0;
    for (int score = 0; score <= MATCHER_SCORE_MAX; score++)
        total += histogram[score];
    int score = MATCHER_SCORE_MAX + 1;
    while (score > 0 && (double)(above + histogram[score - 1]) <= FUSION_FMR * (double)total)
        above += histogram[--score];
    return score;
}

/* How often each finger's unit was drawn. */
static double times_drawn(const struct measuring *measuring, const uint32_t *weights, const struct duo *duo)
{
    uint32_t a = measuring->fingers[duo->fingers[0]].unit, b = measuring->fingers[duo->fingers[1]].unit;
    return a == b ? weights[a] : (double)weights[a] * weights[b];
}

static double drawn_fmr(const struct measuring *measuring, const uint32_t *weights, enum fusion_meeting kind,
    int check, struct bounded_rate *counted)
{
    double reached = 0, comparisons = 0;
    for (uint32_t d = 0; d < measuring->duo_count; d++)
        for (uint32_t e = d + 1; e < measuring->duo_count; e++) {
            const struct cell *cell = &measuring->cells[(size_t)d * measuring->duo_count + e];
            double weight = times_drawn(measuring, weights, &measuring->duos[d]) *
                            times_drawn(measuring, weights, &measuring->duos[e]);
            reached += weight * cell->reached[kind][check];
            comparisons += weight * cell->comparisons[kind];
        }
    if (counted != NULL) {
        counted->errors = (size_t)reached;
        counted->trials = (size_t)comparisons;
    }
    return comparisons > 0 ? reached / comparisons : 0;
}

#define FMR_REPLICATES 200

static void bound_fmr(const struct measuring *measuring, uint32_t *weights, struct fusion_rates *rates)
{
    double replicates[FMR_REPLICATES];
    for (int kind = 0; kind < FUSION_MEETINGS; kind++)
        for (int c = 0; c < FUSION_CHECKS; c++) {
            struct bounded_rate *rate = &rates->fmr[kind][c];
            for (uint32_t u = 0; u < measuring->unit_count; u++)
                weights[u] = 1;
            rate->score = fusion_checks[c];
            rate->rate = drawn_fmr(measuring, weights, (enum fusion_meeting)kind, c, rate);
            uint64_t state = 1;
            for (int r = 0; r < FMR_REPLICATES; r++) {
                draw_fingers(&state, weights, measuring->unit_count);
                replicates[r] = drawn_fmr(measuring, weights, (enum fusion_meeting)kind, c, NULL);
            }
            bound_rate(rate, replicates, FMR_REPLICATES);
        }
}

/* Errors of each duo (or finger) among its mated comparisons. */
struct tally {
    uint32_t *errors, *trials;
    uint32_t count;
};

static void bound_tally(const struct measuring *measuring, const struct tally *tally, bool of_duos,
    uint32_t *weights, struct bounded_rate *rate)
{
    double replicates[EVALUATION_REPLICATES];
    uint64_t state = 1;
    rate->errors = rate->trials = 0;
    for (uint32_t i = 0; i < tally->count; i++) {
        rate->errors += tally->errors[i];
        rate->trials += tally->trials[i];
    }
    rate->rate = rate->trials > 0 ? (double)rate->errors / (double)rate->trials : 0;
    for (int r = 0; r < EVALUATION_REPLICATES; r++) {
        double errors = 0, trials = 0;
        draw_fingers(&state, weights, measuring->unit_count);
        for (uint32_t i = 0; i < tally->count; i++) {
            double weight = of_duos ? times_drawn(measuring, weights, &measuring->duos[i])
                                    : weights[measuring->fingers[i].unit];
            errors += weight * tally->errors[i];
            trials += weight * tally->trials[i];
        }
        replicates[r] = trials > 0 ? errors / trials : 0;
    }
    bound_rate(rate, replicates, EVALUATION_REPLICATES);
}

/* What a mated comparison of two fingers, in order and swapped, may get wrong. */
enum mistake {
    MISTAKE_BELOW_SAME,
    MISTAKE_BELOW_ANY,
    MISTAKE_BELOW_TOLERATED,
    MISTAKE_BELOW_40,
    MISTAKE_SAID_IN_ORDER,
    MISTAKE_MISSED_SWAPPED,
    MISTAKE_UNSAID_SWAPPED,
    MISTAKES
};

static void find_mistakes(
    const struct fusion_rates *rates, const struct meeting *meeting, bool mistakes[MISTAKES])
{
    matcher_score plain = fuse_in_order(meeting);
    struct matcher_candidate in_order = fuse_tolerantly(meeting);
    const struct meeting exchanged = {
        {{meeting->scores[1][0], meeting->scores[1][1]}, {meeting->scores[0][0], meeting->scores[0][1]}}};
    struct matcher_candidate swapped = fuse_tolerantly(&exchanged);
    mistakes[MISTAKE_BELOW_SAME] = plain < rates->threshold[FUSION_SAME_POSITIONS];
    mistakes[MISTAKE_BELOW_ANY] = plain < rates->threshold[FUSION_ANY_POSITIONS];
    mistakes[MISTAKE_BELOW_TOLERATED] = in_order.score < rates->threshold[FUSION_SWAPS_TOLERATED];
    mistakes[MISTAKE_BELOW_40] = plain < 40;
    mistakes[MISTAKE_SAID_IN_ORDER] = in_order.score >= 40 && in_order.swapped > 0;
    mistakes[MISTAKE_MISSED_SWAPPED] = swapped.score < 40;
    mistakes[MISTAKE_UNSAID_SWAPPED] = swapped.score >= 40 && swapped.swapped == 0;
}

static void count_mistakes(const struct measuring *measuring, const struct fusion_rates *rates,
    enum mistake mistake, struct tally *tally)
{
    memset(tally->errors, 0, tally->count * sizeof *tally->errors);
    memset(tally->trials, 0, tally->count * sizeof *tally->trials);
    for (uint32_t d = 0; d < measuring->duo_count; d++) {
        const struct duo *duo = &measuring->duos[d];
        for (uint32_t i = 0; i < impressions(measuring, duo); i++)
            for (uint32_t j = i + 1; j < impressions(measuring, duo); j++) {
                struct meeting meeting = meet(measuring, duo->fingers, i, duo->fingers, j);
                bool mistakes[MISTAKES];
                find_mistakes(rates, &meeting, mistakes);
                tally->errors[d] += mistakes[mistake];
                tally->trials[d]++;
            }
    }
}

static void measure_mated(
    const struct measuring *measuring, struct tally *tally, uint32_t *weights, struct fusion_rates *rates)
{
    struct bounded_rate *const places[MISTAKES] = {&rates->fnmr[FUSION_SAME_POSITIONS],
        &rates->fnmr[FUSION_ANY_POSITIONS], &rates->fnmr[FUSION_SWAPS_TOLERATED], &rates->fnmr40,
        &rates->said_in_order, &rates->missed_swapped, &rates->unsaid_swapped};
    tally->count = measuring->duo_count;
    for (int mistake = 0; mistake < MISTAKES; mistake++) {
        count_mistakes(measuring, rates, (enum mistake)mistake, tally);
        bound_tally(measuring, tally, true, weights, places[mistake]);
    }
}

static void measure_single(
    const struct measuring *measuring, struct tally *tally, uint32_t *weights, struct fusion_rates *rates)
{
    tally->count = measuring->finger_count;
    memset(tally->errors, 0, tally->count * sizeof *tally->errors);
    memset(tally->trials, 0, tally->count * sizeof *tally->trials);
    for (uint32_t f = 0; f < measuring->finger_count; f++)
        for (uint32_t i = 0; i < measuring->fingers[f].count; i++)
            for (uint32_t j = i + 1; j < measuring->fingers[f].count; j++) {
                tally->errors[f] += score_at(measuring, f, i, f, j) < rates->single_threshold;
                tally->trials[f]++;
            }
    bound_tally(measuring, tally, false, weights, &rates->single_fnmr);
}

/* --- All of it --- */

static void fill_scores(struct measuring *measuring, const struct pair_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct measure_pair *pair = &list->pairs[i];
        int16_t score = (int16_t)floor(score_of_pair(pair));
        measuring->scores[(size_t)pair->probe * measuring->print_count + pair->reference] = score;
        measuring->scores[(size_t)pair->reference * measuring->print_count + pair->probe] = score;
    }
}

enum reason fusion_measure(struct fusion_rates *rates, const struct print_set *set,
    const struct pair_list *list, struct failure *failure)
{
    *rates = (struct fusion_rates){0};
    const size_t prints = set->count;
    struct measuring *measuring = calloc(1, sizeof *measuring);
    struct tally tally = {
        calloc(prints * prints + 1, sizeof(uint32_t)), calloc(prints * prints + 1, sizeof(uint32_t)), 0};
    uint32_t *weights = calloc(prints + 1, sizeof *weights);
    enum reason reason = REASON_NO_MEMORY;
    if (measuring == NULL || tally.errors == NULL || tally.trials == NULL || weights == NULL)
        goto out;
    measuring->print_count = set->count;
    measuring->fingers = calloc(prints + 1, sizeof *measuring->fingers);
    measuring->duos = calloc(prints * prints + 1, sizeof *measuring->duos);
    measuring->scores = calloc(prints * prints + 1, sizeof *measuring->scores);
    if (measuring->fingers == NULL || measuring->duos == NULL || measuring->scores == NULL)
        goto out;
    if (set->count > 0)
        find_fingers(measuring, set);
    find_duos(measuring);
    if (measuring->unit_count < 2 || measuring->finger_count < 4) {
        reason = failure_set(failure, REASON_BAD_ARGUMENT, "set",
            "%u fingers of %u people: two people are needed", measuring->finger_count, measuring->unit_count);
        goto out;
    }
    measuring->cells =
        calloc((size_t)measuring->duo_count * measuring->duo_count + 1, sizeof *measuring->cells);
    if (measuring->cells == NULL)
        goto out;
    fill_scores(measuring, list);
    compare_all_duos(measuring);
    count_single_non_mated(measuring);
    rates->virtual_people = measuring->virtual_people;
    rates->people = measuring->virtual_people ? measuring->duo_count : measuring->unit_count;
    rates->fingers = measuring->finger_count;
    rates->duos = measuring->duo_count;
    for (int kind = 0; kind < FUSION_MEETINGS; kind++)
        rates->threshold[kind] = threshold_of(measuring->non_mated[kind]);
    rates->single_threshold = threshold_of(measuring->non_mated[FUSION_MEETINGS]);
    bound_fmr(measuring, weights, rates);
    measure_mated(measuring, &tally, weights, rates);
    measure_single(measuring, &tally, weights, rates);
    reason = REASON_DONE;
out:
    if (reason == REASON_NO_MEMORY)
        failure_set(failure, reason, "fusion", NULL);
    free(tally.errors);
    free(tally.trials);
    free(weights);
    if (measuring != NULL) {
        free(measuring->fingers);
        free(measuring->duos);
        free(measuring->scores);
        free(measuring->cells);
    }
    free(measuring);
    return reason;
}
