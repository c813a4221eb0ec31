#include "daemon/api/scanner_json.h"

#include "daemon/scanners/pool.h"

static json_t *add_failure(json_t *json, const struct failure *failure)
{
    json_object_set_new(json, "reason", json_string(reason_name(failure->reason)));
    json_object_set_new(json, "detail", json_string(failure->detail));
    return json;
}

/* What a reader's child and the watcher have in common. */
static json_t *add_child(json_t *json, const struct scanner_info *info)
{
    json_object_set_new(json, "state", json_string(scanner_state_name(info->state)));
    json_object_set_new(json, "restarts", json_integer(info->restarts));
    json_object_set_new(json, "landlock", json_integer(info->landlock));
    if (info->failure.reason != REASON_DONE)
        add_failure(json, &info->failure);
    if (info->last_failure.reason != REASON_DONE)
        json_object_set_new(json, "last_failure", add_failure(json_object(), &info->last_failure));
    return json;
}

static json_t *scanner_json(const struct scanner_info *info)
{
    return add_child(json_pack("{s:s, s:s, s:s, s:b, s:b}", "scanner", info->id, "name", info->name, "driver",
                         info->driver, "finger_needed", (int)info->finger_needed, "finger_present",
                         (int)info->finger_present),
        info);
}

json_t *scanner_list_json(const struct workers *workers)
{
    json_t *list = json_array();
    struct scanner_info info;
    for (size_t i = 0; workers->scanners != NULL && scanner_pool_get(workers->scanners, i, &info); i++)
        json_array_append_new(list, scanner_json(&info));
    return list;
}

json_t *scanner_watcher_json(const struct workers *workers)
{
    if (workers->scanners == NULL)
        return json_null();
    struct scanner_info info;
    scanner_pool_watcher(workers->scanners, &info);
    return add_child(json_object(), &info);
}
