#include "policy/strict_ini.h"

#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum reason strict_ini_refuse(struct strict_ini *ini, unsigned line, const char *format, ...)
{
    char subject[192], detail[320];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    snprintf(subject, sizeof subject, "%.170s:%u", ini->name, line);
    ini->reason = failure_set(ini->failure, ini->bad, subject, "%s", detail);
    return ini->reason;
}

/* Tabs, and the end that some editors give a line, are blanks here. */
static bool is_blank(uint32_t code_point)
{
    return code_point == '\t' || code_point == '\r';
}

static enum reason check_text(struct strict_ini *ini, const char *line, size_t length)
{
    struct text_harm harm;
    char why[TEXT_HARM_WHY_SIZE];
    for (size_t start = 0; text_find_harm((struct text){line + start, length - start}, &harm);) {
        harm.offset += start;
        if (harm.malformed || !is_blank(harm.code_point))
            return strict_ini_refuse(ini, ini->line, "the line %s", text_harm_why(&harm, why));
        start = harm.offset + harm.size;
    }
    return REASON_DONE;
}

/* inih takes "[policy" and "[policy] rest", says nothing of empty unknown sections, and cuts long names. */
static enum reason take_section(struct strict_ini *ini, const char *line)
{
    const char *end = strchr(line, ']');
    if (end == NULL)
        return strict_ini_refuse(ini, ini->line, "not a section: write [name] alone in its line");
    const char *rest = end + 1 + strspn(end + 1, " \t\r");
    if (*rest != '\0' && *rest != ';' && *rest != '#')
        return strict_ini_refuse(ini, ini->line, "nothing may stand behind a section: begin a new line");
    size_t length = (size_t)(end - line) - 1;
    if (length >= sizeof ini->section)
        return strict_ini_refuse(ini, ini->line, "the section's name is too long");
    memcpy(ini->section, line + 1, length);
    ini->section[length] = '\0';
    return ini->take_section(ini, ini->section);
}

static enum reason check_line(struct strict_ini *ini, const char *line, size_t length)
{
    TRY(check_text(ini, line, length));
    const char *start = line + strspn(line, " \t\r");
    ini->indented = start > line;
    if (ini->indented && *start == '[')
        return strict_ini_refuse(ini, ini->line, "a section must begin in the first column");
    return line[0] == '[' ? take_section(ini, line) : REASON_DONE;
}

/* inih's reader: one line at a time into str of num bytes; NULL ends the reading. */
static char *read_line(char *str, int num, void *context)
{
    struct strict_ini *ini = context;
    if (ini->reason != REASON_DONE || ini->position == ini->size || num < 3)
        return NULL;
    const uint8_t *start = ini->bytes + ini->position;
    size_t left = ini->size - ini->position;
    const uint8_t *newline = memchr(start, '\n', left);
    size_t length = newline != NULL ? (size_t)(newline - start) : left;
    ini->line++;
    ini->position += length + (newline != NULL);
    if (length > (size_t)num - 2) {
        strict_ini_refuse(ini, ini->line, "the line is longer than %d bytes: break it up", num - 2);
        return NULL;
    }
    memcpy(str, start, length);
    str[length] = '\0';
    if (check_line(ini, str, length) != REASON_DONE)
        return NULL;
    str[length] = '\n';
    str[length + 1] = '\0';
    return str;
}

/* inih's handler: nonzero goes on. It gives the section as it cut it: ours is whole. */
static int take_pair(void *context, const char *section, const char *key, const char *value)
{
    struct strict_ini *ini = context;
    (void)section;
    if (ini->section[0] == '\0')
        strict_ini_refuse(ini, ini->line, "the key %.50s stands before any section", key);
    else
        ini->take_pair(ini, key, value, ini->indented);
    return ini->reason == REASON_DONE;
}

enum reason strict_ini_read(struct strict_ini *ini)
{
    ini->position = 0;
    ini->line = 0;
    ini->indented = false;
    ini->section[0] = '\0';
    ini->reason = REASON_DONE;
    int first_bad_line = ini_parse_stream(read_line, ini, take_pair, ini);
    if (first_bad_line < 0)
        return failure_set(ini->failure, REASON_NO_MEMORY, ini->name, NULL);
    /* inih itself only notices lines that are neither section, pair nor comment, and goes on behind them. */
    if (first_bad_line > 0 && (ini->reason == REASON_DONE || (unsigned)first_bad_line < ini->line))
        return strict_ini_refuse(
            ini, (unsigned)first_bad_line, "neither [section] nor key = value; a comment begins with #");
    return ini->reason;
}
