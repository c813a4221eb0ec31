/* day.h: calendar days, UTC, as numbers: counted from 1970-01-01, so that they can be compared and added to. Any thread. */
#ifndef KORDON_BASE_DAY_H
#define KORDON_BASE_DAY_H

#include <stdbool.h>
#include <stdint.h>

#define DAY_TEXT_SIZE 11 /* "YYYY-MM-DD" and a zero byte */
#define DAY_NEVER     INT32_MAX

/* False, and *day untouched, for what is no day of the calendar in the form YYYY-MM-DD. */
bool day_parse(const char *text, int32_t *day);

/* Days before the year 0 or behind 9999 come out as the first or the last of these. Returns text. */
const char *day_format(int32_t day, char text[static DAY_TEXT_SIZE]);

/* The day of a time in ms since 1970-01-01 00:00 UTC. */
int32_t day_of_ms(int64_t ms);

#endif
