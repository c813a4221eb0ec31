#include "tools/kordonctl/client.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/language.h"
#include "base/locked_memory.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "json/memory.h"
#include "json/parse.h"
#include "json/text.h"
#include "tools/kordonctl/interrupt.h"
#include "tools/kordonctl/tls_identity.h"

#define ANSWER_BYTES_MAX   ((size_t)64 << 20)
#define CONNECT_TIMEOUT_MS 5000L
#define REQUEST_TIMEOUT_MS 60000L

/* A request that is done once: how often it is sent, and how long is waited then; each time twice as long. */
#define ATTEMPTS       4
#define FIRST_PAUSE_NS 500000000L

#define SERVER_SIZE 512

struct client {
    CURL *curl;
    char socket_path[1024];   /* "": over the network */
    char server[SERVER_SIZE]; /* what stands before a request's path */
    struct tls_alert alert;
    char error[CURL_ERROR_SIZE];
};

/* Grows as the answer comes; too_large marks one beyond the limit. */
struct answer {
    uint8_t *bytes;
    size_t size, capacity;
    bool too_large;
};

/* Room for so many more bytes and a zero one; what was there may hold identities, and its old place is wiped. */
static bool make_room(struct answer *answer, size_t more)
{
    size_t needed = answer->size + more + 1;
    if (needed <= answer->capacity)
        return true;
    size_t capacity = needed < 4096 ? 4096 : 2 * needed;
    uint8_t *grown = malloc(capacity);
    if (grown == NULL)
        return false;
    if (answer->bytes != NULL) {
        memcpy(grown, answer->bytes, answer->size);
        memory_wipe(answer->bytes, answer->size);
    }
    free(answer->bytes);
    answer->bytes = grown;
    answer->capacity = capacity;
    return true;
}

static size_t take_bytes(char *bytes, size_t unit, size_t count, void *context)
{
    struct answer *answer = context;
    size_t size = unit * count;
    if (size > ANSWER_BYTES_MAX - answer->size) {
        answer->too_large = true;
        return 0;
    }
    if (!make_room(answer, size))
        return 0;
    memcpy(answer->bytes + answer->size, bytes, size);
    answer->size += size;
    answer->bytes[answer->size] = 0;
    return size;
}

static const char *socket_in_words(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return N_("there is no such socket");
    case ECONNREFUSED:
        return N_("nobody listens there");
    default:
        return strerror(error);
    }
}

/* curl says only "could not connect"; the socket itself says whether nobody listens or we may not. */
static enum reason try_socket(const char *path, struct failure *failure)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return failure_set(failure, REASON_CONFIGURATION_BAD, path, "the socket's path is too long");
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return failure_set_errno(failure, errno, path, "socket");
    enum reason reason = REASON_DONE;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        if (errno == EACCES || errno == EPERM)
            reason = failure_set(failure, REASON_NOT_PERMITTED, path,
                N_("you are none of those to whom kordond opens its socket: ask whoever administers the "
                   "post"));
        else
            reason = failure_set(failure, REASON_DAEMON_NOT_REACHABLE, path, "%s", socket_in_words(errno));
    }
    close(fd);
    return reason;
}

/* "https://HOST:PORT", and nothing more of a URL. */
static enum reason read_server(const char *text, char server[static SERVER_SIZE], struct failure *failure)
{
    CURLU *url = curl_url();
    char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL, *path = NULL, *query = NULL;
    bool good = url != NULL && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_PATH, &path, 0) == CURLUE_OK;
    good = good && curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
           curl_url_get(url, CURLUPART_QUERY, &query, 0) == CURLUE_NO_QUERY;
    good = good && strcmp(scheme, "https") == 0 && strcmp(path, "/") == 0 &&
           snprintf(server, SERVER_SIZE, "https://%s:%s", host, port) < SERVER_SIZE;
    char *const parts[] = {scheme, host, port, user, path, query};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        curl_free(parts[i]);
    curl_url_cleanup(url);
    return good ? REASON_DONE
                : failure_set(failure, REASON_BAD_ARGUMENT, "--server", "%s: give https://HOST:PORT", text);
}

/* Whether somebody is there who proves himself, and takes us. */
static enum reason try_server(struct client *client, struct failure *failure)
{
    struct client_request request = {.method = "GET", .path = "/healthz"};
    uint8_t *answer;
    size_t size;
    TRY(client_send(client, &request, &answer, &size, failure));
    free(answer);
    return REASON_DONE;
}

static enum reason set_place(struct client *client, const struct client_place *place, struct failure *failure)
{
    client->alert = (struct tls_alert){.identity = place->identity, .number = -1};
    if (place->socket == NULL)
        return read_server(place->server, client->server, failure);
    snprintf(client->socket_path, sizeof client->socket_path, "%s", place->socket);
    snprintf(client->server, sizeof client->server, "http://localhost");
    return try_socket(place->socket, failure);
}

enum reason client_open(const struct client_place *place, struct client **client, struct failure *failure)
{
    const char *where = place->socket != NULL ? place->socket : place->server;
    struct client *opened = calloc(1, sizeof *opened);
    *client = NULL;
    if (opened == NULL)
        return failure_set(failure, REASON_NO_MEMORY, where, NULL);
    enum reason reason = set_place(opened, place, failure);
    if (reason == REASON_DONE && (opened->curl = curl_easy_init()) == NULL)
        reason = failure_set(failure, REASON_NO_MEMORY, where, "curl");
    if (reason == REASON_DONE && place->socket == NULL)
        reason = try_server(opened, failure);
    if (reason == REASON_DONE)
        *client = opened;
    else
        client_close(opened);
    return reason;
}

void client_close(struct client *client)
{
    if (client == NULL)
        return;
    curl_easy_cleanup(client->curl);
    free(client);
}

static enum reason reason_by_name(const char *name)
{
    for (int i = 0; i < REASON_COUNT; i++)
        if (strcmp(reason_name((enum reason)i), name) == 0)
            return (enum reason)i;
    return REASON_INTERNAL_ERROR;
}

const char *text_or_empty(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "-";
}

long long number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

/* The Error object of an answer with a status of 400 or more. */
static enum reason remote_failure(
    long status, const struct answer *answer, const char *path, struct failure *failure)
{
    json_t *error;
    if (json_parse(answer->bytes, answer->size, &error, NULL) == REASON_NO_MEMORY)
        return failure_set(failure, REASON_NO_MEMORY, path, NULL);
    const char *name = text_or_empty(error, "reason");
    enum reason reason = reason_by_name(name);
    if (name[0] == '\0' || reason == REASON_DONE)
        reason = failure_set(
            failure, REASON_DAEMON_NOT_REACHABLE, path, "HTTP status %ld without a reason", status);
    else if (reason == REASON_INTERNAL_ERROR && strcmp(name, "INTERNAL_ERROR") != 0)
        failure_set(
            failure, reason, text_or_empty(error, "subject"), "%s: %s", name, text_or_empty(error, "detail"));
    else
        failure_set(failure, reason, text_or_empty(error, "subject"), "%s", text_or_empty(error, "detail"));
    json_decref(error);
    return reason;
}

static CURLcode set_up_tls(CURL *curl, void *context, void *alert)
{
    (void)curl;
    return tls_identity_use(context, alert) ? CURLE_OK : CURLE_OUT_OF_MEMORY;
}

/* The name that was asked for, proven by the authority that was named, by TLS 1.3 alone; whatever of it this curl can't do must stop us. */
static bool prepare_tls(struct client *client)
{
    CURL *curl = client->curl;
    client->alert.number = -1;
    return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CAINFO, NULL) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_SESSIONID_CACHE, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, &client->alert) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, set_up_tls) == CURLE_OK;
}

static bool prepare_place(struct client *client)
{
    if (client->socket_path[0] == '\0')
        return prepare_tls(client);
    return curl_easy_setopt(client->curl, CURLOPT_UNIX_SOCKET_PATH, client->socket_path) == CURLE_OK;
}

/* What waits for a finger may be interrupted; curl asks at each step, and each second. */
static int check_going(void *context, curl_off_t to_get, curl_off_t got, curl_off_t to_send, curl_off_t sent)
{
    (void)context, (void)to_get, (void)got, (void)to_send, (void)sent;
    return interrupt_came() ? 1 : 0;
}

static enum reason prepare(struct client *client, const struct client_request *request, const char *url,
    struct curl_slist *headers, struct answer *answer, struct failure *failure)
{
    CURL *curl = client->curl;
    curl_easy_reset(curl);
    client->error[0] = '\0';
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->error);
    if (!prepare_place(client))
        return failure_set(failure, REASON_INTERNAL_ERROR, url,
            "libcurl can't reach it so: for --server it must be the one with OpenSSL");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(
        curl, CURLOPT_TIMEOUT_MS, request->timeout_ms > 0 ? request->timeout_ms : REQUEST_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    if (request->ear != NULL) {
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, check_going);
    }
    bool has_body =
        request->bytes != NULL || strcmp(request->method, "POST") == 0 || strcmp(request->method, "PUT") == 0;
    if (has_body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->size);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->bytes != NULL ? request->bytes : "");
    }
    return REASON_DONE;
}

/* NULL: what curl says of it is all that is known. error: errno's, 0 where the system said nothing. */
static const char *curl_in_words(CURLcode code, long error)
{
    if (error == ECONNRESET || error == EPIPE)
        return N_("the connection broke off");
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return N_("its name is not known here");
    case CURLE_COULDNT_CONNECT:
        return N_("nobody takes the connection");
    case CURLE_OPERATION_TIMEDOUT:
        return N_("it took too long");
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return N_("the connection broke off");
    default:
        return NULL;
    }
}

static enum reason server_unproven(const struct client *client, struct failure *failure)
{
    long verified = 0;
    curl_easy_getinfo(client->curl, CURLINFO_SSL_VERIFYRESULT, &verified);
    return failure_set(
        failure, REASON_SERVER_UNPROVEN, client->server, "%s", tls_identity_unproven(verified));
}

/* Why curl gave no answer. */
static enum reason no_answer(const struct client *client, CURLcode code, struct failure *failure)
{
    if (code == CURLE_ABORTED_BY_CALLBACK)
        return failure_set(failure, REASON_CAPTURE_CANCELLED, "", NULL);
    long error = 0;
    curl_easy_getinfo(client->curl, CURLINFO_OS_ERRNO, &error);
    const char *words = curl_in_words(code, error);
    if (words == NULL)
        words = client->error[0] != '\0' ? client->error : curl_easy_strerror(code);
    if (client->socket_path[0] != '\0')
        return failure_set(failure, REASON_DAEMON_NOT_REACHABLE, client->socket_path, "%s", words);
    if (client->alert.number >= 0)
        return tls_identity_refused(&client->alert, failure);
    if (code == CURLE_PEER_FAILED_VERIFICATION)
        return server_unproven(client, failure);
    return failure_set(failure, REASON_SERVER_NOT_REACHABLE, client->server, "%s", words);
}

static void forget(struct answer *answer)
{
    if (answer->bytes != NULL)
        memory_wipe(answer->bytes, answer->size);
    free(answer->bytes);
    *answer = (struct answer){0};
}

/* *lost: kordond may have done it, though it did not say so. */
static enum reason send_once(struct client *client, const struct client_request *request, const char *url,
    struct curl_slist *headers, struct answer *answer, bool *lost, struct failure *failure)
{
    char events[SERVER_SIZE + 16];
    long status = 0, sent = 0;
    snprintf(events, sizeof events, "%s/v1/events", client->server);
    TRY(prepare(client, request, url, headers, answer, failure));
    CURLcode code = request->ear != NULL ? listening_perform(client->curl, events, request->ear)
                                         : curl_easy_perform(client->curl);
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(client->curl, CURLINFO_REQUEST_SIZE, &sent);
    if (answer->too_large)
        return failure_set(failure, REASON_TOO_LARGE, request->path, "the answer is larger than %zu bytes",
            ANSWER_BYTES_MAX);
    if (code != CURLE_OK) {
        *lost = *lost || (sent > 0 && client->alert.number < 0);
        return no_answer(client, code, failure);
    }
    if (status < 400 && status >= 200)
        return REASON_DONE;
    enum reason reason = remote_failure(status, answer, request->path, failure);
    *lost = reason == REASON_REQUEST_UNDER_WAY;
    return reason;
}

/* Again under the same key, so that it is done once, until an answer comes or it is time to say that none does; and where kordond says that something else
 * is on its way. */
static enum reason send_until_answered(struct client *client, const struct client_request *request,
    const char *url, struct curl_slist *headers, struct answer *answer, struct failure *failure)
{
    struct timespec pause = {.tv_nsec = FIRST_PAUSE_NS};
    bool lost = false;
    for (int attempt = 1;; attempt++) {
        enum reason reason = send_once(client, request, url, headers, answer, &lost, failure);
        const bool again = request->once && (lost || reason == REASON_BUSY);
        if (!again || reason == REASON_DONE || reason == REASON_TOO_LARGE)
            return reason;
        if (attempt == ATTEMPTS && !lost)
            return reason;
        forget(answer);
        if (attempt == ATTEMPTS)
            return failure_set(failure, REASON_OUTCOME_UNKNOWN, request->path, N_("no answer came"));
        nanosleep(&pause, NULL);
        pause.tv_sec = pause.tv_sec > 0 ? 2 * pause.tv_sec : 1;
        pause.tv_nsec = 0;
    }
}

static bool add_header(struct curl_slist **headers, const char *name, const char *value)
{
    char line[192];
    snprintf(line, sizeof line, "%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(*headers, line);
    *headers = longer != NULL ? longer : *headers;
    return longer != NULL;
}

/* *headers: to be freed in any case. */
static enum reason make_headers(
    const struct client_request *request, struct curl_slist **headers, struct failure *failure)
{
    uint8_t key[16];
    char key_hex[2 * sizeof key + 1];
    /* An empty "Expect:" keeps curl from waiting for a 100-continue that kordond does not send. */
    *headers = curl_slist_append(NULL, "Expect:");
    bool made = *headers != NULL &&
                add_header(headers, "Content-Type",
                    request->type != NULL ? request->type : "application/octet-stream") &&
                add_header(headers, "Accept-Language", language_tag(language_of_locale()));
    if (made && request->once) {
        TRY(random_bytes(key, sizeof key, failure));
        hex_format(key, sizeof key, key_hex);
        made = add_header(headers, "Idempotency-Key", key_hex);
    }
    return made ? REASON_DONE : failure_set(failure, REASON_NO_MEMORY, request->path, NULL);
}

enum reason client_send(struct client *client, const struct client_request *request, uint8_t **bytes,
    size_t *size, struct failure *failure)
{
    char url[4096];
    struct answer answer = {0};
    struct curl_slist *headers = NULL;
    *bytes = NULL;
    *size = 0;
    if (snprintf(url, sizeof url, "%s%s", client->server, request->path) >= (int)sizeof url)
        return failure_set(
            failure, REASON_TOO_LARGE, "request", "its path is longer than %zu bytes", sizeof url);
    enum reason reason = make_headers(request, &headers, failure);
    if (reason == REASON_DONE)
        reason = send_until_answered(client, request, url, headers, &answer, failure);
    curl_slist_free_all(headers);
    if (reason == REASON_DONE && !make_room(&answer, 0))
        reason = failure_set(failure, REASON_NO_MEMORY, request->path, NULL);
    if (reason != REASON_DONE) {
        forget(&answer);
        return reason;
    }
    answer.bytes[answer.size] = 0;
    *bytes = answer.bytes;
    *size = answer.size;
    return REASON_DONE;
}

enum reason client_send_json(
    struct client *client, const struct client_request *request, json_t **answer, struct failure *failure)
{
    uint8_t *bytes;
    size_t size;
    json_error_t error;
    if (answer != NULL)
        *answer = NULL;
    TRY(client_send(client, request, &bytes, &size, failure));
    json_t *object;
    enum reason reason = json_parse(bytes, size, &object, &error);
    if (reason == REASON_NO_MEMORY)
        failure_set(failure, reason, request->path, NULL);
    else if (reason != REASON_DONE || !json_is_object(object))
        reason = failure_set(failure, REASON_BAD_JSON, request->path, "kordond's answer: %s",
            reason != REASON_DONE ? error.text : "it is no object");
    memory_wipe(bytes, size);
    free(bytes);
    if (reason == REASON_DONE && answer != NULL)
        *answer = json_incref(object);
    json_decref(object);
    return reason;
}

enum reason client_get(struct client *client, const char *path, json_t **answer, struct failure *failure)
{
    struct client_request request = {.method = "GET", .path = path};
    return client_send_json(client, &request, answer, failure);
}

/* body is taken. */
static enum reason send_body(struct client *client, struct client_request *request, json_t *body,
    json_t **answer, struct failure *failure)
{
    size_t size;
    char *text = json_text(body, &size);
    json_decref(body);
    if (text == NULL)
        return failure_set(failure, REASON_NO_MEMORY, request->path, NULL);
    request->bytes = text;
    request->size = size;
    request->type = "application/json";
    request->timeout_ms = request->once ? 0 : 600000;
    enum reason reason = client_send_json(client, request, answer, failure);
    json_text_free(text);
    return reason;
}

enum reason client_put_json(struct client *client, const char *method, const char *path, json_t *body,
    json_t **answer, struct failure *failure)
{
    struct client_request request = {.method = method, .path = path};
    return send_body(client, &request, body, answer, failure);
}

enum reason client_do_once(struct client *client, const char *method, const char *path, json_t *body,
    json_t **answer, struct failure *failure)
{
    struct client_request request = {.method = method, .path = path, .once = true};
    return send_body(client, &request, body, answer, failure);
}

enum reason client_post_hearing(struct client *client, const char *path, json_t *body,
    const struct client_ear *ear, json_t **answer, struct failure *failure)
{
    struct client_request request = {.method = "POST", .path = path, .ear = ear};
    return send_body(client, &request, body, answer, failure);
}

enum reason client_add_query(
    char *path, size_t size, const char *name, const char *value, struct failure *failure)
{
    if (value == NULL)
        return REASON_DONE;
    size_t used = strlen(path);
    int begun = snprintf(path + used, size - used, "%c%s=", strchr(path, '?') == NULL ? '?' : '&', name);
    used += begun > 0 ? (size_t)begun : size;
    for (const unsigned char *byte = (const unsigned char *)value; *byte != '\0' && used + 4 < size; byte++) {
        bool plain = isascii(*byte) && (isalnum(*byte) || strchr("-._~", *byte) != NULL);
        used += (size_t)snprintf(path + used, size - used, plain ? "%c" : "%%%02X", *byte);
    }
    if (used + 4 >= size)
        return failure_set(failure, REASON_TOO_LARGE, name, "too long for a request");
    return REASON_DONE;
}

/* Puts the page's rows behind those that are there; false where there is no memory, or no list. */
static bool add_rows(json_t *rows, const json_t *page, const char *key)
{
    json_t *more = json_object_get(page, key);
    return json_is_array(rows) && json_is_array(more) && json_array_extend(rows, more) == 0;
}

enum reason client_get_all(
    struct client *client, char *path, size_t size, const char *key, json_t **answer, struct failure *failure)
{
    json_t *whole = NULL, *next;
    const size_t used = strlen(path);
    enum reason reason = client_get(client, path, &whole, failure);
    json_t *page = json_incref(whole);
    while (reason == REASON_DONE && json_is_string(next = json_object_get(page, "next"))) {
        path[used] = '\0';
        reason = client_add_query(path, size, "after", json_string_value(next), failure);
        json_decref(page);
        page = NULL;
        if (reason == REASON_DONE)
            reason = client_get(client, path, &page, failure);
        if (reason == REASON_DONE && !add_rows(json_object_get(whole, key), page, key))
            reason = failure_set(failure, REASON_NO_MEMORY, key, NULL);
    }
    json_decref(page);
    json_object_del(whole, "next");
    if (reason != REASON_DONE) {
        json_decref(whole);
        whole = NULL;
    }
    *answer = whole;
    return reason;
}
