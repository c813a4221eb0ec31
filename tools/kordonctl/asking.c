#include "tools/kordonctl/asking.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/kordonctl/interrupt.h"

bool asking_is_possible(const struct session *session)
{
    return !session_is_demonstration(session) && isatty(STDIN_FILENO) != 0;
}

enum reason ask_line(const char *question, char line[static ASKED_LINE_SIZE], struct failure *failure)
{
    print_prompt(question);
    TRY(interrupt_check_capture(failure));
    const bool came = fgets(line, ASKED_LINE_SIZE, stdin) != NULL;
    TRY(interrupt_check_capture(failure));
    if (!came || strchr(line, '\n') == NULL)
        return failure_set(failure, REASON_BAD_ARGUMENT, question, N_("no answer, or one that is too long"));
    line[strcspn(line, "\r\n")] = '\0';
    return REASON_DONE;
}

static bool is_number(const char *line, size_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", number);
    return strcmp(line, text) == 0;
}

/* count where it is none. */
static size_t find_chosen(const struct asked_choice *choice, const char *line)
{
    size_t i = 0;
    while (i < choice->count && !is_number(line, i + 1) && strcmp(line, choice->codes[i]) != 0 &&
           strcmp(line, code_in_words(choice->of, choice->codes[i])) != 0)
        i++;
    return i;
}

/* NULL where it is none. */
static const char *chosen_code(const struct asked_choice *choice, const char *line)
{
    const size_t i = find_chosen(choice, line);
    return i < choice->count ? choice->codes[i] : NULL;
}

static void show_choice(const struct asked_choice *choice)
{
    say_line("%s", choice->heading);
    for (size_t i = 0; i < choice->count; i++)
        say_line("  %2zu  %s", i + 1, code_in_words(choice->of, choice->codes[i]));
}

enum reason ask_choice(const struct asked_choice *choice, const char **code, struct failure *failure)
{
    char line[ASKED_LINE_SIZE];
    show_choice(choice);
    TRY(ask_line(_("number or word"), line, failure));
    while ((*code = chosen_code(choice, line)) == NULL) {
        say_line("%s", _("it is none of these"));
        TRY(ask_line(_("number or word"), line, failure));
    }
    return REASON_DONE;
}

/* False where one of them is none; line is cut into words. */
static bool take_some(const struct asked_choice *choice, char *line, bool chosen[])
{
    memset(chosen, 0, choice->count * sizeof chosen[0]);
    if (line[strspn(line, " ")] == '\0')
        return true;
    for (char *rest = line, *word; (word = strsep(&rest, ",")) != NULL;) {
        word += strspn(word, " ");
        size_t size = strlen(word);
        while (size > 0 && word[size - 1] == ' ')
            word[--size] = '\0';
        const size_t i = find_chosen(choice, word);
        if (i == choice->count)
            return false;
        chosen[i] = true;
    }
    return true;
}

enum reason ask_some(
    const struct asked_choice *choice, const char *question, bool chosen[], struct failure *failure)
{
    char line[ASKED_LINE_SIZE];
    TRY(ask_line(question, line, failure));
    while (strcmp(line, "?") == 0 || !take_some(choice, line, chosen)) {
        if (strcmp(line, "?") != 0)
            say_line("%s", _("it is none of these"));
        show_choice(choice);
        TRY(ask_line(question, line, failure));
    }
    return REASON_DONE;
}

static bool is_one_of(const char *line, const char *const words[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(line, words[i]) == 0)
            return true;
    return false;
}

/* Both languages' words, whichever is shown: a hand is quicker than a keyboard's layout. */
enum reason ask_yes(const char *question, bool *yes, struct failure *failure)
{
    static const char *const affirmations[] = {"y", "yes", "т", "так"}, *const denials[] = {
                                                                            "n", "no", "н", "ні"};
    char line[ASKED_LINE_SIZE];
    TRY(ask_line(question, line, failure));
    while (!(*yes = is_one_of(line, affirmations, 4)) && !is_one_of(line, denials, 4))
        TRY(ask_line(question, line, failure));
    return REASON_DONE;
}
