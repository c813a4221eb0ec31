/* request.h: what a terminal asks for when it opens a transaction, or has a finger captured. Values; any thread. */
#ifndef KORDON_DAEMON_TRANSACTIONS_REQUEST_H
#define KORDON_DAEMON_TRANSACTIONS_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/finger.h"
#include "policy/traveller.h"

#define REQUEST_NAME_SIZE   128 /* purpose, officer */
#define REQUEST_TEXT_SIZE   512 /* legal basis, justification */
#define REQUEST_FINGERS_MAX 10

enum transaction_kind {
    TRANSACTION_IDENTIFICATION = 1,
    TRANSACTION_VERIFICATION = 2,
    TRANSACTION_BOTH = TRANSACTION_IDENTIFICATION | TRANSACTION_VERIFICATION,
};
const char *transaction_kind_name(enum transaction_kind kind);

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
