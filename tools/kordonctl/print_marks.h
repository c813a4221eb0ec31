/* print_marks.h: two prints beside each other in one picture, with what a comparison takes for the same in both marked by the same number. One
 * thread.
 */
#ifndef KORDON_TOOLS_KORDONCTL_PRINT_MARKS_H
#define KORDON_TOOLS_KORDONCTL_PRINT_MARKS_H

#include <jansson.h>

#include "base/failure.h"
#include "base/locked_memory.h"

/* Borrowed. */
struct marked_print {
    const uint8_t *picture; /* PNG; NULL: there is none, and its minutiae stand on white */
    size_t size;
    const json_t *print; /* as the API tells it: "minutiae", which lie in px of the picture */
};

/* The probe on the left, the reference on the right, in their own resolutions, 8-bit gray, as PNG in locked memory that the caller finishes.
 * pairs: as the API tells them. What lies outside of a picture is not drawn. sample_decode()'s and sample_encode_locked_png()'s reasons,
 * TOO_LARGE; *png is zeroed then. */
enum reason print_marks_draw(const struct marked_print *probe, const struct marked_print *reference,
    const json_t *pairs, struct locked_memory *png, struct failure *failure);

#endif
