/* rules.h: what the policy in force says of what a terminal asks for: the one door between transactions and the policy. It is asked
 * before anything is captured, and again before it is compared, since another policy may be in force by then. Pure; any thread. */
#ifndef KORDON_DAEMON_TRANSACTIONS_RULES_H
#define KORDON_DAEMON_TRANSACTIONS_RULES_H

#include "daemon/transactions/request.h"
#include "policy/policy.h"

/* Whether the purpose may be asked for at all, by who holds these roles (bits of enum role), of whomever: PURPOSE_NOT_DECLARED names those
 * that are; LEGAL_BASIS_NOT_IN_POLICY, NOT_PERMITTED, COMPARISON_NOT_PERMITTED; BAD_VALUE where a readmission lacks the case number of
 * the state that asks for it. */
enum reason rules_check_purpose(const struct policy *policy, unsigned roles,
    const struct transaction_request *request, struct failure *failure);

/* P1: that fingerprints of that traveller may be taken for it: GROUP_EXEMPT, AGE_NOT_PERMITTED, and those of rules_check_purpose(). */
enum reason rules_check_capture(const struct policy *policy, unsigned roles,
    const struct transaction_request *request, struct failure *failure);

/* Of what is entered afterwards, without a comparison, whoever enters it: PURPOSE_NOT_DECLARED, LEGAL_BASIS_NOT_IN_POLICY. */
enum reason rules_check_record(
    const struct policy *policy, const char *purpose, const char *legal_basis, struct failure *failure);

/* Why no fingerprint is taken of that traveller for a declared purpose ("under_age", or the group's name); NULL where it is. Constant. */
const char *rules_exemption(const struct policy *policy, const struct transaction_request *request);

/* P2: for how many days what is temporarily impossible may be put off for a declared purpose; 0: it may not. */
uint32_t rules_postponement_days(const struct policy *policy, const struct transaction_request *request);

/* What a purpose is by nature, for the log: "readmission" and so on; NULL where it is not declared. Constant. */
const char *rules_nature(const struct policy *policy, const char *purpose);

/* By that name, or NULL: whether somebody's state takes him back; the check is for that state, too. */
bool rules_is_readmission(const char *nature);

#endif
