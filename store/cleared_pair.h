/* cleared_pair.h: that somebody with this document is not the person of that entry of the watchlist, though a comparison took him for it.
 *
 * One record (store/case_record.h, kind CLEARED_PAIR) for a document, found by an HMAC of its issuer and number under a key of this
 * state. It counts for a person, this document, and for entries as they were: so it holds a digest of each entry, templates that the person
 * gave for it and consented to keep, and of each entry the last day on which it counts, and the score by which he was taken for it. Who wrote it, and why, is in the log. Without templates it clears nobody.
 * Values; any thread, where nothing else is said.
 */
#ifndef KORDON_STORE_CLEARED_PAIR_H
#define KORDON_STORE_CLEARED_PAIR_H

#include "crypto/digest.h"
#include "store/case_record.h"
#include "store/watchlist.h"

#define CLEARED_ENTRIES_MAX    8
#define CLEARED_PAIR_BYTES_MAX ((size_t)32 << 10)
#define CLEARED_FINGERS_MAX    6 /* so many of the largest templates have room in a record */

/* One entry, as it was when the person was told apart from it. */
struct cleared_entry {
    struct watchlist_id id;
    uint8_t digest[DIGEST_BYTES]; /* cleared_entry_digest() */
};

/* What he consented to have kept. */
struct cleared_finger {
    enum finger_position position;
    const uint8_t *template_bytes; /* packed; borrowed */
    size_t template_size;          /* 1 to UINT16_MAX; whoever compares with it checks it */
};

struct cleared_pair {
    uint8_t document[CASE_RECORD_KEY_BYTES]; /* the record's key, once more inside of its seal */
    /* Key of the record of the redress; the number itself is nowhere. */
    uint8_t case_number[CASE_RECORD_KEY_BYTES];
    int64_t since_ms; /* UTC */
    struct cleared_entry entries[CLEARED_ENTRIES_MAX];
    int32_t until_days[CLEARED_ENTRIES_MAX]; /* base/day.h: of each entry, the last day on which it counts */
    int32_t scores[CLEARED_ENTRIES_MAX];     /* how far he agreed with each when he was taken for it */
    size_t entry_count;                      /* at least 1 */
    struct cleared_finger fingers[CLEARED_FINGERS_MAX];
    size_t finger_count; /* 0: he did not consent */
};

/* The secret that keys of documents are made with (capture_note_key()), another one than that of the notes: neither leads to the other. CRYPTO_FAILED. */
enum reason cleared_pair_secret(
    const struct store *store, uint8_t secret[static STORE_KEY_BYTES], struct failure *failure);

/* Writes it into bytes, of CLEARED_PAIR_BYTES_MAX. BAD_VALUE where it is not as said above, TOO_LARGE. */
enum reason cleared_pair_pack(
    const struct cleared_pair *pair, uint8_t *bytes, size_t *size, struct failure *failure);

/* Reads what was packed; the fingers point into bytes. STATE_UNPROVEN where it is anything else, or of another document; *pair is zeroed then. */
enum reason cleared_pair_read(const uint8_t document[static CASE_RECORD_KEY_BYTES], const uint8_t *bytes,
    size_t size, struct cleared_pair *pair, struct failure *failure);

/* The pair that is kept for a document, with the bytes that its fingers point into. */
struct cleared_pair_kept {
    bool found;
    struct cleared_pair pair; /* zeroed where it is not */
    char *bytes;              /* packed */
    size_t size;
};

/* Reasons of case_record_find() and cleared_pair_read(). To be given to cleared_pair_kept_finish(), in any case. Thread rule: that of the store. */
enum reason cleared_pair_find(struct store *store, const uint8_t document[static CASE_RECORD_KEY_BYTES],
    struct cleared_pair_kept *kept, struct failure *failure);

/* Wipes and frees; takes a zeroed struct. */
void cleared_pair_kept_finish(struct cleared_pair_kept *kept);

/* SHA-256 over what the installed list searches an entry by, says of it and shows of it: category, case number, name, action, instruction, purposes, fingers
 * with templates and originals. The same after the entry was imported again as it was, or with other days, authority, legal basis or quality; another one
 * after any other change. ENTRY_NOT_FOUND, and reasons of watchlist_read(). Thread rule: that of the store. */
enum reason cleared_entry_digest(struct store *store, const struct watchlist_id *id,
    uint8_t digest[static DIGEST_BYTES], struct failure *failure);

#endif
