/* read.c: the INI file, read strictly by the table of keys. */
#include "config/config.h"

#include <errno.h>
#include <ini.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "config/keys_internal.h"

enum reason config_refuse(struct parse *parse, const char *format, ...)
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

/* --- Sections */

/* What is wrong with a named section as a whole is said of its first line. */
static enum reason leave_section(struct parse *parse)
{
    if (parse->item == NULL)
        return REASON_DONE;
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        if (strcmp(key->section, parse->section->name) == 0 && key->mandatory && !parse->seen[i]) {
            parse->line = parse->item->line;
            return config_refuse(parse, "[%s %s] %s is missing", key->section, parse->item->name, key->name);
        }
    }
    parse->item = NULL;
    return REASON_DONE;
}

/* A further one of its kind, with the keys' defaults. */
static enum reason add_item(struct parse *parse, const char *name, size_t size)
{
    const struct config_section *section = parse->section;
    size_t *count = (size_t *)((char *)parse->configuration + section->count);
    if (!config_is_name(name, size))
        return config_refuse(parse, "[%s NAME]: a name of up to %d letters, digits and .-_ is expected",
            section->name, CONFIG_ITEM_NAME_SIZE - 1);
    if (*count == section->maximum)
        return config_refuse(parse, "more than %zu sections [%s NAME]", section->maximum, section->name);
    char *items = (char *)parse->configuration + section->items;
    struct config_item *item = (struct config_item *)(items + *count * section->item_size);
    snprintf(item->name, sizeof item->name, "%.*s", (int)size, name);
    const struct config_item *other = config_item_find(parse->configuration, section, item->name);
    if (other != NULL)
        return config_refuse(
            parse, "[%s %s] stands in line %" PRIu32 " already", section->name, item->name, other->line);
    (*count)++;
    item->line = parse->line;
    parse->item = item;
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        if (strcmp(key->section, section->name) != 0)
            continue;
        parse->seen[i] = false;
        if (!key->mandatory)
            TRY(config_store_value(parse, key, key->value, (char *)item + key->offset));
    }
    return REASON_DONE;
}

/* inih takes "[state" and "[state] rest" and says nothing of empty unknown sections: a mistake there would
 * silently leave keys at their defaults. It also cuts a long name. */
static enum reason check_section_line(struct parse *parse, const char *line)
{
    const char *start = line + 1, *end = strchr(line, ']');
    TRY(leave_section(parse));
    if (end == NULL)
        return config_refuse(parse, "not a section: [name] is expected");
    const char *rest = end + 1 + strspn(end + 1, " \t\r");
    if (*rest != '\0' && *rest != ';')
        return config_refuse(parse, "nothing may stand behind a section");
    size_t size = strcspn(start, " ]");
    const struct config_section *section = parse->section = config_section_find(start, size);
    bool named = start + size != end;
    if (section == NULL || (named && section->maximum == 0))
        return config_refuse(
            parse, "unknown section [%.*s]", end - start < 64 ? (int)(end - start) : 64, start);
    if (section->maximum == 0)
        return REASON_DONE;
    const char *name = start + size + named;
    return add_item(parse, name, (size_t)(end - name));
}

static enum reason check_line(struct parse *parse, const char *line, size_t length)
{
    /* inih is given at most as much as it can hold, and a zero byte would hide the rest of the line. */
    if (memchr(line, '\0', length) != NULL || !is_plain_text((const unsigned char *)line, length))
        return config_refuse(parse, "not plain UTF-8 text");
    const char *start = line + strspn(line, " \t\r");
    if (start > line && *start != '\0' && *start != '#' && *start != ';')
        return config_refuse(parse, "a section or key must begin in the first column");
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
        config_refuse(parse, "the line is longer than %d bytes", num - 2);
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

/* What is in no table. One that was moved must not seem to decide. */
static void refuse_unknown(struct parse *parse, const char *section, const char *name)
{
    for (size_t i = 0; i < config_moved_key_count; i++) {
        const struct config_moved_key *moved = &config_moved_keys[i];
        if (strcmp(moved->section, parse->section->name) != 0 || strcmp(moved->name, name) != 0)
            continue;
        config_refuse(parse,
            "%s stands in the policy now (%s): take it out here; kordonctl policy show, propose", name,
            moved->there);
        return;
    }
    config_refuse(parse, "unknown key %.50s in [%s]", name, section);
}

/* inih's handler: nonzero goes on. */
static int take_pair(void *context, const char *section, const char *name, const char *value)
{
    struct parse *parse = context;
    if (parse->section == NULL) {
        config_refuse(parse, "the key %.50s stands before any section", name);
        return 0;
    }
    char *base = parse->item != NULL ? (char *)parse->item : (char *)parse->configuration;
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        if (strcmp(key->section, parse->section->name) != 0 || strcmp(key->name, name) != 0)
            continue;
        if (parse->seen[i])
            config_refuse(parse, "%s is given twice", name);
        else
            config_store_value(parse, key, value, base + key->offset);
        parse->seen[i] = true;
        return parse->reason == REASON_DONE;
    }
    refuse_unknown(parse, section, name);
    return 0;
}

static bool is_named(const struct config_key *key)
{
    return config_section_find(key->section, strlen(key->section))->maximum > 0;
}

static enum reason set_defaults(struct parse *parse)
{
    /* A default that does not hold would be our own error: the same checks tell, with line 0. */
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        if (!key->mandatory && !is_named(key))
            TRY(config_store_value(parse, key, key->value, (char *)parse->configuration + key->offset));
    }
    return REASON_DONE;
}

static enum reason check_mandatory(struct parse *parse)
{
    for (size_t i = 0; i < config_key_count; i++)
        if (config_keys[i].mandatory && !parse->seen[i] && !is_named(&config_keys[i]))
            return failure_set(parse->failure, REASON_CONFIGURATION_BAD, parse->path, "[%s] %s is missing",
                config_keys[i].section, config_keys[i].name);
    return leave_section(parse);
}

static enum reason parse_lines(struct parse *parse)
{
    int first_bad_line = ini_parse_stream(read_line, parse, take_pair, parse);
    /* inih itself only notices lines that are neither section, pair nor comment, and goes on behind them. */
    if (first_bad_line > 0 && (parse->reason == REASON_DONE || (unsigned)first_bad_line < parse->line)) {
        parse->line = (unsigned)first_bad_line;
        return config_refuse(parse, "neither [section] nor key = value");
    }
    if (first_bad_line < 0)
        return failure_set(parse->failure, REASON_NO_MEMORY, parse->path, NULL);
    return parse->reason;
}

enum reason config_read_file(
    const char *given, char path[static PATH_MAX], uint8_t **bytes, size_t *size, struct failure *failure)
{
    struct failure why = {0};
    char what[FAILURE_WHAT_SIZE];
    *bytes = NULL;
    *size = 0;
    given = given != NULL ? given : CONFIG_FILE_DEFAULT;
    enum reason reason = realpath(given, path) == NULL
                             ? failure_set_errno(&why, errno, given, "open")
                             : file_read(path, CONFIG_FILE_BYTES_MAX, bytes, size, &why);
    if (reason == REASON_NOT_PERMITTED)
        return failure_set(failure, reason, given,
            N_("you may not read it: ask whoever administers the post, or name another one with --config"));
    if (reason == REASON_NO_MEMORY)
        return failure_set(failure, reason, given, "%s", why.detail);
    if (reason != REASON_DONE)
        return failure_set(failure, REASON_CONFIGURATION_BAD, given, "%s; %s", failure_what(&why, what),
            N_("name it with --config"));
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
    if (reason == REASON_DONE)
        reason = config_check_sensors(path, configuration, failure);
    if (reason == REASON_DONE)
        reason = config_check_tls(path, configuration, failure);
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
