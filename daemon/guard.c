#include "daemon/guard.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "daemon/threads/journal_thread.h"
#include "daemon/list/import.h"
#include "daemon/list/in_force.h"
#include "daemon/loop.h"

#define LOOK_PERIOD_MS 1000

struct store_options guard_store_options(
    const struct configuration *configuration, struct key_provider *provider)
{
    return (struct store_options){.directory = configuration->state.directory,
        .provider = provider,
        .origin = configuration->log.origin,
        .anchor = configuration->log.anchor,
        .receipts_wait_for_anchor = configuration->log.anchor_first,
        .clock_gap_days = configuration->log.clock_gap_days};
}

void guard_lock(struct kordond *kordond, const struct failure *failure)
{
    char line[700];
    if (kordond->locked.reason == REASON_DONE) {
        kordond->locked = *failure;
        fprintf(stderr, "kordond: locked: %s\n", failure_line(failure, line, sizeof line));
        list_derive_mode(kordond);
    }
    if (failure->reason == REASON_STATE_LOST && kordond->phase == KORDOND_RUNNING) {
        kordond->exit_status = 1;
        loop_stop(kordond);
    }
}

static bool is_of_anchor(enum reason reason)
{
    return reason == REASON_ANCHOR_MISSING || reason == REASON_ANCHOR_BROKEN ||
           reason == REASON_ANCHOR_AHEAD || reason == REASON_ANCHOR_FORKED;
}

bool guard_is_evidence(enum reason reason)
{
    return reason_class(reason) == REASON_CLASS_EVIDENCE_BROKEN || reason == REASON_STATE_LOST;
}

void guard_judge(struct kordond *kordond, const struct failure *failure)
{
    switch (failure->reason) {
    case REASON_SEAL_BROKEN:
    case REASON_LIST_ROLLED_BACK:
    case REASON_ANCHOR_BROKEN:
    case REASON_ANCHOR_AHEAD:
    case REASON_ANCHOR_FORKED:
        return;
    default:
        if (guard_is_evidence(failure->reason))
            guard_lock(kordond, failure);
    }
}

void guard_take(struct kordond *kordond, const struct store_guard *guard)
{
    kordond->guard = *guard;
    kordond->log_size = guard->size;
    /* Held while it ran, kordond has all its parts; what was held at the start is resumed by service_resume(). */
    if (guard->held.reason != REASON_DONE)
        guard_lock(kordond, &guard->held);
    else if (is_of_anchor(kordond->locked.reason) && kordond->search != NULL)
        kordond->locked = (struct failure){0};
    list_derive_mode(kordond);
}

static void on_look(uv_timer_t *timer)
{
    struct kordond *kordond = timer->data;
    if (kordond->phase != KORDOND_RUNNING)
        return;
    list_derive_mode(kordond);
    list_import_look(kordond);
    if (kordond->locked.reason == REASON_DONE && kordond->guard.anchor_failure.reason != REASON_DONE)
        journal_thread_anchor(kordond->journal);
}

void guard_watch(struct kordond *kordond)
{
    uv_timer_start(&kordond->guard_timer, on_look, LOOK_PERIOD_MS, LOOK_PERIOD_MS);
}

enum reason guard_check(const struct kordond *kordond, struct failure *failure)
{
    const struct store_guard *guard = &kordond->guard;
    const struct failure *against = &kordond->locked;
    if (against->reason == REASON_DONE && guard->receipts_wait_for_anchor)
        against = &guard->anchor_failure;
    if (against->reason == REASON_DONE)
        return store_guard_check_clock(guard, store_now_ms(), failure);
    if (failure != NULL)
        *failure = *against;
    return against->reason;
}

#define VERIFIER_KEY_FILE_MAX 4096

/* "holds", "differs" or "missing". */
static const char *judge_copy(const char *path, const char *verifier_key)
{
    uint8_t *line;
    size_t size;
    if (file_read(path, VERIFIER_KEY_FILE_MAX, &line, &size, NULL) != REASON_DONE)
        return "missing";
    line[strcspn((char *)line, "\r\n")] = '\0';
    bool same = strcmp((char *)line, verifier_key) == 0;
    free(line);
    return same ? "holds" : "differs";
}

static const char *copy_words(const char *found)
{
    return strcmp(found, "differs") == 0 ? "is another key" : "can't be read";
}

/* The copy beside the state is kordond's own to mend. */
static void mend_copy_in_state(const struct kordond *kordond)
{
    char path[PATH_MAX], line[sizeof kordond->verifier_key + 1], said[700];
    struct failure failure = {0};
    snprintf(path, sizeof path, "%s/log.vkey", kordond->configuration->state.directory);
    const char *found = judge_copy(path, kordond->verifier_key);
    if (strcmp(found, "holds") == 0)
        return;
    int length = snprintf(line, sizeof line, "%s\n", kordond->verifier_key);
    if (file_write(path, line, (size_t)length, 0644, &failure) == REASON_DONE)
        fprintf(stderr,
            "kordond: %s: the copy of the verifier key %s: written anew; find out who changed it\n", path,
            copy_words(found));
    else
        fprintf(stderr, "kordond: %s\n", failure_line(&failure, said, sizeof said));
}

void guard_check_verifier_key(struct kordond *kordond)
{
    const char *path = kordond->configuration->log.verifier_key;
    mend_copy_in_state(kordond);
    if (path[0] == '\0') {
        kordond->verifier_key_file = "none";
        return;
    }
    kordond->verifier_key_file = judge_copy(path, kordond->verifier_key);
    if (strcmp(kordond->verifier_key_file, "holds") != 0)
        fprintf(stderr, "kordond: %s: the public copy of the verifier key %s: put log.vkey there again\n",
            path, copy_words(kordond->verifier_key_file));
}

static const char *anchor_word(const struct store_guard *guard)
{
    if (!guard->anchored)
        return "none: nothing shows that an older copy of the whole state was put back";
    if (guard->held.reason == REASON_ANCHOR_MISSING)
        return "missing";
    if (guard->held.reason == REASON_ANCHOR_BROKEN || guard->held.reason == REASON_ANCHOR_AHEAD ||
        guard->held.reason == REASON_ANCHOR_FORKED)
        return "disagrees";
    if (guard->anchor_failure.reason != REASON_DONE)
        return "not written";
    return guard->anchored_size < guard->size ? "behind" : "holds";
}

json_t *guard_json(const struct kordond *kordond)
{
    const struct store_guard *guard = &kordond->guard;
    json_t *json = json_pack("{s:s, s:b, s:I, s:I}", "anchor", anchor_word(guard), "anchored",
        (int)guard->anchored, "unproven_from", (json_int_t)guard->unproven_from, "unproven_before",
        (json_int_t)guard->unproven_before);
    if (kordond->verifier_key_file != NULL)
        json_object_set_new(json, "verifier_key_file", json_string(kordond->verifier_key_file));
    if (guard->anchored) {
        json_object_set_new(json, "path", json_string(kordond->configuration->log.anchor));
        json_object_set_new(json, "anchored_size", json_integer((json_int_t)guard->anchored_size));
        json_object_set_new(json, "results_wait", json_boolean(guard->receipts_wait_for_anchor));
        if (guard->anchor_failure.reason != REASON_DONE)
            json_object_set_new(json, "detail", json_string(guard->anchor_failure.detail));
    }
    return json;
}
