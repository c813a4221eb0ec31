#include "base/sentence_gaps.h"

#include <ctype.h>
#include <string.h>

/* A piece of a sentence: the text before a gap, or behind the last one. */
struct piece {
    char words[256]; /* "%%" is one % */
    size_t size;
    bool gap;       /* one follows ... */
    bool figure;    /* ... for a number */
    size_t place;   /* which one: "%2$s" is 1; in order where none is said */
    bool too_large; /* no sentence that is looked for */
};

static const char *take_conversion(const char *at, struct piece *piece)
{
    const size_t digits = strspn(at, "0123456789");
    if (digits == 1 && at[digits] == '$' && at[0] > '0') {
        piece->place = (size_t)(at[0] - '1');
        at += digits + 1;
    }
    at += strspn(at, "-+ #0123456789.*hlzjtL");
    piece->figure = *at != '\0' && *at != 's';
    return *at != '\0' ? at + 1 : at;
}

/* Where the next piece begins. place is in order unless the conversion says one. */
static const char *take_piece(const char *at, size_t place, struct piece *piece)
{
    *piece = (struct piece){.place = place};
    for (; *at != '\0'; at++) {
        if (*at == '%' && at[1] != '%') {
            piece->gap = true;
            return take_conversion(at + 1, piece);
        }
        at += *at == '%';
        if (piece->size + 1 == sizeof piece->words)
            piece->too_large = true;
        else
            piece->words[piece->size++] = *at;
    }
    return at;
}

/* Where these words stand at or behind text: at its very end where nothing follows them, first where something does. */
static const char *find_words(const char *text, const struct piece *piece)
{
    const size_t rest = strlen(text);
    if (piece->gap)
        return strstr(text, piece->words);
    if (rest < piece->size || memcmp(text + rest - piece->size, piece->words, piece->size) != 0)
        return NULL;
    return text + rest - piece->size;
}

static bool ends_in_quote(const struct piece *piece)
{
    return piece->size > 0 && piece->words[piece->size - 1] == '"';
}

/* Whether these may be what stands in the gap behind before. */
static bool may_fill(const struct piece *before, struct text words)
{
    if (before->figure)
        return strspn(words.bytes, "0123456789.+-") >= words.size;
    return ends_in_quote(before) || memmem(words.bytes, words.size, "; ", 2) == NULL;
}

bool sentence_gaps_match(const char *sentence, const char *text, struct sentence_gaps *gaps)
{
    struct piece piece;
    const char *at = take_piece(sentence, 0, &piece);
    *gaps = (struct sentence_gaps){0};
    if (piece.too_large || !piece.gap || strncmp(text, piece.words, piece.size) != 0)
        return false;
    text += piece.size;
    while (piece.gap) {
        const struct piece before = piece;
        if (piece.place != gaps->count || gaps->count == SENTENCE_GAPS_MOST)
            return false;
        at = take_piece(at, gaps->count + 1, &piece);
        const char *found = *text != '\0' && !piece.too_large ? find_words(text + 1, &piece) : NULL;
        if (found == NULL)
            return false;
        const struct text words = {text, (size_t)(found - text)};
        if (!may_fill(&before, words))
            return false;
        gaps->figure[gaps->count] = before.figure;
        gaps->filled[gaps->count++] = words;
        text = found + piece.size;
    }
    return true;
}

size_t sentence_gaps_letters(const char *sentence)
{
    struct piece piece;
    size_t letters = 0, gaps = 0;
    do {
        sentence = take_piece(sentence, gaps, &piece);
        gaps += piece.gap;
        for (size_t i = 0; i < piece.size; i++)
            letters += isalpha((unsigned char)piece.words[i]) != 0;
    } while (piece.gap);
    return gaps > 0 ? letters : 0;
}

static bool put(char *told, size_t size, size_t *used, struct text words)
{
    if (words.size >= size - *used)
        return false;
    memcpy(told + *used, words.bytes, words.size);
    *used += words.size;
    told[*used] = '\0';
    return true;
}

bool sentence_gaps_fill(const char *sentence, const struct sentence_gaps *gaps, char *told, size_t size)
{
    struct piece piece;
    size_t used = 0, count = 0;
    do {
        sentence = take_piece(sentence, count, &piece);
        if (piece.too_large || !put(told, size, &used, (struct text){piece.words, piece.size}))
            return false;
        if (piece.gap && (piece.place >= gaps->count || !put(told, size, &used, gaps->filled[piece.place])))
            return false;
        count += piece.gap;
    } while (piece.gap);
    return true;
}
