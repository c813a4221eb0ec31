/* text_harm.c: characters that could make a text look like another one on an officer's screen. */
#include "base/text.h"

#include <stdio.h>

#include "base/language.h"

/* From..to, inclusive, in rising order. */
struct range {
    uint32_t from, to;
};

static const struct range harmful[] = {
    {0x0000, 0x001f},   /* C0: lines, escapes */
    {0x007f, 0x009f},   /* DEL, and C1 with NEL */
    {0x00ad, 0x00ad},   /* soft hyphen */
    {0x061c, 0x061c},   /* Arabic letter mark */
    {0x115f, 0x1160},   /* Hangul fillers: seen as nothing */
    {0x180e, 0x180e},   /* Mongolian vowel separator */
    {0x200b, 0x200b},   /* zero width space */
    {0x200e, 0x200f},   /* left-to-right and right-to-left marks */
    {0x2028, 0x202e},   /* line and paragraph separators; embeddings and overrides */
    {0x2060, 0x206f},   /* word joiner, invisible operators, isolates, deprecated controls */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xd800, 0xdfff},   /* surrogates */
    {0xfdd0, 0xfdef},   /* noncharacters */
    {0xfeff, 0xfeff},   /* byte order mark */
    {0xffa0, 0xffa0},   /* halfwidth Hangul filler */
    {0xfff9, 0xfffb},   /* interlinear annotation */
    {0x1d173, 0x1d17a}, /* musical controls */
    {0xe0000, 0xe007f}, /* tags */
};

/* Scripts whose letters are written with joiners and non-joiners behind them: from Arabic on to those of South and South-East
 * Asia, and their extensions. */
static const struct range joining[] = {
    {0x0600, 0x1fff}, {0xa800, 0xabff}, {0xfb50, 0xfdcf}, {0xfe70, 0xfefc}, {0x10a00, 0x11fff}};

#define NON_JOINER 0x200c
#define JOINER     0x200d

static bool is_in(const struct range *ranges, size_t count, uint32_t code_point)
{
    for (size_t i = 0; i < count; i++)
        if (code_point >= ranges[i].from && code_point <= ranges[i].to)
            return true;
    return false;
}

/* Bytes of the character that the text begins with and its code point; 0 where it is malformed, overlong or too large. */
static size_t decode(const uint8_t *bytes, size_t size, uint32_t *code_point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = bytes[0];
    size_t length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || length > size)
        return 0;
    *code_point = length == 1 ? first : first & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        *code_point = *code_point << 6 | (bytes[i] & 0x3f);
    }
    return *code_point >= least[length] && *code_point <= 0x10ffff ? length : 0;
}

static bool is_harmful(uint32_t code_point, uint32_t before)
{
    if (code_point == NON_JOINER || code_point == JOINER)
        return !is_in(joining, sizeof joining / sizeof joining[0], before);
    return (code_point & 0xfffe) == 0xfffe || is_in(harmful, sizeof harmful / sizeof harmful[0], code_point);
}

bool text_find_harm(struct text text, struct text_harm *harm)
{
    uint32_t before = 0, code_point = 0;
    for (size_t at = 0; at < text.size; before = code_point) {
        const uint8_t *bytes = (const uint8_t *)text.bytes + at;
        size_t length = decode(bytes, text.size - at, &code_point);
        if (length == 0) {
            *harm = (struct text_harm){bytes[0], at, 1, true};
            return true;
        }
        if (is_harmful(code_point, before)) {
            *harm = (struct text_harm){code_point, at, length, false};
            return true;
        }
        at += length;
    }
    return false;
}

const char *text_harm_name(const struct text_harm *harm, char name[static TEXT_HARM_NAME_SIZE])
{
    if (harm->malformed)
        snprintf(name, TEXT_HARM_NAME_SIZE, "byte 0x%02X", harm->code_point);
    else
        snprintf(name, TEXT_HARM_NAME_SIZE, "U+%04X", harm->code_point);
    return name;
}

const char *text_harm_why(const struct text_harm *harm, char why[static TEXT_HARM_WHY_SIZE])
{
    char name[TEXT_HARM_NAME_SIZE];
    snprintf(why, TEXT_HARM_WHY_SIZE,
        N_("holds %s at byte %zu, which could reorder, break or hide a part of a line"),
        text_harm_name(harm, name), harm->offset + 1);
    return why;
}
