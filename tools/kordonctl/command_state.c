/* command_state.c: what a supervisor accepts against the evidence. */
#include <stdio.h>
#include <string.h>

#include "store/journal.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"

static enum reason accept_in_store(
    struct session *session, bool anchor, const char *justification, json_t **answer, struct failure *failure)
{
    struct journal_outcome outcome = {0};
    json_t *body = session_journal_body(session);
    json_object_set_new(body, "justification", json_string(justification));
    const struct log_draft draft = {.event = LOG_EVENT_CONFIGURATION, .body = body};
    enum reason reason = anchor ? store_accept_anchor(session->store, &draft, &outcome, failure)
                                : store_accept_clock(session->store, &draft, &outcome, failure);
    if (reason == REASON_DONE)
        *answer = json_pack("{s:I}", "seq", (json_int_t)outcome.seq);
    journal_outcome_finish(&outcome);
    json_decref(body);
    return reason;
}

static enum reason accept_through_daemon(struct session *session, const char *what, const char *justification,
    json_t **answer, struct failure *failure)
{
    return client_put_json(session->client, "POST", "/v1/state/accept",
        json_pack("{s:s, s:s}", "what", what, "justification", justification), answer, failure);
}

enum reason command_state_accept(struct session *session, struct failure *failure)
{
    const char *what = session->arguments.words[0];
    const char *justification = session_option(session, OPTION_JUSTIFICATION, "");
    json_t *answer = NULL;
    bool anchor = strcmp(what, "anchor") == 0;
    if (!anchor && strcmp(what, "clock") != 0)
        return failure_set(failure, REASON_BAD_ARGUMENT, what, "anchor or clock");
    if (justification[0] == '\0')
        return failure_set(failure, REASON_BAD_ARGUMENT, "--justification", "say why: it stands in the log");
    enum reason reason = session->client != NULL
                             ? accept_through_daemon(session, what, justification, &answer, failure)
                             : accept_in_store(session, anchor, justification, &answer, failure);
    if (reason != REASON_DONE)
        return reason;
    if (session->arguments.json)
        return print_json(answer, failure);
    print_line("the %s is accepted; recorded as entry %lld of the log", what,
        (long long)json_integer_value(json_object_get(answer, "seq")));
    json_decref(answer);
    return REASON_DONE;
}
