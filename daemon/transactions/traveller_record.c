#include "daemon/transactions/traveller_record.h"

static json_t *presumed(void)
{
    struct json_writer names;
    json_writer_array(&names);
    json_append_text(&names, "traveller_group");
    return json_writer_end(&names);
}

void traveller_write(const struct transaction_request *request, struct json_writer *json)
{
    json_write_text(json, "traveller_group", traveller_group_name(request->traveller_group));
    json_write_text(json, "age_band", age_band_name(request->age_band));
    json_write_boolean(json, "accompanied", request->accompanied);
    if (request->group_presumed)
        json_write_value(json, "presumed", presumed());
    if (age_band_may_be_child(request->age_band))
        json_write_boolean(json, "scores_validated", false);
}
