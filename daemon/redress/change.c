#include "daemon/redress/change.h"

#include <stdlib.h>
#include <string.h>

#include "base/locked_memory.h"
#include "daemon/redress/account.h"

#define SUBJECT "redress"

static const char *const act_names[REDRESS_ACT_COUNT] = {
    [REDRESS_RECORD] = "redress recorded",
    [REDRESS_ADD_FINGER] = "redress finger kept",
    [REDRESS_REFUSE_FINGER] = "redress finger refused",
    [REDRESS_REMOVE] = "redress removed",
    [REDRESS_EXPIRE] = "redress expired",
};

enum reason redress_check_entries(
    struct store *store, const struct redress_entry *entries, size_t count, struct failure *failure)
{
    uint8_t now[DIGEST_BYTES];
    for (size_t i = 0; i < count; i++) {
        const struct cleared_entry *entry = &entries[i].entry;
        struct failure ignored;
        enum reason reason = cleared_entry_digest(store, &entry->id, now, &ignored);
        if (reason == REASON_DONE && memcmp(now, entry->digest, sizeof now) == 0)
            continue;
        if (reason != REASON_DONE && reason != REASON_ENTRY_NOT_FOUND) {
            *failure = ignored;
            return reason;
        }
        return failure_set(failure, REASON_REDRESS_STATE, SUBJECT,
            N_("an entry of the list was changed since people compared with it, or is there no more"));
    }
    return REASON_DONE;
}

json_t *redress_marks_json(const struct redress_marks *marks)
{
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; i < marks->count; i++)
        json_append_text(&list, marks->marks[i]);
    return json_writer_end(&list);
}

/* --- On the thread that writes the store ----------------------------------------------------------------------- */

static bool gives_finger(const struct redress_change *change)
{
    return change->act == REDRESS_ADD_FINGER || change->act == REDRESS_REFUSE_FINGER;
}

static bool puts_case(const struct redress_change *change)
{
    return change->act == REDRESS_RECORD || gives_finger(change);
}

static enum reason check_day(const struct redress_case *of, int32_t today, struct failure *failure)
{
    return redress_is_over(of, today)
               ? failure_set(failure, REASON_REDRESS_STATE, SUBJECT, N_("its last day is over"))
               : REASON_DONE;
}

enum reason redress_check_finger(const struct redress_case *of, int32_t today, struct failure *failure)
{
    if (!of->consent)
        return failure_set(
            failure, REASON_REDRESS_STATE, SUBJECT, N_("the person did not consent to have fingers kept"));
    if (of->refused >= REDRESS_REFUSALS_MAX)
        return failure_set(failure, REASON_REDRESS_STATE, SUBJECT,
            N_("%d fingers given for cases of this referral were refused, so none takes any more: where the "
               "person is taken for it again, a case of that match can"),
            REDRESS_REFUSALS_MAX);
    return check_day(of, today, failure);
}

/* Two fingers at once would be kept beside what they were not compared with. What agrees too well with an entry does so whatever else is kept. */
static enum reason check_basis(
    const struct redress_change *change, struct store *store, struct failure *failure)
{
    uint8_t now[DIGEST_BYTES];
    if (change->act != REDRESS_ADD_FINGER)
        return REASON_DONE;
    TRY(redress_pair_basis(store, change->of.document, now, failure));
    return memcmp(now, change->basis, sizeof now) == 0
               ? REASON_DONE
               : failure_set(failure, REASON_BUSY, SUBJECT, N_("what is kept was changed meanwhile"));
}

static enum reason add_finger(struct redress_case *of, enum finger_position position, struct failure *failure)
{
    if (redress_case_has_finger(of, position))
        return REASON_DONE;
    if (of->finger_count == CLEARED_FINGERS_MAX)
        return failure_set(
            failure, REASON_TOO_LARGE, SUBJECT, N_("%d fingers are kept at most"), CLEARED_FINGERS_MAX);
    of->fingers[of->finger_count++] = position;
    return REASON_DONE;
}

/* Whoever makes another case of the referral gets no more fingers to try by that. */
static enum reason count_refused(struct redress_change *change, struct store *store, struct failure *failure)
{
    struct redress_refusals refusals;
    TRY(redress_refusals_find(store, change->of.referral, &refusals, failure));
    change->of.refused = refusals.count;
    return REASON_DONE;
}

/* What the case is from now on; the entry that says so is the log's next one. */
static enum reason change_case(struct redress_change *change, struct store *store, struct failure *failure)
{
    struct redress_case *of = &change->of;
    if (!puts_case(change))
        return REASON_DONE;
    TRY(gives_finger(change) ? redress_check_finger(of, change->today, failure)
                             : check_day(of, change->today, failure));
    TRY(check_basis(change, store, failure));
    TRY(redress_check_entries(store, of->entries, of->entry_count, failure));
    if (change->act == REDRESS_RECORD)
        TRY(count_refused(change, store, failure));
    else if (change->act == REDRESS_ADD_FINGER)
        TRY(add_finger(of, change->finger.position, failure));
    else
        of->refused++;
    if (of->log_count < REDRESS_ENTRIES_MAX)
        of->log[of->log_count++] = journal_size(store);
    return REASON_DONE;
}

static json_t *say(const struct redress_change *change)
{
    struct json_writer body;
    char mark[REDRESS_MARK_SIZE];
    json_writer_over(&body, json_incref(change->body));
    /* P6: bodies of erasures are withheld from nobody, and a referral may be silent. */
    if (change->act == REDRESS_EXPIRE)
        json_write_text(&body, "case", redress_mark(change->of.key, mark));
    else
        redress_account_case(&body, &change->of);
    if (change->registered_as != NULL)
        json_write_value(&body, "registered_as", json_incref(change->registered_as));
    if (gives_finger(change))
        json_write_text(&body, "finger", finger_position_name(change->finger.position));
    if (change->replaced.count > 0)
        json_write_value(&body, "replaced", redress_marks_json(&change->replaced));
    json_write_text_if(&body, "serving", change->serving[0] != '\0' ? change->serving : NULL);
    return json_writer_end(&body);
}

/* records: the pair's, the case's, and those that go with it. */
static enum reason append(struct redress_change *change, struct store *store,
    const struct case_record_change *records, size_t count, struct failure *failure)
{
    const struct journal_change changes = {.records = records, .record_count = count};
    const struct journal_change *of_entry = &changes;
    const struct log_draft draft = {
        change->act == REDRESS_EXPIRE ? LOG_EVENT_ERASURE : LOG_EVENT_DECISION, say(change)};
    enum reason reason = draft.body != NULL
                             ? journal_append_changing(store, &draft, &of_entry, 1, &change->outcome, failure)
                             : failure_set(failure, REASON_NO_MEMORY, SUBJECT, NULL);
    json_decref(draft.body);
    return reason;
}

static size_t add_going(const struct redress_pair_change *pair, struct case_record_change *records)
{
    for (size_t i = 0; i < pair->going_count; i++) {
        records[i] = (struct case_record_change){.kind = CASE_RECORD_REDRESS};
        memcpy(records[i].key, pair->going[i], CASE_RECORD_KEY_BYTES);
    }
    return pair->going_count;
}

/* What was given with it, a letter and maybe fingers, is lost: nobody loses that unasked. */
static enum reason check_replacing(
    const struct redress_change *change, const struct redress_case *before, struct failure *failure)
{
    char mark[REDRESS_MARK_SIZE];
    if (change->replaces || redress_is_over(before, change->today))
        return REASON_DONE;
    return failure_set(failure, REASON_REDRESS_STATE, SUBJECT,
        N_("the referral has a case, %s: fingers can be given for it; with \"replace\" (--replace) a new one "
           "takes its place, and its letter and its fingers count no more: where the new one is to have "
           "fingers, when the first is kept"),
        redress_mark(before->key, mark));
}

static enum reason take_place_of(struct redress_change *change, struct store *store,
    const uint8_t key[static CASE_RECORD_KEY_BYTES], struct failure *failure)
{
    struct redress_case before;
    TRY(redress_case_find(store, key, &before, failure));
    enum reason reason =
        change->act == REDRESS_RECORD ? check_replacing(change, &before, failure) : REASON_DONE;
    memory_wipe(&before, sizeof before);
    if (reason == REASON_DONE)
        redress_mark(key, change->replaced.marks[change->replaced.count++]);
    return reason;
}

static enum reason take_places(struct redress_change *change, struct store *store,
    const struct redress_pair_change *pair, struct failure *failure)
{
    for (size_t i = 0; i < pair->going_count; i++)
        TRY(take_place_of(change, store, pair->going[i], failure));
    /* With its first finger nothing is spared any more: it replaces nothing then. */
    change->of.replaces = pair->has_spared;
    if (pair->has_spared)
        redress_mark(pair->spared, change->serving);
    return REASON_DONE;
}

/* One finger more was refused; or the last case ends of a referral that is no more. The record comes to stand behind count of them. */
static enum reason add_refusals(const struct redress_change *change, struct store *store,
    uint8_t bytes[static REDRESS_REFUSALS_BYTES], struct case_record_change *records, size_t *count,
    struct failure *failure)
{
    const struct redress_case *of = &change->of;
    const bool refuses = change->act == REDRESS_REFUSE_FINGER;
    struct redress_refusals refusals;
    bool others = false;
    TRY(redress_refusals_find(store, of->referral, &refusals, failure));
    if (!refuses && (puts_case(change) || !refusals.referral_gone))
        return REASON_DONE;
    if (!refuses)
        TRY(redress_case_is_of(store, of->referral, of->key, &others, failure));
    if (others)
        return REASON_DONE;
    refusals.count = of->refused;
    return redress_refusals_keep(
        store, of->referral, refuses ? &refusals : NULL, bytes, &records[(*count)++], failure);
}

/* records: the pair's comes first. */
static enum reason put_records(struct redress_change *change, struct store *store,
    const struct redress_pair_change *pair, struct case_record_change *records, struct failure *failure)
{
    const struct redress_case *of = &change->of;
    uint8_t refusals[REDRESS_REFUSALS_BYTES];
    char *text = NULL;
    size_t size = 0, count = 2 + add_going(pair, &records[2]);
    if (change->act == REDRESS_RECORD || change->act == REDRESS_ADD_FINGER)
        TRY(take_places(change, store, pair, failure));
    TRY(add_refusals(change, store, refusals, records, &count, failure));
    if (puts_case(change) && (text = redress_case_text(of, &size)) == NULL)
        return failure_set(failure, REASON_NO_MEMORY, SUBJECT, NULL);
    records[1] = (struct case_record_change){.kind = CASE_RECORD_REDRESS, .bytes = text, .size = size};
    memcpy(records[1].key, of->key, sizeof records[1].key);
    enum reason reason = append(change, store, records, count, failure);
    case_record_finish(text, size);
    return reason;
}

/* What serves stays until the new one does: a finger that is meant for that may be refused. */
static bool takes_a_place(const struct redress_change *change)
{
    return change->act == REDRESS_RECORD || (change->act == REDRESS_ADD_FINGER && change->of.replaces);
}

static enum reason commit(struct redress_change *change, struct store *store, struct failure *failure)
{
    struct case_record_change records[CLEARED_ENTRIES_MAX + 3] = {0};
    const struct redress_case *of = &change->of;
    struct redress_pair_change pair = {.put = puts_case(change) ? of : NULL,
        .gone = takes_a_place(change) ? of->referral : "",
        .spares = change->act == REDRESS_RECORD && change->replaces && of->consent,
        .today = change->today,
        .ended = puts_case(change) ? NULL : of->key,
        .finger = change->act == REDRESS_ADD_FINGER ? &change->finger : NULL};
    struct locked_memory memory;
    memcpy(pair.document, of->document, sizeof pair.document);
    TRY(redress_pair_make(&pair, store, &memory, &records[0], failure));
    change->kept = pair.kept;
    enum reason reason = put_records(change, store, &pair, records, failure);
    locked_memory_finish(&memory);
    return reason;
}

static enum reason run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct redress_change *change = job->data;
    uint8_t key[CASE_RECORD_KEY_BYTES];
    memcpy(key, change->of.key, sizeof key);
    if (change->body == NULL)
        return failure_set(failure, REASON_NO_MEMORY, SUBJECT, NULL);
    if (change->act != REDRESS_RECORD)
        TRY(change->marked ? redress_case_find_marked(store, key, &change->of, failure)
                           : redress_case_find(store, key, &change->of, failure));
    TRY(change_case(change, store, failure));
    return commit(change, store, failure);
}

/* --- On the loop's --------------------------------------------------------------------------------------------- */

static void on_changed(struct journal_job *job)
{
    struct redress_change *change = job->data;
    struct work *work = change->evidence->work;
    change->reason = job->reason;
    change->failure = job->failure;
    json_decref(change->body);
    json_decref(change->registered_as);
    if (job->reason == REASON_DONE)
        metric_add(change->evidence->metrics, METRIC_ENTRIES, 1);
    change->done(change);
    work_end(work);
}

void redress_change_start(struct redress_change *change, const struct principal *principal)
{
    change->body = redress_account_begin(change->evidence, principal, act_names[change->act], change->why);
    change->job = (struct journal_job){.run = run, .done = on_changed, .data = change};
    work_begin(change->evidence->work);
    journal_thread_run(change->evidence->workers->journal, &change->job);
}

/* --- Taken back with another entry ----------------------------------------------------------------------------- */

static enum reason say_taken_back(struct redress_taking_back *taking, json_t *body, struct failure *failure)
{
    struct redress_marks *removed = &taking->removed;
    struct json_writer json;
    while (removed->count < taking->change.going_count) {
        redress_mark(taking->change.going[removed->count], removed->marks[removed->count]);
        removed->count++;
    }
    if (removed->count == 0)
        return REASON_DONE;
    json_writer_over(&json, json_incref(body));
    json_write_value(&json, "redress_removed", redress_marks_json(removed));
    return json_writer_close(&json, SUBJECT, failure);
}

enum reason redress_take_back(struct redress_taking_back *taking, struct store *store, const char *referral,
    const uint8_t document[static CASE_RECORD_KEY_BYTES], json_t *body, struct failure *failure)
{
    *taking = (struct redress_taking_back){.change = {.gone = referral}};
    memcpy(taking->change.document, document, CASE_RECORD_KEY_BYTES);
    TRY(redress_pair_make(&taking->change, store, &taking->memory, &taking->records[0], failure));
    TRY(say_taken_back(taking, body, failure));
    if (taking->change.going_count > 0)
        taking->record_count = 1 + add_going(&taking->change, &taking->records[1]);
    return REASON_DONE;
}

void redress_taken_back(struct redress_taking_back *taking)
{
    locked_memory_finish(&taking->memory);
}

/* --- A referral goes ------------------------------------------------------------------------------------------- */

enum reason redress_referral_gone(struct store *store, const char *referral,
    uint8_t bytes[static REDRESS_REFUSALS_BYTES], struct case_record_change *record, struct failure *failure)
{
    struct redress_refusals refusals;
    bool there;
    TRY(redress_refusals_find(store, referral, &refusals, failure));
    TRY(redress_case_is_of(store, referral, NULL, &there, failure));
    refusals.referral_gone = true;
    return redress_refusals_keep(store, referral, there ? &refusals : NULL, bytes, record, failure);
}
