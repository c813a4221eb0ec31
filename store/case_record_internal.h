/* case_record_internal.h: records of cases as a part of an entry's commit. */
#ifndef KORDON_STORE_CASE_RECORD_INTERNAL_H
#define KORDON_STORE_CASE_RECORD_INTERNAL_H

#include "store/case_record.h"
#include "store/journal.h"
#include "store/store_internal.h"

/* Inside the transaction of an entry, as document_apply(). BAD_VALUE names the record that can't be. */
enum reason case_record_apply(struct store *store, struct proven_state *next,
    const struct journal_change *change, bool *erases, struct failure *failure);

#endif
