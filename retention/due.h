/* due.h: what a rule of retention takes, what is held back from it, and what must therefore be gone. Values; any thread, a store's functions that of the store.
 */
#ifndef KORDON_RETENTION_DUE_H
#define KORDON_RETENTION_DUE_H

#include <jansson.h>

#include "retention/holds.h"
#include "retention/record.h"

/* What of an entry is asked: its number and event, and its body, NULL or no object where that was erased. Borrowed. */
struct retention_entry {
    uint64_t seq;
    const char *event;
    const json_t *body;
};

/* Of one as journal_read() gives it. */
struct retention_entry retention_entry_of(const json_t *entry);

/* Whether its body goes when the rule's days are over. */
bool retention_rule_takes(const struct retention_rule *rule, const struct retention_entry *entry);

/* Whether it stays all the same. */
bool legal_holds_keep(const struct legal_holds *holds, const struct retention_entry *entry);

/* What is to be gone by the state, proven. */
struct retention_basis {
    struct retention_record record;
    struct legal_holds holds;
};

/* The state's: malloc'd, to be freed. Reasons of retention_record_read() and legal_holds_read(); NO_MEMORY. */
enum reason retention_basis_read(
    struct store *store, struct retention_basis **basis, struct failure *failure);

/* Whether its time is over, by what a rule has looked at: where it has its body all the same it is held, or could not be read when its turn came. To whoever is
 * not to know of that it is gone as any other's. */
bool retention_is_over(const struct retention_basis *basis, const struct retention_entry *entry);

/* Whether some rule has looked at that entry already, so that the next question can come to anything for it. */
bool retention_looked_behind(const struct retention_basis *basis, uint64_t seq);

/* ENTRY_BROKEN where the entry has a body that was erased: whoever writes the files has put it back from an older copy of them. What
 * can't be told from the record (what could not be read when its turn came) passes. */
enum reason retention_check_gone(
    const struct retention_basis *basis, const struct retention_entry *entry, struct failure *failure);

#endif
