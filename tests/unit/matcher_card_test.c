#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "matcher/matcher.h"
#include "matcher/template/template.h"

#define NORMAL  MATCHER_FORMAT_ISO_19794_2_2005_CARD_NORMAL
#define COMPACT MATCHER_FORMAT_ISO_19794_2_2005_CARD_COMPACT

static struct matcher_template template;
static struct template_content content;
static struct failure failure;

static enum reason decode(enum matcher_format format, const uint8_t *bytes, size_t size)
{
    struct matcher_workspace workspace = {&content, sizeof content};
    return matcher_decode_card(bytes, size, format, workspace, &template, &failure);
}

/* The minutiae of the template that decode() left. */
static void unpack(struct template_minutia *minutiae, uint32_t count)
{
    assert_int_equal(matcher_template_check(template.bytes, template.size, NULL), REASON_DONE);
    struct template_view view = matcher_template_view(template.bytes);
    assert_int_equal(view.minutiae_count, count);
    assert_true(view.foreign);
    matcher_template_unpack_minutiae(&view, minutiae);
}

/* F1: a compact card's minutia is three bytes: x and y in 0.1 mm, then type and 1/64 turn. 12.7 mm are 250 px. */
static void test_F1_compact_card_is_read(void **state)
{
    (void)state;
    const uint8_t card[] = {127, 0, 0x40 | 16, 0, 254, 0x80 | 63, 255, 255, 1};
    assert_int_equal(decode(COMPACT, card, sizeof card), REASON_DONE);
    struct template_minutia minutiae[3];
    unpack(minutiae, 3);
    assert_int_equal(minutiae[0].x, 250 * 8);
    assert_int_equal(minutiae[0].y, 0);
    assert_int_equal(minutiae[0].type, TEMPLATE_ENDING);
    assert_int_equal(minutiae[0].direction, 64);
    assert_int_equal(minutiae[1].x, 0);
    assert_int_equal(minutiae[1].y, 500 * 8);
    assert_int_equal(minutiae[1].type, TEMPLATE_BIFURCATION);
    assert_int_equal(minutiae[1].direction, 252);
    assert_int_equal(minutiae[2].x, 4016); /* 25.5 mm */
    assert_int_equal(minutiae[2].type, TEMPLATE_OTHER);
    assert_int_equal(minutiae[2].direction, 4);
    assert_int_equal(minutiae[2].quality, 45); /* a card holds none */
}

/* F1: a normal card's minutia is five bytes: type and x, y in 0.01 mm, 1/256 turn. */
static void test_F1_normal_card_is_read(void **state)
{
    (void)state;
    const uint8_t card[] = {0x44, 0xf6, 0x00, 0x7f, 200, 0xbf, 0xff, 0x3f, 0xff, 255};
    assert_int_equal(decode(NORMAL, card, sizeof card), REASON_DONE);
    struct template_minutia minutiae[2];
    unpack(minutiae, 2);
    assert_int_equal(minutiae[0].x, 250 * 8); /* 1270 */
    assert_int_equal(minutiae[0].y, 25 * 8);
    assert_int_equal(minutiae[0].type, TEMPLATE_ENDING);
    assert_int_equal(minutiae[0].direction, 200);
    assert_int_equal(minutiae[1].x, 25800); /* 163.83 mm */
    assert_int_equal(minutiae[1].y, 25800);
    assert_int_equal(minutiae[1].direction, 255);
}

/* F1: what is not a whole number of minutiae, of no known type, too many, or not said to be a card's is refused, and
 * leaves no template. */
static void test_F1_card_is_refused(void **state)
{
    (void)state;
    static uint8_t card[256 * 5];
    for (size_t size = 0; size < 32; size++) {
        bool compact = size > 0 && size % 3 == 0, normal = size > 0 && size % 5 == 0;
        assert_int_equal(decode(COMPACT, card, size), compact ? REASON_DONE : REASON_TRUNCATED);
        assert_int_equal(decode(NORMAL, card, size), normal ? REASON_DONE : REASON_TRUNCATED);
    }
    assert_int_equal(decode(NORMAL, card, 255 * 5), REASON_DONE);
    assert_int_equal(decode(NORMAL, card, 256 * 5), REASON_TOO_LARGE);
    assert_int_equal(decode(COMPACT, card, 256 * 3), REASON_TOO_LARGE);
    assert_int_equal(template.size, 0);
    assert_int_equal(decode(COMPACT, (const uint8_t[]){1, 1, 0xc0}, 3), REASON_BAD_VALUE);
    assert_int_equal(decode(NORMAL, (const uint8_t[]){0xc0, 0, 0, 0, 0}, 5), REASON_BAD_VALUE);
    assert_int_equal(decode(NORMAL, (const uint8_t[]){0, 0, 0x40, 0, 0}, 5), REASON_BAD_VALUE);
    assert_int_equal(template.size, 0);
    assert_int_equal(decode(MATCHER_FORMAT_ISO_19794_2_2005, card, 15), REASON_UNSUPPORTED_FORMAT);
    assert_int_equal(decode(MATCHER_FORMAT_UNKNOWN, card, 15), REASON_UNSUPPORTED_FORMAT);
    struct matcher_workspace small = {&content, sizeof content - 1};
    assert_int_equal(
        matcher_decode_card(card, 15, COMPACT, small, &template, &failure), REASON_WORKSPACE_TOO_SMALL);
}

/* A template of four minutiae, worst first. */
static struct matcher_template make_four(uint16_t width)
{
    struct template_content four = {.width = width,
        .height = 400,
        .minutiae_count = 4,
        .minutiae = {{.x = 2000, .y = 400, .direction = 254, .type = TEMPLATE_ENDING, .quality = 10},
            {.x = 400, .y = 2000, .direction = 2, .type = TEMPLATE_BIFURCATION, .quality = 20},
            {.x = 1200, .y = 1200, .direction = 128, .quality = 30},
            {.x = (uint16_t)(8 * width - 1), .y = 2000, .direction = 90, .quality = 40}}};
    struct matcher_template made;
    assert_int_equal(matcher_template_pack(&four, &made, NULL), REASON_DONE);
    return made;
}

static void assert_encoded(const struct matcher_template *from, struct matcher_card wanted, const char *hex)
{
    uint8_t bytes[64];
    char text[2 * sizeof bytes + 1] = "";
    size_t written;
    assert_int_equal(
        matcher_encode_card(from, &wanted, bytes, sizeof bytes, &written, &failure), REASON_DONE);
    for (size_t i = 0; i < written; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    assert_string_equal(text, hex);
}

/* F1: cards get their best minutiae in the order they want, rounded to their units. 399 1/8 px are 2.5 mm, 1200
 * 7.62, 2000 12.7, 3199 20.3. An angle of 254 is nearest to no turn at all. */
static void test_F1_card_is_written(void **state)
{
    (void)state;
    struct matcher_template four = make_four(400);
    assert_encoded(&four, (struct matcher_card){.format = COMPACT},
        "cb7f17"
        "4c4c20"
        "197f81"
        "7f1940");
    assert_encoded(&four, (struct matcher_card){.format = COMPACT, .minutiae_max = 2},
        "cb7f17"
        "4c4c20");
    assert_encoded(&four, (struct matcher_card){.format = COMPACT, .order = MATCHER_CARD_ORDER_X_Y},
        "197f81"
        "4c4c20"
        "7f1940"
        "cb7f17");
    assert_encoded(&four, (struct matcher_card){.format = COMPACT, .order = MATCHER_CARD_ORDER_Y_X},
        "7f1940"
        "4c4c20"
        "197f81"
        "cb7f17");
    assert_encoded(&four,
        (struct matcher_card){.format = COMPACT, .order = MATCHER_CARD_ORDER_Y_X, .descending = true},
        "cb7f17"
        "197f81"
        "4c4c20"
        "7f1940");
    assert_encoded(&four, (struct matcher_card){.format = COMPACT, .order = MATCHER_CARD_ORDER_ANGLE},
        "197f81"
        "cb7f17"
        "4c4c20"
        "7f1940");
    /* The centre of mass is 106, 91. */
    assert_encoded(&four, (struct matcher_card){.format = COMPACT, .order = MATCHER_CARD_ORDER_POLAR},
        "4c4c20"
        "7f1940"
        "197f81"
        "cb7f17");
    assert_encoded(&four, (struct matcher_card){.format = NORMAL, .minutiae_max = 2},
        "07ef04f65a"
        "02fa02fa80");
}

/* A print wider than a compact card's 25.5 mm is moved, and loses what still does not fit. */
static void test_F1_wide_print_on_a_compact_card(void **state)
{
    (void)state;
    /* 2.5 to 26.0 mm: all fit, moved by 5 steps. */
    struct matcher_template wide = make_four(512);
    assert_encoded(&wide, (struct matcher_card){.format = COMPACT},
        "ff7f17"
        "474c20"
        "147f81"
        "7a1940");
    /* 2.5 to 50.8 mm, the mean at 18.4: from 5.7 to 31.2 mm two are left. */
    struct matcher_template wider = make_four(1000);
    assert_encoded(&wider, (struct matcher_card){.format = COMPACT},
        "134c20"
        "461940");
    assert_encoded(&wider, (struct matcher_card){.format = NORMAL, .minutiae_max = 1}, "13d704f65a");
}

static void test_F1_card_is_not_written(void **state)
{
    (void)state;
    struct matcher_template four = make_four(400), empty;
    struct template_content none = {.width = 64, .height = 64};
    assert_int_equal(matcher_template_pack(&none, &empty, NULL), REASON_DONE);
    uint8_t bytes[64];
    size_t written;
    const struct matcher_card compact = {.format = COMPACT},
                              record = {.format = MATCHER_FORMAT_ANSI_378_2004};
    assert_int_equal(matcher_encode_card(&four, &compact, bytes, 11, &written, &failure), REASON_TOO_LARGE);
    assert_int_equal(written, 0);
    assert_int_equal(matcher_encode_card(&four, &compact, bytes, 12, &written, &failure), REASON_DONE);
    assert_int_equal(matcher_encode_card(&empty, &compact, bytes, 64, &written, &failure), REASON_BAD_VALUE);
    assert_int_equal(
        matcher_encode_card(&four, &record, bytes, 64, &written, &failure), REASON_UNSUPPORTED_FORMAT);
    assert_int_equal(matcher_encode(&four, COMPACT, FINGER_UNKNOWN, bytes, 64, &written, &failure),
        REASON_UNSUPPORTED_FORMAT);
}

/* What a card is written of is read back within a step, and again to the same bytes. */
static void test_F1_card_round_trip(void **state)
{
    (void)state;
    static const enum matcher_format formats[] = {NORMAL, COMPACT};
    for (int i = 0; i < 2; i++) {
        struct matcher_template four = make_four(400);
        struct matcher_card wanted = {.format = formats[i], .order = MATCHER_CARD_ORDER_X_Y};
        uint8_t first[64], second[64];
        size_t size, again;
        assert_int_equal(matcher_encode_card(&four, &wanted, first, 64, &size, &failure), REASON_DONE);
        assert_int_equal(decode(formats[i], first, size), REASON_DONE);
        assert_int_equal(matcher_encode_card(&template, &wanted, second, 64, &again, &failure), REASON_DONE);
        assert_int_equal(again, size);
        assert_memory_equal(first, second, size);
    }
}

/* Every format has a name that leads back to it, and no other name does. */
static void test_format_names(void **state)
{
    (void)state;
    for (int format = MATCHER_FORMAT_UNKNOWN + 1; format <= COMPACT; format++)
        assert_int_equal(matcher_format_parse(matcher_format_name((enum matcher_format)format)), format);
    assert_null(matcher_format_name(MATCHER_FORMAT_UNKNOWN));
    assert_int_equal(matcher_format_parse("iso-19794-2-2011"), MATCHER_FORMAT_UNKNOWN);
    assert_int_equal(matcher_format_parse(""), MATCHER_FORMAT_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_F1_compact_card_is_read),
        cmocka_unit_test(test_F1_normal_card_is_read),
        cmocka_unit_test(test_F1_card_is_refused),
        cmocka_unit_test(test_F1_card_is_written),
        cmocka_unit_test(test_F1_wide_print_on_a_compact_card),
        cmocka_unit_test(test_F1_card_is_not_written),
        cmocka_unit_test(test_F1_card_round_trip),
        cmocka_unit_test(test_format_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
