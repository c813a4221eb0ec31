#include <string.h>

#include "matcher/template/coding.h"

#define DIRECTION_BITS 8
#define TYPE_BITS      2

/* Bits of a number below end, end > 0. */
static uint32_t bits_below(uint32_t end)
{
    return end == 1 ? 0 : 32u - (uint32_t)__builtin_clz(end - 1);
}

/* Bits of each minutia's fixed part. */
struct field_bits {
    uint32_t x, y, all;
};

static struct field_bits field_bits_of(uint32_t width, uint32_t height)
{
    uint32_t x = bits_below(TEMPLATE_UNITS_PER_PIXEL * width);
    uint32_t y = bits_below(TEMPLATE_UNITS_PER_PIXEL * height);
    return (struct field_bits){x, y, x + y + DIRECTION_BITS + TYPE_BITS};
}

_Static_assert(2 * 15 + DIRECTION_BITS + TYPE_BITS <= BITS_PEEK_MIN, "a fixed part is one read");

size_t matcher_template_minutiae_bytes(
    uint32_t width, uint32_t height, uint32_t count, uint32_t lowest_quality)
{
    struct field_bits bits = field_bits_of(width, height);
    size_t steps = count > 0 ? TEMPLATE_QUALITY_MAX - lowest_quality : 0;
    return ((size_t)count * (bits.all + 1) + steps + 7) / 8;
}

/* --- Validity --- */

bool matcher_template_minutia_is_valid(
    const struct template_minutia *minutia, uint32_t width, uint32_t height)
{
    return minutia->x < TEMPLATE_UNITS_PER_PIXEL * width && minutia->y < TEMPLATE_UNITS_PER_PIXEL * height &&
           minutia->type <= TEMPLATE_BIFURCATION && minutia->quality <= TEMPLATE_QUALITY_MAX;
}

int matcher_template_minutia_order(const struct template_minutia *a, const struct template_minutia *b)
{
    if (a->quality != b->quality)
        return (int)b->quality - a->quality;
    if (a->y != b->y)
        return (int)a->y - b->y;
    if (a->x != b->x)
        return (int)a->x - b->x;
    if (a->direction != b->direction)
        return (int)a->direction - b->direction;
    return (int)a->type - b->type;
}

/* --- Writing --- */

void matcher_template_code_minutiae(struct bit_writer *writer, const struct template_content *content)
{
    struct field_bits bits = field_bits_of(content->width, content->height);
    for (uint32_t i = 0; i < content->minutiae_count; i++) {
        const struct template_minutia *minutia = &content->minutiae[i];
        bits_put(writer, minutia->x, bits.x);
        bits_put(writer, minutia->y, bits.y);
        bits_put(writer, minutia->direction, DIRECTION_BITS);
        bits_put(writer, minutia->type, TYPE_BITS);
    }
    uint32_t quality = TEMPLATE_QUALITY_MAX;
    for (uint32_t i = 0; i < content->minutiae_count; i++) {
        bits_put_unary(writer, quality - content->minutiae[i].quality, UINT32_MAX);
        quality = content->minutiae[i].quality;
    }
}

/* --- Reading --- */

/* The reader ends behind the last quality. Qualities that would fall below 0 stay there: only the check, which
 * compares the end, meets such bytes. */
static void read_minutiae(
    struct bit_reader *reader, const struct template_view *view, struct template_minutia *minutiae)
{
    struct field_bits bits = field_bits_of(view->width, view->height);
    uint32_t x_mask = (1u << bits.x) - 1, y_mask = (1u << bits.y) - 1;
    for (uint32_t i = 0; i < view->minutiae_count; i++) {
        uint64_t fields = bits_take(reader, bits.all);
        uint32_t rest = (uint32_t)(fields >> (bits.x + bits.y));
        minutiae[i].x = (uint16_t)(fields & x_mask);
        minutiae[i].y = (uint16_t)(fields >> bits.x & y_mask);
        minutiae[i].direction = (uint8_t)rest;
        minutiae[i].type = (uint8_t)(rest >> DIRECTION_BITS & ((1u << TYPE_BITS) - 1));
    }
    uint32_t quality = TEMPLATE_QUALITY_MAX;
    for (uint32_t i = 0; i < view->minutiae_count; i++) {
        uint32_t step = bits_take_unary(reader, TEMPLATE_QUALITY_MAX + 1);
        quality = step < quality ? quality - step : 0;
        minutiae[i].quality = (uint8_t)quality;
    }
}

static struct bit_reader minutiae_reader(const struct template_view *view)
{
    return (struct bit_reader){
        .bytes = view->bytes + TEMPLATE_HEADER_BYTES, .size = view->flow_at - TEMPLATE_HEADER_BYTES};
}

void matcher_template_unpack_minutiae(const struct template_view *view, struct template_minutia *minutiae)
{
    struct bit_reader reader = minutiae_reader(view);
    read_minutiae(&reader, view, minutiae);
}

const char *matcher_template_minutiae_fault(const struct template_view *view)
{
    struct template_minutia minutiae[MATCHER_MINUTIAE_MAX];
    struct bit_reader reader = minutiae_reader(view);
    read_minutiae(&reader, view, minutiae);
    if (!bits_ended(&reader))
        return "minutiae do not end where they must";
    for (uint32_t i = 0; i < view->minutiae_count; i++) {
        if (!matcher_template_minutia_is_valid(&minutiae[i], view->width, view->height))
            return "minutia outside the image or of unknown type";
        if (i > 0 && matcher_template_minutia_order(&minutiae[i - 1], &minutiae[i]) > 0)
            return "minutiae out of order";
    }
    if (view->minutiae_count > 0 && minutiae[view->minutiae_count - 1].quality != view->lowest_quality)
        return "minutiae's lowest quality is not the header's";
    return NULL;
}
