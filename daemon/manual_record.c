#include "daemon/manual_record.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "daemon/lifecycle.h"
#include "daemon/transactions/rules.h"
#include "json/writer.h"
#include "log/plain_receipt.h"

static const char *const outcomes[] = {[MANUAL_PASSED] = "passed", [MANUAL_REFERRED] = "referred"};
static const char *const reasons[] = {[MANUAL_NO_STORAGE] = "no_storage",
    [MANUAL_NOT_RUNNING] = "not_running",
    [MANUAL_NO_POWER] = "no_power",
    [MANUAL_OTHER_FAILURE] = "other_failure"};

bool manual_outcome_parse(const char *name, enum manual_outcome *outcome)
{
    for (unsigned i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
        if (strcmp(outcomes[i], name) == 0) {
            *outcome = (enum manual_outcome)i;
            return true;
        }
    return false;
}

bool manual_reason_parse(const char *name, enum manual_reason *reason)
{
    for (unsigned i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (strcmp(reasons[i], name) == 0) {
            *reason = (enum manual_reason)i;
            return true;
        }
    return false;
}

struct entering {
    struct journal_entry entry; /* first: the entry is the entering */
    struct kordond *kordond;
    struct storage_gap gap;
    bool proven;
    struct manual_record_waiter *waiter;
};

static void on_written(struct journal_entry *entry)
{
    struct entering *entering = (struct entering *)entry;
    struct kordond *kordond = entering->kordond;
    evidence_written(&kordond->evidence, entry);
    entering->waiter->told(entering->waiter, &entry->outcome, entering->proven ? &entering->gap : NULL,
        entry->reason == REASON_DONE ? NULL : &entry->failure);
    journal_entry_finish(entry);
    free(entering);
    work_end(&kordond->work);
}

/* The stamp is the officer's: a number that is on many documents. A longer text could be a document's own. */
static bool is_stamp(const char *text)
{
    return text[0] != '\0' &&
           text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static enum reason check(struct kordond *kordond, const struct manual_record *record, struct failure *failure)
{
    if (kordond->phase != KORDOND_RUNNING)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    if (record->time_ms > store_now_ms())
        return failure_set(failure, REASON_BAD_VALUE, "time", N_("it is yet to come"));
    if (!is_stamp(record->stamp_number))
        return failure_set(
            failure, REASON_BAD_VALUE, "stamp_number", N_("the officer's stamp: letters, digits and -"));
    TRY(rules_check_record(kordond->policy.policy, record->purpose, record->legal_basis, failure));
    TRY(register_check_officer(kordond->transactions.staff, record->officer, failure));
    lifecycle_look(kordond);
    if (kordond->mode.storage.reason != REASON_DONE)
        *failure = kordond->mode.storage;
    return kordond->mode.storage.reason;
}

static void write_period(struct json_writer *body, const struct entering *entering)
{
    char text[INSTANT_TEXT_SIZE];
    json_write_boolean(body, "proven", entering->proven);
    if (!entering->proven)
        return;
    json_write_text(body, "period", entering->gap.why);
    json_write_text(body, "period_from", instant_format(entering->gap.from_ms, text));
    json_write_text(body, "period_until", instant_format(entering->gap.until_ms, text));
}

static json_t *body_of(
    const struct entering *entering, const struct principal *principal, const struct manual_record *record)
{
    char time[INSTANT_TEXT_SIZE], id[PLAIN_RECEIPT_ID_SIZE], number[PLAIN_RECEIPT_ID_SIZE];
    struct json_writer body;
    enum role role = (principal->roles & ROLE_SUPERVISOR) != 0 ? ROLE_SUPERVISOR : ROLE_TERMINAL;
    json_writer_over(&body, evidence_body_of(&entering->kordond->evidence, principal, record->officer, role));
    json_write_text(&body, "kind", "manual_record");
    json_write_text(&body, "record", plain_receipt_number_make(id, NULL) == REASON_DONE ? id : NULL);
    json_write_text(
        &body, PLAIN_RECEIPT_NUMBER, plain_receipt_number_make(number, NULL) == REASON_DONE ? number : NULL);
    json_write_text(&body, "biometrics", "none");
    json_write_text(&body, "acted", instant_format(record->time_ms, time));
    json_write_text(&body, "purpose", record->purpose);
    json_write_text(&body, "legal_basis", record->legal_basis);
    json_write_text(&body, "justification", reasons[record->why]);
    json_write_text(&body, "traveller_group", traveller_group_name(record->group));
    json_write_text(&body, "outcome", outcomes[record->outcome]);
    json_write_text(&body, "stamp_number", record->stamp_number);
    write_period(&body, entering);
    return json_writer_end(&body);
}

enum reason manual_record_enter(struct kordond *kordond, const struct principal *principal,
    const struct manual_record *record, struct manual_record_waiter *waiter, struct failure *failure)
{
    TRY(check(kordond, record, failure));
    struct entering *entering = calloc(1, sizeof *entering);
    if (entering == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "manual record", NULL);
    const struct storage_gap *gap = storage_gaps_find(&kordond->mode.gaps, record->time_ms);
    entering->kordond = kordond;
    entering->waiter = waiter;
    entering->proven = gap != NULL;
    if (gap != NULL)
        entering->gap = *gap;
    entering->entry.event = LOG_EVENT_CONSULTATION;
    entering->entry.body = body_of(entering, principal, record);
    entering->entry.written = on_written;
    work_begin(&kordond->work);
    evidence_append(&kordond->evidence, &entering->entry);
    return REASON_DONE;
}
