#include "daemon/api/scanner_json.h"

#include "daemon/scanners/pool.h"
#include "json/writer.h"

static void write_failure(struct json_writer *writer, const struct failure *failure)
{
    json_write_text(writer, "reason", reason_name(failure->reason));
    json_write_text(writer, "detail", failure->detail);
}

static json_t *last_failure_json(const struct failure *failure)
{
    struct json_writer writer;
    json_writer_object(&writer);
    write_failure(&writer, failure);
    return json_writer_end(&writer);
}

/* What a reader's child and the watcher have in common. */
static void write_child(struct json_writer *writer, const struct scanner_info *info)
{
    json_write_text(writer, "state", scanner_state_name(info->state));
    json_write_integer(writer, "restarts", info->restarts);
    json_write_integer(writer, "landlock", info->landlock);
    if (info->failure.reason != REASON_DONE)
        write_failure(writer, &info->failure);
    if (info->last_failure.reason != REASON_DONE)
        json_write_value(writer, "last_failure", last_failure_json(&info->last_failure));
}

json_t *scanner_json(const struct scanner_info *info)
{
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_text(&writer, "scanner", info->id);
    json_write_text(&writer, "name", info->name);
    json_write_text(&writer, "driver", info->driver);
    json_write_boolean(&writer, "finger_needed", info->finger_needed);
    json_write_boolean(&writer, "finger_present", info->finger_present);
    write_child(&writer, info);
    return json_writer_end(&writer);
}

json_t *scanner_watcher_json(const struct workers *workers)
{
    if (workers->scanners == NULL)
        return json_null();
    struct json_writer writer;
    struct scanner_info info;
    scanner_pool_watcher(workers->scanners, &info);
    json_writer_object(&writer);
    write_child(&writer, &info);
    return json_writer_end(&writer);
}
