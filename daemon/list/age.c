/* age.c: how old the list may be for each purpose (A4). */
#include <inttypes.h>
#include <stdio.h>

#include "base/instant.h"
#include "daemon/list/list.h"

#define MS_A_DAY 86400000

/* Time services set a clock back by less. */
#define CLOCK_STEP_MS 60000

/* Whole days; false where that can't be known. */
static bool find_age(const struct list *list, int64_t now_ms, uint64_t *days)
{
    int64_t age_ms = now_ms - opened_list_summary(list->set)->installed_ms;
    *days = age_ms > 0 ? (uint64_t)(age_ms / MS_A_DAY) : 0;
    return age_ms >= -CLOCK_STEP_MS;
}

static enum policy_list_age judge(
    const struct list *list, const struct policy_purpose *purpose, int64_t now_ms)
{
    uint64_t days;
    if (opened_list_summary(list->set)->list_version == 0)
        return POLICY_LIST_FRESH;
    return find_age(list, now_ms, &days) ? policy_judge_list_age(purpose, days) : POLICY_LIST_TOO_OLD;
}

enum policy_list_age list_judge_age(const struct list *list, const char *purpose, int64_t now_ms)
{
    const struct policy *policy = list->policy->policy;
    const struct policy_purpose *found = policy != NULL ? policy_find_purpose(policy, purpose) : NULL;
    return found != NULL ? judge(list, found, now_ms) : POLICY_LIST_TOO_OLD;
}

/* The declared purposes that search it, one after the other: NULL behind the last. */
static const struct policy_purpose *next_searching(const struct list *list, size_t *index)
{
    const struct policy *policy = list->policy->policy;
    while (policy != NULL && *index < policy->purpose_count) {
        const struct policy_purpose *purpose = &policy->purposes[(*index)++];
        if ((purpose->comparisons & POLICY_IDENTIFICATION) != 0)
            return purpose;
    }
    return NULL;
}

void list_add_purposes_of_age(
    const struct list *list, enum policy_list_age age, int64_t now_ms, struct word_list *purposes)
{
    const struct policy_purpose *purpose;
    for (size_t index = 0; (purpose = next_searching(list, &index)) != NULL;)
        if (judge(list, purpose, now_ms) >= age)
            word_list_add(purposes, purpose->name);
}

int64_t list_age_since_ms(const struct list *list, enum policy_list_age age, int64_t now_ms)
{
    const struct policy_purpose *purpose;
    uint32_t least = UINT32_MAX;
    uint64_t days;
    if (!find_age(list, now_ms, &days))
        return 0;
    for (size_t index = 0; (purpose = next_searching(list, &index)) != NULL;) {
        uint32_t after = age == POLICY_LIST_TOO_OLD ? purpose->list_limit_days : purpose->list_warning_days;
        least = after < least ? after : least;
    }
    return opened_list_summary(list->set)->installed_ms + (int64_t)least * MS_A_DAY;
}

void list_describe_age(const struct list *list, int64_t now_ms, char *text, size_t size)
{
    char installed[INSTANT_TEXT_SIZE];
    uint64_t days;
    instant_format(opened_list_summary(list->set)->installed_ms, installed);
    if (find_age(list, now_ms, &days))
        snprintf(text, size, "installed %s, %" PRIu64 " days ago", installed, days);
    else
        snprintf(text, size, "its age can't be known: it was installed %s, which is yet to come", installed);
}

enum reason list_check_age(
    const struct list *list, const char *purpose, int64_t now_ms, struct failure *failure)
{
    char age[128];
    if (list_judge_age(list, purpose, now_ms) != POLICY_LIST_TOO_OLD)
        return REASON_DONE;
    list_describe_age(list, now_ms, age, sizeof age);
    return failure_set(failure, REASON_LIST_TOO_OLD, "watchlist", "%s", age);
}
