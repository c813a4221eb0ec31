#include "base/day.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS_A_DAY      86400000
#define DAYS_400Y     146097
#define DAYS_TO_1970  719468 /* from 0000-03-01 */
#define LAST_DAY_9999 2932896
#define FIRST_DAY_1   306 /* likewise */

/* Years here begin in March, so that the leap day is the last of its year. */
static int32_t day_of(int32_t year, int32_t month, int32_t day)
{
    int32_t from_march = (month + 9) % 12, since = year - (month <= 2);
    return since * 365 + since / 4 - since / 100 + since / 400 + (from_march * 153 + 2) / 5 + day - 1 -
           DAYS_TO_1970;
}

bool day_parse(const char *text, int32_t *day)
{
    static const int32_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (strlen(text) != 10 || strspn(text, "0123456789-") != 10)
        return false;
    for (size_t i = 0; i < 10; i++)
        if ((text[i] == '-') != (i == 4 || i == 7))
            return false;
    int32_t year = (int32_t)strtol(text, NULL, 10), month = (int32_t)strtol(text + 5, NULL, 10),
            number = (int32_t)strtol(text + 8, NULL, 10);
    if (month < 1 || month > 12 || number < 1 || year < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (number > lengths[month - 1] + (month == 2 && leap))
        return false;
    *day = day_of(year, month, number);
    return true;
}

const char *day_format(int32_t day, char text[static DAY_TEXT_SIZE])
{
    int32_t counted = day < FIRST_DAY_1 - DAYS_TO_1970
                          ? FIRST_DAY_1
                          : (day > LAST_DAY_9999 ? LAST_DAY_9999 : day) + DAYS_TO_1970;
    int32_t era = counted / DAYS_400Y, of_era = counted % DAYS_400Y;
    int32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int32_t from_march = (5 * of_year + 2) / 153;
    int32_t number = of_year - (153 * from_march + 2) / 5 + 1;
    int32_t month = from_march < 10 ? from_march + 3 : from_march - 9;
    snprintf(text, DAY_TEXT_SIZE, "%04u-%02u-%02u", (unsigned)(year + era * 400 + (month <= 2)) % 10000,
        (unsigned)month % 100, (unsigned)number % 100);
    return text;
}

int32_t day_of_ms(int64_t ms)
{
    int64_t day = ms / MS_A_DAY - (ms % MS_A_DAY < 0);
    return day < INT32_MIN + 1 ? INT32_MIN + 1 : day > INT32_MAX - 1 ? INT32_MAX - 1 : (int32_t)day;
}
