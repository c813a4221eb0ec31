/* manual_record.h: a traveller who was checked without the machine, on paper, while nothing could be recorded: entered afterwards (A2, L8).
 *
 * Who enters it is the actor; the officer who acted then is named beside him, as the form says. It holds no biometrics, no name and no
 * document number: nothing by which the traveller could be found again. Loop's thread.
 */
#ifndef KORDON_DAEMON_MANUAL_RECORD_H
#define KORDON_DAEMON_MANUAL_RECORD_H

#include "daemon/kordond.h"
#include "daemon/transactions/request.h"
#include "policy/traveller.h"

#define MANUAL_STAMP_SIZE 17 /* of the officer's stamp; letters, digits and '-' */
#define MANUAL_TEXT_SIZE  256

/* What became of the traveller, and why he was recorded on paper. */
enum manual_outcome { MANUAL_PASSED, MANUAL_REFERRED };
enum manual_reason { MANUAL_NO_STORAGE, MANUAL_NOT_RUNNING, MANUAL_NO_POWER, MANUAL_OTHER_FAILURE };

/* By the names of the API; false where none has that name. */
bool manual_outcome_parse(const char *name, enum manual_outcome *outcome);
bool manual_reason_parse(const char *name, enum manual_reason *reason);

struct manual_record {
    int64_t time_ms; /* UTC: when the officer acted */
    enum traveller_group group;
    enum manual_outcome outcome;
    enum manual_reason why;
    char officer[REQUEST_NAME_SIZE];
    char purpose[REQUEST_NAME_SIZE];
    char legal_basis[MANUAL_TEXT_SIZE];
    char stamp_number[MANUAL_STAMP_SIZE];
};

/* In the memory of whoever waits; told once, where DONE came back. failure NULL: it is recorded, as outcome says; gap: the time without
 * storage in which it lies, as kordond knows it; NULL: it is recorded as unproven. Both valid during the call. */
struct manual_record_waiter {
    void (*told)(struct manual_record_waiter *waiter, const struct journal_outcome *outcome,
        const struct storage_gap *gap, const struct failure *failure);
};

/* DONE: the waiter will be told. Otherwise it will not: BAD_VALUE (a time to come, a stamp that is none), PURPOSE_NOT_DECLARED, LEGAL_BASIS_NOT_IN_POLICY, OFFICER_NOT_REGISTERED, DISK_FULL
 * and the like while nothing can be recorded, STOPPING, NO_MEMORY. */
enum reason manual_record_enter(struct kordond *kordond, const struct principal *principal,
    const struct manual_record *record, struct manual_record_waiter *waiter, struct failure *failure);

#endif
