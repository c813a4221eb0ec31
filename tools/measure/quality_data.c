/* quality_data.c: samples and mated pairs of several sets. */
#include <stdio.h>
#include <stdlib.h>

#include "tools/measure/quality.h"

void quality_data_finish(struct quality_data *data)
{
    free(data->samples);
    free(data->pairs);
    *data = (struct quality_data){0};
}

static void keep_mated(struct pair_list *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (list->pairs[i].mated)
            list->pairs[kept++] = list->pairs[i];
    list->count = kept;
}

static enum reason make_room(struct quality_data *data, size_t samples, size_t pairs, struct failure *failure)
{
    void *more_samples = realloc(data->samples, (data->sample_count + samples + 1) * sizeof *data->samples);
    if (more_samples != NULL)
        data->samples = more_samples;
    void *more_pairs = realloc(data->pairs, (data->pair_count + pairs + 1) * sizeof *data->pairs);
    if (more_pairs != NULL)
        data->pairs = more_pairs;
    return more_samples != NULL && more_pairs != NULL
               ? REASON_DONE
               : failure_set(failure, REASON_NO_MEMORY, "quality", NULL);
}

/* --- Ranks --- */

struct ranked {
    int32_t raw;
    size_t pair;
};

static int compare_raw(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return x->raw < y->raw ? -1 : x->raw > y->raw;
}

static enum reason rank_pairs(
    struct quality_data *data, size_t first_pair, const struct pair_list *list, struct failure *failure)
{
    struct ranked *ranked = calloc(list->count + 1, sizeof *ranked);
    if (ranked == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "quality", NULL);
    for (size_t p = 0; p < list->count; p++)
        ranked[p] = (struct ranked){list->pairs[p].raw, first_pair + p};
    qsort(ranked, list->count, sizeof *ranked, compare_raw);
    for (size_t from = 0, to; from < list->count; from = to) {
        for (to = from; to < list->count && ranked[to].raw == ranked[from].raw;)
            to++;
        for (size_t p = from; p < to; p++)
            data->pairs[ranked[p].pair].rank = 100 * 0.5 * (double)(from + to) / (double)list->count;
    }
    free(ranked);
    return REASON_DONE;
}

static void rank_samples(struct quality_data *data, size_t first_sample, size_t first_pair)
{
    for (size_t i = first_sample; i < data->sample_count; i++) {
        double sum = 0, count = 0;
        for (size_t p = first_pair; p < data->pair_count; p++)
            if (data->pairs[p].first == i || data->pairs[p].second == i) {
                sum += data->pairs[p].rank;
                count++;
            }
        data->samples[i].rank = count > 0 ? sum / count : 50;
    }
}

static enum reason add_set(struct quality_data *data, const struct print_set *set,
    const struct pair_list *list, struct failure *failure)
{
    size_t first_sample = data->sample_count, first_pair = data->pair_count;
    enum reason reason = make_room(data, set->count, list->count, failure);
    if (reason != REASON_DONE)
        return reason;
    for (uint32_t i = 0; i < set->count; i++) {
        const struct matcher_sample_report *report = &set->prints[i].report;
        struct quality_sample *sample = &data->samples[data->sample_count++];
        *sample = (struct quality_sample){.set = data->set_count,
            .milliseconds = set->prints[i].milliseconds,
            .too_poor = set->prints[i].reason != REASON_DONE,
            .report = *report,
            .quality = report->quality};
        snprintf(sample->name, sizeof sample->name, "%s", set->prints[i].name);
    }
    for (size_t p = 0; p < list->count; p++)
        data->pairs[data->pair_count++] = (struct quality_pair){.set = data->set_count,
            .first = (uint32_t)first_sample + list->pairs[p].probe,
            .second = (uint32_t)first_sample + list->pairs[p].reference,
            .score = matcher_score_of_raw(list->pairs[p].raw, list->pairs[p].with_flow)};
    data->set_count++;
    reason = rank_pairs(data, first_pair, list, failure);
    if (reason == REASON_DONE)
        rank_samples(data, first_sample, first_pair);
    return reason;
}

static enum reason read_set(
    struct quality_data *data, const struct measure_options *options, uint32_t index, struct failure *failure)
{
    struct print_set set;
    struct pair_list list = {0};
    enum reason reason =
        print_set_read(&set, options->sets[index], options->ppis[index], options->threads, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = pair_list_all(&list, &set, failure);
    keep_mated(&list);
    if (reason == REASON_DONE && list.count == 0)
        reason = failure_set(failure, REASON_BAD_ARGUMENT, options->sets[index], "no mated pairs in it");
    if (reason == REASON_DONE)
        reason = pair_list_compare(&list, &set, options->threads, failure);
    if (reason == REASON_DONE)
        reason = add_set(data, &set, &list, failure);
    pair_list_finish(&list);
    print_set_finish(&set);
    return reason;
}

enum reason quality_data_read(
    struct quality_data *data, const struct measure_options *options, struct failure *failure)
{
    *data = (struct quality_data){0};
    enum reason reason = REASON_DONE;
    for (uint32_t i = 0; i < options->set_count && reason == REASON_DONE; i++)
        reason = read_set(data, options, i, failure);
    if (reason != REASON_DONE)
        quality_data_finish(data);
    return reason;
}
