/* plain_receipt.h: what the first line is given to prove that something was recorded, without a word of where it stands, how large it is or what
 * it says: whoever holds many of them learns nothing of what came out, nor of how many entries lie between two (P6).
 *
 *     kordon-receipt/v1
 *     <origin>
 *     id <32 hex digits: the transaction's, or the manual record's>
 *     number <32 hex digits>
 *     time <ms since 1970, in 13 digits>
 *
 * in a signed note by the log's key (crypto/note.h). The entry's body has the same number as "receipt_number", its head the time: who may read
 * the log finds it there, and its own receipt (receipt.h) proves what it says. All of one log's are of one length. Thread rule: any thread;
 * that of the key given.
 */
#ifndef KORDON_LOG_PLAIN_RECEIPT_H
#define KORDON_LOG_PLAIN_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "crypto/log_key.h"

#define PLAIN_RECEIPT_ID_BYTES  16
#define PLAIN_RECEIPT_ID_SIZE   (2 * PLAIN_RECEIPT_ID_BYTES + 1)
#define PLAIN_RECEIPT_TEXT_MAX  ((size_t)2048)
#define PLAIN_RECEIPT_NUMBER    "receipt_number" /* the member of an entry's body */
#define PLAIN_RECEIPT_BEHIND_MS INT64_C(10000000000000)

struct plain_receipt {
    char origin[LOG_NAME_MAX + 1];
    char id[PLAIN_RECEIPT_ID_SIZE], number[PLAIN_RECEIPT_ID_SIZE]; /* lower-case hex */
    int64_t time_ms; /* UTC, as in the entry's head: from 0, before PLAIN_RECEIPT_BEHIND_MS */
};

/* A number that nobody can guess. CRYPTO_FAILED. */
enum reason plain_receipt_number_make(char number[static PLAIN_RECEIPT_ID_SIZE], struct failure *failure);

/* The signed note of the key's log; origin is not read. *text is malloc'd, ends in a zero byte, and is the caller's to free. BAD_ARGUMENT for
 * what has no such form, NO_MEMORY, CRYPTO_FAILED. */
enum reason plain_receipt_sign(
    const struct plain_receipt *receipt, struct log_key *key, char **text, struct failure *failure);

/* Whether it begins as one does. */
bool plain_receipt_is_one(const char *text, size_t size);

/* Reads one and checks that it is by the log's key and about this key's log: BAD_FORMAT says what is malformed; TOO_LARGE, SIGNATURE_BROKEN,
 * LOG_ORIGIN_WRONG, BAD_ARGUMENT (a witness's key). *receipt is zeroed unless DONE. */
enum reason plain_receipt_verify(const char *text, size_t size, const struct verifier_key *key,
    struct plain_receipt *receipt, struct failure *failure);

#endif
