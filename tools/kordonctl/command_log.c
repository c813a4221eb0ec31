#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/memory.h"
#include "json/text.h"
#include "retention/reading.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/log_source.h"

#define SEQ_MOST ((UINT64_C(1) << 53) - 1)

/* --- prove, checkpoint ------------------------------------------------------------------------------------ */

enum reason command_log_out_check(const struct session *session, struct failure *failure)
{
    return check_new_file(session_option(session, OPTION_OUT, NULL), failure);
}

/* A text from kordond; malloc'd. */
static enum reason fetch_text(struct session *session, const char *path, char **text, struct failure *failure)
{
    size_t size;
    struct client_request request = {.method = "GET", .path = path};
    return client_send(session->client, &request, (uint8_t **)text, &size, failure);
}

enum reason command_log_prove(struct session *session, struct failure *failure)
{
    uint64_t seq;
    char path[128], *text = NULL;
    TRY(arguments_number("SEQ", session->arguments.words[0], 0, SEQ_MOST, &seq, failure));
    snprintf(path, sizeof path, "/v1/log/entries/%llu/receipt", (unsigned long long)seq);
    enum reason reason = session->client != NULL ? fetch_text(session, path, &text, failure)
                                                 : retention_receipt(session->store, seq, &text, failure);
    if (reason == REASON_DONE)
        reason = deliver_text(session, "receipt", text, failure);
    free(text);
    return reason;
}

enum reason command_log_checkpoint(struct session *session, struct failure *failure)
{
    char *text = NULL;
    enum reason reason = session->client != NULL
                             ? fetch_text(session, "/v1/log/files/checkpoint", &text, failure)
                             : journal_checkpoint(session->store, &text, failure);
    if (reason == REASON_DONE)
        reason = deliver_text(session, "checkpoint", text, failure);
    free(text);
    return reason;
}
