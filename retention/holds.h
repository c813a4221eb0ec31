/* holds.h: legal holds: what a transaction's entries say, or one entry by its number (a record entered from paper has no transaction), is not erased while a
 * proceeding needs it (L5).
 *
 * They lie in the state, proven, and change with an entry that says who held what, and why. Any thread; a store's functions that of the store.
 */
#ifndef KORDON_RETENTION_HOLDS_H
#define KORDON_RETENTION_HOLDS_H

#include <jansson.h>

#include "crypto/digest.h"
#include "json/writer.h"
#include "store/store.h"

#define LEGAL_HOLDS_MAX        64
#define LEGAL_HOLD_REASON_SIZE 256
#define LEGAL_HOLD_BY_SIZE     256
#define LEGAL_HOLD_ID_SIZE     64

struct legal_hold {
    char transaction[LEGAL_HOLD_ID_SIZE]; /* "": one entry is held ... */
    uint64_t from; /* ... this one. The transaction's entries are behind so many others */
    int64_t since_ms;
    bool auditor; /* an auditor holds it */
    char by[LEGAL_HOLD_BY_SIZE];
    char reason[LEGAL_HOLD_REASON_SIZE];
};

struct legal_holds {
    struct legal_hold items[LEGAL_HOLDS_MAX];
    size_t count;
    /* What was held and is no more lies behind so many entries: from there on is looked again. UINT64_MAX: nowhere. */
    uint64_t again_from;
};

/* The state's. digest: of the document, all zero where there is none. BAD_VALUE; document_read()'s reasons. */
enum reason legal_holds_read(struct store *store, struct legal_holds *holds,
    uint8_t digest[static DIGEST_BYTES], struct failure *failure);

/* As the document has it: malloc'd; NULL without memory. */
char *legal_holds_text(const struct legal_holds *holds);

/* Whether a transaction is held, or an entry by its number; no transaction has the id "". */
bool legal_holds_have(const struct legal_holds *holds, const char *transaction);
bool legal_holds_have_entry(const struct legal_holds *holds, uint64_t seq);

/* Adds a copy. An auditor's stands beside another's, so that who lifts his own takes nothing from the other. TRANSACTION_HELD where the same is held already on the
 * same side, TOO_LARGE where there are too many. */
enum reason legal_holds_add(
    struct legal_holds *holds, const struct legal_hold *hold, struct failure *failure);

/* Lifts one on what that one names: an auditor his own side's before the other's, who is none the other's alone: NOT_PERMITTED where only an auditor
 * holds it. HOLD_NOT_FOUND where it is not held. */
enum reason legal_holds_lift(
    struct legal_holds *holds, const struct legal_hold *named, struct failure *failure);

/* What a hold names, as its JSON has it, and as a text of at most LEGAL_HOLD_ID_SIZE bytes. */
void legal_hold_write_name(struct json_writer *json, const struct legal_hold *hold);
const char *legal_hold_name(const struct legal_hold *hold, char text[static LEGAL_HOLD_ID_SIZE]);

/* An array of them, as the API tells it; NULL without memory. */
json_t *legal_holds_json(const struct legal_holds *holds);

#endif
