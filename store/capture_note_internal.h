/* capture_note_internal.h: notes as a part of an entry's commit, and their buckets.
 *
 * Notes lie in 256 buckets by the first byte of their key. A bucket's digest is SHA-256 over key, length and sealed bytes of each of its
 * rows, by key; zero where it is empty. The proven state has the SHA-256 of all 256 digests: a look reads and proves one bucket,
 * and so proves also that a note is not there. Thread rule: that of the store.
 */
#ifndef KORDON_STORE_CAPTURE_NOTE_INTERNAL_H
#define KORDON_STORE_CAPTURE_NOTE_INTERNAL_H

#include "store/capture_note.h"
#include "store/store_internal.h"

#define CAPTURE_BUCKETS 256

struct capture_buckets {
    uint8_t digests[CAPTURE_BUCKETS][DIGEST_BYTES];
};

/* One row, as it lies in the file: nothing may rest on it before its bucket is proven. */
struct capture_row {
    const uint8_t *key;
    const uint8_t *sealed;
    size_t size;
};
typedef enum reason (*capture_row_visit)(
    void *context, const struct capture_row *row, struct failure *failure);

/* The digests, proven by that state. STATE_UNPROVEN. */
enum reason capture_buckets_read(struct store *store, const struct proven_state *state,
    struct capture_buckets *buckets, struct failure *failure);

/* Visits (NULL: nobody) the rows of a bucket and proves them. STATE_UNPROVEN: what was visited is not to be used. */
enum reason capture_bucket_prove(struct store *store, const struct capture_buckets *buckets, size_t number,
    capture_row_visit visit, void *context, struct failure *failure);

/* After rows of that bucket were written: its digest anew. */
enum reason capture_bucket_renew(
    struct store *store, struct capture_buckets *buckets, size_t number, struct failure *failure);

/* Writes the digests, and takes their root into the state to be. */
enum reason capture_buckets_write(struct store *store, const struct capture_buckets *buckets,
    struct proven_state *next, struct failure *failure);

/* Opens a proven row. STATE_UNPROVEN where it does not open in its place. */
enum reason capture_row_open(struct store *store, const uint8_t key[static CAPTURE_NOTE_KEY_BYTES],
    const uint8_t *sealed, size_t size, struct capture_note *note, struct failure *failure);

enum reason capture_row_delete(
    struct store *store, const uint8_t key[static CAPTURE_NOTE_KEY_BYTES], struct failure *failure);

/* Inside the transaction of an entry, as document_apply(). */
enum reason capture_note_apply(struct store *store, struct proven_state *next,
    const struct capture_note_change *change, bool *erases, struct failure *failure);

#endif
