/* import_store.c: an import without kordond: the same steps as there, one after the other, under the state's lock. */
#include <stdlib.h>

#include "base/day.h"
#include "policy/policy.h"
#include "store/policy_change.h"
#include "tools/kordonctl/duplicates.h"
#include "tools/kordonctl/import.h"

#define BATCH 64 /* entries in one transaction */

/* Entries that were read and not staged yet. */
struct batch {
    struct list_entry *entries[BATCH];
    struct watchlist_entry sound[BATCH];
    size_t count, sound_count;
};

static void batch_clear(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        list_entry_destroy(batch->entries[i]);
    batch->count = batch->sound_count = 0;
}

static enum reason stage(
    struct import_run *run, struct watchlist_import *import, struct batch *batch, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    if (batch->sound_count > 0 && run->change.findings.fault_count == 0)
        reason = watchlist_import_add(import, batch->sound, batch->sound_count, failure);
    batch_clear(batch);
    progress_show(&run->progress, &run->change);
    return reason;
}

static enum reason read_entry(
    struct import_run *run, size_t index, struct batch *batch, struct failure *failure)
{
    const struct list_source source = import_source(run, index);
    struct list_entry *entry;
    bool sound = false;
    TRY(import_check_going(failure));
    TRY(list_entry_read(&source, &run->rules, &entry, failure));
    batch->entries[batch->count++] = entry;
    enum reason reason = list_change_take(&run->change, entry, true, &sound, failure);
    if (reason == REASON_DONE && sound)
        batch->sound[batch->sound_count++] = entry->read.entry;
    return reason;
}

static enum reason stage_all(struct import_run *run, struct watchlist_import *import, struct failure *failure)
{
    struct batch *batch = calloc(1, sizeof *batch);
    if (batch == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "import", NULL);
    enum reason reason = REASON_DONE;
    for (size_t i = 0; i < run->manifest.count && reason == REASON_DONE; i++) {
        reason = read_entry(run, i, batch, failure);
        if (reason == REASON_DONE && batch->count == BATCH)
            reason = stage(run, import, batch, failure);
    }
    if (reason == REASON_DONE)
        reason = stage(run, import, batch, failure);
    batch_clear(batch);
    free(batch);
    return reason;
}

/* Built and proven whole, before the list in force goes. What kordond's unit may lock is not known here. */
static enum reason build(struct import_run *run, const struct watchlist_staged *staged,
    struct opened_list **set, struct failure *failure)
{
    const struct reference_options options = {
        .purposes = run->rules.purposes, .day = day_of_ms(store_now_ms()), .threads = 1};
    struct reference_source source;
    list_change_source(&run->change, run->session->store, staged, &source);
    return opened_list_build(&source, &options, set, failure);
}

static enum reason commit(struct import_run *run, struct watchlist_import *import, struct failure *failure)
{
    struct session *session = run->session;
    struct journal_outcome outcome = {0};
    struct json_writer writer;
    session_begin_body(session, &writer);
    json_write_text(
        &writer, "justification", session_option(session, OPTION_JUSTIFICATION, IMPORT_JUSTIFICATION));
    const struct log_draft draft = {.event = LOG_EVENT_ALTERATION, .body = json_writer_end(&writer)};
    enum reason reason = watchlist_import_commit(import, &draft, &outcome, failure);
    json_decref(draft.body);
    if (reason == REASON_DONE)
        reason = session_add_outcome(&run->answer, &outcome, failure);
    journal_outcome_finish(&outcome);
    return reason;
}

/* Of a list that is in force now, whatever comes of this. */
static void find_duplicates(struct import_run *run, const struct opened_list *set)
{
    if (run->session->arguments.json)
        return;
    progress_say(&run->progress, "looking for people who are on it twice ...");
    (void)duplicates_search(run->session, set, &run->duplicates, &run->duplicates_failure);
}

/* The import is over in any case. */
static enum reason install(struct import_run *run, struct watchlist_import *import, struct failure *failure)
{
    struct watchlist_staged staged;
    struct opened_list *set = NULL;
    enum reason reason = list_change_check(&run->change, failure);
    progress_say(&run->progress, "checking the whole list ...");
    if (reason == REASON_DONE)
        reason = watchlist_import_seal(import, &staged, failure);
    if (reason == REASON_DONE)
        reason = build(run, &staged, &set, failure);
    if (reason == REASON_DONE)
        run->answer = list_change_answer(&run->change, set);
    if (reason == REASON_DONE && run->answer == NULL)
        reason = failure_set(failure, REASON_NO_MEMORY, "import", NULL);
    if (reason == REASON_DONE && !run->change.request.dry_run) {
        reason = commit(run, import, failure);
        if (reason == REASON_DONE)
            find_duplicates(run, set);
    } else {
        watchlist_import_cancel(import);
    }
    opened_list_destroy(set);
    return reason;
}

/* What the policy in the state shows of a list to each purpose. */
static enum reason read_purposes(struct store *store, struct list_purposes *purposes, struct failure *failure)
{
    struct policy_text text;
    struct policy *policy = NULL;
    TRY(policy_text_read(store, &text, failure));
    enum reason reason = policy_parse("policy", text.text, text.size, &policy, failure);
    if (reason == REASON_DONE)
        list_purposes_of(policy, purposes);
    policy_destroy(policy);
    policy_text_finish(&text);
    return reason;
}

enum reason import_into_store(struct import_run *run, struct failure *failure)
{
    struct store *store = run->session->store;
    struct list_purposes purposes;
    const struct watchlist_import_options options = list_change_options(&run->change);
    struct watchlist_import *import;
    struct failure ignored; /* what is left is swept by the next one who opens the state for writing */
    TRY(read_purposes(store, &purposes, failure));
    run->rules.purposes = &purposes;
    TRY(watchlist_import_begin(store, &options, &import, failure));
    enum reason reason =
        watchlist_import_room(store, run->change.request.entries, run->change.request.bytes, failure);
    if (reason == REASON_DONE)
        reason = stage_all(run, import, failure);
    if (reason == REASON_DONE)
        reason = install(run, import, failure);
    else
        watchlist_import_cancel(import);
    (void)watchlist_sweep_all(store, &ignored);
    run->rules.purposes = NULL;
    return reason;
}
