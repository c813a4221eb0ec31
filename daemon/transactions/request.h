/* request.h: what a terminal asks for when it opens a transaction, or has a finger captured. Values; any thread. */
#ifndef KORDON_DAEMON_TRANSACTIONS_REQUEST_H
#define KORDON_DAEMON_TRANSACTIONS_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/finger.h"
#include "daemon/transactions/exception_kind.h"
#include "daemon/transactions/redress_number.h"
#include "policy/traveller.h"
#include "store/capture_note.h"

#define REQUEST_NAME_SIZE   128 /* purpose, officer */
#define REQUEST_TEXT_SIZE   512 /* legal basis, justification */
#define REQUEST_FINGERS_MAX 10

enum transaction_kind {
    TRANSACTION_IDENTIFICATION = 1,
    TRANSACTION_VERIFICATION = 2,
    TRANSACTION_BOTH = TRANSACTION_IDENTIFICATION | TRANSACTION_VERIFICATION,
};
const char *transaction_kind_name(enum transaction_kind kind);

/* The traveller's document, by which a postponed capture is found again, and from whom its holder was told apart. Issuer and number stand in no
 * log and no file; they go as soon as the keys are made (postponed.h), and whoever holds them wipes them. */
struct request_document {
    char issuer[CAPTURE_DOCUMENT_TEXT_MAX + 1]; /* "": none was named, or they are keys already */
    char number[CAPTURE_DOCUMENT_TEXT_MAX + 1];
    bool named; /* there are keys */
    uint8_t key[CAPTURE_NOTE_KEY_BYTES];
    uint8_t pair_key[CAPTURE_NOTE_KEY_BYTES]; /* store/cleared_pair.h */
    /* The number of a case of redress that the traveller shows; "": none, or it is a key already. */
    char redress[REDRESS_NUMBER_SIZE];
    uint8_t redress_key[CASE_RECORD_KEY_BYTES]; /* all zero: none */
};

struct transaction_request {
    enum transaction_kind kind;
    char purpose[REQUEST_NAME_SIZE];
    char legal_basis[REQUEST_TEXT_SIZE];
    char justification[REQUEST_TEXT_SIZE]; /* may be empty */
    char officer[REQUEST_NAME_SIZE];
    enum traveller_group traveller_group;
    bool group_presumed; /* nobody said it: TRAVELLER_FOREIGNER, in a demonstration alone */
    enum age_band age_band;
    bool age_band_said; /* what is not said is AGE_UNKNOWN */
    bool accompanied;   /* an adult who stands for a child is present */
    struct request_document document;
    char case_number
        [REQUEST_NAME_SIZE]; /* "": none; a reference of the state that asks for readmission, as claimed */
    struct exception_request exception;                /* kind NONE: fingers are to be captured */
    enum finger_position fingers[REQUEST_FINGERS_MAX]; /* those to be taken; none: any */
    size_t finger_count;
    enum finger_position missing[REQUEST_FINGERS_MAX]; /* that are not there, or can't be taken */
    size_t missing_count;
};

/* What must be said of a traveller is there; in a demonstration what is not said is presumed, and marked so (P1). BAD_VALUE. */
enum reason transaction_request_complete(
    struct transaction_request *request, bool demonstration, struct failure *failure);

/* Wipes what must not outlive the opening: issuer and number of the document. */
void transaction_request_wipe(struct transaction_request *request);

/* Which reader is to capture, and what. */
struct capture_request {
    char scanner[64]; /* "": any */
    bool next_finger; /* no position is said: the transaction's next finger */
    enum finger_position position;
    uint32_t timeout_ms; /* 0: the configured one */
};

#endif
