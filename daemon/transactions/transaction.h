/* transaction.h: the way of one transaction, from its opening to its one entry in the log.
 *
 * Loop's thread. A transaction is known by its id to the terminal that opened it (and to supervisors); to
 * anybody else it does not exist. Each step that takes time is answered when it is done; a step whose client
 * has left goes on, its outcome can be asked for. Where to read on: transaction_states.h (what may follow
 * what), transaction_sample.c (a sample comes in), transaction_record.c (decision, entry, answer).
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_TRANSACTION_H
#define KORDON_DAEMON_TRANSACTIONS_TRANSACTION_H

#include <jansson.h>

#include "daemon/transactions/identification.h"
#include "daemon/kordond.h"
#include "daemon/scanners/pool.h"
#include "daemon/transactions/request.h"
#include "daemon/transactions/states.h"
#include "daemon/transactions/verification.h"

#define TRANSACTION_ID_SIZE     33
#define TRANSACTION_DEVICE_SIZE 128
#define TRANSACTIONS_OPEN_MAX   256  /* unfinished at once, of all terminals */
#define TRANSACTIONS_KEPT_MAX   1024 /* with the finished ones that can still be asked for */

/* What stays known of a sample when its template is wiped. */
struct sample_note {
    enum finger_position position;
    struct matcher_sample_report report;
    char device[TRANSACTION_DEVICE_SIZE];
};

/* What extraction makes at present. */
enum sample_purpose { SAMPLE_IS_PROBE, SAMPLE_IS_REFERENCE };

/* What is said of a sample or reference whose bytes are submitted. */
struct submission {
    enum sample_purpose purpose;
    enum finger_position position;
    uint32_t ppi;               /* 0: the file says */
    enum matcher_format format; /* of a reference; UNKNOWN: the bytes say */
    const char *device;         /* "" where it is not named */
};

struct transaction {
    struct kordond *kordond;
    struct transaction *previous, *next;
    char id[TRANSACTION_ID_SIZE];
    struct principal owner;
    struct transaction_request request;
    enum transaction_state state;
    uint64_t deadline_ms; /* loop time: given up then, or where it is finished, forgotten */
    uint32_t attempts_used[FINGER_POSITION_COUNT];
    enum finger_position position;            /* of the last attempt */
    bool again;                               /* its sample was refused, or is poor enough to try once more */
    struct matcher_sample_report last_report; /* where again is set */
    char notes[ENROL_NOTES_MAX][ENROL_NOTE_SIZE]; /* on what was submitted or captured last */
    size_t note_count;

    /* biometric: wiped as soon as the comparison is done, or nothing will come of it */
    struct locked_template probes[COMPARISON_FINGERS_MAX];
    struct locked_template references[COMPARISON_FINGERS_MAX];
    size_t probe_count, reference_count;

    struct sample_note samples[COMPARISON_FINGERS_MAX]; /* of the probes, also when those are wiped */
    size_t sample_count;

    /* the step under way */
    struct http_request *waiting;    /* to be answered when the step is done */
    struct http_request *cancelling; /* a DELETE that waits for the end */
    struct failure given_up;         /* set where it is to be ended after the step; reason DONE: not */
    enum sample_purpose sample_purpose;
    char device[TRANSACTION_DEVICE_SIZE];
    struct scanner_capture capture;
    struct extraction extraction;
    struct identification identification;
    struct verification verification;
    uint32_t comparisons_left;
    struct journal_entry entry;

    /* the end */
    json_t *result; /* of a decided one */
    char *receipt;
    uint64_t seq;
    struct failure failure; /* why cancelled or failed */
};

/* Opens one for the peer. PURPOSE_NOT_DECLARED, AGE_NOT_PERMITTED, BUSY, STOPPING, CRYPTO_FAILED, NO_MEMORY; where
 * identification is wanted and required to be armed: those of identification_check(). */
enum reason transaction_open(struct kordond *kordond, const struct principal *owner,
    const struct transaction_request *request, struct transaction **transaction, struct failure *failure);

/* The transaction of that id that this peer may see; NULL otherwise. any_owner: also those of others. */
struct transaction *transaction_find(
    struct kordond *kordond, const struct principal *owner, const char *id, size_t id_size, bool any_owner);

/* The steps. Each answers the request, now or later. */
void transaction_capture(
    struct transaction *transaction, struct http_request *request, const struct capture_request *capture);
void transaction_submit(
    struct transaction *transaction, struct http_request *request, const struct submission *submission);
void transaction_decide(struct transaction *transaction, struct http_request *request);
void transaction_cancel(struct transaction *transaction, struct http_request *request);

/* Ends it as soon as its present step allows, with that reason in the log; nobody needs to wait. */
void transaction_give_up(struct transaction *transaction, const struct failure *failure);

/* As the API shows it. */
json_t *transaction_json(const struct transaction *transaction);

/* At stop: gives up all that are not being decided already. */
void transactions_stop(struct kordond *kordond);

/* Frees all; none may be in the middle of a step. */
void transactions_finish(struct kordond *kordond);

/* --- For transaction_sample.c and transaction_record.c */

/* P4: how often a finger may be tried. */
uint32_t transaction_attempts_allowed(const struct transaction *transaction, enum finger_position position);

/* The one place where the state changes. A move that the table forbids is our own error: the process stops. */
void transaction_move(struct transaction *transaction, enum transaction_state state);
void transaction_touch(struct transaction *transaction);
void transaction_wipe(struct transaction *transaction);

/* Answers the waiting request, if there still is one, with the transaction or with a failure. */
void transaction_answer(struct transaction *transaction, const struct failure *failure);
void transaction_wait(struct transaction *transaction, struct http_request *request);

/* After a step that leads back to open: that, or the end where it was given up meanwhile. */
void transaction_reopen(struct transaction *transaction);

/* Writes the entry that says it was given up, then ends it. */
void transaction_record_end(struct transaction *transaction);

#endif
