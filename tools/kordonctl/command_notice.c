/* command_notice.c: what is shown to a traveller, or printed for him, before his fingerprints are taken (H4). */
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"

#define PATH_SIZE 1024

enum reason command_notice(struct session *session, struct failure *failure)
{
    char path[PATH_SIZE] = "/v1/notice";
    json_t *answer;
    TRY(client_add_query(path, sizeof path, "purpose", session->arguments.words[0], failure));
    TRY(client_add_query(
        path, sizeof path, "language", session_option(session, OPTION_LANGUAGE, NULL), failure));
    TRY(client_get(session->client, path, &answer, failure));
    if (session->arguments.json)
        return print_json(answer, failure);
    print_lines(text_or_empty(answer, "text"));
    if (json_is_string(json_object_get(answer, "child_text"))) {
        print_line("%s", "");
        print_lines(text_or_empty(answer, "child_text"));
    }
    json_decref(answer);
    return REASON_DONE;
}
