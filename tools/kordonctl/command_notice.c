/* command_notice.c: what is shown to a traveller, or printed for him, before his fingerprints are taken (H4). */
#include <string.h>

#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"

#define PATH_SIZE 1024

/* Line by line: print_safely() takes the ends of lines for harm. */
static void print_lines(const char *text)
{
    while (*text != '\0') {
        int size = (int)strcspn(text, "\n");
        print_line("%.*s", size, text);
        text += size + (text[size] == '\n');
    }
}

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
