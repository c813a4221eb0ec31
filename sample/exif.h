/* exif.h: the two things that EXIF data say of a picture's pixels: which way is up, and their resolution. Private.
 * Thread rule: pure functions of their arguments.
 */
#ifndef KORDON_SAMPLE_EXIF_H
#define KORDON_SAMPLE_EXIF_H

#include "sample/sample_internal.h"

struct exif {
    uint16_t orientation;          /* 1..8, as the first pixel lies; 1: as it should */
    uint32_t ppi_across, ppi_down; /* 0: not said */
};

/* Reads the TIFF structure that is EXIF data, without "Exif\0\0" before it. *exif is set first to an upright picture of
 * unknown resolution. The bytes are hostile. Reason: BAD_VALUE where they can't be read: then nobody knows which way is up. */
enum reason exif_read(
    const uint8_t *bytes, size_t size, const char *subject, struct exif *exif, struct failure *failure);

/* What an image's file says by EXIF takes effect: its pixels are turned upright, and where it says no resolution elsewhere,
 * this is it; another one than elsewhere becomes the image's other_ppi. Reason: NO_MEMORY. */
enum reason exif_apply(
    const struct exif *exif, const char *subject, struct sample_image *image, struct failure *failure);

#endif
