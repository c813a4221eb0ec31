#include "daemon/sample_report.h"

json_t *sample_report_flaws(const struct matcher_sample_report *report)
{
    json_t *flaws = json_array();
    for (uint32_t flaw = 0; flaw < MATCHER_FLAW_COUNT; flaw++)
        if ((report->flaws >> flaw & 1) != 0)
            json_array_append_new(flaws, json_string(matcher_flaw_name(flaw)));
    return flaws;
}

void sample_report_add(json_t *object, const struct matcher_sample_report *report)
{
    json_object_set_new(object, "quality", json_integer(report->quality));
    json_object_set_new(object, "flaws", sample_report_flaws(report));
    json_object_set_new(object, "alteration", json_integer(report->alteration));
}
