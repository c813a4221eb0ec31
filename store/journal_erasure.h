/* journal_erasure.h: bodies of entries that may no longer be kept are erased, and the log says which, by its own signed entry.
 *
 * A body's row, its key and its salt with it, is replaced by the number of the entry that erased it. That number proves nothing by itself: whoever
 * reads the erased entry reads the erasing one, proven, and finds it named there. So a body that somebody else took away, and such a
 * number that he wrote, are found as before. The head stays, and with it the tree, each receipt and each export. Thread rule: that of the store.
 */
#ifndef KORDON_STORE_JOURNAL_ERASURE_H
#define KORDON_STORE_JOURNAL_ERASURE_H

#include "log/seq_range.h"
#include "store/journal.h"

/* Bodies in one commit, and runs of them: so that no entry waits long behind it, and its own body keeps within its limit. */
#define JOURNAL_ERASURE_MAX 512

/* Erases the bodies of these entries with one entry (an ERASURE, whose body gets "erased_entries" and "erased_bodies") and, in the same
 * commit, changes the documents of change (may be NULL; the rest of it is ignored). ranges: ascending, apart, of at most JOURNAL_ERASURE_MAX entries; none is no
 * failure: the entry is written. ENTRY_ERASED where one of them has none any more; BAD_VALUE where there are too many, or for an entry that
 * says what was erased; ENTRY_BROKEN, ENTRY_NOT_FOUND; journal_append_changing()'s reasons. Nothing was erased unless DONE or, where it says so,
 * OUTCOME_UNKNOWN. */
enum reason journal_erase(struct store *store, const struct seq_ranges *ranges,
    const struct journal_change *change, const struct log_draft *draft, struct journal_outcome *outcome,
    struct failure *failure);

#endif
