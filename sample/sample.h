/* sample.h: image files from outside as gray pixels with their resolution. The public face of the sample
 * folder.
 *
 * The bytes are hostile: the container is recognised by its magic, its size and every limit are checked
 * before any pixel memory is taken, and foreign libraries' errors come back as reasons. Thread rule: no
 * globals; any thread may call.
 */
#ifndef KORDON_SAMPLE_SAMPLE_H
#define KORDON_SAMPLE_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/locked_memory.h"

#define SAMPLE_FILE_BYTES_MAX (16u << 20)
#define SAMPLE_SIDE_MAX       4096 /* px, each side */

/* A decoded image; pixels are 8-bit gray, row by row without padding (width * height bytes), upright where the file says how
 * it lies, owned by this struct until sample_image_finish(), which wipes them: they are biometric data,
 * in locked memory. */
struct sample_image {
    uint8_t *pixels;
    uint32_t width;
    uint32_t height;
    uint32_t ppi;       /* as the file says; 0: it doesn't */
    uint32_t other_ppi; /* a second, different one that the file says: down, or in another place; 0: none */
    struct locked_memory memory; /* private: in which the pixels are */
};

/* Decodes PNG or JPEG (colour is converted to gray by luminance, alpha is put on white, 16 bits are rounded
 * to 8; by EXIF's orientation it is turned upright). subject: the name to give in failures (a file's name or "sample").
 * Damage is refused, never painted over; zeroes, 0xff and white space behind the picture's end are padding. Reasons:
 * TOO_LARGE (the file, a side, or what decoding would cost), BAD_FORMAT, UNSUPPORTED_FORMAT (what sample_refuse() knows,
 * a form that this build does not decode, several pictures in one file), TRUNCATED, OVERLONG (more than padding behind the
 * picture's end), BAD_VALUE (damage; no pixels; pixels that are not square), NO_MEMORY, MEMLOCK_LIMIT. image is zeroed first and stays so on
 * failure. */
enum reason sample_decode(const uint8_t *bytes, size_t size, const char *subject, struct sample_image *image,
    struct failure *failure);

/* Whether the bytes begin as a picture that sample_decode() reads. */
bool sample_is_picture(const uint8_t *bytes, size_t size);

/* Refuses what is no picture that is read: says what the file is, by its magic or its shape, what is read (records: also
 * interchange records), and what to do. Reasons: TRUNCATED (empty), UNSUPPORTED_FORMAT, BAD_FORMAT (nothing known). */
enum reason sample_refuse(
    const uint8_t *bytes, size_t size, bool records, const char *subject, struct failure *failure);

/* Wipes and frees; takes a zeroed struct. */
void sample_image_finish(struct sample_image *image);

/* Writes 8-bit gray pixels (width * height bytes) as a PNG with its resolution (ppi 0: says none) to a new
 * buffer that the caller frees. The same pixels give the same bytes with the same libpng and zlib. Reasons: BAD_VALUE, TOO_LARGE (a side
 * outside 1..SAMPLE_SIDE_MAX), NO_MEMORY; *bytes is NULL then. */
enum reason sample_encode_png(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t ppi,
    uint8_t **bytes, size_t *size, struct failure *failure);

/* The same quickly, and a little larger, into a locked region of just its size, of which nothing is left elsewhere; the caller finishes it.
 * Those reasons, and MEMLOCK_LIMIT; *png is zeroed then. */
enum reason sample_encode_locked_png(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t ppi,
    struct locked_memory *png, struct failure *failure);

/* What a pixel's value stands for, by that value. */
struct sample_palette {
    uint8_t red[256], green[256], blue[256];
};

/* The same for a drawing in colours: a byte a pixel, as above. */
enum reason sample_encode_locked_drawing(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t ppi,
    const struct sample_palette *palette, struct locked_memory *png, struct failure *failure);

#endif
