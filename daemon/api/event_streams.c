#include "daemon/api/event_streams.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/api/list_json.h"
#include "daemon/api/reply.h"
#include "daemon/api/routes.h"
#include "daemon/transactions/transaction.h"
#include "list/describe.h"

struct event_stream {
    struct event_streams *streams;
    struct http_request *request;
    struct event_stream *next;
};

static void on_stream_gone(struct http_request *request)
{
    struct event_stream *stream = request->data;
    struct quota *quota = &stream->streams->kordond->quota;
    struct event_stream **place = &stream->streams->first;
    while (*place != stream)
        place = &(*place)->next;
    *place = stream->next;
    quota_give_back(quota, QUOTA_EVENT_STREAMS, &request->principal, 1);
    free(stream);
}

/* --- What a stream is told */

/* To every stream whose principal holds one of the roles, or is the owner. json is taken over. */
static void publish(const struct event_streams *streams, const char *event, unsigned roles,
    const struct principal *owner, json_t *json)
{
    char *data = json != NULL ? json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(json);
    char *text = NULL;
    int size = data != NULL ? asprintf(&text, "event: %s\ndata: %s\n\n", event, data) : -1;
    free(data);
    if (size < 0)
        return;
    struct event_stream *next;
    for (struct event_stream *each = streams->first; each != NULL; each = next) {
        next = each->next;
        const struct principal *listener = &each->request->principal;
        bool owns = owner != NULL && principal_is(owner, listener) && (listener->roles & ROLE_TERMINAL) != 0;
        if ((listener->roles & roles) != 0 || owns)
            server_stream_send(each->request, text, (size_t)size);
    }
    free(text);
}

static void publish_transaction(const struct event_streams *streams, const struct transaction *transaction)
{
    publish(streams, "transaction", ROLE_SUPERVISOR, &transaction->owner,
        json_pack("{s:s, s:s}", "transaction", transaction->id, "state",
            transaction_state_name(transaction->state)));
}

static void publish_list(const struct event_streams *streams)
{
    const struct reference_set *set = streams->kordond->list.set;
    if (set != NULL)
        publish(streams, "list", ROLE_EXAMINER | ROLE_SUPERVISOR | ROLE_ADMINISTRATOR, NULL,
            list_describe_set(set));
}

static void publish_import(const struct event_streams *streams, const struct list_import *import)
{
    publish(streams, "import", ROLE_SUPERVISOR | ROLE_ADMINISTRATOR, NULL,
        import != NULL ? import_json(import) : json_pack("{s:n}", "import"));
}

static void publish_mode(const struct event_streams *streams)
{
    const struct mode *mode = &streams->kordond->mode;
    json_t *json = json_pack("{s:s}", "mode", mode_name(mode->word));
    if (mode->word != MODE_ARMED)
        json_object_set_new(json, "why", json_string(reason_name(mode->why.reason)));
    else
        json_object_set_new(json, "armed_from_fingers", json_integer(mode->armed_from_fingers));
    publish(streams, "mode", ROLE_ANY, NULL, json);
}

static void publish_scanner(
    const struct event_streams *streams, enum scanner_event_type type, const struct scanner_info *info)
{
    json_t *json = json_pack("{s:s, s:s, s:s, s:b, s:b}", "scanner", info->id, "event",
        scanner_event_name(type), "state", scanner_state_name(info->state), "finger_needed",
        (int)info->finger_needed, "finger_present", (int)info->finger_present);
    if (info->failure.reason != REASON_DONE)
        json_object_set_new(json, "reason", json_string(reason_name(info->failure.reason)));
    publish(streams, "scanner", ROLE_ANY, NULL, json);
}

static void on_event(struct event_listener *listener, const struct event *event)
{
    const struct event_streams *streams = (struct event_streams *)listener;
    if (streams->first == NULL)
        return;
    switch (event->type) {
    case EVENT_SCANNER:
        publish_scanner(streams, event->scanner.type, event->scanner.info);
        break;
    case EVENT_TRANSACTION:
        publish_transaction(streams, event->transaction);
        break;
    case EVENT_LIST:
        publish_list(streams);
        break;
    case EVENT_IMPORT:
        publish_import(streams, event->import);
        break;
    case EVENT_MODE:
        publish_mode(streams);
        break;
    }
}

void event_streams_init(struct event_streams *streams, struct kordond *kordond)
{
    streams->kordond = kordond;
    kordond->streams = streams;
    streams->listener.told = on_event;
    events_subscribe(&kordond->events, &streams->listener);
}

/* --- Beginning to listen */

void handle_events(struct kordond *kordond, struct http_request *request)
{
    struct event_streams *streams = kordond->streams;
    struct failure failure = {0};
    enum reason reason =
        kordond->phase != KORDOND_RUNNING
            ? failure_set(&failure, REASON_STOPPING, "events", NULL)
            : quota_take(&kordond->quota, QUOTA_EVENT_STREAMS, &request->principal, 1, &failure);
    struct event_stream *stream = reason == REASON_DONE ? calloc(1, sizeof *stream) : NULL;
    if (reason == REASON_DONE && stream == NULL) {
        quota_give_back(&kordond->quota, QUOTA_EVENT_STREAMS, &request->principal, 1);
        failure_set(&failure, REASON_NO_MEMORY, "events", NULL);
    }
    if (stream == NULL) {
        reply_failure(request, &failure);
        return;
    }
    stream->streams = streams;
    stream->request = request;
    stream->next = streams->first;
    streams->first = stream;
    request->data = stream;
    request->gone = on_stream_gone;
    server_stream_start(request);
    publish_mode(streams); /* a listener begins with knowing where things stand */
}
