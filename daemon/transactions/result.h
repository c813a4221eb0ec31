/* result.h: what a transaction came to. It is made when all was compared and belongs to the decision's entry on its way to the log
 * until that is durable; only then it becomes the transaction's. Values in ordinary memory, wiped when freed. Loop's thread.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_RESULT_H
#define KORDON_DAEMON_TRANSACTIONS_RESULT_H

#include "base/failure.h"
#include "daemon/transactions/comparison_decision.h"
#include "matcher/matcher.h"
#include "store/watchlist.h"

/* A person on the list whose fingers agree. */
struct identification_candidate {
    struct watchlist_id id;
    matcher_score score;
    uint32_t fingers, swapped;
    double false_match_rate; /* that the score vouches for */
    enum alert_category category;
    char *action, *instruction; /* owned */
    bool entry_known;           /* what he was compared with is known by this digest (opened_list_digest()) */
    uint8_t entry[DIGEST_BYTES];
};

/* What came of searching the list. */
struct identification_outcome {
    enum comparison_decision decision;
    struct failure why; /* of an inconclusive one */
    /* of a match: what it would be, had nobody been found (first_line.h) */
    enum comparison_decision decision_without;
    struct failure why_without;
    double target_fpir;
    bool threshold_known;
    matcher_score threshold;
    bool list_known; /* the following are of that list */
    char list_name[WATCHLIST_NAME_SIZE];
    uint64_t list_version;
    uint64_t list_generation; /* of this machine's changes (watchlist_summary) */
    uint32_t fingers;         /* of the traveller */
    uint32_t visible;         /* people whom the purpose may see */
    /* the next two are: of a search that was done whole, or that had nobody to compare with */
    bool people_known;
    uint32_t searched;                           /* people with whom something was compared */
    uint32_t other_people;                       /* of whom only other fingers were */
    bool whole;                                  /* the search was done whole */
    bool staged;                                 /* with the first stage */
    struct identification_candidate *candidates; /* of a match */
    uint32_t candidate_count;
};

/* What came of comparing with the reference. */
struct verification_outcome {
    enum comparison_decision decision;
    struct failure why; /* of an inconclusive one */
    double target_fmr;
    bool threshold_known;
    matcher_score threshold, score;
    uint32_t fingers, swapped;
    double false_match_rate; /* that the score vouches for */
};

struct transaction_result {
    enum comparison_decision decision;
    struct failure why;        /* of an inconclusive one; reason DONE: the parts say it */
    bool compared;             /* there was a sample good enough */
    uint32_t calibration;      /* of the scores */
    bool identified, verified; /* which of the parts there are */
    struct identification_outcome identification;
    struct verification_outcome verification;
    int64_t time_ms; /* of its entry, once that is durable */
};

/* Wipes and frees; takes NULL. */
void transaction_result_destroy(struct transaction_result *result);

/* The categories of its candidates, as bits (policy/referral.h). */
uint32_t identification_outcome_categories(const struct identification_outcome *outcome);

/* What a candidate, and an outcome, holds besides itself. */
void identification_candidate_finish(struct identification_candidate *candidate);
void identification_outcome_finish(struct identification_outcome *outcome);

#endif
