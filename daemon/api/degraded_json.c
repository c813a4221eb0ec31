#include "daemon/api/degraded_json.h"

#include "base/instant.h"
#include "json/writer.h"

static json_t *row_json(enum degraded_mode mode, const struct degraded_row *row)
{
    char text[INSTANT_TEXT_SIZE];
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "mode", degraded_name(mode));
    json_write_text(&json, "since", instant_format(row->since_ms, text));
    json_write_text(&json, "by", row->by);
    json_write_text(&json, "why", reason_name(row->why.reason));
    json_write_text(&json, "detail", row->why.detail);
    json_write_text(&json, "remedy", degraded_remedy(mode));
    json_write_text_or_null(&json, "until", row->until_ms != 0 ? instant_format(row->until_ms, text) : NULL);
    return json_writer_end(&json);
}

json_t *degraded_json(const struct degraded *degraded)
{
    struct json_writer list;
    json_writer_array(&list);
    for (enum degraded_mode mode = 0; mode < DEGRADED_COUNT; mode++)
        if (degraded->rows[mode].on)
            json_append_value(&list, row_json(mode, &degraded->rows[mode]));
    return json_writer_end(&list);
}
