/* command_redress.c: who was taken for another and is told apart from him: a case is made and its letter printed, fingers are kept for it, it is shown,
 * it ends (H6). */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/locked_memory.h"
#include "enrol/enrol.h"
#include "sample/sample.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/redress_letter.h"
#include "tools/kordonctl/referral_find.h"
#include "tools/kordonctl/referral_parts.h"
#include "tools/kordonctl/traveller_arguments.h"

#define PATH_SIZE      2048
#define NUMBER_LETTERS 16
#define LETTER_ROOM    8192 /* bytes: more than any letter has */

/* --- Its number ------------------------------------------------------------------------------------------------ */

/* Without the blanks and '-' that make no difference in it; and nothing but letters, which lead a path nowhere else. */
static enum reason read_number(
    const char *typed, char number[static NUMBER_LETTERS + 1], struct failure *failure)
{
    size_t count = 0;
    for (const char *each = typed; *each != '\0'; each++) {
        const unsigned char letter = (unsigned char)*each;
        if (letter == ' ' || letter == '-')
            continue;
        if (count == NUMBER_LETTERS || !isascii(letter) || !isalpha(letter))
            return failure_set(failure, REASON_BAD_ARGUMENT, "NUMBER", N_("16 letters are needed"));
        number[count++] = (char)letter;
    }
    number[count] = '\0';
    return count == NUMBER_LETTERS
               ? REASON_DONE
               : failure_set(failure, REASON_BAD_ARGUMENT, "NUMBER", N_("16 letters are needed"));
}

/* The same, or what the log calls the case by: as long, with digits among the letters. */
static enum reason read_name(const char *typed, char name[static NUMBER_LETTERS + 1], struct failure *failure)
{
    if (strlen(typed) == NUMBER_LETTERS && strspn(typed, "0123456789abcdef") == NUMBER_LETTERS) {
        memcpy(name, typed, NUMBER_LETTERS + 1);
        return REASON_DONE;
    }
    return read_number(typed, name, failure) == REASON_DONE
               ? REASON_DONE
               : failure_set(failure, REASON_BAD_ARGUMENT, "NUMBER",
                     N_("16 letters are needed, or the 16 hexadecimal digits that the log calls the case "
                        "by"));
}

static enum reason check_name(const struct session *session, struct failure *failure)
{
    char name[NUMBER_LETTERS + 1];
    return read_name(session->arguments.words[0], name, failure);
}

static enum reason check_number(const struct session *session, struct failure *failure)
{
    char number[NUMBER_LETTERS + 1];
    return read_number(session->arguments.words[0], number, failure);
}

/* --- Fingers --------------------------------------------------------------------------------------------------- */

static enum reason send_finger(const struct session *session, const char *number,
    const struct finger_argument *finger, json_t **answer, struct failure *failure)
{
    char path[PATH_SIZE], ppi[16], letters[NUMBER_LETTERS + 1];
    uint8_t *bytes;
    size_t size;
    TRY(read_number(number, letters, failure));
    snprintf(path, sizeof path, "/v1/redress/%s/samples", letters);
    snprintf(ppi, sizeof ppi, "%u", finger->ppi);
    TRY(client_add_query(path, sizeof path, "position", finger_position_name(finger->position), failure));
    TRY(client_add_query(path, sizeof path, "ppi", finger->ppi != 0 ? ppi : NULL, failure));
    TRY(file_read(finger->image, SAMPLE_FILE_BYTES_MAX, &bytes, &size, failure));
    const struct client_request request = {
        .method = "POST", .path = path, .bytes = bytes, .size = size, .once = true};
    enum reason reason = client_send_json(session->client, &request, answer, failure);
    if (reason != REASON_DONE && reason_class(reason) == REASON_CLASS_BAD_DATA)
        snprintf(failure->subject, sizeof failure->subject, "%.190s", finger->image);
    memory_wipe(bytes, size);
    free(bytes);
    return reason;
}

static void tell_replaced(const json_t *answer)
{
    const json_t *mark;
    size_t i;
    json_array_foreach(json_object_get(answer, "replaced"), i, mark) print_error_line(
        _("it took the place of case %s: the letter given with that one is void, and no finger "
          "is kept for it any more"),
        json_string_value(mark));
}

/* Each in its turn; *answer: the case behind the last one, in place of what it was. */
static enum reason send_fingers(
    const struct session *session, const char *number, json_t **answer, struct failure *failure)
{
    for (uint32_t i = 0; i < session->arguments.finger_count; i++) {
        json_t *now = NULL;
        TRY(send_finger(session, number, &session->arguments.fingers[i], &now, failure));
        tell_replaced(now);
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
                N_("each needs an --image, and each --image a --finger"));
    return REASON_DONE;
}

/* Where this user may lock too little memory to look, kordond alone says what it is. */
static enum reason try_image(
    const struct finger_argument *finger, const uint8_t *bytes, size_t size, struct failure *failure)
{
    const struct enrol_claim claim = {.position = finger->position, .ppi = finger->ppi};
    struct enrolment enrolment;
    if (!sample_is_picture(bytes, size))
        return sample_refuse(bytes, size, false, finger->image, failure);
    enum reason reason = enrol_file(bytes, size, &claim, &enrolment, failure);
    enrolment_finish(&enrolment);
    if (reason == REASON_MEMLOCK_LIMIT)
        return REASON_DONE;
    if (reason != REASON_DONE)
        snprintf(failure->subject, sizeof failure->subject, "%.190s", finger->image);
    return reason;
}

/* Before anything is asked for: a case must not be made, nor take another one's place, for a picture that is not there or of no use. */
static enum reason check_image(const struct finger_argument *finger, struct failure *failure)
{
    uint8_t *bytes;
    size_t size;
    TRY(file_read(finger->image, SAMPLE_FILE_BYTES_MAX, &bytes, &size, failure));
    enum reason reason = try_image(finger, bytes, size, failure);
    memory_wipe(bytes, size);
    free(bytes);
    return reason;
}

static enum reason check_images(const struct session *session, struct failure *failure)
{
    for (uint32_t i = 0; i < session->arguments.finger_count; i++)
        TRY(check_image(&session->arguments.fingers[i], failure));
    return REASON_DONE;
}

/* --- Shown ----------------------------------------------------------------------------------------------------- */

/* of: the words of what codes they are; NULL: it is none. */
static void print_list(const char *label, const char *of, const json_t *list)
{
    size_t i;
    const json_t *each;
    if (json_array_size(list) == 0)
        print_line(_("%s none"), label);
    json_array_foreach(list, i, each)
    {
        if (json_is_string(each))
            print_line("%s %s", i == 0 ? label : UNLABELLED,
                of != NULL ? code_in_words(of, json_string_value(each)) : json_string_value(each));
        else
            print_line(_("%s entry %lld"), i == 0 ? label : UNLABELLED, (long long)json_integer_value(each));
    }
}

/* What is kept of one that counts no more, for as long as it is kept, must not look as if it did. */
static const char *state_in_words(const char *state)
{
    static const struct {
        const char *state, *words;
    } known[] = {
        {"counts", N_("the case counts: with this document he is not referred again for these entries where "
                      "each finger that is taken is kept for it, and agrees with his own better than with "
                      "the entry")},
        {"over", N_("the case is OVER: its last day has passed; it tells nobody apart any more, and is about "
                    "to be erased")},
        {"too_alike",
            N_("the case NEVER clears: he agrees with an entry as far as the scale of scores goes, so no "
               "finger of his own can agree better, and he is referred as before; the number shortens the "
               "check. Ask "
               "who listed that person for better prints: when they are there, a case of another match can "
               "clear him")},
        {"fingers_missing", N_("the case does NOT clear yet: a crossing takes a finger that is not kept "
                               "(below); give it with kordonctl redress finger")},
        {"no_finger", N_("no finger is kept for the case: he is referred as before, and examiners see by the "
                         "number what was found")},
        {"entry_changed", N_("the case counts no more: an entry says something else now, or is gone")},
        {"superseded",
            N_("the case counts no more: a newer case of this document says something else of an entry")},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].state, state) == 0)
            return _(known[i].words);
    return state;
}

typedef void (*line_printer)(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For each purpose: with such a finger nobody is cleared, whatever else is kept. */
static void print_missing(const json_t *of, line_printer print)
{
    const json_t *needed, *finger;
    size_t i, j;
    json_array_foreach(json_object_get(of, "needed"), i, needed)
        json_array_foreach(json_object_get(needed, "missing"), j, finger)
            print(_("not kept        %s: a crossing for %s takes it"),
                code_in_words("finger", json_string_value(finger)), text_of(needed, "purpose"));
}

static enum reason show(const struct session *session, json_t *of, struct failure *failure)
{
    char time[32];
    if (session->arguments.json)
        return print_json(of, failure);
    print_line(_("case            %s"), text_of(of, "case"));
    print_line(_("referral        %s"), text_of(of, "referral"));
    print_line(_("since           %s, by %s: %s"),
        time_in_words(number_of(of, "since_ms"), time, sizeof time), text_of(of, "by"),
        text_of(of, "reason"));
    print_line(_("until           %s"), text_of(of, "until"));
    print_line(_("consent         %s"), json_is_true(json_object_get(of, "consent")) ? _("yes") : _("no"));
    print_list(_("fingers kept   "), "finger", json_object_get(of, "fingers"));
    print_line(_("refused         %lld (of his fingers, which agree with an entry too well)"),
        number_of(of, "refused"));
    print_list(_("told apart from"), NULL, json_object_get(of, "references"));
    print_list(_("log            "), NULL, json_object_get(of, "log"));
    if (json_object_get(of, "state") != NULL)
        print_line(_("state           %s"), state_in_words(text_of(of, "state")));
    print_missing(of, print_line);
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
               : failure_set(failure, REASON_BAD_ARGUMENT, "--language", N_("write uk or en"));
}

/* What would do nothing is not asked for: of a silent referral there is no letter, nor in JSON. */
static enum reason check_letter(const struct session *session, struct failure *failure)
{
    static const struct {
        enum option_name option;
        const char *name;
    } of_letter[] = {{OPTION_OUT, "--out"}, {OPTION_LANGUAGE, "--language"}};
    const bool silent = referral_is_silent(session->arguments.words[0]);
    enum language ignored;
    for (size_t i = 0; silent && i < sizeof of_letter / sizeof of_letter[0]; i++)
        if (session_option(session, of_letter[i].option, NULL) != NULL)
            return failure_set(failure, REASON_BAD_ARGUMENT, of_letter[i].name,
                N_("of a silent referral no letter is written: the traveller knows of no match"));
    if (session->arguments.json && session_option(session, OPTION_LANGUAGE, NULL) != NULL &&
        session_option(session, OPTION_OUT, NULL) == NULL)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--language",
            N_("with --json a letter is written to --out alone: name that file"));
    TRY(find_language(session, &ignored, failure));
    return try_new_file(session_option(session, OPTION_OUT, NULL), LETTER_ROOM, failure);
}

enum reason command_redress_add_check(const struct session *session, struct failure *failure)
{
    static const struct {
        enum option_name option;
        const char *name;
    } needed[] = {{OPTION_DOCUMENT, "--document"}, {OPTION_UNTIL, "--until"}, {OPTION_REASON, "--reason"}};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (session_option(session, needed[i].option, NULL) == NULL)
            return failure_set(failure, REASON_BAD_ARGUMENT, needed[i].name, N_("it is mandatory"));
    if (session->arguments.finger_count > 0 && session_option(session, OPTION_CONSENT, NULL) == NULL)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--finger",
            N_("fingers are kept only of who consents: say --consent where he does"));
    TRY(check_fingers(session, failure));
    TRY(referral_find_check(CODE_("subject", "REFERRAL"), session->arguments.words[0], failure));
    TRY(check_letter(session, failure));
    return check_images(session, failure);
}

static enum reason ask(const struct session *session, json_t **made, struct failure *failure)
{
    struct json_writer body;
    json_writer_object(&body);
    json_write_text(&body, "referral", session->arguments.words[0]);
    json_write_text(&body, "until", session_option(session, OPTION_UNTIL, ""));
    json_write_boolean(&body, "consent", session_option(session, OPTION_CONSENT, NULL) != NULL);
    json_write_text(&body, "reason", session_option(session, OPTION_REASON, ""));
    json_write_boolean(&body, "replace", session_option(session, OPTION_REPLACE, NULL) != NULL);
    enum reason reason = traveller_document_write(session, &body, failure);
    json_t *written = json_writer_end(&body);
    if (reason == REASON_DONE)
        return client_do_once(session->client, "POST", "/v1/redress", written, made, failure);
    json_decref(written);
    return reason;
}

static enum reason write_letter(const struct session *session, const json_t *made, struct failure *failure)
{
    enum language language;
    const char *out = session_option(session, OPTION_OUT, NULL);
    TRY(find_language(session, &language, failure));
    char *letter = redress_letter(made, language);
    if (letter == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "letter", NULL);
    enum reason reason = REASON_DONE;
    if (out != NULL)
        reason = write_new_file(out, letter, strlen(letter), 0600, failure);
    if (out != NULL && reason == REASON_DONE)
        print_error_line(_("the letter is written to %s"), out);
    if (out == NULL)
        print_lines(letter);
    memory_wipe(letter, strlen(letter));
    free(letter);
    return reason;
}

/* Of a silent referral the traveller was told nothing, and a letter would tell him. */
static enum reason deliver(const struct session *session, json_t *made, struct failure *failure)
{
    const bool json = session->arguments.json, out = session_option(session, OPTION_OUT, NULL) != NULL;
    const bool silent = referral_is_silent(session->arguments.words[0]);
    if (!silent && (out || !json))
        TRY(write_letter(session, made, failure));
    if (silent && !json) {
        print_line(_("case %s, number %s"), text_of(made, "case"), text_of(made, "number"));
        print_error_line("%s", _("no letter is written: the traveller knows of no match"));
    }
    return json ? print_json(json_incref(made), failure) : REASON_DONE;
}

/* The number stands nowhere else, so whatever fails it is told; and a finger that is like the entry's is not to be given again. */
static void tell_number(const json_t *made, enum reason sent)
{
    const char *number = text_of(made, "number");
    if (sent == REASON_DONE)
        print_error_line(_("the case is made, its number is %s"), number);
    else if (sent == REASON_FINGER_LIKE_ENTRY)
        print_error_line(_("the case is made, its number is %s; that finger is not kept for it"), number);
    else
        print_error_line(
            _("the case is made, its number is %s; give the fingers again with kordonctl redress "
              "finger"),
            number);
}

/* While the person is there: what keeps the case from clearing him. */
static void tell_missing(const json_t *made, const json_t *now)
{
    if (strcmp(text_of(made, "state"), "too_alike") == 0)
        print_error_line("%s", state_in_words("too_alike"));
    else
        print_missing(now != NULL ? now : made, print_error_line);
}

/* now: what the new one is behind its last finger; NULL: none is kept for it. */
static void tell_serving(const json_t *made, const json_t *now)
{
    if (now == NULL && json_object_get(made, "serving") != NULL)
        print_error_line(
            _("case %s serves until a finger is kept for the new one: both letters count until then"),
            text_of(made, "serving"));
}

/* now: what the case is behind its last finger. */
static enum reason add_kept(json_t *made, const json_t *now, struct failure *failure)
{
    struct json_writer json;
    json_writer_over(&json, json_incref(made));
    json_write_value(&json, "fingers", json_incref(json_object_get(now, "fingers")));
    json_write_value(&json, "log", json_incref(json_object_get(now, "log")));
    return json_writer_close(&json, "letter", failure);
}

/* The letter is that of the case as it came out of it, with the fingers that are kept. Who loses the number before it is told makes another case of the
 * referral, with --replace. */
enum reason command_redress_add(struct session *session, struct failure *failure)
{
    json_t *made = NULL, *now = NULL;
    struct failure undelivered = {0};
    TRY(ask(session, &made, failure));
    tell_replaced(made);
    const enum reason sent = send_fingers(session, text_of(made, "number"), &now, failure);
    enum reason delivered = now != NULL ? add_kept(made, now, &undelivered) : REASON_DONE;
    if (delivered == REASON_DONE)
        delivered = deliver(session, made, &undelivered);
    if (sent != REASON_DONE || delivered != REASON_DONE)
        tell_number(made, sent);
    tell_serving(made, now);
    tell_missing(made, now);
    if (sent == REASON_DONE && delivered != REASON_DONE)
        *failure = undelivered;
    json_decref(now);
    json_decref(made);
    return sent != REASON_DONE ? sent : delivered;
}

/* --- Gone on --------------------------------------------------------------------------------------------------- */

enum reason command_redress_finger_check(const struct session *session, struct failure *failure)
{
    if (session->arguments.finger_count == 0)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--finger", N_("say which, and its --image"));
    TRY(check_number(session, failure));
    TRY(check_fingers(session, failure));
    return check_images(session, failure);
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
    if (session_option(session, OPTION_JUSTIFICATION, "")[0] == '\0')
        return failure_set(
            failure, REASON_BAD_ARGUMENT, "--justification", N_("say why: it stands in the log"));
    return check_name(session, failure);
}

static enum reason act(
    const struct session *session, const char *method, json_t **answer, struct failure *failure)
{
    char path[PATH_SIZE], name[NUMBER_LETTERS + 1];
    const struct client_request request = {.method = method, .path = path};
    TRY(read_name(session->arguments.words[0], name, failure));
    snprintf(path, sizeof path, "/v1/redress/%s", name);
    TRY(client_add_query(
        path, sizeof path, "justification", session_option(session, OPTION_JUSTIFICATION, ""), failure));
    TRY(client_add_query(
        path, sizeof path, "recipient", session_option(session, OPTION_RECIPIENT, NULL), failure));
    return client_send_json(session->client, &request, answer, failure);
}

enum reason command_redress_show(struct session *session, struct failure *failure)
{
    json_t *of;
    TRY(act(session, "GET", &of, failure));
    return show(session, of, failure);
}

enum reason command_redress_remove(struct session *session, struct failure *failure)
{
    json_t *was;
    TRY(act(session, "DELETE", &was, failure));
    if (session->arguments.json)
        return print_json(was, failure);
    print_line(_("case %s is removed: what was kept for it is erased, and the person is referred as before"),
        text_of(was, "case"));
    json_decref(was);
    return REASON_DONE;
}
