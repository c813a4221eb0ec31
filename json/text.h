/* text.h: the text of JSON, as it is answered and kept. Any thread. */
#ifndef KORDON_JSON_TEXT_H
#define KORDON_JSON_TEXT_H

#include <jansson.h>

/* Compact, keys in order, malloc'd, with a zero byte behind it that size does not count; whole, or NULL: without memory, or where json
 * is NULL. To be wiped where it tells of somebody. */
char *json_text(const json_t *json, size_t *size);

#endif
