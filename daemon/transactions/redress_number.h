/* redress_number.h: the number of a case of redress, which the traveller is given (H6): "QKXD-HNRT-BWEA-CSPZ".
 *
 * Fifteen letters by chance and one that is reckoned from them: what is misread or turned round is noticed before anybody is asked. The number stands
 * in no file and no log: a case is found by an HMAC of it under a key of this state. Values; any thread.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_REDRESS_NUMBER_H
#define KORDON_DAEMON_TRANSACTIONS_REDRESS_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/case_record.h"
#include "store/store.h"

#define REDRESS_NUMBER_LETTERS 16
#define REDRESS_TYPED_MAX      64 /* bytes of one as it is typed */
#define REDRESS_NUMBER_SIZE    20 /* four groups, divided by '-', and a zero byte */

/* What the log calls a case by: the first bytes of its key, as hex. */
#define REDRESS_MARK_BYTES 8
#define REDRESS_MARK_SIZE  (2 * REDRESS_MARK_BYTES + 1)

/* A new one. CRYPTO_FAILED. The caller wipes it. */
enum reason redress_number_make(char number[static REDRESS_NUMBER_SIZE], struct failure *failure);

/* Reads one as it was typed: case, blanks and '-' make no difference. False, and number "", for what can't be one. */
bool redress_number_parse(const char *text, size_t size, char number[static REDRESS_NUMBER_SIZE]);

/* The secret that keys are made with, once a state; in locked memory. CRYPTO_FAILED. */
enum reason redress_number_secret(
    const struct store *store, uint8_t secret[static STORE_KEY_BYTES], struct failure *failure);

/* The key of its case's record. CRYPTO_FAILED, NO_MEMORY. */
enum reason redress_number_key(const uint8_t secret[static STORE_KEY_BYTES],
    const char number[static REDRESS_NUMBER_SIZE], uint8_t key[static CASE_RECORD_KEY_BYTES],
    struct failure *failure);

/* What the log calls the case of that key by. Returns text. */
const char *redress_mark(
    const uint8_t key[static CASE_RECORD_KEY_BYTES], char text[static REDRESS_MARK_SIZE]);

/* Reads one as it was typed; key has it in its first bytes and zeros behind. False, and zeros, for what can't be one. */
bool redress_mark_parse(const char *text, size_t size, uint8_t key[static CASE_RECORD_KEY_BYTES]);

#endif
