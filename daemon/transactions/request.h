/* transaction_request.h: the JSON bodies that terminals send, taken apart. Pure functions over hostile bytes:
 * no I/O, no state; any thread. Unknown and repeated keys, wrong types and texts beyond their size are
 * refused with the key's name.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_REQUEST_H
#define KORDON_DAEMON_TRANSACTIONS_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/finger.h"

#define REQUEST_NAME_SIZE   128 /* purpose, officer */
#define REQUEST_TEXT_SIZE   512 /* legal basis, justification */
#define REQUEST_FINGERS_MAX 10

enum transaction_kind {
    TRANSACTION_IDENTIFICATION = 1,
    TRANSACTION_VERIFICATION = 2,
    TRANSACTION_BOTH = TRANSACTION_IDENTIFICATION | TRANSACTION_VERIFICATION,
};
const char *transaction_kind_name(enum transaction_kind kind);

enum age_band { AGE_UNKNOWN, AGE_UNDER_6, AGE_6_TO_11, AGE_12_TO_17, AGE_18_AND_OVER, AGE_BAND_COUNT };
/* The band's name in the API and the log; constant. */
const char *age_band_name(enum age_band band);

/* The lowest age in years that the band may mean; doubt counts as a small child (P1). */
uint32_t age_band_lowest(enum age_band band);

struct transaction_request {
    enum transaction_kind kind;
    char purpose[REQUEST_NAME_SIZE];
    char legal_basis[REQUEST_TEXT_SIZE];
    char justification[REQUEST_TEXT_SIZE]; /* may be empty */
    char officer[REQUEST_NAME_SIZE];
    enum age_band age_band;
    enum finger_position fingers[REQUEST_FINGERS_MAX]; /* those to be taken; none: any */
    size_t finger_count;
};

/* BAD_JSON, BAD_VALUE (subject: the key). *request is zeroed first. */
enum reason transaction_request_parse(
    const void *bytes, size_t size, struct transaction_request *request, struct failure *failure);

struct capture_request {
    char scanner[64]; /* "": any */
    enum finger_position position;
    uint32_t timeout_ms; /* 0: the configured one */
};

/* The same; no bytes at all mean "any scanner, any finger". */
enum reason capture_request_parse(
    const void *bytes, size_t size, struct capture_request *request, struct failure *failure);

#endif
