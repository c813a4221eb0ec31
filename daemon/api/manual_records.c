/* manual_records.c: what was recorded on paper while nothing else could be is entered. */
#include <stdlib.h>

#include "base/instant.h"
#include "daemon/api/call.h"
#include "daemon/api/recorded.h"
#include "daemon/api/routes.h"
#include "daemon/manual_record.h"
#include "json/fields.h"
#include "json/writer.h"

struct record_step {
    struct manual_record_waiter waiter; /* first: the waiter is the step */
    struct call call;
};

static void on_record_told(struct manual_record_waiter *waiter, const struct journal_outcome *outcome,
    const struct storage_gap *gap, const struct failure *failure)
{
    struct record_step *step = (struct record_step *)waiter;
    struct json_writer json;
    if (failure != NULL) {
        call_fail(&step->call, failure);
        free(step);
        return;
    }
    json_writer_object(&json);
    recorded_write(&json, step->call.reads_log, outcome);
    json_write_text(&json, "period", gap != NULL ? gap->why : "unproven");
    call_answer(&step->call, 201, json_writer_end(&json));
    free(step);
}

#define WORD_SIZE 32

static void parse_words(struct json_fields *fields, struct manual_record *record)
{
    char group[WORD_SIZE], outcome[WORD_SIZE], reason[WORD_SIZE], time[64];
    json_fields_text(fields, "time", JSON_REQUIRED, time, sizeof time);
    if (time[0] != '\0' && !instant_parse(time, &record->time_ms))
        json_fields_refuse(fields, "time", N_("must be a moment as 2026-11-27T06:00:00Z"));
    json_fields_text(fields, "traveller_group", JSON_REQUIRED, group, sizeof group);
    if (group[0] != '\0' && !traveller_group_parse(group, &record->group)) {
        struct word_list words = {0};
        traveller_group_list(&words);
        json_fields_refuse_word(fields, "traveller_group", &words);
    }
    json_fields_text(fields, "outcome", JSON_REQUIRED, outcome, sizeof outcome);
    if (outcome[0] != '\0' && !manual_outcome_parse(outcome, &record->outcome))
        json_fields_refuse(fields, "outcome", N_("must be passed or referred"));
    json_fields_text(fields, "reason", JSON_REQUIRED, reason, sizeof reason);
    if (reason[0] != '\0' && !manual_reason_parse(reason, &record->why))
        json_fields_refuse(
            fields, "reason", N_("must be no_storage, not_running, no_power or other_failure"));
}

static enum reason parse_record(
    const struct http_request *request, struct manual_record *record, struct failure *failure)
{
    struct json_fields fields;
    *record = (struct manual_record){0};
    json_fields_parse(&fields, request->body.bytes, request->body_size, failure);
    parse_words(&fields, record);
    json_fields_text(&fields, "officer", JSON_REQUIRED, record->officer, sizeof record->officer);
    json_fields_text(&fields, "purpose", JSON_REQUIRED, record->purpose, sizeof record->purpose);
    json_fields_text(&fields, "legal_basis", JSON_REQUIRED, record->legal_basis, sizeof record->legal_basis);
    json_fields_text(
        &fields, "stamp_number", JSON_REQUIRED, record->stamp_number, sizeof record->stamp_number);
    return json_fields_end(&fields);
}

void handle_manual_record(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct manual_record record;
    if (parse_record(request, &record, &failure) != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    struct record_step *step = calloc(1, sizeof *step);
    if (step == NULL) {
        reply_refuse(request, REASON_NO_MEMORY, "manual record", NULL);
        return;
    }
    step->waiter.told = on_record_told;
    call_start(&step->call, kordond, request);
    if (manual_record_enter(kordond, &request->principal, &record, &step->waiter, &failure) == REASON_DONE)
        return;
    call_refuse(&step->call, &failure);
    free(step);
}
