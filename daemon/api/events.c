#include "daemon/api/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/reply.h"
#include "daemon/api/routes.h"
#include "daemon/evidence.h"
#include "daemon/transactions/transaction.h"
#include "list/describe.h"

#define STREAMS_MAX 64

struct event_stream {
    struct kordond *kordond;
    struct http_request *request;
    struct event_stream *next;
};

const char *mode_name(enum kordond_mode mode)
{
    switch (mode) {
    case MODE_ARMED:
        return "armed";
    case MODE_IDENTIFICATION_REFUSED:
        return "identification_refused";
    case MODE_LOCKED:
        return "locked";
    }
    return "locked";
}

static void on_stream_gone(struct http_request *request)
{
    struct event_stream *stream = request->data;
    struct event_stream **place = &stream->kordond->streams;
    while (*place != stream)
        place = &(*place)->next;
    *place = stream->next;
    free(stream);
}

void handle_events(struct kordond *kordond, struct http_request *request)
{
    size_t count = 0;
    for (struct event_stream *each = kordond->streams; each != NULL; each = each->next)
        count++;
    struct event_stream *stream = count < STREAMS_MAX ? calloc(1, sizeof *stream) : NULL;
    if (stream == NULL || kordond->phase != KORDOND_RUNNING) {
        free(stream);
        struct failure failure = {0};
        failure_set(
            &failure, kordond->phase != KORDOND_RUNNING ? REASON_STOPPING : REASON_BUSY, "events", NULL);
        reply_failure(request, &failure);
        return;
    }
    stream->kordond = kordond;
    stream->request = request;
    stream->next = kordond->streams;
    kordond->streams = stream;
    request->data = stream;
    request->gone = on_stream_gone;
    server_stream_start(request);
    events_publish_mode(kordond); /* a listener begins with knowing where things stand */
}

/* To every stream whose peer holds one of the roles, or is the owner. json is taken over. */
static void publish(
    struct kordond *kordond, const char *event, unsigned roles, const struct principal *owner, json_t *json)
{
    char *data =
        kordond->streams != NULL && json != NULL ? json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(json);
    char *text = NULL;
    int size = data != NULL ? asprintf(&text, "event: %s\ndata: %s\n\n", event, data) : -1;
    free(data);
    if (size < 0)
        return;
    struct event_stream *next;
    for (struct event_stream *each = kordond->streams; each != NULL; each = next) {
        next = each->next;
        const struct principal *listener = &each->request->principal;
        bool owns = owner != NULL && principal_is(owner, listener) && (listener->roles & ROLE_TERMINAL) != 0;
        if ((listener->roles & roles) != 0 || owns)
            server_stream_send(each->request, text, (size_t)size);
    }
    free(text);
}

void events_publish_transaction(struct kordond *kordond, const struct transaction *transaction)
{
    if (kordond->streams == NULL)
        return;
    publish(kordond, "transaction", ROLE_SUPERVISOR, &transaction->owner,
        json_pack("{s:s, s:s}", "transaction", transaction->id, "state",
            transaction_state_name(transaction->state)));
}

void events_publish_list(struct kordond *kordond)
{
    if (kordond->streams == NULL || kordond->set == NULL)
        return;
    publish(kordond, "list", ROLE_EXAMINER | ROLE_SUPERVISOR | ROLE_ADMINISTRATOR, NULL,
        list_describe_set(kordond->set));
}

void events_publish_import(struct kordond *kordond, json_t *json)
{
    publish(kordond, "import", ROLE_SUPERVISOR | ROLE_ADMINISTRATOR, NULL, json);
}

void events_publish_mode(struct kordond *kordond)
{
    if (kordond->streams == NULL)
        return;
    json_t *json = json_pack("{s:s}", "mode", mode_name(kordond->mode));
    if (kordond->mode != MODE_ARMED)
        json_object_set_new(json, "why", json_string(reason_name(kordond->mode_failure.reason)));
    else
        json_object_set_new(json, "armed_from_fingers", json_integer(kordond->armed_from_fingers));
    publish(kordond, "mode", ROLE_ANY, NULL, json);
}

/* A child that sent what it must not is a matter for the log; what it sent is not repeated there. */
static void note_misbehaviour(struct kordond *kordond, const struct scanner_info *info)
{
    metric_add(&kordond->metrics, METRIC_SCANNER_FAULTS, 1);
    json_t *body = evidence_body(kordond, "kordond", "system");
    evidence_text(body, "scanner", info->id);
    evidence_text(body, "driver", info->driver);
    evidence_failure(body, &info->failure);
    evidence_note(kordond, LOG_EVENT_FAULT, body);
}

void events_on_scanner(void *data, enum scanner_event_type type, const struct scanner_info *info)
{
    struct kordond *kordond = data;
    if (type == SCANNER_EVENT_MISBEHAVED)
        note_misbehaviour(kordond, info);
    if (kordond->streams == NULL)
        return;
    json_t *json = json_pack("{s:s, s:s, s:s, s:b, s:b}", "scanner", info->id, "event",
        scanner_event_name(type), "state", scanner_state_name(info->state), "finger_needed",
        (int)info->finger_needed, "finger_present", (int)info->finger_present);
    if (info->failure.reason != REASON_DONE)
        json_object_set_new(json, "reason", json_string(reason_name(info->failure.reason)));
    publish(kordond, "scanner", ROLE_ANY, NULL, json);
}
