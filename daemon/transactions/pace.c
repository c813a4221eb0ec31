#include "daemon/transactions/pace.h"

#include <stdlib.h>
#include <string.h>

static int by_length(const void *one, const void *other)
{
    uint32_t left = *(const uint32_t *)one, right = *(const uint32_t *)other;
    return (left > right) - (left < right);
}

static uint64_t on_grid(uint64_t ms)
{
    return (ms / PACE_GRID_MS + 1) * PACE_GRID_MS;
}

/* With a fifth of room, as the next one may take a little longer than all before. */
static uint64_t wanted_ms(const struct pace *pace)
{
    uint32_t ordered[PACE_LATEST];
    size_t kept = pace->count < PACE_LATEST ? (size_t)pace->count : PACE_LATEST;
    size_t later = kept * PACE_LATER_ALLOWED / PACE_LATEST;
    memcpy(ordered, pace->took_ms, kept * sizeof ordered[0]);
    qsort(ordered, kept, sizeof ordered[0], by_length);
    uint64_t nearly_all = ordered[kept - 1 - later], half = ordered[kept / 2];
    uint64_t wanted = nearly_all + nearly_all / 5, most = half + PACE_LATER_STEP_MS;
    return on_grid(wanted < most ? wanted : most);
}

void pace_note(struct pace *pace, uint64_t took_ms)
{
    pace->took_ms[pace->count % PACE_LATEST] = took_ms < UINT32_MAX ? (uint32_t)took_ms : UINT32_MAX;
    pace->count++;
    uint64_t wanted = wanted_ms(pace), quarter = pace->step_ms / 4;
    uint64_t stays = quarter > PACE_STAYS_MS ? quarter : PACE_STAYS_MS;
    if (wanted > pace->step_ms || wanted + stays <= pace->step_ms)
        pace->step_ms = wanted;
}

uint64_t pace_step_ms(const struct pace *pace)
{
    return pace->step_ms > 0 ? pace->step_ms : PACE_GRID_MS;
}

uint64_t pace_told_after_ms(const struct pace *pace, uint64_t took_ms)
{
    uint64_t step = pace_step_ms(pace);
    if (took_ms < step)
        return step;
    return step + ((took_ms - step) / PACE_LATER_STEP_MS + 1) * PACE_LATER_STEP_MS;
}
