#include "daemon/api/log_access.h"

void log_access_begin(struct json_writer *body, const struct kordond *kordond,
    const struct http_request *request, const char *what)
{
    bool auditor = (request->principal.roles & ROLE_AUDITOR) != 0;
    json_writer_over(body, evidence_body_of(&kordond->evidence, &request->principal, NULL,
                               auditor ? ROLE_AUDITOR : ROLE_SUPERVISOR));
    json_write_text(body, "read", what);
    json_write_text_if(body, "justification", http_request_query(request, "justification"));
}
