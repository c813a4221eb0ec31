/* capture_note.h: notes of postponed captures: that for a traveller's document fingers could not be captured, and by when they are due.
 *
 * A note is found again by an HMAC of the document's issuer and number under a key of this state: the file holds neither, and without the
 * machine key nobody can try numbers. What it says is sealed. All notes, and that there is none for a key, are bound into the
 * proven state: who writes the file can at most put an older whole copy back. Notes change in the commit of a log entry
 * (journal_append_changing() in store/journal.h), which says at most that there was one. A deleted note leaves nothing in the file: its
 * page is overwritten and the write-ahead log is cut behind it. Thread rule: that of the store, where nothing else is said.
 */
#ifndef KORDON_STORE_CAPTURE_NOTE_H
#define KORDON_STORE_CAPTURE_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "store/store.h"

#define CAPTURE_NOTE_KEY_BYTES    32
#define CAPTURE_DOCUMENT_TEXT_MAX 64 /* bytes of an issuer or a number, as it is typed */

#define CAPTURE_NOTE_KIND_SIZE        32 /* with their zero bytes */
#define CAPTURE_NOTE_REASON_SIZE      200
#define CAPTURE_NOTE_TRANSACTION_SIZE 64

/* All of it is the caller's vocabulary. */
struct capture_note {
    char kind[CAPTURE_NOTE_KIND_SIZE]; /* "temporarily_impossible" */
    char reason[CAPTURE_NOTE_REASON_SIZE];
    char transaction[CAPTURE_NOTE_TRANSACTION_SIZE]; /* the one that postponed it */
    int64_t since_ms;                                /* UTC */
    int32_t due_day;                                 /* base/day.h: the last day on which it is not overdue */
};

/* The secret that keys are made with, once a state; in locked memory, best before the store goes to its thread. CRYPTO_FAILED. */
enum reason capture_note_secret(
    const struct store *store, uint8_t secret[static STORE_KEY_BYTES], struct failure *failure);

/* The key of a document's note. Case, spaces, '-' and '<' make no difference; the caller wipes issuer and number, and needs them no more.
 * BAD_VALUE where one is empty, too long or not ASCII; CRYPTO_FAILED, NO_MEMORY. Any thread. */
enum reason capture_note_key(const uint8_t secret[static STORE_KEY_BYTES], const char *issuer,
    const char *number, uint8_t key[static CAPTURE_NOTE_KEY_BYTES], struct failure *failure);

/* What an entry's commit does to the note of that key: puts one in place of any, or deletes it (to delete what is not there is no
 * failure). */
struct capture_note_change {
    uint8_t key[CAPTURE_NOTE_KEY_BYTES];
    bool deletes; /* note is not looked at then */
    struct capture_note note;
};

/* The note of that key as it is now, in any open store. *found false, and DONE: it is proven that there is none. STATE_UNPROVEN where that
 * can't be proven: this is not a "no". *note is zeroed unless found; the caller wipes it. */
enum reason capture_note_find(struct store *store, const uint8_t key[static CAPTURE_NOTE_KEY_BYTES],
    struct capture_note *note, bool *found, struct failure *failure);

/* How many notes there are. */
uint64_t capture_note_count(const struct store *store);

struct log_draft;
struct journal_outcome;

/* Deletes the notes that were due before that day, in the commit of the draft's entry, whose body gets their number as "deleted". Where
 * there is none it writes nothing, and *deleted is 0. Reasons as of journal_append(); STATE_UNPROVEN. */
enum reason capture_note_sweep(struct store *store, int32_t due_before, const struct log_draft *draft,
    struct journal_outcome *outcome, uint64_t *deleted, struct failure *failure);

#endif
