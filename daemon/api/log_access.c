#include "daemon/api/log_access.h"

#include "base/language.h"

void log_access_begin(struct json_writer *body, const struct kordond *kordond,
    const struct http_request *request, const char *what)
{
    bool auditor = (request->principal.roles & ROLE_AUDITOR) != 0;
    json_writer_over(body, evidence_body_of(&kordond->evidence, &request->principal, NULL,
                               auditor ? ROLE_AUDITOR : ROLE_SUPERVISOR));
    json_write_text(body, "read", what);
    json_write_text_if(body, "justification", http_request_query(request, "justification"));
    if (referrals_reads_in_part(&kordond->referrals, &request->principal))
        json_write_text(body, LOG_WITHHELD, LOG_WITHHELD_REFERRALS);
}

const char *log_access_transaction(const json_t *entry)
{
    return json_string_value(json_object_get(json_object_get(entry, "body"), "transaction"));
}

uint64_t log_access_size(const struct state_reading *reading, uint64_t size)
{
    const uint64_t shown = reading->recorded + 1;
    return size > shown ? shown : size;
}

bool log_access_withholds(const struct state_reading *reading, const char *transaction)
{
    return referrals_withhold(
        &reading->call.kordond->referrals, &reading->principal, reading->in_part, transaction);
}

bool log_access_is_withheld(const struct state_reading *reading, const json_t *entry)
{
    const char *transaction = log_access_transaction(entry);
    return transaction != NULL && log_access_withholds(reading, transaction);
}

enum reason log_access_refuse(const char *what, struct failure *failure)
{
    return failure_set(failure, REASON_REFERRAL_STATE, what,
        N_("it tells of a match that is not decided yet, and that you verify or could verify"));
}
