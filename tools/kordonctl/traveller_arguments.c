#include "tools/kordonctl/traveller_arguments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/locked_memory.h"
#include "policy/traveller.h"

#define LINE_SIZE 256

/* --- Asking */

static bool may_ask(const struct session *session)
{
    return !session_is_demonstration(session) && isatty(STDIN_FILENO) != 0;
}

/* One line that the officer types, without its end. BAD_ARGUMENT where none comes. */
static enum reason ask(const char *question, char line[static LINE_SIZE], struct failure *failure)
{
    fprintf(stderr, "%s: ", question);
    fflush(stderr);
    if (fgets(line, LINE_SIZE, stdin) == NULL || strchr(line, '\n') == NULL)
        return failure_set(failure, REASON_BAD_ARGUMENT, question, "no answer, or one that is too long");
    line[strcspn(line, "\r\n")] = '\0';
    return REASON_DONE;
}

static bool is_group(const char *name)
{
    enum traveller_group group;
    return traveller_group_parse(name, &group);
}

static bool is_age_band(const char *name)
{
    enum age_band band;
    return age_band_parse(name, &band);
}

/* What must be one word of a vocabulary. */
struct wanted_word {
    enum option_name option;
    const char *key, *option_name, *question;
    bool (*is_word)(const char *name);
    const char *in_demonstration; /* NULL: kordond presumes */
};

static enum reason ask_word(
    const struct wanted_word *wanted, char line[static LINE_SIZE], struct failure *failure)
{
    TRY(ask(wanted->question, line, failure));
    while (!wanted->is_word(line)) {
        fprintf(stderr, _("it is none of these\n"));
        TRY(ask(wanted->question, line, failure));
    }
    return REASON_DONE;
}

static enum reason write_word(const struct session *session, const struct wanted_word *wanted,
    struct json_writer *body, struct failure *failure)
{
    char line[LINE_SIZE];
    const char *word = session_option(session, wanted->option, NULL);
    if (word == NULL && session_is_demonstration(session)) {
        word = wanted->in_demonstration;
    } else if (word == NULL && may_ask(session)) {
        TRY(ask_word(wanted, line, failure));
        word = line;
    } else if (word == NULL) {
        return failure_set(failure, REASON_BAD_ARGUMENT, wanted->option_name,
            "it is mandatory, and there is no terminal to ask at");
    }
    json_write_text_if(body, wanted->key, word);
    return REASON_DONE;
}

/* --- The document */

static enum reason write_document(char *text, struct json_writer *body, struct failure *failure)
{
    char *number = strchr(text, ':');
    if (number == NULL || number == text || number[1] == '\0')
        return failure_set(failure, REASON_BAD_FORMAT, "--document", "one line is needed: ISSUER:NUMBER");
    *number++ = '\0';
    struct json_writer document;
    json_writer_object(&document);
    json_write_text(&document, "issuer", text);
    json_write_text(&document, "number", number);
    json_write_value(body, "document", json_writer_end(&document));
    return REASON_DONE;
}

static enum reason read_line(const char *file, char line[static LINE_SIZE], struct failure *failure)
{
    uint8_t *bytes;
    size_t size;
    TRY(file_read(strcmp(file, "-") == 0 ? "/dev/stdin" : file, LINE_SIZE - 1, &bytes, &size, failure));
    memcpy(line, bytes, size);
    line[size] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    memory_wipe(bytes, size);
    free(bytes);
    return REASON_DONE;
}

static enum reason add_document(
    const struct session *session, struct json_writer *body, struct failure *failure)
{
    char line[LINE_SIZE] = "";
    const char *file = session_option(session, OPTION_DOCUMENT, NULL);
    enum reason reason = REASON_DONE;
    if (file != NULL)
        reason = read_line(file, line, failure);
    else if (may_ask(session))
        reason = ask(_("document, as ISSUER:NUMBER (empty: none)"), line, failure);
    if (reason == REASON_DONE && (file != NULL || line[0] != '\0'))
        reason = write_document(line, body, failure);
    memory_wipe(line, sizeof line);
    return reason;
}

/* --- The exception */

/* KIND[:REASON[:TEXT]]; kordond judges the words. */
static enum reason add_exception(
    const struct session *session, struct json_writer *body, struct failure *failure)
{
    char words[LINE_SIZE], *rest = words;
    const char *given = session_option(session, OPTION_EXCEPTION, NULL);
    if (given == NULL)
        return session_option(session, OPTION_DUE, NULL) == NULL
                   ? REASON_DONE
                   : failure_set(failure, REASON_BAD_ARGUMENT, "--due", "it goes with --exception");
    if ((size_t)snprintf(words, sizeof words, "%s", given) >= sizeof words)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--exception", "it is too long");
    struct json_writer exception;
    json_writer_object(&exception);
    json_write_text(&exception, "kind", strsep(&rest, ":"));
    json_write_text_if(&exception, "reason", strsep(&rest, ":"));
    json_write_text_if(&exception, "text", rest);
    json_write_text_if(&exception, "due", session_option(session, OPTION_DUE, NULL));
    json_write_value(body, "exception", json_writer_end(&exception));
    return REASON_DONE;
}

enum reason traveller_arguments_write(
    const struct session *session, bool adult, struct json_writer *body, struct failure *failure)
{
    const struct wanted_word group = {OPTION_TRAVELLER_GROUP, "traveller_group", "--traveller-group",
        _("traveller group (citizen, foreigner, stateless_person, protection_claimant, crew, diplomat, "
          "international_official)"),
        is_group, NULL};
    const struct wanted_word age = {OPTION_AGE_BAND, "age_band", "--age-band",
        _("age (under_6, 6_to_11, 12_to_17, 18_and_over; in doubt: unknown)"), is_age_band,
        adult ? "18_and_over" : "unknown"};
    TRY(write_word(session, &group, body, failure));
    TRY(write_word(session, &age, body, failure));
    if (session_option(session, OPTION_ACCOMPANIED, NULL) != NULL)
        json_write_boolean(body, "accompanied", true);
    json_write_text_if(body, "case_number", session_option(session, OPTION_CASE_NUMBER, NULL));
    TRY(add_exception(session, body, failure));
    return add_document(session, body, failure);
}
