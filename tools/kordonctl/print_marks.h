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
    const uint8_t *picture; /* PNG; NULL: there is none, and all its minutiae stand on white */
    size_t size;
    const json_t *print; /* as the API tells it: "minutiae", which lie in px of the picture, and its "ppi" */
};

/* The probe on the left, the reference on the right, both in one scale, large enough for a screen, each below what it is and above a bar of 5 mm; as PNG
 * in locked memory that the caller finishes. comparison: as the API tells it, with "pairs" and "turn". Minutiae that lie outside of a picture are not
 * drawn. sample_decode()'s and sample_encode_locked_drawing()'s reasons; *png is zeroed then. */
enum reason print_marks_draw(const struct marked_print *probe, const struct marked_print *reference,
    const json_t *comparison, struct locked_memory *png, struct failure *failure);

#endif
