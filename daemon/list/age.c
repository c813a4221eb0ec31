/* age.c: how old the list may be for each purpose (A4). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "daemon/list/list.h"

#define MS_A_DAY 86400000

/* Time services set a clock back by less. */
#define CLOCK_STEP_MS 60000

/* Each purpose's own limits. */
static void find_limits(const char *purpose, uint32_t *warning_days, uint32_t *limit_days)
{
    (void)purpose;
    *warning_days = 5;
    *limit_days = 400;
}

/* Whole days; false where that can't be known. */
static bool find_age(const struct list *list, uint64_t *days)
{
    int64_t age_ms = store_now_ms() - opened_list_summary(list->set)->installed_ms;
    *days = age_ms > 0 ? (uint64_t)(age_ms / MS_A_DAY) : 0;
    return age_ms >= -CLOCK_STEP_MS;
}

enum policy_list_age list_judge_age(const struct list *list, const char *purpose)
{
    uint32_t warning_days, limit_days;
    uint64_t days;
    if (opened_list_summary(list->set)->list_version == 0)
        return POLICY_LIST_FRESH;
    find_limits(purpose, &warning_days, &limit_days);
    if (!find_age(list, &days) || days >= limit_days)
        return POLICY_LIST_TOO_OLD;
    return days >= warning_days ? POLICY_LIST_STALE : POLICY_LIST_FRESH;
}

const char *list_purposes_of_age(const struct list *list, enum policy_list_age age, char *text, size_t size)
{
    const char *purposes[CONFIG_PURPOSES_MAX];
    size_t count = config_purposes(list->configuration, purposes), used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count && used < size; i++)
        if (list_judge_age(list, purposes[i]) >= age)
            used += (size_t)snprintf(text + used, size - used, "%s%s", used > 0 ? ", " : "", purposes[i]);
    return text;
}

int64_t list_age_since_ms(const struct list *list, enum policy_list_age age)
{
    const char *purposes[CONFIG_PURPOSES_MAX];
    size_t count = config_purposes(list->configuration, purposes);
    uint32_t least = UINT32_MAX;
    uint64_t days;
    if (!find_age(list, &days))
        return 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t warning_days, limit_days;
        find_limits(purposes[i], &warning_days, &limit_days);
        uint32_t after = age == POLICY_LIST_TOO_OLD ? limit_days : warning_days;
        least = after < least ? after : least;
    }
    return opened_list_summary(list->set)->installed_ms + (int64_t)least * MS_A_DAY;
}

void list_describe_age(const struct list *list, char *text, size_t size)
{
    char installed[INSTANT_TEXT_SIZE];
    uint64_t days;
    instant_format(opened_list_summary(list->set)->installed_ms, installed);
    if (find_age(list, &days))
        snprintf(text, size, "installed %s, %" PRIu64 " days ago", installed, days);
    else
        snprintf(text, size, "its age can't be known: it was installed %s, which is yet to come", installed);
}

/* Whether some declared purpose may still have it searched. */
static bool serves_somebody(const struct list *list)
{
    const char *purposes[CONFIG_PURPOSES_MAX];
    size_t count = config_purposes(list->configuration, purposes);
    for (size_t i = 0; i < count; i++)
        if (list_judge_age(list, purposes[i]) != POLICY_LIST_TOO_OLD)
            return true;
    return count == 0;
}

enum reason list_check_age(const struct list *list, const char *purpose, struct failure *failure)
{
    char age[128];
    bool served =
        purpose != NULL ? list_judge_age(list, purpose) != POLICY_LIST_TOO_OLD : serves_somebody(list);
    if (served)
        return REASON_DONE;
    list_describe_age(list, age, sizeof age);
    return failure_set(failure, REASON_LIST_TOO_OLD, "watchlist", "%s", age);
}
