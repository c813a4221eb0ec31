/* made_exif.h: EXIF data for tests: an orientation, and a resolution where that is not 0. */
#ifndef KORDON_TESTS_MADE_EXIF_H
#define KORDON_TESTS_MADE_EXIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MADE_EXIF_BYTES 78

struct made_exif {
    uint8_t bytes[MADE_EXIF_BYTES];
    size_t used;
    bool little_endian;
};

static inline void made_exif_put(struct made_exif *exif, uint32_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        exif->bytes[exif->used++] = (uint8_t)(value >> (8 * (exif->little_endian ? i : size - 1 - i)));
}

static inline void made_exif_entry(struct made_exif *exif, uint16_t tag, uint16_t type, uint32_t value)
{
    made_exif_put(exif, tag, 2);
    made_exif_put(exif, type, 2);
    made_exif_put(exif, 1, 4);
    made_exif_put(exif, value, type == 3 ? 2 : 4);
    if (type == 3)
        made_exif_put(exif, 0, 2);
}

static inline struct made_exif made_exif(
    bool little_endian, uint16_t orientation, uint32_t across, uint32_t down)
{
    struct made_exif exif = {.little_endian = little_endian};
    made_exif_put(&exif, little_endian ? 0x4949 : 0x4d4d, 2);
    made_exif_put(&exif, 42, 2);
    made_exif_put(&exif, 8, 4);
    made_exif_put(&exif, 4, 2);
    made_exif_entry(&exif, 0x0112, 3, orientation);
    made_exif_entry(&exif, 0x011a, 5, 62);
    made_exif_entry(&exif, 0x011b, 5, 70);
    made_exif_entry(&exif, 0x0128, 3, 2);
    made_exif_put(&exif, 0, 4);
    const uint32_t rationals[] = {across * 2, 2, down * 2, 2};
    for (size_t i = 0; i < 4; i++)
        made_exif_put(&exif, rationals[i], 4);
    return exif;
}

#endif
