/* sentence_gaps.h: a sentence whose gaps were filled ("give a day from today to 2027-02-25") found again by the sentence with its gaps
 * ("give a day from today to %s"), and the same filled into another sentence. Gaps are printf's conversions: a translator's tool checks
 * that both languages have the same. Pure; any thread.
 */
#ifndef KORDON_BASE_SENTENCE_GAPS_H
#define KORDON_BASE_SENTENCE_GAPS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define SENTENCE_GAPS_MOST 8

/* What fills the gaps, in the order of the sentence that was matched; borrowed from the text. */
struct sentence_gaps {
    struct text filled[SENTENCE_GAPS_MOST];
    bool figure[SENTENCE_GAPS_MOST]; /* the gap is a number's */
    size_t count;
};

/* Whether text is that sentence, with something in each gap: in a number's a figure; in a text's no other sentence behind a semicolon,
 * unless a quote stands before the gap: what a person wrote may hold anything. */
bool sentence_gaps_match(const char *sentence, const char *text, struct sentence_gaps *gaps);

/* How many letters of a sentence stand outside of its gaps: of two that match, the one with more is meant. 0 where it has no gap. */
size_t sentence_gaps_letters(const char *sentence);

/* Writes the sentence (whose gaps may stand in another order, "%2$s") with these gaps; false where it has others, or no room. */
bool sentence_gaps_fill(const char *sentence, const struct sentence_gaps *gaps, char *told, size_t size);

#endif
