/* scanner_json.h: the readers as the API shows them, and whether these are all there are. New objects, whole, or NULL without
 * memory: a reader must not be missing from its list. Loop's thread. */
#ifndef KORDON_DAEMON_API_SCANNER_JSON_H
#define KORDON_DAEMON_API_SCANNER_JSON_H

#include <jansson.h>

#include "daemon/scanners/pool.h"
#include "daemon/workers.h"

/* One reader. */
json_t *scanner_json(const struct scanner_info *info);

/* Whether anybody looks for readers: a list without a reader says that there is none only beside the state "ready". null: nobody is to
 * look, scanners are not enabled or kordond is locked. */
json_t *scanner_watcher_json(const struct workers *workers);

#endif
