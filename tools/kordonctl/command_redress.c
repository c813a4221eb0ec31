/* command_redress.c: who was taken for another and is told apart from him: a case is made and its letter printed, fingers are kept for it, it is shown,
 * it ends (H6). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/locked_memory.h"
#include "sample/sample.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/redress_letter.h"
#include "tools/kordonctl/traveller_arguments.h"

#define PATH_SIZE      2048
#define REFERRAL_PLAIN 32 /* characters; a silent one has a letter more */

/* --- Fingers --------------------------------------------------------------------------------------------------- */

static enum reason send_finger(const struct session *session, const char *number,
    const struct finger_argument *finger, json_t **answer, struct failure *failure)
{
    char path[PATH_SIZE], ppi[16];
    uint8_t *bytes;
    size_t size;
    snprintf(path, sizeof path, "/v1/redress/%s/samples", number);
    snprintf(ppi, sizeof ppi, "%u", finger->ppi);
    TRY(client_add_query(path, sizeof path, "position", finger_position_name(finger->position), failure));
    TRY(client_add_query(path, sizeof path, "ppi", finger->ppi != 0 ? ppi : NULL, failure));
    TRY(file_read(finger->image, SAMPLE_FILE_BYTES_MAX, &bytes, &size, failure));
    const struct client_request request = {.method = "POST", .path = path, .bytes = bytes, .size = size};
    enum reason reason = client_send_json(session->client, &request, answer, failure);
    if (reason != REASON_DONE && reason_class(reason) == REASON_CLASS_BAD_DATA)
        snprintf(failure->subject, sizeof failure->subject, "%.190s", finger->image);
    memory_wipe(bytes, size);
    free(bytes);
    return reason;
}

/* Each in its turn; *answer: the case behind the last one, in place of what it was. */
static enum reason send_fingers(
    const struct session *session, const char *number, json_t **answer, struct failure *failure)
{
    for (uint32_t i = 0; i < session->arguments.finger_count; i++) {
        json_t *now = NULL;
        TRY(send_finger(session, number, &session->arguments.fingers[i], &now, failure));
        json_decref(*answer);
        *answer = now;
    }
    return REASON_DONE;
}

static enum reason check_fingers(const struct session *session, struct failure *failure)
{
    for (uint32_t i = 0; i < session->arguments.finger_count; i++)
        if (!session->arguments.fingers[i].position_given || session->arguments.fingers[i].image == NULL)
            return failure_set(failure, REASON_BAD_ARGUMENT, "--finger",
                "each needs an --image, and each --image a --finger");
    return REASON_DONE;
}

/* --- Shown ----------------------------------------------------------------------------------------------------- */

static void print_list(const char *label, const json_t *list)
{
    size_t i;
    const json_t *each;
    if (json_array_size(list) == 0)
        print_line("%s none", label);
    json_array_foreach(list, i, each)
    {
        if (json_is_string(each))
            print_line("%s %s", i == 0 ? label : UNLABELLED, json_string_value(each));
        else
            print_line("%s entry %lld", i == 0 ? label : UNLABELLED, (long long)json_integer_value(each));
    }
}

static enum reason show(const struct session *session, json_t *of, struct failure *failure)
{
    char time[32];
    if (session->arguments.json)
        return print_json(of, failure);
    print_line("case            %s", text_of(of, "case"));
    print_line("referral        %s", text_of(of, "referral"));
    print_line("since           %s, by %s: %s", time_in_words(number_of(of, "since_ms"), time, sizeof time),
        text_of(of, "by"), text_of(of, "reason"));
    print_line("until           %s", text_of(of, "until"));
    print_line("consent         %s", json_is_true(json_object_get(of, "consent")) ? "yes" : "no");
    print_list("fingers kept   ", json_object_get(of, "fingers"));
    print_list("told apart from", json_object_get(of, "references"));
    print_list("log            ", json_object_get(of, "log"));
    if (json_is_false(json_object_get(of, "counts")))
        print_line("it counts no more: its last day is over, or an entry says something else by now");
    json_decref(of);
    return REASON_DONE;
}

/* --- Made ------------------------------------------------------------------------------------------------------ */

static enum reason find_language(
    const struct session *session, enum language *language, struct failure *failure)
{
    const char *tag = session_option(session, OPTION_LANGUAGE, NULL);
    *language = language_of_locale();
    return tag == NULL || language_parse(tag, language)
               ? REASON_DONE
               : failure_set(failure, REASON_BAD_ARGUMENT, "--language", "write uk or en");
}

enum reason command_redress_add_check(const struct session *session, struct failure *failure)
{
    enum language ignored;
    static const struct {
        enum option_name option;
        const char *name;
    } needed[] = {{OPTION_UNTIL, "--until"}, {OPTION_REASON, "--reason"}};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (session_option(session, needed[i].option, NULL) == NULL)
            return failure_set(failure, REASON_BAD_ARGUMENT, needed[i].name, "it is mandatory");
    if (session->arguments.finger_count > 0 && session_option(session, OPTION_CONSENT, NULL) == NULL)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--finger",
            "fingers are kept only of who consents: say --consent where he does");
    TRY(check_fingers(session, failure));
    TRY(find_language(session, &ignored, failure));
    return check_new_file(session_option(session, OPTION_OUT, NULL), failure);
}

static enum reason ask(const struct session *session, json_t **made, struct failure *failure)
{
    struct json_writer body;
    json_writer_object(&body);
    json_write_text(&body, "referral", session->arguments.words[0]);
    json_write_text(&body, "until", session_option(session, OPTION_UNTIL, ""));
    json_write_boolean(&body, "consent", session_option(session, OPTION_CONSENT, NULL) != NULL);
    json_write_text(&body, "reason", session_option(session, OPTION_REASON, ""));
    enum reason reason = traveller_document_write(session, &body, failure);
    json_t *written = json_writer_end(&body);
    if (reason == REASON_DONE)
        return client_put_json(session->client, "POST", "/v1/redress", written, made, failure);
    json_decref(written);
    return reason;
}

/* Of a silent referral the traveller was told nothing, and a letter would tell him. */
static enum reason deliver(const struct session *session, const json_t *made, struct failure *failure)
{
    enum language language;
    const char *out = session_option(session, OPTION_OUT, NULL);
    TRY(find_language(session, &language, failure));
    if (strlen(text_of(made, "referral")) > REFERRAL_PLAIN) {
        print_line("case %s, number %s: the traveller knows of no match, so there is no letter for him",
            text_of(made, "case"), text_of(made, "number"));
        return REASON_DONE;
    }
    char *letter = redress_letter(made, language);
    if (letter == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "letter", NULL);
    enum reason reason = REASON_DONE;
    if (out != NULL)
        reason = write_new_file(out, letter, strlen(letter), 0600, failure);
    else
        print_lines(letter);
    memory_wipe(letter, strlen(letter));
    free(letter);
    return reason;
}

/* The number is told before anything else can fail: it stands nowhere else. */
enum reason command_redress_add(struct session *session, struct failure *failure)
{
    json_t *made = NULL, *now;
    TRY(ask(session, &made, failure));
    enum reason reason = REASON_DONE;
    now = json_incref(made);
    if (session->arguments.json)
        reason = print_json(json_incref(made), failure);
    if (!session->arguments.json || session_option(session, OPTION_OUT, NULL) != NULL)
        reason = deliver(session, made, failure);
    if (reason == REASON_DONE)
        reason = send_fingers(session, text_of(made, "number"), &now, failure);
    if (reason != REASON_DONE)
        print_error_line("the case is made, its number is %s; give the fingers again with kordonctl redress "
                         "finger",
            text_of(made, "number"));
    json_decref(now);
    json_decref(made);
    return reason;
}

/* --- Gone on --------------------------------------------------------------------------------------------------- */

enum reason command_redress_finger_check(const struct session *session, struct failure *failure)
{
    if (session->arguments.finger_count == 0)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--finger", "say which, and its --image");
    return check_fingers(session, failure);
}

enum reason command_redress_finger(struct session *session, struct failure *failure)
{
    json_t *now = NULL;
    enum reason reason = send_fingers(session, session->arguments.words[0], &now, failure);
    if (reason == REASON_DONE)
        return show(session, now, failure);
    json_decref(now);
    return reason;
}

enum reason command_redress_justified_check(const struct session *session, struct failure *failure)
{
    if (session_option(session, OPTION_JUSTIFICATION, "")[0] != '\0')
        return REASON_DONE;
    return failure_set(failure, REASON_BAD_ARGUMENT, "--justification", "say why: it stands in the log");
}

static enum reason act(const struct session *session, const char *method, struct failure *failure)
{
    char path[PATH_SIZE];
    const struct client_request request = {.method = method, .path = path};
    json_t *answer;
    snprintf(path, sizeof path, "/v1/redress/%.64s", session->arguments.words[0]);
    TRY(client_add_query(
        path, sizeof path, "justification", session_option(session, OPTION_JUSTIFICATION, ""), failure));
    TRY(client_add_query(
        path, sizeof path, "recipient", session_option(session, OPTION_RECIPIENT, NULL), failure));
    TRY(client_send_json(session->client, &request, &answer, failure));
    return show(session, answer, failure);
}

enum reason command_redress_show(struct session *session, struct failure *failure)
{
    return act(session, "GET", failure);
}

enum reason command_redress_remove(struct session *session, struct failure *failure)
{
    return act(session, "DELETE", failure);
}
