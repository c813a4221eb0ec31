#include "tests/unit/unit.h"

#include <string.h>

#include "matcher/matcher.h"
#include "matcher/template/template.h"

static struct template_content content_of_three(void)
{
    struct template_content content = {
        .width = 200,
        .height = 300,
        .quality = 71,
        .period = 72,
        .minutiae_count = 3,
        .minutiae = {{.x = 1599, .y = 2399, .direction = 255, .type = TEMPLATE_BIFURCATION, .quality = 10},
            {.x = 0, .y = 0, .direction = 0, .type = TEMPLATE_ENDING, .quality = 63},
            {.x = 800, .y = 801, .direction = 128, .type = TEMPLATE_OTHER, .quality = 10}},
        .flow = {.first_column = 2, .first_row = 3, .columns = 3, .rows = 2, .cells = {1, 129, 0, 255, 3, 0}},
    };
    return content;
}

/* What is packed is read back, best minutia first. */
static void test_pack_and_view(void **state)
{
    (void)state;
    struct template_content content = content_of_three();
    struct matcher_template template;
    assert_int_equal(matcher_template_pack(&content, &template, NULL), REASON_DONE);
    assert_int_equal(template.size, 18 + 20 + 4);
    assert_int_equal(matcher_template_check(template.bytes, template.size, NULL), REASON_DONE);

    struct template_view view = matcher_template_view(template.bytes);
    assert_int_equal(view.width, 200);
    assert_int_equal(view.height, 300);
    assert_int_equal(view.quality, 71);
    assert_int_equal(view.period, 72);
    assert_int_equal(view.minutiae_count, 3);
    assert_false(view.foreign);
    struct template_minutia minutiae[3];
    matcher_template_unpack_minutiae(&view, minutiae);
    assert_int_equal(minutiae[0].quality, 63);
    assert_int_equal(minutiae[0].type, TEMPLATE_ENDING);
    assert_int_equal(minutiae[1].x, 800);
    assert_int_equal(minutiae[1].y, 801);
    assert_int_equal(minutiae[2].x, 1599);
    assert_int_equal(minutiae[2].direction, 255);
    assert_int_equal(minutiae[2].type, TEMPLATE_BIFURCATION);

    struct matcher_template_summary summary;
    matcher_template_summarize(template.bytes, template.size, &summary);
    assert_int_equal(summary.minutiae_count, 3);
    assert_int_equal(summary.width, 200);
}

/* Every orientation comes back to 1/64 half turn from any neighbours, and packing what was unpacked changes nothing
 * any more. */
static void test_flow_keeps_its_precision(void **state)
{
    (void)state;
    struct template_content content = {.width = 1000, .height = 800, .flow = {.columns = 61, .rows = 33}};
    uint32_t random = 1;
    for (uint32_t i = 0; i < 61 * 33; i++) {
        random = random * 1664525u + 1013904223u;
        bool known = random >> 28 != 0 || i < 61;
        content.flow.cells[i] = known ? template_flow_cell((uint8_t)(random >> 16)) : 0;
    }
    struct matcher_template template, again;
    assert_int_equal(matcher_template_pack(&content, &template, NULL), REASON_DONE);
    struct template_content unpacked = content;
    struct template_view view = matcher_template_view(template.bytes);
    matcher_template_unpack_flow(&view, unpacked.flow.cells, 61);
    for (uint32_t i = 0; i < 61 * 33; i++)
        assert_int_equal(unpacked.flow.cells[i], content.flow.cells[i] & ~2);
    assert_int_equal(matcher_template_pack(&unpacked, &again, NULL), REASON_DONE);
    assert_int_equal(again.size, template.size);
    assert_memory_equal(again.bytes, template.bytes, template.size);
}

/* Flow that turns as slowly as a finger's takes less than half a byte a cell. */
static void test_smooth_flow_is_small(void **state)
{
    (void)state;
    struct template_content content = {.width = 320, .height = 320, .flow = {.columns = 20, .rows = 20}};
    for (int i = 0; i < 400; i++) {
        int x = i % 20 - 10, y = i / 20 - 10;
        content.flow.cells[i] = x * x + y * y < 100 ? template_flow_cell((uint8_t)(3 * x + x * y / 2)) : 0;
    }
    struct matcher_template template;
    assert_int_equal(matcher_template_pack(&content, &template, NULL), REASON_DONE);
    assert_true(template.size < 18 + 400 / 2);
}

/* Unpacking gives every minutia in the packed order, and the flow laid into a larger grid without a cell
 * beside it touched. */
static void test_unpack(void **state)
{
    (void)state;
    struct template_content content = content_of_three();
    struct matcher_template template;
    assert_int_equal(matcher_template_pack(&content, &template, NULL), REASON_DONE);
    struct template_view view = matcher_template_view(template.bytes);
    struct template_minutia minutiae[3];
    matcher_template_unpack_minutiae(&view, minutiae);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(minutiae[i].x, content.minutiae[i].x);
        assert_int_equal(minutiae[i].y, content.minutiae[i].y);
        assert_int_equal(minutiae[i].direction, content.minutiae[i].direction);
        assert_int_equal(minutiae[i].type, content.minutiae[i].type);
        assert_int_equal(minutiae[i].quality, content.minutiae[i].quality);
    }
    uint8_t cells[10];
    memset(cells, 7, sizeof cells);
    matcher_template_unpack_flow(&view, cells, 5);
    assert_memory_equal(cells, ((uint8_t[]){1, 129, 0, 7, 7, 253, 1, 0, 7, 7}), 10);
}

/* Content that breaks its own ranges is an internal error, and no template. */
static void test_pack_refuses_what_is_out_of_range(void **state)
{
    (void)state;
    struct matcher_template template;
    struct template_content content = content_of_three();
    content.minutiae[1].x = 8 * 200;
    assert_int_equal(matcher_template_pack(&content, &template, NULL), REASON_INTERNAL_ERROR);
    assert_int_equal(template.size, 0);
    content = content_of_three();
    content.flow.first_column = 11;
    assert_int_equal(matcher_template_pack(&content, &template, NULL), REASON_INTERNAL_ERROR);
    content = content_of_three();
    content.flow.cells[0] = 2;
    assert_int_equal(matcher_template_pack(&content, &template, NULL), REASON_INTERNAL_ERROR);
    content = content_of_three();
    content.foreign = true;
    assert_int_equal(matcher_template_pack(&content, &template, NULL), REASON_INTERNAL_ERROR);
    content = content_of_three();
    content.flow.columns = 64;
    content.flow.rows = 33;
    assert_int_equal(matcher_template_pack(&content, &template, NULL), REASON_INTERNAL_ERROR);
}

/* The fullest template there may be fits, and an empty one is valid. */
static void test_largest_and_smallest(void **state)
{
    (void)state;
    struct template_content content = {.width = 4095, .height = 4095, .quality = 100, .minutiae_count = 255};
    for (uint32_t i = 0; i < 255; i++)
        content.minutiae[i] = (struct template_minutia){
            .x = (uint16_t)(32759 - i), .y = 32759, .type = TEMPLATE_BIFURCATION, .quality = 63};
    content.flow.first_column = 255 - 31;
    content.flow.first_row = 255 - 63;
    content.flow.columns = 32;
    content.flow.rows = 64;
    /* Each cell as far as can be from what the last one lets expect. */
    for (uint32_t i = 0; i < sizeof content.flow.cells; i++)
        content.flow.cells[i] = (i ^ i / 32) % 2 == 0 ? 1 : 129;
    struct matcher_template template;
    assert_int_equal(matcher_template_pack(&content, &template, NULL), REASON_DONE);
    assert_true(template.size > 18 + 255 * 5 + 2048);

    struct template_content empty = {.width = 64, .height = 64, .foreign = true};
    assert_int_equal(matcher_template_pack(&empty, &template, NULL), REASON_DONE);
    assert_int_equal(template.size, 18);
}

static void assert_corrupt(const struct matcher_template *template, const char *detail)
{
    struct failure failure;
    assert_int_equal(
        matcher_template_check(template->bytes, template->size, &failure), REASON_TEMPLATE_CORRUPT);
    assert_string_equal(failure.detail, detail);
}

/* Every truncation, every extension and every byte of the header that breaks a rule is refused, and says why. */
static void test_check_refuses_corrupt_headers(void **state)
{
    (void)state;
    struct template_content content = content_of_three();
    struct matcher_template template;
    assert_int_equal(matcher_template_pack(&content, &template, NULL), REASON_DONE);
    for (uint32_t size = 0; size < template.size; size++)
        assert_int_equal(matcher_template_check(template.bytes, size, NULL), REASON_TEMPLATE_CORRUPT);
    assert_int_equal(
        matcher_template_check(template.bytes, template.size + 1, NULL), REASON_TEMPLATE_CORRUPT);

    static const struct {
        uint32_t offset;
        uint8_t value;
        const char *detail;
    } faults[] = {
        {0, 'X', "no template header"},
        {2, 1, "version 1; this kordon reads version 2: import the list again from its originals"},
        {2, 3, "version 3; this kordon reads version 2: import the list again from its originals"},
        {3, 2, "unknown flags"},
        {3, 1, "foreign template with ridge flow"},
        {4, 44, "42 bytes where 44 belong"},
        {5, 1, "42 bytes where 298 belong"},
        {6, 0, "impossible size"},
        {6, 100, "minutiae do not end where they must"},
        {7, 0x10, "impossible size"},
        {9, 0x10, "impossible size"},
        {10, 101, "quality above 100"},
        {11, 200, "fewer bytes than its minutiae need"},
        {11, 2, "minutiae do not end where they must"},
        {12, 64, "impossible lowest quality"},
        {12, 11, "minutiae's lowest quality is not the header's"},
        {13, 11, "ridge flow outside the image"},
        {15, 0, "impossible ridge flow box"},
        {16, 17, "ridge flow outside the image"},
        {15, 2, "impossible ridge flow row"},
        {16, 1, "ridge flow does not end where it must"},
    };
    for (uint32_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct matcher_template broken = template;
        broken.bytes[faults[i].offset] = faults[i].value;
        assert_corrupt(&broken, faults[i].detail);
    }
}

/* Minutiae beside the image, of no type, or in another order are refused. */
static void test_check_refuses_corrupt_minutiae(void **state)
{
    (void)state;
    /* 11 + 12 bits of position, 8 of direction and 2 of type a minutia: 33 bits from byte 18 on. */
    struct template_content content = {.width = 200,
        .height = 300,
        .minutiae_count = 2,
        .minutiae = {{.x = 1, .y = 1, .quality = 63}, {.x = 2, .y = 2, .quality = 63}}};
    struct matcher_template template;
    assert_int_equal(matcher_template_pack(&content, &template, NULL), REASON_DONE);
    assert_int_equal(template.size, 18 + 9);
    struct matcher_template broken = template;
    broken.bytes[18 + 1] |= 7; /* x: 1793 of 1600 */
    assert_corrupt(&broken, "minutia outside the image or of unknown type");
    broken = template;
    broken.bytes[18 + 3] |= 0x80; /* the type's bits are 31 and 32 */
    broken.bytes[18 + 4] |= 1;
    assert_corrupt(&broken, "minutia outside the image or of unknown type");
    broken = template;
    broken.bytes[18 + 1] |= 8 << 1; /* y: 3 before 2 */
    assert_corrupt(&broken, "minutiae out of order");
    broken = template;
    broken.bytes[18 + 8] |= 0x80; /* behind the last bit */
    assert_corrupt(&broken, "minutiae do not end where they must");
    broken = template;
    broken.bytes[18 + 8] &= 0xfb; /* the quality of the first falls by one */
    assert_corrupt(&broken, "minutiae do not end where they must");
}

/* A template without minutiae whose flow box is two rows of three cells, coded as the bits given. */
static struct matcher_template template_of_flow(const char *bits)
{
    struct template_content content = {.width = 64, .height = 64, .flow = {.columns = 3, .rows = 2}};
    struct matcher_template template;
    assert_int_equal(matcher_template_pack(&content, &template, NULL), REASON_DONE);
    memset(template.bytes + 18, 0, sizeof template.bytes - 18);
    uint32_t position = 8 * 18;
    for (; *bits != '\0'; bits++)
        if (*bits != ' ') {
            template.bytes[position / 8] |= (uint8_t)((*bits == '1') << position % 8);
            position++;
        }
    template.size = (position + 7) / 8;
    template.bytes[4] = (uint8_t) template.size;
    return template;
}

/* Flow has one way to be written; each other is refused, and what is impossible too. Rows are: bounds, hole mark,
 * cells. */
static void test_check_refuses_corrupt_flow(void **state)
{
    (void)state;
    struct matcher_template template = template_of_flow("1 1 0 10 10 10  1 1 1 10 0 11");
    assert_int_equal(matcher_template_check(template.bytes, template.size, NULL), REASON_DONE);
    struct template_view view = matcher_template_view(template.bytes);
    uint8_t cells[6];
    matcher_template_unpack_flow(&view, cells, 3);
    assert_memory_equal(cells, ((uint8_t[]){1, 1, 1, 1, 0, 0xfd}), 6);
    /* Rows without any known cell: 0 and 0, from 0 and 3 by escape, and then as the row above. */
    template = template_of_flow("1 0000 00000000  1 1");
    assert_int_equal(matcher_template_check(template.bytes, template.size, NULL), REASON_DONE);

    static const struct {
        const char *bits, *detail;
    } faults[] = {
        {"1 1 1 10 1 10 10  1 1 0 10 10 10", "ridge flow row with holes but without one"},
        {"1 0000 11000000 0 10 10 10  1 1 0 10 10 10", "ridge flow row coded the long way"},
        {"0000 00000000 1 0 10 10 10  1 1 0 10 10 10", "ridge flow row coded the long way"},
        {"1 1 0 0000 000000 10 10  1 1 0 10 10 10", "ridge flow cell coded the long way"},
        {"1 001 0 10 10 10  1 1 0 10 10 10", "impossible ridge flow row"}, /* ends at 4 */
        {"01 1 0 10 10 10  1 1 0 10 10 10", "impossible ridge flow row"},  /* starts at -1 */
        {"0000 11000000 1 1 1", "impossible ridge flow row"},              /* starts where it ends */
        {"1 1 0 10 10 10", "ridge flow row coded the long way"},           /* behind the end come zeroes */
        {"1 1 0 10 10 10  1 1 0 10 10 10 1", "ridge flow does not end where it must"},
        {"1 1 0 10 10 10  1 1 0 10 10 10 0 00000000", "ridge flow does not end where it must"},
    };
    for (uint32_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        template = template_of_flow(faults[i].bits);
        assert_corrupt(&template, faults[i].detail);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pack_and_view),
        cmocka_unit_test(test_flow_keeps_its_precision),
        cmocka_unit_test(test_smooth_flow_is_small),
        cmocka_unit_test(test_unpack),
        cmocka_unit_test(test_pack_refuses_what_is_out_of_range),
        cmocka_unit_test(test_largest_and_smallest),
        cmocka_unit_test(test_check_refuses_corrupt_headers),
        cmocka_unit_test(test_check_refuses_corrupt_minutiae),
        cmocka_unit_test(test_check_refuses_corrupt_flow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
