/* adversary_trial.h: what the oracle's files share: one state directory in use, and what was seen of it. */
#ifndef KORDON_TESTS_SUPPORT_ADVERSARY_TRIAL_H
#define KORDON_TESTS_SUPPORT_ADVERSARY_TRIAL_H

#include "tests/support/adversary.h"

struct trial {
    const struct adversary_world *world;
    const struct adversary_history *history; /* that it stands in */
    const struct adversary_question *question;
    struct adversary_verdict verdict;
    struct store *store;
    struct failure failure;
    uint64_t size;                     /* of the log as it opened: true entries */
    struct merkle_edge edge;           /* the tree as it must be now, with what was appended here */
    const struct adversary_list *list; /* the one that was in force at that size */
    bool erased;                       /* its first record was erased here */
    size_t appended;
    uint64_t random;
};

/* Says what was seen; the worst stays. trial_refused: a call answered with a failure. */
void trial_say(struct trial *trial, enum adversary_outcome outcome, const char *what, const char *more);
void trial_refused(struct trial *trial, const char *call);
uint64_t trial_pick(struct trial *trial, uint64_t limit);

/* adversary_oracle_log.c: whatever is signed must be the true history, or that with what was appended here. */
void trial_check_note(struct trial *trial, const char *note, size_t length, const char *where);
void trial_check_newest(struct trial *trial, const char *when);
void trial_check_older(struct trial *trial); /* what is signed for an older size on request */
void trial_check_receipt_of(struct trial *trial, uint64_t seq);
void trial_check_entries(struct trial *trial);

/* A receipt must hold by the verifier key alone; leaf gets the leaf that it speaks of. */
bool trial_check_receipt(struct trial *trial, const char *text, uint64_t seq, const char *where,
    uint8_t leaf[static DIGEST_BYTES]);

/* adversary_oracle_list.c */
void trial_check_list(struct trial *trial);
void trial_check_one_record(struct trial *trial);
void trial_check_the_gone(struct trial *trial); /* no record that was ever replaced or erased is to be read */

/* adversary_oracle_document.c */
void trial_check_documents(struct trial *trial);

/* adversary_oracle_write.c */
void trial_check_append(struct trial *trial);
void trial_check_verification(struct trial *trial); /* knows two older checkpoints, as a witness would */

/* before_open: the files as they were found. Copies of the record's key that the adversary himself had put into them are no
 * fault: he could as well keep them elsewhere. */
void trial_check_erasure(struct trial *trial, const struct adversary_bytes *before_open);

/* The folder's files, one behind the other; the caller frees. */
struct adversary_bytes trial_read_files(const char *directory);

#endif
