/* transaction.h: one traveller's check, from its opening to its one entry in the log.
 *
 * A transaction is known by its id to the principal that opened it (and to supervisors); to anybody else it does not exist. Each step
 * that takes time tells its waiter when it is done; it goes on though nobody listens any more, its outcome can be asked for. Where to
 * read on, in the order in which the files call:
 *
 *     states.h           what may follow what
 *     transaction.c      the object: its moves, its waiters, what is wiped when
 *     fingers.h          which fingers are taken, in which order, how often
 *     guidance.h         what the officer is told meanwhile
 *     ending.c           given up: by whoever owns it, by time, at stop
 *     sensor.h           what sensor takes them
 *     sample.c           a sample or reference comes in, from a scanner or submitted
 *     identification.h, verification.h, cleared.h, first_line.h, decision.c      compared, decided, recorded, and only then told
 *     exception.h        ended because nothing is or can be captured; rules.h: what the policy says
 *     answer.c           what its owner is told, kept with the entry
 *     opening.h, postponed.h      opened behind a look at what is kept of the document
 *     table.h            opened, found, forgotten; recall.h      asked for again when it is
 *
 * Loop's thread.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_TRANSACTION_H
#define KORDON_DAEMON_TRANSACTIONS_TRANSACTION_H

#include "daemon/transactions/cleared.h"
#include "daemon/transactions/deletion.h"
#include "daemon/transactions/fingers.h"
#include "daemon/transactions/guidance.h"
#include "daemon/transactions/identification.h"
#include "daemon/transactions/postponed.h"
#include "daemon/transactions/reference_file.h"
#include "daemon/transactions/request.h"
#include "daemon/transactions/result.h"
#include "daemon/transactions/sensor.h"
#include "daemon/transactions/states.h"
#include "daemon/transactions/table.h"
#include "daemon/transactions/verification.h"
#include "policy/sensor.h"
#include "store/probe_slot.h"

#define TRANSACTION_DEVICE_SIZE 128

/* What stays known of a sample when its template is wiped. */
struct sample_note {
    enum finger_position position;
    struct matcher_sample_report report;
    char device[TRANSACTION_DEVICE_SIZE];
    struct policy_sensor sensor; /* that took it */
    enum attack_result attack_result;
};

/* Q5: what was captured and not taken, by why. A month's figures add them up. */
struct refused_captures {
    uint32_t too_poor, too_small, badly_placed;
};

/* What is being enrolled at present. */
enum sample_purpose { SAMPLE_IS_PROBE, SAMPLE_IS_REFERENCE };

/* What is said of a sample or reference whose bytes are submitted. */
struct submission {
    enum sample_purpose purpose;
    enum finger_position position;
    uint32_t ppi;               /* 0: the file says */
    enum matcher_format format; /* of a reference; UNKNOWN: the bytes say */
    const char *device;         /* "" where it is not named */
    enum attack_result attack_result;
    struct locked_memory *body; /* taken over where the step begins */
    size_t size;                /* of what body holds */
    uint64_t *charged;          /* to the owner's share of bytes (QUOTA_BODY_BYTES); taken over with it */
};

/* In the memory of whoever waits for a step. A verb that takes one and returns DONE calls told exactly once, maybe before it returns;
 * with any other reason it never does. failure NULL: the step was done. */
struct transaction_waiter {
    /* of the request that he waits for, zeroed: it has no key; goes into the entry that it leads to */
    struct request_mark mark;
    void (*told)(struct transaction_waiter *waiter, const struct transaction *transaction,
        const struct failure *failure);
};

/* How a transaction is shown, now or at an end that is not durable yet. */
struct transaction_view {
    enum transaction_state state;
    const struct transaction_result *result; /* NULL: none */
    const struct failure *failure;           /* why cancelled or failed; reason DONE: neither */
};

/* A decision on its way to the log: nobody but the file that records it sees what it will be. */
struct transaction_recording;

struct transaction {
    struct transactions *transactions;
    struct transaction *previous, *next;
    char id[TRANSACTION_ID_SIZE];
    struct principal owner;
    struct transaction_request request;
    struct log_policy policy; /* by which its end was judged (compared, or excepted); zeroed: it was not */
    const char *nature;       /* of its purpose, by that policy; constant; NULL: it was not judged */
    struct policy_sensor_need sensor_need; /* zeroed: samples of any sensor are taken */
    struct transaction_fingers fingers;    /* that are taken */
    uint64_t moved_ns;                     /* when it came into its state, uv_hrtime() */
    uint64_t deadline_ms;                  /* loop time: given up then, or where it is finished, forgotten */
    enum transaction_state state;
    uint32_t attempts_used[FINGER_POSITION_COUNT];
    struct refused_captures refused;
    enum finger_position position;            /* of the last attempt */
    bool again;                               /* its sample was refused, or is poor enough to try once more */
    struct matcher_sample_report last_report; /* where again is set */
    struct transaction_guidance guidance;
    char notes[ENROL_NOTES_MAX][ENROL_NOTE_SIZE]; /* on what was submitted or captured last */
    size_t note_count;

    /* biometric: wiped as soon as the comparison is done, or nothing will come of it */
    struct locked_template probes[COMPARISON_FINGERS_MAX];
    struct locked_template references[COMPARISON_FINGERS_MAX];
    size_t probe_count, reference_count;

    struct reference_file reference_files[COMPARISON_FINGERS_MAX];
    size_t reference_file_count;

    struct deletion deletion; /* what was wiped so far */

    struct sample_note samples[COMPARISON_FINGERS_MAX]; /* of the probes, also when those are wiped */
    size_t sample_count;

    struct postponed postponed; /* where a document was named */
    struct cleared cleared;     /* likewise; goes with the probes */

    /* the step under way */
    struct transaction_waiter *waiting;    /* to be told when it is done; NULL: nobody */
    struct transaction_waiter *cancelling; /* to be told when it is cancelled */
    struct request_mark mark;              /* of the request that ends it */
    struct failure given_up;               /* why it is withdrawn or being cancelled */
    enum sample_purpose sample_purpose;
    uint32_t comparisons_left; /* of the comparison under way */
    uint64_t charged;          /* to the owner's share of bytes, until what he sent has been read */
    char device[TRANSACTION_DEVICE_SIZE];
    struct sample_sensor sensor; /* that the sample under way comes from */
    struct scanner_capture capture;
    struct enrolment_job enrolment;
    struct identification identification;
    struct verification verification;
    struct journal_entry entry; /* about a sample, that it was given up, or why nothing is captured */
    const char *exempt_as;      /* of what is not applicable: the rules' ground; constant */
    struct transaction_recording *recording;

    /* what becomes durable with the entry of its end, and what examiners will need: nothing where it is no match */
    struct journal_change end_change;
    struct probe_slot_change slot;

    /* the end */
    struct transaction_result
        *result; /* of a decided one, as the first line is told it: there is none before it is durable */
    char *receipt, *plain_receipt; /* of its entry: for who may read the log, and for who may not */
    int64_t time_ms;               /* of its entry, UTC; 0: there is none yet */
    struct failure failure;        /* why cancelled or failed */
};

/* --- The steps. DONE: the waiter will be told. Otherwise it will not: STOPPING, TRANSACTION_STATE, CAPTURE_SUSPENDED, BAD_REQUEST, ATTEMPTS_EXHAUSTED,
 * and those of scanner_pool_capture(). */

enum reason transaction_capture(struct transaction *transaction, const struct capture_request *wanted,
    struct transaction_waiter *waiter, struct failure *failure);
enum reason transaction_submit(struct transaction *transaction, const struct submission *submission,
    struct transaction_waiter *waiter, struct failure *failure);
enum reason transaction_decide(
    struct transaction *transaction, struct transaction_waiter *waiter, struct failure *failure);
enum reason transaction_cancel(
    struct transaction *transaction, struct transaction_waiter *waiter, struct failure *failure);

/* It turns out of an open one that these are not there, or can't be taken (P3): further ones serve, and the entry of its end says so. At once.
 * STOPPING, TRANSACTION_STATE; BAD_VALUE where one has a sample, or none is left. */
enum reason transaction_miss_fingers(struct transaction *transaction, const enum finger_position *missing,
    size_t count, struct failure *failure);

/* Whoever waits for the step under way has left, though he will be told: a finger that nobody waits for is not taken. */
void transaction_unattended(struct transaction *transaction, const struct transaction_waiter *waiter);

/* Ends it as soon as its present step allows, with that reason in the log; nobody needs to wait. */
void transaction_give_up(struct transaction *transaction, const struct failure *failure);

/* P4: how often a finger may be tried, and may still be. */
uint32_t transaction_attempts_allowed(const struct transaction *transaction, enum finger_position position);
uint32_t transaction_attempts_left(const struct transaction *transaction, enum finger_position position);
uint32_t transaction_attempts_made(const struct transaction *transaction); /* with all fingers */

/* --- For the room's own files */

/* It is in the table: open from now on. */
void transaction_begin(struct transaction *transaction);

/* The one place where the state changes. A move that the table forbids is our own error: the process stops. */
void transaction_move(struct transaction *transaction, enum transaction_state state);

/* Refuses while kordond stops, and where it is not open: STOPPING, TRANSACTION_STATE. */
enum reason transaction_check_open(const struct transaction *transaction, struct failure *failure);

/* The references and probes go. */
void transaction_wipe(struct transaction *transaction);

/* Tells the waiter of the step, if there still is one, once. NULL: it was done. */
void transaction_tell(struct transaction *transaction, const struct failure *failure);

/* Gives up the memory. */
void transaction_free(struct transaction *transaction);

/* Appends an entry of the transaction; it comes back to written. */
void transaction_append(struct transaction *transaction, enum log_event event, json_t *body,
    void (*written)(struct journal_entry *entry));

/* What becomes durable with the entry of its end, whatever that is: its note, and a slot, in which transaction->slot's content is kept. */
const struct journal_change *transaction_end_change(struct transaction *transaction);

/* Appends the entry of an end without a comparison. */
void transaction_append_end(
    struct transaction *transaction, json_t *body, void (*written)(struct journal_entry *entry));

/* Its end is judged now: the entry names the policy in force, whichever is in force when it is written (ending.c). */
void transaction_note_policy(struct transaction *transaction);

/* What the entry of its end says in any case (ending.c), the statement of what was wiped among it: so it wipes first, and nothing is
 * compared any more. NULL without memory. */
json_t *transaction_consultation(struct transaction *transaction);

/* Adds to that entry's body, which is taken over, what its owner is told when it is durable, for him to be told again (recall.h). NULL where
 * that can't be: what could not be told again is not told at all. */
json_t *transaction_keep_answer(
    const struct transaction *transaction, const struct transaction_view *view, json_t *body);

/* Its record could not be made: there is no result. */
void transaction_fail(struct transaction *transaction, const struct failure *failure);

/* Takes the receipts of the entry of its end. */
void transaction_take_receipts(struct transaction *transaction, struct journal_outcome *outcome);

/* The entry of an end without a comparison came back: takes its time and receipts, or fails the transaction. Whether it is durable. */
bool transaction_take_end(struct transaction *transaction);

/* The end of a step that leads back to open: that, or the end where it was withdrawn meanwhile; then tells the waiter why it came
 * to nothing (NULL: it did not). */
void transaction_end_step(struct transaction *transaction, const struct failure *failure);

#endif
