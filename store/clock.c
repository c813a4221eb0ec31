/* clock.c: whether the clock's time can be right after the last one that was believed. */
#include <time.h>

#include "store/store_internal.h"

#define CLOCK_STEP_MS      60000 /* time services set a clock back by less */
#define CLOCK_GAP_DAYS     31    /* where the configuration says nothing */
#define MILLISECONDS_A_DAY 86400000
#define CLOCK_WORDS_SIZE   40

int64_t store_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static const char *in_words(int64_t time_ms, char text[static CLOCK_WORDS_SIZE])
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm utc;
    if (gmtime_r(&seconds, &utc) == NULL ||
        strftime(text, CLOCK_WORDS_SIZE, "%Y-%m-%d %H:%M:%S UTC", &utc) == 0)
        return "?";
    return text;
}

enum reason clock_check(int64_t believed_ms, int64_t now_ms, uint32_t gap_days, struct failure *failure)
{
    char now[CLOCK_WORDS_SIZE], last[CLOCK_WORDS_SIZE];
    int64_t gap_ms = (int64_t)(gap_days > 0 ? gap_days : CLOCK_GAP_DAYS) * MILLISECONDS_A_DAY;
    enum reason reason = REASON_DONE;
    if (now_ms < believed_ms - CLOCK_STEP_MS)
        reason = REASON_CLOCK_BEHIND;
    else if (now_ms > believed_ms + gap_ms)
        reason = REASON_CLOCK_AHEAD;
    if (reason == REASON_DONE)
        return REASON_DONE;
    return failure_set(failure, reason, "clock", "it says %s, the last entry was written at %s",
        in_words(now_ms, now), in_words(believed_ms, last));
}
