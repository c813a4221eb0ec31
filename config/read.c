/* read.c: the INI file, read strictly by the table of keys. */
#include "config/config.h"

#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "config/keys_internal.h"

/* State of one parse. inih of Debian tells its handler no line number, but it reads exactly one line before
 * each call, so the reader below counts. reason is the first thing found wrong; reading ends there. */
struct parse {
    const char *path;
    const uint8_t *bytes;
    size_t size, position;
    unsigned line;
    struct configuration *configuration;
    bool seen[CONFIG_KEYS_MAX];
    enum reason reason;
    struct failure *failure;
};

static enum reason refuse(struct parse *parse, const char *format, ...) __attribute__((format(printf, 2, 3)));
static enum reason refuse(struct parse *parse, const char *format, ...)
{
    char subject[CONFIG_PATH_MAX], detail[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    snprintf(subject, sizeof subject, "%s:%u", parse->path, parse->line);
    parse->reason = failure_set(parse->failure, REASON_CONFIGURATION_BAD, subject, "%s", detail);
    return parse->reason;
}

/* Length of the UTF-8 character at text (2 to 4 bytes), 0 where it is none: the values go into JSON. */
static size_t utf8_length(const unsigned char *text, size_t left)
{
    static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    if (text[0] < 0xc2 || text[0] > 0xf4 || length > left)
        return 0;
    uint32_t character = text[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        character = character << 6 | (text[i] & 0x3fu);
    }
    bool surrogate = character >= 0xd800 && character <= 0xdfff;
    return character >= lowest[length] && character <= 0x10ffff && !surrogate ? length : 0;
}

static bool is_plain_text(const unsigned char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        if (text[i] < 0x80) {
            bool printable = (text[i] >= 0x20 && text[i] != 0x7f) || text[i] == '\t' || text[i] == '\r';
            if (!printable)
                return false;
            i++;
        } else {
            size_t length = utf8_length(text + i, size - i);
            if (length == 0)
                return false;
            i += length;
        }
    }
    return true;
}

/* inih takes "[state" and "[state] rest" and says nothing of empty unknown sections: a mistake there would
 * silently leave keys at their defaults. */
static enum reason check_section_line(struct parse *parse, const char *line)
{
    char name[64];
    const char *end = strchr(line, ']');
    size_t length = end != NULL ? (size_t)(end - line - 1) : 0;
    if (end == NULL || length >= sizeof name)
        return refuse(parse, "not a section: [name] is expected");
    const char *rest = end + 1 + strspn(end + 1, " \t\r");
    if (*rest != '\0' && *rest != ';')
        return refuse(parse, "nothing may stand behind a section");
    memcpy(name, line + 1, length);
    name[length] = '\0';
    if (config_section_help(name) == NULL)
        return refuse(parse, "unknown section [%s]", name);
    return REASON_DONE;
}

static enum reason check_line(struct parse *parse, const char *line, size_t length)
{
    /* inih is given at most as much as it can hold, and a zero byte would hide the rest of the line. */
    if (memchr(line, '\0', length) != NULL || !is_plain_text((const unsigned char *)line, length))
        return refuse(parse, "not plain UTF-8 text");
    const char *start = line + strspn(line, " \t\r");
    if (start > line && *start != '\0' && *start != '#' && *start != ';')
        return refuse(parse, "a section or key must begin in the first column");
    return line[0] == '[' ? check_section_line(parse, line) : REASON_DONE;
}

/* inih's reader: one line at a time into str of num bytes; NULL ends the parse. */
static char *read_line(char *str, int num, void *context)
{
    struct parse *parse = context;
    if (parse->reason != REASON_DONE || parse->position == parse->size || num < 3)
        return NULL;
    const uint8_t *start = parse->bytes + parse->position;
    size_t left = parse->size - parse->position;
    const uint8_t *newline = memchr(start, '\n', left);
    size_t length = newline != NULL ? (size_t)(newline - start) : left;
    parse->line++;
    parse->position += length + (newline != NULL);
    if (length > (size_t)num - 2) {
        refuse(parse, "the line is longer than %d bytes", num - 2);
        return NULL;
    }
    memcpy(str, start, length);
    str[length] = '\0';
    if (check_line(parse, str, length) != REASON_DONE)
        return NULL;
    str[length] = '\n';
    str[length + 1] = '\0';
    return str;
}

static bool all_of(const char *text, const char *allowed)
{
    return text[strspn(text, allowed)] == '\0';
}

#define WORD_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/:"

static enum reason store_text(
    struct parse *parse, const struct config_key *key, const char *value, char *target)
{
    size_t length = strlen(value);
    if ((double)length < key->minimum)
        return refuse(parse, "%s is empty", key->name);
    if ((double)length > key->maximum)
        return refuse(parse, "%s is longer than %.0f bytes", key->name, key->maximum);
    memcpy(target, value, length + 1);
    return REASON_DONE;
}

/* prefix: what of the value stays before the path ("file:" or nothing). */
static enum reason store_path(
    struct parse *parse, const struct config_key *key, const char *prefix, const char *path, char *target)
{
    char whole[2 * CONFIG_PATH_MAX];
    const char *slash = strrchr(parse->path, '/');
    int folder = slash != NULL ? (int)(slash - parse->path + 1) : 0;
    if (path[0] == '\0' && key->minimum < 1)
        return store_text(parse, key, path, target);
    if (path[0] == '\0')
        return refuse(parse, "%s names no path", key->name);
    if (path[0] == '/')
        folder = 0;
    int length = snprintf(whole, sizeof whole, "%s%.*s%s", prefix, folder, parse->path, path);
    if (length < 0 || (size_t)length >= sizeof whole)
        return refuse(parse, "%s is longer than %.0f bytes", key->name, key->maximum);
    return store_text(parse, key, whole, target);
}

static enum reason store_secret_uri(
    struct parse *parse, const struct config_key *key, const char *value, char *target)
{
    static const char scheme[] = "file:";
    if (strncmp(value, scheme, sizeof scheme - 1) != 0)
        return refuse(parse, "%s must be file:PATH", key->name);
    return store_path(parse, key, scheme, value + sizeof scheme - 1, target);
}

static enum reason store_number(
    struct parse *parse, const struct config_key *key, const char *value, unsigned base, uint32_t *target)
{
    uint64_t number, lowest = (uint64_t)key->minimum, highest = (uint64_t)key->maximum;
    if (!text_whole_number(value, base, lowest, highest, &number))
        return base == 8 ? refuse(parse, "%s must be an octal number from %04o to %04o", key->name,
                               (unsigned)lowest, (unsigned)highest)
                         : refuse(parse, "%s must be a whole number from %u to %u", key->name,
                               (unsigned)lowest, (unsigned)highest);
    *target = (uint32_t)number;
    return REASON_DONE;
}

static enum reason store_fraction(
    struct parse *parse, const struct config_key *key, const char *value, double *target)
{
    char *end;
    double number = strtod(value, &end);
    /* Digits only: strtod would also take "nan" and hexadecimal. */
    if (value[0] == '\0' || !all_of(value, "0123456789.eE+-") || *end != '\0')
        return refuse(parse, "%s must be a number such as 0.001", key->name);
    if (!(number > key->minimum && number < key->maximum))
        return refuse(parse, "%s must lie between %g and %g", key->name, key->minimum, key->maximum);
    *target = number;
    return REASON_DONE;
}

static enum reason store_switch(
    struct parse *parse, const struct config_key *key, const char *value, bool *target)
{
    *target = strcmp(value, "yes") == 0;
    if (!*target && strcmp(value, "no") != 0)
        return refuse(parse, "%s must be yes or no", key->name);
    return REASON_DONE;
}

static bool is_principal(const char *text)
{
    const char *name = strchr(text, ':');
    bool kind = strncmp(text, "user:", 5) == 0 || strncmp(text, "group:", 6) == 0;
    return kind && name[1] != '\0' && strpbrk(name + 1, " \t:") == NULL;
}

static bool is_word(const char *text)
{
    return all_of(text, WORD_CHARACTERS "_");
}

/* Splits a comma list into items; an empty value is an empty list. */
static enum reason store_list(struct parse *parse, const struct config_key *key, const char *value,
    size_t *count, char (*items)[CONFIG_TEXT_MAX])
{
    bool principals = key->type == KEY_PRINCIPALS;
    *count = 0;
    if (value[0] == '\0')
        return REASON_DONE;
    for (const char *start = value;; start++) {
        start += strspn(start, " \t");
        size_t stretch = strcspn(start, ","), length = stretch;
        while (length > 0 && (start[length - 1] == ' ' || start[length - 1] == '\t'))
            length--;
        if (*count == CONFIG_PRINCIPALS_MAX)
            return refuse(parse, "%s lists more than %d", key->name, CONFIG_PRINCIPALS_MAX);
        if (length == 0 || length >= CONFIG_TEXT_MAX)
            return refuse(parse, "%s has an empty or too long item", key->name);
        char *item = items[*count];
        memcpy(item, start, length);
        item[length] = '\0';
        if (principals ? !is_principal(item) : !is_word(item))
            return refuse(parse, "%s: '%.64s' is not %s", key->name, item,
                principals ? "user:NAME or group:NAME" : "a word of letters, digits and -._");
        (*count)++;
        start += stretch;
        if (*start == '\0')
            return REASON_DONE;
    }
}

static enum reason store_value(struct parse *parse, const struct config_key *key, const char *value)
{
    void *target = (char *)parse->configuration + key->offset;
    struct role_grant *grant = target;
    struct config_words *words = target;
    switch (key->type) {
    case KEY_TEXT:
        return store_text(parse, key, value, target);
    case KEY_WORD:
        if (!is_word(value))
            return refuse(parse, "%s may hold letters, digits and -._/: only", key->name);
        return store_text(parse, key, value, target);
    case KEY_PATH:
        return store_path(parse, key, "", value, target);
    case KEY_SECRET_URI:
        return store_secret_uri(parse, key, value, target);
    case KEY_NUMBER:
        return store_number(parse, key, value, 10, target);
    case KEY_MODE:
        return store_number(parse, key, value, 8, target);
    case KEY_FRACTION:
        return store_fraction(parse, key, value, target);
    case KEY_SWITCH:
        return store_switch(parse, key, value, target);
    case KEY_PRINCIPALS:
        return store_list(parse, key, value, &grant->count, grant->principals);
    case KEY_WORDS:
        return store_list(parse, key, value, &words->count, words->words);
    }
    return refuse(parse, "%s has no type", key->name);
}

/* inih's handler: nonzero goes on. */
static int take_pair(void *context, const char *section, const char *name, const char *value)
{
    struct parse *parse = context;
    if (section[0] == '\0') {
        refuse(parse, "the key %.50s stands before any section", name);
        return 0;
    }
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        if (strcmp(key->section, section) != 0 || strcmp(key->name, name) != 0)
            continue;
        if (parse->seen[i])
            refuse(parse, "%s is given twice", name);
        else
            store_value(parse, key, value);
        parse->seen[i] = true;
        return parse->reason == REASON_DONE;
    }
    refuse(parse, "unknown key %.50s in [%s]", name, section);
    return 0;
}

static enum reason set_defaults(struct parse *parse)
{
    /* A default that does not hold would be our own error: the same checks tell, with line 0. */
    for (size_t i = 0; i < config_key_count; i++)
        if (!config_keys[i].mandatory &&
            store_value(parse, &config_keys[i], config_keys[i].value) != REASON_DONE)
            return parse->reason;
    return REASON_DONE;
}

static enum reason check_mandatory(struct parse *parse)
{
    for (size_t i = 0; i < config_key_count; i++)
        if (config_keys[i].mandatory && !parse->seen[i])
            return failure_set(parse->failure, REASON_CONFIGURATION_BAD, parse->path, "[%s] %s is missing",
                config_keys[i].section, config_keys[i].name);
    return REASON_DONE;
}

static enum reason parse_lines(struct parse *parse)
{
    int first_bad_line = ini_parse_stream(read_line, parse, take_pair, parse);
    /* inih itself only notices lines that are neither section, pair nor comment, and goes on behind them. */
    if (first_bad_line > 0 && (parse->reason == REASON_DONE || (unsigned)first_bad_line < parse->line)) {
        parse->line = (unsigned)first_bad_line;
        return refuse(parse, "neither [section] nor key = value");
    }
    if (first_bad_line < 0)
        return failure_set(parse->failure, REASON_NO_MEMORY, parse->path, NULL);
    return parse->reason;
}

enum reason config_read_file(
    const char *given, char path[static PATH_MAX], uint8_t **bytes, size_t *size, struct failure *failure)
{
    struct failure why = {0};
    *bytes = NULL;
    *size = 0;
    given = given != NULL ? given : CONFIG_FILE_DEFAULT;
    enum reason reason = realpath(given, path) == NULL
                             ? failure_set_errno(&why, errno, given, "open")
                             : file_read(path, CONFIG_FILE_BYTES_MAX, bytes, size, &why);
    if (reason == REASON_NOT_PERMITTED || reason == REASON_NO_MEMORY)
        return failure_set(failure, reason, given, "%s", why.detail);
    if (reason != REASON_DONE)
        return failure_set(failure, REASON_CONFIGURATION_BAD, given, "%s; name it with --config", why.detail);
    return REASON_DONE;
}

enum reason config_parse(const char *path, const uint8_t *bytes, size_t size,
    struct configuration *configuration, struct failure *failure)
{
    struct parse parse = {
        .path = path, .bytes = bytes, .size = size, .configuration = configuration, .failure = failure};
    memset(configuration, 0, sizeof *configuration);
    enum reason reason = REASON_DONE;
    if (strlen(path) >= sizeof configuration->file || size > CONFIG_FILE_BYTES_MAX)
        reason = failure_set(failure, REASON_CONFIGURATION_BAD, path, "the %s is too long",
            size > CONFIG_FILE_BYTES_MAX ? "file" : "path");
    if (reason == REASON_DONE)
        reason = set_defaults(&parse);
    if (reason == REASON_DONE)
        reason = parse_lines(&parse);
    if (reason == REASON_DONE)
        reason = check_mandatory(&parse);
    if (reason == REASON_DONE)
        reason = config_check_anchor(path, configuration, failure);
    if (reason != REASON_DONE) {
        memset(configuration, 0, sizeof *configuration);
        return reason;
    }
    memcpy(configuration->file, path, strlen(path) + 1);
    return REASON_DONE;
}

const char *config_machine_key_path(const struct configuration *configuration)
{
    const char *uri = configuration->state.machine_key;
    return strncmp(uri, "file:", 5) == 0 ? uri + 5 : NULL;
}
