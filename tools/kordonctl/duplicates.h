/* duplicates.h: who is on the list twice, as kordond looks for it behind each import. Thread rule: one thread. */
#ifndef KORDON_TOOLS_KORDONCTL_DUPLICATES_H
#define KORDON_TOOLS_KORDONCTL_DUPLICATES_H

#include "tools/kordonctl/kordonctl.h"

/* Behind an import: waits some seconds where the list is short, since then it is known soon, and says what is known by then. That it could not be asked for
 * changes nothing about the import, and is said as well. */
void duplicates_say_behind_import(const struct session *session);

#endif
