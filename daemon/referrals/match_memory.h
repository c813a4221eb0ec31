/* match_memory.h: the memory of matches, which is there before they are.
 *
 * How often a process touches memory that it did not have before is read in /proc by every user of the machine. A match's memory would be such,
 * at the tick behind it, and say of a discreet one that there was one (P6). So it is had and touched in blocks, long before it is
 * needed; when the next block is had, chance says (places.h). Loop's thread.
 */
#ifndef KORDON_DAEMON_REFERRALS_MATCH_MEMORY_H
#define KORDON_DAEMON_REFERRALS_MATCH_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

struct referral_match;
struct match_block;

#define MATCH_BLOCK 64 /* matches that memory is had for at once */
#define MATCH_SPARE                                                                                          \
    16 /* for so many more there is always some, as long as they do not come between two looks */

/* Zeroed: there is none yet. */
struct match_memory {
    struct match_block *blocks;
    struct referral_match *spare; /* linked by their next */
    size_t spare_count;
    uint64_t looked_ms; /* the caller's */
};

/* Has memory for so many matches more than MATCH_SPARE. NO_MEMORY. */
enum reason match_memory_look(struct match_memory *memory, uint32_t more, struct failure *failure);

/* A zeroed match; to be given back. NO_MEMORY. */
enum reason match_memory_take(
    struct match_memory *memory, struct referral_match **match, struct failure *failure);

/* Wipes it, with what was found of who read of its referrals. */
void match_memory_give_back(struct match_memory *memory, struct referral_match *match);

/* All that were taken must have been given back. */
void match_memory_finish(struct match_memory *memory);

#endif
