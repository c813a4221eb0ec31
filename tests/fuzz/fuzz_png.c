/* fuzz_png.c: PNG files, as they come and with their checksums mended so that the fuzzer gets behind them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "sample/sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void decode(const uint8_t *bytes, size_t size)
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
}

static void mend_checksums(uint8_t *bytes, size_t size)
{
    size_t position = 8;
    while (position < size && size - position >= 12) {
        const uint8_t *head = bytes + position;
        size_t length = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
        if (length > size - position - 12)
            return;
        uint32_t crc = (uint32_t)crc32(0, head + 4, (uInt)length + 4);
        for (unsigned i = 0; i < 4; i++)
            bytes[position + 8 + length + i] = (uint8_t)(crc >> (24 - 8 * i));
        position += 12 + length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    decode(bytes, size);
    uint8_t *mended = malloc(size > 0 ? size : 1);
    if (mended == NULL)
        return 0;
    memcpy(mended, bytes, size);
    mend_checksums(mended, size);
    decode(mended, size);
    free(mended);
    return 0;
}
