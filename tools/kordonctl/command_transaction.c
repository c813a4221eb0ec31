/* command_transaction.c: one traveller, from the opened transaction to the recorded decision. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/locked_memory.h"
#include "sample/sample.h"
#include "tools/kordonctl/asking.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/interrupt.h"
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/transaction_result.h"
#include "tools/kordonctl/traveller_arguments.h"

#define PATH_SIZE             2048
#define ROUTINE_PURPOSE       "border_check"
#define ROUTINE_LEGAL_BASIS   "Cabinet of Ministers of Ukraine, Resolution 1073 of 27 December 2017"
#define ROUTINE_JUSTIFICATION "check at the border crossing point"

/* One transaction; id is "" until it is opened. */
struct transaction {
    struct session *session;
    char id[64];
    char said[256];          /* the last guidance that was printed */
    long long attempts_left; /* of the finger tried last */
    bool goes_on;            /* kordond wants another finger */
    json_t *decided;         /* the Transaction object with its result */
};

static json_t *fingers_json(const struct arguments *arguments)
{
    struct json_writer writer;
    json_writer_array(&writer);
    for (uint32_t i = 0; i < arguments->finger_count; i++)
        if (arguments->fingers[i].position_given)
            json_append_text(&writer, finger_position_name(arguments->fingers[i].position));
    return json_writer_end(&writer);
}

/* What the routine check may take for granted; any other purpose must say its own. */
static enum reason request_body(
    const struct session *session, const char *kind, json_t **body, struct failure *failure)
{
    char officer[256];
    struct json_writer writer;
    const char *purpose = session_option(session, OPTION_PURPOSE, ROUTINE_PURPOSE);
    bool routine = strcmp(purpose, ROUTINE_PURPOSE) == 0;
    const char *legal_basis =
        session_option(session, OPTION_LEGAL_BASIS, routine ? ROUTINE_LEGAL_BASIS : NULL);
    const char *justification =
        session_option(session, OPTION_JUSTIFICATION, routine ? ROUTINE_JUSTIFICATION : NULL);
    if (legal_basis == NULL || justification == NULL)
        return failure_set(failure, REASON_BAD_ARGUMENT,
            legal_basis == NULL ? "--legal-basis" : "--justification",
            N_("it is mandatory for every purpose but %s"), ROUTINE_PURPOSE);
    TRY(session_officer(session, officer, sizeof officer, failure));
    json_writer_object(&writer);
    json_write_text(&writer, "kind", kind);
    json_write_text(&writer, "purpose", purpose);
    json_write_text(&writer, "legal_basis", legal_basis);
    json_write_text(&writer, "justification", justification);
    json_write_text(&writer, "officer", officer);
    enum reason reason = traveller_arguments_write(session, routine, &writer, failure);
    json_write_value(&writer, "fingers", fingers_json(&session->arguments));
    *body = json_writer_end(&writer); /* client_do_once judges a body that is not there */
    if (reason != REASON_DONE)
        json_decref(*body);
    return reason;
}

/* Nothing was captured, and that is recorded: there is nothing more to do. */
static bool is_excepted(const json_t *transaction)
{
    return json_is_object(json_object_get(transaction, "exception"));
}

/* What the officer must hear before he asks for a finger. */
static void say_due(const json_t *transaction)
{
    const json_t *due = json_object_get(transaction, "capture_due");
    const char *unknown = json_string_value(json_object_get(transaction, "capture_due_unknown"));
    if (due != NULL)
        say_line(_("a capture of this traveller was put off on %s (%s): it is due by %s"),
            text_of(due, "since"), code_in_words("exception_reason", text_of(due, "reason")),
            text_of(due, "due"));
    if (unknown != NULL)
        say_line(_("whether a capture of this traveller was put off can't be read: %s"), unknown);
}

static enum reason post_opening(
    struct transaction *transaction, json_t *body, json_t **answer, struct failure *failure)
{
    *answer = NULL;
    TRY(interrupt_check_capture(failure));
    return client_do_once(
        transaction->session->client, "POST", "/v1/transactions", json_incref(body), answer, failure);
}

static bool is_exempt(enum reason reason)
{
    return reason == REASON_AGE_NOT_PERMITTED || reason == REASON_GROUP_EXEMPT;
}

/* P2: that no fingerprints are taken of this traveller is a record, too, and must not hang on the officer's knowing its option. */
static enum reason offer_not_applicable(
    struct transaction *transaction, json_t *body, json_t **answer, struct failure *failure)
{
    bool yes;
    const enum reason refused = failure->reason;
    struct failure asked = {0};
    struct json_writer writer, exception;
    say_line("%s: %s", _(reason_text(refused)), _(failure->detail));
    if (ask_yes(_("Record that no fingerprints are taken of this traveller? (yes, no)"), &yes, &asked) !=
            REASON_DONE ||
        !yes)
        return refused;
    json_writer_object(&exception);
    json_write_text(&exception, "kind", "not_applicable");
    json_writer_over(&writer, json_incref(body));
    json_write_value(&writer, "exception", json_writer_end(&exception));
    json_t *again = json_writer_end(&writer); /* client_do_once judges a body that is not there */
    enum reason reason = post_opening(transaction, again, answer, failure);
    json_decref(again);
    return reason;
}

static enum reason open_transaction(
    struct transaction *transaction, const char *kind, struct failure *failure)
{
    json_t *body = NULL, *answer;
    TRY(request_body(transaction->session, kind, &body, failure));
    enum reason reason = post_opening(transaction, body, &answer, failure);
    if (is_exempt(reason) && asking_is_possible(transaction->session))
        reason = offer_not_applicable(transaction, body, &answer, failure);
    json_decref(body);
    if (reason != REASON_DONE)
        return reason;
    const char *id = json_string_value(json_object_get(answer, "transaction"));
    if (id == NULL || strlen(id) >= sizeof transaction->id || id[strspn(id, "0123456789abcdef")] != '\0')
        reason =
            failure_set(failure, REASON_BAD_FORMAT, "/v1/transactions", "no transaction id in the answer");
    else
        memcpy(transaction->id, id, strlen(id) + 1);
    if (is_excepted(answer))
        transaction->decided = json_incref(answer);
    say_due(answer);
    json_decref(answer);
    return reason;
}

static void transaction_path(
    const struct transaction *transaction, const char *part, char path[static PATH_SIZE])
{
    snprintf(path, PATH_SIZE, "/v1/transactions/%s%s", transaction->id, part);
}

struct submission {
    const char *method, *part, *file;
    const struct finger_argument *finger;
    uint32_t ppi;                /* 0: the file says */
    const char *device, *format; /* NULL: not said */
};

/* Sends a file to a part of the transaction, with what is known of it. */
static enum reason send_file(
    struct transaction *transaction, const struct submission *submission, struct failure *failure)
{
    const struct finger_argument *finger = submission->finger;
    char path[PATH_SIZE], ppi_text[16] = "";
    uint8_t *bytes;
    size_t size;
    transaction_path(transaction, submission->part, path);
    snprintf(ppi_text, sizeof ppi_text, "%u", submission->ppi);
    enum reason reason = file_read(submission->file, SAMPLE_FILE_BYTES_MAX, &bytes, &size, failure);
    if (reason != REASON_DONE)
        return reason;
    if (finger->position_given)
        reason =
            client_add_query(path, sizeof path, "position", finger_position_name(finger->position), failure);
    if (reason == REASON_DONE && submission->ppi != 0)
        reason = client_add_query(path, sizeof path, "ppi", ppi_text, failure);
    if (reason == REASON_DONE)
        reason = client_add_query(path, sizeof path, "device", submission->device, failure);
    if (reason == REASON_DONE)
        reason = client_add_query(path, sizeof path, "format", submission->format, failure);
    struct client_request request = {
        .method = submission->method, .path = path, .bytes = bytes, .size = size, .once = true};
    json_t *answer = NULL;
    if (reason == REASON_DONE)
        reason = client_send_json(transaction->session->client, &request, &answer, failure);
    print_notes(submission->file, json_object_get(answer, "notes"));
    json_decref(answer);
    if (reason != REASON_DONE && reason_class(reason) == REASON_CLASS_BAD_DATA)
        snprintf(failure->subject, sizeof failure->subject, "%.190s", submission->file);
    memory_wipe(bytes, size);
    free(bytes);
    return reason;
}

/* --- Capturing, and what the officer is told meanwhile */

/* Prints what is to be done, unless it was the last thing said. */
static void say_guidance(struct transaction *transaction, const json_t *object)
{
    const json_t *guidance = json_object_get(object, "guidance");
    const char *text = text_or_empty(guidance, "text"), *position = text_or_empty(guidance, "position");
    char said[sizeof transaction->said];
    bool named = position[0] != '\0' && strcmp(position, finger_position_name(FINGER_UNKNOWN)) != 0;
    snprintf(
        said, sizeof said, "%s%s%s", named ? code_in_words("finger", position) : "", named ? ": " : "", text);
    if (text[0] == '\0' || strcmp(said, transaction->said) == 0)
        return;
    memcpy(transaction->said, said, sizeof said);
    say_line("%s", said);
}

static void hear(void *context, const char *event, const json_t *data)
{
    struct transaction *transaction = context;
    if (strcmp(event, "guidance") == 0 && strcmp(text_or_empty(data, "transaction"), transaction->id) == 0)
        say_guidance(transaction, data);
}

/* What the transaction says behind an attempt: of the finger and how to go on. */
static void take_note(struct transaction *transaction, const json_t *answer)
{
    const json_t *again = json_object_get(answer, "again");
    if (again != NULL)
        say_line(_("quality %lld, once more"), number_of(again, "quality"));
    say_guidance(transaction, answer);
    transaction->attempts_left = number_of(answer, "attempts_left");
    transaction->goes_on = json_is_string(json_object_get(answer, "next_finger"));
}

static enum reason ask_how_it_stands(struct transaction *transaction, struct failure *failure)
{
    char path[PATH_SIZE];
    json_t *answer;
    transaction_path(transaction, "", path);
    enum reason reason = client_get(transaction->session->client, path, &answer, failure);
    if (reason == REASON_DONE)
        take_note(transaction, answer);
    json_decref(answer);
    return reason;
}

static json_t *capture_body(const struct session *session, const struct finger_argument *finger)
{
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_text_if(&writer, "scanner", session_option(session, OPTION_SCANNER, NULL));
    if (finger->position_given)
        json_write_text(&writer, "position", finger_position_name(finger->position));
    return json_writer_end(&writer);
}

/* One attempt. *again: the sample was taken, but is poor. */
static enum reason capture_once(struct transaction *transaction, const struct finger_argument *finger,
    bool *again, struct failure *failure)
{
    char path[PATH_SIZE];
    json_t *answer = NULL;
    const struct client_ear ear = {hear, transaction};
    const struct session *session = transaction->session;
    transaction_path(transaction, "/captures", path);
    enum reason reason =
        client_post_hearing(session->client, path, capture_body(session, finger), &ear, &answer, failure);
    *again = json_object_get(answer, "again") != NULL;
    if (reason == REASON_DONE)
        take_note(transaction, answer);
    print_notes(finger->position_given ? code_in_words("finger", finger_position_name(finger->position))
                                       : _("finger"),
        json_object_get(answer, "notes"));
    json_decref(answer);
    return reason;
}

/* Captures one finger, again after a bad placement or a poor sample as long as there are attempts; the best one counts. *taken: a
 * sample is there; without one the decision will be inconclusive. */
static enum reason capture_finger(struct transaction *transaction, const struct finger_argument *finger,
    bool *taken, struct failure *failure)
{
    do {
        TRY(interrupt_check_capture(failure));
        bool again = false;
        struct failure told = {0};
        enum reason reason = capture_once(transaction, finger, &again, &told);
        *taken = *taken || reason == REASON_DONE;
        if (reason == REASON_DONE && !again)
            return REASON_DONE;
        if (reason == REASON_DONE)
            continue;
        /* A poor sample that was taken is better than none; nobody gives another finger. */
        if (*taken && reason == REASON_CAPTURE_TIMED_OUT) {
            transaction->goes_on = false;
            return REASON_DONE;
        }
        *failure = told;
        if (reason != REASON_CAPTURE_RETRY && reason != REASON_SAMPLE_TOO_POOR &&
            reason != REASON_SAMPLE_TOO_SMALL)
            return reason;
        say_line("%s", _(reason_text(reason)));
        TRY(ask_how_it_stands(transaction, failure));
    } while (transaction->attempts_left > 0);
    return REASON_DONE;
}

/* --- All fingers */

/* A submitted image of too little quality uses an attempt and stays in the record; the decision tells. */
static enum reason submit_finger(struct transaction *transaction, const struct finger_argument *finger,
    bool *taken, struct failure *failure)
{
    const struct session *session = transaction->session;
    const struct submission submission = {.method = "POST",
        .part = "/samples",
        .file = finger->image,
        .finger = finger,
        .ppi = finger->ppi,
        .device = session_option(session, OPTION_DEVICE, NULL)};
    enum reason reason = send_file(transaction, &submission, failure);
    *taken = reason == REASON_DONE;
    if (reason != REASON_SAMPLE_TOO_POOR && reason != REASON_SAMPLE_TOO_SMALL)
        return reason;
    say_line("%s: %s: %s", finger->image, _(reason_text(reason)), _(failure->detail));
    return REASON_DONE;
}

static enum reason say_missing(struct transaction *transaction, const char *finger, struct failure *failure)
{
    char path[PATH_SIZE];
    struct json_writer body, fingers;
    json_t *answer = NULL;
    json_writer_array(&fingers);
    json_append_text(&fingers, finger);
    json_writer_object(&body);
    json_write_value(&body, "fingers", json_writer_end(&fingers));
    transaction_path(transaction, "/missing_fingers", path);
    enum reason reason =
        client_do_once(transaction->session->client, "POST", path, json_writer_end(&body), &answer, failure);
    if (reason == REASON_DONE)
        take_note(transaction, answer);
    json_decref(answer);
    return reason;
}

/* A finger that does not come may not be there: the officer sees it (P3). Otherwise it is asked for once more. */
static enum reason ask_whether_missing(struct transaction *transaction, struct failure *failure)
{
    char path[PATH_SIZE], question[256];
    json_t *known = NULL;
    bool missing = false;
    transaction_path(transaction, "", path);
    enum reason reason = client_get(transaction->session->client, path, &known, failure);
    const char *next = text_or_empty(known, "next_finger");
    if (reason == REASON_DONE) {
        snprintf(question, sizeof question,
            _("%s: no finger came. Is it missing, or can't it be taken? (yes, no)"),
            code_in_words("finger", next));
        reason = ask_yes(question, &missing, failure);
    }
    if (reason == REASON_DONE && missing)
        reason = say_missing(transaction, next, failure);
    else if (reason == REASON_DONE)
        take_note(transaction, known);
    json_decref(known);
    return reason;
}

/* Those that kordond asks for, one after the other. */
static enum reason capture_what_is_asked(
    struct transaction *transaction, uint32_t *taken, struct failure *failure)
{
    static const struct finger_argument any_finger;
    do {
        bool one = false;
        transaction->goes_on = false;
        enum reason reason = capture_finger(transaction, &any_finger, &one, failure);
        if (reason == REASON_CAPTURE_TIMED_OUT && asking_is_possible(transaction->session))
            reason = ask_whether_missing(transaction, failure);
        if (reason != REASON_DONE)
            return reason;
        *taken += one;
    } while (transaction->goes_on);
    return REASON_DONE;
}

static enum reason take_fingers(struct transaction *transaction, uint32_t *taken, struct failure *failure)
{
    const struct arguments *arguments = &transaction->session->arguments;
    *taken = 0;
    if (arguments->finger_count == 0)
        return capture_what_is_asked(transaction, taken, failure);
    for (uint32_t i = 0; i < arguments->finger_count; i++) {
        const struct finger_argument *finger = &arguments->fingers[i];
        bool one = false;
        TRY(interrupt_check_capture(failure));
        enum reason reason = finger->image != NULL ? submit_finger(transaction, finger, &one, failure)
                                                   : capture_finger(transaction, finger, &one, failure);
        if (reason != REASON_DONE)
            return reason;
        *taken += one;
    }
    return REASON_DONE;
}

static enum reason save_receipt(struct transaction *transaction, const char *file, struct failure *failure)
{
    char path[PATH_SIZE];
    uint8_t *bytes;
    size_t size;
    transaction_path(transaction, "/receipt", path);
    struct client_request request = {.method = "GET", .path = path};
    TRY(client_send(transaction->session->client, &request, &bytes, &size, failure));
    enum reason reason = write_new_file(file, bytes, size, 0644, failure);
    free(bytes);
    return reason;
}

static enum reason decide(struct transaction *transaction, struct failure *failure)
{
    char path[PATH_SIZE];
    transaction_path(transaction, "/decision", path);
    return client_do_once(
        transaction->session->client, "POST", path, json_object(), &transaction->decided, failure);
}

/* Tells kordond that nothing more comes, so that what was captured is wiped now. */
static void cancel(struct transaction *transaction)
{
    char path[PATH_SIZE];
    struct failure ignored;
    if (transaction->id[0] == '\0')
        return;
    transaction_path(transaction, "", path);
    struct client_request request = {.method = "DELETE", .path = path};
    client_send_json(transaction->session->client, &request, NULL, &ignored);
}

/* The reference that the traveller carries, where the command is to compare with one. */
static enum reason submit_reference(struct transaction *transaction, uint64_t ppi, struct failure *failure)
{
    const struct session *session = transaction->session;
    const struct submission submission = {.method = "PUT",
        .part = "/reference",
        .file = session_option(session, OPTION_REFERENCE, NULL),
        .finger = &session->arguments.fingers[0],
        .ppi = (uint32_t)ppi,
        .format = session_option(session, OPTION_REFERENCE_FORMAT, NULL)};
    return submission.file == NULL ? REASON_DONE : send_file(transaction, &submission, failure);
}

static enum reason except(struct transaction *transaction, const char *why, struct failure *failure)
{
    char path[PATH_SIZE];
    struct json_writer body;
    transaction_path(transaction, "/exception", path);
    json_writer_object(&body);
    json_write_text(&body, "kind", "impossible");
    json_write_text(&body, "reason", why);
    return client_do_once(
        transaction->session->client, "POST", path, json_writer_end(&body), &transaction->decided, failure);
}

/* P3: whose fingers give no usable picture is no inconclusive case but one of the way without fingerprints; why, the officer sees.
 * *excepted: that was recorded, and nothing is left to decide. */
static enum reason offer_impossible(struct transaction *transaction, bool *excepted, struct failure *failure)
{
    static const char *const reasons[] = {"worn_fingers", "skin_condition", "disability", "fingers_missing"};
    const struct asked_choice choice = {
        _("reason:"), "exception_reason", reasons, sizeof reasons / sizeof reasons[0]};
    const char *why;
    TRY(ask_yes(_("No finger gave a usable picture. Record that capture is impossible? (yes, no)"), excepted,
        failure));
    if (!*excepted)
        return REASON_DONE;
    TRY(ask_choice(&choice, &why, failure));
    return except(transaction, why, failure);
}

static enum reason compare(struct transaction *transaction, uint64_t ppi, struct failure *failure)
{
    bool excepted = false;
    uint32_t taken;
    TRY(submit_reference(transaction, ppi, failure));
    TRY(take_fingers(transaction, &taken, failure));
    if (taken == 0 && asking_is_possible(transaction->session))
        TRY(offer_impossible(transaction, &excepted, failure));
    if (excepted)
        return REASON_DONE;
    TRY(interrupt_check_capture(failure));
    return decide(transaction, failure);
}

static enum reason run_transaction(struct transaction *transaction, const char *kind, struct failure *failure)
{
    struct session *session = transaction->session;
    uint64_t ppi = 0;
    const char *ppi_text = session_option(session, OPTION_REFERENCE_PPI, NULL);
    interrupt_heed();
    enum reason reason = ppi_text != NULL
                             ? arguments_number("--reference-ppi", ppi_text, 1, 10000, &ppi, failure)
                             : REASON_DONE;
    if (reason == REASON_DONE)
        reason = open_transaction(transaction, kind, failure);
    if (reason == REASON_DONE && transaction->decided == NULL)
        reason = compare(transaction, ppi, failure);
    if (reason != REASON_DONE) {
        cancel(transaction);
        return reason;
    }
    const char *receipt = session_option(session, OPTION_RECEIPT, NULL);
    if (receipt != NULL)
        reason = save_receipt(transaction, receipt, failure);
    return reason;
}

/* The end is recorded whatever becomes of the receipt's file: it is shown in any case. So is the number that the traveller may ask for, whatever the
 * decision (P6). */
static enum reason show(
    struct session *session, const json_t *ended, enum reason reason, struct failure *failure)
{
    const json_t *result = json_object_get(ended, "result");
    int outcome = is_excepted(ended) ? 0 : transaction_result_exit_code(result);
    if (outcome < 0)
        return reason == REASON_DONE
                   ? failure_set(failure, REASON_BAD_FORMAT, "decision", "kordond's answer has no result")
                   : reason;
    session->exit_code = outcome;
    if (session->arguments.json)
        return reason == REASON_DONE ? print_json(json_deep_copy(ended), failure) : reason;
    if (is_excepted(ended))
        transaction_exception_print(json_object_get(ended, "exception"));
    else
        transaction_result_print(result);
    print_line(_("number          %s"), text_of(ended, "transaction"));
    return reason;
}

static enum reason run(struct session *session, const char *kind, struct failure *failure)
{
    struct transaction transaction = {.session = session};
    enum reason reason = run_transaction(&transaction, kind, failure);
    if (transaction.decided != NULL)
        reason = show(session, transaction.decided, reason, failure);
    json_decref(transaction.decided);
    return reason;
}

enum reason command_identify(struct session *session, struct failure *failure)
{
    return run(session, "identification", failure);
}

enum reason command_verify(struct session *session, struct failure *failure)
{
    if (session_option(session, OPTION_REFERENCE, NULL) == NULL &&
        session_option(session, OPTION_EXCEPTION, NULL) == NULL)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--reference",
            N_("verify compares with a reference: name its file"));
    return run(session, "verification", failure);
}
