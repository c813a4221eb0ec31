/* penetration.c: what the first stage loses; see penetration.h. */
#include "tools/measure/penetration.h"

#include <stdlib.h>
#include <string.h>

const uint32_t penetrations[PENETRATIONS] = {1000, 2000, 3000, 5000, 10000, 20000, 50000};
const matcher_score penetration_scores[PENETRATION_SCORES] = {0, 40, 50, 60};

static bool same_finger(const struct listed *a, const struct listed *b)
{
    return a->set == b->set && strcmp(a->print->finger, b->print->finger) == 0;
}

struct signature *signature_array(size_t count)
{
    return aligned_alloc(SIGNATURE_ALIGNMENT, (count + 1) * sizeof(struct signature));
}

enum reason listing_make(
    struct listing *listing, const struct print_set *sets, uint32_t set_count, struct failure *failure)
{
    uint32_t capacity = 1;
    for (uint32_t s = 0; s < set_count; s++)
        capacity += sets[s].count;
    listing->prints = calloc(capacity, sizeof *listing->prints);
    listing->references = signature_array(capacity);
    listing->probes = calloc(capacity, sizeof *listing->probes);
    listing->scores = calloc(capacity, sizeof *listing->scores);
    if (listing->prints == NULL || listing->references == NULL || listing->probes == NULL ||
        listing->scores == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "signatures", NULL);
    for (uint32_t s = 0; s < set_count; s++)
        for (uint32_t i = 0; i < sets[s].count; i++) {
            const struct set_print *print = &sets[s].prints[i];
            if (print->template == NULL)
                continue;
            matcher_signature_make(print->template->bytes, &listing->references[listing->count]);
            matcher_signature_make_probe(print->template->bytes, &listing->probes[listing->count]);
            listing->prints[listing->count++] = (struct listed){print, s};
        }
    return REASON_DONE;
}

void listing_finish(struct listing *listing)
{
    free(listing->prints);
    free(listing->references);
    free(listing->probes);
    free(listing->scores);
}

/* --- What is lost --- */

/* The share of other fingers' prints above the mate, in parts of a million; of those that score the same
 * one half. */
static double penetration_of(const struct listing *listing, uint32_t probe, uint32_t mate)
{
    uint32_t above_twice = 0, others = 0;
    for (uint32_t i = 0; i < listing->count; i++) {
        if (same_finger(&listing->prints[i], &listing->prints[probe]))
            continue;
        others++;
        above_twice += 2 * (listing->scores[i] > listing->scores[mate]);
        above_twice += listing->scores[i] == listing->scores[mate];
    }
    return others == 0 ? 0 : above_twice / 2.0 / others * 1e6;
}

static void count_pair(struct penetration_table *table, matcher_score score, double penetration)
{
    for (size_t t = 0; t < PENETRATION_SCORES; t++) {
        if (score < penetration_scores[t])
            continue;
        table->pairs[t]++;
        for (size_t p = 0; p < PENETRATIONS; p++)
            table->missed[t][p] += penetration > penetrations[p];
    }
}

static void search_probe(const struct listing *listing, uint32_t probe, struct matcher_workspace workspace,
    struct penetration_table *table)
{
    const struct matcher_template *template = listing->prints[probe].print->template;
    matcher_signature_kernels_select()->scan(
        &listing->probes[probe], listing->references, listing->count, listing->scores);
    for (uint32_t mate = 0; mate < listing->count; mate++) {
        if (mate == probe || !same_finger(&listing->prints[mate], &listing->prints[probe]))
            continue;
        const struct matcher_template *reference = listing->prints[mate].print->template;
        matcher_score score = matcher_compare(template, reference->bytes, reference->size, workspace);
        count_pair(table, score, penetration_of(listing, probe, mate));
    }
}

enum reason penetration_measure(
    const struct listing *listing, uint32_t set, struct penetration_table *table, struct failure *failure)
{
    struct matcher_workspace workspace = measure_workspace(matcher_compare_workspace_size());
    if (workspace.memory == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "workspace", NULL);
    for (uint32_t probe = 0; probe < listing->count; probe++)
        if (set == PENETRATION_ALL_SETS || listing->prints[probe].set == set)
            search_probe(listing, probe, workspace, table);
    free(workspace.memory);
    return REASON_DONE;
}

double penetration_missed(const struct penetration_table *table, uint32_t score, uint32_t penetration)
{
    uint32_t pairs = table->pairs[score];
    return pairs == 0 ? 0 : 100.0 * table->missed[score][penetration] / pairs;
}
