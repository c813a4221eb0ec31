/* score_meaning.h: what a score says and what it does not, in sentences for whoever judges the match (H3). Pure; any thread. */
#ifndef KORDON_DAEMON_TRANSACTIONS_SCORE_MEANING_H
#define KORDON_DAEMON_TRANSACTIONS_SCORE_MEANING_H

#include <stddef.h>
#include <stdint.h>

#include "matcher/matcher.h"

struct scored_search {
    matcher_score score;
    uint32_t fingers;   /* that gave evidence */
    uint32_t people;    /* that were searched */
    double target_fpir; /* of the search */
    uint64_t a_day;     /* so many searches are made here */
};

#define SCORE_MEANING_SIZE 512

/* Sentences with semicolons between them, as base/language.h finds them again; figures are rounded so that none claims more than is known.
 * Returns text. */
const char *score_meaning(const struct scored_search *search, char text[static SCORE_MEANING_SIZE]);

#endif
