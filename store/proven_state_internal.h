/* proven_state_internal.h: the one sealed row that says what the next signature and the next decision rest on.
 *
 * It is written in the same commit as every entry and every change of the list, sealed under the state key, bound to this
 * database. Who has no machine key can only put back an older one; put back alone it does not fit the rows beside it,
 * with all of them it is an older copy of the whole file, which the anchor shows.
 *
 * The column holds a salted record (store/salted_record_internal.h) with the label "kordon/state/v1". The sealed bytes, integers big-endian:
 *
 *     u32 version | u32 epoch of each key | 32 schema digest | u8 length, origin | 32 public key
 *     u64 size | 32 root | u64 signed size | 32 signed root | u64 unproven from | u64 unproven before
 *     u8 run (0 none, 1 start, 2 stop) | u64 its seq | i64 last entry's time | i64 time believed
 *     u64 generation | u64 import | u64 list version | u64 entries | u64 fingers | i64 installed | u64 change seq | 32 root |
 *     256 name
 *     u32 documents | 32 root | u64 notes of postponed captures | 32 root    (not before schema 3)
 *     u64 records | 32 root, of each kind | u32 probe slots | u32 that keep something | 32 root    (not before schema 4)
 *
 * Thread rule: that of the store.
 */
#ifndef KORDON_STORE_PROVEN_STATE_INTERNAL_H
#define KORDON_STORE_PROVEN_STATE_INTERNAL_H

#include "crypto/checkpoint.h"
#include "crypto/digest.h"
#include "store/case_record.h"
#include "store/database_internal.h"
#include "store/keys_internal.h"
#include "store/salted_record_internal.h"
#include "store/watchlist.h"

#define PROVEN_STATE_MAX  1280
#define PROVEN_SEALED_MAX (SALTED_SALT_BYTES + PROVEN_STATE_MAX + SEALED_PADDING + SEALED_OVERHEAD)

/* Which import's rows are the list, and what they must add up to. */
struct list_state {
    uint64_t generation; /* counts every change on this machine; 0: no list yet */
    uint64_t import;     /* the rows' import number */
    uint64_t list_version, entry_count, finger_count;
    int64_t installed_ms;
    uint64_t change_seq; /* the log entry that recorded the change */
    uint8_t root[DIGEST_BYTES];
    char list_name[WATCHLIST_NAME_SIZE];
};

/* What the records of one kind add up to; the root is zero as long as there never was one. */
struct proven_records {
    uint64_t count;
    uint8_t root[DIGEST_BYTES];
};

enum proven_run { PROVEN_RUN_NONE, PROVEN_RUN_START, PROVEN_RUN_STOP };

struct proven_state {
    char origin[LOG_NAME_MAX + 1];
    uint8_t public_key[LOG_KEY_PUBLIC_BYTES];
    uint64_t size; /* of the log */
    uint8_t root[DIGEST_BYTES];
    uint64_t signed_size; /* the last tree that was signed before this commit */
    uint8_t signed_root[DIGEST_BYTES];
    /* Entries from the one to below the other were taken over from an older kordon without a proof. */
    uint64_t unproven_from, unproven_before;
    enum proven_run run; /* the last start or stop */
    uint64_t run_seq;
    int64_t last_entry_ms;
    int64_t believed_ms; /* of the last entry whose time was plausible */
    struct list_state list;
    /* What the rows of `document` and of `capture_note` add up to; the roots are zero as long as there never was one. */
    uint32_t document_count;
    uint8_t documents_root[DIGEST_BYTES];
    uint64_t note_count;
    uint8_t notes_root[DIGEST_BYTES];
    struct proven_records records[CASE_RECORD_KINDS];
    /* Of the table of the slots: its places, 0 as long as none was written, those that keep something, its digest. */
    uint32_t slot_count, slots_kept;
    uint8_t slots_root[DIGEST_BYTES];
};

/* The row as it was last read or written. */
struct proven_row {
    uint8_t database_id[SEALED_ID_BYTES];
    struct proven_state state;
    uint8_t sealed[PROVEN_SEALED_MAX];
    size_t sealed_size;
};

/* Reads only the id, which the keys are wrapped for; nothing else of the row is believed yet. STATE_UNPROVEN. */
enum reason proven_state_read_id(
    struct database *database, uint8_t id[static SEALED_ID_BYTES], struct failure *failure);

/* Reads and opens the row into *row, which must hold the database's id, and checks that it is of this schema and of these
 * keys. note gets the checkpoint that stands beside it, unchecked. *changed tells whether the row's bytes are others than *row
 * held: only then is it opened. STATE_UNPROVEN; the database's reasons. */
enum reason proven_state_read(struct database *database, struct sealer *sealer, const struct store_keys *keys,
    struct digest *digest, struct proven_row *row, char note[static CHECKPOINT_NOTE_SIZE], bool *changed,
    struct failure *failure);

/* The same of a state of schema 2 or 3, whatever *row held. */
enum reason proven_state_read_older(struct database *database, struct sealer *sealer,
    const struct store_keys *keys, struct digest *digest, int schema, struct proven_row *row,
    char note[static CHECKPOINT_NOTE_SIZE], struct failure *failure);

/* Slots that can still keep something, with those that will be added. */
uint32_t proven_slots_free(const struct proven_state *state);

/* Seals state and writes it with the checkpoint note of its signed size, inside the transaction that is open; *row gets what
 * was written and is to be taken over once the commit is known to be durable. */
enum reason proven_state_write(struct database *database, struct sealer *sealer,
    const struct store_keys *keys, struct digest *digest, const struct proven_state *state, const char *note,
    struct proven_row *row, struct failure *failure);

#endif
