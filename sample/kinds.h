/* kinds.h: what files people bring instead of a picture: the shapes that kinds.c's table tells them by. Private.
 * Thread rule: pure functions of their arguments; no byte beyond size is read, whatever they say.
 */
#ifndef KORDON_SAMPLE_KINDS_H
#define KORDON_SAMPLE_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Looks at a whole file. */
typedef bool (*kind_shape)(const uint8_t *bytes, size_t size);

/* Decodes the beginning of a text that stands for bytes: at most KIND_HEAD_BYTES, gives how many. */
#define KIND_HEAD_BYTES 48
typedef size_t (*kind_decoder)(const uint8_t *bytes, size_t size, uint8_t *head);

bool kind_is_hex(const uint8_t *bytes, size_t size);
size_t kind_decode_hex(const uint8_t *bytes, size_t size, uint8_t *head);

/* Either alphabet, with or without line ends; also behind "data:...;base64,". */
bool kind_is_base64(const uint8_t *bytes, size_t size);
size_t kind_decode_base64(const uint8_t *bytes, size_t size, uint8_t *head);

/* Begins with '<', and holds the needle (lower case; compared without case) near its beginning. */
bool kind_is_markup(const uint8_t *bytes, size_t size, const char *needle);
bool kind_is_json(const uint8_t *bytes, size_t size);
bool kind_is_text(const uint8_t *bytes, size_t size);

#endif
