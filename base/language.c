#include "base/language.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/figure.h"
#include "base/sentence_gaps.h"

/* --- Sentences */

struct sentence {
    const char *english, *translated;
};

#include "base/sentences_uk.h"

static const struct {
    const char *tag;
    const struct sentence *sentences; /* sorted */
    size_t count;
} languages[LANGUAGE_COUNT] = {
    [LANGUAGE_ENGLISH] = {"en", NULL, 0},
    [LANGUAGE_UKRAINIAN] = {"uk", sentences_uk, sizeof sentences_uk / sizeof sentences_uk[0]},
};

#define CONTEXT_SIZE 128
#define CONTEXT_END  '\004' /* gettext's, between context and text */

static int compare_sentence(const void *key, const void *row)
{
    return strcmp(key, ((const struct sentence *)row)->english);
}

static const struct sentence *find(enum language language, const char *english)
{
    if ((unsigned)language >= LANGUAGE_COUNT || languages[language].count == 0)
        return NULL;
    return bsearch(english, languages[language].sentences, languages[language].count, sizeof(struct sentence),
        compare_sentence);
}

const char *language_tag(enum language language)
{
    return languages[(unsigned)language < LANGUAGE_COUNT ? language : LANGUAGE_ENGLISH].tag;
}

const char *language_text(enum language language, const char *text)
{
    const struct sentence *found = find(language, text);
    return found != NULL ? found->translated : text;
}

/* --- Sentences with figures and names in them */

/* Fewer letters than a word would find anything. */
#define LETTERS_LEAST 6
#define PART_SIZE     512
#define PARTS_MOST    16

static const struct sentence *find_filled(
    enum language language, const char *english, struct sentence_gaps *gaps)
{
    const struct sentence *best = NULL;
    size_t best_letters = LETTERS_LEAST - 1;
    for (size_t i = 0; i < languages[language].count; i++) {
        struct sentence_gaps found;
        const struct sentence *sentence = &languages[language].sentences[i];
        if (strchr(sentence->english, '%') == NULL ||
            !sentence_gaps_match(sentence->english, english, &found))
            continue;
        const size_t letters = sentence_gaps_letters(sentence->english);
        if (letters <= best_letters)
            continue;
        best = sentence;
        best_letters = letters;
        *gaps = found;
    }
    return best;
}

/* Figures are written as the language does it; not a person's own words, which stand in quotes. */
static bool tell_filled(enum language language, const char *english, char *told, size_t size)
{
    struct sentence_gaps gaps;
    char figures[SENTENCE_GAPS_MOST][FIGURE_SIZE];
    const struct sentence *found = find_filled(language, english, &gaps);
    if (found == NULL)
        return false;
    for (size_t i = 0; i < gaps.count; i++) {
        struct text *filled = &gaps.filled[i];
        const bool quoted = filled->bytes > english && filled->bytes[-1] == '"';
        if ((gaps.figure[i] && figure_translate_decimal(language, *filled, figures[i])) ||
            (!quoted && figure_translate(language, *filled, figures[i])))
            *filled = (struct text){figures[i], strlen(figures[i])};
    }
    return sentence_gaps_fill(found->translated, &gaps, told, size);
}

/* One sentence. */
static const char *tell(enum language language, const char *text, char *told, size_t size)
{
    const char *translated = language_text(language, text);
    return translated == text && tell_filled(language, text, told, size) ? told : translated;
}

/* Several, one behind the other, as they are told so far. */
struct telling {
    enum language language;
    char *told;
    size_t size, used;
    bool any;      /* one is in that language */
    bool too_long; /* there was no room */
};

static void put(struct telling *telling, const char *words)
{
    const size_t size = strlen(words);
    if (telling->too_long || size >= telling->size - telling->used) {
        telling->too_long = true;
        return;
    }
    memcpy(telling->told + telling->used, words, size + 1);
    telling->used += size;
}

/* The first divider outside of quotes: from the first to the last one there are somebody's own words, whatever they hold, and to the end
 * where there was no room for the last one. */
static const char *find_divider(const char *text, const char *divider)
{
    const char *found = strstr(text, divider), *quote = strchr(text, '"');
    if (found == NULL || quote == NULL || found < quote)
        return found;
    const char *last = strrchr(quote, '"');
    return last > quote ? strstr(last, divider) : NULL;
}

/* What stands before the divider, where that is a sentence of ours; text moves behind it. */
static bool tell_part(struct telling *telling, const char **text, const char *divider)
{
    char part[PART_SIZE], room[PART_SIZE];
    const char *end = find_divider(*text, divider);
    if (end == NULL || (size_t)(end - *text) >= sizeof part)
        return false;
    memcpy(part, *text, (size_t)(end - *text));
    part[end - *text] = '\0';
    const char *told = tell(telling->language, part, room, sizeof room);
    if (told == part)
        return false;
    put(telling, told);
    put(telling, divider);
    telling->any = true;
    *text = end + strlen(divider);
    return true;
}

/* "the reader was removed: what its driver says of it", or sentences with semicolons between them: each one by itself, and what follows
 * the last one of ours as it is. Nothing that was told is looked at again: the time that hostile words take grows no faster than they do. */
const char *language_told(enum language language, const char *text, char *told, size_t size)
{
    struct telling telling = {.language = language, .told = told, .size = size};
    if ((unsigned)language >= LANGUAGE_COUNT || languages[language].count == 0)
        return text;
    const char *rest = text, *one = tell(language, text, told, size);
    if (one != text)
        return one;
    for (unsigned parts = 0; parts < PARTS_MOST && !telling.too_long; parts++) {
        if (!tell_part(&telling, &rest, "; ") && !tell_part(&telling, &rest, ": "))
            break;
        char room[PART_SIZE];
        one = tell(language, rest, room, sizeof room);
        if (one != rest) {
            put(&telling, one);
            rest = "";
        }
    }
    put(&telling, rest);
    return telling.any && !telling.too_long ? told : text;
}

const char *language_code(enum language language, const char *of, const char *code)
{
    char key[CONTEXT_SIZE];
    size_t of_size = strlen(of), code_size = strlen(code);
    if (of_size + code_size + 2 > sizeof key)
        return code;
    memcpy(key, of, of_size);
    key[of_size] = CONTEXT_END;
    memcpy(key + of_size + 1, code, code_size + 1);
    const struct sentence *found = find(language, key);
    return found != NULL ? found->translated : code;
}

/* --- Names of languages */

static bool is_letter(char byte)
{
    return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_tag(struct text tag, const char *name)
{
    return tag.size == strlen(name) && strncasecmp(tag.bytes, name, tag.size) == 0;
}

/* COUNT: none of ours. */
static enum language language_of_tag(struct text tag)
{
    enum language language = 0;
    while (language < LANGUAGE_COUNT && !is_tag(tag, languages[language].tag))
        language++;
    return language;
}

bool language_parse(const char *tag, enum language *language)
{
    enum language found = language_of_tag((struct text){tag, strlen(tag)});
    if (found == LANGUAGE_COUNT)
        return false;
    *language = found;
    return true;
}

/* --- The environment */

static const char *locale_of_messages(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0')
            return value;
    }
    return "C";
}

/* What people are shown is UTF-8; elsewhere than on a terminal of another encoding that is what a locale without one means today. */
static bool is_utf8(const char *locale)
{
    const char *encoding = strchr(locale, '.');
    if (encoding == NULL)
        return true;
    struct text name = {encoding + 1, strcspn(encoding + 1, "@")};
    return is_tag(name, "UTF-8") || is_tag(name, "UTF8");
}

static bool is_of_programs(const char *locale)
{
    return strcmp(locale, "POSIX") == 0 || strcmp(locale, "C") == 0 || strncmp(locale, "C.", 2) == 0;
}

/* The first language of ours in a list divided by colons. */
static enum language first_of(const char *list)
{
    for (const char *at = list; *at != '\0'; at += strspn(at, ":")) {
        struct text name = {at, strcspn(at, "_.@:")};
        enum language language = language_of_tag(name);
        if (language < LANGUAGE_COUNT)
            return language;
        at += strcspn(at, ":");
    }
    return LANGUAGE_ENGLISH;
}

enum language language_of_locale(void)
{
    const char *locale = locale_of_messages(), *list = getenv("LANGUAGE");
    if (is_of_programs(locale) || !is_utf8(locale))
        return LANGUAGE_ENGLISH;
    return first_of(list != NULL && list[0] != '\0' ? list : locale);
}

/* --- Accept-Language */

#define QUALITY_MOST 1001 /* of 1, unsaid quality being 0 */
#define SUBTAG_SIZE  8

static void skip_blanks(struct text *text)
{
    while (text->size > 0 && (*text->bytes == ' ' || *text->bytes == '\t')) {
        text->bytes++;
        text->size--;
    }
}

/* 1 to 8 letters, behind the first "-" digits too. */
static size_t subtag_size(struct text text, bool first)
{
    size_t size = 0;
    while (size < text.size && (is_letter(text.bytes[size]) || (!first && is_digit(text.bytes[size]))))
        size++;
    return size <= SUBTAG_SIZE ? size : 0;
}

static void drop(struct text *text, size_t size)
{
    text->bytes += size;
    text->size -= size;
}

/* "uk-UA" gives "uk"; "*" itself. */
static bool take_range(struct text *text, struct text *primary)
{
    primary->bytes = text->bytes;
    primary->size = text->size > 0 && *text->bytes == '*' ? 1 : subtag_size(*text, true);
    if (primary->size == 0)
        return false;
    bool any = *text->bytes == '*';
    drop(text, primary->size);
    while (!any && text_take(text, "-")) {
        size_t size = subtag_size(*text, false);
        if (size == 0)
            return false;
        drop(text, size);
    }
    return true;
}

/* 0 to 1 with at most three decimals; one more than its thousandths. */
static bool take_quality(struct text *text, int *quality)
{
    bool one = text_take(text, "1");
    if (!one && !text_take(text, "0"))
        return false;
    int thousandths = one ? 1000 : 0;
    if (text_take(text, ".")) {
        for (int unit = 100; unit > 0 && text->size > 0 && is_digit(*text->bytes); unit /= 10) {
            thousandths += unit * (*text->bytes - '0');
            drop(text, 1);
        }
    }
    *quality = thousandths + 1;
    return thousandths <= 1000;
}

/* ";q=0.5", or nothing. */
static bool take_weight(struct text *text, int *quality)
{
    *quality = QUALITY_MOST;
    skip_blanks(text);
    if (!text_take(text, ";"))
        return true;
    skip_blanks(text);
    if ((!text_take(text, "q=") && !text_take(text, "Q=")) || !take_quality(text, quality))
        return false;
    skip_blanks(text);
    return true;
}

static void note(struct language_wish *wish, struct text primary, int quality)
{
    enum language language = language_of_tag(primary);
    wish->listed++;
    if (*primary.bytes == '*') {
        wish->any = quality;
    } else if (language < LANGUAGE_COUNT && quality > wish->quality[language]) {
        wish->quality[language] = quality;
        wish->place[language] = wish->listed;
    }
}

void language_wish_add(struct language_wish *wish, struct text value)
{
    struct text rest = value, primary;
    int quality;
    for (bool more = true; more && !wish->malformed;) {
        struct text element = rest;
        more = text_take_until(&rest, ',', &element);
        skip_blanks(&element);
        if (element.size == 0) /* RFC 9110 5.6.1.2 has empty ones ignored */
            continue;
        if (take_range(&element, &primary) && take_weight(&element, &quality) && element.size == 0)
            note(wish, primary, quality);
        else
            wish->malformed = true;
    }
}

/* What "*" stands for comes behind all that is named. */
enum language language_wished(const struct language_wish *wish)
{
    enum language best = LANGUAGE_ENGLISH;
    int best_quality = 1, best_place = INT32_MAX; /* what is wished at 0 is not wished */
    for (enum language each = 0; each < LANGUAGE_COUNT && !wish->malformed; each++) {
        bool named = wish->quality[each] > 0;
        int quality = named ? wish->quality[each] : wish->any;
        int place = named ? wish->place[each] : INT32_MAX;
        if (quality > best_quality || (quality == best_quality && quality > 1 && place < best_place)) {
            best = each;
            best_quality = quality;
            best_place = place;
        }
    }
    return best;
}
