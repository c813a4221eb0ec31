/* enrol.h: a finger's file (image or interchange record) as a template for the watchlist.
 *
 * Thread rule: one thread. Template and file are biometric data: the caller wipes both.
 */
#ifndef KORDON_TOOLS_KORDONCTL_ENROL_H
#define KORDON_TOOLS_KORDONCTL_ENROL_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "matcher/matcher.h"

/* position: in, what the manifest says; where that is FINGER_UNKNOWN, out, what the record says. A record of
 * several views gives the view of that position. ppi: of an image; 0: as the image says. The reasons
 * of sample_decode(), matcher_extract() and matcher_decode(); SAMPLE_TOO_POOR is the quality gate (Q2), which
 * images below least_quality don't pass either; BAD_VALUE where a record holds another finger than the manifest says. */
enum reason enrol_finger(const uint8_t *bytes, size_t size, uint32_t ppi, enum finger_position *position,
    uint32_t least_quality, struct matcher_template *template, uint8_t *quality, struct failure *failure);

#endif
