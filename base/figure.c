#include "base/figure.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define GROUP       3
#define DIGITS_MOST 20 /* of UINT64_MAX */

static const char *const dividers[LANGUAGE_COUNT] = {
    [LANGUAGE_ENGLISH] = ",",
    [LANGUAGE_UKRAINIAN] = "\u00a0",
};

static const char decimal_marks[LANGUAGE_COUNT] = {
    [LANGUAGE_ENGLISH] = '.',
    [LANGUAGE_UKRAINIAN] = ',',
};

static void divide(const char *digits, const char *divider, char text[static FIGURE_SIZE])
{
    const size_t count = strlen(digits);
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(text + used, FIGURE_SIZE - used, "%s%c",
            i > 0 && (count - i) % GROUP == 0 ? divider : "", digits[i]);
}

const char *figure_format(enum language language, uint64_t figure, char text[static FIGURE_SIZE])
{
    char digits[DIGITS_MOST + 1];
    snprintf(digits, sizeof digits, "%" PRIu64, figure);
    divide(digits, dividers[(unsigned)language < LANGUAGE_COUNT ? language : LANGUAGE_ENGLISH], text);
    return text;
}

bool figure_translate_decimal(enum language language, struct text english, char text[static FIGURE_SIZE])
{
    const char *point = memchr(english.bytes, '.', english.size);
    if (point == NULL || english.size >= FIGURE_SIZE)
        return false;
    memcpy(text, english.bytes, english.size);
    text[english.size] = '\0';
    text[point - english.bytes] =
        decimal_marks[(unsigned)language < LANGUAGE_COUNT ? language : LANGUAGE_ENGLISH];
    return true;
}

const char *figure_format_tenths(enum language language, double figure, char text[static FIGURE_SIZE])
{
    char english[FIGURE_SIZE];
    snprintf(english, sizeof english, "%.1f", figure);
    (void)figure_translate_decimal(language, (struct text){english, strlen(english)}, text);
    return text;
}

bool figure_translate(enum language language, struct text english, char text[static FIGURE_SIZE])
{
    char digits[DIGITS_MOST + 1] = "", written[FIGURE_SIZE];
    size_t count = 0;
    for (size_t i = 0; i < english.size; i++) {
        if (english.bytes[i] == ',')
            continue;
        if (english.bytes[i] < '0' || english.bytes[i] > '9' || count == DIGITS_MOST)
            return false;
        digits[count++] = english.bytes[i];
    }
    divide(digits, dividers[LANGUAGE_ENGLISH], written);
    /* What is not divided as it would be here is no such figure: a list of numbers, say. */
    if (count <= GROUP || english.size != strlen(written) ||
        memcmp(english.bytes, written, english.size) != 0)
        return false;
    divide(digits, dividers[(unsigned)language < LANGUAGE_COUNT ? language : LANGUAGE_ENGLISH], text);
    return true;
}
