/* searcher.h: threads that search a reference set, each its share, as kordond's do. Private to the tool.
 *
 * All memory is taken at the start. Thread rule: the functions are for one thread, which waits for the others.
 */
#ifndef KORDON_TOOLS_BENCH_SEARCHER_H
#define KORDON_TOOLS_BENCH_SEARCHER_H

#include "tools/bench/bench.h"

struct searcher;

struct search_outcome {
    struct matcher_candidate_list list;
    double wall_milliseconds;
    double processor_milliseconds; /* of all threads together */
    double slowest_milliseconds; /* processor time of the thread that took most: what the wall would show on a
                                      machine that has nothing else to do */
};

/* keep: NULL for exhaustive searches. probe_count fingers with these positions are searched for. */
enum reason searcher_start(struct searcher **searcher, const struct matcher_reference_set *set,
    const enum finger_position *positions, uint32_t probe_count, const struct matcher_keep *keep,
    uint32_t threads, struct failure *failure);

/* Bytes that the searches take beside the set. */
size_t searcher_bytes(const struct searcher *searcher);

/* Searches for one person with candidates from score 1 on. */
enum reason searcher_search(struct searcher *searcher, const struct matcher_template *const *prints,
    struct search_outcome *outcome, struct failure *failure);

/* Ends the threads; takes NULL. */
void searcher_finish(struct searcher *searcher);

#endif
