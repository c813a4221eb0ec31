/* policy_step_internal.h: one change of the policy on its way, and what is done for it on the threads that have the state. */
#ifndef KORDON_DAEMON_POLICY_STEP_INTERNAL_H
#define KORDON_DAEMON_POLICY_STEP_INTERNAL_H

#include "daemon/policy_change.h"
#include "daemon/threads/store_reader.h"

/* What the state is known to hold behind an approval's commit. */
enum standing { STANDS_BEFORE, STANDS_PROPOSED, STANDS_UNKNOWN };

/* On its way: proposing and taking back are one job of the journal's thread, an approval is one of the reader's, the list's preparation,
 * and one of the journal's. */
struct policy_step {
    struct journal_job job;
    struct reader_job reading;
    struct list_preparation preparation;
    struct kordond *kordond;
    struct policy_waiter *waiter;
    enum policy_act act;
    struct policy_proposal proposal; /* that is made; or that is approved, as it was read */
    struct policy_text compared_text;
    struct policy *proposed, *compared;
    char hash[DIGEST_HEX_SIZE]; /* of the proposal */
    char person[POLICY_PERSON_SIZE], proof[POLICY_PROOF_SIZE];
    struct principal_certificate certificate;
    bool demonstration;
    struct store_guard guard; /* of the clock, as it was when the step began */
    json_t *body;
    struct journal_outcome outcome;
    enum standing standing;
};

/* On the journal's thread: the act itself, in one commit with its entry. standing is set behind an approval. */
enum reason policy_step_run(struct policy_step *step, struct store *store, struct failure *failure);

/* On the reader's: whether the proposal may be approved as things are; policy_step_run() asks again. */
enum reason policy_step_look(struct policy_step *step, struct store *store, struct failure *failure);

#endif
