#include "daemon/http/request_head.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "daemon/http/head_parser.h"

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

/* --- The request line */

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
        return head_refuse(400, failure, "path", "percent-encoding is malformed");
    if (!fits)
        return head_refuse(414, failure, "path", "it is too long");
    if (text_find_harm((struct text){request->path, strlen(request->path)}, &harm))
        return head_refuse(400, failure, "path", "it is not plain text in UTF-8");
    if (!has_plain_segments(request->path))
        return head_refuse(400, failure, "path", "it has empty parts, or such as stand for others");
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
        return head_refuse(400, failure, "query", "a name is missing or its percent-encoding is malformed");
    if (!fits)
        return head_refuse(414, failure, "query", "a name is too long");
    struct text_harm harm;
    const char *subject =
        text_find_harm((struct text){query->name, strlen(query->name)}, &harm) ? "query" : query->name;
    if (!decode(pair, true, query->value, sizeof query->value, &fits))
        return head_refuse(400, failure, subject, "percent-encoding is malformed");
    if (!fits)
        return head_refuse(414, failure, subject, "it is too long");
    if (http_request_query(request, query->name) != NULL)
        return head_refuse(400, failure, subject, "it is given twice");
    request->query_count++;
    return 0;
}

static int read_query(struct text query, struct http_request *request, struct failure *failure)
{
    int status = 0;
    for (bool more = query.size > 0; more && status == 0;) {
        struct text pair = query;
        if (request->query_count == HTTP_QUERY_MAX)
            return head_refuse(414, failure, "query", "it holds too many names");
        more = text_take_until(&query, '&', &pair);
        status = read_pair(pair, request, failure);
    }
    return status;
}

/* --- Header lines */

struct reading {
    struct http_request *request;
    struct request_head *head;
    struct language_wish wish;
    bool host;
};

static bool is_word(struct text text, const char *word)
{
    return text.size == strlen(word) && strncasecmp(text.bytes, word, text.size) == 0;
}

static int read_host(struct reading *reading, struct text value, struct failure *failure)
{
    if (reading->host || value.size == 0)
        return head_refuse(400, failure, "host", "it is needed once");
    reading->host = true;
    return 0;
}

static int read_expect(struct reading *reading, struct text value, struct failure *failure)
{
    if (!is_word(value, "100-continue"))
        return head_refuse(417, failure, "expect", "only 100-continue is known");
    reading->head->awaits_continue = true;
    return 0;
}

static int keep_value(
    struct reading *reading, enum http_header header, struct text value, struct failure *failure)
{
    char *kept = reading->request->header_values[header];
    if (kept[0] != '\0')
        return head_refuse(400, failure, "header line", "one is given twice");
    if (value.size >= HTTP_HEADER_VALUE_SIZE)
        return head_refuse(400, failure, "header line", "one is too long");
    memcpy(kept, value.bytes, value.size);
    return 0;
}

/* Those that the library leaves to us; all others are the client's own matter. */
static int read_header(void *data, struct text name, struct text value, struct failure *failure)
{
    struct reading *reading = data;
    if (is_word(name, "host"))
        return read_host(reading, value, failure);
    if (is_word(name, "transfer-encoding"))
        return head_refuse(411, failure, "transfer-encoding", "it is not accepted: give Content-Length");
    if (is_word(name, "upgrade"))
        return head_refuse(400, failure, "upgrade", "only HTTP/1.1 is spoken here");
    if (is_word(name, "expect"))
        return read_expect(reading, value, failure);
    if (is_word(name, "accept-language")) {
        language_wish_add(&reading->wish, value);
        return 0;
    }
    if (is_word(name, "last-event-id"))
        return keep_value(reading, HTTP_LAST_EVENT_ID, value, failure);
    if (!is_word(name, "idempotency-key"))
        return 0;
    if (value.size == 0 || !head_text_is_visible(value))
        return head_refuse(400, failure, "idempotency-key", "it must be visible ASCII without spaces");
    return keep_value(reading, HTTP_IDEMPOTENCY_KEY, value, failure);
}

/* --- All of it */

static int check_length(enum http_method method, int64_t length, struct failure *failure)
{
    bool takes_body = method == HTTP_POST || method == HTTP_PUT;
    if (takes_body && length < 0)
        return head_refuse(411, failure, "content-length", "it is needed");
    if (method != HTTP_OTHER && !takes_body && length > 0)
        return head_refuse(400, failure, "content-length", "this method has no body");
    return 0;
}

int request_head_read(const uint8_t *bytes, size_t size, struct http_request *request,
    struct request_head *head, struct failure *failure)
{
    struct parsed_head parsed;
    struct reading reading = {.request = request, .head = head};
    *head = (struct request_head){.length = -1};
    if (!request_head_may_begin(bytes, size))
        return head_refuse(
            400, failure, "request", "it begins with no capital letter, or holds control characters");
    int status = head_parse(bytes, size, &parsed, read_header, &reading, failure);
    head->length = parsed.length;
    head->close = parsed.close;
    request->language = language_wished(&reading.wish);
    if (status != 0)
        return status;
    if (!reading.host)
        return head_refuse(400, failure, "host", "it is needed once");
    read_method(parsed.method, request);
    status = read_path(parsed.path, request, failure);
    if (status == 0)
        status = read_query(parsed.query, request, failure);
    return status != 0 ? status : check_length(request->method, parsed.length, failure);
}
