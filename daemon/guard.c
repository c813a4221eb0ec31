#include "daemon/guard.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/say.h"
#include "daemon/evidence.h"
#include "daemon/threads/journal_thread.h"

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

void guard_lock(struct guard *guard, const struct failure *failure)
{
    char line[700];
    if (guard->locked.reason == REASON_DONE) {
        guard->locked = *failure;
        say(SAY_ERROR, "locked: %s", failure_line(failure, line, sizeof line));
        guard->changed(guard->data);
    }
    if (failure->reason == REASON_STATE_LOST)
        guard->lost(guard->data);
}

bool guard_is_locked_by_anchor(const struct guard *guard)
{
    enum reason reason = guard->locked.reason;
    return reason == REASON_ANCHOR_MISSING || reason == REASON_ANCHOR_BROKEN ||
           reason == REASON_ANCHOR_AHEAD || reason == REASON_ANCHOR_FORKED;
}

void guard_judge(struct guard *guard, const struct failure *failure)
{
    switch (failure->reason) {
    case REASON_SEAL_BROKEN:
    case REASON_LIST_ROLLED_BACK:
    case REASON_ANCHOR_BROKEN:
    case REASON_ANCHOR_AHEAD:
    case REASON_ANCHOR_FORKED:
        return;
    default:
        if (evidence_is_broken(failure->reason))
            guard_lock(guard, failure);
    }
}

void guard_take(struct guard *guard, const struct store_guard *store)
{
    guard->store = *store;
    /* Held while it ran, kordond has all its parts; what was held at the start is resumed by lifecycle_resume(), beside which other work on
     * the state comes back. */
    if (store->held.reason != REASON_DONE)
        guard_lock(guard, &store->held);
    else if (guard_is_locked_by_anchor(guard) && guard->begun)
        guard->locked = (struct failure){0};
    guard->changed(guard->data);
}

/* Where no chance can be had it stays as it was judged. */
static void judge_places(struct guard *guard, uint64_t now_ms)
{
    const struct places before = guard->places;
    uint32_t more;
    if (guard->locked.reason != REASON_DONE || !places_are_due(&guard->places, now_ms) ||
        places_draw(&more, NULL) != REASON_DONE)
        return;
    places_judge(&guard->places, guard->store.probe_slots_free, more, now_ms);
    if (guard->places.closed != before.closed || guard->places.few != before.few)
        guard->changed(guard->data);
}

void guard_look(struct guard *guard, uint64_t now_ms)
{
    const struct store_guard *store = &guard->store;
    judge_places(guard, now_ms);
    if (guard->locked.reason == REASON_DONE &&
        (store->anchor_failure.reason != REASON_DONE || store->log_uncut))
        journal_thread_catch_up(guard->workers->journal);
}

enum reason guard_check(const struct guard *guard, int64_t now_ms, struct failure *failure)
{
    const struct store_guard *store = &guard->store;
    const struct failure *against = &guard->locked;
    if (against->reason == REASON_DONE && store->receipts_wait_for_anchor)
        against = &store->anchor_failure;
    if (against->reason == REASON_DONE)
        return store_guard_check_clock(store, now_ms, failure);
    if (failure != NULL)
        *failure = *against;
    return against->reason;
}

enum reason guard_check_slots(const struct guard *guard, struct failure *failure)
{
    return !guard->places.closed && guard->store.probe_slots_free >= PLACES_SPAN
               ? REASON_DONE
               : failure_set(failure, REASON_REFERRALS_FULL, NULL, NULL);
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
static void mend_copy_in_state(const struct guard *guard)
{
    char path[PATH_MAX], line[sizeof guard->verifier_key + 1], said[700];
    struct failure failure = {0};
    snprintf(path, sizeof path, "%s/log.vkey", guard->configuration->state.directory);
    const char *found = judge_copy(path, guard->verifier_key);
    if (strcmp(found, "holds") == 0)
        return;
    int length = snprintf(line, sizeof line, "%s\n", guard->verifier_key);
    if (file_write(path, line, (size_t)length, 0644, &failure) == REASON_DONE)
        say(SAY_WARNING, "%s: the copy of the verifier key %s: written anew; find out who changed it", path,
            copy_words(found));
    else
        say(SAY_ERROR, "%s", failure_line(&failure, said, sizeof said));
}

static void check_verifier_key(struct guard *guard)
{
    const char *path = guard->configuration->log.verifier_key;
    mend_copy_in_state(guard);
    if (path[0] == '\0') {
        guard->verifier_key_file = "none";
        return;
    }
    guard->verifier_key_file = judge_copy(path, guard->verifier_key);
    if (strcmp(guard->verifier_key_file, "holds") != 0)
        say(SAY_WARNING, "%s: the public copy of the verifier key %s: put log.vkey there again", path,
            copy_words(guard->verifier_key_file));
}

void guard_open(struct guard *guard, const struct store *store)
{
    store_guard(store, &guard->store);
    guard->locked = guard->store.held;
    snprintf(guard->origin, sizeof guard->origin, "%s", store_origin(store));
    snprintf(guard->verifier_key, sizeof guard->verifier_key, "%s", store_verifier_key(store));
    check_verifier_key(guard);
}

const char *guard_anchor_word(const struct guard *guard)
{
    const struct store_guard *store = &guard->store;
    if (!store->anchored)
        return CODE_("anchor", "none: nothing shows that an older copy of the whole state was put back");
    if (store->held.reason == REASON_ANCHOR_MISSING)
        return CODE_("anchor", "missing");
    if (store->held.reason == REASON_ANCHOR_BROKEN || store->held.reason == REASON_ANCHOR_AHEAD ||
        store->held.reason == REASON_ANCHOR_FORKED)
        return CODE_("anchor", "disagrees");
    if (store->anchor_failure.reason != REASON_DONE)
        return CODE_("anchor", "not written");
    return store->anchored_size < store->size ? CODE_("anchor", "behind") : CODE_("anchor", "holds");
}
