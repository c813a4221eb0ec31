/* template.h: kordon's own packed templates. Words and units as in matcher.h. Thread rule: pure functions of their
 * arguments.
 */
#ifndef KORDON_MATCHER_TEMPLATE_H
#define KORDON_MATCHER_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

#define MATCHER_PPI                500 /* at which templates are made and compared */
#define MATCHER_MINUTIAE_MAX       255
#define MATCHER_MINUTIAE_LEAST     4 /* with fewer no comparison means anything */
#define MATCHER_TEMPLATE_BYTES_MAX 5120

/* kordon's own packed template: size bytes of a versioned layout (matcher/template/template.h), free of pointers, so
 * that it can be stored, sealed and compared where it lies. Caller's memory; hold probes in locked memory and
 * wipe them. */
struct matcher_template {
    uint32_t size; /* 1..MATCHER_TEMPLATE_BYTES_MAX */
    uint8_t bytes[MATCHER_TEMPLATE_BYTES_MAX];
};

/* Checks bytes that come from outside (the store, a file) to be a whole, valid packed template: after it
 * every other function may trust them. Reason: TEMPLATE_CORRUPT. */
enum reason matcher_template_check(const uint8_t *bytes, size_t size, struct failure *failure);

/* What a valid packed template says of itself. */
struct matcher_template_summary {
    uint8_t quality; /* 0-100, of the whole sample */
    uint8_t minutiae_count;
    uint16_t width, height; /* px at 500 ppi */
    bool foreign;           /* made from another extractor's record: minutiae only, without ridge flow */
};
void matcher_template_summarize(const uint8_t *bytes, size_t size, struct matcher_template_summary *summary);

#endif
