#include "daemon/retention/hold_change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/document.h"

/* --- On the journal's thread, where nobody else changes them */

static enum reason check_lifting(
    const struct hold_change *change, const struct legal_holds *holds, struct failure *failure)
{
    const struct legal_hold *found = legal_holds_find(holds, change->hold.transaction);
    if (found == NULL || !found->auditor || change->auditor)
        return REASON_DONE;
    return failure_set(failure, REASON_NOT_PERMITTED, change->hold.transaction, "an auditor holds it");
}

static enum reason change_holds(
    struct hold_change *change, struct legal_holds *holds, struct failure *failure)
{
    if (!change->lifts)
        return legal_holds_add(holds, &change->hold, failure);
    TRY(check_lifting(change, holds, failure));
    return legal_holds_lift(holds, change->hold.transaction, failure);
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

static enum reason run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct hold_change *change = job->data;
    uint8_t digest[DIGEST_BYTES];
    struct legal_holds *holds = malloc(sizeof *holds);
    if (change->body == NULL || holds == NULL) {
        free(holds);
        return failure_set(failure, REASON_NO_MEMORY, "holds", NULL);
    }
    enum reason reason = legal_holds_read(store, holds, digest, failure);
    if (reason == REASON_DONE)
        reason = change_holds(change, holds, failure);
    if (reason == REASON_DONE)
        reason = write_holds(change, store, holds, failure);
    free(holds);
    return reason;
}

/* --- On the loop's */

static void on_changed(struct journal_job *job)
{
    struct hold_change *change = job->data;
    struct work *work = change->evidence->work;
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
    change->hold.auditor = change->auditor;
    snprintf(change->hold.by, sizeof change->hold.by, "%s", principal->name);
    json_writer_over(&body, evidence_body_of(change->evidence, principal, NULL,
                                change->auditor ? ROLE_AUDITOR : ROLE_SUPERVISOR));
    json_write_text(&body, "what", change->lifts ? "legal hold lifted" : "legal hold placed");
    json_write_text(&body, "transaction", change->hold.transaction);
    json_write_text(&body, "justification", change->hold.reason);
    change->body = json_writer_end(&body);
    change->job = (struct journal_job){.run = run, .done = on_changed, .data = change};
    work_begin(change->evidence->work);
    journal_thread_run(change->evidence->workers->journal, &change->job);
}
