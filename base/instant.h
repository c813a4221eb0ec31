/* instant.h: moments as people and other programs write them: RFC 3339, from and to ms since 1970-01-01 00:00 UTC. Any thread. */
#ifndef KORDON_BASE_INSTANT_H
#define KORDON_BASE_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

#define INSTANT_TEXT_SIZE 21 /* "YYYY-MM-DDThh:mm:ssZ" and a zero byte */

/* "2026-11-27T06:00:00Z", with an offset in place of the Z ("+02:00"), with or without a fraction, of which ms are taken. False, and *ms
 * untouched, for what is none: leap seconds are not taken, and an offset must be said. */
bool instant_parse(const char *text, int64_t *ms);

/* In UTC, to the second that has begun. Returns text. */
const char *instant_format(int64_t ms, char text[static INSTANT_TEXT_SIZE]);

#endif
