#include "tests/unit/unit.h"

#include <string.h>

#include "matcher/template.h"

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
    assert_int_equal(template_pack(&content, &template, NULL), REASON_DONE);
    assert_int_equal(template.size, 16 + 3 * 6 + 6);
    assert_int_equal(matcher_template_check(template.bytes, template.size, NULL), REASON_DONE);

    struct template_view view = template_view(template.bytes);
    assert_int_equal(view.width, 200);
    assert_int_equal(view.height, 300);
    assert_int_equal(view.quality, 71);
    assert_int_equal(view.period, 72);
    assert_int_equal(view.minutiae_count, 3);
    assert_false(view.foreign);
    struct template_minutia best = template_view_minutia(&view, 0);
    assert_int_equal(best.quality, 63);
    assert_int_equal(best.type, TEMPLATE_ENDING);
    struct template_minutia middle = template_view_minutia(&view, 1);
    assert_int_equal(middle.x, 800);
    assert_int_equal(middle.y, 801);
    struct template_minutia last = template_view_minutia(&view, 2);
    assert_int_equal(last.x, 1599);
    assert_int_equal(last.direction, 255);
    assert_int_equal(last.type, TEMPLATE_BIFURCATION);

    struct matcher_template_summary summary;
    matcher_template_summarize(template.bytes, template.size, &summary);
    assert_int_equal(summary.minutiae_count, 3);
    assert_int_equal(summary.width, 200);
}

/* The flow is found at its place in the image and nowhere else. */
static void test_flow_by_position(void **state)
{
    (void)state;
    struct template_content content = content_of_three();
    struct matcher_template template;
    assert_int_equal(template_pack(&content, &template, NULL), REASON_DONE);
    struct template_view view = template_view(template.bytes);
    assert_int_equal(template_view_flow(&view, 8 * 32, 8 * 48), 1);
    assert_int_equal(template_view_flow(&view, 8 * 48 + 127, 8 * 48), 129);
    assert_int_equal(template_view_flow(&view, 8 * 32, 8 * 64), 255);
    assert_int_equal(template_view_flow(&view, 8 * 32 - 1, 8 * 48), 0);
    assert_int_equal(template_view_flow(&view, 8 * 80, 8 * 48), 0);
    assert_int_equal(template_view_flow(&view, 8 * 32, 8 * 80), 0);
    assert_int_equal(template_view_flow(&view, -100000, -100000), 0);
}

/* Unpacking gives every minutia in the packed order, and the flow laid into a larger grid without a cell
 * beside it touched. */
static void test_unpack(void **state)
{
    (void)state;
    struct template_content content = content_of_three();
    struct matcher_template template;
    assert_int_equal(template_pack(&content, &template, NULL), REASON_DONE);
    struct template_view view = template_view(template.bytes);
    struct template_minutia minutiae[3];
    template_unpack_minutiae(&view, minutiae);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(minutiae[i].x, content.minutiae[i].x);
        assert_int_equal(minutiae[i].y, content.minutiae[i].y);
        assert_int_equal(minutiae[i].direction, content.minutiae[i].direction);
        assert_int_equal(minutiae[i].type, content.minutiae[i].type);
        assert_int_equal(minutiae[i].quality, content.minutiae[i].quality);
    }
    uint8_t cells[10];
    memset(cells, 7, sizeof cells);
    template_unpack_flow(&view, cells, 5);
    assert_memory_equal(cells, ((uint8_t[]){1, 129, 0, 7, 7, 255, 3, 0, 7, 7}), 10);
}

/* Content that breaks its own ranges is an internal error, and no template. */
static void test_pack_refuses_what_is_out_of_range(void **state)
{
    (void)state;
    struct matcher_template template;
    struct template_content content = content_of_three();
    content.minutiae[1].x = 8 * 200;
    assert_int_equal(template_pack(&content, &template, NULL), REASON_INTERNAL_ERROR);
    assert_int_equal(template.size, 0);
    content = content_of_three();
    content.flow.first_column = 11;
    assert_int_equal(template_pack(&content, &template, NULL), REASON_INTERNAL_ERROR);
    content = content_of_three();
    content.flow.cells[0] = 2;
    assert_int_equal(template_pack(&content, &template, NULL), REASON_INTERNAL_ERROR);
    content = content_of_three();
    content.foreign = true;
    assert_int_equal(template_pack(&content, &template, NULL), REASON_INTERNAL_ERROR);
    content = content_of_three();
    content.flow.columns = 64;
    content.flow.rows = 33;
    assert_int_equal(template_pack(&content, &template, NULL), REASON_INTERNAL_ERROR);
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
    memset(content.flow.cells, 0xff, sizeof content.flow.cells);
    struct matcher_template template;
    assert_int_equal(template_pack(&content, &template, NULL), REASON_DONE);
    assert_int_equal(template.size, 16 + 255 * 6 + 2048);

    struct template_content empty = {.width = 64, .height = 64, .foreign = true};
    assert_int_equal(template_pack(&empty, &template, NULL), REASON_DONE);
    assert_int_equal(template.size, 16);
}

/* Every truncation, every extension and every byte that breaks a rule is refused. */
static void test_check_refuses_corrupt_bytes(void **state)
{
    (void)state;
    struct template_content content = content_of_three();
    struct matcher_template template;
    assert_int_equal(template_pack(&content, &template, NULL), REASON_DONE);
    for (uint32_t size = 0; size < template.size; size++)
        assert_int_equal(matcher_template_check(template.bytes, size, NULL), REASON_TEMPLATE_CORRUPT);
    assert_int_equal(
        matcher_template_check(template.bytes, template.size + 1, NULL), REASON_TEMPLATE_CORRUPT);

    const struct {
        uint32_t offset;
        uint8_t value;
    } faults[] = {{0, 'X'}, {2, 2}, {3, 2}, {3, 1}, {4, 0}, {5, 0x10}, {8, 101}, {9, 2}, {10, 11}, {12, 2},
        {12, 0}, {15, 1}, {16 + 5, 3 << 6}, {16 + 1, 0x7f}, {16 + 3 * 6, 2}};
    for (uint32_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct matcher_template broken = template;
        broken.bytes[faults[i].offset] = faults[i].value;
        assert_int_equal(matcher_template_check(broken.bytes, broken.size, NULL), REASON_TEMPLATE_CORRUPT);
    }
    struct matcher_template swapped = template;
    memcpy(swapped.bytes + 16, template.bytes + 22, 6);
    memcpy(swapped.bytes + 22, template.bytes + 16, 6);
    assert_int_equal(matcher_template_check(swapped.bytes, swapped.size, NULL), REASON_TEMPLATE_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pack_and_view),
        cmocka_unit_test(test_flow_by_position),
        cmocka_unit_test(test_unpack),
        cmocka_unit_test(test_pack_refuses_what_is_out_of_range),
        cmocka_unit_test(test_largest_and_smallest),
        cmocka_unit_test(test_check_refuses_corrupt_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
