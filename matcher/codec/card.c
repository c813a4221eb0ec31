/* card.c: ISO/IEC 19794-2:2005 section 8, minutiae as smart cards hold them: nothing but minutiae one behind the
 * other. What they are, how many and in which order stands elsewhere on the card (ISO/IEC 7816-11), so the caller
 * has to say it.
 *
 *     normal   2 bits type, 14 bits x; 2 bits reserved (0), 14 bits y; 8 bits angle      5 bytes, 0.01 mm
 *     compact  8 bits x; 8 bits y; 2 bits type, 6 bits angle (1/64 turn)                 3 bytes, 0.1 mm
 *
 * Layout and units agree with NIST's biomdi, which reads and writes both.
 */
#include "matcher/codec/codec.h"

#include <string.h>

/* 0.01 mm are 200/127 of 1/8 px at 500 ppi. */
#define UNITS_DIVISOR 127

struct card_layout {
    enum matcher_format format;
    const char *name;
    uint32_t minutia_bytes;
    uint32_t coordinate_max;
    uint32_t units; /* of one step of a coordinate, in 1/127 of 1/8 px */
    void (*write)(
        struct bytes_writer *writer, uint32_t x, uint32_t y, const struct template_minutia *minutia);
    /* false where reserved bits are set; x and y in the record's units */
    bool (*read)(struct bytes_reader *reader, uint32_t *x, uint32_t *y, struct template_minutia *minutia);
};

/* --- The two layouts --- */

static void write_normal(
    struct bytes_writer *writer, uint32_t x, uint32_t y, const struct template_minutia *minutia)
{
    bytes_write_u16be(writer, (uint16_t)((uint32_t)minutia->type << 14 | x));
    bytes_write_u16be(writer, (uint16_t)y);
    bytes_write_u8(writer, minutia->direction);
}

static bool read_normal(
    struct bytes_reader *reader, uint32_t *x, uint32_t *y, struct template_minutia *minutia)
{
    uint16_t first = bytes_read_u16be(reader), second = bytes_read_u16be(reader);
    *x = first & 0x3fff;
    *y = second & 0x3fff;
    minutia->type = (uint8_t)(first >> 14);
    minutia->direction = bytes_read_u8(reader);
    return second >> 14 == 0;
}

static void write_compact(
    struct bytes_writer *writer, uint32_t x, uint32_t y, const struct template_minutia *minutia)
{
    bytes_write_u8(writer, (uint8_t)x);
    bytes_write_u8(writer, (uint8_t)y);
    bytes_write_u8(writer, (uint8_t)(minutia->type << 6 | ((minutia->direction + 2) >> 2 & 63)));
}

static bool read_compact(
    struct bytes_reader *reader, uint32_t *x, uint32_t *y, struct template_minutia *minutia)
{
    *x = bytes_read_u8(reader);
    *y = bytes_read_u8(reader);
    uint8_t last = bytes_read_u8(reader);
    minutia->type = last >> 6;
    minutia->direction = (uint8_t)(last << 2);
    return true;
}

static const struct card_layout layouts[] = {
    {MATCHER_FORMAT_ISO_19794_2_2005_CARD_NORMAL, "ISO/IEC 19794-2:2005 card, normal size", 5, 0x3fff, 200,
        write_normal, read_normal},
    {MATCHER_FORMAT_ISO_19794_2_2005_CARD_COMPACT, "ISO/IEC 19794-2:2005 card, compact size", 3, 0xff, 2000,
        write_compact, read_compact},
};

static const struct card_layout *layout_of(enum matcher_format format)
{
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++)
        if (layouts[i].format == format)
            return &layouts[i];
    return NULL;
}

static enum reason refuse_format(enum matcher_format format, struct failure *failure)
{
    return failure_set(
        failure, REASON_UNSUPPORTED_FORMAT, "card minutiae", "format %d is not a card's", (int)format);
}

/* --- Decoding --- */

/* The smallest image that has room for the positions. */
static uint16_t side_for(uint32_t largest)
{
    return (uint16_t)(largest / TEMPLATE_UNITS_PER_PIXEL + 1);
}

static enum reason read_minutiae(struct bytes_reader *reader, const struct card_layout *layout,
    struct template_content *content, struct failure *failure)
{
    uint32_t right = 0, bottom = 0;
    for (uint32_t i = 0; i < content->minutiae_count; i++) {
        struct template_minutia *minutia = &content->minutiae[i];
        uint32_t x, y;
        if (!layout->read(reader, &x, &y, minutia))
            return failure_set(
                failure, REASON_BAD_VALUE, layout->name, "minutia %u: reserved bits set", i + 1);
        if (minutia->type > TEMPLATE_BIFURCATION)
            return failure_set(
                failure, REASON_BAD_VALUE, layout->name, "minutia %u: type %u", i + 1, minutia->type);
        x = (x * layout->units + UNITS_DIVISOR / 2) / UNITS_DIVISOR;
        y = (y * layout->units + UNITS_DIVISOR / 2) / UNITS_DIVISOR;
        minutia->x = (uint16_t)x;
        minutia->y = (uint16_t)y;
        minutia->quality = CODEC_QUALITY_WHERE_UNKNOWN;
        right = x > right ? x : right;
        bottom = y > bottom ? y : bottom;
    }
    content->width = side_for(right);
    content->height = side_for(bottom);
    return REASON_DONE;
}

enum reason matcher_decode_card(const uint8_t *bytes, size_t size, enum matcher_format format,
    struct matcher_workspace workspace, struct matcher_template *template, struct failure *failure)
{
    template->size = 0;
    const struct card_layout *layout = layout_of(format);
    if (layout == NULL)
        return refuse_format(format, failure);
    if (size == 0 || size % layout->minutia_bytes != 0)
        return failure_set(failure, REASON_TRUNCATED, layout->name, "%zu bytes, a minutia has %u", size,
            layout->minutia_bytes);
    if (size / layout->minutia_bytes > MATCHER_MINUTIAE_MAX)
        return failure_set(failure, REASON_TOO_LARGE, layout->name, "%zu minutiae, at most %d",
            size / layout->minutia_bytes, MATCHER_MINUTIAE_MAX);
    if (workspace.size < sizeof(struct template_content))
        return failure_set(failure, REASON_WORKSPACE_TOO_SMALL, layout->name, NULL);

    struct template_content *content = workspace.memory;
    memset(content, 0, sizeof *content);
    content->foreign = true;
    content->minutiae_count = (uint8_t)(size / layout->minutia_bytes);
    struct bytes_reader reader;
    bytes_reader_init(&reader, bytes, size);
    enum reason reason = read_minutiae(&reader, layout, content, failure);
    return reason == REASON_DONE ? matcher_template_pack(content, template, failure) : reason;
}

/* --- Encoding --- */

struct card_minutia {
    uint32_t x, y; /* the card's units, from the upper left corner of what it holds */
    struct template_minutia minutia;
};

struct card_content {
    uint32_t count;
    struct card_minutia minutiae[MATCHER_MINUTIAE_MAX];
};

/* One coordinate's range and mean over the minutiae. */
struct range {
    uint32_t least, most;
    uint64_t sum;
};

static void widen(struct range *range, uint32_t value)
{
    range->least = value < range->least ? value : range->least;
    range->most = value > range->most ? value : range->most;
    range->sum += value;
}

/* Where the card's coordinates begin: 0 as long as all minutiae fit, otherwise so that the mean is in their middle,
 * but no further than the minutiae reach. */
static uint32_t window_start(const struct range *range, uint32_t count, uint32_t coordinate_max)
{
    if (range->most <= coordinate_max)
        return 0;
    uint32_t last = range->most - coordinate_max, mean = (uint32_t)(range->sum / count);
    uint32_t start = mean > coordinate_max / 2 ? mean - coordinate_max / 2 : 0;
    start = start > range->least ? start : range->least;
    return start < last ? start : last;
}

/* Moves what lies beside the card's range into it, and leaves out what still does not fit. */
static void fit_window(struct card_content *card, uint32_t coordinate_max)
{
    struct range x = {.least = UINT32_MAX}, y = {.least = UINT32_MAX};
    for (uint32_t i = 0; i < card->count; i++) {
        widen(&x, card->minutiae[i].x);
        widen(&y, card->minutiae[i].y);
    }
    uint32_t left = window_start(&x, card->count, coordinate_max);
    uint32_t top = window_start(&y, card->count, coordinate_max);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < card->count; i++) {
        struct card_minutia moved = card->minutiae[i];
        moved.x -= left; /* below the start wraps to far beyond the range */
        moved.y -= top;
        if (moved.x <= coordinate_max && moved.y <= coordinate_max)
            card->minutiae[kept++] = moved;
    }
    card->count = kept;
}

/* What a card that wants that order sorts by, ascending; distances are squared and from the centre of mass. */
static uint64_t sort_key(
    const struct card_minutia *minutia, enum matcher_card_order order, int64_t x, int64_t y)
{
    int64_t dx = minutia->x - x, dy = minutia->y - y;
    switch (order) {
    case MATCHER_CARD_ORDER_QUALITY:
        return 0;
    case MATCHER_CARD_ORDER_X_Y:
        return (uint64_t)minutia->x << 32 | minutia->y;
    case MATCHER_CARD_ORDER_Y_X:
        return (uint64_t)minutia->y << 32 | minutia->x;
    case MATCHER_CARD_ORDER_ANGLE:
        return minutia->minutia.direction;
    case MATCHER_CARD_ORDER_POLAR:
        return (uint64_t)(dx * dx + dy * dy) << 8 | minutia->minutia.direction;
    }
    return 0;
}

/* Insertion sort, so that equal ones stay as they came: best quality first. */
static void sort_card(struct card_content *card, enum matcher_card_order order, bool descending)
{
    uint64_t keys[MATCHER_MINUTIAE_MAX];
    int64_t x = 0, y = 0;
    for (uint32_t i = 0; i < card->count; i++) {
        x += card->minutiae[i].x;
        y += card->minutiae[i].y;
    }
    for (uint32_t i = 0; i < card->count; i++) {
        struct card_minutia minutia = card->minutiae[i];
        uint64_t key = sort_key(&minutia, order, x / card->count, y / card->count);
        key = descending ? UINT64_MAX - key : key;
        uint32_t place = i;
        for (; place > 0 && keys[place - 1] > key; place--) {
            keys[place] = keys[place - 1];
            card->minutiae[place] = card->minutiae[place - 1];
        }
        keys[place] = key;
        card->minutiae[place] = minutia;
    }
}

/* The best minutiae, as many as the card takes; the packed order has the best first. */
static void choose_minutiae(struct card_content *card, const struct template_view *view,
    const struct card_layout *layout, uint32_t most)
{
    struct template_minutia minutiae[MATCHER_MINUTIAE_MAX];
    matcher_template_unpack_minutiae(view, minutiae);
    card->count = view->minutiae_count < most ? view->minutiae_count : most;
    for (uint32_t i = 0; i < card->count; i++)
        card->minutiae[i] = (struct card_minutia){
            .x = (minutiae[i].x * UNITS_DIVISOR + layout->units / 2) / layout->units,
            .y = (minutiae[i].y * UNITS_DIVISOR + layout->units / 2) / layout->units,
            .minutia = minutiae[i],
        };
}

enum reason matcher_encode_card(const struct matcher_template *template, const struct matcher_card *wanted,
    uint8_t *bytes, size_t capacity, size_t *written, struct failure *failure)
{
    *written = 0;
    const struct card_layout *layout = layout_of(wanted->format);
    if (layout == NULL)
        return refuse_format(wanted->format, failure);
    struct template_view view = matcher_template_view(template->bytes);
    struct card_content card;
    choose_minutiae(&card, &view, layout,
        wanted->minutiae_max != 0 ? wanted->minutiae_max : MATCHER_CARD_MINUTIAE_DEFAULT);
    fit_window(&card, layout->coordinate_max);
    if (card.count == 0)
        return failure_set(failure, REASON_BAD_VALUE, layout->name, "no minutiae that fit");
    sort_card(&card, wanted->order, wanted->descending);
    if ((size_t)card.count * layout->minutia_bytes > capacity)
        return failure_set(failure, REASON_TOO_LARGE, layout->name, "%u bytes into %zu",
            card.count * layout->minutia_bytes, capacity);

    struct bytes_writer writer;
    bytes_writer_init(&writer, bytes, capacity);
    for (uint32_t i = 0; i < card.count; i++)
        layout->write(&writer, card.minutiae[i].x, card.minutiae[i].y, &card.minutiae[i].minutia);
    *written = writer.used;
    return REASON_DONE;
}
