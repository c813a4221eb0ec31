#include "daemon/mode.h"

#include <errno.h>
#include <stddef.h>
#include <sys/statvfs.h>

#include "base/locked_memory.h"
#include "base/text.h"
#include "daemon/memory_need.h"
#include "json/writer.h"

/* What a transaction's entries take on the disk, with the database's own pages: some 100 kB. */
#define DISK_BYTES ((uint64_t)1 << 20)

const char *mode_name(enum mode_word word)
{
    switch (word) {
    case MODE_ARMED:
        return "armed";
    case MODE_IDENTIFICATION_REFUSED:
        return "identification_refused";
    case MODE_LOCKED:
        return "locked";
    }
    return "locked";
}

/* --- What it follows from */

enum reason mode_disk_left(const struct mode *mode, uint64_t *left, struct failure *failure)
{
    struct statvfs found;
    const char *directory = mode->configuration->state.directory;
    *left = 0;
    if (statvfs(directory, &found) != 0)
        return failure_set_errno(failure, errno, directory, "statvfs");
    *left = (uint64_t)found.f_bavail * found.f_frsize;
    return REASON_DONE;
}

static enum reason check_disk(const struct mode *mode, struct failure *failure)
{
    uint64_t left;
    const char *directory = mode->configuration->state.directory;
    TRY(mode_disk_left(mode, &left, failure));
    /* Once too little, it takes twice as much to be enough: the mode must not change with each entry. */
    uint64_t needed = mode->why.reason == REASON_DISK_FULL ? 2 * DISK_BYTES : DISK_BYTES;
    if (left >= needed)
        return REASON_DONE;
    return failure_set(failure, REASON_DISK_FULL, directory,
        "%.1f MiB are free, %.1f MiB are needed to record results", (double)left / MEBIBYTE,
        (double)needed / MEBIBYTE);
}

/* Travellers whose transactions are open are in what is kept for them: it is judged while there are none. */
static bool is_memory_short(const struct mode *mode)
{
    return *mode->unfinished_transactions > 0 ? mode->memory_short : locked_memory_left() < memory_kept();
}

/* What is against an identification with any number of fingers. */
static enum reason check_post(const struct mode *mode, struct failure *failure)
{
    enum reason reason = guard_check(mode->guard, failure);
    if (reason == REASON_DONE)
        reason = check_disk(mode, failure);
    if (reason == REASON_DONE && mode->memory_short)
        reason = memory_short(failure);
    return reason == REASON_DONE ? list_check_today(mode->list, failure) : reason;
}

/* The fewest fingers that reach the target; a transaction with fewer is told so. 0: none do. */
static uint32_t find_fingers(const struct mode *mode, struct failure *failure)
{
    matcher_score threshold;
    for (uint32_t fingers = 1; fingers <= MATCHER_PROBE_FINGERS_MAX; fingers++)
        if (list_threshold(mode->list, fingers, &threshold, failure) == REASON_DONE)
            return fingers;
    return 0;
}

static void judge(struct mode *mode)
{
    struct failure why = {0};
    mode->memory_short = is_memory_short(mode);
    mode->armed_from_fingers = 0;
    mode->word = MODE_LOCKED;
    if (list_check_open(mode->list, &why) == REASON_DONE) {
        mode->word = MODE_IDENTIFICATION_REFUSED;
        if (check_post(mode, &why) == REASON_DONE)
            mode->armed_from_fingers = find_fingers(mode, &why);
    }
    if (mode->armed_from_fingers > 0) {
        mode->word = MODE_ARMED;
        why = (struct failure){0};
    }
    mode->why = why;
}

/* --- What is said of it */

static void note(struct mode *mode)
{
    const struct opened_list *set = mode->list->set;
    struct json_writer body;
    json_writer_over(&body, evidence_body(mode->evidence, "kordond", "system"));
    json_write_text(&body, "mode", mode_name(mode->word));
    if (set != NULL) {
        const struct watchlist_summary *summary = opened_list_summary(set);
        json_write_integer(&body, "list_version", (int64_t)summary->list_version);
        json_write_integer(&body, "entries", (int64_t)summary->entry_count);
        json_write_integer(&body, "searchable", (int64_t)opened_list_counts(set)->people);
    }
    if (mode->word != MODE_ARMED)
        evidence_write_failure(&body, &mode->why);
    evidence_note(mode->evidence, LOG_EVENT_MODE, json_writer_end(&body));
    events_publish(mode->events, &(struct event){.type = EVENT_MODE});
}

void mode_derive(struct mode *mode)
{
    if (mode->deriving)
        return; /* following the day put another set in force: that is what is being looked at */
    mode->deriving = true;
    enum mode_word word_before = mode->word;
    enum reason why_before = mode->why.reason;
    list_follow_day(mode->list);
    judge(mode);
    mode->deriving = false;
    if (mode->word != word_before || mode->why.reason != why_before)
        note(mode);
}

static void on_event(struct event_listener *listener, const struct event *event)
{
    if (event->type == EVENT_LIST)
        mode_derive((struct mode *)((char *)listener - offsetof(struct mode, listener)));
}

void mode_follow_list(struct mode *mode)
{
    mode->listener.told = on_event;
    events_subscribe(mode->events, &mode->listener);
}
