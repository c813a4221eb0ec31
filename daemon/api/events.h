/* events.h: what changes, told to whoever listens at /v1/events (server-sent events).
 *
 * A stream is told what its roles may know: scanners and the mode everybody; a transaction its terminal and
 * supervisors; the list those who may see it. Loop's thread.
 */
#ifndef KORDON_DAEMON_API_EVENTS_H
#define KORDON_DAEMON_API_EVENTS_H

#include <jansson.h>

#include "daemon/kordond.h"
#include "daemon/scanners/pool.h"

/* scanner_pool's event callback; data is the struct kordond. */
void events_on_scanner(void *data, enum scanner_event_type type, const struct scanner_info *info);

void events_publish_transaction(struct kordond *kordond, const struct transaction *transaction);
void events_publish_list(struct kordond *kordond);
/* How far an import is ({"import": null}: it is over), to supervisors and administrators. json is taken over. */
void events_publish_import(struct kordond *kordond, json_t *json);
void events_publish_mode(struct kordond *kordond);

/* "armed", "identification_refused", "locked" */
const char *mode_name(enum kordond_mode mode);

#endif
