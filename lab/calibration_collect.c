/* calibration_collect.c: the comparisons that a calibration is derived from; see calibration.h. */
#include <stdlib.h>
#include <string.h>

#include "lab/calibration.h"
#include "matcher/laboratory_internal.h"

struct collecting {
    const struct print_set *probes, *references; /* the same prints, perhaps without their flow */
    const struct pair_list *list;
    struct calibration_sample *samples;
};

static void collect_pair(void *context, size_t index, struct matcher_workspace workspace)
{
    struct collecting *collecting = context;
    const struct measure_pair *pair = &collecting->list->pairs[index];
    struct calibration_sample *sample = &collecting->samples[index];
    const struct matcher_template *probe = collecting->probes->prints[pair->probe].template;
    const struct matcher_template *reference = collecting->references->prints[pair->reference].template;
    if (probe == NULL || reference == NULL)
        return;
    struct comparison *comparison = workspace.memory;
    matcher_prepare_print(&comparison->probes[0], probe->bytes, false);
    matcher_prepare_print(&comparison->reference, reference->bytes, true);
    matcher_compare_prints(&comparison->probes[0], comparison);
    sample->raw = comparison->raw;
    sample->density_a = comparison->probes[0].density;
    sample->density_b = comparison->reference.density;
}

/* Prints are sorted by name, so a finger's stand together. */
static void number_fingers(const struct print_set *set, uint16_t *numbers, struct calibration_set *described)
{
    for (uint32_t i = 0; i < set->count; i++) {
        if (i == 0 || strcmp(set->prints[i].finger, set->prints[i - 1].finger) != 0)
            described->fingers++;
        numbers[i] = (uint16_t)(described->first_finger + described->fingers - 1);
    }
}

static enum reason add_comparisons(struct calibration_data *data, const struct print_set *probes,
    const struct print_set *references, const char *folder, uint32_t threads, struct failure *failure)
{
    struct pair_list list;
    enum reason reason = pair_list_all(&list, probes, failure);
    if (reason != REASON_DONE)
        return reason;
    uint16_t *fingers = calloc(probes->count + 1, sizeof *fingers);
    struct calibration_sample *grown =
        realloc(data->samples, (data->count + list.count + 1) * sizeof *data->samples);
    if (grown != NULL)
        data->samples = grown;
    if (fingers == NULL || grown == NULL) {
        reason = failure_set(failure, REASON_NO_MEMORY, "pairs", NULL);
        goto out;
    }
    struct calibration_set *set = &data->sets[data->set_count];
    *set = (struct calibration_set){.first_finger = data->finger_count};
    print_set_name(folder, set->name);
    number_fingers(probes, fingers, set);
    struct calibration_sample *samples = grown + data->count;
    for (size_t i = 0; i < list.count; i++) {
        const struct measure_pair *pair = &list.pairs[i];
        samples[i] = (struct calibration_sample){.finger_a = fingers[pair->probe],
            .finger_b = fingers[pair->reference],
            .set = (uint8_t)data->set_count,
            .mated = pair->mated};
        set->mated += pair->mated;
        set->non_mated += !pair->mated;
    }
    struct collecting collecting = {probes, references, &list, samples};
    struct measure_work work = {.context = &collecting,
        .count = list.count,
        .workspace_size = matcher_compare_workspace_size(),
        .run = collect_pair};
    reason = measure_run(&work, threads, failure);
    data->count += list.count;
    data->set_count++;
    data->finger_count += set->fingers;
out:
    free(fingers);
    pair_list_finish(&list);
    return reason;
}

static bool holds_records(const struct print_set *set)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (set->prints[i].template != NULL) {
            struct matcher_template_summary summary;
            matcher_template_summarize(
                set->prints[i].template->bytes, set->prints[i].template->size, &summary);
            return summary.foreign;
        }
    return false;
}

/* A set of images gives both kinds. Its own templates, read again, become those of an interchange record. */
static enum reason add_set(struct calibration_data kinds[CALIBRATION_KINDS], const char *folder, uint32_t ppi,
    uint32_t threads, struct failure *failure)
{
    struct print_set set, records = {0};
    enum reason reason = print_set_read(&set, folder, ppi, threads, failure);
    if (reason != REASON_DONE)
        return reason;
    if (holds_records(&set)) {
        reason = add_comparisons(&kinds[1], &set, &set, folder, threads, failure);
        if (reason == REASON_DONE)
            kinds[1].sets[kinds[1].set_count - 1].records = true;
        goto out;
    }
    reason = add_comparisons(&kinds[0], &set, &set, folder, threads, failure);
    if (reason == REASON_DONE)
        reason = print_set_read(&records, folder, ppi, threads, failure);
    if (reason == REASON_DONE)
        reason = print_set_exchange(&records, MATCHER_FORMAT_ISO_19794_2_2005, failure);
    if (reason == REASON_DONE)
        reason = add_comparisons(&kinds[1], &set, &records, folder, threads, failure);
out:
    print_set_finish(&records);
    print_set_finish(&set);
    return reason;
}

enum reason calibration_collect(struct calibration_data kinds[CALIBRATION_KINDS],
    const struct measure_options *options, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    for (uint32_t i = 0; reason == REASON_DONE && i < options->set_count; i++)
        reason = add_set(kinds, options->sets[i], options->ppis[i], options->threads, failure);
    return reason;
}

void calibration_data_finish(struct calibration_data *data)
{
    free(data->samples);
    *data = (struct calibration_data){0};
}
