/* erasure.h: which entries' bodies an erasure entry says that it took.
 *
 * Its body names one entry ("erased_seq": 17) or runs of them ("erased_entries": [[3,7],[9,9]], first and last, ascending), all of them
 * before its own. Whatever else it says, what it does not name it has not erased. Thread rule: any thread.
 */
#ifndef KORDON_LOG_ERASURE_H
#define KORDON_LOG_ERASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/failure.h"
#include "log/seq_range.h"

#define LOG_ERASED_SEQ     "erased_seq"
#define LOG_ERASED_ENTRIES "erased_entries"

/* Adds what the body of erasure entry seq names to a list; runs that are malformed, or not before it, name nothing. NO_MEMORY. */
enum reason log_erasure_collect(
    const json_t *body, uint64_t seq, struct seq_ranges *ranges, struct failure *failure);

/* Whether the body of erasure entry seq names that entry. */
bool log_erasure_names(const json_t *body, uint64_t seq, uint64_t entry);

/* The member's value for these runs; NULL without memory. */
json_t *log_erasure_json(const struct seq_ranges *ranges);

#endif
