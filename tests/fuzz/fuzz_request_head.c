/* The heads of HTTP requests. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/http/request_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require_that(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct http_request request;
    struct request_head head;
    struct failure failure = {0};
    memset(&request, 0, sizeof request);
    request_head_may_begin(bytes, size);
    size_t end = request_head_end(bytes, size);
    require_that(end <= size);
    if (end == 0)
        return 0;
    int status = request_head_read(bytes, end, &request, &head, &failure);
    require_that((status == 0) == (failure.reason == REASON_DONE));
    require_that(status == 0 || (status >= 400 && status <= 599));
    if (status != 0)
        return 0;
    require_that(request_head_may_begin(bytes, end) && request.path[0] == '/' && head.length >= -1);
    require_that(memchr(request.path, '\0', sizeof request.path) != NULL);
    require_that(request.query_count <= HTTP_QUERY_MAX && request.language < LANGUAGE_COUNT);
    for (size_t i = 0; i < request.query_count; i++)
        require_that(http_request_query(&request, request.query[i].name) == request.query[i].value);
    return 0;
}
