#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "log/entry.h"
#include "log/export.h"
#include "log/redaction.h"
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/log_source.h"
#include "tools/kordonctl/verifier_key.h"

static enum reason add_verifier_key(struct session *session, const char *directory, struct failure *failure)
{
    char path[4096], text[1024], *line;
    bool unproven;
    TRY(verifier_key_find(session, &line, &unproven, failure));
    int length = snprintf(text, sizeof text, "%s\n", line);
    snprintf(path, sizeof path, "%s/log.vkey", directory);
    enum reason reason = file_write(path, text, (size_t)length, 0644, failure);
    free(line);
    return reason;
}

/* The events whose bodies are not to be shown, as bits and, in the log's order, as text. */
static enum reason read_withhold(const struct session *session, uint32_t *events,
    char text[static LOG_EVENTS_TEXT_SIZE], struct failure *failure)
{
    const char *given = session_option(session, OPTION_WITHHOLD, NULL);
    struct failure cause = {0};
    *events = 0;
    text[0] = '\0';
    if (given == NULL)
        return REASON_DONE;
    if (log_events_parse(given, strlen(given), events, &cause) != REASON_DONE ||
        redaction_check_events(*events, &cause) != REASON_DONE)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--withhold", "%s", cause.detail);
    if ((*events & LOG_EVENT_BIT(LOG_EVENT_ERASURE)) != 0)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--withhold",
            "erasures are not withheld: they account for what is gone");
    log_events_format(*events, text);
    return REASON_DONE;
}

enum reason command_log_export_check(const struct session *session, struct failure *failure)
{
    char text[LOG_EVENTS_TEXT_SIZE];
    uint32_t events;
    enum reason reason = log_export_check(session->arguments.words[0], failure);
    return reason == REASON_DONE ? read_withhold(session, &events, text, failure) : reason;
}

static enum reason export_to(
    struct session *session, uint32_t events, const char *directory, struct failure *failure)
{
    struct log_session_source session_source;
    struct log_withholding_source withholding;
    /* It is of a tree that was; to read the state is not enough to sign that. */
    if ((events & REDACTION_OF_MATCHES) != 0 && session->client == NULL)
        return failure_set(failure, REASON_STATE_UNREADABLE, session->configuration.state.directory,
            "without what came of transactions the log is handed out as it was yesterday at 00:00 UTC, which "
            "kordond "
            "alone can sign: start it");
    struct log_source source = log_source_session(&session_source, session, LOG_SOURCE_HANDED_OUT, events);
    if (events != 0)
        source = log_source_withholding(&withholding, source, events);
    enum reason reason = log_export(source, directory, failure);
    log_session_source_finish(&session_source);
    return reason == REASON_DONE ? add_verifier_key(session, directory, failure) : reason;
}

enum reason command_log_export(struct session *session, struct failure *failure)
{
    const char *directory = session->arguments.words[0];
    char withheld[LOG_EVENTS_TEXT_SIZE];
    uint32_t events;
    TRY(read_withhold(session, &events, withheld, failure));
    TRY(export_to(session, events, directory, failure));
    if (session->arguments.json) {
        struct json_writer writer;
        json_writer_object(&writer);
        json_write_text(&writer, "exported", directory);
        json_write_text_if(&writer, LOG_WITHHELD_EVENTS, events != 0 ? withheld : NULL);
        return print_json(json_writer_end(&writer), failure);
    }
    if (events != 0)
        print_line("withheld        the bodies of: %s", withheld);
    print_line("exported to %s; check it anywhere with: kordonctl log verify %s --vkey YOUR-COPY-OF-LOG.VKEY",
        directory, directory);
    return REASON_DONE;
}
