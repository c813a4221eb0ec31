#include "tests/unit/unit.h"

#include <stdlib.h>

#include "matcher/matcher.h"
#include "tests/unit/made_record.h"

static struct matcher_workspace workspace;
static struct matcher_record read;

static int take_workspace(void **state)
{
    (void)state;
    workspace.size = (matcher_decode_workspace_size() + 63) / 64 * 64;
    workspace.memory = aligned_alloc(64, workspace.size);
    return workspace.memory == NULL;
}

static int release_workspace(void **state)
{
    (void)state;
    free(workspace.memory);
    return 0;
}

static const struct made_view views[] = {{FINGER_LEFT_INDEX, 50, 20}, {FINGER_RIGHT_THUMB, 60, 31}};
static const enum made_layout layouts[] = {MADE_ISO, MADE_ANSI, MADE_ANSI_LONG, MADE_ANSI_WIDE};

static enum matcher_format format_of(enum made_layout layout)
{
    return layout == MADE_ISO ? MATCHER_FORMAT_ISO_19794_2_2005 : MATCHER_FORMAT_ANSI_378_2004;
}

/* A record is read as what it was made as, with all its views, up to its end. */
static void check_read(const struct made_record *record, enum made_layout layout, size_t end)
{
    struct matcher_template template;
    struct failure failure = {0};
    enum reason reason = matcher_record_read(record->bytes, record->size, 0, workspace, &read, &failure);
    if (reason != REASON_DONE)
        fail_msg("layout %d: %s: %s", (int)layout, failure.subject, failure.detail);
    assert_int_equal(read.format, format_of(layout));
    assert_int_equal(read.size, end);
    assert_int_equal(read.view_count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        struct matcher_template_summary summary;
        assert_int_equal(read.views[i].position, views[i].position);
        assert_int_equal(
            matcher_record_template(record->bytes, record->size, &read, i, workspace, &template, NULL),
            REASON_DONE);
        matcher_template_summarize(template.bytes, template.size, &summary);
        assert_int_equal(summary.minutiae_count, views[i].minutiae);
        assert_int_equal(summary.quality, views[i].quality);
    }
}

/* F10: what buffers and editors leave behind a record is no part of it, in every layout, whether the header counts it or
 * not. */
static void test_F10_padding_behind_a_record_is_not_read(void **state)
{
    (void)state;
    const struct {
        const char *bytes;
        size_t size, times;
    } paddings[] = {{"", 1, 1}, {"", 1, 400}, {"\xff", 1, 98}, {"\n", 1, 1}, {"\r\n", 2, 1}, {" ", 1, 30},
        {"\r\n\0", 3, 1}};
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++)
        for (size_t k = 0; k < sizeof paddings / sizeof paddings[0]; k++)
            for (int counted = 0; counted < 2; counted++) {
                struct made_record record;
                made_record_init(&record, layouts[i], MADE_RECORD_PPCM, views, 2);
                size_t end = record.size;
                for (size_t n = 0; n < paddings[k].times; n++, record.size += paddings[k].size)
                    memcpy(record.bytes + record.size, paddings[k].bytes, paddings[k].size);
                if (counted)
                    made_record_set_length(&record, (uint32_t)record.size);
                check_read(&record, layouts[i], end);
            }
}

/* F10: a wrong length in the header does not matter where the views say where the record ends. */
static void test_F10_wrong_length_is_read_by_the_views(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++)
        for (int k = 0; k < 7; k++) {
            struct made_record record;
            made_record_init(&record, layouts[i], MADE_RECORD_PPCM, views, 2);
            uint32_t size = (uint32_t)record.size;
            const uint32_t swapped = (size & 0xff) << 8 | size >> 8;
            const uint32_t wrong[] = {size - 2, size + 2, 0, size - 24, size - 26, 0xffff,
                layouts[i] == MADE_ANSI ? swapped : swapped << 16};
            made_record_set_length(&record, wrong[k]);
            check_read(&record, layouts[i], size);
        }
}

/* F10: what stands behind the views and is no padding may be anything: the words say where to cut. */
static void test_F10_more_than_padding_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        struct made_record record;
        struct failure failure = {0};
        char words[64];
        made_record_init(&record, layouts[i], MADE_RECORD_PPCM, views, 2);
        snprintf(words, sizeof words, "cut the file to %zu bytes", record.size);
        memcpy(record.bytes + record.size, "\0\0x", 3);
        record.size += 3;
        assert_int_equal(
            matcher_record_read(record.bytes, record.size, 0, workspace, &read, &failure), REASON_OVERLONG);
        assert_non_null(strstr(failure.detail, words));
    }
}

/* F10: the resolution that is said wins over the header's, also where the header's can't be. */
static void test_F10_said_resolution_wins(void **state)
{
    (void)state;
    const uint16_t headers[] = {MADE_RECORD_PPCM, 0, 28, 394};
    for (int i = 0; i < 4; i++) {
        struct made_record record;
        struct matcher_template template;
        struct matcher_template_summary summary;
        struct failure failure = {0};
        made_record_init(&record, MADE_ISO, headers[i], views, 2);
        assert_int_equal(
            matcher_record_read(record.bytes, record.size, 500, workspace, &read, NULL), REASON_DONE);
        assert_int_equal(read.ppi, 500);
        assert_int_equal(
            matcher_record_template(record.bytes, record.size, &read, 0, workspace, &template, NULL),
            REASON_DONE);
        matcher_template_summarize(template.bytes, template.size, &summary);
        assert_int_equal(summary.width, MADE_RECORD_SIDE);
        enum reason reason = matcher_record_read(record.bytes, record.size, 0, workspace, &read, &failure);
        assert_int_equal(reason, headers[i] >= MADE_RECORD_PPCM ? REASON_DONE : REASON_RESOLUTION_UNKNOWN);
        if (reason == REASON_DONE)
            assert_int_equal(read.ppi, i == 0 ? 500 : 1000);
    }
}

/* Whose resolution can't be is told: the header is as it should be. */
static void test_F10_impossible_said_resolution_is_not_the_headers(void **state)
{
    (void)state;
    const uint32_t said[] = {10, MATCHER_PPI_MIN - 5, MATCHER_PPI_MAX + 5, 166963};
    struct made_record record;
    made_record_init(&record, MADE_ISO, MADE_RECORD_PPCM, views, 2);
    for (size_t i = 0; i < 4; i++) {
        struct failure failure = {0};
        char words[32];
        snprintf(words, sizeof words, "%u ppi were given", said[i]);
        assert_int_equal(matcher_record_read(record.bytes, record.size, said[i], workspace, &read, &failure),
            REASON_BAD_VALUE);
        assert_non_null(strstr(failure.detail, words));
    }
    assert_int_equal(
        matcher_record_read(record.bytes, record.size, MATCHER_PPI_MIN, workspace, &read, NULL), REASON_DONE);
    assert_int_equal(
        matcher_record_read(record.bytes, record.size, MATCHER_PPI_MAX, workspace, &read, NULL), REASON_DONE);
}

/* Across and down are said apart: what is given may contradict one alone. */
static void test_F10_either_resolution_of_the_header_may_be_contradicted(void **state)
{
    (void)state;
    const size_t down_at = 20;
    struct made_record record;
    made_record_init(&record, MADE_ISO, MADE_RECORD_PPCM, views, 2);
    assert_int_equal(record.bytes[down_at + 1], MADE_RECORD_PPCM);
    for (int across = 0; across < 2; across++) {
        record.bytes[down_at - 2 + 1] = across ? 118 : MADE_RECORD_PPCM + 1; /* within rounding */
        record.bytes[down_at + 1] = across ? MADE_RECORD_PPCM : 118;
        assert_int_equal(
            matcher_record_read(record.bytes, record.size, 500, workspace, &read, NULL), REASON_DONE);
        assert_int_equal(read.ppi, 500);
        assert_int_equal(read.header_ppi, 300);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_F10_padding_behind_a_record_is_not_read),
        cmocka_unit_test(test_F10_wrong_length_is_read_by_the_views),
        cmocka_unit_test(test_F10_more_than_padding_is_refused),
        cmocka_unit_test(test_F10_said_resolution_wins),
        cmocka_unit_test(test_F10_impossible_said_resolution_is_not_the_headers),
        cmocka_unit_test(test_F10_either_resolution_of_the_header_may_be_contradicted),
    };
    return cmocka_run_group_tests(tests, take_workspace, release_workspace);
}
