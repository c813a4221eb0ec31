#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "matcher/codec/codec.h"
#include "matcher/matcher.h"
#include "matcher/template/template.h"

struct fixture {
    struct matcher_workspace workspace;
    struct matcher_template template;
    struct failure failure;
    uint8_t record[8192];
    size_t size;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->workspace.size = matcher_compare_workspace_size();
    fixture->workspace.memory = aligned_alloc(64, (fixture->workspace.size + 63) / 64 * 64);
    *state = fixture;
    return fixture->workspace.memory == NULL;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    free(fixture->workspace.memory);
    free(fixture);
    return 0;
}

struct expected_minutia {
    uint16_t x, y;
    uint8_t type, angle, quality;
};

static const struct expected_minutia three[] = {{10, 20, 1, 5, 90}, {99, 0, 2, 179, 0}, {0, 199, 0, 90, 255}};

static void write_view(struct bytes_writer *writer, uint8_t position, uint16_t extended)
{
    bytes_write_u8(writer, position);
    bytes_write_u8(writer, 0x12);
    bytes_write_u8(writer, 80);
    bytes_write_u8(writer, 3);
    for (int i = 0; i < 3; i++) {
        bytes_write_u16be(writer, (uint16_t)(three[i].type << 14 | three[i].x));
        bytes_write_u16be(writer, three[i].y);
        bytes_write_u8(writer, three[i].angle);
        bytes_write_u8(writer, three[i].quality);
    }
    bytes_write_u16be(writer, extended);
    for (int i = 0; i < extended; i++)
        bytes_write_u8(writer, 0xee);
}

/* A record of 100x200 pixels with that many views of three minutiae, 5 bytes of extended data in each. */
static void make_record(struct fixture *fixture, bool ansi, uint16_t ppcm, uint8_t views)
{
    struct bytes_writer writer;
    bytes_writer_init(&writer, fixture->record, sizeof fixture->record);
    bytes_write_copy(&writer, "FMR\0 20", 8);
    size_t size = (ansi ? 26 : 24) + views * (4 + 3 * 6 + 2 + 5);
    if (ansi) {
        bytes_write_u16be(&writer, (uint16_t)size);
        bytes_write_u32be(&writer, 0x00420011);
    } else {
        bytes_write_u32be(&writer, (uint32_t)size);
    }
    bytes_write_u16be(&writer, 0x80b5);
    bytes_write_u16be(&writer, 100);
    bytes_write_u16be(&writer, 200);
    bytes_write_u16be(&writer, ppcm);
    bytes_write_u16be(&writer, ppcm);
    bytes_write_u8(&writer, views);
    bytes_write_u8(&writer, 0);
    for (uint8_t i = 0; i < views; i++)
        write_view(&writer, (uint8_t)(7 + i), 5);
    assert_false(writer.failed);
    assert_int_equal(writer.used, size);
    fixture->size = size;
}

static enum reason decode(struct fixture *fixture, uint32_t view, enum finger_position *position)
{
    return matcher_decode(fixture->record, fixture->size, view, fixture->workspace, &fixture->template,
        position, &fixture->failure);
}

static const struct template_minutia *find(
    const struct matcher_template *template, uint16_t x, uint16_t y, struct template_minutia *minutia)
{
    struct template_view view = matcher_template_view(template->bytes);
    struct template_minutia minutiae[MATCHER_MINUTIAE_MAX];
    matcher_template_unpack_minutiae(&view, minutiae);
    for (uint32_t i = 0; i < view.minutiae_count; i++) {
        *minutia = minutiae[i];
        if (minutia->x == x && minutia->y == y)
            return minutia;
    }
    return NULL;
}

/* F1: every field of an ISO record arrives, in the matcher's units, and the template is marked foreign. */
static void test_F1_iso_record_is_read(void **state)
{
    struct fixture *fixture = *state;
    make_record(fixture, false, 197, 1);
    assert_int_equal(
        matcher_format_detect(fixture->record, fixture->size, NULL), MATCHER_FORMAT_ISO_19794_2_2005);
    enum finger_position position;
    assert_int_equal(decode(fixture, 0, &position), REASON_DONE);
    assert_int_equal(position, FINGER_LEFT_INDEX);
    struct matcher_template_summary summary;
    matcher_template_summarize(fixture->template.bytes, fixture->template.size, &summary);
    assert_true(summary.foreign);
    assert_int_equal(summary.minutiae_count, 3);
    assert_int_equal(summary.quality, 80);
    assert_int_equal(summary.width, 100);
    assert_int_equal(summary.height, 200);
    struct template_minutia minutia;
    assert_non_null(find(&fixture->template, 80, 160, &minutia));
    assert_int_equal(minutia.type, TEMPLATE_ENDING);
    assert_int_equal(minutia.direction, 5);
    assert_int_equal(minutia.quality, 57);
    assert_non_null(find(&fixture->template, 792, 0, &minutia));
    assert_int_equal(minutia.type, TEMPLATE_BIFURCATION);
    assert_non_null(find(&fixture->template, 0, 1592, &minutia));
    assert_int_equal(minutia.quality, 0); /* 255 says "not computed" */
}

/* F1: where a writer told no minutia's quality, all get a middling one, not the worst. */
static void test_F1_record_without_qualities(void **state)
{
    struct fixture *fixture = *state;
    make_record(fixture, false, 197, 1);
    fixture->record[28 + 5] = fixture->record[28 + 11] = 0;
    fixture->record[28 + 17] = 254;
    assert_int_equal(decode(fixture, 0, NULL), REASON_DONE);
    struct template_minutia minutia;
    assert_non_null(find(&fixture->template, 80, 160, &minutia));
    assert_int_equal(minutia.quality, CODEC_QUALITY_WHERE_UNKNOWN);
    assert_non_null(find(&fixture->template, 0, 1592, &minutia));
    assert_int_equal(minutia.quality, CODEC_QUALITY_WHERE_UNKNOWN);
}

/* F1: an ANSI record has angles in units of two degrees; 180 of them are no angle. */
static void test_F1_ansi_record_is_read(void **state)
{
    struct fixture *fixture = *state;
    make_record(fixture, true, 197, 1);
    assert_int_equal(
        matcher_format_detect(fixture->record, fixture->size, NULL), MATCHER_FORMAT_ANSI_378_2004);
    assert_int_equal(decode(fixture, 0, NULL), REASON_DONE);
    struct template_minutia minutia;
    assert_non_null(find(&fixture->template, 0, 1592, &minutia));
    assert_int_equal(minutia.direction, 128);
    assert_non_null(find(&fixture->template, 792, 0, &minutia));
    assert_int_equal(minutia.direction, 255); /* 358 degrees */

    fixture->record[26 + 4 + 4] = 180;
    assert_int_equal(decode(fixture, 0, NULL), REASON_BAD_VALUE);
}

/* F1: ANSI's long length form, and the version that some writers put as "020". */
static void test_F1_ansi_variants_are_read(void **state)
{
    struct fixture *fixture = *state;
    make_record(fixture, true, 197, 1);
    memcpy(fixture->record + 4, "020", 3);
    assert_int_equal(decode(fixture, 0, NULL), REASON_DONE);
    memmove(fixture->record + 14, fixture->record + 10, fixture->size - 10);
    memset(fixture->record + 8, 0, 6);
    fixture->size += 4;
    fixture->record[13] = (uint8_t)fixture->size;
    assert_int_equal(decode(fixture, 0, NULL), REASON_DONE);
    memcpy(fixture->record + 4, " 20", 3);
    assert_int_equal(
        matcher_format_detect(fixture->record, fixture->size, NULL), MATCHER_FORMAT_ANSI_378_2004);
    assert_int_equal(decode(fixture, 0, NULL), REASON_DONE);
}

/* F1: each view of a record is found behind the others' extended data; one too many is not. */
static void test_F1_views_are_counted_and_found(void **state)
{
    struct fixture *fixture = *state;
    make_record(fixture, false, 197, 4);
    struct matcher_record record;
    assert_int_equal(
        matcher_record_read(fixture->record, fixture->size, 0, fixture->workspace, &record, NULL),
        REASON_DONE);
    assert_int_equal(record.view_count, 4);
    enum finger_position position;
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(decode(fixture, i, &position), REASON_DONE);
        assert_int_equal(position, 7 + i);
    }
    assert_int_equal(decode(fixture, 4, &position), REASON_ENTRY_NOT_FOUND);
    assert_int_equal(fixture->template.size, 0);
    fixture->record[4] = 'x';
    assert_int_equal(
        matcher_record_read(fixture->record, fixture->size, 0, fixture->workspace, &record, NULL),
        REASON_BAD_FORMAT);
    assert_int_equal(record.view_count, 0);
}

/* F1: positions come at 500 ppi whatever the record's resolution; one outside of what is allowed is refused.
 */
static void test_F1_resolution_is_converted(void **state)
{
    struct fixture *fixture = *state;
    make_record(fixture, false, 394, 1); /* 1000 ppi: half the pixels */
    assert_int_equal(decode(fixture, 0, NULL), REASON_DONE);
    struct template_minutia minutia;
    assert_non_null(find(&fixture->template, 40, 80, &minutia));
    struct matcher_template_summary summary;
    matcher_template_summarize(fixture->template.bytes, fixture->template.size, &summary);
    assert_in_range(summary.width, 50, 51);
    const uint16_t refused[] = {0, 97, 474, 65535};
    for (int i = 0; i < 4; i++) {
        make_record(fixture, false, refused[i], 1);
        assert_int_equal(decode(fixture, 0, NULL), REASON_RESOLUTION_UNKNOWN);
    }
}

/* F1: a record cut off anywhere, and one with more behind it than padding, is refused, in both formats; the words say
 * what is missing, or what to cut. */
static void test_F1_truncated_and_overlong_are_refused(void **state)
{
    struct fixture *fixture = *state;
    for (int ansi = 0; ansi < 2; ansi++) {
        make_record(fixture, ansi == 1, 197, 2);
        size_t whole = fixture->size;
        char words[64];
        for (fixture->size = 0; fixture->size < whole; fixture->size++)
            assert_int_not_equal(decode(fixture, 0, NULL), REASON_DONE);
        fixture->size = whole - 1;
        assert_int_equal(decode(fixture, 0, NULL), REASON_TRUNCATED);
        snprintf(words, sizeof words, "%zu bytes of %zu", whole - 1, whole);
        assert_non_null(strstr(fixture->failure.detail, words));
        fixture->record[whole] = 7;
        fixture->size = whole + 1;
        assert_int_equal(decode(fixture, 0, NULL), REASON_OVERLONG);
        snprintf(words, sizeof words, "cut the file to %zu bytes", whole);
        assert_non_null(strstr(fixture->failure.detail, words));
    }
    /* The header's length agrees with the size, and yet a byte follows the last view. */
    make_record(fixture, false, 197, 2);
    fixture->record[fixture->size++] = 7;
    fixture->record[11]++;
    assert_int_equal(decode(fixture, 0, NULL), REASON_OVERLONG);
}

/* F1: counts, sizes, coordinates, types and positions that can't be. */
static void test_F1_absurd_values_are_refused(void **state)
{
    struct fixture *fixture = *state;
    const struct {
        size_t offset;
        uint8_t value;
        enum reason reason;
    } cases[] = {
        {22, 0, REASON_BAD_VALUE},    /* no view */
        {22, 200, REASON_TRUNCATED},  /* views that aren't there */
        {15, 0, REASON_BAD_VALUE},    /* width 0 */
        {15, 99, REASON_BAD_VALUE},   /* a minutia at x 99 */
        {17, 199, REASON_BAD_VALUE},  /* a minutia at y 199 */
        {14, 0xff, REASON_TOO_LARGE}, /* width 65380 */
        {24, 11, REASON_BAD_VALUE},   /* finger position 11 */
        {27, 255, REASON_TRUNCATED},  /* 255 minutiae */
        {28, 0xc0, REASON_BAD_VALUE}, /* minutia type 3 */
        {46, 0xff, REASON_TRUNCATED}, /* extended data of 65285 bytes */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make_record(fixture, false, 197, 1);
        fixture->record[cases[i].offset] = cases[i].value;
        assert_int_equal(decode(fixture, 0, NULL), cases[i].reason);
        assert_int_equal(fixture->template.size, 0);
    }
}

/* F1: what is written is read back; the record's bytes are the same when written again. */
static void test_F1_round_trip(void **state)
{
    struct fixture *fixture = *state;
    const enum matcher_format formats[] = {MATCHER_FORMAT_ISO_19794_2_2005, MATCHER_FORMAT_ANSI_378_2004};
    for (int i = 0; i < 2; i++) {
        make_record(fixture, false, 224, 1);
        assert_int_equal(decode(fixture, 0, NULL), REASON_DONE);
        assert_int_equal(matcher_encode(&fixture->template, formats[i], FINGER_RIGHT_RING, fixture->record,
                             sizeof fixture->record, &fixture->size, NULL),
            REASON_DONE);
        assert_int_equal(matcher_format_detect(fixture->record, fixture->size, NULL), formats[i]);
        enum finger_position position;
        assert_int_equal(decode(fixture, 0, &position), REASON_DONE);
        assert_int_equal(position, FINGER_RIGHT_RING);
        uint8_t again[256];
        size_t written;
        assert_int_equal(
            matcher_encode(&fixture->template, formats[i], position, again, sizeof again, &written, NULL),
            REASON_DONE);
        assert_int_equal(written, fixture->size);
        assert_memory_equal(again, fixture->record, written);
        assert_int_equal(
            matcher_encode(&fixture->template, formats[i], position, again, written - 1, &written, NULL),
            REASON_TOO_LARGE);
    }
    size_t written;
    assert_int_equal(matcher_encode(&fixture->template, MATCHER_FORMAT_UNKNOWN, FINGER_UNKNOWN,
                         fixture->record, sizeof fixture->record, &written, NULL),
        REASON_UNSUPPORTED_FORMAT);
}

/* Every direction survives ISO exactly, and ANSI to within its unit. */
static void test_F1_angles_convert_both_ways(void **state)
{
    (void)state;
    for (int i = 0; i < 256; i++) {
        uint8_t direction;
        assert_true(matcher_codec_iso19794_2()->read_angle(
            matcher_codec_iso19794_2()->write_angle((uint8_t)i), &direction));
        assert_int_equal(direction, i);
        assert_true(matcher_codec_ansi378()->read_angle(
            matcher_codec_ansi378()->write_angle((uint8_t)i), &direction));
        assert_in_range((uint8_t)(direction - i + 1), 0, 2);
    }
}

/* F2: newer formats are refused by their name. */
static void test_F2_newer_formats_are_named(void **state)
{
    struct fixture *fixture = *state;
    static const uint8_t iso_2011[40] = "FMR\0"
                                        "030\0"
                                        "\0\0\0\x28"
                                        "\0\1"
                                        "\0"
                                        "\0\0\0\x19";
    static const uint8_t ansi_2009[40] = "FMR\0"
                                         "030\0"
                                         "\0\0\0\x28"
                                         "\0\x42\0\x11"
                                         "\0\0\0\xb5"
                                         "\2\0\7";
    static const uint8_t ansi_2009_am1[40] = "FMR\0"
                                             "035\0"
                                             "\0\0\0\x28";
    static const uint8_t iso_39794_der[8] = "\x62\x06\xa0\x04\x80\x02\x00\x03";
    static const char iso_39794_xml[] = "<?xml version=\"1.0\"?><fmr:fingerMinutiaDataBlock>";
    const struct {
        const void *bytes;
        size_t size;
        const char *name;
    } cases[] = {
        {iso_2011, sizeof iso_2011, "ISO/IEC 19794-2:2011"},
        {ansi_2009, sizeof ansi_2009, "ANSI/INCITS 378-2009;"},
        {ansi_2009_am1, sizeof ansi_2009_am1, "ANSI/INCITS 378-2009 amendment 1"},
        {iso_39794_der, sizeof iso_39794_der, "ISO/IEC 39794-2"},
        {iso_39794_xml, sizeof iso_39794_xml - 1, "ISO/IEC 39794-2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memset(&fixture->failure, 0, sizeof fixture->failure);
        memcpy(fixture->record, cases[i].bytes, cases[i].size);
        fixture->size = cases[i].size;
        assert_int_equal(decode(fixture, 0, NULL), REASON_UNSUPPORTED_FORMAT);
        assert_non_null(strstr(fixture->failure.detail, cases[i].name));
    }
    fixture->size = 5;
    memcpy(fixture->record, "\x89PNG\r", 5);
    assert_int_equal(decode(fixture, 0, NULL), REASON_BAD_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_F1_iso_record_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F1_record_without_qualities, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F1_ansi_record_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F1_ansi_variants_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F1_views_are_counted_and_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F1_resolution_is_converted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F1_truncated_and_overlong_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F1_absurd_values_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F1_round_trip, set_up, tear_down),
        cmocka_unit_test(test_F1_angles_convert_both_ways),
        cmocka_unit_test_setup_teardown(test_F2_newer_formats_are_named, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
