#include "sample/exif.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

/* Tags of the first directory, and the types of their values. */
#define TAG_ORIENTATION     0x0112
#define TAG_X_RESOLUTION    0x011a
#define TAG_Y_RESOLUTION    0x011b
#define TAG_RESOLUTION_UNIT 0x0128
#define TYPE_SHORT          3
#define TYPE_RATIONAL       5
#define UNIT_INCH           2
#define UNIT_CENTIMETRE     3
#define ENTRY_BYTES         12

/* What the standard says to write where the resolution is not known. */
#define PPI_NOT_KNOWN 72
/* What can't be a resolution is taken for none. */
#define PPI_ABSURD 1000000

/* TIFF is in the byte order that its first two bytes tell. */
struct tiff {
    const uint8_t *bytes;
    size_t size;
    bool little_endian;
};

static uint16_t read_u16(const struct tiff *tiff, struct bytes_reader *reader)
{
    return tiff->little_endian ? bytes_read_u16le(reader) : bytes_read_u16be(reader);
}

static uint32_t read_u32(const struct tiff *tiff, struct bytes_reader *reader)
{
    return tiff->little_endian ? bytes_read_u32le(reader) : bytes_read_u32be(reader);
}

static struct bytes_reader reader_at(const struct tiff *tiff, uint32_t offset)
{
    struct bytes_reader reader;
    bytes_reader_init(&reader, tiff->bytes, tiff->size);
    bytes_skip(&reader, offset);
    return reader;
}

/* A rational number that stands at that offset, rounded; 0 where it is none. */
static uint32_t rational_at(const struct tiff *tiff, uint32_t offset)
{
    struct bytes_reader reader = reader_at(tiff, offset);
    uint64_t numerator = read_u32(tiff, &reader), denominator = read_u32(tiff, &reader);
    if (reader.failed || denominator == 0)
        return 0;
    uint64_t value = (numerator + denominator / 2) / denominator;
    return value < PPI_ABSURD ? (uint32_t)value : 0;
}

/* What of the directory is of use, in its own units. */
struct directory {
    uint16_t orientation, unit;
    uint32_t across, down;
};

static void read_entry(const struct tiff *tiff, struct bytes_reader *reader, struct directory *directory)
{
    uint16_t tag = read_u16(tiff, reader), type = read_u16(tiff, reader);
    bytes_skip(reader, 4); /* how many values: one of each of these */
    struct bytes_reader value = bytes_read_part(reader, 4);
    if (type == TYPE_SHORT && tag == TAG_ORIENTATION)
        directory->orientation = read_u16(tiff, &value);
    else if (type == TYPE_SHORT && tag == TAG_RESOLUTION_UNIT)
        directory->unit = read_u16(tiff, &value);
    else if (type == TYPE_RATIONAL && tag == TAG_X_RESOLUTION)
        directory->across = rational_at(tiff, read_u32(tiff, &value));
    else if (type == TYPE_RATIONAL && tag == TAG_Y_RESOLUTION)
        directory->down = rational_at(tiff, read_u32(tiff, &value));
}

static uint32_t in_ppi(uint32_t resolution, uint16_t unit)
{
    uint32_t ppi = unit == UNIT_CENTIMETRE ? (uint32_t)((resolution * 254ull + 50) / 100) : resolution;
    return (unit == UNIT_INCH || unit == UNIT_CENTIMETRE) && ppi != PPI_NOT_KNOWN ? ppi : 0;
}

enum reason exif_read(
    const uint8_t *bytes, size_t size, const char *subject, struct exif *exif, struct failure *failure)
{
    struct tiff tiff = {bytes, size, size > 0 && bytes[0] == 'I'};
    struct directory directory = {.orientation = 1, .unit = UNIT_INCH};
    struct bytes_reader reader = reader_at(&tiff, 0);
    *exif = (struct exif){.orientation = 1};
    const uint8_t *order = bytes_read_direct(&reader, 2);
    bool is_tiff = order != NULL && (memcmp(order, "II", 2) == 0 || memcmp(order, "MM", 2) == 0);
    is_tiff &= read_u16(&tiff, &reader) == 42;
    reader = reader_at(&tiff, read_u32(&tiff, &reader));
    uint16_t entries = read_u16(&tiff, &reader);
    if (!is_tiff || bytes_left(&reader) < (size_t)entries * ENTRY_BYTES)
        reader.failed = true;
    for (uint16_t i = 0; i < entries && !reader.failed; i++)
        read_entry(&tiff, &reader, &directory);
    if (reader.failed || directory.orientation > 8)
        return failure_set(failure, REASON_BAD_VALUE, subject,
            "its EXIF data can't be read, which say how the picture lies; save it upright without them");
    exif->orientation = directory.orientation != 0 ? directory.orientation : 1;
    exif->ppi_across = in_ppi(directory.across, directory.unit);
    exif->ppi_down = in_ppi(directory.down, directory.unit);
    return REASON_DONE;
}

/* How the source lies: first along the other side, then mirrored. */
static const struct turn {
    bool transposed, from_right, from_bottom;
} turns[9] = {
    [2] = {false, true, false},
    [3] = {false, true, true},
    [4] = {false, false, true},
    [5] = {true, false, false},
    [6] = {true, false, true},
    [7] = {true, true, true},
    [8] = {true, true, false},
};

static enum reason turn_upright(
    uint16_t orientation, const char *subject, struct sample_image *image, struct failure *failure)
{
    const struct turn *turn = &turns[orientation];
    struct sample_image upright = {.ppi = image->ppi, .other_ppi = image->other_ppi};
    TRY(sample_image_allocate(&upright, turn->transposed ? image->height : image->width,
        turn->transposed ? image->width : image->height, subject, failure));
    for (uint32_t y = 0; y < upright.height; y++)
        for (uint32_t x = 0; x < upright.width; x++) {
            uint32_t source_x = turn->transposed ? y : x, source_y = turn->transposed ? x : y;
            source_x = turn->from_right ? image->width - 1 - source_x : source_x;
            source_y = turn->from_bottom ? image->height - 1 - source_y : source_y;
            upright.pixels[(size_t)y * upright.width + x] =
                image->pixels[(size_t)source_y * image->width + source_x];
        }
    sample_image_finish(image);
    *image = upright;
    return REASON_DONE;
}

enum reason exif_apply(
    const struct exif *exif, const char *subject, struct sample_image *image, struct failure *failure)
{
    if (image->ppi == 0) {
        image->ppi = exif->ppi_across;
        image->other_ppi = exif->ppi_down != exif->ppi_across ? exif->ppi_down : 0;
    } else if (exif->ppi_across != 0 && exif->ppi_across != image->ppi) {
        image->other_ppi = exif->ppi_across;
    }
    return exif->orientation == 1 ? REASON_DONE : turn_upright(exif->orientation, subject, image, failure);
}
