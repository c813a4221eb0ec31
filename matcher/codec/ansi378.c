/* ansi378.c: the header of ANSI/INCITS 378-2004 finger minutiae records.
 *
 *     offset bytes
 *      0     4    "FMR\0"
 *      4     4    " 20\0" (some writers "020\0")
 *      8     2    length of the whole record; 0 where it does not fit, then 4 more bytes hold it
 *     10     4    CBEFF product identifier: owner, type
 *     14     2    4 bits sensor compliance, 12 bits sensor id
 *     16     8    width, height (px), x and y resolution (px/cm)
 *     24     1    number of views      25 1 reserved
 *
 * Angles are in units of 2 degrees, 0-179.
 */
#include "matcher/codec/codec.h"

#define NAME "ANSI/INCITS 378-2004"

#define ANSI_ANGLE_UNITS 180

static void write_header(struct bytes_writer *writer, const struct codec_header *header, size_t record_size)
{
    bytes_write_copy(writer, "FMR\0 20", CODEC_MAGIC_BYTES + CODEC_VERSION_BYTES);
    /* One view of 255 minutiae is 1562 bytes: the short form always holds it. */
    bytes_write_u16be(writer, (uint16_t)record_size);
    bytes_write_u16be(writer, 0); /* no registered owner: 0 is CBEFF's reserved value */
    bytes_write_u16be(writer, 0);
    matcher_codec_write_header_end(writer, header);
}

static bool read_angle(uint8_t value, uint8_t *direction)
{
    *direction = (uint8_t)((value * 64 + 22) / 45);
    return value < ANSI_ANGLE_UNITS;
}

static uint8_t write_angle(uint8_t direction)
{
    return (uint8_t)((direction * 45 + 32) / 64);
}

static const struct codec codec = {
    .format = MATCHER_FORMAT_ANSI_378_2004,
    .name = NAME,
    .header_size = 26,
    .write_header = write_header,
    .read_angle = read_angle,
    .write_angle = write_angle,
};

const struct codec *matcher_codec_ansi378(void)
{
    return &codec;
}
