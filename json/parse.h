/* parse.h: JSON text to values, with want of memory told from malformed text. */
#ifndef KORDON_JSON_PARSE_H
#define KORDON_JSON_PARSE_H

#include <stddef.h>

#include <jansson.h>

#include "base/failure.h"

/* Nothing that is asked of kordon needs more than a few levels of arrays and objects in each other. */
#define JSON_DEPTH_MAX 64

/* Parses bytes as one object or array without repeated keys, of JSON_DEPTH_MAX levels at most. DONE: *value is the caller's. Otherwise it is NULL: BAD_JSON, with the
 * place and the parser's words, which quote the text, in error (may be NULL); or NO_MEMORY. Where memory ends the parser itself calls a
 * token malformed, or keeps a part of a text as if it were the whole: it is NO_MEMORY for certain only after
 * json_memory_wipe_when_freed() (memory.h). Any thread. */
enum reason json_parse(const void *bytes, size_t size, json_t **value, json_error_t *error);

#endif
