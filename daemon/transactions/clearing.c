#include "daemon/transactions/clearing.h"

#include <string.h>

#include "base/day.h"

const char *clearing_name(enum clearing clearing)
{
    static const char *const names[] = {
#define CLEARING_NAME(clearing, name) [CLEARING_##clearing] = (name),
        CLEARING_LIST(CLEARING_NAME)
#undef CLEARING_NAME
    };
    return (unsigned)clearing < sizeof names / sizeof names[0] ? names[clearing] : "?";
}

static const struct cleared_entry *entry_of(
    const struct cleared_pair *pair, const struct watchlist_id *candidate)
{
    for (size_t i = 0; i < pair->entry_count; i++)
        if (watchlist_id_compare(&pair->entries[i].id, candidate) == 0)
            return &pair->entries[i];
    return NULL;
}

/* A clock that stands before the day on which it was written proves nothing of the last one. */
static bool is_its_day(const struct cleared_pair *pair, int32_t today)
{
    return today >= day_of_ms(pair->since_ms) && today <= pair->until_day;
}

/* Each finger that led to the candidate must be one that the cleared person vouched for, in its place. */
static enum clearing judge_person(const struct clearing_question *question)
{
    const struct consent_comparison *consent = &question->consent;
    if (question->doubtful)
        return CLEARING_DOUBTFUL;
    if (consent->probes == 0 || consent->agreeing != consent->probes || consent->swapped != 0)
        return CLEARING_FINGER;
    if (!consent->threshold_known || consent->score <= consent->threshold ||
        consent->score <= question->candidate_score)
        return CLEARING_SCORE;
    return CLEARING_DONE;
}

enum clearing clearing_judge(const struct clearing_question *question)
{
    const struct cleared_pair *pair = question->pair;
    if (pair == NULL)
        return CLEARING_NO_PAIR;
    if (question->document == NULL ||
        !equal_in_constant_time(pair->document, question->document, sizeof pair->document))
        return CLEARING_DOCUMENT;
    const struct cleared_entry *entry = entry_of(pair, question->candidate);
    if (entry == NULL)
        return CLEARING_REFERENCE;
    if (question->entry == NULL || memcmp(entry->digest, question->entry, sizeof entry->digest) != 0)
        return CLEARING_ENTRY_CHANGED;
    if (!is_its_day(pair, question->today))
        return CLEARING_DAY;
    if (pair->finger_count == 0)
        return CLEARING_NO_CONSENT;
    return judge_person(question);
}
