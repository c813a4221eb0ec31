#include "daemon/api/guidance_json.h"

static json_t *guidance_json(const struct transaction_guidance *guidance)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "code", guidance_code(guidance->code));
    json_write_text(&json, "text", guidance_text(guidance->code));
    if (guidance->code != GUIDANCE_ENOUGH && guidance->code != GUIDANCE_NO_FINGER)
        json_write_text(&json, "position", finger_position_name(guidance->position));
    return json_writer_end(&json);
}

static void add_skipped(struct json_writer *object, const struct transaction *transaction)
{
    struct json_writer skipped;
    size_t count = 0;
    json_writer_array(&skipped);
    for (size_t i = 0; i < transaction->fingers.count; i++) {
        if (!transaction_finger_is_skipped(transaction, transaction->fingers.order[i]))
            continue;
        json_append_text(&skipped, finger_position_name(transaction->fingers.order[i]));
        count++;
    }
    json_t *list = json_writer_end(&skipped);
    if (count > 0)
        json_write_value(object, "skipped_fingers", list);
    else
        json_decref(list);
}

void guidance_add(struct json_writer *object, const struct transaction *transaction)
{
    enum finger_position next;
    if (transaction->guidance.code != GUIDANCE_NONE)
        json_write_value(object, "guidance", guidance_json(&transaction->guidance));
    json_write_text_or_null(object, "next_finger",
        transaction_next_finger(transaction, &next) ? finger_position_name(next) : NULL);
    add_skipped(object, transaction);
}
