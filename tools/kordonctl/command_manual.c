/* command_manual.c: the form for travellers who are recorded on paper while nothing else can be, and entering it afterwards. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "json/parse.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"

#define FILE_BYTES_MAX (4 << 20)

/* Narrow enough for any printer. */
static const char form[] =
    N_("MANUAL RECORD OF A BORDER CHECK WITHOUT BIOMETRICS\n"
       "\n"
       "Use it only while the system says no_storage, or does not run. Take no fingerprints\n"
       "and no photographs. Write no name, no document number, nothing by which the traveller\n"
       "could be found again: one line each in the words printed here. Stamp the document.\n"
       "When the system records again, a supervisor or an officer enters each line\n"
       "(kordonctl manual enter), and this sheet goes to the file of the crossing point.\n"
       "\n"
       "Crossing point ______________________________   Sheet ____ of ____\n"
       "\n"
       "Time (UTC)        ____-____-____ ____:____\n"
       "Officer           ______________________________   (number in the register)\n"
       "Traveller group   [ ] citizen   [ ] foreigner   [ ] stateless_person\n"
       "                  [ ] protection_claimant   [ ] crew   [ ] diplomat\n"
       "                  [ ] international_official\n"
       "Purpose           ______________________________   (as border_check)\n"
       "Legal basis       ______________________________\n"
       "Outcome           [ ] passed   [ ] referred   (to the second line)\n"
       "Reason            [ ] no_storage   [ ] not_running   [ ] no_power\n"
       "                  [ ] other_failure\n"
       "Stamp number      ________________   (of the officer's stamp)\n"
       "\n"
       "Officer's signature ____________________   Entered as entry ________ by ____________\n");

enum reason command_manual_form(struct session *session, struct failure *failure)
{
    struct json_writer json;
    if (!session->arguments.json) {
        fputs(_(form), stdout);
        return REASON_DONE;
    }
    json_writer_object(&json);
    json_write_text(&json, "form", _(form));
    return print_json(json_writer_end(&json), failure);
}

static const struct {
    enum option_name option;
    const char *name, *member;
} members[] = {
    {OPTION_TIME, "--time", "time"},
    {OPTION_OFFICER, "--officer", "officer"},
    {OPTION_TRAVELLER_GROUP, "--traveller-group", "traveller_group"},
    {OPTION_PURPOSE, "--purpose", "purpose"},
    {OPTION_LEGAL_BASIS, "--legal-basis", "legal_basis"},
    {OPTION_OUTCOME, "--outcome", "outcome"},
    {OPTION_REASON, "--reason", "reason"},
    {OPTION_STAMP, "--stamp", "stamp_number"},
};
#define MEMBERS (sizeof members / sizeof members[0])

/* Either a file, or every option: nothing of a form is presumed. */
enum reason command_manual_enter_check(const struct session *session, struct failure *failure)
{
    bool file = session_option(session, OPTION_FILE, NULL) != NULL;
    for (size_t i = 0; i < MEMBERS; i++)
        if ((session_option(session, members[i].option, NULL) != NULL) == file)
            return failure_set(failure, REASON_BAD_ARGUMENT, members[i].name,
                file ? N_("it stands in the file") : N_("say what stands on the form, or give a --file"));
    return REASON_DONE;
}

static json_t *record_of_options(const struct session *session)
{
    struct json_writer json;
    json_writer_object(&json);
    for (size_t i = 0; i < MEMBERS; i++)
        json_write_text(&json, members[i].member, session_option(session, members[i].option, ""));
    return json_writer_end(&json);
}

static enum reason read_file(const char *path, json_t **records, struct failure *failure)
{
    uint8_t *bytes;
    size_t size;
    json_error_t error;
    *records = NULL;
    TRY(file_read(path, FILE_BYTES_MAX, &bytes, &size, failure));
    enum reason reason = json_parse(bytes, size, records, &error);
    free(bytes);
    if (reason == REASON_NO_MEMORY)
        return failure_set(failure, reason, path, NULL);
    if (reason != REASON_DONE)
        return failure_set(failure, REASON_BAD_JSON, path, "at line %d, column %d", error.line, error.column);
    return REASON_DONE;
}

/* The answers are added to list. What was entered before a fault stays entered: its number in the file says where to go on. */
static enum reason enter(
    struct session *session, json_t *record, size_t number, struct json_writer *list, struct failure *failure)
{
    json_t *answer;
    enum reason reason =
        client_do_once(session->client, "POST", "/v1/manual_records", json_incref(record), &answer, failure);
    if (reason != REASON_DONE) {
        char detail[sizeof failure->detail];
        snprintf(detail, sizeof detail, "%s", failure->detail);
        snprintf(failure->detail, sizeof failure->detail, "record %zu: %.200s; those before it are entered",
            number + 1, detail);
        return reason;
    }
    if (!session->arguments.json)
        print_line(_("record %zu is entered: %s"), number + 1, text_of(answer, "period"));
    json_append_value(list, answer);
    return REASON_DONE;
}

enum reason command_manual_enter(struct session *session, struct failure *failure)
{
    const char *path = session_option(session, OPTION_FILE, NULL);
    struct json_writer list;
    json_t *records = NULL;
    enum reason reason = REASON_DONE;
    if (path != NULL)
        TRY(read_file(path, &records, failure));
    else
        records = record_of_options(session);
    json_writer_array(&list);
    if (!json_is_array(records))
        reason = enter(session, records, 0, &list, failure);
    for (size_t i = 0; i < json_array_size(records) && reason == REASON_DONE; i++)
        reason = enter(session, json_array_get(records, i), i, &list, failure);
    json_decref(records);
    json_t *answers = json_writer_end(&list);
    if (reason == REASON_DONE && session->arguments.json)
        return print_json(answers, failure);
    json_decref(answers);
    return reason;
}
