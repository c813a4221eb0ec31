#include "daemon/api/reply.h"
#include "daemon/api/routes.h"
#include "daemon/scanners/pool.h"

static json_t *scanner_json(const struct scanner_info *info)
{
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:i}", "scanner", info->id, "name", info->name, "driver",
            info->driver, "state", scanner_state_name(info->state), "finger_needed", (int)info->finger_needed,
            "finger_present", (int)info->finger_present, "restarts", (int)info->restarts);
    if (info->failure.reason != REASON_DONE) {
        json_object_set_new(json, "reason", json_string(reason_name(info->failure.reason)));
        json_object_set_new(json, "detail", json_string(info->failure.detail));
    }
    if (info->last_failure.reason != REASON_DONE)
        json_object_set_new(json, "last_failure",
            json_pack("{s:s, s:s}", "reason", reason_name(info->last_failure.reason), "detail",
                info->last_failure.detail));
    return json;
}

void handle_scanners(struct kordond *kordond, struct http_request *request)
{
    json_t *list = json_array();
    struct scanner_info info;
    for (size_t i = 0;
         kordond->workers.scanners != NULL && scanner_pool_get(kordond->workers.scanners, i, &info); i++)
        json_array_append_new(list, scanner_json(&info));
    reply_json(request, 200, json_pack("{s:o}", "scanners", list));
}
