/* head_parser.h: the lines of a request's head, as the library http-parser finds them.
 *
 * As Debian builds it, it takes what two readers understand differently: spaces in a name, lines that go on with the one before, lone CR
 * or LF, more than one space in the request line, a version whose letters are others. head_parser.c refuses these; control characters
 * the caller has refused. It alone knows http_parser.h, whose names are also server.h's. Pure; any thread.
 */
#ifndef KORDON_DAEMON_HTTP_HEAD_PARSER_H
#define KORDON_DAEMON_HTTP_HEAD_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/text.h"

/* What was found; the texts point into the head. */
struct parsed_head {
    struct text method;      /* capital letters, "-" and "_"; maybe none that anybody knows */
    struct text path, query; /* as they came: visible ASCII with percent-encoding; path begins with "/" */
    int64_t length;          /* Content-Length in bytes; -1: not given */
    bool close;              /* Connection: close */
};

/* Called for each header line in its order. name is a token, value without spaces around it. 0, or the status to refuse with. */
typedef int (*head_line_callback)(void *data, struct text name, struct text value, struct failure *failure);

/* bytes: a whole head with its empty line, without control characters but tab, CR and LF; *head is always set. 0, or the status to refuse with and why. */
int head_parse(const uint8_t *bytes, size_t size, struct parsed_head *head, head_line_callback line,
    void *data, struct failure *failure);

/* Tells in failure why a request is refused with this status, which it gives. */
int head_refuse(int status, struct failure *failure, const char *subject, const char *detail);

/* Whether text is printable ASCII without spaces; an empty one is. */
bool head_text_is_visible(struct text text);

#endif
