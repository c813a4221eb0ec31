/* extract.h: from a fingerprint's pixels to a template. Words and units as in matcher.h.
 *
 * Thread rule: a workspace belongs to one call at a time; everything const may be shared by any number of threads.
 */
#ifndef KORDON_MATCHER_EXTRACT_H
#define KORDON_MATCHER_EXTRACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "matcher/quality.h"
#include "matcher/template.h"
#include "matcher/workspace.h"

/* Samples outside these bounds are refused before anything is read of them. */
#define MATCHER_SAMPLE_SIDE_MIN 64   /* px */
#define MATCHER_SAMPLE_SIDE_MAX 2000 /* px */
#define MATCHER_PPI_MIN         250
#define MATCHER_PPI_MAX         1200

/* 8-bit gray pixels, ridges dark, row by row; stride bytes from one row to the next, stride >= width. The
 * caller owns the pixels; the matcher only reads them. ppi is the same in both directions. */
struct matcher_sample {
    const uint8_t *pixels;
    uint32_t width;
    uint32_t height;
    size_t stride;
    uint32_t ppi;
};

/* Bytes of workspace that extraction needs for a sample of that size and resolution; 0 where it takes no such sample. */
size_t matcher_extract_workspace_size(uint32_t width, uint32_t height, uint32_t ppi);

/* Pixels to template. report may be NULL. Reasons: SAMPLE_TOO_SMALL, TOO_LARGE, BAD_VALUE (stride, ppi),
 * RESOLUTION_IMPLAUSIBLE (no finger's ridges are so far apart as these would be), SAMPLE_TOO_POOR (too little
 * fingerprint for any comparison to mean something), WORKSPACE_TOO_SMALL. */
enum reason matcher_extract(const struct matcher_sample *sample, struct matcher_workspace workspace,
    struct matcher_template *template, struct matcher_sample_report *report, struct failure *failure);

/* Whether the ridges are so far apart as few people's are: then the resolution may be another than was said, and what is not
 * found with the template was not looked for. False also where that could not be measured. */
bool matcher_resolution_is_doubtful(const struct matcher_sample_report *report);

/* The resolution at which a sample that was said to have ppi would have ordinary ridges, rounded; 0 where that could not
 * be measured. */
uint32_t matcher_fitting_ppi(const struct matcher_sample_report *report, uint32_t ppi);

#endif
