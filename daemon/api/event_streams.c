#include "daemon/api/event_streams.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/random.h"
#include "daemon/api/event_json.h"
#include "daemon/api/event_series.h"
#include "daemon/api/reply.h"
#include "daemon/api/routes.h"
#include "json/language.h"
#include "json/memory.h"
#include "json/text.h"
#include "json/writer.h"
#include "store/store.h"

/* Held at most while some of them are gone: those that listen are bounded by the quota of streams. */
#define SUBSCRIBERS_MAX 64
#define HEARTBEAT_MS    5000
#define FORGOTTEN_MS    900000

struct event_stream {
    struct event_subscriber *subscriber;
    struct http_request *request;
    struct event_stream *next;
};

/* A principal with the roles and the language in which it listens. With other roles it is another subscriber: nobody is told later what
 * it might not have heard then. In another language, too: what is held is held in the words in which it was told. */
struct event_subscriber {
    struct event_streams *streams;
    struct principal principal;
    enum language language;
    struct event_stream *first; /* NULL: nobody listens now */
    uint64_t left_ms;           /* since then, in the loop's time */
    struct event_subscriber *next;
    struct event_series series;
};

/* --- Subscribers */

static void forget(struct event_streams *streams, struct event_subscriber *subscriber)
{
    struct event_subscriber **place = &streams->first;
    while (*place != subscriber)
        place = &(*place)->next;
    *place = subscriber->next;
    memory_wipe(subscriber, sizeof *subscriber);
    free(subscriber);
}

/* The one without a stream for longest; NULL where all have some. */
static struct event_subscriber *longest_gone(const struct event_streams *streams)
{
    struct event_subscriber *found = NULL;
    for (struct event_subscriber *each = streams->first; each != NULL; each = each->next)
        if (each->first == NULL && (found == NULL || each->left_ms < found->left_ms))
            found = each;
    return found;
}

static size_t count_subscribers(const struct event_streams *streams)
{
    size_t count = 0;
    for (const struct event_subscriber *each = streams->first; each != NULL; each = each->next)
        count++;
    return count;
}

/* NULL where there is no memory. */
static struct event_subscriber *new_subscriber(
    struct event_streams *streams, const struct http_request *request)
{
    struct event_subscriber *gone = longest_gone(streams);
    if (count_subscribers(streams) >= SUBSCRIBERS_MAX && gone != NULL)
        forget(streams, gone);
    struct event_subscriber *subscriber = calloc(1, sizeof *subscriber);
    if (subscriber == NULL)
        return NULL;
    subscriber->streams = streams;
    subscriber->principal = request->principal;
    subscriber->language = request->language;
    subscriber->series.run = streams->run;
    subscriber->series.number = ++streams->series_made;
    subscriber->next = streams->first;
    streams->first = subscriber;
    return subscriber;
}

static struct event_subscriber *find_subscriber(
    const struct event_streams *streams, const struct http_request *request)
{
    const struct principal *principal = &request->principal;
    struct event_subscriber *each = streams->first;
    while (
        each != NULL && !(principal_is(&each->principal, principal) &&
                            each->principal.roles == principal->roles && each->language == request->language))
        each = each->next;
    return each;
}

/* --- What they are told */

/* data is taken over. Whole, or NULL where there is no memory; json_text_free() is the caller's. */
static char *text_of(json_t *data, enum language language, int64_t time_ms)
{
    struct json_writer writer;
    json_writer_over(&writer, json_in_language(data, language));
    json_write_integer(&writer, "time_ms", time_ms);
    json_t *whole = json_writer_end(&writer);
    size_t size;
    char *text = json_text(whole, &size);
    json_decref(whole);
    return text;
}

static void tell(const struct event_subscriber *subscriber, struct text text)
{
    struct event_stream *next;
    for (struct event_stream *each = subscriber->first; each != NULL; each = next) {
        next = each->next;
        server_stream_send(each->request, text.bytes, text.size);
    }
}

/* Those who read that language; the event is put into words only where there is one. */
static void tell_all(struct event_streams *streams, const struct event_message *message,
    enum language language, int64_t now_ms)
{
    char *data = NULL;
    bool made = false;
    for (struct event_subscriber *each = streams->first; each != NULL; each = each->next) {
        if (each->language != language || !event_message_is_for(message, &each->principal))
            continue;
        if (!made)
            data = text_of(json_incref(message->data), language, now_ms);
        made = true;
        tell(each, event_series_add(&each->series, message->name, data, now_ms));
    }
    json_text_free(data);
}

static void on_event(struct event_listener *listener, const struct event *event)
{
    struct event_streams *streams = (struct event_streams *)listener;
    if (streams->first == NULL)
        return;
    int64_t now_ms = store_now_ms();
    struct event_message message = event_message(streams->kordond, event);
    for (enum language language = 0; language < LANGUAGE_COUNT; language++)
        tell_all(streams, &message, language, now_ms);
    json_decref(message.data);
}

static void on_heartbeat(uv_timer_t *timer)
{
    struct event_streams *streams = timer->data;
    char data[64], text[EVENT_TEXT_MAX];
    snprintf(data, sizeof data, "{\"time_ms\":%" PRId64 "}", store_now_ms());
    uint64_t now_ms = uv_now(timer->loop);
    struct event_subscriber *next;
    for (struct event_subscriber *each = streams->first; each != NULL; each = next) {
        next = each->next;
        if (each->first != NULL)
            tell(each, event_format(text, &each->series, each->series.count, "heartbeat", data));
        else if (now_ms - each->left_ms > FORGOTTEN_MS)
            forget(streams, each);
    }
}

enum reason event_streams_init(
    struct event_streams *streams, struct kordond *kordond, struct failure *failure)
{
    TRY(random_bytes(&streams->run, sizeof streams->run, failure));
    int error = uv_timer_init(&kordond->loop, &streams->heartbeat);
    if (error != 0)
        return failure_set(failure, REASON_SYSTEM_ERROR, "events", "uv_timer_init: %s", uv_strerror(error));
    streams->heartbeat.data = streams;
    uv_timer_start(&streams->heartbeat, on_heartbeat, HEARTBEAT_MS, HEARTBEAT_MS);
    uv_unref((uv_handle_t *)&streams->heartbeat); /* it keeps nobody from the end */
    streams->kordond = kordond;
    kordond->streams = streams;
    streams->listener.told = on_event;
    events_subscribe(&kordond->events, &streams->listener);
    return REASON_DONE;
}

static void on_timer_closed(uv_handle_t *handle)
{
    (void)handle;
}

void event_streams_finish(struct event_streams *streams)
{
    if (streams->kordond == NULL)
        return;
    uv_close((uv_handle_t *)&streams->heartbeat, on_timer_closed);
    while (streams->first != NULL)
        forget(streams, streams->first);
}

/* --- Beginning to listen */

static void on_stream_gone(struct http_request *request)
{
    struct event_stream *stream = request->data;
    struct event_subscriber *subscriber = stream->subscriber;
    struct event_stream **place = &subscriber->first;
    while (*place != stream)
        place = &(*place)->next;
    *place = stream->next;
    struct kordond *kordond = subscriber->streams->kordond;
    subscriber->left_ms = uv_now(&kordond->loop);
    quota_give_back(&kordond->quota, QUOTA_EVENT_STREAMS, &request->principal, 1);
    free(stream);
}

/* NULL where there is no memory. */
static struct event_stream *new_stream(struct event_streams *streams, struct http_request *request)
{
    struct event_stream *stream = calloc(1, sizeof *stream);
    struct event_subscriber *subscriber = find_subscriber(streams, request);
    if (subscriber == NULL && stream != NULL)
        subscriber = new_subscriber(streams, request);
    if (subscriber == NULL || stream == NULL) {
        free(stream);
        return NULL;
    }
    *stream = (struct event_stream){subscriber, request, subscriber->first};
    subscriber->first = stream;
    return stream;
}

/* An event for this stream alone, which counts nothing. */
static void send_uncounted(
    const struct event_stream *stream, uint64_t count, const char *name, const char *data)
{
    char text[EVENT_TEXT_MAX];
    struct text event = event_format(text, &stream->subscriber->series, count, name, data);
    server_stream_send(stream->request, event.bytes, event.size);
}

/* Everything behind that event, and first of all what is not known any more. */
static void resume(const struct event_stream *stream, const char *last_id)
{
    const struct event_series *series = &stream->subscriber->series;
    struct event_place place = event_series_find(series, last_id);
    char gap[EVENT_GAP_DATA_SIZE];
    if (place.gap != EVENT_GAP_NONE)
        send_uncounted(stream, place.count, EVENT_GAP_EVENT,
            event_gap_data(gap, place.gap, place.missed, store_now_ms()));
    struct text held = event_series_after(series, place.count);
    if (held.size > 0)
        server_stream_send(stream->request, held.bytes, held.size);
}

/* A listener begins with knowing where things stand. */
static void tell_mode(const struct event_stream *stream)
{
    int64_t now_ms = store_now_ms();
    char gap[EVENT_GAP_DATA_SIZE];
    char *mode =
        text_of(event_mode_json(stream->subscriber->streams->kordond), stream->subscriber->language, now_ms);
    send_uncounted(stream, stream->subscriber->series.count, mode != NULL ? "mode" : EVENT_GAP_EVENT,
        mode != NULL ? mode : event_gap_data(gap, EVENT_GAP_NOT_TOLD, 1, now_ms));
    json_text_free(mode);
}

void handle_events(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    enum reason reason =
        kordond->phase != KORDOND_RUNNING
            ? failure_set(&failure, REASON_STOPPING, "events", NULL)
            : quota_take(&kordond->quota, QUOTA_EVENT_STREAMS, &request->principal, 1, &failure);
    struct event_stream *stream = reason == REASON_DONE ? new_stream(kordond->streams, request) : NULL;
    if (reason == REASON_DONE && stream == NULL) {
        quota_give_back(&kordond->quota, QUOTA_EVENT_STREAMS, &request->principal, 1);
        failure_set(&failure, REASON_NO_MEMORY, "events", NULL);
    }
    if (stream == NULL) {
        reply_failure(request, &failure);
        return;
    }
    request->data = stream;
    request->gone = on_stream_gone;
    http_request_add_header(request, "content-language", language_tag(request->language));
    server_stream_start(request);
    const char *last_id = http_request_header(request, HTTP_LAST_EVENT_ID);
    if (last_id != NULL)
        resume(stream, last_id);
    tell_mode(stream);
}
