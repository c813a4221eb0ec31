/* asking.h: what kordonctl asks an officer at his terminal, in his language. Questions go to standard error, answers come from standard
 * input. One thread.
 */
#ifndef KORDON_TOOLS_KORDONCTL_ASKING_H
#define KORDON_TOOLS_KORDONCTL_ASKING_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/kordonctl/kordonctl.h"

#define ASKED_LINE_SIZE 256

/* Whether an officer sits there who can be asked: a demonstration presumes instead, and a script has no terminal. */
bool asking_is_possible(const struct session *session);

/* One line, without its end; "" is one, too. BAD_ARGUMENT where none comes, or one that is too long; CAPTURE_CANCELLED where the question
 * was answered with Ctrl-C, which whoever asks heeds (interrupt.h). */
enum reason ask_line(const char *question, char line[static ASKED_LINE_SIZE], struct failure *failure);

/* A choice between the codes of one vocabulary, shown as words (language_code). All constant and borrowed. */
struct asked_choice {
    const char *heading; /* in the officer's language */
    const char *of;      /* the vocabulary */
    const char *const *codes;
    size_t count;
};

/* *code is one of the codes. The officer gives its number, its word or the code itself, and is asked again for anything else.
 * BAD_ARGUMENT as above. */
enum reason ask_choice(const struct asked_choice *choice, const char **code, struct failure *failure);

/* chosen[i]: codes[i] is one of those that he names, by number, word or code, divided by commas; none where he gives an empty line. The
 * choice is shown where he asks for it by "?", and where what he gives is none of them. BAD_ARGUMENT as above. */
enum reason ask_some(
    const struct asked_choice *choice, const char *question, bool chosen[], struct failure *failure);

/* *yes is what he says to it. BAD_ARGUMENT as above. */
enum reason ask_yes(const char *question, bool *yes, struct failure *failure);

#endif
