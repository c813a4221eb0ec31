#include "daemon/api/event_series.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *gap_name(enum event_gap gap)
{
    switch (gap) {
    case EVENT_GAP_NONE:
        break;
    case EVENT_GAP_RESTARTED:
        return "restarted";
    case EVENT_GAP_FORGOTTEN:
        return "forgotten";
    case EVENT_GAP_DROPPED:
        return "dropped";
    case EVENT_GAP_UNKNOWN:
        return "unknown";
    case EVENT_GAP_NOT_TOLD:
        return "not_told";
    }
    return "none";
}

const char *event_gap_data(
    char data[static EVENT_GAP_DATA_SIZE], enum event_gap gap, uint64_t missed, int64_t time_ms)
{
    char count[40] = "";
    if (missed > 0)
        snprintf(count, sizeof count, "\"missed\":%" PRIu64 ",", missed);
    snprintf(data, EVENT_GAP_DATA_SIZE, "{%s\"time_ms\":%" PRId64 ",\"why\":\"%s\"}", count, time_ms,
        gap_name(gap));
    return data;
}

struct text event_format(char text[static EVENT_TEXT_MAX], const struct event_series *series, uint64_t count,
    const char *name, const char *data)
{
    int size =
        snprintf(text, EVENT_TEXT_MAX, "id: %" PRIu64 "-%" PRIu64 "-%" PRIu64 "\nevent: %s\ndata: %s\n\n",
            series->run, series->number, count, name, data);
    return (struct text){text, size > 0 && size < EVENT_TEXT_MAX ? (size_t)size : 0};
}

static void drop_first(struct event_series *series)
{
    size_t size = series->sizes[0];
    series->held--;
    series->used -= size;
    memmove(series->sizes, series->sizes + 1, series->held * sizeof series->sizes[0]);
    memmove(series->text, series->text + size, series->used);
}

struct text event_series_add(struct event_series *series, const char *name, const char *data, int64_t time_ms)
{
    while (series->held == EVENT_SERIES_EVENTS || EVENT_SERIES_BYTES - series->used < EVENT_TEXT_MAX)
        drop_first(series);
    series->count++;
    char *place = series->text + series->used;
    struct text text = {0};
    if (data != NULL)
        text = event_format(place, series, series->count, name, data);
    if (text.size == 0) {
        char gap[EVENT_GAP_DATA_SIZE];
        text = event_format(place, series, series->count, EVENT_GAP_EVENT,
            event_gap_data(gap, EVENT_GAP_NOT_TOLD, 1, time_ms));
    }
    series->sizes[series->held++] = (uint16_t)text.size;
    series->used += text.size;
    return text;
}

static bool parse_id(const char *id, uint64_t parts[static 3])
{
    struct text rest = {id, strlen(id)}, run, number;
    return text_take_until(&rest, '-', &run) && text_take_until(&rest, '-', &number) &&
           text_number(run, UINT64_MAX, &parts[0]) && text_number(number, UINT64_MAX, &parts[1]) &&
           text_number(rest, UINT64_MAX, &parts[2]);
}

struct event_place event_series_find(const struct event_series *series, const char *last_id)
{
    uint64_t parts[3], first = series->count - series->held;
    struct event_place place = {.count = first};
    if (!parse_id(last_id, parts))
        place.gap = EVENT_GAP_UNKNOWN;
    else if (parts[0] != series->run)
        place.gap = EVENT_GAP_RESTARTED;
    else if (parts[1] != series->number || parts[2] > series->count)
        place.gap = EVENT_GAP_FORGOTTEN;
    else if (parts[2] < first)
        place = (struct event_place){first, EVENT_GAP_DROPPED, first - parts[2]};
    else
        place.count = parts[2];
    return place;
}

struct text event_series_after(const struct event_series *series, uint64_t count)
{
    size_t skipped = 0;
    uint64_t known = count - (series->count - series->held);
    for (uint64_t i = 0; i < known && i < series->held; i++)
        skipped += series->sizes[i];
    return (struct text){series->text + skipped, series->used - skipped};
}
