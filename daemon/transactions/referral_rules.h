/* referral_rules.h: by which rules a match is verified, as they are kept with it: those of the policy when it was concluded, whatever comes later. */
#ifndef KORDON_DAEMON_TRANSACTIONS_REFERRAL_RULES_H
#define KORDON_DAEMON_TRANSACTIONS_REFERRAL_RULES_H

#include "json/fields.h"
#include "json/writer.h"
#include "policy/referral.h"

/* New object; NULL without memory. */
json_t *referral_rules_write(const struct referral_rules *rules);

/* What is missing or can't be is fields' to say. */
void referral_rules_read(struct json_fields *fields, const char *key, struct referral_rules *rules);

#endif
