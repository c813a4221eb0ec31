/* search.c: 1:N. References lie in one piece of memory, in the order in which they were added, and each is
 * compared finely: the exhaustive mode, against which faster ones are measured. */
#include "matcher/matcher.h"

#include <string.h>

#include "base/checked.h"
#include "matcher/compare/comparison.h"
#include "matcher/decision/decision.h"

/* --- The reference set --- */

struct set_reference {
    size_t offset; /* of its template, in bytes */
    uint32_t size;
    enum finger_position position;
};

struct set_subject {
    uint32_t first; /* reference */
    uint32_t count;
};

/* In the caller's memory: this struct, then the references, the subjects and the templates' bytes. */
struct matcher_reference_set {
    uint32_t capacity; /* references, and so also subjects */
    uint32_t count, subject_count;
    size_t bytes_capacity, bytes_used;
    struct set_reference *references;
    struct set_subject *subjects;
    uint8_t *bytes;
};

size_t matcher_reference_set_size(uint32_t count, size_t total_bytes)
{
    size_t references, subjects, sum;
    if (!checked_multiply(count, sizeof(struct set_reference), &references) ||
        !checked_multiply(count, sizeof(struct set_subject), &subjects) ||
        !checked_add(sizeof(struct matcher_reference_set), references, &sum) ||
        !checked_add(sum, subjects, &sum) || !checked_add(sum, total_bytes, &sum))
        return 0;
    return sum;
}

enum reason matcher_reference_set_init(void *memory, size_t size, uint32_t count, size_t total_bytes,
    struct matcher_reference_set **set, struct failure *failure)
{
    *set = NULL;
    size_t needed = matcher_reference_set_size(count, total_bytes);
    if (needed == 0 || size < needed)
        return failure_set(
            failure, REASON_WORKSPACE_TOO_SMALL, "reference set", "%zu bytes of %zu", size, needed);
    struct matcher_reference_set *made = memory;
    uint8_t *behind = (uint8_t *)memory + sizeof *made;
    *made = (struct matcher_reference_set){.capacity = count, .bytes_capacity = total_bytes};
    made->references = (void *)behind;
    made->subjects = (void *)(behind + count * sizeof(struct set_reference));
    made->bytes = (uint8_t *)(made->subjects + count);
    *set = made;
    return REASON_DONE;
}

enum reason matcher_reference_set_add(
    struct matcher_reference_set *set, const struct matcher_reference *reference, struct failure *failure)
{
    if (set->count == set->capacity || reference->size > set->bytes_capacity - set->bytes_used)
        return failure_set(failure, REASON_TOO_LARGE, "reference set",
            "it was made for %u references of %zu bytes", set->capacity, set->bytes_capacity);
    bool is_new = reference->subject == set->subject_count;
    bool is_last = set->subject_count > 0 && reference->subject == set->subject_count - 1;
    if (!is_new && !is_last)
        return failure_set(failure, REASON_BAD_VALUE, "reference set", "subject %u out of order, %u so far",
            reference->subject, set->subject_count);
    if (is_new)
        set->subjects[set->subject_count++] = (struct set_subject){.first = set->count};
    set->subjects[reference->subject].count++;
    set->references[set->count++] = (struct set_reference){
        .offset = set->bytes_used, .size = (uint32_t)reference->size, .position = reference->position};
    memcpy(set->bytes + set->bytes_used, reference->bytes, reference->size);
    set->bytes_used += reference->size;
    return REASON_DONE;
}

uint32_t matcher_reference_set_count(const struct matcher_reference_set *set)
{
    return set->count;
}

uint32_t matcher_reference_set_subjects(const struct matcher_reference_set *set)
{
    return set->subject_count;
}

/* --- The candidate list --- */

static bool comes_before(const struct matcher_candidate *a, const struct matcher_candidate *b)
{
    return a->score != b->score ? a->score > b->score : a->subject < b->subject;
}

static void add_candidate(struct matcher_candidate_list *list, const struct matcher_candidate *candidate)
{
    if (list->count == list->capacity &&
        (list->count == 0 || !comes_before(candidate, &list->candidates[list->count - 1])))
        return;
    uint32_t place = list->count < list->capacity ? list->count++ : list->count - 1;
    for (; place > 0 && comes_before(candidate, &list->candidates[place - 1]); place--)
        list->candidates[place] = list->candidates[place - 1];
    list->candidates[place] = *candidate;
}

void matcher_candidates_merge(struct matcher_candidate_list *list, const struct matcher_candidate_list *part)
{
    for (uint32_t i = 0; i < part->count; i++)
        add_candidate(list, &part->candidates[i]);
}

/* --- The search --- */

/* Compares one subject's references with all probes and fuses what they give. */
static struct matcher_candidate compare_subject(const struct matcher_reference_set *set, uint32_t subject,
    const struct matcher_probe *probes, uint32_t probe_count, struct comparison *comparison)
{
    struct finger_evidence evidence[MATCHER_PROBE_FINGERS_MAX] = {0};
    const struct set_subject *range = &set->subjects[subject];
    for (uint32_t i = range->first; i < range->first + range->count; i++) {
        const struct set_reference *reference = &set->references[i];
        bool prepared = false;
        for (uint32_t p = 0; p < probe_count; p++) {
            enum finger_meeting meeting = finger_meeting(&probes[p], reference->position);
            if (meeting == FINGER_NOT_COMPARED)
                continue;
            if (!prepared)
                prepare_print(&comparison->reference, set->bytes + reference->offset, true);
            prepared = true;
            finger_evidence_add(
                &evidence[p], meeting, compare_prints_calibrated(&comparison->probes[p], comparison));
        }
    }
    struct matcher_candidate candidate = {.subject = subject};
    fuse_evidence(evidence, probe_count, &candidate);
    return candidate;
}

bool matcher_search(const struct matcher_reference_set *set, uint32_t first, uint32_t end,
    const struct matcher_probe *probes, uint32_t probe_count, matcher_score floor,
    struct matcher_workspace workspace, const volatile bool *stop, struct matcher_candidate_list *list)
{
    if (workspace.size < sizeof(struct comparison) || probe_count > MATCHER_PROBE_FINGERS_MAX ||
        end > set->subject_count)
        return false;
    struct comparison *comparison = workspace.memory;
    for (uint32_t p = 0; p < probe_count; p++)
        prepare_print(&comparison->probes[p], probes[p].template->bytes, false);
    for (uint32_t subject = first; subject < end; subject++) {
        if (stop != NULL && *stop)
            return false;
        struct matcher_candidate candidate = compare_subject(set, subject, probes, probe_count, comparison);
        if (candidate.score >= floor)
            add_candidate(list, &candidate);
    }
    return true;
}
