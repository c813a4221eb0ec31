/* evaluation_trials.c: comparisons as trials, and the bootstrap over fingers; see evaluation.h. */
#include <stdlib.h>
#include <string.h>

#include "tools/measure/evaluation.h"

/* --- Bootstrap --- */

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void draw_fingers(uint64_t *state, uint32_t *weights, uint32_t count)
{
    memset(weights, 0, count * sizeof *weights);
    for (uint32_t i = 0; i < count; i++)
        weights[next_random(state) % count]++;
}

void bound_rate(struct bounded_rate *rate, double *replicates, size_t count)
{
    rate->rule_of_three = rate->rate <= 0;
    if (rate->rule_of_three) {
        rate->low = 0;
        rate->high = rate->trials > 3 ? 3 / (double)rate->trials : 1;
        return;
    }
    rate->low = measure_quantile(replicates, count, 0.025);
    rate->high = measure_quantile(replicates, count, 0.975);
}

/* --- Trials --- */

double score_of_pair(const struct measure_pair *pair)
{
    return matcher_score_of_raw(pair->raw, pair->with_flow);
}

uint32_t number_fingers(const struct print_set *set, uint32_t *numbers)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        /* Prints are sorted by name, so those of a finger stand together. */
        count += i == 0 || strcmp(set->prints[i].finger, set->prints[i - 1].finger) != 0;
        numbers[i] = count - 1;
    }
    return count;
}

static int compare_falling(const void *a, const void *b)
{
    const struct trial *x = a, *y = b;
    if (x->score > y->score || x->score < y->score)
        return x->score > y->score ? -1 : 1;
    /* A fixed order, so that no result depends on how qsort treats equals. */
    if (x->probe_finger != y->probe_finger)
        return x->probe_finger < y->probe_finger ? -1 : 1;
    return x->reference_finger < y->reference_finger ? -1 : x->reference_finger > y->reference_finger;
}

static size_t count_finger_pairs(const struct trials *trials, uint8_t *seen)
{
    size_t distinct = 0;
    for (size_t i = 0; i < trials->non_mated_count; i++) {
        uint32_t a = trials->non_mated[i].probe_finger, b = trials->non_mated[i].reference_finger;
        uint8_t *pair = &seen[(size_t)(a < b ? a : b) * trials->finger_count + (a < b ? b : a)];
        distinct += *pair == 0;
        *pair = 1;
    }
    return distinct;
}

enum reason trials_of(
    struct trials *trials, const struct print_set *set, const struct pair_list *list, struct failure *failure)
{
    *trials = (struct trials){.mated = malloc((list->count + 1) * sizeof(struct trial)),
        .non_mated = malloc((list->count + 1) * sizeof(struct trial))};
    uint32_t *numbers = malloc((set->count + 1) * sizeof *numbers);
    uint8_t *seen = NULL;
    enum reason reason = REASON_DONE;
    if (trials->mated == NULL || trials->non_mated == NULL || numbers == NULL) {
        reason = failure_set(failure, REASON_NO_MEMORY, "trials", NULL);
        goto out;
    }
    trials->finger_count = number_fingers(set, numbers);
    for (size_t i = 0; i < list->count; i++) {
        const struct measure_pair *pair = &list->pairs[i];
        struct trial trial = {score_of_pair(pair), numbers[pair->probe], numbers[pair->reference]};
        if (pair->mated)
            trials->mated[trials->mated_count++] = trial;
        else
            trials->non_mated[trials->non_mated_count++] = trial;
    }
    qsort(trials->mated, trials->mated_count, sizeof(struct trial), compare_falling);
    qsort(trials->non_mated, trials->non_mated_count, sizeof(struct trial), compare_falling);
    seen = calloc((size_t)trials->finger_count * trials->finger_count + 1, 1);
    if (seen == NULL)
        reason = failure_set(failure, REASON_NO_MEMORY, "trials", NULL);
    else
        trials->finger_pairs = count_finger_pairs(trials, seen);
out:
    free(seen);
    free(numbers);
    if (reason != REASON_DONE)
        trials_finish(trials);
    return reason;
}

void trials_finish(struct trials *trials)
{
    free(trials->mated);
    free(trials->non_mated);
    *trials = (struct trials){0};
}
