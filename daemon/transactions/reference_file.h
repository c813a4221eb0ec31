/* reference_file.h: by what the state that asked for a readmission knows its own reference again.
 *
 * The evidence that it is handed says "match" of whatever was given as the reference. So the entry holds the SHA-256 of each file as it came: who
 * sent it compares. Of no other purpose, and of no sample: the hash of a file of one's fingerprint finds again who matched nothing (L6). A
 * readmission's entry names him by the case number in any case. Loop's thread.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_REFERENCE_FILE_H
#define KORDON_DAEMON_TRANSACTIONS_REFERENCE_FILE_H

#include <stdbool.h>

#include "base/failure.h"
#include "base/finger.h"
#include "crypto/digest.h"
#include "json/writer.h"

struct transaction;

struct reference_file {
    enum finger_position position; /* as whoever gave it said */
    char hash[DIGEST_HEX_SIZE];    /* "": it was no readmission when it was given */
};

/* Whether one that is given now is hashed. */
bool reference_file_is_hashed(const struct transaction *transaction);

/* The file that was enrolled last is a reference. */
void reference_file_keep(struct transaction *transaction);

/* Whether all that a readmission is compared with can be named; any other transaction's need not. POLICY_CHANGED. */
enum reason reference_files_check(const struct transaction *transaction, struct failure *failure);

/* Adds "reference_files" to the entry of a transaction of that nature, where it is a readmission and has some. */
void reference_files_write(
    const struct transaction *transaction, const char *nature, struct json_writer *body);

#endif
