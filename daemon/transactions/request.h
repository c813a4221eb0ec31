/* request.h: what a terminal asks for when it opens a transaction, or has a finger captured. Values; any thread. */
#ifndef KORDON_DAEMON_TRANSACTIONS_REQUEST_H
#define KORDON_DAEMON_TRANSACTIONS_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* False where no band has that name. */
bool age_band_parse(const char *name, enum age_band *band);

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

/* Which reader is to capture, and what. */
struct capture_request {
    char scanner[64]; /* "": any */
    enum finger_position position;
    uint32_t timeout_ms; /* 0: the configured one */
};

#endif
