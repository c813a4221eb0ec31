/* referral_opening.h: what a match is referred to people with: what was asked and claimed, whom the search found, and the prints that were
 * compared. It is made when the match is concluded, and does not change any more.
 *
 * A value that belongs to one thread at a time. The prints are biometric data: they lie in locked memory.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_REFERRAL_OPENING_H
#define KORDON_DAEMON_TRANSACTIONS_REFERRAL_OPENING_H

#include "base/locked_memory.h"
#include "daemon/principal.h"
#include "daemon/search/pool.h"
#include "daemon/transactions/request.h"
#include "daemon/transactions/result.h"
#include "daemon/transactions/secrets.h"
#include "json/fields.h"
#include "json/writer.h"
#include "policy/referral.h"
#include "store/case_record.h"
#include "store/probe_slot.h"

/* Bytes in the opening's own memory, or in that of whom it was borrowed from. */
struct referral_bytes {
    const uint8_t *bytes;
    size_t size; /* 0: there was no room for them */
};

/* One finger of the probe. */
struct referral_finger {
    enum finger_position position;
    uint8_t quality;        /* 0-100 */
    uint16_t width, height; /* of the picture, px */
    uint16_t ppi;
    struct referral_bytes template; /* checked, packed (matcher/template.h) */
    struct referral_bytes png;      /* 8-bit gray, upright, ridges dark: what was compared, without loss */
};

struct referral_opening {
    char transaction[TRANSACTION_ID_SIZE];
    int64_t time_ms; /* when it was concluded, UTC */
    char purpose[REQUEST_NAME_SIZE];
    char legal_basis[REQUEST_TEXT_SIZE];
    char owner[PRINCIPAL_IDENTITY_SIZE]; /* principal_identity() of who opened the transaction */
    char officer[REQUEST_NAME_SIZE];     /* whom that one said he acts for; "": nobody */
    enum traveller_group traveller_group;
    enum age_band age_band;
    bool document; /* the traveller's was named */
    uint8_t document_key
        [CASE_RECORD_KEY_BYTES]; /* its pair_key (request.h); all zero: none was, or it is not known */
    uint8_t redress_key[CASE_RECORD_KEY_BYTES]; /* of the case whose number he showed; all zero: none */
    enum comparison_decision told;              /* to the first line */
    struct referral_rules rules;                /* of the policy in force then */
    /* Of a whole search; with candidates a match, best first. Their texts are NULL where there was no room for them. */
    struct identification_outcome identification;
    struct referral_finger fingers[COMPARISON_FINGERS_MAX];
    size_t finger_count;
    struct locked_memory content; /* in which the fingers' bytes lie; zeroed: they are borrowed, or gone */
    /* Where it is kept: said by who knows it. */
    uint32_t slot;
    uint8_t salt[PROBE_SALT_BYTES]; /* as it lies there */
};

/* Wipes and frees one that was read (kept_probe.h); takes NULL. */
void referral_opening_destroy(struct referral_opening *opening);

/* Wipes the prints and keeps the rest: they can be read again from where it is kept. */
void referral_opening_drop_prints(struct referral_opening *opening);

/* Whether a picture of any of the probe's fingers is kept. Its prints must not be dropped. */
bool referral_opening_has_picture(const struct referral_opening *opening);

/* --- For kept_probe.c: all but the prints, as an object. */

/* with_texts: what is to be done stands with each candidate. NULL without memory. */
json_t *referral_opening_write(const struct referral_opening *opening, bool with_texts);

/* Reads all of the object; *opening is zeroed before, and finished by its owner in any case. What is wrong is fields' to say. */
void referral_opening_read(struct json_fields *fields, struct referral_opening *opening);

#endif
