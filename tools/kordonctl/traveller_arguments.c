#include "tools/kordonctl/traveller_arguments.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/locked_memory.h"
#include "policy/traveller.h"
#include "tools/kordonctl/asking.h"

/* --- Group and age */

/* What must be one word of a vocabulary. */
struct wanted_word {
    enum option_name option;
    const char *key, *option_name;
    struct asked_choice choice;
    const char *in_demonstration; /* NULL: kordond presumes */
};

static enum reason write_word(const struct session *session, const struct wanted_word *wanted,
    struct json_writer *body, struct failure *failure)
{
    const char *word = session_option(session, wanted->option, NULL);
    if (word == NULL && session_is_demonstration(session))
        word = wanted->in_demonstration;
    else if (word == NULL && asking_is_possible(session))
        TRY(ask_choice(&wanted->choice, &word, failure));
    else if (word == NULL)
        return failure_set(failure, REASON_BAD_ARGUMENT, wanted->option_name,
            N_("it is mandatory, and there is no terminal to ask at"));
    json_write_text_if(body, wanted->key, word);
    return REASON_DONE;
}

static enum reason write_group(
    const struct session *session, struct json_writer *body, struct failure *failure)
{
    const char *codes[TRAVELLER_GROUP_COUNT];
    size_t count = 0;
    for (int group = TRAVELLER_GROUP_UNSAID + 1; group < TRAVELLER_GROUP_COUNT; group++)
        codes[count++] = traveller_group_name((enum traveller_group)group);
    const struct wanted_word wanted = {OPTION_TRAVELLER_GROUP, "traveller_group", "--traveller-group",
        {_("traveller group:"), "traveller_group", codes, count}, NULL};
    return write_word(session, &wanted, body, failure);
}

static enum reason write_age(
    const struct session *session, bool adult, struct json_writer *body, struct failure *failure)
{
    const char *codes[AGE_BAND_COUNT];
    size_t count = 0;
    for (int band = AGE_UNKNOWN + 1; band < AGE_BAND_COUNT; band++)
        codes[count++] = age_band_name((enum age_band)band);
    codes[count++] = age_band_name(AGE_UNKNOWN);
    const struct wanted_word wanted = {OPTION_AGE_BAND, "age_band", "--age-band",
        {_("age (in doubt: the last one):"), "age_band", codes, count}, adult ? "18_and_over" : "unknown"};
    return write_word(session, &wanted, body, failure);
}

/* --- The document */

static bool is_put_off(const struct session *session)
{
    static const char kind[] = "temporarily_impossible";
    const char *exception = session_option(session, OPTION_EXCEPTION, "");
    return strncmp(exception, kind, sizeof kind - 1) == 0;
}

static enum reason write_document(char *text, struct json_writer *body, struct failure *failure)
{
    char *number = strchr(text, ':');
    if (number == NULL || number == text || number[1] == '\0')
        return failure_set(failure, REASON_BAD_FORMAT, "--document", N_("one line is needed: ISSUER:NUMBER"));
    *number++ = '\0';
    struct json_writer document;
    json_writer_object(&document);
    json_write_text(&document, "issuer", text);
    json_write_text(&document, "number", number);
    json_write_value(body, "document", json_writer_end(&document));
    return REASON_DONE;
}

/* From standard input, which may be a pipe or a terminal: byte by byte, so that what stands behind the line is left there. */
static enum reason read_piped_line(char line[static ASKED_LINE_SIZE], struct failure *failure)
{
    size_t size = 0;
    while (size < ASKED_LINE_SIZE) {
        const ssize_t got = read(STDIN_FILENO, line + size, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failure_set_errno(failure, errno, "--document", "read");
        if (got == 0 || line[size] == '\n' || line[size] == '\r') {
            line[size] = '\0';
            return REASON_DONE;
        }
        size++;
    }
    return failure_set(failure, REASON_TOO_LARGE, "--document", N_("one line is needed: ISSUER:NUMBER"));
}

static enum reason read_line(const char *file, char line[static ASKED_LINE_SIZE], struct failure *failure)
{
    uint8_t *bytes;
    size_t size;
    if (strcmp(file, "-") == 0)
        return read_piped_line(line, failure);
    TRY(file_read(file, ASKED_LINE_SIZE - 1, &bytes, &size, failure));
    memcpy(line, bytes, size);
    line[size] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    memory_wipe(bytes, size);
    free(bytes);
    return REASON_DONE;
}

/* What is put off can only be found again by the document: there it is asked for until it comes. */
static enum reason ask_document(bool needed, char line[static ASKED_LINE_SIZE], struct failure *failure)
{
    const char *question = needed ? _("document, as ISSUER:NUMBER (needed: by it this is found again)")
                                  : _("document, as ISSUER:NUMBER (empty: none)");
    do
        TRY(ask_line(question, line, failure));
    while (needed && line[0] == '\0');
    return REASON_DONE;
}

enum reason traveller_document_write(
    const struct session *session, struct json_writer *body, struct failure *failure)
{
    char line[ASKED_LINE_SIZE] = "";
    const char *file = session_option(session, OPTION_DOCUMENT, NULL);
    enum reason reason = REASON_DONE;
    if (file != NULL)
        reason = read_line(file, line, failure);
    else if (asking_is_possible(session))
        reason = ask_document(is_put_off(session), line, failure);
    if (reason == REASON_DONE && (file != NULL || line[0] != '\0'))
        reason = write_document(line, body, failure);
    memory_wipe(line, sizeof line);
    return reason;
}

/* --- Fingers that are not there */

/* The officer sees a bandage before he asks for the first finger, and should not have to wait until it does not come (P3). */
static enum reason ask_missing_fingers(struct json_writer *body, struct failure *failure)
{
    const char *codes[FINGER_POSITION_COUNT];
    bool chosen[FINGER_POSITION_COUNT];
    struct json_writer missing;
    size_t count = 0, named = 0;
    for (int finger = 0; finger < FINGER_POSITION_COUNT; finger++)
        if (finger != FINGER_UNKNOWN)
            codes[count++] = finger_position_name((enum finger_position)finger);
    const struct asked_choice choice = {_("fingers:"), "finger", codes, count};
    TRY(ask_some(&choice,
        _("fingers that are missing or can't be taken, divided by commas (empty: none; ?: their names)"),
        chosen, failure));
    json_writer_array(&missing);
    for (size_t i = 0; i < count; i++) {
        if (chosen[i])
            json_append_text(&missing, codes[i]);
        named += chosen[i];
    }
    json_t *list = json_writer_end(&missing);
    if (named > 0)
        json_write_value(body, "missing_fingers", list);
    else
        json_decref(list);
    return REASON_DONE;
}

/* Who names fingers or pictures himself, or captures nothing, is not asked. */
static bool is_asked_for_fingers(const struct session *session)
{
    return session->arguments.finger_count == 0 && session_option(session, OPTION_EXCEPTION, NULL) == NULL &&
           asking_is_possible(session);
}

/* kordond judges the words. */
static enum reason add_missing_fingers(
    const struct session *session, struct json_writer *body, struct failure *failure)
{
    char words[ASKED_LINE_SIZE], *rest = words;
    const char *given = session_option(session, OPTION_MISSING_FINGERS, NULL);
    if (given == NULL)
        return is_asked_for_fingers(session) ? ask_missing_fingers(body, failure) : REASON_DONE;
    if ((size_t)snprintf(words, sizeof words, "%s", given) >= sizeof words)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--missing-fingers", N_("it is too long"));
    struct json_writer missing;
    json_writer_array(&missing);
    while (rest != NULL)
        json_append_text(&missing, strsep(&rest, ","));
    json_write_value(body, "missing_fingers", json_writer_end(&missing));
    return REASON_DONE;
}

/* --- The exception */

static enum reason add_due(
    const struct session *session, struct json_writer *exception, struct failure *failure)
{
    char line[ASKED_LINE_SIZE];
    const char *due = session_option(session, OPTION_DUE, NULL);
    if (due == NULL && is_put_off(session) && asking_is_possible(session)) {
        TRY(ask_line(_("last day on which it is not overdue, as YYYY-MM-DD"), line, failure));
        due = line;
    }
    json_write_text_if(exception, "due", due);
    return REASON_DONE;
}

/* KIND[:REASON[:TEXT]]; kordond judges the words. */
static enum reason add_exception(
    const struct session *session, struct json_writer *body, struct failure *failure)
{
    char words[ASKED_LINE_SIZE], *rest = words;
    const char *given = session_option(session, OPTION_EXCEPTION, NULL);
    if (given == NULL)
        return session_option(session, OPTION_DUE, NULL) == NULL
                   ? REASON_DONE
                   : failure_set(failure, REASON_BAD_ARGUMENT, "--due", N_("it goes with --exception"));
    if ((size_t)snprintf(words, sizeof words, "%s", given) >= sizeof words)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--exception", N_("it is too long"));
    struct json_writer exception;
    json_writer_object(&exception);
    json_write_text(&exception, "kind", strsep(&rest, ":"));
    json_write_text_if(&exception, "reason", strsep(&rest, ":"));
    json_write_text_if(&exception, "text", rest);
    enum reason reason = add_due(session, &exception, failure);
    json_write_value(body, "exception", json_writer_end(&exception));
    return reason;
}

enum reason traveller_arguments_write(
    const struct session *session, bool adult, struct json_writer *body, struct failure *failure)
{
    TRY(write_group(session, body, failure));
    TRY(write_age(session, adult, body, failure));
    if (session_option(session, OPTION_ACCOMPANIED, NULL) != NULL)
        json_write_boolean(body, "accompanied", true);
    json_write_text_if(body, "redress", session_option(session, OPTION_REDRESS, NULL));
    json_write_text_if(body, "case_number", session_option(session, OPTION_CASE_NUMBER, NULL));
    TRY(add_missing_fingers(session, body, failure));
    TRY(add_exception(session, body, failure));
    return traveller_document_write(session, body, failure);
}
