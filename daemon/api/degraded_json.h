/* degraded_json.h: the degraded modes as status, answers and events tell them. Loop's thread. */
#ifndef KORDON_DAEMON_API_DEGRADED_JSON_H
#define KORDON_DAEMON_API_DEGRADED_JSON_H

#include <jansson.h>

#include "daemon/degraded.h"

/* [{"mode", "since", "by", "why", "detail", "remedy", "until"}]: those that are on; empty where none is. New array. */
json_t *degraded_json(const struct degraded *degraded);

#endif
