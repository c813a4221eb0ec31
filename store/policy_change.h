/* policy_change.h: how another policy comes into force: one person proposes it, another approves that very text.
 *
 * The policy in force, and the one proposal that there may be, are documents of the state (document.h): the texts as "policy" and
 * "policy_proposal"; who proposed it, when and why as "policy_proposed". What a policy says is nothing to the store: that the text is one, and
 * of a higher version, is for the caller to check, who says which policy he compared it with; so is whether the clock can be right. Each act
 * is one commit with its entry; what fails leaves the policy in force, and the proposal, as they were. Thread rule: that of the store.
 */
#ifndef KORDON_STORE_POLICY_CHANGE_H
#define KORDON_STORE_POLICY_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/digest.h"
#include "store/document.h"
#include "store/journal.h"

#define POLICY_PERSON_SIZE        256
#define POLICY_PROOF_SIZE         256
#define POLICY_CERTIFICATE_SIZE   41
#define POLICY_JUSTIFICATION_SIZE 1024
#define POLICY_PROPOSAL_DAYS      14 /* so long it may be approved */

/* The policy in force. */
struct policy_text {
    char *text; /* malloc'd, with a zero byte behind it */
    size_t size;
    char hash[DIGEST_HEX_SIZE]; /* SHA-256 of the text */
};

/* A proposal. */
struct policy_proposal {
    struct policy_text policy;
    char proposer[POLICY_PERSON_SIZE]; /* the person, whatever proved him */
    char proof[POLICY_PROOF_SIZE]; /* what proved him then: a person by another name is still who has it */
    char certificate[POLICY_CERTIFICATE_SIZE]; /* its number, where a certificate did; "": it is not known */
    char certificate_authority
        [DIGEST_HEX_SIZE];     /* by its name and key: a section's name may be another's by now */
    int64_t certificate_until; /* seconds since 1970 */
    char justification[POLICY_JUSTIFICATION_SIZE];
    int64_t proposed_ms, expires_ms; /* UTC; from expires_ms on it can't be approved */
};

/* In any open store. DOCUMENT_NOT_FOUND where there is none; STATE_UNPROVEN. Zeroed unless DONE. */
enum reason policy_text_read(struct store *store, struct policy_text *policy, struct failure *failure);
enum reason policy_proposal_read(
    struct store *store, struct policy_proposal *proposal, struct failure *failure);

/* Until when what is proposed then may be approved: UTC. */
int64_t policy_proposal_expires_ms(int64_t proposed_ms);

/* Take zeroed structs. */
void policy_text_finish(struct policy_text *policy);
void policy_proposal_finish(struct policy_proposal *proposal);

/* The SHA-256 by which a policy is named. */
enum reason policy_hash(
    const void *text, size_t size, char hash[static DIGEST_HEX_SIZE], struct failure *failure);

/* Puts the proposal in place of any. Of proposal the text, proposer, proof, justification and proposed_ms are taken. The draft's body gets
 * "proposal" (hash), and "replaced" where there was one. BAD_VALUE where the text is too long or the proposer is not named; reasons of
 * journal_append_changing(). */
enum reason policy_propose(struct store *store, const struct policy_proposal *proposal,
    const struct log_draft *draft, struct journal_outcome *outcome, struct failure *failure);

/* Takes it back. The draft's body gets "proposal". DOCUMENT_NOT_FOUND; PROPOSAL_OTHER where it has another hash. */
enum reason policy_withdraw(struct store *store, const char *hash, const struct log_draft *draft,
    struct journal_outcome *outcome, struct failure *failure);

struct policy_approval {
    const char *hash;          /* of what is approved */
    const char *in_force_hash; /* of the policy that the version was compared with; NULL: there was none */
    const char *approver;      /* the person */
    const char *proof;         /* what proves him */
    int64_t now_ms;
    bool one_person_may; /* a demonstration: the entry says so where it is the same person */
    const struct document_change
        *follows; /* another document that changes with the policy; NULL: none does */
};

/* Whether it could be approved as things are; what policy_approve() asks again. Reasons of policy_approve(). */
enum reason policy_check_approval(
    const struct policy_proposal *proposal, const struct policy_approval *approval, struct failure *failure);

/* Puts the proposal in force. The draft's body gets "proposal" and "replaced" (hashes), "proposed_by", "proposed_by_proof",
 * "proposed_ms", "proposed_because", and "same_person": true. DOCUMENT_NOT_FOUND; PROPOSAL_OTHER; PROPOSAL_EXPIRED, also where the clock stands before the proposal;
 * SECOND_PERSON_NEEDED, also for who has the proposer's proof and another name by now; POLICY_CHANGED where another policy is in force. */
enum reason policy_approve(struct store *store, const struct policy_approval *approval,
    const struct log_draft *draft, struct journal_outcome *outcome, struct failure *failure);

#endif
