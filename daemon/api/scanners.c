#include "daemon/api/reply.h"
#include "daemon/api/routes.h"
#include "daemon/api/scanner_json.h"
#include "json/writer.h"

void handle_scanners(struct kordond *kordond, struct http_request *request)
{
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_value(&writer, "scanners", scanner_list_json(&kordond->workers));
    json_write_value(&writer, "watcher", scanner_watcher_json(&kordond->workers));
    reply_json(request, 200, json_writer_end(&writer));
}
