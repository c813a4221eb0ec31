/* What a request must not contain. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/http/server_lws_internal.h"

#define CONTENT_LENGTH_DIGITS_MAX 12

static const char *const method_names[HTTP_METHOD_COUNT] = {"GET", "POST", "PUT", "DELETE"};

const char *http_method_name(enum http_method method)
{
    return (unsigned)method < HTTP_METHOD_COUNT ? method_names[method] : "?";
}

const char *http_request_query(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->query_count; i++)
        if (strcmp(request->query[i].name, name) == 0)
            return request->query[i].value;
    return NULL;
}

/* --- Requests: headers */

static bool has_header(struct lws *wsi, enum lws_token_indexes token)
{
    return lws_hdr_total_length(wsi, token) > 0;
}

static bool is_repeated(struct lws *wsi, enum lws_token_indexes token)
{
    return lws_hdr_fragment_length(wsi, token, 1) > 0;
}

static int refuse(int status, struct failure *failure, const char *detail)
{
    failure_set(failure, status == 413 ? REASON_TOO_LARGE : REASON_BAD_REQUEST, "request", "%s", detail);
    return status;
}

/* 0 and *length (-1: none given), or the status to refuse with. */
static int read_content_length(struct lws *wsi, int64_t *length, struct failure *failure)
{
    *length = -1;
    if (has_header(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING))
        return refuse(411, failure, "Transfer-Encoding is not accepted: give Content-Length");
    if (!has_header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH))
        return 0;
    char text[32];
    if (is_repeated(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH))
        return refuse(400, failure, "Content-Length is given twice");
    int size = lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_HTTP_CONTENT_LENGTH);
    if (size <= 0 || size > CONTENT_LENGTH_DIGITS_MAX || strspn(text, "0123456789") != (size_t)size)
        return refuse(400, failure, "Content-Length is no number");
    *length = strtoll(text, NULL, 10);
    return 0;
}

static int read_method(struct lws *wsi, struct http_request *request, struct failure *failure)
{
    char *path;
    int size;
    switch (lws_http_get_uri_and_method(wsi, &path, &size)) {
    case LWSHUMETH_GET:
        request->method = HTTP_GET;
        return 0;
    case LWSHUMETH_POST:
        request->method = HTTP_POST;
        return 0;
    case LWSHUMETH_PUT:
        request->method = HTTP_PUT;
        return 0;
    case LWSHUMETH_DELETE:
        request->method = HTTP_DELETE;
        return 0;
    default:
        return refuse(405, failure, "method not known here");
    }
}

static int read_query(struct lws *wsi, struct http_request *request, struct failure *failure)
{
    char text[HTTP_QUERY_NAME_SIZE + HTTP_QUERY_VALUE_SIZE];
    for (int i = 0;; i++) {
        int length = lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_URI_ARGS, i);
        if (length <= 0)
            return 0;
        int size = lws_hdr_copy_fragment(wsi, text, sizeof text, WSI_TOKEN_HTTP_URI_ARGS, i);
        if (size < 0 || i >= HTTP_QUERY_MAX)
            return refuse(414, failure, "too much in the query");
        const char *equals = memchr(text, '=', (size_t)size);
        size_t name_size = equals != NULL ? (size_t)(equals - text) : (size_t)size;
        if (strlen(text) != (size_t)size || name_size >= HTTP_QUERY_NAME_SIZE ||
            (size_t)size - name_size > HTTP_QUERY_VALUE_SIZE)
            return refuse(400, failure, "query not understood");
        struct http_query *query = &request->query[request->query_count++];
        memcpy(query->name, text, name_size);
        if (equals != NULL)
            snprintf(query->value, sizeof query->value, "%s", equals + 1);
    }
}

/* Everything that is wrong before the application is asked. */
int request_read_head(struct lws *wsi, const char *path, size_t path_size, struct http_request *request,
    int64_t *length, struct failure *failure)
{
    int status = read_method(wsi, request, failure);
    if (status == 0)
        status = read_content_length(wsi, length, failure);
    if (status != 0)
        return status;
    if (!has_header(wsi, WSI_TOKEN_HOST) || is_repeated(wsi, WSI_TOKEN_HOST))
        return refuse(400, failure, "one Host is needed");
    if (path_size >= sizeof request->path)
        return refuse(414, failure, "the path is too long");
    if (memchr(path, '\0', path_size) != NULL)
        return refuse(400, failure, "the path holds a zero byte");
    memcpy(request->path, path, path_size);
    bool takes_body = request->method == HTTP_POST || request->method == HTTP_PUT;
    if (takes_body && *length < 0)
        return refuse(411, failure, "give Content-Length");
    if (!takes_body && *length > 0)
        return refuse(400, failure, "this method has no body");
    return read_query(wsi, request, failure);
}
