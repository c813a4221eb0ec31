#include "daemon/redress/account.h"

#include "base/day.h"

json_t *redress_account_begin(
    const struct evidence *evidence, const struct principal *principal, const char *what, const char *why)
{
    struct json_writer body;
    json_writer_over(&body, principal != NULL ? evidence_body_of(evidence, principal, NULL, ROLE_SUPERVISOR)
                                              : evidence_body(evidence, "kordond", "system"));
    json_write_text(&body, "what", what);
    json_write_text_if(&body, "justification", why);
    return json_writer_end(&body);
}

void redress_account_case(struct json_writer *body, const struct redress_case *of)
{
    char mark[REDRESS_MARK_SIZE], day[DAY_TEXT_SIZE];
    json_write_text(body, "case", redress_mark(of->key, mark));
    json_write_text(body, "referral", of->referral);
    json_write_text(body, "transaction", of->transaction);
    json_write_text(body, "purpose", of->purpose);
    json_write_text(body, "legal_basis", of->legal_basis);
    json_write_text(body, "until", day_format(of->until_day, day));
    json_write_boolean(body, "consent", of->consent);
    json_write_value(body, "references", redress_references_json(of));
}
