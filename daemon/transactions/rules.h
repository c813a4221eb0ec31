/* rules.h: what the rules in force say of what a terminal asks for: the one door between transactions and the policy. Today they are [policy]
 * of the configuration; no file of kordon-policy(5) is read yet. Pure; any thread. */
#ifndef KORDON_DAEMON_TRANSACTIONS_RULES_H
#define KORDON_DAEMON_TRANSACTIONS_RULES_H

#include "config/config.h"
#include "daemon/transactions/request.h"

/* PURPOSE_NOT_DECLARED names those that are. */
enum reason rules_check_purpose(
    const struct configuration *configuration, const char *purpose, struct failure *failure);

/* P1: why no fingerprint is taken of that traveller for that purpose ("under_age"); NULL where it is. Constant. */
const char *rules_exemption(
    const struct configuration *configuration, const struct transaction_request *request);

/* That one may be taken: AGE_NOT_PERMITTED. */
enum reason rules_check_capture(const struct configuration *configuration,
    const struct transaction_request *request, struct failure *failure);

/* P2: for how many days what is temporarily impossible may be put off. */
uint32_t rules_postponement_days(
    const struct configuration *configuration, const struct transaction_request *request);

/* Whether somebody's state takes him back: the check is for that state, too. */
bool rules_is_readmission(const char *purpose);

/* A readmission is a verification alone, against the reference that the state supplies which asks for it, and has that state's case
 * number: BAD_VALUE. */
enum reason rules_check_readmission(const struct transaction_request *request, struct failure *failure);

#endif
