/* evaluation_search.c: identification error rates from a set's comparisons; see evaluation.h.
 *
 * No search is run: a search's candidates are the comparisons of its probe with the list, and all comparisons of
 * the set are at hand. A comparison serves both of its prints as probe, whichever it was made for.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/measure/evaluation.h"

#define BOOTSTRAP_SEED UINT64_C(19795)

/* A probe against the list of one impression number. */
struct search {
    double mate;     /* score of the probe's own finger; -1 where it is not in the list */
    double stranger; /* best of the other fingers; -1 where there is none */
    uint32_t others; /* how many those are */
};

struct searches {
    const struct print_set *set;
    uint32_t *fingers, *impressions; /* of each print, counted from 0 */
    uint32_t finger_count, impression_count;
    struct search *searches; /* of each print with each impression number's list */
    uint32_t *weights;
    double *values;
};

static enum reason searches_init(
    struct searches *searches, const struct print_set *set, struct failure *failure)
{
    *searches = (struct searches){.set = set,
        .fingers = calloc(set->count + 1, sizeof(uint32_t)),
        .impressions = calloc(set->count + 1, sizeof(uint32_t)),
        .weights = calloc(set->count + 1, sizeof(uint32_t)),
        .values = calloc(EVALUATION_REPLICATES, sizeof(double))};
    if (searches->fingers == NULL || searches->impressions == NULL || searches->weights == NULL ||
        searches->values == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "searches", NULL);
    searches->finger_count = number_fingers(set, searches->fingers);
    for (uint32_t i = 0; i < set->count; i++) {
        bool same = i > 0 && searches->fingers[i] == searches->fingers[i - 1];
        searches->impressions[i] = same ? searches->impressions[i - 1] + 1 : 0;
        if (searches->impressions[i] >= searches->impression_count)
            searches->impression_count = searches->impressions[i] + 1;
    }
    size_t count = (size_t)set->count * searches->impression_count;
    searches->searches = calloc(count + 1, sizeof *searches->searches);
    if (searches->searches == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "searches", NULL);
    for (size_t i = 0; i < count; i++)
        searches->searches[i].mate = searches->searches[i].stranger = -1;
    return REASON_DONE;
}

static void searches_finish(struct searches *searches)
{
    free(searches->fingers);
    free(searches->impressions);
    free(searches->weights);
    free(searches->values);
    free(searches->searches);
}

static void add_comparison(struct searches *searches, uint32_t probe, uint32_t reference, double score)
{
    struct search *search =
        &searches->searches[(size_t)probe * searches->impression_count + searches->impressions[reference]];
    if (searches->fingers[probe] == searches->fingers[reference]) {
        search->mate = score;
        return;
    }
    search->others++;
    if (score > search->stranger)
        search->stranger = score;
}

/* --- Rates --- */

/* What is counted, of searches that qualify. */
enum question { FALSE_POSITIVE, FALSE_NEGATIVE, NOT_FIRST };

static bool qualifies(const struct search *search, enum question question)
{
    return question == FALSE_POSITIVE ? search->others > 0 : search->mate >= 0;
}

static bool is_error(const struct search *search, enum question question, matcher_score threshold)
{
    if (question == NOT_FIRST)
        return search->mate <= search->stranger;
    if (question == FALSE_POSITIVE)
        return search->stranger >= threshold;
    return search->mate < threshold;
}

/* Errors and searches of each finger's prints. */
struct tally {
    uint32_t errors, trials;
};

static void count_errors(
    const struct searches *searches, enum question question, matcher_score threshold, struct tally *of_finger)
{
    memset(of_finger, 0, searches->finger_count * sizeof *of_finger);
    for (uint32_t print = 0; print < searches->set->count; print++)
        for (uint32_t k = 0; k < searches->impression_count; k++) {
            const struct search *search = &searches->searches[(size_t)print * searches->impression_count + k];
            if (!qualifies(search, question))
                continue;
            of_finger[searches->fingers[print]].trials++;
            of_finger[searches->fingers[print]].errors += is_error(search, question, threshold);
        }
}

static double weighted_rate(const struct tally *of_finger, const uint32_t *weights, uint32_t count)
{
    double errors = 0, trials = 0;
    for (uint32_t i = 0; i < count; i++) {
        errors += (double)weights[i] * of_finger[i].errors;
        trials += (double)weights[i] * of_finger[i].trials;
    }
    return trials > 0 ? errors / trials : 0;
}

static struct bounded_rate measure_rate(const struct searches *searches, struct tally *of_finger)
{
    struct bounded_rate rate = {0};
    for (uint32_t i = 0; i < searches->finger_count; i++) {
        rate.errors += of_finger[i].errors;
        rate.trials += of_finger[i].trials;
    }
    rate.rate = rate.trials > 0 ? (double)rate.errors / (double)rate.trials : 0;
    uint64_t random = BOOTSTRAP_SEED;
    for (int i = 0; i < EVALUATION_REPLICATES; i++) {
        draw_fingers(&random, searches->weights, searches->finger_count);
        searches->values[i] = weighted_rate(of_finger, searches->weights, searches->finger_count);
    }
    bound_rate(&rate, searches->values, EVALUATION_REPLICATES);
    return rate;
}

static struct bounded_rate ask(
    const struct searches *searches, enum question question, matcher_score threshold, struct tally *of_finger)
{
    count_errors(searches, question, threshold, of_finger);
    struct bounded_rate rate = measure_rate(searches, of_finger);
    rate.score = threshold;
    return rate;
}

static void measure_searches(
    struct identification_rates *rates, const struct searches *searches, struct tally *of_finger)
{
    for (size_t i = 0; i < (size_t)searches->set->count * searches->impression_count; i++)
        if (searches->searches[i].others > rates->list_fingers)
            rates->list_fingers = searches->searches[i].others;
    for (int i = 0; i < EVALUATION_FPIRS; i++) {
        struct failure unreachable;
        rates->open[i].target = evaluation_fpirs[i];
        rates->open[i].reachable = matcher_identification_threshold(evaluation_fpirs[i], rates->list_fingers,
                                       1, &rates->open[i].threshold, &unreachable) == REASON_DONE;
        rates->open[i].fpir = ask(searches, FALSE_POSITIVE, rates->open[i].threshold, of_finger);
        rates->open[i].fnir = ask(searches, FALSE_NEGATIVE, rates->open[i].threshold, of_finger);
    }
    rates->not_first = ask(searches, NOT_FIRST, 0, of_finger);
    rates->non_mated_searches = rates->open[0].fpir.trials;
    rates->mated_searches = rates->open[0].fnir.trials;
}

enum reason measure_identification(struct identification_rates *rates, const struct print_set *set,
    const struct pair_list *list, struct failure *failure)
{
    *rates = (struct identification_rates){0};
    struct searches searches;
    struct tally *of_finger = NULL;
    enum reason reason = searches_init(&searches, set, failure);
    if (reason != REASON_DONE)
        goto out;
    of_finger = calloc(searches.finger_count + 1, sizeof *of_finger);
    if (of_finger == NULL) {
        reason = failure_set(failure, REASON_NO_MEMORY, "searches", NULL);
        goto out;
    }
    for (size_t i = 0; i < list->count; i++) {
        const struct measure_pair *pair = &list->pairs[i];
        add_comparison(&searches, pair->probe, pair->reference, score_of_pair(pair));
        add_comparison(&searches, pair->reference, pair->probe, score_of_pair(pair));
    }
    measure_searches(rates, &searches, of_finger);
out:
    free(of_finger);
    searches_finish(&searches);
    return reason;
}
