#include "retention/ages.h"

static void make_room(struct retention_ages *ages)
{
    size_t kept = 0;
    if (ages->mark_count < RETENTION_MARKS_MAX)
        return;
    for (size_t i = 0; i < ages->mark_count; i++)
        if (i % 2 == 0 || i >= RETENTION_MARKS_MAX / 2)
            ages->marks[kept++] = ages->marks[i];
    ages->mark_count = kept;
}

static void mark(struct retention_ages *ages, int64_t now_ms, uint64_t size)
{
    if (ages->mark_count > 0 && ages->time_ms < ages->marks[ages->mark_count - 1].time_ms + RETENTION_DAY_MS)
        return;
    make_room(ages);
    ages->marks[ages->mark_count++] =
        (struct retention_mark){ages->time_ms, now_ms > ages->time_ms ? now_ms : ages->time_ms, size};
}

void retention_ages_advance(struct retention_ages *ages, int64_t ran_ms, int64_t now_ms, uint64_t size)
{
    if (ages->mark_count == 0) {
        ages->time_ms = now_ms;
    } else {
        int64_t most = ages->time_ms + (ran_ms > 0 ? RETENTION_PACE * ran_ms : 0);
        int64_t next = now_ms < most ? now_ms : most;
        ages->time_ms = next > ages->time_ms ? next : ages->time_ms;
    }
    mark(ages, now_ms, size);
}

uint64_t retention_ages_limit(const struct retention_ages *ages, uint32_t days)
{
    int64_t before_ms = ages->time_ms - days * RETENTION_DAY_MS;
    for (size_t i = ages->mark_count; i > 0; i--)
        if (ages->marks[i - 1].latest_ms <= before_ms)
            return ages->marks[i - 1].size;
    return 0;
}

int64_t retention_ages_settled_ms(const struct retention_ages *ages)
{
    bool settled = ages->mark_count > 0 &&
                   ages->time_ms >= ages->marks[0].time_ms + RETENTION_SETTLED_DAYS * RETENTION_DAY_MS;
    return settled ? ages->time_ms : 0;
}

bool retention_ages_sound(const struct retention_ages *ages)
{
    for (size_t i = 0; i < ages->mark_count; i++)
        if (ages->marks[i].time_ms > ages->time_ms || ages->marks[i].latest_ms < ages->marks[i].time_ms ||
            (i > 0 && (ages->marks[i].time_ms <= ages->marks[i - 1].time_ms ||
                          ages->marks[i].size < ages->marks[i - 1].size)))
            return false;
    return true;
}
