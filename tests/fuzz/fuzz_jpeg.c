/* fuzz_jpeg.c: JPEG files and everything that is recognised by its magic. */
#include <stdint.h>

#include "sample/sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct sample_image image;
    struct failure failure;
    if (sample_decode(bytes, size, "fuzz", &image, &failure) == REASON_DONE) {
        /* Reads every pixel, so that the sanitizers see any that is not there. */
        volatile uint32_t sum = 0;
        for (size_t i = 0; i < (size_t)image.width * image.height; i++)
            sum = sum + image.pixels[i];
    }
    sample_image_finish(&image);
    return 0;
}
