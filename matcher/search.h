/* search.h: from the fingers of a probe and a reference set to a candidate list. Words as in matcher.h.
 *
 * Two modes over the same set, with the same candidates in the same order wherever both find them:
 *
 *     exhaustive  matcher_search() compares every subject finely.
 *     staged      matcher_search_scan() gives every reference a number by its signature alone, at memory
 *                 speed; matcher_search_cut() says from which number on it is worth a closer look;
 *                 matcher_search_survivors() compares the subjects that have such a reference finely.
 *
 * The subjects may be shared out over any number of threads in any way: each share is scanned, then the cut
 * is made over all scans, then each share's survivors are compared, and the shares' lists are merged. The
 * result is the same. A search is only whole when every share was; nothing is allocated, locked or asked of
 * the system on the way.
 *
 * Thread rule: a workspace, a scan and a list belong to one call at a time; everything const may be shared.
 */
#ifndef KORDON_MATCHER_SEARCH_H
#define KORDON_MATCHER_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "matcher/compare.h"
#include "matcher/reference_set.h"
#include "matcher/workspace.h"

/* One thread's share of one search: whom to search for, and among whom. The ranges don't overlap. stop (may
 * be NULL) is read between comparisons; when it becomes true the call ends early and returns false: what it
 * made then means nothing. */
struct matcher_share {
    const struct matcher_reference_set *set;
    const struct matcher_probe *probes;
    uint32_t probe_count; /* 1..MATCHER_PROBE_FINGERS_MAX */
    const struct matcher_range *ranges;
    uint32_t range_count;
    matcher_score floor; /* candidates below are not listed */
    const _Atomic bool *stop;
};

/* The best subjects so far, best first; equal scores are ordered by subject, so that merging shares in any
 * order gives the same list. */
#define MATCHER_CANDIDATES_MAX 64
struct matcher_candidate_list {
    uint32_t count;
    uint32_t capacity; /* 1..MATCHER_CANDIDATES_MAX, set by the caller */
    uint32_t compared; /* subjects that were compared finely */
    struct matcher_candidate candidates[MATCHER_CANDIDATES_MAX];
};

/* Exhaustive: compares every subject of the share and puts candidates with score >= floor into the list,
 * which the caller emptied. A share that returns true was searched whole. False also where an argument is
 * out of range or the workspace too small. */
bool matcher_search(const struct matcher_share *share, struct matcher_workspace workspace,
    struct matcher_candidate_list *list);

/* What the first stage of a share leaves for the second, in the caller's memory: numbers that tell how much a
 * probe resembles references, so hold it in locked memory and wipe it. */
struct matcher_scan;

/* Bytes for the scan of a share: 2 for each reference that a probe finger is compared with, and some. 0 where
 * the share is out of range or its set is not prepared. */
size_t matcher_scan_size(const struct matcher_share *share);

/* The same for any share of so many probe fingers, references and subjects, at most: what can be set aside before a search
 * comes. */
size_t matcher_scan_room(uint32_t probe_count, uint32_t references, uint32_t subjects);

/* First stage. memory: 64-byte aligned, size from above. A share that returns true was scanned whole. False
 * also where an argument is out of range, memory is too small or the set is not prepared. */
bool matcher_search_scan(
    const struct matcher_share *share, void *memory, size_t size, struct matcher_scan **scan);

/* How many references all probe fingers together keep for the fine comparison: this share of those that they were
 * compared with, each finger its part of it (a person needs only one finger that survives), but each not fewer
 * than least, but for what is said at struct matcher_cut. A search among at most least references is exhaustive. */
struct matcher_keep {
    uint32_t least;
    uint32_t per_million;
};
extern const struct matcher_keep matcher_keep_default; /* chosen by the measured loss: docs/accuracy.md */

/* For each probe finger, the first-stage number from which on references survive. Those with (nearly) equal numbers
 * survive together or not at all, and so the cut doesn't depend on the shares: some more than wanted are kept, or,
 * where that would be more than twice as many, fewer, but not less than a quarter. */
struct matcher_cut {
    uint16_t least[MATCHER_PROBE_FINGERS_MAX];
};

/* The cut over all shares of a search, each of which was scanned whole. */
struct matcher_cut matcher_search_cut(
    const struct matcher_scan *const *scans, uint32_t scan_count, const struct matcher_keep *keep);

/* Second stage: as matcher_search(), but only for subjects with a surviving reference; of those all fingers
 * are compared. share: the one that was scanned, unchanged. */
bool matcher_search_survivors(const struct matcher_share *share, struct matcher_scan *scan,
    const struct matcher_cut *cut, struct matcher_workspace workspace, struct matcher_candidate_list *list);

/* Adds the candidates of part to list. */
void matcher_candidates_merge(struct matcher_candidate_list *list, const struct matcher_candidate_list *part);

/* The instructions that the first stage uses on this processor: "scalar", "avx2", "avx512". */
const char *matcher_kernel_level(void);

#endif
