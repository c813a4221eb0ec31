/* places.h: whether there are places left for matches that people must verify, as it is told at the first line.
 *
 * Each match takes a place (store/probe_slot.h) until it is decided; without one nothing may be compared. An answer that followed their number at
 * once would say, near the end, that the transaction before it matched: a discreet match could be read from it (P6). So it is judged once a
 * minute, whatever happens, against a bound that is drawn anew each time: by one match more it is at most
 * 1/18 likelier that none is told to be left. Where none is told it takes PLACES_SPAN more until some are. Far from the end chance plays no part:
 * with half of all places it closes once in some hundred years.
 *
 * Long before, places are few: that is for supervisors alone. Pure, but for places_draw(); one struct has one owner.
 */
#ifndef KORDON_DAEMON_PLACES_H
#define KORDON_DAEMON_PLACES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"

#define PLACES_JUDGED_MS 60000
/* Matches that may come between two judgements, or of transactions that are under way: with fewer places nobody is compared, judged or not. */
#define PLACES_SPAN 64
/* With fewer, half of all, they are few; with PLACES_SPAN more they are not. */
#define PLACES_FEW 512

/* Zeroed: never judged; there are some. */
struct places {
    bool closed;        /* as judged last: there are none */
    bool few;           /* likewise */
    bool judged;        /* at all */
    uint64_t judged_ms; /* the caller's clock, that does not run backwards */
};

/* Draws by how many more than the least there must be: n or more with a chance of 0.949^n. As random_bytes(). */
enum reason places_draw(uint32_t *more, struct failure *failure);

/* Whether it is time to judge. */
bool places_are_due(const struct places *places, uint64_t now_ms);

/* left: places that keep nothing; more: drawn for it. */
void places_judge(struct places *places, uint32_t left, uint32_t more, uint64_t now_ms);

#endif
