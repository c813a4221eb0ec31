#include "log/filter.h"

#include <string.h>

bool log_filter_is_set(const struct log_filter *filter)
{
    return filter->events != 0 || filter->since_ms != 0 || filter->until_ms != 0 || filter->officer != NULL ||
           filter->purpose != NULL || filter->decision != NULL || filter->transaction != NULL;
}

static bool is_event(const json_t *head, uint32_t events)
{
    enum log_event event;
    const char *name = json_string_value(json_object_get(head, "event"));
    return events == 0 || (name != NULL && log_event_parse(name, strlen(name), &event) &&
                              (events & LOG_EVENT_BIT(event)) != 0);
}

static bool is_in_time(const json_t *head, const struct log_filter *filter)
{
    int64_t time_ms = json_integer_value(json_object_get(head, "t"));
    return (filter->since_ms == 0 || time_ms >= filter->since_ms) &&
           (filter->until_ms == 0 || time_ms < filter->until_ms);
}

static bool is_wanted(const json_t *body, const char *key, const char *wanted)
{
    return wanted == NULL || log_says(body, key, wanted);
}

/* Who is proven is told with what he is ("person:anna"): his name alone is taken for him too, or nothing would be found of who is there. */
static bool is_actor(const json_t *body, const char *wanted)
{
    const char *actor = json_string_value(json_object_get(body, "actor"));
    const char *colon = actor != NULL ? strchr(actor, ':') : NULL;
    return is_wanted(body, "actor", wanted) || (colon != NULL && strcmp(colon + 1, wanted) == 0);
}

bool log_filter_takes(const struct log_filter *filter, const json_t *entry)
{
    const json_t *head = json_object_get(entry, "head"), *body = json_object_get(entry, "body");
    return is_event(head, filter->events) && is_in_time(head, filter) &&
           (is_wanted(body, "officer", filter->officer) || is_actor(body, filter->officer)) &&
           is_wanted(body, "purpose", filter->purpose) && is_wanted(body, "decision", filter->decision) &&
           is_wanted(body, "transaction", filter->transaction);
}
