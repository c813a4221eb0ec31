/* describe.c: the table of keys as an example file and as a part of the manual page. */
#include "config/config.h"

#include <string.h>

#include "config/keys_internal.h"

#define LINE_WIDTH 100

/* What the key's values may be, as words: "from 1 to 10; default 3; reload". */
static void describe_range(const struct config_key *key, char *words, size_t size)
{
    char range[128] = "";
    switch (key->type) {
    case KEY_NUMBER:
        snprintf(range, sizeof range, "from %u to %u", (unsigned)key->minimum, (unsigned)key->maximum);
        break;
    case KEY_MODE:
        snprintf(range, sizeof range, "from %04o to %04o", (unsigned)key->minimum, (unsigned)key->maximum);
        break;
    case KEY_FRACTION:
        snprintf(range, sizeof range, "between %g and %g", key->minimum, key->maximum);
        break;
    case KEY_SWITCH:
        snprintf(range, sizeof range, "yes or no");
        break;
    case KEY_PRINCIPALS:
        snprintf(range, sizeof range, "up to %d of user:NAME, group:NAME", CONFIG_PRINCIPALS_MAX);
        break;
    case KEY_ROLES:
        snprintf(range, sizeof range, "roles");
        break;
    case KEY_PROOFS:
        snprintf(range, sizeof range, "up to %d of user:NAME, certificate:AUTHORITY/SAN", CONFIG_PROOFS_MAX);
        break;
    case KEY_PATH:
        snprintf(range, sizeof range, "a path of up to %.0f bytes", key->maximum);
        break;
    case KEY_SECRET_URI:
        snprintf(range, sizeof range, "file:PATH");
        break;
    case KEY_POLICY:
        snprintf(range, sizeof range, "a preset's name, or a path of up to %.0f bytes", key->maximum);
        break;
    case KEY_WORD:
        snprintf(range, sizeof range, "letters, digits and -._/: only, up to %.0f bytes", key->maximum);
        break;
    case KEY_TEXT:
        snprintf(range, sizeof range, "text of up to %.0f bytes", key->maximum);
        break;
    }
    const char *value = key->value[0] != '\0' ? key->value : "none";
    snprintf(words, size, "%s%s%s; %s%s%s", range, key->unit[0] != '\0' ? ", " : "", key->unit,
        key->mandatory ? "mandatory" : "default ", key->mandatory ? "" : value,
        key->change == KEY_RELOADS ? "; reload" : "");
}

/* Prints text as comment lines, broken at blanks. */
static void print_comment(FILE *stream, const char *text)
{
    size_t column = 0;
    while (*text != '\0') {
        size_t word = strcspn(text, " ");
        if (column > 0 && column + 1 + word > LINE_WIDTH) {
            fputc('\n', stream);
            column = 0;
        }
        fputs(column == 0 ? "# " : " ", stream);
        column += (column == 0 ? 2 : 1) + word;
        fwrite(text, 1, word, stream);
        text += word + strspn(text + word, " ");
    }
    fputc('\n', stream);
}

void config_describe(FILE *stream)
{
    const char *section = "";
    fputs("# kordon.conf: the configuration of kordond and kordonctl.\n"
          "# Keys that are commented out show their defaults. Check with: kordond --config FILE "
          "--check-config\n"
          "# Keys with the word reload take effect at SIGHUP (systemctl reload kordond), others at the next "
          "start.\n",
        stream);
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        const struct config_section *row = config_section_find(key->section, strlen(key->section));
        char words[256];
        if (strcmp(key->section, section) != 0) {
            section = key->section;
            fputc('\n', stream);
            print_comment(stream, row->help);
            if (row->maximum > 0)
                fprintf(stream, "#[%s %s]\n", section, row->example);
            else
                fprintf(stream, "[%s]\n", section);
        }
        bool in_force = key->mandatory && row->maximum == 0;
        describe_range(key, words, sizeof words);
        fputc('\n', stream);
        print_comment(stream, key->help);
        print_comment(stream, words);
        fprintf(stream, "%s%s = %s\n", in_force ? "" : "#", key->name, key->value);
    }
}

/* roff takes a dash as a hyphen, and a full stop or apostrophe in the first column as a request. */
static void print_roff(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '-' || *text == '\\')
            fputc('\\', stream);
        fputc(*text, stream);
    }
}

void config_describe_manual(FILE *stream)
{
    const char *section = "";
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        const struct config_section *row = config_section_find(key->section, strlen(key->section));
        char words[256];
        if (strcmp(key->section, section) != 0) {
            section = key->section;
            fprintf(stream, ".SS [%s%s]\n", section, row->maximum > 0 ? " NAME" : "");
            print_roff(stream, row->help);
            fputc('\n', stream);
        }
        describe_range(key, words, sizeof words);
        fprintf(stream, ".TP\n.B %s\n", key->name);
        print_roff(stream, key->help);
        fputs("\n.br\n(", stream);
        print_roff(stream, words);
        fputs(")\n", stream);
    }
}
