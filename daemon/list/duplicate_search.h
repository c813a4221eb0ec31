/* duplicate_search.h: people who are on the list in force twice are looked for, behind everything else.
 *
 * It begins anew with each list that comes into force, in steps of some ms on the search threads, which give way to travellers; it rests while
 * an import is under way. What it finds is in memory alone: a start searches again, and says until the end that it has not finished. What an
 * erased entry was found with is forgotten with it. Loop's thread.
 */
#ifndef KORDON_DAEMON_LIST_DUPLICATE_SEARCH_H
#define KORDON_DAEMON_LIST_DUPLICATE_SEARCH_H

#include "daemon/list/list.h"
#include "list/duplicates.h"

/* What is known by now of the set in force; valid until the loop turns. */
struct duplicates_told {
    const struct list_duplicates *known; /* NULL: nothing */
    struct failure failure;              /* why it can't go on, where it can't: it will be tried again */
};
struct duplicates_told duplicates_tell(const struct list *list);

/* Goes on where it rested; to be called about each second, and when an import is over. */
void duplicates_look(struct list *list);

/* --- For the room's own files */

/* Another set is in force, or none, in the place of before, which may be NULL. */
void duplicates_follow(struct list *list, const struct opened_list *before);

#endif
