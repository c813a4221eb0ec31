#include "daemon/api/self_test_json.h"

#include "base/instant.h"

json_t *self_test_json(const struct self_test *self_test)
{
    const struct self_test_result *last = &self_test->last;
    char text[INSTANT_TEXT_SIZE];
    struct json_writer json;
    if (last->outcome == SELF_TEST_NONE)
        return json_null();
    json_writer_object(&json);
    json_write_text(&json, "result", self_test_outcome_name(last->outcome));
    json_write_text(&json, "ended", instant_format(last->ended_ms, text));
    json_write_text(&json, "by", last->by);
    json_write_text(&json, "trigger", self_test_trigger_name(last->trigger));
    if (last->why.reason != REASON_DONE)
        json_write_text(&json, "detail", last->why.detail);
    return json_writer_end(&json);
}
