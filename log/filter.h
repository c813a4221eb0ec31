/* filter.h: which entries of a log somebody looks for. Pure; any thread. */
#ifndef KORDON_LOG_FILTER_H
#define KORDON_LOG_FILTER_H

#include "log/entry.h"

/* Texts are borrowed. Whatever is left 0 or NULL is not looked at. */
struct log_filter {
    uint32_t events;            /* LOG_EVENT_BIT of each */
    int64_t since_ms, until_ms; /* UTC: from the one to before the other */
    const char *officer;        /* who acted, as claimed, or as proven: "person:anna", or "anna" alone */
    const char *purpose;
    const char *decision;
    const char *transaction; /* its id */
};

/* Whether any of it is set. */
bool log_filter_is_set(const struct log_filter *filter);

/* Whether the entry, {"head": ..., "body": ...}, is one of them. One whose body is gone is not where the filter asks for what stands in
 * bodies: nobody knows what it said. */
bool log_filter_takes(const struct log_filter *filter, const json_t *entry);

#endif
