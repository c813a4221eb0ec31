#include "base/instant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"

#define MS_A_DAY    86400000
#define MS_A_MINUTE 60000

/* Two digits below limit. */
static bool read_two(const char *text, int64_t limit, int64_t *number)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
        return false;
    *number = (text[0] - '0') * 10 + text[1] - '0';
    return *number < limit;
}

/* hh:mm:ss; text has at least so many characters. */
static bool read_time(const char *text, int64_t *ms)
{
    int64_t hours, minutes, seconds;
    if (!read_two(text, 24, &hours) || text[2] != ':' || !read_two(text + 3, 60, &minutes) ||
        text[5] != ':' || !read_two(text + 6, 60, &seconds))
        return false;
    *ms = hours * 3600000 + minutes * MS_A_MINUTE + seconds * 1000;
    return true;
}

/* ".123": as many digits as one likes, of which the first three count. *text goes behind them. */
static bool read_fraction(const char **text, int64_t *ms)
{
    *ms = 0;
    if (**text != '.')
        return true;
    size_t digits = strspn(*text + 1, "0123456789");
    for (size_t i = 0; i < 3; i++)
        *ms = *ms * 10 + (i < digits ? (*text)[1 + i] - '0' : 0);
    *text += 1 + digits;
    return digits > 0;
}

/* "Z", or how far the clock on the wall is ahead of UTC. */
static bool read_offset(const char *text, int64_t *ms)
{
    int64_t hours, minutes;
    *ms = 0;
    if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
        return true;
    if ((text[0] != '+' && text[0] != '-') || strlen(text) != 6 || text[3] != ':' ||
        !read_two(text + 1, 24, &hours) || !read_two(text + 4, 60, &minutes))
        return false;
    *ms = (hours * 60 + minutes) * MS_A_MINUTE * (text[0] == '-' ? -1 : 1);
    return true;
}

bool instant_parse(const char *text, int64_t *ms)
{
    char date[DAY_TEXT_SIZE];
    int32_t day;
    int64_t time, fraction, offset;
    if (strlen(text) < 20 || (text[10] != 'T' && text[10] != 't'))
        return false;
    memcpy(date, text, sizeof date - 1);
    date[sizeof date - 1] = '\0';
    const char *rest = text + 19;
    if (!day_parse(date, &day) || !read_time(text + 11, &time) || !read_fraction(&rest, &fraction) ||
        !read_offset(rest, &offset))
        return false;
    *ms = (int64_t)day * MS_A_DAY + time + fraction - offset;
    return true;
}

const char *instant_format(int64_t ms, char text[static INSTANT_TEXT_SIZE])
{
    char date[DAY_TEXT_SIZE];
    int32_t day = day_of_ms(ms);
    unsigned seconds = (unsigned)((ms - (int64_t)day * MS_A_DAY) / 1000) % 86400;
    snprintf(text, INSTANT_TEXT_SIZE, "%sT%02u:%02u:%02uZ", day_format(day, date), seconds / 3600 % 24,
        seconds / 60 % 60, seconds % 60);
    return text;
}
