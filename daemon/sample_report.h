/* sample_report.h: what extraction found out about a sample, as the API and the log say it.
 *
 * Values only: nothing by which the finger could be known again. Thread rule: the loop's thread.
 */
#ifndef KORDON_DAEMON_SAMPLE_REPORT_H
#define KORDON_DAEMON_SAMPLE_REPORT_H

#include "json/writer.h"
#include "matcher/matcher.h"

/* ["too_dry", ...], empty for none; NULL without memory. */
json_t *sample_report_flaws(const struct matcher_sample_report *report);

/* Adds quality, flaws and alteration to an object. */
void sample_report_add(struct json_writer *object, const struct matcher_sample_report *report);

#endif
