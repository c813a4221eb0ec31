#include "daemon/events.h"

void events_subscribe(struct events *events, struct event_listener *listener)
{
    struct event_listener **last = &events->first;
    while (*last != NULL)
        last = &(*last)->next;
    listener->next = NULL;
    *last = listener;
}

void events_publish(const struct events *events, const struct event *event)
{
    for (struct event_listener *each = events->first; each != NULL; each = each->next)
        each->told(each, event);
}
