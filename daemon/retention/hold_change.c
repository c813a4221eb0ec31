#include "daemon/retention/hold_change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log/entry.h"
#include "retention/reading.h"
#include "store/document.h"

/* --- On the journal's thread, where nobody else changes them */

#define ENTRIES_A_STEP 64 /* some ms: so long an entry waits at most */

/* Whether the entry ends the look for something of the transaction that is there to be held. */
static bool take(struct hold_change *change, const json_t *entry)
{
    change->erased = change->erased || json_object_get(entry, "erased_by") != NULL;
    change->found = log_says(json_object_get(entry, "body"), "transaction", change->hold.transaction);
    return change->found || log_entry_is(entry, LOG_EVENT_START);
}

/* One that can't be read proves nothing; one that was erased and put back is gone. */
static enum reason look_at_next(struct hold_change *change, struct store *store, struct failure *failure)
{
    json_t *entry;
    enum reason reason = journal_read(store, change->next, &entry, failure);
    change->looks = reason != REASON_DONE || !take(change, entry);
    json_decref(entry);
    if (reason == REASON_DONE && change->found) {
        reason = retention_read_one(store, change->next, &entry, failure);
        json_decref(entry);
        change->found = reason == REASON_DONE;
        change->erased = change->erased || reason == REASON_ENTRY_BROKEN;
        change->looks = reason != REASON_DONE;
    }
    return reason == REASON_ENTRY_BROKEN ? REASON_DONE : reason;
}

/* Some entries more. */
static enum reason look(struct hold_change *change, struct store *store, struct failure *failure)
{
    for (size_t i = 0; i < ENTRIES_A_STEP && change->looks && change->next < journal_size(store); i++) {
        TRY(look_at_next(change, store, failure));
        change->next++;
    }
    change->looks = change->looks && change->next < journal_size(store);
    return REASON_DONE;
}

/* What is gone can't be held: nobody may believe that it is. */
static enum reason check_there(struct hold_change *change, struct store *store, struct failure *failure)
{
    json_t *entry;
    if (change->hold.transaction[0] != '\0')
        return change->erased && !change->found
                   ? failure_set(failure, REASON_TRANSACTION_ERASED, change->hold.transaction, NULL)
                   : REASON_DONE;
    TRY(retention_read_one(store, change->hold.from, &entry, failure));
    const json_t *by = json_object_get(entry, "erased_by");
    char name[LEGAL_HOLD_ID_SIZE];
    enum reason reason = by == NULL
                             ? REASON_DONE
                             : failure_set(failure, REASON_ENTRY_ERASED, legal_hold_name(&change->hold, name),
                                   "entry %lld says why", (long long)json_integer_value(by));
    json_decref(entry);
    return reason;
}

static enum reason change_holds(
    struct hold_change *change, struct store *store, struct legal_holds *holds, struct failure *failure)
{
    if (change->lifts)
        return legal_holds_lift(holds, &change->hold, failure);
    TRY(check_there(change, store, failure));
    return legal_holds_add(holds, &change->hold, failure);
}

static enum reason write_holds(
    struct hold_change *change, struct store *store, const struct legal_holds *holds, struct failure *failure)
{
    char *text = legal_holds_text(holds);
    if (text == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "holds", NULL);
    const struct document_change document = {
        .name = DOCUMENT_LEGAL_HOLDS, .bytes = text, .size = strlen(text)};
    const struct journal_change changes = {.documents = &document, .document_count = 1};
    const struct journal_change *of_entry = &changes;
    const struct log_draft draft = {LOG_EVENT_CONFIGURATION, change->body};
    enum reason reason = journal_append_changing(store, &draft, &of_entry, 1, &change->outcome, failure);
    free(text);
    return reason;
}

static enum reason commit(struct hold_change *change, struct store *store, struct failure *failure)
{
    uint8_t digest[DIGEST_BYTES];
    struct legal_holds *holds = malloc(sizeof *holds);
    if (change->body == NULL || holds == NULL) {
        free(holds);
        return failure_set(failure, REASON_NO_MEMORY, "holds", NULL);
    }
    enum reason reason = legal_holds_read(store, holds, digest, failure);
    if (reason == REASON_DONE)
        reason = change_holds(change, store, holds, failure);
    if (reason == REASON_DONE)
        reason = write_holds(change, store, holds, failure);
    free(holds);
    return reason;
}

/* The look and the commit behind its last step are one job: nothing is erased between them. */
static enum reason run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct hold_change *change = job->data;
    if (change->looks)
        TRY(look(change, store, failure));
    return change->looks ? REASON_DONE : commit(change, store, failure);
}

/* --- On the loop's */

static void on_changed(struct journal_job *job)
{
    struct hold_change *change = job->data;
    struct work *work = change->evidence->work;
    if (job->reason == REASON_DONE && change->looks) {
        journal_thread_run(change->evidence->workers->journal, job);
        return;
    }
    change->reason = job->reason;
    change->failure = job->failure;
    json_decref(change->body);
    if (job->reason == REASON_DONE)
        metric_add(change->evidence->metrics, METRIC_ENTRIES, 1);
    change->done(change);
    work_end(work);
}

void hold_change_start(struct hold_change *change, const struct principal *principal)
{
    struct json_writer body;
    change->hold.since_ms = store_now_ms();
    snprintf(change->hold.by, sizeof change->hold.by, "%s", principal->name);
    json_writer_over(&body, evidence_body_of(change->evidence, principal, NULL,
                                change->hold.auditor ? ROLE_AUDITOR : ROLE_SUPERVISOR));
    json_write_text(&body, "what", change->lifts ? "legal hold lifted" : "legal hold placed");
    legal_hold_write_name(&body, &change->hold);
    json_write_text(&body, "justification", change->hold.reason);
    change->body = json_writer_end(&body);
    change->looks = !change->lifts && change->hold.transaction[0] != '\0';
    change->next = change->hold.from;
    change->job = (struct journal_job){.run = run, .done = on_changed, .data = change};
    work_begin(change->evidence->work);
    journal_thread_run(change->evidence->workers->journal, &change->job);
}
