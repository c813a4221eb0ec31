#include "tools/kordonctl/command_find.h"

#include <stdio.h>
#include <string.h>

#include "tools/kordonctl/nearest_word.h"

#define WORDS_COLUMNS 26
#define HELP_COLUMNS  79 /* as argp, which prints a command's own help */

/* What stands behind the group's name in the command's; NULL: it is of another group, or of none. */
static const char *part_in(const struct command *command, const char *group)
{
    const size_t size = strlen(group);
    return strncmp(command->name, group, size) == 0 && command->name[size] == ' ' ? command->name + size + 1
                                                                                  : NULL;
}

bool command_is_group(const char *word)
{
    for (const struct command *command = commands; command->name != NULL; command++)
        if (part_in(command, word) != NULL)
            return true;
    return false;
}

static const struct command *find_named(const char *name)
{
    for (const struct command *command = commands; command->name != NULL; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

/* --- Not found ------------------------------------------------------------------------------------------------- */

/* "list, show, take" */
static void list_parts(const char *group, char *list, size_t size)
{
    size_t used = 0;
    list[0] = '\0';
    for (const struct command *command = commands; command->name != NULL && used < size; command++) {
        const char *part = part_in(command, group);
        if (part != NULL)
            used += (size_t)snprintf(list + used, size - used, "%s%s", used > 0 ? ", " : "", part);
    }
}

static enum reason refuse_part(const char *group, const char *part, struct failure *failure)
{
    char list[256], subject[128], meant[128];
    struct nearest_word nearest = {0};
    list_parts(group, list, sizeof list);
    if (part == NULL)
        return failure_set(failure, REASON_BAD_ARGUMENT, group, N_("say which: %s"), list);
    for (const struct command *command = commands; command->name != NULL; command++)
        if (part_in(command, group) != NULL)
            nearest_word_try(&nearest, part, part_in(command, group));
    snprintf(subject, sizeof subject, "%s %s", group, part);
    snprintf(meant, sizeof meant, "%s %s", group, nearest.word);
    if (nearest.word[0] != '\0')
        return failure_set(failure, REASON_BAD_ARGUMENT, subject,
            N_("no such command: perhaps kordonctl %s is meant"), meant);
    return failure_set(failure, REASON_BAD_ARGUMENT, subject, N_("no such command: there are %s"), list);
}

/* The one command of a group whose part is called so; NULL: there is none, or several. */
static const struct command *find_by_part(const char *part)
{
    const struct command *found = NULL;
    for (const struct command *command = commands; command->name != NULL; command++) {
        const char *space = strchr(command->name, ' ');
        if (space == NULL || strcmp(space + 1, part) != 0)
            continue;
        if (found != NULL)
            return NULL;
        found = command;
    }
    return found;
}

static enum reason refuse_word(const char *word, struct failure *failure)
{
    struct nearest_word nearest = {0};
    const struct command *behind = find_by_part(word);
    for (const struct command *command = commands; command->name != NULL; command++) {
        char first[NEAREST_WORD_SIZE];
        snprintf(first, sizeof first, "%.*s", (int)strcspn(command->name, " "), command->name);
        nearest_word_try(&nearest, word, first);
    }
    const char *meant = behind != NULL ? behind->name : nearest.word;
    if (meant[0] != '\0')
        return failure_set(
            failure, REASON_BAD_ARGUMENT, word, N_("no such command: perhaps kordonctl %s is meant"), meant);
    return failure_set(failure, REASON_BAD_ARGUMENT, word, N_("no such command: see kordonctl help"));
}

enum reason command_find(
    int count, char **words, const struct command **command, int *used, struct failure *failure)
{
    char name[128];
    *command = NULL;
    *used = 1;
    if (count == 0)
        return failure_set(failure, REASON_BAD_ARGUMENT, "command", N_("none given: see kordonctl help"));
    if (command_is_group(words[0])) {
        const char *part = count > 1 && words[1][0] != '-' ? words[1] : NULL;
        snprintf(name, sizeof name, "%s %s", words[0], part != NULL ? part : "");
        *used = 2;
        *command = find_named(name);
        return *command != NULL ? REASON_DONE : refuse_part(words[0], part, failure);
    }
    *command = find_named(words[0]);
    return *command != NULL ? REASON_DONE : refuse_word(words[0], failure);
}

/* --- Shown ----------------------------------------------------------------------------------------------------- */

/* The help's first sentence, without its end: a point within a name (kordon.conf) is none. */
static int summary_size(const char *help)
{
    size_t size = 0;
    while (help[size] != '\0' && strchr(";:", help[size]) == NULL &&
           !(help[size] == '.' && (help[size + 1] == ' ' || help[size + 1] == '\0')))
        size++;
    return (int)size;
}

/* Broken between words where a terminal ends, and behind a command that is longer than its column. */
static void print_row(const char *words, const char *summary, int size)
{
    int column =
        printf("  %-*s", WORDS_COLUMNS, words) > 2 + WORDS_COLUMNS ? HELP_COLUMNS : 2 + WORDS_COLUMNS;
    for (const char *at = summary, *end = summary + size; at < end;) {
        const char *space = memchr(at, ' ', (size_t)(end - at));
        const int length = (int)((space != NULL ? space : end) - at);
        if (column + 1 + length > HELP_COLUMNS)
            column = printf("\n%*s", 2 + WORDS_COLUMNS, "") - 1;
        column += printf(" %.*s", length, at);
        at += length + (space != NULL);
    }
    putchar('\n');
}

void command_print_list(const char *group)
{
    for (const struct command *command = commands; command->name != NULL; command++) {
        char words[64];
        if (group != NULL && part_in(command, group) == NULL)
            continue;
        snprintf(words, sizeof words, "%s %s", command->name, command->arguments);
        print_row(words, command->help, summary_size(command->help));
    }
}
