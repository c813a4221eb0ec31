/* sample_internal.h: between decode.c and the decoders, one a container. */
#ifndef KORDON_SAMPLE_SAMPLE_INTERNAL_H
#define KORDON_SAMPLE_SAMPLE_INTERNAL_H

#include "sample/sample.h"

/* Decodes bytes that begin with the container's magic. image is zeroed before; on failure what it holds is
 * released by the caller. */
typedef enum reason (*sample_decoder)(const uint8_t *bytes, size_t size, const char *subject,
    struct sample_image *image, struct failure *failure);

enum reason sample_png_decode(const uint8_t *bytes, size_t size, const char *subject,
    struct sample_image *image, struct failure *failure);
enum reason sample_jpeg_decode(const uint8_t *bytes, size_t size, const char *subject,
    struct sample_image *image, struct failure *failure);

/* BAD_VALUE for a side of 0, TOO_LARGE for one over SAMPLE_SIDE_MAX. */
enum reason sample_check_sides(uint32_t width, uint32_t height, const char *subject, struct failure *failure);

/* Pixels that are not square: BAD_VALUE. */
enum reason sample_refuse_shape(uint32_t across, uint32_t down, const char *subject, struct failure *failure);

/* Sets the sides, which must be checked, and takes the pixels' memory: NO_MEMORY, MEMLOCK_LIMIT. */
enum reason sample_image_allocate(struct sample_image *image, uint32_t width, uint32_t height,
    const char *subject, struct failure *failure);

/* Luminance of ITU-R BT.601, the weights that libjpeg uses, so that one picture gives one gray in both. */
static inline uint8_t sample_luminance(uint8_t red, uint8_t green, uint8_t blue)
{
    return (uint8_t)((red * 19595u + green * 38470u + blue * 7471u + 32768u) >> 16);
}

#endif
