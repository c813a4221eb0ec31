/* expiry.c: entries whose last day is past are erased (M3): no longer searched is not yet gone. */
#include <stddef.h>

#include "base/say.h"
#include "daemon/list/list.h"

#define PAUSE_AFTER_FAILURE_MS (UINT64_C(3600) * 1000)

static void told(
    struct list_waiter *waiter, const struct list_outcome *outcome, const struct failure *failure)
{
    struct list_expiry *expiry =
        (struct list_expiry *)((char *)waiter - offsetof(struct list_expiry, waiter));
    struct list *list = (struct list *)((char *)expiry - offsetof(struct list, expiry));
    char line[600];
    expiry->running = false;
    if (failure == NULL) {
        if (outcome->recorded != NULL)
            list_expire(list, expiry->day);
        return;
    }
    expiry->not_before = uv_now(list->loop) + PAUSE_AFTER_FAILURE_MS;
    say(SAY_ERROR, "erasure of expired entries: %s", failure_line(failure, line, sizeof line));
}

static bool is_due(const struct list *list, int32_t day)
{
    return list->set != NULL && opened_list_counts(list->set)->first_end < day && !list->expiry.running &&
           !list->stopping && list->import == NULL && list->guard->locked.reason == REASON_DONE &&
           uv_now(list->loop) >= list->expiry.not_before;
}

void list_expire(struct list *list, int32_t day)
{
    struct list_expiry *expiry = &list->expiry;
    struct failure failure = {0};
    if (!is_due(list, day))
        return;
    expiry->waiter.told = told;
    expiry->running = true;
    expiry->day = day;
    if (list_erase_ended(list, expiry, &failure) != REASON_DONE)
        told(&expiry->waiter, NULL, &failure);
}
