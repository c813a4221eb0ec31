/* policy_json.h: the policy in force as a terminal reads it: what each purpose permits, of whom, and with which fingers. Loop's thread. */
#ifndef KORDON_DAEMON_API_POLICY_JSON_H
#define KORDON_DAEMON_API_POLICY_JSON_H

#include <jansson.h>

#include "daemon/policy_in_force.h"

/* One that is in force. New object; NULL without memory. */
json_t *policy_in_force_json(const struct policy_in_force *in_force);

#endif
