#include "daemon/http/request_head.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#define HEADER_LINES_MAX          64
#define CONTENT_LENGTH_DIGITS_MAX 12

static const char *const method_names[HTTP_METHOD_COUNT] = {
    [HTTP_GET] = "GET",
    [HTTP_POST] = "POST",
    [HTTP_PUT] = "PUT",
    [HTTP_DELETE] = "DELETE",
    [HTTP_OTHER] = "other",
};

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

const char *http_request_header(const struct http_request *request, enum http_header header)
{
    const char *value = request->header_values[header];
    return value[0] != '\0' ? value : NULL;
}

static int refuse(int status, struct failure *failure, const char *subject, const char *detail)
{
    failure_set(failure,
        status == 413 || status == 414 || status == 431 ? REASON_TOO_LARGE : REASON_BAD_REQUEST, subject,
        "%s", detail);
    return status;
}

/* --- Where it begins and ends */

static bool is_control(uint8_t byte)
{
    return byte < 0x20 || byte == 0x7f;
}

bool request_head_may_begin(const uint8_t *bytes, size_t size)
{
    if (size > 0 && (bytes[0] < 'A' || bytes[0] > 'Z'))
        return false;
    for (size_t i = 0; i < size; i++)
        if (is_control(bytes[i]) && bytes[i] != '\r' && bytes[i] != '\n' && bytes[i] != '\t')
            return false;
    return true;
}

/* Also where lines end in a way that request_head_read() refuses: nobody waits for what will not come. */
size_t request_head_end(const uint8_t *bytes, size_t size)
{
    for (const uint8_t *at = bytes, *end = bytes + size;
         (at = memchr(at, '\n', (size_t)(end - at))) != NULL;) {
        at++;
        if (at < end && *at == '\n')
            return (size_t)(at - bytes) + 1;
        if (end - at >= 2 && at[0] == '\r' && at[1] == '\n')
            return (size_t)(at - bytes) + 2;
    }
    return 0;
}

/* The next line without its end, of printable characters and tabs. */
static bool take_line(struct text *head, struct text *line)
{
    if (!text_take_until(head, '\n', line) || line->size == 0 || line->bytes[line->size - 1] != '\r')
        return false;
    line->size--;
    for (size_t i = 0; i < line->size; i++)
        if (is_control((uint8_t)line->bytes[i]) && line->bytes[i] != '\t')
            return false;
    return true;
}

/* --- The request line */

static bool is_token(struct text text)
{
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.bytes[i];
        bool letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
        if (!letter && (byte < '0' || byte > '9') && (byte <= ' ' || strchr("!#$%&'*+-.^_`|~", byte) == NULL))
            return false;
    }
    return text.size > 0;
}

static void read_method(struct text word, struct http_request *request)
{
    request->head_only = word.size == 4 && memcmp(word.bytes, "HEAD", 4) == 0;
    request->method = request->head_only ? HTTP_GET : HTTP_OTHER;
    for (int i = 0; i < HTTP_OTHER; i++)
        if (strlen(method_names[i]) == word.size && memcmp(method_names[i], word.bytes, word.size) == 0)
            request->method = (enum http_method)i;
}

static int digit_of(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Percent-encoding, and in the query "+" for a space. False where it is malformed or stands for a zero byte; *fits where the text has
 * room. */
static bool decode(struct text encoded, bool plus_is_space, char *text, size_t text_size, bool *fits)
{
    size_t used = 0;
    *fits = true;
    for (size_t i = 0; i < encoded.size; i++) {
        int byte = (uint8_t)encoded.bytes[i];
        if (byte == '%') {
            int high = i + 2 < encoded.size ? digit_of(encoded.bytes[i + 1]) : -1;
            int low = high >= 0 ? digit_of(encoded.bytes[i + 2]) : -1;
            byte = low >= 0 ? high * 16 + low : 0;
            i += 2;
        } else if (byte == '+' && plus_is_space) {
            byte = ' ';
        }
        if (byte == 0)
            return false;
        *fits = *fits && used + 1 < text_size;
        if (*fits)
            text[used++] = (char)byte;
    }
    text[used] = '\0';
    return true;
}

/* No segment that is empty or that a file system or proxy would resolve to another one; the last may be empty. */
static bool has_plain_segments(const char *path)
{
    for (const char *at = path; *at == '/';) {
        size_t size = strcspn(++at, "/");
        if ((size == 0 && *at == '/') || (size == 1 && at[0] == '.') ||
            (size == 2 && at[0] == '.' && at[1] == '.'))
            return false;
        at += size;
    }
    return true;
}

static int read_path(struct text encoded, struct http_request *request, struct failure *failure)
{
    bool fits;
    struct text_harm harm;
    if (!decode(encoded, false, request->path, sizeof request->path, &fits))
        return refuse(400, failure, "path", "percent-encoding is malformed");
    if (!fits)
        return refuse(414, failure, "path", "it is too long");
    if (text_find_harm((struct text){request->path, strlen(request->path)}, &harm))
        return refuse(400, failure, "path", "it is not plain text in UTF-8");
    if (!has_plain_segments(request->path))
        return refuse(400, failure, "path", "it has empty parts, or such as stand for others");
    return 0;
}

/* name=value; a name alone has an empty value. The name is the subject of what is wrong with it. */
static int read_pair(struct text pair, struct http_request *request, struct failure *failure)
{
    struct http_query *query = &request->query[request->query_count];
    struct text name;
    bool fits;
    if (!text_take_until(&pair, '=', &name)) {
        name = pair;
        pair.size = 0;
    }
    if (!decode(name, true, query->name, sizeof query->name, &fits) || query->name[0] == '\0')
        return refuse(400, failure, "query", "a name is missing or its percent-encoding is malformed");
    if (!fits)
        return refuse(414, failure, "query", "a name is too long");
    struct text_harm harm;
    const char *subject =
        text_find_harm((struct text){query->name, strlen(query->name)}, &harm) ? "query" : query->name;
    if (!decode(pair, true, query->value, sizeof query->value, &fits))
        return refuse(400, failure, subject, "percent-encoding is malformed");
    if (!fits)
        return refuse(414, failure, subject, "it is too long");
    if (http_request_query(request, query->name) != NULL)
        return refuse(400, failure, subject, "it is given twice");
    request->query_count++;
    return 0;
}

static int read_query(struct text query, struct http_request *request, struct failure *failure)
{
    int status = 0;
    for (bool more = query.size > 0; more && status == 0;) {
        struct text pair = query;
        if (request->query_count == HTTP_QUERY_MAX)
            return refuse(414, failure, "query", "it holds too many names");
        more = text_take_until(&query, '&', &pair);
        status = read_pair(pair, request, failure);
    }
    return status;
}

static int read_target(struct text target, struct http_request *request, struct failure *failure)
{
    for (size_t i = 0; i < target.size; i++)
        if (target.bytes[i] <= ' ' || target.bytes[i] > '~' || target.bytes[i] == '#')
            return refuse(400, failure, "request line", "the target holds what must be percent-encoded");
    if (target.size == 0 || target.bytes[0] != '/')
        return refuse(400, failure, "request line", "the target must be a path");
    struct text path = target;
    if (text_take_until(&target, '?', &path)) {
        int status = read_path(path, request, failure);
        return status != 0 ? status : read_query(target, request, failure);
    }
    return read_path(path, request, failure);
}

static int read_request_line(struct text *head, struct http_request *request, struct failure *failure)
{
    struct text line, method, target;
    if (!take_line(head, &line) || !text_take_until(&line, ' ', &method) ||
        !text_take_until(&line, ' ', &target) || !text_take(&line, "HTTP/"))
        return refuse(400, failure, "request line", "it is not METHOD, space, path, space, HTTP/1.1");
    if (!is_token(method) || method.bytes[0] < 'A' || method.bytes[0] > 'Z')
        return refuse(400, failure, "request line", "its method is none");
    if (line.size != 3 || memcmp(line.bytes, "1.1", 3) != 0)
        return refuse(505, failure, "request line", "only HTTP/1.1 is spoken here");
    read_method(method, request);
    return read_target(target, request, failure);
}

/* --- Header lines */

struct header_lines {
    struct http_request *request;
    struct request_head *head;
    bool host, length;
};

static int read_host(struct header_lines *lines, struct text value, struct failure *failure)
{
    if (lines->host || value.size == 0)
        return refuse(400, failure, "host", "it is needed once");
    lines->host = true;
    return 0;
}

static int read_content_length(struct header_lines *lines, struct text value, struct failure *failure)
{
    char digits[CONTENT_LENGTH_DIGITS_MAX + 1] = "";
    if (lines->length)
        return refuse(400, failure, "content-length", "it is given twice");
    if (value.size == 0 || value.size >= sizeof digits)
        return refuse(400, failure, "content-length", "it is no number, or too large");
    memcpy(digits, value.bytes, value.size);
    if (strspn(digits, "0123456789") != value.size)
        return refuse(400, failure, "content-length", "it is no number");
    lines->length = true;
    lines->head->length = strtoll(digits, NULL, 10);
    return 0;
}

static int refuse_coding(struct header_lines *lines, struct text value, struct failure *failure)
{
    (void)lines;
    (void)value;
    return refuse(411, failure, "transfer-encoding", "it is not accepted: give Content-Length");
}

static int refuse_upgrade(struct header_lines *lines, struct text value, struct failure *failure)
{
    (void)lines;
    (void)value;
    return refuse(400, failure, "upgrade", "only HTTP/1.1 is spoken here");
}

static bool is_word(struct text text, const char *word)
{
    return text.size == strlen(word) && strncasecmp(text.bytes, word, text.size) == 0;
}

static int read_expect(struct header_lines *lines, struct text value, struct failure *failure)
{
    if (!is_word(value, "100-continue"))
        return refuse(417, failure, "expect", "only 100-continue is known");
    lines->head->awaits_continue = true;
    return 0;
}

static struct text trimmed(struct text text)
{
    while (text.size > 0 && (text.bytes[0] == ' ' || text.bytes[0] == '\t')) {
        text.bytes++;
        text.size--;
    }
    while (text.size > 0 && (text.bytes[text.size - 1] == ' ' || text.bytes[text.size - 1] == '\t'))
        text.size--;
    return text;
}

static int read_connection(struct header_lines *lines, struct text value, struct failure *failure)
{
    (void)failure;
    for (bool more = true; more;) {
        struct text option;
        more = text_take_until(&value, ',', &option);
        lines->head->close |= is_word(trimmed(more ? option : value), "close");
    }
    return 0;
}

static int keep_value(
    struct header_lines *lines, enum http_header header, struct text value, struct failure *failure)
{
    char *kept = lines->request->header_values[header];
    if (kept[0] != '\0')
        return refuse(400, failure, "header line", "one is given twice");
    if (value.size >= HTTP_HEADER_VALUE_SIZE)
        return refuse(400, failure, "header line", "one is too long");
    memcpy(kept, value.bytes, value.size);
    return 0;
}

static int read_last_event_id(struct header_lines *lines, struct text value, struct failure *failure)
{
    return keep_value(lines, HTTP_LAST_EVENT_ID, value, failure);
}

static int read_idempotency_key(struct header_lines *lines, struct text value, struct failure *failure)
{
    bool usable = value.size > 0;
    for (size_t i = 0; i < value.size; i++)
        usable = usable && value.bytes[i] > ' ' && value.bytes[i] <= '~';
    return usable ? keep_value(lines, HTTP_IDEMPOTENCY_KEY, value, failure)
                  : refuse(400, failure, "idempotency-key", "it must be visible ASCII without spaces");
}

/* Those that say how the request goes on, and those that the application reads; all others are the client's own matter. */
static const struct {
    const char *name;
    int (*read)(struct header_lines *lines, struct text value, struct failure *failure);
} known_headers[] = {
    {"host", read_host},
    {"content-length", read_content_length},
    {"transfer-encoding", refuse_coding},
    {"connection", read_connection},
    {"upgrade", refuse_upgrade},
    {"expect", read_expect},
    {"last-event-id", read_last_event_id},
    {"idempotency-key", read_idempotency_key},
};

static int read_header(struct header_lines *lines, struct text line, struct failure *failure)
{
    struct text name;
    if (line.bytes[0] == ' ' || line.bytes[0] == '\t')
        return refuse(400, failure, "header line", "it goes on with the line before it");
    if (!text_take_until(&line, ':', &name) || !is_token(name))
        return refuse(400, failure, "header line", "its name and colon are not what they must be");
    for (size_t i = 0; i < sizeof known_headers / sizeof known_headers[0]; i++)
        if (is_word(name, known_headers[i].name))
            return known_headers[i].read(lines, trimmed(line), failure);
    return 0;
}

static int read_headers(
    struct text *text, struct http_request *request, struct request_head *head, struct failure *failure)
{
    struct header_lines lines = {.request = request, .head = head};
    struct text line;
    for (int count = 0; count <= HEADER_LINES_MAX; count++) {
        if (!take_line(text, &line))
            return refuse(
                400, failure, "header line", "it holds control characters, or ends without CR and LF");
        if (line.size == 0)
            return lines.host ? 0 : refuse(400, failure, "host", "it is needed once");
        int status = read_header(&lines, line, failure);
        if (status != 0)
            return status;
    }
    return refuse(431, failure, "header lines", "there are too many");
}

/* --- All of it */

int request_head_read(const uint8_t *bytes, size_t size, struct http_request *request,
    struct request_head *head, struct failure *failure)
{
    struct text text = {(const char *)bytes, size};
    *head = (struct request_head){.length = -1};
    int status = read_request_line(&text, request, failure);
    if (status == 0)
        status = read_headers(&text, request, head, failure);
    if (status != 0)
        return status;
    bool takes_body = request->method == HTTP_POST || request->method == HTTP_PUT;
    if (takes_body && head->length < 0)
        return refuse(411, failure, "content-length", "it is needed");
    if (request->method != HTTP_OTHER && !takes_body && head->length > 0)
        return refuse(400, failure, "content-length", "this method has no body");
    return 0;
}
