/* fingers.h: which fingers of a traveller are taken, in which order, how many and how often, as the policy says it of the purpose and the terminal
 * of the traveller. A copy, made when the transaction is opened: its attempts are bounded under one reference, whatever the policy says
 * meanwhile (P4). Values; any thread.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_FINGERS_H
#define KORDON_DAEMON_TRANSACTIONS_FINGERS_H

#include "daemon/transactions/request.h"
#include "json/writer.h"
#include "policy/policy.h"

struct transaction_fingers {
    enum finger_position order[FINGER_POSITION_COUNT]; /* those that are asked for */
    size_t count;
    enum finger_position there[FINGER_POSITION_COUNT]; /* the policy's without those that are missing */
    size_t there_count;
    uint32_t policy_needed;
    bool unnamed;      /* one whose position nobody knows is taken, too: in a demonstration's policy alone */
    bool any;          /* and it is as good as another: the terminal named none */
    uint32_t wanted;   /* good samples behind which no further finger is asked for */
    uint32_t needed;   /* samples that are compared; fewer only where no finger is left to be tried */
    uint32_t attempts; /* with each finger */
};

/* The policy's order without what is missing; of that the fingers that the terminal named, or where it named none, all. BAD_VALUE: a finger that
 * the policy does not take for the purpose, fewer fingers than it needs though others are there, or none at all, which is an exception of
 * kind impossible. */
enum reason transaction_fingers_choose(const struct policy *policy, const struct policy_purpose *purpose,
    const struct transaction_request *request, struct transaction_fingers *fingers, struct failure *failure);

/* As many are asked for, where so many are there, though the policy needs fewer: that many reach the target. */
void transaction_fingers_want(struct transaction_fingers *fingers, uint32_t wanted);

/* Of these it turns out that they are not there: the policy's further ones serve, in its order. BAD_VALUE where none is left. *fingers is as it was
 * unless DONE. */
enum reason transaction_fingers_miss(struct transaction_fingers *fingers, const enum finger_position *missing,
    size_t count, struct failure *failure);

/* Adds "missing_fingers", where some are. */
void fingers_write_missing(const struct transaction_request *request, struct json_writer *json);

/* Whether samples of that finger are taken. */
bool transaction_fingers_take(const struct transaction_fingers *fingers, enum finger_position position);

#endif
