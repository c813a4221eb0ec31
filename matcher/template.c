#include "matcher/template.h"

#include <string.h>

#include "base/bytes.h"

#define FLAG_FOREIGN 1

enum offset {
    OFFSET_VERSION = 2,
    OFFSET_FLAGS = 3,
    OFFSET_WIDTH = 4,
    OFFSET_HEIGHT = 6,
    OFFSET_QUALITY = 8,
    OFFSET_MINUTIAE_COUNT = 9,
    OFFSET_FIRST_COLUMN = 10,
    OFFSET_FIRST_ROW = 11,
    OFFSET_COLUMNS = 12,
    OFFSET_ROWS = 13,
    OFFSET_PERIOD = 14,
    OFFSET_RESERVED = 15,
};

/* --- Validity: one set of rules for what is packed and for what comes from outside --- */

static bool minutia_is_valid(const struct template_minutia *minutia, uint32_t width, uint32_t height)
{
    return minutia->x < TEMPLATE_UNITS_PER_PIXEL * width && minutia->y < TEMPLATE_UNITS_PER_PIXEL * height &&
           minutia->type <= TEMPLATE_BIFURCATION && minutia->quality <= TEMPLATE_QUALITY_MAX;
}

/* Negative where a comes before b in the packed order. */
static int minutia_order(const struct template_minutia *a, const struct template_minutia *b)
{
    if (a->quality != b->quality)
        return (int)b->quality - a->quality;
    if (a->y != b->y)
        return (int)a->y - b->y;
    if (a->x != b->x)
        return (int)a->x - b->x;
    return (int)a->direction - b->direction;
}

/* What is wrong with a header, or NULL. */
static const char *header_fault(const struct template_view *view)
{
    uint32_t cells = (uint32_t)view->columns * view->rows;
    if (view->width == 0 || view->width > TEMPLATE_SIDE_MAX || view->height == 0 ||
        view->height > TEMPLATE_SIDE_MAX)
        return "impossible size";
    if (view->quality > 100)
        return "quality above 100";
    if (cells > TEMPLATE_FLOW_CELLS_MAX || (view->columns == 0) != (view->rows == 0))
        return "impossible ridge flow box";
    if (cells > 0 && ((view->first_column + view->columns - 1) * TEMPLATE_CELL >= view->width ||
                         (view->first_row + view->rows - 1) * TEMPLATE_CELL >= view->height))
        return "ridge flow outside the image";
    if (cells == 0 && (view->first_column != 0 || view->first_row != 0))
        return "impossible ridge flow box";
    if (view->foreign && (cells != 0 || view->period != 0))
        return "foreign template with ridge flow";
    return NULL;
}

static const char *minutiae_fault(const struct template_view *view)
{
    struct template_minutia last = {0};
    for (uint32_t i = 0; i < view->minutiae_count; i++) {
        struct template_minutia minutia = template_view_minutia(view, i);
        if (!minutia_is_valid(&minutia, view->width, view->height))
            return "minutia outside the image or of unknown type";
        if (i > 0 && minutia_order(&last, &minutia) > 0)
            return "minutiae out of order";
        last = minutia;
    }
    return NULL;
}

static const char *flow_fault(const struct template_view *view)
{
    for (uint32_t i = 0; i < (uint32_t)view->columns * view->rows; i++)
        if (view->flow[i] != 0 && (view->flow[i] & 1) == 0)
            return "impossible ridge flow";
    return NULL;
}

/* --- Reading --- */

struct template_view template_view(const uint8_t *bytes)
{
    struct template_view view = {
        .width = (uint16_t)(bytes[OFFSET_WIDTH] | bytes[OFFSET_WIDTH + 1] << 8),
        .height = (uint16_t)(bytes[OFFSET_HEIGHT] | bytes[OFFSET_HEIGHT + 1] << 8),
        .quality = bytes[OFFSET_QUALITY],
        .period = bytes[OFFSET_PERIOD],
        .minutiae_count = bytes[OFFSET_MINUTIAE_COUNT],
        .first_column = bytes[OFFSET_FIRST_COLUMN],
        .first_row = bytes[OFFSET_FIRST_ROW],
        .columns = bytes[OFFSET_COLUMNS],
        .rows = bytes[OFFSET_ROWS],
        .foreign = (bytes[OFFSET_FLAGS] & FLAG_FOREIGN) != 0,
        .minutiae = bytes + TEMPLATE_HEADER_BYTES,
    };
    view.flow = view.minutiae + TEMPLATE_MINUTIA_BYTES * view.minutiae_count;
    return view;
}

void template_unpack_minutiae(const struct template_view *view, struct template_minutia *minutiae)
{
    for (uint32_t i = 0; i < view->minutiae_count; i++)
        minutiae[i] = template_view_minutia(view, i);
}

void template_unpack_flow(const struct template_view *view, uint8_t *cells, size_t stride)
{
    for (uint32_t row = 0; row < view->rows; row++)
        memcpy(cells + row * stride, view->flow + (size_t)row * view->columns, view->columns);
}

enum reason matcher_template_check(const uint8_t *bytes, size_t size, struct failure *failure)
{
    if (size < TEMPLATE_HEADER_BYTES || size > MATCHER_TEMPLATE_BYTES_MAX || bytes[0] != 'K' ||
        bytes[1] != 'T')
        return failure_set(failure, REASON_TEMPLATE_CORRUPT, "template", "no template header");
    if (bytes[OFFSET_VERSION] != TEMPLATE_VERSION)
        return failure_set(
            failure, REASON_TEMPLATE_CORRUPT, "template", "unknown version %u", bytes[OFFSET_VERSION]);
    if ((bytes[OFFSET_FLAGS] & ~FLAG_FOREIGN) != 0 || bytes[OFFSET_RESERVED] != 0)
        return failure_set(failure, REASON_TEMPLATE_CORRUPT, "template", "unknown flags");

    struct template_view view = template_view(bytes);
    size_t expected = TEMPLATE_HEADER_BYTES + (size_t)TEMPLATE_MINUTIA_BYTES * view.minutiae_count +
                      (size_t)view.columns * view.rows;
    if (size != expected)
        return failure_set(
            failure, REASON_TEMPLATE_CORRUPT, "template", "%zu bytes where %zu belong", size, expected);
    const char *fault = header_fault(&view);
    if (fault == NULL)
        fault = minutiae_fault(&view);
    if (fault == NULL)
        fault = flow_fault(&view);
    if (fault != NULL)
        return failure_set(failure, REASON_TEMPLATE_CORRUPT, "template", "%s", fault);
    return REASON_DONE;
}

void matcher_template_summarize(const uint8_t *bytes, size_t size, struct matcher_template_summary *summary)
{
    *summary = (struct matcher_template_summary){0};
    if (size < TEMPLATE_HEADER_BYTES)
        return;
    struct template_view view = template_view(bytes);
    summary->quality = view.quality;
    summary->minutiae_count = view.minutiae_count;
    summary->width = view.width;
    summary->height = view.height;
    summary->foreign = view.foreign;
}

/* --- Packing --- */

/* Insertion sort: at most 255 that mostly come in order, and no allocation. */
static void sort_minutiae(struct template_minutia *minutiae, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        struct template_minutia minutia = minutiae[i];
        uint32_t place = i;
        for (; place > 0 && minutia_order(&minutiae[place - 1], &minutia) > 0; place--)
            minutiae[place] = minutiae[place - 1];
        minutiae[place] = minutia;
    }
}

static void write_header(struct bytes_writer *writer, const struct template_content *content)
{
    bytes_write_copy(writer, "KT", 2);
    bytes_write_u8(writer, TEMPLATE_VERSION);
    bytes_write_u8(writer, content->foreign ? FLAG_FOREIGN : 0);
    bytes_write_u16le(writer, content->width);
    bytes_write_u16le(writer, content->height);
    bytes_write_u8(writer, content->quality);
    bytes_write_u8(writer, content->minutiae_count);
    bytes_write_u8(writer, content->flow.first_column);
    bytes_write_u8(writer, content->flow.first_row);
    bytes_write_u8(writer, content->flow.columns);
    bytes_write_u8(writer, content->flow.rows);
    bytes_write_u8(writer, content->period);
    bytes_write_u8(writer, 0);
}

static void write_minutia(struct bytes_writer *writer, const struct template_minutia *minutia)
{
    bytes_write_u16le(writer, minutia->x);
    bytes_write_u16le(writer, minutia->y);
    bytes_write_u8(writer, minutia->direction);
    bytes_write_u8(writer, (uint8_t)(minutia->type << 6 | minutia->quality));
}

enum reason template_pack(
    struct template_content *content, struct matcher_template *template, struct failure *failure)
{
    template->size = 0;
    for (uint32_t i = 0; i < content->minutiae_count; i++)
        if (!minutia_is_valid(&content->minutiae[i], content->width, content->height))
            return failure_set(failure, REASON_INTERNAL_ERROR, "template", "minutia %u out of range", i);
    size_t cells = (size_t)content->flow.columns * content->flow.rows;
    if (cells > TEMPLATE_FLOW_CELLS_MAX)
        return failure_set(failure, REASON_INTERNAL_ERROR, "template", "%zu ridge flow cells", cells);

    sort_minutiae(content->minutiae, content->minutiae_count);
    struct bytes_writer writer;
    bytes_writer_init(&writer, template->bytes, sizeof template->bytes);
    write_header(&writer, content);
    for (uint32_t i = 0; i < content->minutiae_count; i++)
        write_minutia(&writer, &content->minutiae[i]);
    bytes_write_copy(&writer, content->flow.cells, cells);

    struct failure fault;
    if (writer.failed || matcher_template_check(template->bytes, writer.used, &fault) != REASON_DONE)
        return failure_set(failure, REASON_INTERNAL_ERROR, "template", "content out of range");
    template->size = (uint32_t)writer.used;
    return REASON_DONE;
}
