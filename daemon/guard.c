#include "daemon/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "daemon/journal_thread.h"
#include "daemon/list_in_force.h"
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

void guard_take(struct kordond *kordond, const struct store_guard *guard)
{
    /* Held while it ran, kordond has all its parts; what was held at the start is resumed by service_resume(). */
    if (is_of_anchor(guard->held.reason))
        guard_lock(kordond, &guard->held);
    else if (is_of_anchor(kordond->locked.reason) && kordond->search != NULL)
        kordond->locked = (struct failure){0};
    kordond->guard = *guard;
    kordond->log_size = guard->size;
    list_derive_mode(kordond);
}

static void on_look(uv_timer_t *timer)
{
    struct kordond *kordond = timer->data;
    if (kordond->phase != KORDOND_RUNNING)
        return;
    list_derive_mode(kordond);
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

void guard_check_verifier_key(struct kordond *kordond)
{
    const char *path = kordond->configuration->log.verifier_key;
    uint8_t *line;
    size_t size;
    struct failure failure = {0};
    if (path[0] == '\0') {
        kordond->verifier_key_file = "none";
        return;
    }
    enum reason reason = file_read(path, VERIFIER_KEY_FILE_MAX, &line, &size, &failure);
    kordond->verifier_key_file = "missing";
    if (reason == REASON_DONE) {
        line[strcspn((char *)line, "\r\n")] = '\0';
        kordond->verifier_key_file = strcmp((char *)line, kordond->verifier_key) == 0 ? "holds" : "differs";
        free(line);
    }
    if (kordond->verifier_key_file[0] != 'h')
        fprintf(stderr, "kordond: %s: the public copy of the verifier key %s: put log.vkey there again\n",
            path, reason == REASON_DONE ? "is another key" : "can't be read");
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
