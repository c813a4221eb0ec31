#include "daemon/suspension_clock.h"

#include <string.h>

#include "base/instant.h"
#include "base/text.h"

struct suspension_moment suspension_now(int64_t wall_ms, bool believed)
{
    struct suspension_moment now = {.wall_ms = wall_ms, .boot_ms = boot_elapsed_ms(), .believed = believed};
    boot_id(now.boot);
    return now;
}

bool suspension_elapsed(const struct suspension_moment *from, const struct suspension_moment *to, int64_t *ms)
{
    bool counted = from->boot[0] != '\0' && strcmp(from->boot, to->boot) == 0;
    *ms = counted ? to->boot_ms - from->boot_ms : to->wall_ms - from->wall_ms;
    return *ms >= 0 && (counted || (from->believed && to->believed));
}

/* Both clocks are asked: set forward, the wall's ends it early; set back, the boot's still ends it in time. */
bool suspension_holds(const struct suspension_record *record, const struct suspension_moment *now)
{
    int64_t since_began, since_first;
    return record->lasts_ms > 0 && !record->ended && suspension_elapsed(&record->began, now, &since_began) &&
           suspension_elapsed(&record->first, now, &since_first) && since_began < record->lasts_ms &&
           since_first < SUSPENSION_MOST_MS && now->wall_ms < record->began.wall_ms + record->lasts_ms;
}

int64_t suspension_until_ms(const struct suspension_record *record, const struct suspension_moment *now)
{
    int64_t elapsed;
    if (!suspension_elapsed(&record->began, now, &elapsed))
        return now->wall_ms;
    int64_t counted = now->wall_ms + record->lasts_ms - elapsed;
    int64_t said = record->began.wall_ms + record->lasts_ms;
    /* The two clocks are not read at one moment: less than a second apart they agree. */
    return counted < said - 1000 ? counted : said;
}

/* For how long capture was on at least. It ended before this machine was started, where it ended in another boot: so much is known by any
 * clock. */
static int64_t rest_at_least(const struct suspension_moment *end, const struct suspension_moment *now)
{
    int64_t rest;
    if (suspension_elapsed(end, now, &rest))
        return rest;
    bool earlier = end->boot[0] != '\0' && now->boot[0] != '\0' && strcmp(end->boot, now->boot) != 0;
    return earlier ? now->boot_ms : 0;
}

/* Whether one that begins now counts as one with the last: while that is in force, and until capture was on for as long as it was off,
 * an hour at least. Where nobody knows how long it was off it counts as the most that it can have been. */
static bool is_one_with(const struct suspension_record *last, const struct suspension_moment *now)
{
    int64_t off;
    if (last->lasts_ms == 0)
        return false;
    if (!last->ended)
        return true;
    if (!suspension_elapsed(&last->first, &last->end, &off))
        off = SUSPENSION_MOST_MS;
    return rest_at_least(&last->end, now) < (off > SUSPENSION_REST_MS ? off : SUSPENSION_REST_MS);
}

static enum reason refuse(const struct suspension_record *last, int64_t left_ms, struct failure *failure)
{
    char first[INSTANT_TEXT_SIZE];
    long long minutes = left_ms > 0 ? left_ms / 60000 : 0;
    if (last == NULL)
        return failure_set(failure, REASON_SUSPENSION_TOO_LONG, "until", "at most 6 hours from now");
    return failure_set(failure, REASON_SUSPENSION_TOO_LONG, "until",
        "it counts as one with that which began at %s, of whose 6 hours %lld %s are left, until capture was "
        "on for "
        "as long as it was off",
        instant_format(last->first.wall_ms, first), minutes,
        counted((unsigned long long)minutes, "minute", "minutes"));
}

enum reason suspension_plan(const struct suspension_record *last, const struct suspension_moment *now,
    int64_t lasts_ms, struct suspension_record *next, struct failure *failure)
{
    bool one = is_one_with(last, now);
    int64_t used = 0;
    if (lasts_ms <= 0)
        return failure_set(failure, REASON_BAD_VALUE, "until", "it must lie ahead");
    if (lasts_ms > SUSPENSION_MOST_MS)
        return refuse(NULL, 0, failure);
    if (one && !suspension_elapsed(&last->first, now, &used))
        used = SUSPENSION_MOST_MS;
    if (used + lasts_ms > SUSPENSION_MOST_MS)
        return refuse(last, SUSPENSION_MOST_MS - used, failure);
    *next = (struct suspension_record){.first = one ? last->first : *now,
        .began = *now,
        .since_ms = suspension_holds(last, now) ? last->since_ms : now->wall_ms,
        .lasts_ms = lasts_ms};
    return REASON_DONE;
}
