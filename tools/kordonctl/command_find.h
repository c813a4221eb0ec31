/* command_find.h: which command the words of a command line mean. */
#ifndef KORDON_TOOLS_KORDONCTL_COMMAND_FIND_H
#define KORDON_TOOLS_KORDONCTL_COMMAND_FIND_H

#include "tools/kordonctl/kordonctl.h"

/* The command whose name's one or two words stand first; *used: how many that are. BAD_ARGUMENT names the word that means nothing, and what was likely
 * meant; *command is NULL then. */
enum reason command_find(
    int count, char **words, const struct command **command, int *used, struct failure *failure);

/* Whether commands of two words begin with that one. */
bool command_is_group(const char *word);

/* A line for each command of a group, or for each that there is where group is NULL. */
void command_print_list(const char *group);

#endif
