/* candidates.c: the ranked list. */
#include "matcher/search/search.h"

static bool comes_before(const struct matcher_candidate *a, const struct matcher_candidate *b)
{
    return a->score != b->score ? a->score > b->score : a->subject < b->subject;
}

void matcher_add_candidate(struct matcher_candidate_list *list, const struct matcher_candidate *candidate)
{
    if (list->count == list->capacity &&
        (list->count == 0 || !comes_before(candidate, &list->candidates[list->count - 1])))
        return;
    uint32_t place = list->count < list->capacity ? list->count++ : list->count - 1;
    for (; place > 0 && comes_before(candidate, &list->candidates[place - 1]); place--)
        list->candidates[place] = list->candidates[place - 1];
    list->candidates[place] = *candidate;
}

void matcher_candidates_merge(struct matcher_candidate_list *list, const struct matcher_candidate_list *part)
{
    list->compared += part->compared;
    for (uint32_t i = 0; i < part->count; i++)
        matcher_add_candidate(list, &part->candidates[i]);
}
