#include "tools/kordonctl/listening.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "json/parse.h"

#define LINE_SIZE 8192
#define NAME_SIZE 64
#define POLL_MS   1000
#define STEPS_MAX 1000 /* until the request no longer waits for the stream */

/* The stream, line by line. A line beyond its size is dropped, and its event with it. */
struct stream {
    const struct client_ear *ear;
    char line[LINE_SIZE];
    size_t used;
    bool too_long, told;
    char event[NAME_SIZE];
};

static void take_line(struct stream *stream)
{
    static const char event[] = "event: ", data[] = "data: ";
    json_t *value;
    if (strncmp(stream->line, event, sizeof event - 1) == 0) {
        snprintf(stream->event, sizeof stream->event, "%.*s", NAME_SIZE - 1, stream->line + sizeof event - 1);
    } else if (strncmp(stream->line, data, sizeof data - 1) == 0 &&
               json_parse(stream->line + sizeof data - 1, stream->used - (sizeof data - 1), &value, NULL) ==
                   REASON_DONE) {
        stream->ear->heard(stream->ear->context, stream->event, value);
        json_decref(value);
    }
}

static size_t take_bytes(char *bytes, size_t unit, size_t count, void *context)
{
    struct stream *stream = context;
    stream->told = true;
    for (size_t i = 0; i < unit * count; i++) {
        if (bytes[i] == '\n') {
            stream->line[stream->used] = '\0';
            if (!stream->too_long)
                take_line(stream);
            stream->used = 0;
            stream->too_long = false;
        } else if (stream->used + 1 < sizeof stream->line) {
            stream->line[stream->used++] = bytes[i];
        } else {
            stream->too_long = true;
        }
    }
    return unit * count;
}

/* The same place, language and proof of who asks as the request's, another path. NULL without memory. */
static CURL *open_stream(CURL *request, const char *events_url, struct stream *stream)
{
    CURL *handle = curl_easy_duphandle(request);
    if (handle == NULL)
        return NULL;
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, NULL);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, NULL);
    curl_easy_setopt(handle, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, "GET");
    curl_easy_setopt(handle, CURLOPT_URL, events_url);
    curl_easy_setopt(handle, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, 0L);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, stream);
    return handle;
}

/* Whether that transfer is over, and how. */
static bool is_over(CURLM *multi, const CURL *handle, CURLcode *code)
{
    int left;
    bool over = false;
    for (CURLMsg *message; (message = curl_multi_info_read(multi, &left)) != NULL;) {
        if (message->msg != CURLMSG_DONE || message->easy_handle != handle)
            continue;
        *code = message->data.result;
        over = true;
    }
    return over;
}

static bool step(CURLM *multi)
{
    int running;
    return curl_multi_perform(multi, &running) == CURLM_OK &&
           curl_multi_poll(multi, NULL, 0, POLL_MS, NULL) == CURLM_OK;
}

static void await_stream(CURLM *multi, const CURL *handle, const struct stream *stream)
{
    CURLcode ended;
    for (int i = 0; i < STEPS_MAX && !stream->told; i++)
        if (!step(multi) || is_over(multi, handle, &ended))
            return;
}

static CURLcode await_request(CURLM *multi, CURL *request)
{
    CURLcode code = CURLE_FAILED_INIT;
    if (curl_multi_add_handle(multi, request) != CURLM_OK)
        return code;
    while (!is_over(multi, request, &code)) {
        if (step(multi))
            continue;
        code = CURLE_RECV_ERROR;
        break;
    }
    curl_multi_remove_handle(multi, request);
    return code;
}

CURLcode listening_perform(CURL *request, const char *events_url, const struct client_ear *ear)
{
    struct stream stream = {.ear = ear};
    CURLM *multi = curl_multi_init();
    CURL *handle = multi != NULL ? open_stream(request, events_url, &stream) : NULL;
    if (handle == NULL || curl_multi_add_handle(multi, handle) != CURLM_OK) {
        curl_easy_cleanup(handle);
        curl_multi_cleanup(multi);
        return curl_easy_perform(request);
    }
    await_stream(multi, handle, &stream);
    CURLcode code = await_request(multi, request);
    curl_multi_remove_handle(multi, handle);
    curl_easy_cleanup(handle);
    curl_multi_cleanup(multi);
    return code;
}
