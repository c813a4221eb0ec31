/* report.h: the parts of `report`: what was measured, and its two forms. Private to kordon-bench. */
#ifndef KORDON_TOOLS_BENCH_REPORT_H
#define KORDON_TOOLS_BENCH_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "tools/measure/evaluation.h"

/* Five-number summary, for values that say nothing about any one print. */
struct spread {
    double least, p5, median, p95, most;
};

struct set_report {
    char name[SET_NAME_SIZE];
    uint32_t ppi, fingers, impressions_least, impressions_most, images;
    uint32_t width_least, width_most, height_least, height_most; /* px at 500 ppi, of those with a template */
    uint32_t failed_images;  /* failure to acquire: no template from the image */
    uint32_t failed_fingers; /* failure to enrol: no template from any of the finger's images */
    struct spread quality, minutiae, template_bytes, extraction_milliseconds;
    double comparison_microseconds; /* median */
    struct verification_rates verification;
    struct identification_rates identification;
    size_t mated, non_mated, finger_pairs, distinct_non_mated_scores;
    struct det_point *det;
    size_t det_count;
};

struct evaluation_report {
    struct set_report *sets;
    uint32_t set_count;
    struct mean_rates means;
    char machine[160], system[160], date[16]; /* the processor and how many; the kernel; YYYY-MM-DD, UTC */
};

/* Writes the whole report as Markdown; ferror() of the stream says whether that worked. */
void report_write_markdown(const struct evaluation_report *report, FILE *out);

/* The same as JSON, NULL where memory is short. Rates are fractions of 1. The caller's reference. */
json_t *report_json(const struct evaluation_report *report);

#endif
