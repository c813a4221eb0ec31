#include "sample/sample_internal.h"

#include <stdlib.h>
#include <string.h>

/* Containers by their magic. Those without a decoder are named, so that the sender learns what to send
 * instead; a fingerprint image is rarely anything else. */
struct container {
    const char *name;
    size_t offset;
    size_t size; /* of the magic */
    char magic[12];
    sample_decoder decode;
};

static const struct container containers[] = {
    {"PNG", 0, 8, "\x89PNG\r\n\x1a\n", sample_png_decode},
    {"JPEG", 0, 3, "\xff\xd8\xff", sample_jpeg_decode},
    {"JPEG 2000", 0, 12, "\0\0\0\x0cjP  \r\n\x87\n", NULL},
    {"JPEG 2000 codestream", 0, 4, "\xff\x4f\xff\x51", NULL},
    {"WSQ", 0, 3, "\xff\xa0\xff", NULL},
    {"ANSI/NIST-ITL", 0, 6, "1.001:", NULL},
    {"ANSI/NIST-ITL", 0, 5, "1.01:", NULL},
    {"ISO/IEC 19794-4 finger image record", 0, 4, "FIR\0", NULL},
    {"TIFF", 0, 4, "II*\0", NULL},
    {"TIFF", 0, 4, "MM\0*", NULL},
    {"GIF", 0, 4, "GIF8", NULL},
    {"WebP", 8, 4, "WEBP", NULL},
    {"BMP", 0, 2, "BM", NULL},
};

static const struct container *recognise(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof containers / sizeof containers[0]; i++) {
        const struct container *container = &containers[i];
        if (size >= container->offset + container->size &&
            memcmp(bytes + container->offset, container->magic, container->size) == 0)
            return container;
    }
    return NULL;
}

enum reason sample_decode(const uint8_t *bytes, size_t size, const char *subject, struct sample_image *image,
    struct failure *failure)
{
    *image = (struct sample_image){0};
    if (size == 0)
        return failure_set(failure, REASON_TRUNCATED, subject, "0 bytes");
    if (size > SAMPLE_FILE_BYTES_MAX)
        return failure_set(
            failure, REASON_TOO_LARGE, subject, "%zu bytes; at most %u", size, SAMPLE_FILE_BYTES_MAX);
    const struct container *container = recognise(bytes, size);
    if (container == NULL)
        return failure_set(failure, REASON_BAD_FORMAT, subject, "neither PNG nor JPEG");
    if (container->decode == NULL)
        return failure_set(
            failure, REASON_UNSUPPORTED_FORMAT, subject, "%s; send PNG or JPEG", container->name);
    enum reason reason = container->decode(bytes, size, subject, image, failure);
    if (reason != REASON_DONE)
        sample_image_finish(image);
    return reason;
}

enum reason sample_check_sides(uint32_t width, uint32_t height, const char *subject, struct failure *failure)
{
    if (width == 0 || height == 0)
        return failure_set(failure, REASON_BAD_VALUE, subject, "%u x %u pixels", width, height);
    if (width > SAMPLE_SIDE_MAX || height > SAMPLE_SIDE_MAX)
        return failure_set(failure, REASON_TOO_LARGE, subject, "%u x %u pixels; at most %u a side", width,
            height, SAMPLE_SIDE_MAX);
    return REASON_DONE;
}

enum reason sample_image_allocate(
    struct sample_image *image, uint32_t width, uint32_t height, const char *subject, struct failure *failure)
{
    image->pixels = calloc(height, width);
    if (image->pixels == NULL)
        return failure_set(failure, REASON_NO_MEMORY, subject, "for %u x %u pixels", width, height);
    image->width = width;
    image->height = height;
    return REASON_DONE;
}

void sample_image_finish(struct sample_image *image)
{
    if (image->pixels != NULL)
        explicit_bzero(image->pixels, (size_t)image->width * image->height);
    free(image->pixels);
    *image = (struct sample_image){0};
}
