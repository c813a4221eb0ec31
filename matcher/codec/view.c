/* view.c: what ISO/IEC 19794-2:2005 and ANSI/INCITS 378-2004 have in common: the end of the header and the
 * finger views, converted to 500 ppi and the matcher's angles.
 *
 *     view     1 finger position, 1 view number and impression type (4 bits each), 1 quality, 1 count
 *     minutia  2 bits type, 14 bits x; 2 bits reserved, 14 bits y; 1 angle; 1 quality
 *     end      2 length of the extended data, then that data (areas of 2 type, 2 length, content)
 */
#include "matcher/codec/codec.h"

#include <string.h>

#define VIEW_HEADER_BYTES      4
#define VIEW_MINUTIA_BYTES     6
#define VIEW_COORDINATE_MASK   0x3fff
#define VIEW_KIND_SHIFT        14
#define VIEW_QUALITY_MAX       100

enum reason codec_check_length(uint32_t claimed, size_t size, const char *name, struct failure *failure)
{
    if (claimed > size)
        return failure_set(failure, REASON_TRUNCATED, name, "%zu bytes of %u", size, claimed);
    if (claimed < size)
        return failure_set(failure, REASON_OVERLONG, name, "%zu bytes, %u by its header", size, claimed);
    return REASON_DONE;
}

static bool ppcm_usable(uint16_t ppcm)
{
    return ppcm >= CODEC_PPCM_MIN && ppcm <= CODEC_PPCM_MAX;
}

enum reason codec_read_header_end(
    struct bytes_reader *reader, const char *name, struct codec_header *header, struct failure *failure)
{
    memset(header, 0, sizeof *header);
    bytes_skip(reader, 2); /* sensor: says nothing that comparison may rely on */
    header->width = bytes_read_u16be(reader);
    header->height = bytes_read_u16be(reader);
    header->ppcm_x = bytes_read_u16be(reader);
    header->ppcm_y = bytes_read_u16be(reader);
    header->views = bytes_read_u8(reader);
    bytes_skip(reader, 1);
    if (reader->failed)
        return failure_set(failure, REASON_TRUNCATED, name, "the header is not whole");
    if (!ppcm_usable(header->ppcm_x) || !ppcm_usable(header->ppcm_y))
        return failure_set(failure, REASON_BAD_VALUE, name,
            "resolution %ux%u pixels per cm, allowed are %d to %d", header->ppcm_x, header->ppcm_y,
            CODEC_PPCM_MIN, CODEC_PPCM_MAX);
    if (header->width == 0 || header->height == 0)
        return failure_set(failure, REASON_BAD_VALUE, name, "image size 0");
    if (header->views == 0)
        return failure_set(failure, REASON_BAD_VALUE, name, "no finger view in the record");
    return REASON_DONE;
}

void codec_write_header_end(struct bytes_writer *writer, const struct codec_header *header)
{
    bytes_write_u16be(writer, 0);
    bytes_write_u16be(writer, header->width);
    bytes_write_u16be(writer, header->height);
    bytes_write_u16be(writer, header->ppcm_x);
    bytes_write_u16be(writer, header->ppcm_y);
    bytes_write_u8(writer, header->views);
    bytes_write_u8(writer, 0);
}

/* Pixels of the record as pixels at 500 ppi. 197 px/cm stands for 500 ppi exactly, so that our own records
 * come back as they went. */
static uint16_t to_500_ppi(uint32_t pixels, uint16_t ppcm)
{
    if (ppcm == CODEC_PPCM_500)
        return (uint16_t)pixels;
    uint32_t divisor = (uint32_t)ppcm * 254;
    uint32_t scaled = (uint32_t)(((uint64_t)pixels * 50000 + divisor / 2) / divisor);
    return (uint16_t)(scaled <= UINT16_MAX ? scaled : UINT16_MAX);
}

size_t codec_view_size(uint32_t minutiae)
{
    return VIEW_HEADER_BYTES + (size_t)minutiae * VIEW_MINUTIA_BYTES + 2;
}

/* Some writers put 254 or 255 for "not computed": unknown, not an error. */
static uint8_t known_quality(uint8_t quality)
{
    return quality <= VIEW_QUALITY_MAX ? quality : 0;
}

static enum reason read_minutia(struct bytes_reader *reader, const struct codec *codec,
    const struct codec_header *header, struct codec_minutia *minutia, struct failure *failure)
{
    uint16_t first = bytes_read_u16be(reader);
    uint16_t second = bytes_read_u16be(reader);
    uint8_t angle = bytes_read_u8(reader);
    uint8_t quality = bytes_read_u8(reader);
    uint16_t x = first & VIEW_COORDINATE_MASK, y = second & VIEW_COORDINATE_MASK;
    if (x >= header->width || y >= header->height)
        return failure_set(failure, REASON_BAD_VALUE, codec->name, "minutia at %u,%u outside of %ux%u pixels",
            x, y, header->width, header->height);
    if (!codec->read_angle(angle, &minutia->direction))
        return failure_set(failure, REASON_BAD_VALUE, codec->name, "minutia angle %u", angle);
    minutia->x = to_500_ppi(x, header->ppcm_x);
    minutia->y = to_500_ppi(y, header->ppcm_y);
    minutia->kind = (uint8_t)(first >> VIEW_KIND_SHIFT);
    if (minutia->kind > 2)
        return failure_set(failure, REASON_BAD_VALUE, codec->name, "minutia type 3");
    minutia->quality = known_quality(quality);
    return REASON_DONE;
}

enum reason codec_read_view(struct bytes_reader *reader, const struct codec *codec,
    const struct codec_header *header, struct codec_view *view, struct failure *failure)
{
    memset(view, 0, sizeof *view);
    uint8_t position = bytes_read_u8(reader);
    bytes_skip(reader, 1); /* view number and impression type */
    view->quality = known_quality(bytes_read_u8(reader));
    uint8_t count = bytes_read_u8(reader);
    if (reader->failed)
        return failure_set(failure, REASON_TRUNCATED, codec->name, "a finger view is missing");
    if (position >= FINGER_POSITION_COUNT)
        return failure_set(failure, REASON_BAD_VALUE, codec->name, "finger position %u", position);
    view->position = (enum finger_position)position;
    if (bytes_left(reader) < (size_t)count * VIEW_MINUTIA_BYTES + 2)
        return failure_set(failure, REASON_TRUNCATED, codec->name, "%u minutiae claimed, %zu bytes left",
            count, bytes_left(reader));
    for (uint32_t i = 0; i < count; i++) {
        enum reason reason = read_minutia(reader, codec, header, &view->minutiae[i], failure);
        if (reason != REASON_DONE)
            return reason;
    }
    view->count = count;
    /* Scaling rounds: the size goes up by one so that a minutia on the last pixel stays inside. */
    uint32_t width = to_500_ppi(header->width, header->ppcm_x) + (header->ppcm_x != CODEC_PPCM_500);
    uint32_t height = to_500_ppi(header->height, header->ppcm_y) + (header->ppcm_y != CODEC_PPCM_500);
    view->width = (uint16_t)(width <= UINT16_MAX ? width : UINT16_MAX);
    view->height = (uint16_t)(height <= UINT16_MAX ? height : UINT16_MAX);
    uint16_t extended = bytes_read_u16be(reader);
    bytes_skip(reader, extended);
    if (reader->failed)
        return failure_set(
            failure, REASON_TRUNCATED, codec->name, "%u bytes of extended data claimed", extended);
    return REASON_DONE;
}

void codec_write_view(struct bytes_writer *writer, const struct codec *codec, const struct codec_view *view)
{
    bytes_write_u8(writer, (uint8_t)view->position);
    bytes_write_u8(writer, 0); /* first view, live-scan plain */
    bytes_write_u8(writer, view->quality);
    bytes_write_u8(writer, view->count);
    for (uint32_t i = 0; i < view->count; i++) {
        const struct codec_minutia *minutia = &view->minutiae[i];
        bytes_write_u16be(writer, (uint16_t)(minutia->kind << VIEW_KIND_SHIFT | minutia->x));
        bytes_write_u16be(writer, minutia->y);
        bytes_write_u8(writer, codec->write_angle(minutia->direction));
        bytes_write_u8(writer, minutia->quality);
    }
    bytes_write_u16be(writer, 0); /* no extended data */
}
