/* comparison_decision.h: the outcome of a comparison. A match is a machine's word, never a hit: people confirm (H1). */
#ifndef KORDON_DAEMON_TRANSACTIONS_COMPARISON_DECISION_H
#define KORDON_DAEMON_TRANSACTIONS_COMPARISON_DECISION_H

#include "base/language.h"

/* Incomplete or impossible comparisons are inconclusive, never no_match. */
enum comparison_decision { DECISION_INCONCLUSIVE, DECISION_NO_MATCH, DECISION_MATCH };

/* "no_match", "match", "inconclusive" */
static inline const char *decision_name(enum comparison_decision decision)
{
    switch (decision) {
    case DECISION_INCONCLUSIVE:
        return CODE_("decision", "inconclusive");
    case DECISION_NO_MATCH:
        return CODE_("decision", "no_match");
    case DECISION_MATCH:
        return CODE_("decision", "match");
    }
    return CODE_("decision", "inconclusive");
}

#endif
