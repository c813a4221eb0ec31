/* first_stage.c: a number for every reference that a probe finger may be, by its signature alone, and which
 * of these numbers are high enough to look closer.
 *
 * Every share does its part into memory of its own. The cut comes from the sum of the shares' histograms, so
 * it is the same however the subjects were shared out; equal scores are on the same side of it. */
#include <string.h>

#include "matcher/search/search.h"

/* Signatures scanned between two looks at the stop flag, about 0.5 ms; their scores stay in the near cache
 * until they are counted. */
#define SCAN_BLOCK 2048

/* --- Memory --- */

static size_t padded(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

/* Calls run() for every run of slots that a probe is compared with, always in the same order. */
struct run_visitor {
    bool (*run)(
        void *context, uint32_t probe, struct slot_run slots, const struct matcher_range *range, size_t word);
    void *context;
};

static bool visit_runs(const struct matcher_share *share, const struct run_visitor *visitor)
{
    size_t word = 0;
    for (uint32_t r = 0; r < share->range_count; r++) {
        const struct matcher_range *range = &share->ranges[r];
        for (uint32_t p = 0; p < share->probe_count; p++)
            for (uint32_t position = 0; position < FINGER_POSITION_COUNT; position++) {
                if (matcher_finger_meeting(&share->probes[p], (enum finger_position)position) ==
                    FINGER_NOT_COMPARED)
                    continue;
                if (!visitor->run(
                        visitor->context, p, matcher_set_slots(share->set, position, range), range, word))
                    return false;
            }
        word += range_words(range);
    }
    return true;
}

static bool count_run(
    void *context, uint32_t probe, struct slot_run slots, const struct matcher_range *range, size_t word)
{
    (void)probe, (void)range, (void)word;
    *(size_t *)context += slots.end - slots.first;
    return true;
}

static bool share_is_valid(const struct matcher_share *share)
{
    if (share->probe_count == 0 || share->probe_count > MATCHER_PROBE_FINGERS_MAX ||
        !matcher_set_is_prepared(share->set))
        return false;
    return matcher_ranges_are_valid(share);
}

/* Where each part of a scan lies, in bytes from its start. */
struct scan_layout {
    size_t score_count, survivor_words;
    size_t probes, histograms, survivors, scores, end;
};

static void place_parts(struct scan_layout *layout, size_t probe_count)
{
    layout->probes = padded(sizeof(struct matcher_scan));
    layout->histograms = layout->probes + padded(probe_count * sizeof(struct probe_signature));
    layout->survivors = layout->histograms + padded(probe_count * HISTOGRAM_BINS * sizeof(uint32_t));
    layout->scores = layout->survivors + padded(layout->survivor_words * sizeof(uint64_t));
    layout->end = layout->scores + padded(layout->score_count * sizeof(uint16_t));
}

static struct scan_layout lay_out_scan(const struct matcher_share *share)
{
    struct scan_layout layout = {0};
    visit_runs(share, &(struct run_visitor){count_run, &layout.score_count});
    for (uint32_t r = 0; r < share->range_count; r++)
        layout.survivor_words += range_words(&share->ranges[r]);
    place_parts(&layout, share->probe_count);
    return layout;
}

size_t matcher_scan_room(uint32_t probe_count, uint32_t references, uint32_t subjects)
{
    /* A range takes at most a word for each of its subjects, and a probe meets a reference at most once. */
    struct scan_layout layout = {.score_count = (size_t)probe_count * references, .survivor_words = subjects};
    place_parts(&layout, probe_count);
    return layout.end;
}

size_t matcher_scan_size(const struct matcher_share *share)
{
    return share_is_valid(share) ? lay_out_scan(share).end : 0;
}

static struct matcher_scan *make_scan(const struct matcher_share *share, uint8_t *memory, size_t size)
{
    if (!share_is_valid(share))
        return NULL;
    struct scan_layout layout = lay_out_scan(share);
    if (size < layout.end)
        return NULL;
    struct matcher_scan *scan = (void *)memory;
    *scan = (struct matcher_scan){
        .probe_count = share->probe_count,
        .survivor_words = layout.survivor_words,
        .probes = (void *)(memory + layout.probes),
        .histograms = (void *)(memory + layout.histograms),
        .survivors = (void *)(memory + layout.survivors),
        .scores = (void *)(memory + layout.scores),
    };
    memset(scan->histograms, 0, share->probe_count * HISTOGRAM_BINS * sizeof(uint32_t));
    for (uint32_t p = 0; p < share->probe_count; p++)
        matcher_signature_make_probe(share->probes[p].template->bytes, &scan->probes[p]);
    return scan;
}

/* --- Scanning --- */

struct scanning {
    const struct matcher_share *share;
    const struct signature_kernels *kernels;
    struct matcher_scan *scan;
    uint16_t *scores; /* of the next run */
};

static bool scan_run(
    void *context, uint32_t probe, struct slot_run slots, const struct matcher_range *range, size_t word)
{
    (void)range, (void)word;
    struct scanning *scanning = context;
    struct matcher_scan *scan = scanning->scan;
    uint32_t *histogram = scan->histograms + (size_t)probe * HISTOGRAM_BINS;
    for (uint32_t slot = slots.first; slot < slots.end;) {
        if (scanning->share->stop != NULL && *scanning->share->stop)
            return false;
        uint32_t count = slots.end - slot < SCAN_BLOCK ? slots.end - slot : SCAN_BLOCK;
        scanning->kernels->scan(
            &scan->probes[probe], scanning->share->set->signatures + slot, count, scanning->scores);
        for (uint32_t i = 0; i < count; i++)
            histogram[scanning->scores[i] >> HISTOGRAM_SHIFT]++;
        scanning->scores += count;
        slot += count;
    }
    return true;
}

bool matcher_scan_with(const struct signature_kernels *kernels, const struct matcher_share *share,
    void *memory, size_t size, struct matcher_scan **scan)
{
    *scan = make_scan(share, memory, size);
    if (*scan == NULL)
        return false;
    struct scanning scanning = {share, kernels, *scan, (*scan)->scores};
    return visit_runs(share, &(struct run_visitor){scan_run, &scanning});
}

bool matcher_search_scan(
    const struct matcher_share *share, void *memory, size_t size, struct matcher_scan **scan)
{
    return matcher_scan_with(matcher_signature_kernels_select(), share, memory, size, scan);
}

/* --- The cut --- */

const struct matcher_keep matcher_keep_default = {.least = 300, .per_million = 8000};

/* The highest score that lets at least keep through. Those of one bin stay together: below the cut where they
 * would more than double what survives and a quarter of it survives without them. (Some value that many
 * references share, such as that of one lonely minutia, must not cost as much as the whole search.) */
static uint16_t highest_cut(
    const struct matcher_scan *const *scans, uint32_t scan_count, uint32_t probe, uint64_t keep)
{
    uint64_t above = 0;
    for (uint32_t bin = HISTOGRAM_BINS - 1; bin > 0; bin--) {
        uint64_t sum = above;
        for (uint32_t i = 0; i < scan_count; i++)
            sum += scans[i]->histograms[(size_t)probe * HISTOGRAM_BINS + bin];
        if (sum > 2 * keep && above > 0 && above >= keep / 4)
            return (uint16_t)((bin + 1) << HISTOGRAM_SHIFT);
        if (sum >= keep)
            return (uint16_t)(bin << HISTOGRAM_SHIFT);
        above = sum;
    }
    return 0;
}

struct matcher_cut matcher_search_cut(
    const struct matcher_scan *const *scans, uint32_t scan_count, const struct matcher_keep *keep)
{
    struct matcher_cut cut = {{0}};
    for (uint32_t p = 0; scan_count > 0 && p < scans[0]->probe_count; p++) {
        uint64_t scanned = 0;
        for (uint32_t i = 0; i < scan_count; i++)
            for (uint32_t bin = 0; bin < HISTOGRAM_BINS; bin++)
                scanned += scans[i]->histograms[(size_t)p * HISTOGRAM_BINS + bin];
        uint64_t whole = (uint64_t)1000000 * scans[0]->probe_count;
        uint64_t share = (scanned * keep->per_million + whole - 1) / whole;
        cut.least[p] = highest_cut(scans, scan_count, p, share > keep->least ? share : keep->least);
    }
    return cut;
}

/* --- The survivors --- */

struct marking {
    const struct matcher_share *share;
    const struct matcher_cut *cut;
    struct matcher_scan *scan;
    const uint16_t *scores; /* of the next run */
};

static bool mark_run(
    void *context, uint32_t probe, struct slot_run slots, const struct matcher_range *range, size_t word)
{
    struct marking *marking = context;
    const uint32_t *subjects = marking->share->set->slot_subjects + slots.first;
    uint64_t *survivors = marking->scan->survivors + word;
    uint32_t count = slots.end - slots.first;
    uint16_t least = marking->cut->least[probe];
    for (uint32_t i = 0; i < count; i++)
        if (marking->scores[i] >= least) {
            uint32_t place = subjects[i] - range->first;
            survivors[place / 64] |= UINT64_C(1) << place % 64;
        }
    marking->scores += count;
    return true;
}

void matcher_mark_survivors(
    const struct matcher_share *share, struct matcher_scan *scan, const struct matcher_cut *cut)
{
    memset(scan->survivors, 0, scan->survivor_words * sizeof scan->survivors[0]);
    struct marking marking = {share, cut, scan, scan->scores};
    visit_runs(share, &(struct run_visitor){mark_run, &marking});
}
