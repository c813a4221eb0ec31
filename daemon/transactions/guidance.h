/* guidance.h: what the officer is told while fingers are taken, and which finger is next. Codes and texts are base/guidance.h's.
 *
 * What a device or the machine could not do, a time that ran out and what a comparison found are never guidance (A7): they are failures
 * and decisions. Loop's thread.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_GUIDANCE_H
#define KORDON_DAEMON_TRANSACTIONS_GUIDANCE_H

#include <stdbool.h>

#include "base/finger.h"
#include "base/guidance.h"

struct matcher_sample_report;
struct scanner_capture;
struct scanner_info;
struct transaction;

/* What is said at present; code NONE: nothing. */
struct transaction_guidance {
    enum guidance code;
    enum finger_position position; /* of the finger that it is about */
};

/* Whether as many good samples are there as are wanted. */
bool transaction_fingers_suffice(const struct transaction *transaction);

/* The finger to be taken next, in the policy's order (fingers.h); UNKNOWN: any. False: none is wanted, or may be tried, any more. */
bool transaction_next_finger(const struct transaction *transaction, enum finger_position *position);

/* Whether there is a sample of that finger, good or not. */
bool transaction_has_sample(const struct transaction *transaction, enum finger_position position);

/* P3: of that finger no attempt is left and there is no sample of it: others serve, without penalty. */
bool transaction_finger_is_skipped(const struct transaction *transaction, enum finger_position position);

/* Of one that is being opened: whoever opens it reads it in the answer. */
void transaction_guide_opening(struct transaction *transaction);

/* Says it from now on, and tells whoever listens. */
void transaction_guide(struct transaction *transaction, enum guidance code, enum finger_position position);

/* Behind an attempt: what to do better with the same finger (NONE: it was good), or, where it may not be tried any more, how to go on. */
void transaction_guide_on(struct transaction *transaction, enum guidance better);

/* What an attempt with that outcome should do better; NONE: nothing. */
enum guidance transaction_better(const struct matcher_sample_report *report);

/* What a reader's state asks for; NONE: it wants no finger and has none, nothing new is said. */
enum guidance guidance_of_reader(const struct scanner_info *info);

/* While a capture runs: what the reader tells of the finger. A scanner_capture's finger(). */
void transaction_guide_capture(struct scanner_capture *capture, const struct scanner_info *info);

#endif
