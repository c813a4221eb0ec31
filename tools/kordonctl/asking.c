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

/* NULL where it is none. */
static const char *chosen(const struct asked_choice *choice, const char *line)
{
    for (size_t i = 0; i < choice->count; i++)
        if (is_number(line, i + 1) || strcmp(line, choice->codes[i]) == 0 ||
            strcmp(line, code_in_words(choice->of, choice->codes[i])) == 0)
            return choice->codes[i];
    return NULL;
}

enum reason ask_choice(const struct asked_choice *choice, const char **code, struct failure *failure)
{
    char line[ASKED_LINE_SIZE];
    say_line("%s", choice->heading);
    for (size_t i = 0; i < choice->count; i++)
        say_line("  %2zu  %s", i + 1, code_in_words(choice->of, choice->codes[i]));
    TRY(ask_line(_("number or word"), line, failure));
    while ((*code = chosen(choice, line)) == NULL) {
        say_line("%s", _("it is none of these"));
        TRY(ask_line(_("number or word"), line, failure));
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
