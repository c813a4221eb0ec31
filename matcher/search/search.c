/* search.c: 1:N: fine comparison of all subjects (the exhaustive mode, against which the staged one is
 * measured) or of those that the first stage let through; see search/search.h. */
#include "matcher/compare/comparison.h"
#include "matcher/decision/decision.h"
#include "matcher/search/search.h"

/* Compares one subject's references with all probes and fuses what they give. */
static struct matcher_candidate compare_subject(
    const struct matcher_share *share, uint32_t subject, struct comparison *comparison)
{
    const struct matcher_reference_set *set = share->set;
    struct finger_evidence evidence[MATCHER_PROBE_FINGERS_MAX] = {0};
    for (uint32_t i = set->first_references[subject]; i < set->first_references[subject + 1]; i++) {
        const struct set_reference *reference = &set->references[i];
        bool prepared = false;
        for (uint32_t p = 0; p < share->probe_count; p++) {
            enum finger_meeting meeting =
                matcher_finger_meeting(&share->probes[p], (enum finger_position)reference->position);
            if (meeting == FINGER_NOT_COMPARED)
                continue;
            if (!prepared)
                matcher_prepare_print(&comparison->reference, reference->bytes, true);
            prepared = true;
            matcher_finger_evidence_add(&evidence[p], meeting, i,
                matcher_compare_prints_calibrated(&comparison->probes[p], comparison));
        }
    }
    struct matcher_candidate candidate = {.subject = subject};
    matcher_fuse_evidence(evidence, share->probe_count, &candidate);
    return candidate;
}

/* What both modes do with a subject. */
struct searching {
    const struct matcher_share *share;
    struct comparison *comparison;
    struct matcher_candidate_list *list;
};

static bool start_searching(
    struct searching *searching, const struct matcher_share *share, struct matcher_workspace workspace)
{
    if (workspace.size < sizeof(struct comparison) || share->probe_count > MATCHER_PROBE_FINGERS_MAX ||
        !matcher_ranges_are_valid(share))
        return false;
    searching->share = share;
    searching->comparison = workspace.memory;
    for (uint32_t p = 0; p < share->probe_count; p++)
        matcher_prepare_print(&searching->comparison->probes[p], share->probes[p].template->bytes, false);
    return true;
}

/* False where the search was told to stop. */
static bool search_subject(const struct searching *searching, uint32_t subject)
{
    if (searching->share->stop != NULL && *searching->share->stop)
        return false;
    struct matcher_candidate candidate = compare_subject(searching->share, subject, searching->comparison);
    searching->list->compared++;
    if (candidate.score >= searching->share->floor)
        matcher_add_candidate(searching->list, &candidate);
    return true;
}

bool matcher_search(const struct matcher_share *share, struct matcher_workspace workspace,
    struct matcher_candidate_list *list)
{
    struct searching searching = {.list = list};
    if (!start_searching(&searching, share, workspace))
        return false;
    for (uint32_t r = 0; r < share->range_count; r++)
        for (uint32_t subject = share->ranges[r].first; subject < share->ranges[r].end; subject++)
            if (!search_subject(&searching, subject))
                return false;
    return true;
}

/* The survivors of one range, whose bits start at the word. */
static bool search_survivors(
    const struct searching *searching, const struct matcher_range *range, const uint64_t *survivors)
{
    for (uint32_t word = 0; word < range_words(range); word++)
        for (uint64_t left = survivors[word]; left != 0; left &= left - 1)
            if (!search_subject(searching, range->first + 64 * word + (uint32_t)__builtin_ctzll(left)))
                return false;
    return true;
}

bool matcher_search_survivors(const struct matcher_share *share, struct matcher_scan *scan,
    const struct matcher_cut *cut, struct matcher_workspace workspace, struct matcher_candidate_list *list)
{
    struct searching searching = {.list = list};
    if (!start_searching(&searching, share, workspace))
        return false;
    matcher_mark_survivors(share, scan, cut);
    const uint64_t *survivors = scan->survivors;
    for (uint32_t r = 0; r < share->range_count; r++) {
        if (!search_survivors(&searching, &share->ranges[r], survivors))
            return false;
        survivors += range_words(&share->ranges[r]);
    }
    return true;
}
