#include "daemon/transactions/first_line.h"

#include <stdlib.h>
#include <string.h>

static bool copy_candidate(
    const struct identification_candidate *candidate, struct identification_candidate *copy)
{
    *copy = *candidate;
    copy->action = strdup(candidate->action);
    copy->instruction = strdup(candidate->instruction);
    return copy->action != NULL && copy->instruction != NULL;
}

/* Room for all of them, also where none is told: what it takes does not depend on it. */
static bool copy_told(const struct identification_outcome *found, struct identification_outcome *told)
{
    bool whole = true;
    told->candidates = calloc(found->candidate_count, sizeof told->candidates[0]);
    if (told->candidates == NULL)
        return false;
    for (uint32_t i = 0; whole && i < found->candidate_count; i++)
        if (!alert_category_is_discreet(found->candidates[i].category))
            whole = copy_candidate(&found->candidates[i], &told->candidates[told->candidate_count++]);
    return whole;
}

void first_line_view(const struct identification_outcome *found, struct identification_outcome *told)
{
    *told = *found;
    told->candidates = NULL;
    told->candidate_count = 0;
    told->decision_without = DECISION_INCONCLUSIVE;
    told->why_without = (struct failure){0};
    if (found->decision != DECISION_MATCH)
        return;
    if (!copy_told(found, told)) {
        identification_outcome_finish(told);
        failure_set(&told->why, REASON_NO_MEMORY, "candidates", NULL);
        told->decision = DECISION_INCONCLUSIVE;
    } else if (told->candidate_count == 0) {
        identification_outcome_finish(told);
        told->decision = found->decision_without;
        told->why = found->why_without;
    }
}
