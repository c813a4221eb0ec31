/* command_mode.c: what the crossing point can do now, and suspending capture. */
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"

void print_mode(const json_t *status)
{
    long long fingers = number_of(status, "armed_from_fingers");
    const char *why = json_string_value(json_object_get(status, "why"));
    const char *detail = json_string_value(json_object_get(status, "detail"));
    const char *remedy = json_string_value(json_object_get(status, "remedy"));
    if (why == NULL) {
        print_line(_("mode            %s from %lld %s"), code_in_words("mode", text_of(status, "mode")),
            fingers, counted((unsigned long long)fingers, _("finger"), _("fingers")));
        return;
    }
    print_line(_("mode            %s: %s%s%s"), code_in_words("mode", text_of(status, "mode")), why,
        detail != NULL ? ": " : "", detail != NULL ? detail : "");
    if (remedy != NULL && remedy[0] != '\0')
        print_line(_("what to do      %s"), remedy);
}

/* In words that an officer knows; the codes are the API's. */
void print_degraded(const json_t *degraded, bool quiet)
{
    const json_t *row;
    size_t i;
    if (json_array_size(degraded) == 0 && !quiet)
        print_line(_("degraded        no"));
    json_array_foreach(degraded, i, row)
    {
        const char *until = json_string_value(json_object_get(row, "until"));
        print_line(_("%s %s since %s%s%s, by %s: %s%s%s"), i == 0 ? _("degraded       ") : UNLABELLED,
            code_in_words("degraded", text_of(row, "mode")), text_of(row, "since"),
            until != NULL ? _(" until ") : "", until != NULL ? until : "", text_of(row, "by"),
            text_of(row, "why"), text_or_empty(row, "detail")[0] != '\0' ? ", " : "",
            text_or_empty(row, "detail"));
        print_line(_("                what to do: %s"), text_of(row, "remedy"));
    }
}

enum reason command_mode_show(struct session *session, struct failure *failure)
{
    json_t *status;
    struct json_writer json;
    TRY(client_get(session->client, "/v1/status", &status, failure));
    if (!session->arguments.json) {
        print_mode(status);
        print_degraded(json_object_get(status, "degraded"), false);
        json_decref(status);
        return REASON_DONE;
    }
    json_writer_object(&json);
    json_write_text(&json, "mode", text_of(status, "mode"));
    json_write_text_if(&json, "why", json_string_value(json_object_get(status, "why")));
    json_write_value(&json, "degraded", json_incref(json_object_get(status, "degraded")));
    json_decref(status);
    return print_json(json_writer_end(&json), failure);
}

/* "90m", "2h", or a moment that kordond reads. */
static enum reason write_until(struct json_writer *json, const char *until, struct failure *failure)
{
    int64_t moment;
    uint64_t count;
    size_t size = strlen(until);
    char number[16];
    bool hours = size > 0 && until[size - 1] == 'h';
    if (instant_parse(until, &moment)) {
        json_write_text(json, "until", until);
        return REASON_DONE;
    }
    if (size < 2 || size > sizeof number || (!hours && until[size - 1] != 'm'))
        return failure_set(failure, REASON_BAD_ARGUMENT, "--until",
            N_("say a moment as 2026-11-27T06:00:00Z, minutes as 90m or hours as 2h; six hours are the "
               "most"));
    memcpy(number, until, size - 1);
    number[size - 1] = '\0';
    TRY(arguments_number("--until", number, 1, hours ? 6 : 360, &count, failure));
    json_write_integer(json, "minutes", (int64_t)(hours ? count * 60 : count));
    return REASON_DONE;
}

static enum reason print_suspension(
    const struct session *session, json_t *answer, const char *words, struct failure *failure)
{
    if (session->arguments.json)
        return print_json(answer, failure);
    print_line(_("%s; recorded as entry %lld of the log"), words, number_of(answer, "seq"));
    print_degraded(json_object_get(answer, "degraded"), true);
    json_decref(answer);
    return REASON_DONE;
}

enum reason command_mode_suspend(struct session *session, struct failure *failure)
{
    const char *until = session_option(session, OPTION_UNTIL, "");
    const char *why = session_option(session, OPTION_REASON, "");
    struct json_writer json;
    json_t *answer;
    if (why[0] == '\0')
        return failure_set(failure, REASON_BAD_ARGUMENT, "--reason", N_("say why: it stands in the log"));
    json_writer_object(&json);
    json_write_text(&json, "reason", why);
    enum reason reason = write_until(&json, until, failure);
    json_t *body = json_writer_end(&json);
    if (reason != REASON_DONE) {
        json_decref(body);
        return reason;
    }
    TRY(client_put_json(session->client, "POST", "/v1/mode/suspension", body, &answer, failure));
    return print_suspension(session, answer, _("capture is suspended"), failure);
}

enum reason command_mode_resume(struct session *session, struct failure *failure)
{
    const struct client_request request = {.method = "DELETE", .path = "/v1/mode/suspension"};
    json_t *answer;
    TRY(client_send_json(session->client, &request, &answer, failure));
    return print_suspension(session, answer, _("capture is on"), failure);
}
