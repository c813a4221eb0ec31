/* command_fit_signature.c: `fit-signature`: the linear forms of the first stage's signature, from the mated prints of
 * sets.
 *
 * A form is worth its bit if it varies much between minutiae and little between impressions of the same one. Which
 * minutiae of two impressions are the same, the fine comparison says: those that its best pairing pairs, where it is
 * sure enough that it is no chance. Each set counts the same. What the forms are worth is measured as `signature`
 * does, with the prints of each set searched by forms in which that set had no part.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/lab.h"
#include "lab/signature_learning.h"
#include "matcher/laboratory_internal.h"
#include "tools/measure/measure.h"
#include "tools/measure/penetration.h"

/* Of a print: somewhat more than a signature describes, since impressions disagree about the best. */
#define LEARNED_MINUTIAE 40

/* Fine score of the impressions whose minutiae are learned from: of a hundred pairs of strangers one has it. */
#define LEARNED_SCORE 20

/* Minutiae of two impressions that are the same, by index into the templates. */
struct mated_minutiae {
    uint32_t count;
    struct {
        uint8_t probe, reference;
    } pairs[LEARNED_MINUTIAE];
};

struct learning {
    uint32_t set_count;
    struct print_set prints[MEASURE_SETS_MAX];
    struct signature_sample samples[MEASURE_SETS_MAX];
    struct scatter scatters[MEASURE_SETS_MAX];
    struct listing listing;
    struct signature_forms in_force, derived, without; /* without: one set had no part */
};

/* --- Which minutiae are the same --- */

/* The pairing of the highest score; false where none has any. The comparison has ranked its candidates. */
static bool find_pairing(struct comparison *comparison, struct pairing *best)
{
    const struct print *probe = &comparison->probes[0], *reference = &comparison->reference;
    bool with_flow = probe->view.columns > 0 && reference->view.columns > 0;
    int32_t most = 0;
    for (uint32_t i = 0; i < comparison->candidates.seed_count; i++) {
        float evidence[EVIDENCE_COUNT];
        matcher_grow_pairing(probe, reference, &comparison->candidates, comparison->candidates.seeds[i],
            &comparison->growth, &comparison->pairing);
        matcher_measure_pairing(probe, reference, &comparison->candidates, &comparison->pairing, evidence);
        int32_t score = matcher_score_evidence(evidence, with_flow);
        if (score <= most)
            continue;
        most = score;
        *best = comparison->pairing;
    }
    return most > 0;
}

/* The comparison has the minutiae in another order: the index into the template, or LEARNED_MINUTIAE where it is not
 * among the best. */
static uint8_t best_index(const struct print *print, uint32_t minutia)
{
    struct template_minutia minutiae[MATCHER_MINUTIAE_MAX];
    matcher_template_unpack_minutiae(&print->view, minutiae);
    for (uint8_t i = 0; i < LEARNED_MINUTIAE && i < print->view.minutiae_count; i++)
        if (minutiae[i].x == print->x[minutia] && minutiae[i].y == print->y[minutia] &&
            minutiae[i].direction == print->direction[minutia])
            return i;
    return LEARNED_MINUTIAE;
}

static void keep_best(
    const struct comparison *comparison, const struct pairing *pairing, struct mated_minutiae *mates)
{
    for (uint32_t i = 0; i < pairing->count && mates->count < LEARNED_MINUTIAE; i++) {
        uint8_t probe = best_index(&comparison->probes[0], pairing->pairs[i].probe);
        uint8_t reference = best_index(&comparison->reference, pairing->pairs[i].reference);
        if (probe == LEARNED_MINUTIAE || reference == LEARNED_MINUTIAE)
            continue;
        mates->pairs[mates->count].probe = probe;
        mates->pairs[mates->count++].reference = reference;
    }
}

struct mating {
    const struct print_set *set;
    const struct pair_list *list;
    struct mated_minutiae *mates; /* by pair */
};

static void find_mates(void *context, size_t index, struct matcher_workspace workspace)
{
    const struct mating *mating = context;
    const struct measure_pair *pair = &mating->list->pairs[index];
    const struct matcher_template *probe = mating->set->prints[pair->probe].template;
    const struct matcher_template *reference = mating->set->prints[pair->reference].template;
    if (probe == NULL || reference == NULL)
        return;
    struct comparison *comparison = workspace.memory;
    struct pairing best;
    matcher_prepare_print(&comparison->probes[0], probe->bytes, false);
    matcher_prepare_print(&comparison->reference, reference->bytes, true);
    if (matcher_compare_prints_calibrated(&comparison->probes[0], comparison) >= LEARNED_SCORE &&
        find_pairing(comparison, &best))
        keep_best(comparison, &best, &mating->mates[index]);
}

/* --- Scatter --- */

/* Where each print's neighbourhoods begin in the set's sample. */
static enum reason look_round_all(struct signature_sample *sample, const struct print_set *set,
    uint32_t *first, struct scatter *scatter, struct failure *failure)
{
    sample->neighbourhoods =
        calloc((size_t)set->count * LEARNED_MINUTIAE + 1, sizeof *sample->neighbourhoods);
    if (sample->neighbourhoods == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "neighbourhoods", NULL);
    for (uint32_t i = 0; i < set->count; i++) {
        first[i] = sample->count;
        if (set->prints[i].template != NULL)
            sample->count += matcher_signature_neighbourhoods(
                set->prints[i].template->bytes, LEARNED_MINUTIAE, sample->neighbourhoods + sample->count);
    }
    for (uint32_t i = 0; i < sample->count; i++)
        scatter_add_row(scatter, neighbourhood_values(&sample->neighbourhoods[i]));
    return REASON_DONE;
}

static void add_mates(struct scatter *scatter, const struct signature_sample *sample, const uint32_t *first,
    const struct mating *mating)
{
    for (size_t i = 0; i < mating->list->count; i++) {
        const struct measure_pair *pair = &mating->list->pairs[i];
        const struct mated_minutiae *mates = &mating->mates[i];
        for (uint32_t m = 0; m < mates->count; m++) {
            uint32_t probe = first[pair->probe] + mates->pairs[m].probe;
            uint32_t reference = first[pair->reference] + mates->pairs[m].reference;
            scatter_add_mates(scatter, neighbourhood_values(&sample->neighbourhoods[probe]),
                neighbourhood_values(&sample->neighbourhoods[reference]));
        }
    }
}

static enum reason measure_set(struct learning *learning, uint32_t number, const struct pair_list *list,
    uint32_t threads, struct failure *failure)
{
    const struct print_set *set = &learning->prints[number];
    struct signature_sample *sample = &learning->samples[number];
    struct scatter *scatter = &learning->scatters[number];
    uint32_t *first = calloc(set->count + 1, sizeof *first);
    struct mating mating = {set, list, calloc(list->count + 1, sizeof *mating.mates)};
    if (first == NULL || mating.mates == NULL) {
        free(first);
        free(mating.mates);
        return failure_set(failure, REASON_NO_MEMORY, "mated minutiae", NULL);
    }
    enum reason reason = scatter_start(scatter, SIGNATURE_VALUES, failure);
    if (reason == REASON_DONE)
        reason = look_round_all(sample, set, first, scatter, failure);
    if (reason == REASON_DONE) {
        struct measure_work work = {.context = &mating,
            .count = list->count,
            .workspace_size = matcher_compare_workspace_size(),
            .run = find_mates};
        reason = measure_run(&work, threads, failure);
    }
    if (reason == REASON_DONE)
        add_mates(scatter, sample, first, &mating);
    free(first);
    free(mating.mates);
    return reason;
}

/* Only mated pairs stay. */
static void drop_strangers(struct pair_list *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (list->pairs[i].mated)
            list->pairs[kept++] = list->pairs[i];
    list->count = kept;
}

static enum reason measure_sets(
    struct learning *learning, const struct measure_options *options, struct failure *failure)
{
    for (uint32_t s = 0; s < options->set_count; s++) {
        struct pair_list list;
        learning->set_count = s + 1;
        enum reason reason = print_set_read(
            &learning->prints[s], options->sets[s], options->ppis[s], options->threads, failure);
        if (reason == REASON_DONE)
            reason = pair_list_all(&list, &learning->prints[s], failure);
        if (reason != REASON_DONE)
            return reason;
        drop_strangers(&list);
        reason = measure_set(learning, s, &list, options->threads, failure);
        pair_list_finish(&list);
        if (reason != REASON_DONE)
            return reason;
    }
    return REASON_DONE;
}

/* --- What the forms are worth --- */

/* The listing's signatures as they would be with these forms. */
static void describe_listing(struct listing *listing, const struct signature_forms *forms)
{
    for (uint32_t i = 0; i < listing->count; i++) {
        struct signature_neighbourhood neighbourhoods[SIGNATURE_MINUTIAE];
        uint32_t count = matcher_signature_neighbourhoods(
            listing->prints[i].print->template->bytes, SIGNATURE_MINUTIAE, neighbourhoods);
        uint64_t first = 0;
        for (uint32_t m = 0; m < SIGNATURE_MINUTIAE; m++) {
            uint64_t descriptor = m < count ? signature_forms_describe(forms, &neighbourhoods[m]) : first;
            first = m == 0 ? descriptor : first;
            for (uint32_t w = 0; w < SIGNATURE_WORDS; w++) {
                listing->references[i].words[w][m] = (uint16_t)(descriptor >> 16 * w);
                listing->probes[i].words[m][w] = (uint16_t)(descriptor >> 16 * w);
            }
        }
    }
}

/* Forms in force, derived, derived without a set: the last only where there are others. */
#define COMPARED_MAX 3
static uint32_t compared_count(const struct learning *learning)
{
    return learning->set_count > 1 ? 3 : 2;
}

static void print_missed(const char *name, const struct penetration_table *tables, uint32_t count)
{
    printf("%-24.24s", name);
    for (uint32_t score = PENETRATION_SCORE_50; score <= PENETRATION_SCORE_60; score++) {
        printf("  %6u", tables[0].pairs[score]);
        for (uint32_t t = 0; t < count; t++)
            printf("  %5.2f %5.2f", penetration_missed(&tables[t], score, PENETRATION_HALF_PERCENT),
                penetration_missed(&tables[t], score, PENETRATION_ONE_PERCENT));
    }
    printf("\n");
}

static void add_table(struct penetration_table *sum, const struct penetration_table *table)
{
    for (uint32_t score = 0; score < PENETRATION_SCORES; score++) {
        sum->pairs[score] += table->pairs[score];
        for (uint32_t p = 0; p < PENETRATIONS; p++)
            sum->missed[score][p] += table->missed[score][p];
    }
}

/* What a set's prints lose by the forms in force, by the derived ones, and, where there are other sets, by those in
 * which the set had no part. */
static enum reason measure_worth(struct learning *learning, uint32_t set,
    struct penetration_table tables[COMPARED_MAX], struct failure *failure)
{
    const struct signature_forms *compared[COMPARED_MAX] = {
        &learning->in_force, &learning->derived, &learning->without};
    enum reason reason = REASON_DONE;
    if (learning->set_count > 1)
        reason = signature_forms_learn(
            &learning->without, learning->scatters, learning->samples, learning->set_count, set, failure);
    for (uint32_t t = 0; reason == REASON_DONE && t < compared_count(learning); t++) {
        describe_listing(&learning->listing, compared[t]);
        reason = penetration_measure(&learning->listing, set, &tables[t], failure);
    }
    return reason;
}

static enum reason print_worth(
    struct learning *learning, const struct measure_options *options, struct failure *failure)
{
    uint32_t count = compared_count(learning);
    struct penetration_table sums[COMPARED_MAX] = {{{0}}};
    printf(
        "mated pairs missed, %%, where 0.5 and 1 %% of the list are compared finely, by the forms in force, "
        "derived%s:\n%-24s  score >= 50%*s  score >= 60\n",
        count > 2 ? ", derived without the probe's set" : "", "set", (int)(13 * count) - 5, "");
    for (uint32_t s = 0; s < learning->set_count; s++) {
        struct penetration_table tables[COMPARED_MAX] = {{{0}}};
        enum reason reason = measure_worth(learning, s, tables, failure);
        if (reason != REASON_DONE)
            return reason;
        char name[SET_NAME_SIZE];
        print_set_name(options->sets[s], name);
        print_missed(name, tables, count);
        for (uint32_t t = 0; t < count; t++)
            add_table(&sums[t], &tables[t]);
    }
    print_missed("all", sums, count);
    return REASON_DONE;
}

static enum reason print_nearness(struct learning *learning, struct failure *failure)
{
    double share;
    signature_forms_in_force(&learning->without);
    enum reason reason = signature_forms_explained(
        &learning->without, &learning->derived, learning->scatters, learning->set_count, &share, failure);
    if (reason == REASON_DONE)
        printf("of the derived forms' variance those in force explain %.1f %%\n", 100 * share);
    return reason;
}

static void learning_finish(struct learning *learning)
{
    for (uint32_t s = 0; s < learning->set_count; s++) {
        print_set_finish(&learning->prints[s]);
        scatter_finish(&learning->scatters[s]);
        free(learning->samples[s].neighbourhoods);
    }
    listing_finish(&learning->listing);
    free(learning);
}

int lab_fit_signature(const struct measure_options *options)
{
    struct failure failure = {0};
    struct learning *learning = calloc(1, sizeof *learning);
    if (learning == NULL) {
        failure_set(&failure, REASON_NO_MEMORY, "forms", NULL);
        return measure_fail(&failure);
    }
    signature_forms_in_force(&learning->in_force);
    enum reason reason = measure_sets(learning, options, &failure);
    if (reason == REASON_DONE)
        reason = signature_forms_learn(&learning->derived, learning->scatters, learning->samples,
            learning->set_count, DISCRIMINANT_ALL, &failure);
    if (reason == REASON_DONE && options->out != NULL)
        reason = signature_forms_write(&learning->derived, options->out, &failure);
    if (reason == REASON_DONE)
        reason = listing_make(&learning->listing, learning->prints, learning->set_count, &failure);
    if (reason == REASON_DONE)
        reason = print_worth(learning, options, &failure);
    if (reason == REASON_DONE)
        reason = print_nearness(learning, &failure);
    learning_finish(learning);
    return reason == REASON_DONE ? 0 : measure_fail(&failure);
}
