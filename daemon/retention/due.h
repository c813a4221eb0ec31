/* due.h: what a rule of retention takes, what is held back from it, and what must therefore be gone. Values; any thread, a store's functions that of the store.
 */
#ifndef KORDON_DAEMON_RETENTION_DUE_H
#define KORDON_DAEMON_RETENTION_DUE_H

#include <jansson.h>

#include "daemon/retention/holds.h"
#include "daemon/retention/record.h"

/* Whether the body of an entry, as journal_read() gives it, goes when the rule's days are over. */
bool retention_rule_takes(const struct retention_rule *rule, const json_t *entry);

/* Whether it stays all the same. */
bool legal_holds_keep(const struct legal_holds *holds, uint64_t seq, const json_t *entry);

/* What is to be gone by the state, proven. */
struct retention_basis {
    struct retention_record record;
    struct legal_holds holds;
};

/* The state's: malloc'd, to be freed. Reasons of retention_record_read() and legal_holds_read(); NO_MEMORY. */
enum reason retention_basis_read(
    struct store *store, struct retention_basis **basis, struct failure *failure);

/* ENTRY_BROKEN where the entry, as journal_read() gives it, has a body that was erased: whoever writes the files has put it back from an older copy of them. What
 * can't be told from the record (what could not be read when its turn came) passes. */
enum reason retention_check_gone(
    const struct retention_basis *basis, const json_t *entry, struct failure *failure);

/* The same for the entry of that number. Those reasons, retention_basis_read()'s and journal_read()'s. */
enum reason retention_check_entry(struct store *store, uint64_t seq, struct failure *failure);

#endif
