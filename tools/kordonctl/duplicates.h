/* duplicates.h: who is on the list twice, as kordond looks for it behind each import. Thread rule: one thread. */
#ifndef KORDON_TOOLS_KORDONCTL_DUPLICATES_H
#define KORDON_TOOLS_KORDONCTL_DUPLICATES_H

#include "list/opened_list.h"
#include "tools/kordonctl/kordonctl.h"

#define DUPLICATES_SHOWN 10 /* pairs, behind an import */

/* Behind an import: waits some seconds where the list is short, since then it is known soon, and says what is known by then. That it could not be asked for
 * changes nothing about the import, and is said as well. */
void duplicates_say_behind_import(const struct session *session);

/* The same where there is no kordond: searches the list that was installed for some seconds, and makes the answer that kordond would give, with
 * its first pairs. What was found, and that it is shown, is in the log then (L1). set: of the installed list. */
enum reason duplicates_search(
    struct session *session, const struct opened_list *set, json_t **answer, struct failure *failure);
void duplicates_say(const json_t *answer);

#endif
