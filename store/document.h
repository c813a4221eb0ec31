/* document.h: a few small named documents that decisions rest on (the policy in force, a proposal, a suspension), in the state.
 *
 * Each is sealed, and all of them are bound into the proven state: who writes the file can change, swap or remove none, and put an
 * older one back only with the whole file, which the anchor shows. They change only in the commit of a log entry
 * (journal_append_changing() in store/journal.h); that entry's body gets "documents": {name: lower hex SHA-256 of its bytes, or null
 * where it was removed}, so that the log alone tells which one was in force when. Thread rule: that of the store.
 */
#ifndef KORDON_STORE_DOCUMENT_H
#define KORDON_STORE_DOCUMENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "crypto/digest.h"

struct store;

#define DOCUMENT_NAME_MAX  32 /* bytes: a-z, 0-9 and _ */
#define DOCUMENT_BYTES_MAX ((size_t)64 << 10)
#define DOCUMENTS_MAX      16 /* in one state */

/* The names in use. */
#define DOCUMENT_POLICY           "policy"
#define DOCUMENT_POLICY_PROPOSAL  "policy_proposal"
#define DOCUMENT_POLICY_PROPOSED  "policy_proposed" /* by whom, when and why */
#define DOCUMENT_SUSPENSION       "suspension"
#define DOCUMENT_REVOCATION_LISTS "revocation_lists"
#define DOCUMENT_RETENTION        "retention"
#define DOCUMENT_LEGAL_HOLDS      "legal_holds"

/* What an entry's commit puts or removes. name and bytes are borrowed until the entry is written. */
struct document_change {
    const char *name;
    const void *bytes; /* NULL: it is removed; to remove what is not there is no failure */
    size_t size;       /* 1 to DOCUMENT_BYTES_MAX, where it is put */
};

/* Whether such a change could be written, but for how many documents there are by then: BAD_VALUE names what is wrong. Any
 * thread. */
enum reason document_check_change(const struct document_change *change, struct failure *failure);

/* The document as it is now, in any open store; a following one goes along with its writer's commits. malloc'd, with a zero byte behind
 * it that size does not count; to be given to document_finish(). digest (may be NULL): SHA-256 of the bytes. DOCUMENT_NOT_FOUND where
 * the proven state has none of that name; STATE_UNPROVEN where what is there is not what was put; the store's reasons. *bytes is NULL
 * unless DONE. */
enum reason document_read(struct store *store, const char *name, char **bytes, size_t *size,
    uint8_t digest[DIGEST_BYTES], struct failure *failure);

/* What a document says: parse reads its bytes, which end with a zero byte behind size, into what the caller has prepared for the case
 * that there is none. DONE in that case, too; otherwise the reasons of document_read() and of parse. */
enum reason document_read_into(struct store *store, const char *name, uint8_t digest[DIGEST_BYTES],
    enum reason (*parse)(const char *text, size_t size, void *into, struct failure *failure), void *into,
    struct failure *failure);

/* Wipes and frees; takes NULL. */
void document_finish(char *bytes, size_t size);

#endif
