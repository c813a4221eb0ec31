/* capture_note_internal.h: notes as a part of an entry's commit, and as a family of rows (store/row_buckets_internal.h).
 *
 * Thread rule: that of the store.
 */
#ifndef KORDON_STORE_CAPTURE_NOTE_INTERNAL_H
#define KORDON_STORE_CAPTURE_NOTE_INTERNAL_H

#include "store/capture_note.h"
#include "store/row_buckets_internal.h"

extern const struct row_family capture_note_family;

/* Opens a proven row. STATE_UNPROVEN where it does not open in its place. */
enum reason capture_row_open(struct store *store, const uint8_t key[static CAPTURE_NOTE_KEY_BYTES],
    const uint8_t *sealed, size_t size, struct capture_note *note, struct failure *failure);

enum reason capture_row_delete(
    struct store *store, const uint8_t key[static CAPTURE_NOTE_KEY_BYTES], struct failure *failure);

/* Inside the transaction of an entry, as document_apply(). */
enum reason capture_note_apply(struct store *store, struct proven_state *next,
    const struct capture_note_change *change, bool *erases, struct failure *failure);

#endif
