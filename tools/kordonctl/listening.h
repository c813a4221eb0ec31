/* listening.h: what kordond tells (/v1/events) while a request is under way. Thread rule: one thread. */
#ifndef KORDON_TOOLS_KORDONCTL_LISTENING_H
#define KORDON_TOOLS_KORDONCTL_LISTENING_H

#include <curl/curl.h>
#include <jansson.h>

/* heard: once for each event, data valid during the call. */
struct client_ear {
    void (*heard)(void *context, const char *event, const json_t *data);
    void *context;
};

/* Performs the request, which is prepared, while the stream at events_url is heard over a connection made as the request's is. The request
 * begins when the stream tells something, or can't be had: then it is performed all the same, and nothing is heard. */
CURLcode listening_perform(CURL *request, const char *events_url, const struct client_ear *ear);

#endif
