/* export_search.h: a page of an export's entries, as journal_search() (store/journal.h) gives one of the open log. */
#ifndef KORDON_TOOLS_KORDONCTL_EXPORT_SEARCH_H
#define KORDON_TOOLS_KORDONCTL_EXPORT_SEARCH_H

#include "store/journal.h"
#include "tools/kordonctl/kordonctl.h"

/* Fills what journal_search() fills, and size, from the whole export, which must hold: where it does not there are no entries. *unseen: entries
 * of the filter's events and time of which nobody knows whether it takes them, since their bodies are erased or withheld. Reasons of
 * export_read(). */
enum reason export_search(const struct session *session, const char *directory, struct journal_search *search,
    uint64_t *unseen, struct failure *failure);

#endif
