#include "daemon/scanners/image.h"

#include "base/checked.h"

enum reason scanner_image_create(struct scanner_image **image, size_t payload_size, struct failure *failure)
{
    size_t size;
    struct locked_memory memory;
    *image = NULL;
    if (!checked_add(sizeof(struct scanner_image), payload_size, &size))
        return failure_set(failure, REASON_NO_MEMORY, NULL, "for an image of %zu bytes", payload_size);
    TRY(locked_memory_init(&memory, size, failure));
    *image = memory.bytes;
    (*image)->memory = memory;
    return REASON_DONE;
}

void scanner_image_free(struct scanner_image *image)
{
    if (image == NULL)
        return;
    struct locked_memory memory = image->memory; /* it holds itself */
    locked_memory_finish(&memory);
}
