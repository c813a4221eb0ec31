/* document_internal.h: documents as a part of an entry's commit. */
#ifndef KORDON_STORE_DOCUMENT_INTERNAL_H
#define KORDON_STORE_DOCUMENT_INTERNAL_H

#include <jansson.h>

#include "store/document.h"
#include "store/journal.h"
#include "store/store_internal.h"

/* Inside the transaction of an entry: puts and removes, on proven rows only, takes what they add up to into the state to be, and says in
 * the entry's body which documents are other ones now. *erases is set where a row was replaced or deleted. BAD_VALUE,
 * STATE_UNPROVEN, the database's reasons. */
enum reason document_apply(struct store *store, struct proven_state *next,
    const struct journal_change *change, json_t *body, bool *erases, struct failure *failure);

/* Whether all documents are those of that state. STATE_UNPROVEN. */
enum reason documents_prove(struct store *store, const struct proven_state *state, struct failure *failure);

#endif
