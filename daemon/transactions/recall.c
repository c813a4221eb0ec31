#include "daemon/transactions/recall.h"

#include <stdlib.h>
#include <string.h>

#include "base/identity.h"
#include "json/parse.h"
#include "json/writer.h"
#include "log/entry.h"
#include "retention/reading.h"

#define ENTRIES_A_STEP 64 /* so that others who read the state wait for some ms at most */

/* --- On the reading thread */

static const char *member(const json_t *entry, const char *key)
{
    return json_string_value(json_object_get(json_object_get(entry, "body"), key));
}

static bool is_its_end(const json_t *entry, const char *id)
{
    return log_entry_is(entry, LOG_EVENT_CONSULTATION) &&
           log_says(json_object_get(entry, "body"), "transaction", id);
}

/* The log was taken for whole though its anchor knew another, or was not there to say so. */
static bool is_acceptance(const json_t *entry)
{
    return log_entry_is(entry, LOG_EVENT_CONFIGURATION) &&
           log_says(json_object_get(entry, "body"), "what", JOURNAL_ANCHOR_ACCEPTED);
}

/* L5: its owner is told no longer what is kept for a proceeding alone, nor that it is (P6): to him it is gone with all of its time. */
static bool is_gone_to_him(
    const struct transaction_recall *recall, const struct retention_basis *basis, const json_t *entry)
{
    const struct retention_entry asked = retention_entry_of(entry);
    return json_object_get(entry, "erased_by") != NULL ||
           (recall->role == ROLE_TERMINAL && retention_is_over(basis, &asked));
}

/* True where nothing behind this entry needs to be read. */
static bool take_entry(struct transaction_recall *recall, const struct retention_basis *basis, json_t *entry)
{
    const bool gone = log_entry_is(entry, LOG_EVENT_CONSULTATION) && is_gone_to_him(recall, basis, entry);
    recall->seq = recall->from++;
    if (!gone && is_its_end(entry, recall->id)) {
        recall->found = entry;
        return true;
    }
    recall->started = log_entry_is(entry, LOG_EVENT_START);
    recall->erased = recall->erased || gone;
    recall->put_back = recall->put_back || is_acceptance(entry);
    json_decref(entry);
    return recall->started;
}

static enum reason read_some(struct transaction_recall *recall, struct store *store,
    const struct retention_basis *basis, uint64_t size, struct failure *failure)
{
    for (size_t i = 0; i < ENTRIES_A_STEP && recall->from < size; i++) {
        json_t *entry;
        enum reason reason = retention_read(store, basis, recall->from, &entry, failure);
        if (reason != REASON_DONE || take_entry(recall, basis, entry))
            return reason;
    }
    recall->exhausted = recall->from >= size;
    return REASON_DONE;
}

/* Before the first entry is read: are those before it the ones that were there when the id was made? */
static enum reason check_past(struct transaction_recall *recall, struct store *store, struct failure *failure)
{
    uint8_t root[DIGEST_BYTES];
    if (recall->from > recall->origin.log_size || recall->from == 0)
        return REASON_DONE;
    TRY(journal_root(store, recall->from, root, failure));
    recall->put_back = transaction_log_mark(root) != recall->origin.log_mark;
    return REASON_DONE;
}

static enum reason make_receipt(
    struct transaction_recall *recall, struct store *store, struct failure *failure)
{
    const json_t *time = json_object_get(json_object_get(recall->found, "head"), "t");
    switch (recall->wanted) {
    case RECALL_LOG_RECEIPT:
        return retention_receipt(store, recall->seq, &recall->receipt, failure);
    case RECALL_PLAIN_RECEIPT:
        TRY(journal_plain_receipt(store, json_object_get(recall->found, "body"), json_integer_value(time),
            &recall->receipt, failure));
        return recall->receipt != NULL ? REASON_DONE
                                       : failure_set(failure, REASON_TRANSACTION_STATE, "receipt",
                                             N_("it was recorded by an older kordond: who may read the log "
                                                "has the log's receipt"));
    case RECALL_NO_RECEIPT:
        break;
    }
    return REASON_DONE;
}

static enum reason run_step(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct transaction_recall *recall = job->data;
    struct retention_basis *basis;
    uint64_t size;
    TRY(journal_newest_size(store, &size, failure));
    if (recall->end > 0 && size > recall->end)
        size =
            recall
                ->end; /* H5: what is behind the entry about the question nobody would know him to have read */
    TRY(check_past(recall, store, failure));
    TRY(retention_basis_read(store, &basis, failure));
    enum reason reason = read_some(recall, store, basis, size, failure);
    free(basis);
    if (reason != REASON_DONE)
        return reason;
    return recall->found != NULL ? make_receipt(recall, store, failure) : REASON_DONE;
}

/* --- What was found */

/* What was not known yet when the answer was kept: since when it stands in the log. */
static enum reason complete(struct transaction_recall *recall, struct failure *failure)
{
    json_t *end = json_object_get(recall->answer, "result");
    json_t *time = json_object_get(json_object_get(recall->found, "head"), "t");
    if (end == NULL)
        end = json_object_get(recall->answer, "exception");
    if (end == NULL)
        return REASON_DONE; /* it was given up */
    struct json_writer writer;
    json_writer_over(&writer, json_incref(end));
    json_write_value(&writer, "time_ms", json_incref(time));
    return json_writer_close(&writer, "transaction", failure);
}

static void take_mark(
    const struct transaction_recall *recall, const char *key, char mark[static DIGEST_HEX_SIZE])
{
    const char *text = member(recall->found, key);
    if (text != NULL && strlen(text) < DIGEST_HEX_SIZE)
        memcpy(mark, text, strlen(text) + 1);
}

/* Where results wait for the anchor they do so here as well. */
static enum reason check_anchored(const struct transaction_recall *recall, struct failure *failure)
{
    const struct store_guard *store = &recall->transactions->guard->store;
    if (!store->anchored || !store->receipts_wait_for_anchor || recall->seq < store->anchored_size)
        return REASON_DONE;
    return failure_set(
        failure, REASON_ANCHOR_UNREACHABLE, "transaction", N_("it is recorded, but not anchored yet"));
}

/* The id has an owner's mark, the entry says who it was. A number may have been given to another user since: then the entry has another
 * name. One that was not known then, or is not now ("uid:N"), says nothing. */
static bool is_anothers(const struct transaction_recall *recall)
{
    char its[PRINCIPAL_IDENTITY_SIZE], own[PRINCIPAL_IDENTITY_SIZE];
    const char *actor = member(recall->found, "actor"), *name = recall->principal.name;
    if (recall->role != ROLE_TERMINAL)
        return false;
    evidence_identity_of(json_object_get(recall->found, "body"), its);
    if (strcmp(its, principal_identity(&recall->principal, own)) != 0)
        return true;
    bool both_named = actor != NULL && identity_is(actor, IDENTITY_USER) && identity_is(name, IDENTITY_USER);
    return both_named && strcmp(actor, name) != 0;
}

static enum reason take_answer(struct transaction_recall *recall, struct failure *failure)
{
    const char *sealed = member(recall->found, "answer");
    char *text = NULL;
    size_t size = 0;
    if (is_anothers(recall))
        return failure_set(failure, REASON_TRANSACTION_NOT_FOUND, NULL, NULL);
    if (sealed == NULL)
        return failure_set(failure, REASON_SEAL_BROKEN, "transaction", N_("its entry keeps no answer"));
    TRY(check_anchored(recall, failure));
    TRY(transaction_answer_open(&recall->transactions->secrets, recall->id, sealed, &text, &size, failure));
    enum reason reason = json_parse(text, size, &recall->answer, NULL);
    memory_wipe(text, size);
    free(text);
    if (reason != REASON_DONE)
        return failure_set(failure, reason, "transaction", N_("its kept answer can't be read"));
    take_mark(recall, "request_key", recall->mark.key);
    take_mark(recall, "request", recall->mark.request);
    return complete(recall, failure);
}

/* --- On the loop */

static void end(struct transaction_recall *recall, enum reason reason)
{
    struct transactions *transactions = recall->transactions;
    struct transaction_recall **place = &transactions->recalls;
    while (*place != recall)
        place = &(*place)->next;
    *place = recall->next;
    recall->body = json_incref(json_object_get(recall->found, "body"));
    json_decref(recall->found);
    recall->found = NULL;
    recall->reason = reason;
    recall->done(recall); /* its memory may be gone */
    work_end(transactions->work);
}

static void fail(struct transaction_recall *recall, enum reason reason)
{
    end(recall, failure_set(&recall->failure, reason, NULL, NULL));
}

static void read_on(struct transaction_recall *recall);

static bool may_go_on(const struct transactions *transactions)
{
    return !transactions->stopping && transactions->workers->reader != NULL;
}

static void on_recorded(struct journal_entry *entry)
{
    struct transaction_recall *recall = entry->data;
    enum reason reason = entry->reason;
    recall->failure = entry->failure;
    recall->end = entry->outcome.seq;
    evidence_written(recall->transactions->evidence, entry);
    journal_entry_finish(entry);
    if (reason != REASON_DONE)
        end(recall, reason); /* nothing is known, and nothing is shown */
    else if (!may_go_on(recall->transactions))
        fail(recall, REASON_STOPPING);
    else
        read_on(recall);
}

json_t *transaction_look_body(const struct evidence *evidence, const struct principal *principal,
    enum role role, const char *id, const char *justification, bool in_part)
{
    struct json_writer body;
    json_writer_over(&body, evidence_body_of(evidence, principal, NULL, role));
    json_write_text(&body, "read", "transaction");
    json_write_text(&body, "asked_for", id);
    json_write_text_if(&body, "justification", justification);
    if (in_part)
        json_write_text(&body, LOG_WITHHELD, LOG_WITHHELD_REFERRALS);
    return json_writer_end(&body);
}

static void record(struct transaction_recall *recall, const char *justification)
{
    struct transactions *transactions = recall->transactions;
    recall->entry = (struct journal_entry){.event = LOG_EVENT_ACCESS,
        .body = transaction_look_body(transactions->evidence, &recall->principal, recall->role, recall->id,
            justification, recall->in_part),
        .written = on_recorded,
        .data = recall};
    evidence_append(transactions->evidence, &recall->entry);
}

/* A9: entries are not caused without end by asking. */
static enum reason spend_entry(struct transaction_recall *recall, struct failure *failure)
{
    const struct transactions *transactions = recall->transactions;
    return quota_spend_entry(transactions->quota, &recall->principal, uv_now(transactions->loop), failure);
}

static bool is_read_up(const struct transaction_recall *recall)
{
    return recall->started || (recall->end > 0 && recall->from >= recall->end);
}

static enum reason unknown(struct failure *failure)
{
    return failure_set(failure, REASON_OUTCOME_UNKNOWN, "transaction",
        N_("since it was opened the log was put back to an older copy, or may have been"));
}

/* Where entries are gone, that there is none proves nothing. */
static void end_without(struct transaction_recall *recall)
{
    if (recall->put_back)
        end(recall, unknown(&recall->failure));
    else if (recall->erased)
        fail(recall, REASON_TRANSACTION_ERASED);
    else
        fail(recall, REASON_TRANSACTION_UNDECIDED);
}

static void on_step(struct reader_job *job)
{
    struct transaction_recall *recall = job->data;
    if (job->reason != REASON_DONE) {
        recall->failure = job->failure;
        end(recall, job->reason);
    } else if (recall->found != NULL) {
        end(recall, take_answer(recall, &recall->failure));
    } else if (!may_go_on(recall->transactions)) {
        fail(recall, REASON_STOPPING);
    } else if (is_read_up(recall)) {
        end_without(recall);
    } else if (recall->exhausted && spend_entry(recall, &recall->failure) != REASON_DONE) {
        end(recall, recall->failure.reason);
    } else if (recall->exhausted) {
        record(recall, NULL);
    } else {
        read_on(recall);
    }
}

static void read_on(struct transaction_recall *recall)
{
    recall->job = (struct reader_job){.run = run_step, .done = on_step, .data = recall, .awaited = true};
    store_reader_run(recall->transactions->workers->reader, &recall->job);
}

static enum reason check_room(
    const struct transactions *transactions, const struct principal *principal, struct failure *failure)
{
    uint32_t running = 0;
    for (const struct transaction_recall *each = transactions->recalls; each != NULL; each = each->next)
        if (principal_is(&each->principal, principal))
            running++;
    if (!may_go_on(transactions))
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    return running < RECALLS_EACH
               ? REASON_DONE
               : failure_set(failure, REASON_BUSY, "log", "%u transactions are being looked for", running);
}

static bool has_mark_of(
    const struct transactions *transactions, const struct principal *principal, uint32_t owner_mark)
{
    char identity[PRINCIPAL_IDENTITY_SIZE];
    uint32_t mark;
    return principal->proof != PRINCIPAL_UNPROVEN &&
           transaction_owner_mark(
               &transactions->secrets, principal_identity(principal, identity), &mark, NULL) == REASON_DONE &&
           mark == owner_mark;
}

enum reason transaction_recall_start(struct transactions *transactions, struct transaction_recall *recall,
    const struct transaction_question *question, struct failure *failure)
{
    struct transaction_origin origin = {0};
    bool known = transaction_id_read(&transactions->secrets, question->id, question->id_size, &origin);
    bool owner = known && has_mark_of(transactions, question->principal, origin.owner_mark);
    bool longer = origin.log_size > transactions->guard->store.size;
    /* What is no id of ours says, in all likelihood, another owner and a longer log than this one. */
    if (!known || !(owner || (question->any_owner && !longer)))
        return failure_set(failure, REASON_TRANSACTION_NOT_FOUND, NULL, NULL);
    if (longer)
        return unknown(failure);
    TRY(check_room(transactions, question->principal, failure));
    recall->transactions = transactions;
    recall->principal = *question->principal;
    if (!owner)
        TRY(spend_entry(recall, failure));
    recall->role = owner ? ROLE_TERMINAL : question->role;
    recall->in_part = question->in_part;
    recall->wanted = question->receipt;
    recall->origin = origin;
    recall->from = origin.log_size;
    memcpy(recall->id, question->id, question->id_size);
    recall->id[question->id_size] = '\0';
    recall->next = transactions->recalls;
    transactions->recalls = recall;
    work_begin(transactions->work);
    if (owner)
        read_on(recall);
    else
        record(recall, question->justification);
    return REASON_DONE;
}

void transaction_recall_finish(struct transaction_recall *recall)
{
    json_decref(recall->answer);
    json_decref(recall->body);
    free(recall->receipt);
}
