#include "daemon/transactions/result.h"

#include <stdlib.h>
#include <string.h>

#include "base/locked_memory.h"

static void wipe_text(char *text)
{
    if (text != NULL)
        memory_wipe(text, strlen(text));
    free(text);
}

uint32_t identification_outcome_categories(const struct identification_outcome *outcome)
{
    uint32_t categories = 0;
    for (uint32_t i = 0; i < outcome->candidate_count; i++)
        categories |= 1u << outcome->candidates[i].category;
    return categories;
}

void identification_candidate_finish(struct identification_candidate *candidate)
{
    wipe_text(candidate->action);
    wipe_text(candidate->instruction);
    memory_wipe(candidate, sizeof *candidate);
}

void identification_outcome_finish(struct identification_outcome *outcome)
{
    for (uint32_t i = 0; i < outcome->candidate_count; i++)
        identification_candidate_finish(&outcome->candidates[i]);
    if (outcome->candidates != NULL)
        memory_wipe(outcome->candidates, outcome->candidate_count * sizeof outcome->candidates[0]);
    free(outcome->candidates);
    outcome->candidates = NULL;
    outcome->candidate_count = 0;
}

void transaction_result_destroy(struct transaction_result *result)
{
    if (result == NULL)
        return;
    identification_outcome_finish(&result->identification);
    memory_wipe(result, sizeof *result);
    free(result);
}
