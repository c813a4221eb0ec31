#include "daemon/http/head_parser.h"

#include <http_parser.h>
#include <string.h>

#define HEADER_LINES_MAX 64
#define VERSION          " HTTP/1.1" /* what follows the target */

/* The parser's data. What stops it leaves status and failure. */
struct parsing {
    struct parsed_head *head;
    struct text target, name; /* name: of the header line whose value comes next */
    size_t line_count;        /* of header lines */
    head_line_callback line;
    void *data;
    int status; /* to refuse with */
    struct failure *failure;
};

int head_refuse(int status, struct failure *failure, const char *subject, const char *detail)
{
    failure_set(failure,
        status == 413 || status == 414 || status == 431 ? REASON_TOO_LARGE : REASON_BAD_REQUEST, subject,
        "%s", detail);
    return status;
}

bool head_text_is_visible(struct text text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.bytes[i] <= ' ' || text.bytes[i] > '~')
            return false;
    return true;
}

/* CR and LF only together, and no line that goes on with the one before. */
static bool has_plain_lines(struct text head)
{
    for (size_t i = 1; i < head.size; i++) {
        char before = head.bytes[i - 1], byte = head.bytes[i];
        if ((before == '\r') != (byte == '\n') || (before == '\n' && (byte == ' ' || byte == '\t')))
            return false;
    }
    return true;
}

/* --- What the library calls */

static int on_target(http_parser *parser, const char *at, size_t size)
{
    struct parsing *parsing = parser->data;
    struct http_parser_url url;
    http_parser_url_init(&url);
    parsing->target = (struct text){at, size};
    if (!head_text_is_visible(parsing->target) || memchr(at, '#', size) != NULL)
        return parsing->status = head_refuse(
                   400, parsing->failure, "request line", "the target holds what must be percent-encoded");
    if (at[0] != '/' || http_parser_parse_url(at, size, 0, &url) != 0)
        return parsing->status =
                   head_refuse(400, parsing->failure, "request line", "the target must be a path");
    parsing->head->path = (struct text){at + url.field_data[UF_PATH].off, url.field_data[UF_PATH].len};
    parsing->head->query = (struct text){at + url.field_data[UF_QUERY].off, url.field_data[UF_QUERY].len};
    return 0;
}

static int on_name(http_parser *parser, const char *at, size_t size)
{
    struct parsing *parsing = parser->data;
    parsing->name = (struct text){at, size};
    if (++parsing->line_count > HEADER_LINES_MAX)
        parsing->status = head_refuse(431, parsing->failure, "header lines", "there are too many");
    else if (memchr(at, ' ', size) != NULL)
        parsing->status = head_refuse(400, parsing->failure, "header line", "its name holds a space");
    return parsing->status;
}

static int on_value(http_parser *parser, const char *at, size_t size)
{
    struct parsing *parsing = parser->data;
    while (size > 0 && (at[size - 1] == ' ' || at[size - 1] == '\t'))
        size--;
    parsing->status = parsing->line(parsing->data, parsing->name, (struct text){at, size}, parsing->failure);
    return parsing->status;
}

/* The library stops here: it is not to read the body. */
static int on_end(http_parser *parser)
{
    struct parsing *parsing = parser->data;
    if (parser->http_major != 1 || parser->http_minor != 1)
        return parsing->status =
                   head_refuse(505, parsing->failure, "request line", "only HTTP/1.1 is spoken here");
    if ((parser->flags & F_CONTENTLENGTH) != 0 && parser->content_length > INT64_MAX)
        return parsing->status = head_refuse(400, parsing->failure, "content-length", "it is too large");
    if ((parser->flags & F_CONTENTLENGTH) != 0)
        parsing->head->length = (int64_t)parser->content_length;
    parsing->head->close = http_should_keep_alive(parser) == 0;
    http_parser_pause(parser, 1);
    return 0;
}

/* --- All of it */

static bool is_method(struct text word)
{
    for (size_t i = 0; i < word.size; i++)
        if ((word.bytes[i] < 'A' || word.bytes[i] > 'Z') && word.bytes[i] != '-' && word.bytes[i] != '_')
            return false;
    return word.size > 0;
}

static int refuse_as_the_library(enum http_errno error, size_t line_count, struct failure *failure)
{
    const char *subject =
        line_count > 0 || error == HPE_INVALID_HEADER_TOKEN ? "header line" : "request line";
    if (error == HPE_INVALID_CONTENT_LENGTH || error == HPE_UNEXPECTED_CONTENT_LENGTH)
        subject = "content-length";
    return head_refuse(400, failure, subject, http_errno_description(error));
}

int head_parse(const uint8_t *bytes, size_t size, struct parsed_head *head, head_line_callback line,
    void *data, struct failure *failure)
{
    static const http_parser_settings calls = {.on_url = on_target,
        .on_header_field = on_name,
        .on_header_value = on_value,
        .on_headers_complete = on_end};
    struct parsing parsing = {.head = head, .line = line, .data = data, .failure = failure};
    struct text rest = {(const char *)bytes, size}, request_line;
    http_parser parser;
    *head = (struct parsed_head){.length = -1};
    if (!has_plain_lines(rest))
        return head_refuse(
            400, failure, "request", "a line goes on with the one before it, or ends without CR and LF");
    if (!text_take_until(&rest, ' ', &head->method) || !is_method(head->method))
        return head_refuse(400, failure, "request line", "its method is none");

    /* It ends at methods that it does not know, whose clients the API tells which ones there are: it is told of GET. */
    http_parser_init(&parser, HTTP_REQUEST);
    parser.data = &parsing;
    http_parser_execute(&parser, &calls, "GET ", strlen("GET "));
    http_parser_execute(&parser, &calls, rest.bytes, rest.size);
    if (parsing.status != 0)
        return parsing.status;
    if (HTTP_PARSER_ERRNO(&parser) != HPE_PAUSED)
        return refuse_as_the_library(HTTP_PARSER_ERRNO(&parser), parsing.line_count, failure);
    if (!text_take_until(&rest, '\r', &request_line) ||
        request_line.size != parsing.target.size + strlen(VERSION) ||
        memcmp(request_line.bytes + parsing.target.size, VERSION, strlen(VERSION)) != 0)
        return head_refuse(400, failure, "request line", "it is not METHOD, space, path, space, HTTP/1.1");
    return 0;
}
