#include "daemon/memory_need.h"

#include "base/locked_memory.h"
#include "base/text.h"
#include "daemon/search/pool.h"
#include "daemon/threads/worker_pool.h"
#include "list/duplicates.h"
#include "store/cleared_pair.h"
#include "store/probe_slot.h"

/* A finger's pad of some 20 mm a side, what single-finger readers give at 500 ppi. A larger picture takes more, and is refused with what it
 * needs where that is not there. */
#define SAMPLE_WIDTH  388
#define SAMPLE_HEIGHT 374
#define SAMPLE_PPI    500

/* What the libraries take that decode it. */
#define DECODER_BYTES ((size_t)128 << 10)

/* A finger's picture beside its template, until its transaction ends: what such a print takes as PNG (sample/png.c). Those of a transaction take no
 * more than a slot has room for, and the one that comes. */
#define PICTURE_BYTES ((size_t)64 << 10)
#define PICTURES      (PROBE_SLOT_BYTES / PICTURE_BYTES + 1)

/* Keys, and the room in which records are opened, and probes that are kept sealed: by the store that writes, and two that read. */
#define KEYS_BYTES (((size_t)256 << 10) + 3 * ((size_t)320 << 10))

/* The probe out of its slot, the listed finger's picture as it was given, decoded and made a picture again, and the two compared. The thread that reads the state
 * does one after another, so there is one such look at a time. */
size_t memory_of_look(void)
{
    return locked_memory_cost(PROBE_SLOT_BYTES) + locked_memory_cost((size_t)SAMPLE_WIDTH * SAMPLE_HEIGHT) +
           DECODER_BYTES + 2 * locked_memory_cost(2 * PICTURE_BYTES) +
           locked_memory_cost(matcher_compare_workspace_size());
}

size_t memory_kept(void)
{
    size_t pixels = (size_t)SAMPLE_WIDTH * SAMPLE_HEIGHT;
    return 2 * locked_memory_cost(pixels) + /* the file, and what it holds */
           DECODER_BYTES + locked_memory_cost(enrol_workspace_size(SAMPLE_WIDTH, SAMPLE_HEIGHT, SAMPLE_PPI)) +
           MATCHER_PROBE_FINGERS_MAX * locked_memory_cost(sizeof(struct matcher_template)) +
           PICTURES * locked_memory_cost(PICTURE_BYTES) +
           CLEARED_FINGERS_MAX * locked_memory_cost(sizeof(struct matcher_template));
}

enum reason memory_short(struct failure *failure)
{
    return failure_set(failure, REASON_MEMLOCK_LIMIT, "samples",
        "a finger needs %.1f MiB, %.1f MiB are left of the limit of %.1f MiB",
        (double)memory_kept() / MEBIBYTE, (double)locked_memory_left() / MEBIBYTE,
        (double)locked_memory_limit() / MEBIBYTE);
}

struct memory_need memory_need(
    const struct configuration *configuration, const struct reference_totals *totals)
{
    uint32_t threads = search_pool_thread_count(configuration->identification.threads);
    size_t base = KEYS_BYTES +
                  threads * (locked_memory_cost(matcher_compare_workspace_size()) + WORKER_STACK_BYTES) +
                  memory_kept() + memory_of_look() + list_duplicates_memory();
    size_t list = totals != NULL
                      ? opened_list_need(totals, configuration->identification.first_stage ? threads : 0)
                      : 0;
    return (struct memory_need){base + list, base + 2 * list};
}
