#include "daemon/api/reply.h"
#include "daemon/api/routes.h"
#include "daemon/api/scanner_json.h"

void handle_scanners(struct kordond *kordond, struct http_request *request)
{
    reply_json(request, 200,
        json_pack("{s:o, s:o}", "scanners", scanner_list_json(&kordond->workers), "watcher",
            scanner_watcher_json(&kordond->workers)));
}
