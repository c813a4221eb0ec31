#include "daemon/readiness.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/statvfs.h>

#include "base/day.h"
#include "base/locked_memory.h"
#include "base/text.h"
#include "daemon/guard.h"
#include "list/describe.h"

/* A finger's pad of some 20 mm a side, what single-finger readers give at 500 ppi. A larger picture takes more, and is refused with what it
 * needs where that is not there. */
#define SAMPLE_WIDTH  388
#define SAMPLE_HEIGHT 374
#define SAMPLE_PPI    500

/* What a transaction's entries take on the disk, with the database's own pages: some 100 kB. */
#define DISK_BYTES ((uint64_t)1 << 20)

/* Keys, and the room in which records are opened. */
#define KEYS_BYTES ((size_t)256 << 10)

/* --- Somebody to be searched for */

/* Why nobody of the list is searched for, in text. */
static enum reason nobody(const struct reference_counts *counts, struct failure *failure)
{
    char text[256] = "";
    for (size_t i = 0, used = 0; i < LIST_UNSEARCHED && used < sizeof text; i++) {
        uint64_t count = list_unsearched_count(&list_unsearched[i], counts);
        if (count > 0)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%" PRIu64 " %s",
                used > 0 ? ", " : "", count, list_unsearched[i].words);
    }
    if (counts->entries == 0)
        return failure_set(failure, REASON_NOBODY_SEARCHED, "watchlist", "the list is empty");
    return failure_set(
        failure, REASON_NOBODY_SEARCHED, "watchlist", "of %" PRIu64 " entries: %s", counts->entries, text);
}

enum reason readiness_somebody(const struct reference_set *set, const char *purpose, struct failure *failure)
{
    const struct reference_counts *counts = reference_set_counts(set);
    if (counts->people == 0)
        return nobody(counts, failure);
    if (purpose == NULL || reference_set_view(set, purpose).subjects > 0)
        return REASON_DONE;
    return failure_set(failure, REASON_NOBODY_SEARCHED, "watchlist",
        "none of the %" PRIu64 " people searchable today may be seen for %s", counts->people, purpose);
}

enum reason readiness_today(const struct reference_set *set, struct failure *failure)
{
    return reference_set_is_for(set, day_of_ms(store_now_ms()))
               ? REASON_DONE
               : failure_set(failure, REASON_NO_MEMORY, "watchlist", "it could not be arranged for today");
}

enum reason readiness_threshold(
    const struct kordond *kordond, uint32_t fingers, matcher_score *threshold, struct failure *failure)
{
    if (kordond->set == NULL) {
        *failure = kordond->locked.reason != REASON_DONE ? kordond->locked : kordond->set_failure;
        return failure->reason;
    }
    if (reference_set_summary(kordond->set)->list_version == 0)
        return failure_set(failure, REASON_LIST_MISSING, "watchlist", NULL);
    enum reason reason = readiness_somebody(kordond->set, NULL, failure);
    if (reason != REASON_DONE)
        return reason;
    return matcher_identification_threshold(kordond->configuration->identification.target_fpir,
        (uint32_t)reference_set_counts(kordond->set)->people, fingers, threshold, failure);
}

/* --- Disk */

static enum reason check_disk(const struct kordond *kordond, struct failure *failure)
{
    struct statvfs found;
    const char *directory = kordond->configuration->state.directory;
    if (statvfs(directory, &found) != 0)
        return failure_set_errno(failure, errno, directory, "statvfs");
    /* Once too little, it takes twice as much to be enough: the mode must not change with each entry. */
    uint64_t needed = kordond->mode_failure.reason == REASON_DISK_FULL ? 2 * DISK_BYTES : DISK_BYTES;
    uint64_t left = (uint64_t)found.f_bavail * found.f_frsize;
    if (left >= needed)
        return REASON_DONE;
    return failure_set(failure, REASON_DISK_FULL, directory,
        "%.1f MiB are free, %.1f MiB are needed to record results", (double)left / MEBIBYTE,
        (double)needed / MEBIBYTE);
}

/* --- Memory */

size_t readiness_memory_kept(void)
{
    size_t pixels = (size_t)SAMPLE_WIDTH * SAMPLE_HEIGHT;
    return 2 * locked_memory_cost(pixels) + /* the file, and what it holds */
           locked_memory_cost(matcher_extract_workspace_size(SAMPLE_WIDTH, SAMPLE_HEIGHT, SAMPLE_PPI)) +
           MATCHER_PROBE_FINGERS_MAX * locked_memory_cost(sizeof(struct matcher_template));
}

struct memory_need readiness_memory_need(
    const struct configuration *configuration, const struct reference_totals *totals)
{
    uint32_t threads = search_pool_thread_count(configuration->identification.threads);
    size_t base =
        KEYS_BYTES + threads * locked_memory_cost(matcher_compare_workspace_size()) + readiness_memory_kept();
    size_t list = totals != NULL
                      ? reference_set_need(totals, configuration->identification.first_stage ? threads : 0)
                      : 0;
    return (struct memory_need){base + list, base + 2 * list};
}

/* Travellers whose transactions are open are in what is kept for them: it is judged while there are none. */
static bool is_memory_short(const struct kordond *kordond)
{
    if (kordond->unfinished_transactions > 0)
        return kordond->memory_short;
    return locked_memory_left() < readiness_memory_kept();
}

static enum reason memory_failure(struct failure *failure)
{
    return failure_set(failure, REASON_MEMLOCK_LIMIT, "samples",
        "a finger needs %.1f MiB, %.1f MiB are left of the limit of %.1f MiB",
        (double)readiness_memory_kept() / MEBIBYTE, (double)locked_memory_left() / MEBIBYTE,
        (double)locked_memory_limit() / MEBIBYTE);
}

json_t *readiness_memory_json(const struct kordond *kordond)
{
    size_t limit = locked_memory_limit();
    json_t *json = json_pack("{s:I, s:o}", "locked", (json_int_t)locked_memory_total(), "limit",
        limit == SIZE_MAX ? json_null() : json_integer((json_int_t)limit));
    if (kordond->set != NULL) {
        struct memory_need need =
            readiness_memory_need(kordond->configuration, reference_set_totals(kordond->set));
        json_object_set_new(json, "needed", json_integer((json_int_t)need.now));
        json_object_set_new(json, "needed_for_change", json_integer((json_int_t)need.for_change));
    }
    return json;
}

/* --- All of it */

/* What is against an identification with any number of fingers. */
static enum reason check_post(const struct kordond *kordond, bool memory_short, struct failure *failure)
{
    enum reason reason = guard_check(kordond, failure);
    if (reason == REASON_DONE)
        reason = check_disk(kordond, failure);
    if (reason == REASON_DONE && memory_short)
        reason = memory_failure(failure);
    return reason == REASON_DONE ? readiness_today(kordond->set, failure) : reason;
}

void readiness_judge(const struct kordond *kordond, struct readiness *readiness)
{
    *readiness = (struct readiness){.mode = MODE_LOCKED, .memory_short = is_memory_short(kordond)};
    if (kordond->locked.reason != REASON_DONE || kordond->set == NULL) {
        readiness->why = kordond->locked.reason != REASON_DONE ? kordond->locked : kordond->set_failure;
        return;
    }
    readiness->mode = MODE_IDENTIFICATION_REFUSED;
    if (check_post(kordond, readiness->memory_short, &readiness->why) != REASON_DONE)
        return;
    /* A transaction with fewer fingers is told so. */
    for (uint32_t fingers = 1; fingers <= MATCHER_PROBE_FINGERS_MAX; fingers++) {
        matcher_score threshold;
        if (readiness_threshold(kordond, fingers, &threshold, &readiness->why) != REASON_DONE)
            continue;
        readiness->why = (struct failure){0};
        readiness->mode = MODE_ARMED;
        readiness->armed_from_fingers = fingers;
        return;
    }
}
