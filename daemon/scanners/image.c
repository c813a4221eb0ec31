#include "daemon/scanners/image.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

struct scanner_image *scanner_image_create(size_t payload_size)
{
    size_t size;
    if (!checked_add(sizeof(struct scanner_image), payload_size, &size))
        return NULL;
    struct scanner_image *image = calloc(1, size);
    if (image != NULL)
        image->payload_size = payload_size;
    return image;
}

void scanner_image_free(struct scanner_image *image)
{
    if (image == NULL)
        return;
    explicit_bzero(image, sizeof *image + image->payload_size);
    free(image);
}
