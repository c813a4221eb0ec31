#include "daemon/mode.h"

#include <errno.h>
#include <stddef.h>
#include <sys/statvfs.h>

#include "base/language.h"
#include "base/locked_memory.h"
#include "base/text.h"
#include "daemon/memory_need.h"
#include "daemon/readiness.h"
#include "daemon/scanners/pool.h"
#include "json/writer.h"

/* What a transaction's entries and its slot take on the disk, with the database's own pages: some 400 kB. */
#define DISK_BYTES ((uint64_t)1 << 20)

#define STORAGE_PATIENCE_MS 30000

const char *mode_name(enum mode_word word)
{
    switch (word) {
    case MODE_ARMED:
        return CODE_("mode", "armed");
    case MODE_IDENTIFICATION_REFUSED:
        return CODE_("mode", "identification_refused");
    case MODE_LOCKED:
        return CODE_("mode", "locked");
    }
    return CODE_("mode", "locked");
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

/* Once too little, it takes twice as much to be enough: the mode must not change with each entry. */
static enum reason check_disk(const struct mode *mode, struct failure *failure)
{
    uint64_t left;
    const char *directory = mode->configuration->state.directory;
    TRY(mode_disk_left(mode, &left, failure));
    uint64_t needed = mode->disk_short ? 2 * DISK_BYTES : DISK_BYTES;
    if (left >= needed)
        return REASON_DONE;
    return failure_set(failure, REASON_DISK_FULL, directory,
        N_("%.1f MiB are free, %.1f MiB are needed to record results; until then: kordonctl manual form"),
        (double)left / MEBIBYTE, (double)needed / MEBIBYTE);
}

/* What the log could not take holds until it takes something. No medium tells when it can: room on the disk is seen; after another fault
 * the next entry finds out, where none waits to be written. */
static void look_at_storage(struct mode *mode)
{
    struct evidence *evidence = mode->evidence;
    struct failure disk = {0};
    bool was_short = mode->disk_short;
    bool room = check_disk(mode, &disk) == REASON_DONE;
    bool patient = evidence->storage.reason != REASON_DISK_FULL &&
                   uv_now(evidence->loop) - evidence->storage_ms < STORAGE_PATIENCE_MS;
    if (room && mode->degraded.rows[DEGRADED_NO_STORAGE].on && degraded_log_is_written(&mode->degraded_log) &&
        !patient)
        evidence->storage = (struct failure){0};
    mode->disk_short = disk.reason == REASON_DISK_FULL;
    mode->storage = room ? evidence->storage : disk;
    degraded_log_look(&mode->degraded_log, room && was_short);
}

/* Travellers whose transactions are open are in what is kept for them, and so is a self-test: it is judged while there are none. A look at prints has what
 * it takes for a moment: as long as no more is missing, nobody knows whether it is that. */
static bool is_memory_short(const struct mode *mode)
{
    const size_t left = locked_memory_left(), kept = memory_kept(), missing = left < kept ? kept - left : 0;
    if (*mode->unfinished_transactions > 0 || mode->self_test.running)
        return mode->memory_short;
    return *mode->looks > 0 && missing > 0 && missing <= memory_of_look() ? mode->memory_short : missing > 0;
}

/* What is against an identification with any number of fingers. */
static enum reason check_post(const struct mode *mode, int64_t now_ms, struct failure *failure)
{
    enum reason reason = guard_check(mode->guard, now_ms, failure);
    if (reason == REASON_DONE && mode->storage.reason != REASON_DONE) {
        *failure = mode->storage;
        reason = failure->reason;
    }
    if (reason == REASON_DONE)
        reason = self_test_check(&mode->self_test, failure);
    if (reason == REASON_DONE)
        reason = suspension_check(&mode->suspension, failure);
    if (reason == REASON_DONE)
        reason = second_line_check(mode->second_line, failure);
    if (reason == REASON_DONE)
        reason = guard_check_slots(mode->guard, failure);
    if (reason == REASON_DONE && mode->memory_short)
        reason = memory_short(failure);
    return reason == REASON_DONE ? list_check_today(mode->list, now_ms, failure) : reason;
}

enum reason mode_check_purpose(
    const struct mode *mode, const struct policy_purpose *purpose, uint32_t *fingers, struct failure *failure)
{
    const int64_t now_ms = store_now_ms();
    *fingers = 0;
    TRY(list_check_open(mode->list, failure));
    TRY(check_post(mode, now_ms, failure));
    return readiness_check(mode->list, purpose, now_ms, fingers, failure);
}

uint32_t mode_examiners(const struct mode *mode)
{
    const struct policy *policy = mode->list->policy->policy;
    uint32_t most = policy == NULL ? POLICY_EXAMINERS_MAX : 0;
    for (size_t i = 0; policy != NULL && i < policy->purpose_count; i++) {
        const struct policy_purpose *purpose = &policy->purposes[i];
        if ((purpose->comparisons & POLICY_IDENTIFICATION) != 0 && purpose->examiners > most)
            most = purpose->examiners;
    }
    return most;
}

bool mode_list_age(const struct mode *mode, const char *purpose, enum policy_list_age *age)
{
    const int64_t now_ms = store_now_ms();
    struct failure doubt = {0};
    if (list_check_open(mode->list, &doubt) != REASON_DONE ||
        store_guard_check_clock(&mode->guard->store, now_ms, NULL) != REASON_DONE)
        return false;
    *age = list_judge_age(mode->list, purpose, now_ms);
    return true;
}

/* The first one's reason is told; but that a purpose sees nobody says less than what is against one that does. */
static void take_why(struct failure *why, const struct failure *against)
{
    if (why->reason == REASON_COMPARISON_NOT_PERMITTED ||
        (why->reason == REASON_NOBODY_SEARCHED && against->reason != REASON_NOBODY_SEARCHED))
        *why = *against;
}

/* One purpose is enough, and of several the one with the fewest fingers. */
static void judge_purposes(struct mode *mode, int64_t now_ms, struct failure *why)
{
    const struct policy *policy = mode->list->policy->policy;
    uint32_t fewest = 0, fingers;
    failure_set(why, REASON_COMPARISON_NOT_PERMITTED, "policy",
        N_("no purpose of the policy in force searches the list"));
    for (size_t i = 0; policy != NULL && i < policy->purpose_count; i++) {
        const struct policy_purpose *purpose = &policy->purposes[i];
        struct failure against = {0};
        if ((purpose->comparisons & POLICY_IDENTIFICATION) == 0)
            continue;
        if (readiness_check(mode->list, purpose, now_ms, &fingers, &against) != REASON_DONE)
            take_why(why, &against);
        else if (fewest == 0 || fingers < fewest)
            fewest = fingers;
    }
    mode->armed_from_fingers = fewest;
}

static void judge(struct mode *mode, int64_t now_ms)
{
    struct failure why = {0};
    mode->memory_short = is_memory_short(mode);
    mode->armed_from_fingers = 0;
    mode->word = MODE_LOCKED;
    if (list_check_open(mode->list, &why) == REASON_DONE) {
        mode->word = MODE_IDENTIFICATION_REFUSED;
        if (check_post(mode, now_ms, &why) == REASON_DONE)
            judge_purposes(mode, now_ms, &why);
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

/* --- The degraded modes */

static struct degraded_finding find_local_only(const struct mode *mode)
{
    const struct store_guard *store = &mode->guard->store;
    struct degraded_finding finding = {.known = true};
    if (store->held.reason == REASON_ANCHOR_MISSING)
        finding.why = store->held;
    else if (store->anchored)
        finding.why = store->anchor_failure;
    return finding;
}

static struct degraded_finding find_list_age(
    const struct mode *mode, enum policy_list_age age, enum reason reason, int64_t now_ms)
{
    struct degraded_finding finding = {0};
    struct failure doubt = {0};
    struct word_list purposes = {.room = 128}; /* so that the age behind them has room, too */
    char said[128];
    finding.known = list_check_open(mode->list, &doubt) == REASON_DONE &&
                    guard_check(mode->guard, now_ms, &doubt) == REASON_DONE;
    if (finding.known)
        list_add_purposes_of_age(mode->list, age, now_ms, &purposes);
    if (purposes.text[0] != '\0') {
        list_describe_age(mode->list, now_ms, said, sizeof said);
        failure_set(&finding.why, reason, "watchlist", "for %s: %s", purposes.text, said);
        finding.since_ms = list_age_since_ms(mode->list, age, now_ms);
    }
    return finding;
}

/* A reader that works, or one that is only being opened, is enough; what nobody could look for yet is not known to be missing. */
static struct degraded_finding find_capture(const struct mode *mode)
{
    const struct scanner_pool *pool = mode->evidence->workers->scanners;
    struct degraded_finding finding = {.known = true};
    struct scanner_info info;
    bool starting = false;
    if (!mode->configuration->scanner.enabled)
        return finding;
    if (pool == NULL)
        return (struct degraded_finding){.known = false};
    scanner_pool_watcher(pool, &info);
    finding.why = info.failure;
    starting = info.state == SCANNER_STATE_STARTING && info.failure.reason == REASON_DONE;
    for (size_t i = 0; scanner_pool_get(pool, i, &info); i++) {
        if (info.state == SCANNER_STATE_READY || info.state == SCANNER_STATE_CAPTURING)
            return (struct degraded_finding){.known = true};
        starting = starting || (info.state == SCANNER_STATE_STARTING && info.failure.reason == REASON_DONE);
        if (finding.why.reason == REASON_DONE)
            finding.why = info.failure;
    }
    if (finding.why.reason == REASON_DONE)
        failure_set(&finding.why, REASON_SCANNER_NOT_FOUND, "scanner", N_("no reader is there"));
    finding.known = !starting;
    return finding;
}

/* Takes over what was found of one; whether that is a change. */
static bool take(
    struct mode *mode, enum degraded_mode which, const struct degraded_finding *finding, int64_t now_ms)
{
    const struct degraded_row *row = &mode->degraded.rows[which];
    enum degraded_change change =
        degraded_find(&mode->degraded, which, finding, now_ms, uv_now(mode->evidence->loop));
    if (change == DEGRADED_UNCHANGED)
        return false;
    if (which == DEGRADED_NO_STORAGE && change == DEGRADED_ENDED)
        storage_gaps_add(&mode->gaps, row->since_ms, now_ms, degraded_name(which));
    degraded_log_note(&mode->degraded_log,
        &(struct degraded_event){.mode = which, .change = change, .row = row, .now_ms = now_ms});
    return true;
}

static void find_degraded(struct mode *mode, int64_t now_ms)
{
    const struct degraded_finding storage = {.known = true, .why = mode->storage},
                                  self_test = {.known = true, .why = mode->self_test.failure},
                                  capture = find_capture(mode),
                                  too_old =
                                      find_list_age(mode, POLICY_LIST_TOO_OLD, REASON_LIST_TOO_OLD, now_ms),
                                  stale = find_list_age(mode, POLICY_LIST_STALE, REASON_LIST_STALE, now_ms),
                                  local = find_local_only(mode);
    bool changed = take(mode, DEGRADED_NO_STORAGE, &storage, now_ms);
    changed = take(mode, DEGRADED_SELF_TEST_FAILED, &self_test, now_ms) || changed;
    changed = take(mode, DEGRADED_NO_CAPTURE, &capture, now_ms) || changed;
    changed = take(mode, DEGRADED_LIST_TOO_OLD, &too_old, now_ms) || changed;
    changed = take(mode, DEGRADED_LIST_STALE, &stale, now_ms) || changed;
    changed = take(mode, DEGRADED_LOCAL_ONLY, &local, now_ms) || changed;
    if (changed)
        events_publish(mode->events, &(struct event){.type = EVENT_MODE});
}

void mode_derive(struct mode *mode)
{
    if (mode->deriving)
        return; /* following the day put another set in force: that is what is being looked at */
    mode->deriving = true;
    /* One reading for all of it: what one reading believes, another one may not. */
    const int64_t now_ms = mode->derived_ms = store_now_ms();
    enum mode_word word_before = mode->word;
    enum reason why_before = mode->why.reason;
    uint32_t fingers_before = mode->armed_from_fingers;
    suspension_look(&mode->suspension);
    list_follow_day(mode->list, now_ms);
    look_at_storage(mode);
    judge(mode, now_ms);
    mode->deriving = false;
    if (mode->word != word_before || mode->why.reason != why_before)
        note(mode);
    else if (mode->armed_from_fingers != fingers_before)
        events_publish(mode->events, &(struct event){.type = EVENT_MODE});
    find_degraded(mode, now_ms);
}

enum reason mode_check_capture(struct mode *mode, struct failure *failure)
{
    mode_derive(mode);
    TRY(self_test_check(&mode->self_test, failure));
    TRY(suspension_check(&mode->suspension, failure));
    if (mode->storage.reason != REASON_DONE && failure != NULL)
        *failure = mode->storage;
    return mode->storage.reason;
}

static void on_event(struct event_listener *listener, const struct event *event)
{
    if (event->type == EVENT_LIST || event->type == EVENT_SCANNER)
        mode_derive((struct mode *)((char *)listener - offsetof(struct mode, listener)));
}

void mode_follow_list(struct mode *mode)
{
    mode->listener.told = on_event;
    events_subscribe(mode->events, &mode->listener);
}

static void on_self_tested(void *data)
{
    mode_derive(data);
}

void mode_init(struct mode *mode)
{
    mode->self_test.configuration = mode->configuration;
    mode->self_test.evidence = mode->evidence;
    mode->self_test.set = self_test_built_in();
    mode->self_test.unfinished_transactions = mode->unfinished_transactions;
    mode->self_test.changed = on_self_tested;
    mode->self_test.data = mode;
    mode->degraded_log.evidence = mode->evidence;
    mode->degraded_log.loop = mode->evidence->loop;
    mode->suspension.degraded = &mode->degraded;
    mode->suspension.log = &mode->degraded_log;
    mode->suspension.evidence = mode->evidence;
    mode->suspension.events = mode->events;
    mode->suspension.guard = mode->guard;
}

void mode_finish(struct mode *mode)
{
    degraded_log_finish(&mode->degraded_log);
}
