/* source_ahead_internal.h: a source that is read by a thread of its own while what came before is being verified.
 *
 * For the bundles of entries, which are read in their order: reading (from a disk, from sealed rows, over HTTP) and hashing cost
 * about the same, and no machine has one core only. Everything else is read when it is asked for. Calls of the inner source
 * never overlap. Thread rule: made, read and ended by one thread.
 */
#ifndef KORDON_LOG_SOURCE_AHEAD_INTERNAL_H
#define KORDON_LOG_SOURCE_AHEAD_INTERNAL_H

#include "log/source.h"

struct source_ahead;

/* Begins to read the bundles of a tree of size entries. NO_MEMORY, SYSTEM_ERROR (no thread to be had). */
enum reason source_ahead_start(
    struct log_source inner, uint64_t size, struct source_ahead **ahead, struct failure *failure);

/* Its source; a file that was read ahead is given once. */
struct log_source source_ahead_source(struct source_ahead *ahead);

/* Ends the thread and wipes what nobody asked for; takes NULL. */
void source_ahead_stop(struct source_ahead *ahead);

#endif
