/* iso19794_2.c: the header of ISO/IEC 19794-2:2005 finger minutiae records (the record format; the card
 * formats have no header and are in card.c).
 *
 *     offset bytes
 *      0     4    "FMR\0"
 *      4     4    " 20\0"
 *      8     4    length of the whole record
 *     12     2    4 bits sensor certification, 12 bits sensor type
 *     14     2    width, px            16 2 height, px
 *     18     2    x resolution, px/cm  20 2 y resolution, px/cm
 *     22     1    number of views      23 1 reserved
 */
#include "matcher/codec/codec.h"

#define NAME "ISO/IEC 19794-2:2005"

static void write_header(struct bytes_writer *writer, const struct codec_header *header, size_t record_size)
{
    bytes_write_copy(writer, "FMR\0 20", CODEC_MAGIC_BYTES + CODEC_VERSION_BYTES);
    bytes_write_u32be(writer, (uint32_t)record_size);
    matcher_codec_write_header_end(writer, header);
}

/* Angles are in 1/256 turns here as in the matcher. */
static bool read_angle(uint8_t value, uint8_t *direction)
{
    *direction = value;
    return true;
}

static uint8_t write_angle(uint8_t direction)
{
    return direction;
}

static const struct codec codec = {
    .format = MATCHER_FORMAT_ISO_19794_2_2005,
    .name = NAME,
    .header_size = 24,
    .write_header = write_header,
    .read_angle = read_angle,
    .write_angle = write_angle,
};

const struct codec *matcher_codec_iso19794_2(void)
{
    return &codec;
}
