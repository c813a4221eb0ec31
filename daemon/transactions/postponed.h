/* postponed.h: a capture that was put off, and the note of it: found by the traveller's document, shown, made and deleted (P2).
 *
 * A note is put or deleted in the commit of the entry that ends the transaction, or not at all. That it can't be read is never said as
 * "there is none". Loop's thread, but for postponed_find().
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_POSTPONED_H
#define KORDON_DAEMON_TRANSACTIONS_POSTPONED_H

#include "daemon/transactions/request.h"
#include "json/writer.h"
#include "store/journal.h"

struct transactions;

/* What the notes say of a transaction's traveller. Zeroed: nobody looked. */
struct postponed {
    bool looked; /* the notes were read: found is true or false for a proven reason */
    bool found;
    struct capture_note note;
    struct failure why; /* where they were not */
    bool changes;       /* the note, with the entry of the end */
    struct capture_note_change note_change;
};

/* Makes the keys of the document that was named, and of the case's number, and wipes both, in any case. DONE where none was named; BAD_VALUE,
 * KEY_MISSING, CRYPTO_FAILED, NO_MEMORY. */
enum reason postponed_seal_document(
    const struct transactions *transactions, struct request_document *document, struct failure *failure);

/* Looks for the note. On the thread that reads the state. */
void postponed_find(
    struct postponed *postponed, struct store *store, const uint8_t key[static CAPTURE_NOTE_KEY_BYTES]);

/* Has the note put, or deleted, with the entry of the end whose body says so. Nothing where no document was named. */
void postponed_put(struct postponed *postponed, const struct request_document *document,
    const struct capture_note *note, struct json_writer *body);
void postponed_delete(
    struct postponed *postponed, const struct request_document *document, struct json_writer *body);

/* What goes with the entry; NULL: nothing. */
const struct capture_note_change *postponed_change(const struct postponed *postponed);

/* Adds what the officer is told: "capture_due", or "capture_due_unknown" with the reason. */
void postponed_write(
    const struct postponed *postponed, const struct request_document *document, struct json_writer *json);

#endif
