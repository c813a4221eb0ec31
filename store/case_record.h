/* case_record.h: records of cases that are worked on (how a referral goes on, pairs of people told apart, requests for redress), in the state.
 *
 * Each is sealed, found by its kind and key, and all of a kind, and that there is none for a key, are bound into the proven state:
 * who writes the file can at most put an older whole copy back. They change in the commit of a log entry (journal_append_changing() in
 * store/journal.h). A record that is replaced or deleted leaves nothing in the file: its page is overwritten and the write-ahead log
 * is cut behind it. Thread rule: that of the store.
 */
#ifndef KORDON_STORE_CASE_RECORD_H
#define KORDON_STORE_CASE_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

struct store;

/* The name stands in the file. */
#define CASE_RECORD_KIND_LIST(KIND)                                                                          \
    KIND(REFERRAL, "referral")         /* how a referral went on since it was opened */                      \
    KIND(CLEARED_PAIR, "cleared_pair") /* somebody who was taken for another, and that he is not */          \
    KIND(REDRESS, "redress")           /* what a person asked for who says that he was taken for another */  \
    KIND(REFUSALS, "redress_refusals") /* how many fingers a referral's cases were refused */

enum case_record_kind {
#define CASE_RECORD_KIND_ENUM(kind, name) CASE_RECORD_##kind,
    CASE_RECORD_KIND_LIST(CASE_RECORD_KIND_ENUM)
#undef CASE_RECORD_KIND_ENUM
        CASE_RECORD_KINDS
};

#define CASE_RECORD_KEY_BYTES 32
#define CASE_RECORD_BYTES_MAX                                                                                \
    ((size_t)60 << 10) /* room for the longest course of a referral; sealed, it is counted in 16 bits */
#define CASE_RECORDS_MAX 4096 /* of one kind */

/* What an entry's commit puts or deletes. key: its first byte should be by chance, or as if it were; a shorter one is filled up with
 * zeros. bytes are borrowed until the entry is written. */
struct case_record_change {
    enum case_record_kind kind;
    uint8_t key[CASE_RECORD_KEY_BYTES];
    const void *bytes; /* NULL: it is deleted; to delete what is not there is no failure */
    size_t size;       /* 1 to CASE_RECORD_BYTES_MAX, where it is put */
};

/* The record as it is now, in any open store: malloc'd, with a zero byte behind it that size does not count, to be given to
 * case_record_finish(). *bytes NULL, and DONE: it is proven that there is none. STATE_UNPROVEN where that can't be proven: this is not
 * a "no". */
enum reason case_record_find(struct store *store, enum case_record_kind kind,
    const uint8_t key[static CASE_RECORD_KEY_BYTES], char **bytes, size_t *size, struct failure *failure);

/* Wipes and frees; takes NULL. */
void case_record_finish(char *bytes, size_t size);

/* One record, opened, until the call returns. It must not look into the store itself. */
typedef enum reason (*case_record_visit)(void *context, const uint8_t key[static CASE_RECORD_KEY_BYTES],
    const char *bytes, size_t size, struct failure *failure);

/* Visits the one of that key. DONE, and not visited: it is proven that there is none. Reasons of case_record_find(); what visit gave. */
enum reason case_record_visit_one(struct store *store, enum case_record_kind kind,
    const uint8_t key[static CASE_RECORD_KEY_BYTES], case_record_visit visit, void *context,
    struct failure *failure);

/* Visits all of a kind, in the order of their keys, when they are proven. STATE_UNPROVEN: what was visited is not all; what visit
 * gave where that is another than DONE. */
enum reason case_record_each(struct store *store, enum case_record_kind kind, case_record_visit visit,
    void *context, struct failure *failure);

/* How many there are of a kind. */
uint64_t case_record_count(const struct store *store, enum case_record_kind kind);

#endif
