/* search.h: what the steps of a search share: the reference set's layout and the candidate list. Private to
 * the matcher folder.
 *
 *     reference_set   templates in the order of the subjects; signatures in one run for each finger position
 *     first_stage     scans signatures at memory speed, and says which scores survive
 *     search          compares finely and ranks: all subjects, or those that survived
 */
#ifndef KORDON_MATCHER_SEARCH_SEARCH_H
#define KORDON_MATCHER_SEARCH_SEARCH_H

#include "matcher/decision/decision.h"
#include "matcher/search.h"
#include "matcher/signature/signature.h"

/* --- The reference set --- */

struct set_reference {
    const uint8_t *bytes; /* its template: in the set's own bytes, or where the caller keeps it */
    uint32_t slot;        /* of its signature */
    uint16_t size;        /* of its template */
    uint8_t position;
};

/* In the caller's memory: this struct, then everything that it points to.
 *
 * Signatures lie in groups, one for each finger position, and within a group in the order of the subjects:
 * so a probe whose position is known reads only its own group (and that of references of unknown position),
 * and a range of subjects is one run of slots in each group. */
struct matcher_reference_set {
    uint32_t capacity; /* references, and so also subjects */
    uint32_t count, subject_count;
    size_t bytes_capacity, bytes_used;
    bool closed;
    bool prepared[MATCHER_PREPARE_SHARES];
    uint32_t group_start[FINGER_POSITION_COUNT + 1]; /* slots; once closed */
    struct signature *signatures;                    /* by slot */
    uint32_t *slot_subjects;                         /* the subject of each slot */
    struct set_reference *references;
    uint32_t *first_references; /* of each subject, and behind the last one count */
    uint8_t *bytes;
};

/* The slots of one group whose subjects lie in the range. */
struct slot_run {
    uint32_t first, end;
};
struct slot_run matcher_set_slots(
    const struct matcher_reference_set *set, uint32_t position, const struct matcher_range *range);

/* Whether all shares of the signatures were prepared. */
bool matcher_set_is_prepared(const struct matcher_reference_set *set);

/* --- What the first stage leaves --- */

/* Scores are counted by eights: a histogram that stays in the nearest cache while millions are counted, and
 * still fine enough that few more survive than wanted. */
#define HISTOGRAM_SHIFT 3
#define HISTOGRAM_BINS  ((UINT16_MAX >> HISTOGRAM_SHIFT) + 1)

/* In the caller's memory, one a share: this struct, then everything that it points to. Scores lie in the
 * order in which visit_runs() walks. */
struct matcher_scan {
    uint32_t probe_count;
    size_t survivor_words;
    struct probe_signature *probes;
    uint32_t *histograms; /* HISTOGRAM_BINS counts a probe */
    uint64_t *survivors;  /* a bit a subject; each range starts a word */
    uint16_t *scores;
};

/* Words of survivors that a range takes. */
static inline uint32_t range_words(const struct matcher_range *range)
{
    return (range->end - range->first + 63) / 64;
}

/* matcher_search_scan() on the given kernels instead of the best ones. */
bool matcher_scan_with(const struct signature_kernels *kernels, const struct matcher_share *share,
    void *memory, size_t size, struct matcher_scan **scan);

/* Whether all of a share's ranges lie within its set. */
bool matcher_ranges_are_valid(const struct matcher_share *share);

/* Marks in scan->survivors the subjects that have a score at or above the cut. */
void matcher_mark_survivors(
    const struct matcher_share *share, struct matcher_scan *scan, const struct matcher_cut *cut);

/* --- Candidates --- */

void matcher_add_candidate(struct matcher_candidate_list *list, const struct matcher_candidate *candidate);

#endif
