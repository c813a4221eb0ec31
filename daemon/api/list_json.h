/* list_json.h: the list, and changes to it, as the API shows them. New objects. Loop's thread. */
#ifndef KORDON_DAEMON_API_LIST_JSON_H
#define KORDON_DAEMON_API_LIST_JSON_H

#include <jansson.h>

#include "daemon/kordond.h"
#include "daemon/list/import.h"

/* Whose an import is, its state and how far it is. */
json_t *import_json(const struct list_import *import);

/* How far it is, what a batch of entries was found to have, and of one entry alone its fingers. */
json_t *import_added_json(const struct list_outcome *outcome);

/* What a change that was recorded made of the list, or would make of it in a dry run. */
json_t *list_changed_json(const struct kordond *kordond, const struct list_outcome *outcome);

/* [{"fingers", "threshold", "reachable", "why"}] for one to ten fingers, for the whole list. */
json_t *list_thresholds_json(const struct list *list);

#endif
