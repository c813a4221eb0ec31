/* journal_entry_internal.h: bodies of log entries on their way into the log. */
#ifndef KORDON_STORE_JOURNAL_ENTRY_INTERNAL_H
#define KORDON_STORE_JOURNAL_ENTRY_INTERNAL_H

#include "store/store_internal.h"

#define JOURNAL_BODY_MAX (256 << 10)

/* A copy of the draft's body with what every body carries. BAD_VALUE names the member that is missing. The caller
 * decrefs. */
enum reason journal_body_begin(
    const struct store *store, const struct journal_draft *draft, json_t **body, struct failure *failure);

/* The body's canonical bytes, malloc'd. BAD_VALUE for what has no canonical form here. */
enum reason journal_body_bytes(const json_t *body, char **bytes, size_t *size, struct failure *failure);

#endif
