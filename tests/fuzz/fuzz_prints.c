/* fuzz_prints.c: what hostile bytes make of two templates' contents, packed, put into signatures and compared: few mutations of packed
 * templates pass their check, so the comparison would see little of what may come. A print is 8 bytes of header (sides,
 * quality, period, minutiae, box) and then its minutiae, 6 bytes each, and its flow, a byte a cell, repeated. */
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "matcher/matcher.h"
#include "matcher/signature/signature.h"
#include "matcher/template/template.h"

#define HEADER_BYTES 8

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static alignas(64) uint8_t scratch[4 << 20];
static const struct matcher_workspace workspace = {scratch, sizeof scratch};

/* The byte at that place of what is repeated for ever. */
static uint8_t at(const uint8_t *bytes, size_t size, size_t place)
{
    return bytes[place % size];
}

static void make_minutia(
    struct template_minutia *minutia, const uint8_t *bytes, const struct template_content *content)
{
    minutia->x = (uint16_t)((bytes[0] << 8 | bytes[1]) % (TEMPLATE_UNITS_PER_PIXEL * content->width));
    minutia->y = (uint16_t)((bytes[2] << 8 | bytes[3]) % (TEMPLATE_UNITS_PER_PIXEL * content->height));
    minutia->direction = bytes[4];
    minutia->type = (bytes[5] >> 6) % (TEMPLATE_BIFURCATION + 1);
    minutia->quality = bytes[5] & TEMPLATE_QUALITY_MAX;
}

static void make_flow(
    struct template_content *content, uint8_t columns, uint8_t rows, const uint8_t *bytes, size_t size)
{
    struct template_flow *flow = &content->flow;
    uint32_t most_columns = (content->width + TEMPLATE_CELL - 1u) / TEMPLATE_CELL;
    uint32_t most_rows = (content->height + TEMPLATE_CELL - 1u) / TEMPLATE_CELL;
    flow->columns = (uint8_t)(columns % most_columns + 1);
    flow->rows = (uint8_t)(rows % most_rows + 1);
    if (flow->columns * flow->rows > TEMPLATE_FLOW_CELLS_MAX)
        flow->rows = (uint8_t)(TEMPLATE_FLOW_CELLS_MAX / flow->columns);
    flow->first_column = (uint8_t)(most_columns - flow->columns);
    flow->first_row = (uint8_t)(most_rows - flow->rows);
    for (uint32_t i = 0; i < (uint32_t)flow->columns * flow->rows; i++) {
        uint8_t cell = at(bytes, size, i);
        flow->cells[i] = cell < 32 ? 0 : template_flow_cell(cell);
    }
}

static void make_print(const uint8_t *bytes, size_t size, struct matcher_template *template)
{
    struct template_content content = {
        .width = (uint16_t)(64 + 15 * bytes[0]),
        .height = (uint16_t)(64 + 15 * bytes[1]),
        .quality = bytes[2] % 101,
        .foreign = bytes[3] == 0,
        .period = bytes[3],
        .minutiae_count = bytes[4],
    };
    const uint8_t *body = bytes + HEADER_BYTES;
    size_t body_size = size - HEADER_BYTES;
    for (uint32_t i = 0; i < content.minutiae_count; i++) {
        uint8_t minutia[6];
        for (size_t k = 0; k < sizeof minutia; k++)
            minutia[k] =
                (uint8_t)(at(body, body_size, sizeof minutia * i + k) + i * sizeof minutia / body_size);
        make_minutia(&content.minutiae[i], minutia, &content);
    }
    if (!content.foreign && bytes[5] > 0)
        make_flow(&content, bytes[5], bytes[6], body, body_size);
    if (matcher_template_pack(&content, template, NULL) != REASON_DONE ||
        matcher_template_check(template->bytes, template->size, NULL) != REASON_DONE)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct matcher_template first, second;
    if (matcher_compare_workspace_size() > sizeof scratch)
        abort(); /* nothing would be compared */
    if (size < 2 * (HEADER_BYTES + 6))
        return 0;
    make_print(bytes, size / 2, &first);
    make_print(bytes + size / 2, size - size / 2, &second);
    struct signature signature;
    struct probe_signature probe;
    matcher_signature_make(first.bytes, &signature);
    matcher_signature_make_probe(second.bytes, &probe);
    matcher_score score = matcher_compare(&first, second.bytes, second.size, workspace);
    matcher_score again = matcher_compare(&first, second.bytes, second.size, workspace);
    if (score < 0 || score > MATCHER_SCORE_MAX || again != score)
        abort();
    return 0;
}
