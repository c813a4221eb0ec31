#include "matcher/template/template.h"

#include <string.h>

#include "base/bytes.h"
#include "matcher/template/coding.h"

#define FLAG_FOREIGN 1

enum offset {
    OFFSET_VERSION = 2,
    OFFSET_FLAGS = 3,
    OFFSET_SIZE = 4,
    OFFSET_WIDTH = 6,
    OFFSET_HEIGHT = 8,
    OFFSET_QUALITY = 10,
    OFFSET_MINUTIAE_COUNT = 11,
    OFFSET_LOWEST_QUALITY = 12,
    OFFSET_FIRST_COLUMN = 13,
    OFFSET_FIRST_ROW = 14,
    OFFSET_COLUMNS = 15,
    OFFSET_ROWS = 16,
    OFFSET_PERIOD = 17,
};

/* What is wrong with a header, or NULL. */
static const char *header_fault(const struct template_view *view)
{
    uint32_t cells = (uint32_t)view->columns * view->rows;
    if (view->width == 0 || view->width > TEMPLATE_SIDE_MAX || view->height == 0 ||
        view->height > TEMPLATE_SIDE_MAX)
        return "impossible size";
    if (view->quality > 100)
        return "quality above 100";
    if (view->lowest_quality > TEMPLATE_QUALITY_MAX ||
        (view->minutiae_count == 0 && view->lowest_quality != TEMPLATE_QUALITY_MAX))
        return "impossible lowest quality";
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

/* --- Reading --- */

static uint16_t read_u16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

struct template_view matcher_template_view(const uint8_t *bytes)
{
    struct template_view view = {
        .width = read_u16(bytes + OFFSET_WIDTH),
        .height = read_u16(bytes + OFFSET_HEIGHT),
        .quality = bytes[OFFSET_QUALITY],
        .period = bytes[OFFSET_PERIOD],
        .minutiae_count = bytes[OFFSET_MINUTIAE_COUNT],
        .lowest_quality = bytes[OFFSET_LOWEST_QUALITY],
        .first_column = bytes[OFFSET_FIRST_COLUMN],
        .first_row = bytes[OFFSET_FIRST_ROW],
        .columns = bytes[OFFSET_COLUMNS],
        .rows = bytes[OFFSET_ROWS],
        .foreign = (bytes[OFFSET_FLAGS] & FLAG_FOREIGN) != 0,
        .bytes = bytes,
        .size = read_u16(bytes + OFFSET_SIZE),
    };
    view.flow_at = TEMPLATE_HEADER_BYTES + matcher_template_minutiae_bytes(view.width, view.height,
                                               view.minutiae_count, view.lowest_quality);
    return view;
}

static enum reason refuse(struct failure *failure, const char *fault)
{
    return failure_set(failure, REASON_TEMPLATE_CORRUPT, "template", "%s", fault);
}

enum reason matcher_template_check(const uint8_t *bytes, size_t size, struct failure *failure)
{
    if (size < TEMPLATE_HEADER_BYTES || size > MATCHER_TEMPLATE_BYTES_MAX || bytes[0] != 'K' ||
        bytes[1] != 'T')
        return refuse(failure, "no template header");
    if (bytes[OFFSET_VERSION] != TEMPLATE_VERSION)
        return failure_set(failure, REASON_TEMPLATE_CORRUPT, "template",
            "version %u; this kordon reads version %d: import the list again from its originals",
            bytes[OFFSET_VERSION], TEMPLATE_VERSION);
    if ((bytes[OFFSET_FLAGS] & ~FLAG_FOREIGN) != 0)
        return refuse(failure, "unknown flags");
    if (read_u16(bytes + OFFSET_SIZE) != size)
        return failure_set(failure, REASON_TEMPLATE_CORRUPT, "template", "%zu bytes where %u belong", size,
            read_u16(bytes + OFFSET_SIZE));

    struct template_view view = matcher_template_view(bytes);
    const char *fault = header_fault(&view);
    if (fault != NULL)
        return refuse(failure, fault);
    if (view.flow_at > size)
        return refuse(failure, "fewer bytes than its minutiae need");
    fault = matcher_template_minutiae_fault(&view);
    if (fault == NULL)
        fault = matcher_template_flow_fault(&view);
    return fault == NULL ? REASON_DONE : refuse(failure, fault);
}

void matcher_template_summarize(const uint8_t *bytes, size_t size, struct matcher_template_summary *summary)
{
    *summary = (struct matcher_template_summary){0};
    if (size < TEMPLATE_HEADER_BYTES)
        return;
    struct template_view view = matcher_template_view(bytes);
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
        for (; place > 0 && matcher_template_minutia_order(&minutiae[place - 1], &minutia) > 0; place--)
            minutiae[place] = minutiae[place - 1];
        minutiae[place] = minutia;
    }
}

static void write_header(struct bytes_writer *writer, const struct template_content *content, size_t size)
{
    uint32_t count = content->minutiae_count;
    bytes_write_copy(writer, "KT", 2);
    bytes_write_u8(writer, TEMPLATE_VERSION);
    bytes_write_u8(writer, content->foreign ? FLAG_FOREIGN : 0);
    bytes_write_u16le(writer, (uint16_t)size);
    bytes_write_u16le(writer, content->width);
    bytes_write_u16le(writer, content->height);
    bytes_write_u8(writer, content->quality);
    bytes_write_u8(writer, content->minutiae_count);
    bytes_write_u8(writer, count == 0 ? TEMPLATE_QUALITY_MAX : content->minutiae[count - 1].quality);
    bytes_write_u8(writer, content->flow.first_column);
    bytes_write_u8(writer, content->flow.first_row);
    bytes_write_u8(writer, content->flow.columns);
    bytes_write_u8(writer, content->flow.rows);
    bytes_write_u8(writer, content->period);
}

/* The bytes behind the header, 0 where they have no room. */
static size_t write_body(uint8_t *bytes, size_t capacity, const struct template_content *content)
{
    memset(bytes, 0, capacity);
    struct bit_writer writer = {.bytes = bytes, .capacity = capacity};
    matcher_template_code_minutiae(&writer, content);
    writer.position = (writer.position + 7) / 8 * 8;
    matcher_template_code_flow(&writer, &content->flow);
    return writer.failed ? 0 : (writer.position + 7) / 8;
}

static enum reason check_content(const struct template_content *content, struct failure *failure)
{
    for (uint32_t i = 0; i < content->minutiae_count; i++)
        if (!matcher_template_minutia_is_valid(&content->minutiae[i], content->width, content->height))
            return failure_set(failure, REASON_INTERNAL_ERROR, "template", "minutia %u out of range", i);
    size_t cells = (size_t)content->flow.columns * content->flow.rows;
    if (cells > TEMPLATE_FLOW_CELLS_MAX)
        return failure_set(failure, REASON_INTERNAL_ERROR, "template", "%zu ridge flow cells", cells);
    for (size_t i = 0; i < cells; i++)
        if (content->flow.cells[i] != 0 && (content->flow.cells[i] & 1) == 0)
            return failure_set(failure, REASON_INTERNAL_ERROR, "template", "ridge flow cell %zu", i);
    return REASON_DONE;
}

enum reason matcher_template_pack(
    struct template_content *content, struct matcher_template *template, struct failure *failure)
{
    template->size = 0;
    TRY(check_content(content, failure));
    sort_minutiae(content->minutiae, content->minutiae_count);
    size_t body = write_body(
        template->bytes + TEMPLATE_HEADER_BYTES, sizeof template->bytes - TEMPLATE_HEADER_BYTES, content);
    size_t size = TEMPLATE_HEADER_BYTES + body;
    struct bytes_writer writer;
    bytes_writer_init(&writer, template->bytes, TEMPLATE_HEADER_BYTES);
    write_header(&writer, content, size);

    /* Whatever else is out of range, the one set of rules says. */
    struct failure fault;
    if (matcher_template_check(template->bytes, size, &fault) != REASON_DONE)
        return failure_set(
            failure, REASON_INTERNAL_ERROR, "template", "content out of range: %s", fault.detail);
    template->size = (uint32_t)size;
    return REASON_DONE;
}
