/* adversary_oracle_list.c: what is said of the list, against the true one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/adversary_trial.h"

#define ALL_PARTS                                                                                            \
    (WATCHLIST_PART_ALERT | WATCHLIST_PART_IDENTITY | WATCHLIST_PART_TEMPLATES | WATCHLIST_PART_ORIGINALS)

struct listening {
    struct trial *trial;
    size_t count;
    bool other;
};

static enum reason listen(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct listening *listening = context;
    const struct adversary_list *list = listening->trial->list;
    size_t index = listening->count++ + (listening->trial->erased ? 1 : 0);
    char *text = adversary_describe(entry);
    (void)failure;
    if (index >= list->count || text == NULL || strcmp(text, list->records[index].text) != 0)
        listening->other = true;
    free(text);
    return REASON_DONE;
}

static size_t list_count(const struct trial *trial)
{
    return trial->list->count - (trial->erased ? 1 : 0);
}

static void check_summary(struct trial *trial)
{
    struct watchlist_summary summary;
    const struct watchlist_summary *true_one = &trial->list->summary;
    if (watchlist_summarize(trial->store, &summary, &trial->failure) != REASON_DONE) {
        trial_refused(trial, "summarize");
        return;
    }
    bool same = strcmp(summary.list_name, true_one->list_name) == 0 &&
                summary.list_version == true_one->list_version && summary.entry_count == list_count(trial);
    if (!trial->erased)
        same = same && summary.generation == true_one->generation &&
               summary.finger_count == true_one->finger_count &&
               summary.installed_ms == true_one->installed_ms;
    if (!same)
        trial_say(trial, OUTCOME_OTHER_LIST, "summarize", summary.list_name);
}

void trial_check_list(struct trial *trial)
{
    struct listening all = {.trial = trial};
    uint64_t problems = 0;
    check_summary(trial);
    enum reason loaded = watchlist_load(trial->store, ALL_PARTS, listen, &all, &trial->failure);
    if (loaded != REASON_DONE)
        trial_refused(trial, "load");
    else if (all.other || all.count != list_count(trial))
        trial_say(trial,
            trial->erased && all.count > list_count(trial) ? OUTCOME_ERASED_STAYS : OUTCOME_OTHER_LIST,
            "load", all.count != list_count(trial) ? "another number of records" : "other records");
    enum reason checked = watchlist_check(trial->store, NULL, NULL, &problems, &trial->failure);
    if (checked != REASON_DONE)
        trial_refused(trial, "check");
    if (checked == REASON_DONE && (problems > 0 || reason_class(loaded) == REASON_CLASS_EVIDENCE_BROKEN))
        trial_say(trial, OUTCOME_OTHER_LIST, "check", "finds nothing where loading does");
}

void trial_check_one_record(struct trial *trial)
{
    const struct adversary_list *list = trial->list;
    if (list_count(trial) == 0)
        return;
    size_t index = (trial->erased ? 1 : 0) + trial_pick(trial, list_count(trial));
    /* listen() compares by position: let it start at the one asked for. */
    struct listening one = {.trial = trial, .count = index - (trial->erased ? 1 : 0)};
    enum reason reason =
        watchlist_read(trial->store, &list->records[index].id, ALL_PARTS, listen, &one, &trial->failure);
    if (reason == REASON_ENTRY_NOT_FOUND)
        trial_say(trial, OUTCOME_DENIED, "read", "a record of the list is not found");
    else if (reason != REASON_DONE)
        trial_refused(trial, "read");
    else if (one.other)
        trial_say(trial, OUTCOME_OTHER_LIST, "read", "another record");
}

static bool in_list(const struct trial *trial, const struct watchlist_id *id)
{
    for (size_t i = trial->erased ? 1 : 0; i < trial->list->count; i++)
        if (memcmp(id, &trial->list->records[i].id, sizeof *id) == 0)
            return true;
    return false;
}

static enum reason ignore(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    (void)context, (void)entry, (void)failure;
    return REASON_DONE;
}

void trial_check_the_gone(struct trial *trial)
{
    const struct adversary_world *world = trial->world;
    const struct adversary_history *history = trial_pick(trial, 2) == 0 ? &world->truth : &world->fork;
    const struct adversary_list *list = &history->lists[1 + trial_pick(trial, history->list_count - 1)];
    for (size_t i = 0; i < list->count; i++)
        if (!in_list(trial, &list->records[i].id) &&
            watchlist_read(trial->store, &list->records[i].id, ALL_PARTS, ignore, NULL, &trial->failure) ==
                REASON_DONE)
            trial_say(trial, OUTCOME_ERASED_STAYS, "read", "a record that is not of the list is read");
}
