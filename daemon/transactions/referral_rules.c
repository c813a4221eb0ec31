#include "daemon/transactions/referral_rules.h"

json_t *referral_rules_write(const struct referral_rules *rules)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_integer(&json, "examiners", rules->examiners);
    json_write_boolean(&json, "score_shown", rules->score_shown);
    json_write_integer(&json, "minutes", rules->minutes);
    json_write_integer(&json, "probe_retention_days", rules->probe_retention_days);
    json_write_integer(&json, "retention_days", rules->retention_days);
    return json_writer_end(&json);
}

static uint32_t read_number(struct json_fields *fields, const char *key)
{
    return (uint32_t)json_fields_integer(fields, key, JSON_REQUIRED, 0, UINT32_MAX, 0);
}

void referral_rules_read(struct json_fields *from, const char *key, struct referral_rules *rules)
{
    struct json_fields fields;
    if (!json_fields_enter(from, key, &fields)) {
        json_fields_refuse(from, key, "they are missing");
        return;
    }
    rules->examiners =
        (uint32_t)json_fields_integer(&fields, "examiners", JSON_REQUIRED, 1, POLICY_EXAMINERS_MAX, 1);
    rules->score_shown = json_fields_boolean(&fields, "score_shown", JSON_REQUIRED, false);
    rules->minutes = read_number(&fields, "minutes");
    rules->probe_retention_days = read_number(&fields, "probe_retention_days");
    rules->retention_days = read_number(&fields, "retention_days");
    json_fields_leave(from, &fields);
}
