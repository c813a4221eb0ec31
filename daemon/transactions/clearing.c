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

/* Its place; entry_count: he is none of the entries. */
static size_t place_of(const struct cleared_pair *pair, const struct watchlist_id *candidate)
{
    size_t place = 0;
    while (place < pair->entry_count && watchlist_id_compare(&pair->entries[place].id, candidate) != 0)
        place++;
    return place;
}

/* A clock that stands before the day on which it was written proves nothing of the last one. */
static bool is_its_day(const struct cleared_pair *pair, size_t place, int32_t today)
{
    return today >= day_of_ms(pair->since_ms) && today <= pair->until_days[place];
}

bool clearing_can_tell(matcher_score told_apart)
{
    return told_apart < MATCHER_SCORE_MAX;
}

static bool is_as_judged(matcher_score now, matcher_score told_apart)
{
    return (int64_t)CLEARING_ROOM_DENOMINATOR * now <= (int64_t)CLEARING_ROOM_NUMERATOR * told_apart;
}

/* Each finger that led to the candidate must be one that the cleared person vouched for, in its place. And whoever agrees with the entry much better than he
 * did whom people told apart from it was not judged by them: he may be the one who is sought, beside a piece of whose finger any finger of his own looks well. */
static enum clearing judge_person(const struct clearing_question *question, matcher_score told_apart)
{
    const struct consent_comparison *consent = &question->consent;
    if (question->doubtful)
        return CLEARING_DOUBTFUL;
    if (consent->probes == 0 || consent->agreeing != consent->probes || consent->swapped != 0)
        return CLEARING_FINGER;
    if (!clearing_can_tell(told_apart) || !consent->threshold_known || consent->score <= consent->threshold ||
        consent->score <= question->candidate_score || !is_as_judged(question->candidate_score, told_apart))
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
    const size_t place = place_of(pair, question->candidate);
    if (place == pair->entry_count)
        return CLEARING_REFERENCE;
    if (question->entry == NULL || memcmp(pair->entries[place].digest, question->entry, DIGEST_BYTES) != 0)
        return CLEARING_ENTRY_CHANGED;
    if (!is_its_day(pair, place, question->today))
        return CLEARING_DAY;
    if (pair->finger_count == 0)
        return CLEARING_NO_CONSENT;
    return judge_person(question, pair->scores[place]);
}
