/* command_holds.c: which entries are held back from erasure; placing and lifting such holds. */
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"

#define PATH "/v1/log/holds"

/* A transaction's id, or the number of one entry. */
static void write_name(struct json_writer *body, const char *word)
{
    uint64_t entry;
    if (text_number((struct text){word, strlen(word)}, INT64_MAX, &entry))
        json_write_integer(body, "entry", (int64_t)entry);
    else
        json_write_text(body, "transaction", word);
}

static const char *name_of(const json_t *hold, char text[static 32])
{
    if (json_object_get(hold, "entry") == NULL)
        return text_of(hold, "transaction");
    snprintf(text, 32, "entry %lld", number_of(hold, "entry"));
    return text;
}

enum reason command_log_holds(struct session *session, struct failure *failure)
{
    json_t *answer;
    const json_t *hold;
    size_t i;
    char since[INSTANT_TEXT_SIZE], name[32];
    TRY(client_get(session->client, PATH, &answer, failure));
    if (session->arguments.json)
        return print_json(answer, failure);
    const json_t *holds = json_object_get(answer, "holds");
    json_array_foreach(holds, i, hold) print_line("%s  since %s, by %s%s: %s", name_of(hold, name),
        instant_format(number_of(hold, "since"), since), text_of(hold, "by"),
        json_is_true(json_object_get(hold, "auditor")) ? " (auditor)" : "", text_of(hold, "reason"));
    if (json_array_size(holds) == 0)
        print_line("nothing is held");
    json_decref(answer);
    return REASON_DONE;
}

static enum reason print_change(
    const struct session *session, json_t *answer, const char *what, struct failure *failure)
{
    char name[32];
    if (session->arguments.json)
        return print_json(answer, failure);
    print_line(
        "%s is %s; recorded as entry %lld of the log", name_of(answer, name), what, number_of(answer, "seq"));
    json_decref(answer);
    return REASON_DONE;
}

enum reason command_log_hold(struct session *session, struct failure *failure)
{
    struct json_writer body;
    json_t *answer;
    json_writer_object(&body);
    write_name(&body, session->arguments.words[0]);
    json_write_text(&body, "reason", session_option(session, OPTION_REASON, ""));
    TRY(client_put_json(session->client, "POST", PATH, json_writer_end(&body), &answer, failure));
    return print_change(session, answer, "held", failure);
}

enum reason command_log_release(struct session *session, struct failure *failure)
{
    char path[2048];
    const struct client_request request = {.method = "DELETE", .path = path};
    json_t *answer;
    snprintf(path, sizeof path, PATH "/%s", session->arguments.words[0]);
    TRY(client_add_query(
        path, sizeof path, "justification", session_option(session, OPTION_REASON, ""), failure));
    TRY(client_send_json(session->client, &request, &answer, failure));
    return print_change(session, answer, "held no more", failure);
}

enum reason command_log_hold_check(const struct session *session, struct failure *failure)
{
    if (session_option(session, OPTION_REASON, "")[0] != '\0')
        return REASON_DONE;
    return failure_set(failure, REASON_BAD_ARGUMENT, "--reason", "say why: it stands in the log");
}
