#include "daemon/sample_report.h"

json_t *sample_report_flaws(const struct matcher_sample_report *report)
{
    struct json_writer flaws;
    json_writer_array(&flaws);
    for (uint32_t flaw = 0; flaw < MATCHER_FLAW_COUNT; flaw++)
        if ((report->flaws >> flaw & 1) != 0)
            json_append_text(&flaws, matcher_flaw_name(flaw));
    return json_writer_end(&flaws);
}

void sample_report_add(struct json_writer *object, const struct matcher_sample_report *report)
{
    json_write_integer(object, "quality", report->quality);
    json_write_value(object, "flaws", sample_report_flaws(report));
    json_write_integer(object, "alteration", report->alteration);
}
