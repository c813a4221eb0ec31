/* view.c: what ISO/IEC 19794-2:2005 and ANSI/INCITS 378-2004 have in common: the end of the header and the
 * finger views, converted to 500 ppi and the matcher's angles.
 *
 *     view     1 finger position, 1 view number and impression type (4 bits each), 1 quality, 1 count
 *     minutia  2 bits type, 14 bits x; 2 bits reserved, 14 bits y; 1 angle; 1 quality
 *     end      2 length of the extended data, then that data (areas of 2 type, 2 length, content)
 */
#include "matcher/codec/codec.h"
#include "matcher/extract.h"

#include <string.h>

#define VIEW_HEADER_BYTES    4
#define VIEW_MINUTIA_BYTES   6
#define VIEW_COORDINATE_MASK 0x3fff
#define VIEW_TYPE_SHIFT      14
#define VIEW_QUALITY_MAX     100

/* Formats round to whole pixels per centimetre: 5 ppi are within that. */
uint32_t matcher_codec_ppi(uint16_t ppcm)
{
    return (ppcm * 254u / 100u + 2) / 5 * 5;
}

static bool ppcm_usable(uint16_t ppcm)
{
    return ppcm >= CODEC_PPCM_MIN && ppcm <= CODEC_PPCM_MAX;
}

static uint32_t distance(uint32_t one, uint32_t other)
{
    return one > other ? one - other : other - one;
}

/* What the header says itself: of across and down, where both can be, the one that agrees less with what is given. */
static uint16_t said_ppcm(const struct codec_header *header, uint32_t ppi)
{
    uint16_t across = header->ppcm_x, down = header->ppcm_y;
    if (!ppcm_usable(across))
        return 0;
    bool takes_down = ppi != 0 && ppcm_usable(down) &&
                      distance(matcher_codec_ppi(down), ppi) > distance(matcher_codec_ppi(across), ppi);
    return takes_down ? down : across;
}

enum reason matcher_codec_read_header_end(struct bytes_reader *reader, const char *name, uint32_t ppi,
    struct codec_header *header, struct failure *failure)
{
    bytes_skip(reader, 2); /* sensor: says nothing that comparison may rely on */
    header->width = bytes_read_u16be(reader);
    header->height = bytes_read_u16be(reader);
    header->ppcm_x = bytes_read_u16be(reader);
    header->ppcm_y = bytes_read_u16be(reader);
    header->views = bytes_read_u8(reader);
    bytes_skip(reader, 1);
    if (reader->failed)
        return failure_set(failure, REASON_TRUNCATED, name, "the header is not whole");
    header->said_ppcm = said_ppcm(header, ppi);
    if (ppi != 0 && (ppi < MATCHER_PPI_MIN || ppi > MATCHER_PPI_MAX))
        return failure_set(failure, REASON_BAD_VALUE, name, "%u ppi were given, possible are %d to %d", ppi,
            MATCHER_PPI_MIN, MATCHER_PPI_MAX);
    if (ppi != 0)
        header->ppcm_x = header->ppcm_y = (uint16_t)((ppi * 100 + 127) / 254);
    if (!ppcm_usable(header->ppcm_x) || !ppcm_usable(header->ppcm_y))
        return failure_set(failure, REASON_RESOLUTION_UNKNOWN, name,
            "its header says %ux%u pixels per cm, possible are %d to %d", header->ppcm_x, header->ppcm_y,
            CODEC_PPCM_MIN, CODEC_PPCM_MAX);
    if (header->width == 0 || header->height == 0)
        return failure_set(failure, REASON_BAD_VALUE, name, "image size 0");
    if (header->views == 0)
        return failure_set(failure, REASON_BAD_VALUE, name, "no finger view in the record");
    return REASON_DONE;
}

void matcher_codec_write_header_end(struct bytes_writer *writer, const struct codec_header *header)
{
    bytes_write_u16be(writer, 0);
    bytes_write_u16be(writer, header->width);
    bytes_write_u16be(writer, header->height);
    bytes_write_u16be(writer, header->ppcm_x);
    bytes_write_u16be(writer, header->ppcm_y);
    bytes_write_u8(writer, header->views);
    bytes_write_u8(writer, 0);
}

/* Pixels of the record in 1/8 px at 500 ppi. 197 px/cm stands for 500 ppi exactly, so that our own records
 * come back as they went. */
static uint32_t to_template_units(uint32_t pixels, uint16_t ppcm)
{
    if (ppcm == CODEC_PPCM_500)
        return pixels * TEMPLATE_UNITS_PER_PIXEL;
    uint32_t divisor = (uint32_t)ppcm * 254;
    return (uint32_t)(((uint64_t)pixels * TEMPLATE_UNITS_PER_PIXEL * 50000 + divisor / 2) / divisor);
}

/* The side of an image that has room for its last pixel, in px at 500 ppi. */
static uint32_t side_at_500_ppi(uint16_t pixels, uint16_t ppcm)
{
    return (to_template_units(pixels, ppcm) + TEMPLATE_UNITS_PER_PIXEL - 1) / TEMPLATE_UNITS_PER_PIXEL;
}

size_t matcher_codec_view_size(uint32_t minutiae)
{
    return VIEW_HEADER_BYTES + (size_t)minutiae * VIEW_MINUTIA_BYTES + 2;
}

/* Some writers put 254 or 255 for "not computed": unknown, not an error. */
static uint8_t known_quality(uint8_t quality)
{
    return quality <= VIEW_QUALITY_MAX ? quality : 0;
}

static enum reason read_minutia(struct bytes_reader *reader, const struct codec *codec,
    const struct codec_header *header, struct template_minutia *minutia, struct failure *failure)
{
    uint16_t first = bytes_read_u16be(reader);
    uint16_t second = bytes_read_u16be(reader);
    uint8_t angle = bytes_read_u8(reader);
    uint8_t quality = known_quality(bytes_read_u8(reader));
    uint16_t x = first & VIEW_COORDINATE_MASK, y = second & VIEW_COORDINATE_MASK;
    if (x >= header->width || y >= header->height)
        return failure_set(failure, REASON_BAD_VALUE, codec->name, "minutia at %u,%u outside of %ux%u pixels",
            x, y, header->width, header->height);
    if (!codec->read_angle(angle, &minutia->direction))
        return failure_set(failure, REASON_BAD_VALUE, codec->name, "minutia angle %u", angle);
    minutia->x = (uint16_t)to_template_units(x, header->ppcm_x);
    minutia->y = (uint16_t)to_template_units(y, header->ppcm_y);
    minutia->type = (uint8_t)(first >> VIEW_TYPE_SHIFT);
    if (minutia->type > TEMPLATE_BIFURCATION)
        return failure_set(failure, REASON_BAD_VALUE, codec->name, "minutia type %u", minutia->type);
    minutia->quality = (uint8_t)((quality * TEMPLATE_QUALITY_MAX + VIEW_QUALITY_MAX / 2) / VIEW_QUALITY_MAX);
    return REASON_DONE;
}

static bool any_quality(const struct template_content *content)
{
    for (uint32_t i = 0; i < content->minutiae_count; i++)
        if (content->minutiae[i].quality > 0)
            return true;
    return false;
}

static enum reason read_minutiae(struct bytes_reader *reader, const struct codec *codec,
    const struct codec_header *header, struct template_content *content, uint8_t count,
    struct failure *failure)
{
    if (bytes_left(reader) < (size_t)count * VIEW_MINUTIA_BYTES + 2)
        return failure_set(failure, REASON_TRUNCATED, codec->name, "%u minutiae claimed, %zu bytes left",
            count, bytes_left(reader));
    for (uint32_t i = 0; i < count; i++) {
        enum reason reason = read_minutia(reader, codec, header, &content->minutiae[i], failure);
        if (reason != REASON_DONE)
            return reason;
    }
    content->minutiae_count = count;
    if (!any_quality(content))
        for (uint32_t i = 0; i < count; i++)
            content->minutiae[i].quality = CODEC_QUALITY_WHERE_UNKNOWN;
    return REASON_DONE;
}

enum reason matcher_codec_read_view(struct bytes_reader *reader, const struct codec *codec,
    const struct codec_header *header, struct template_content *content, enum finger_position *position,
    struct failure *failure)
{
    memset(content, 0, sizeof *content);
    content->foreign = true;
    uint32_t width = side_at_500_ppi(header->width, header->ppcm_x);
    uint32_t height = side_at_500_ppi(header->height, header->ppcm_y);
    if (width > TEMPLATE_SIDE_MAX || height > TEMPLATE_SIDE_MAX)
        return failure_set(failure, REASON_TOO_LARGE, codec->name,
            "%ux%u pixels at 500 ppi, at most %d a side", width, height, TEMPLATE_SIDE_MAX);
    content->width = (uint16_t)width;
    content->height = (uint16_t)height;

    uint8_t finger = bytes_read_u8(reader);
    bytes_skip(reader, 1); /* view number and impression type */
    content->quality = known_quality(bytes_read_u8(reader));
    uint8_t count = bytes_read_u8(reader);
    if (reader->failed)
        return failure_set(failure, REASON_TRUNCATED, codec->name, "a finger view is missing");
    if (finger >= FINGER_POSITION_COUNT)
        return failure_set(failure, REASON_BAD_VALUE, codec->name, "finger position %u", finger);
    *position = (enum finger_position)finger;

    TRY(read_minutiae(reader, codec, header, content, count, failure));
    uint16_t extended = bytes_read_u16be(reader);
    bytes_skip(reader, extended);
    if (reader->failed)
        return failure_set(
            failure, REASON_TRUNCATED, codec->name, "%u bytes of extended data claimed", extended);
    return REASON_DONE;
}

/* The nearest pixel, inside the image. */
static uint16_t nearest_pixel(uint16_t units, uint16_t side)
{
    uint32_t pixel = (units + TEMPLATE_UNITS_PER_PIXEL / 2u) / TEMPLATE_UNITS_PER_PIXEL;
    return (uint16_t)(pixel < side ? pixel : side - 1u);
}

void matcher_codec_write_view(struct bytes_writer *writer, const struct codec *codec,
    const struct template_view *template, enum finger_position position)
{
    bytes_write_u8(writer, (uint8_t)position);
    bytes_write_u8(writer, 0); /* first view, live-scan plain */
    bytes_write_u8(writer, template->quality);
    bytes_write_u8(writer, template->minutiae_count);
    struct template_minutia minutiae[MATCHER_MINUTIAE_MAX];
    matcher_template_unpack_minutiae(template, minutiae);
    for (uint32_t i = 0; i < template->minutiae_count; i++) {
        struct template_minutia minutia = minutiae[i];
        uint16_t x = nearest_pixel(minutia.x, template->width);
        bytes_write_u16be(writer, (uint16_t)(minutia.type << VIEW_TYPE_SHIFT | x));
        bytes_write_u16be(writer, nearest_pixel(minutia.y, template->height));
        bytes_write_u8(writer, codec->write_angle(minutia.direction));
        uint32_t quality =
            (minutia.quality * VIEW_QUALITY_MAX + TEMPLATE_QUALITY_MAX / 2u) / TEMPLATE_QUALITY_MAX;
        bytes_write_u8(writer, (uint8_t)quality);
    }
    bytes_write_u16be(writer, 0); /* no extended data */
}
