#include "sample/sample_internal.h"

#include <string.h>

/* Containers that are read, by their magic; all others are kinds.c's. */
static const struct container {
    const char *magic;
    size_t size;
    sample_decoder decode;
} containers[] = {
    {"\x89PNG\r\n\x1a\n", 8, sample_png_decode},
    {"\xff\xd8\xff", 3, sample_jpeg_decode},
};

static const struct container *recognise(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof containers / sizeof containers[0]; i++)
        if (size >= containers[i].size && memcmp(bytes, containers[i].magic, containers[i].size) == 0)
            return &containers[i];
    return NULL;
}

bool sample_is_picture(const uint8_t *bytes, size_t size)
{
    return recognise(bytes, size) != NULL;
}

enum reason sample_decode(const uint8_t *bytes, size_t size, const char *subject, struct sample_image *image,
    struct failure *failure)
{
    *image = (struct sample_image){0};
    if (size > SAMPLE_FILE_BYTES_MAX)
        return failure_set(
            failure, REASON_TOO_LARGE, subject, "%zu bytes; at most %u", size, SAMPLE_FILE_BYTES_MAX);
    const struct container *container = recognise(bytes, size);
    if (container == NULL)
        return sample_refuse(bytes, size, false, subject, failure);
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

enum reason sample_refuse_shape(uint32_t across, uint32_t down, const char *subject, struct failure *failure)
{
    return failure_set(failure, REASON_BAD_VALUE, subject,
        "its pixels are %u : %u and not square; save it with square pixels", across, down);
}

enum reason sample_image_allocate(
    struct sample_image *image, uint32_t width, uint32_t height, const char *subject, struct failure *failure)
{
    enum reason reason = locked_memory_init(&image->memory, (size_t)width * height, NULL);
    if (reason != REASON_DONE)
        return failure_set(failure, reason, subject, "for %u x %u pixels", width, height);
    image->pixels = image->memory.bytes;
    image->width = width;
    image->height = height;
    return REASON_DONE;
}

void sample_image_finish(struct sample_image *image)
{
    locked_memory_finish(&image->memory);
    *image = (struct sample_image){0};
}
