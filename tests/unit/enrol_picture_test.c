#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "enrol/enrol.h"
#include "sample/sample.h"
#include "tests/unit/made_record.h"
#include "tools/synth/synth.h"

#define WIDTH  SYNTH_WIDTH_DEFAULT
#define HEIGHT SYNTH_HEIGHT_DEFAULT

struct fixture {
    uint8_t pixels[WIDTH * HEIGHT];
    uint8_t *file;
    size_t size;
    struct enrol_claim claim;
    struct enrolment enrolment;
    struct failure failure;
};

static struct fixture fixture;

static int set_up(void **state)
{
    (void)state;
    const struct synth_conditions ordinary = {
        .width = WIDTH, .height = HEIGHT, .strain = SYNTH_STRAIN_DEFAULT};
    struct synth_finger *finger;
    fixture = (struct fixture){.claim = {.position = FINGER_RIGHT_INDEX}};
    enum reason reason = synth_finger_create(7, 1, &finger, NULL);
    if (reason == REASON_DONE)
        reason = synth_impression(finger, 1, &ordinary, fixture.pixels, NULL);
    synth_finger_destroy(finger);
    return reason != REASON_DONE;
}

static int tear_down(void **state)
{
    (void)state;
    enrolment_finish(&fixture.enrolment);
    free(fixture.file);
    fixture.file = NULL;
    return 0;
}

/* The print as a file that says file_ppi, brought with ppi said (0: nothing). */
static enum reason enrol(uint32_t file_ppi, uint32_t ppi)
{
    enrolment_finish(&fixture.enrolment);
    free(fixture.file);
    fixture.failure = (struct failure){0};
    fixture.claim.ppi = ppi;
    assert_int_equal(
        sample_encode_png(fixture.pixels, WIDTH, HEIGHT, file_ppi, &fixture.file, &fixture.size, NULL),
        REASON_DONE);
    return enrol_file(fixture.file, fixture.size, &fixture.claim, &fixture.enrolment, &fixture.failure);
}

static bool is_noted(const char *words)
{
    for (size_t i = 0; i < fixture.enrolment.note_count; i++)
        if (strstr(fixture.enrolment.notes[i], words) != NULL)
            return true;
    return false;
}

/* A picture becomes one finger's template, of the position claimed, with its report; nothing need be said of it. */
static void test_F10_picture_is_enrolled(void **state)
{
    (void)state;
    assert_int_equal(enrol(500, 0), REASON_DONE);
    assert_int_equal(fixture.enrolment.count, 1);
    assert_false(fixture.enrolment.was_record);
    assert_int_equal(fixture.enrolment.note_count, 0);
    const struct locked_template *finger = &fixture.enrolment.fingers[0];
    assert_int_equal(finger->position, FINGER_RIGHT_INDEX);
    assert_false(finger->resolution_doubtful);
    assert_in_range(finger->report.ridge_period_um, 350, 580);
    assert_int_equal(finger->report.minutiae_count, fixture.enrolment.report.minutiae_count);
    assert_int_equal(
        matcher_template_check(locked_template_get(finger)->bytes, locked_template_get(finger)->size, NULL),
        REASON_DONE);
}

/* M1, M2: the picture is kept where that is asked for, as it was compared, and goes with its template. */
static void test_M1_a_kept_picture_is_what_was_compared(void **state)
{
    (void)state;
    const struct locked_template *finger = &fixture.enrolment.fingers[0];
    assert_int_equal(enrol(500, 0), REASON_DONE);
    assert_null(finger->picture.png.bytes);
    fixture.claim.keeps_picture = true;
    assert_int_equal(enrol(0, 512), REASON_DONE);
    fixture.claim.keeps_picture = false;
    struct sample_image image;
    assert_int_equal(sample_decode(finger->picture.png.bytes, finger->picture.png.size, "kept", &image, NULL),
        REASON_DONE);
    assert_int_equal(image.width, WIDTH);
    assert_int_equal(finger->picture.width, WIDTH);
    assert_int_equal(finger->picture.height, HEIGHT);
    assert_int_equal(finger->picture.ppi, 512);
    assert_int_equal(image.ppi, 512);
    assert_memory_equal(image.pixels, fixture.pixels, sizeof fixture.pixels);
    sample_image_finish(&image);
    const size_t held = locked_memory_total(), kept = locked_memory_cost(finger->picture.png.size);
    kept_picture_finish(&fixture.enrolment.fingers[0].picture);
    assert_int_equal(held - locked_memory_total(), kept);
}

/* F10: the resolution that is given wins over the file's; where the file's could be it is contradicted aloud. */
static void test_F10_given_resolution_wins(void **state)
{
    (void)state;
    const uint32_t files[] = {0, 72, 96, 500, 1000, 300};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        assert_int_equal(enrol(files[i], 500), REASON_DONE);
        assert_int_equal(is_noted("the file says"), files[i] == 1000 || files[i] == 300);
    }
    assert_int_equal(enrol(500, 100), REASON_BAD_VALUE);
}

/* F10: a file without a resolution, or with one that can't be, is refused, and the remedy says what to do. */
static void test_F10_unknown_resolution_is_refused(void **state)
{
    (void)state;
    const uint32_t files[] = {0, 72, 96, 2400};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        assert_int_equal(enrol(files[i], 0), REASON_RESOLUTION_UNKNOWN);
        assert_non_null(strstr(reason_remedy(REASON_RESOLUTION_UNKNOWN), "--ppi"));
        assert_int_equal(fixture.enrolment.count, 0);
    }
}

/* Q10: a resolution that the ridges contradict is refused with the one that would fit, whoever says it. */
static void test_Q10_resolution_that_ridges_contradict_is_refused(void **state)
{
    (void)state;
    for (int given = 0; given < 2; given++) {
        assert_int_equal(enrol(given ? 500 : 300, given ? 300 : 0), REASON_RESOLUTION_IMPLAUSIBLE);
        assert_int_equal(fixture.enrolment.count, 0);
        assert_non_null(strstr(fixture.failure.detail, "at 300 ppi its ridges are 0."));
        assert_true(strstr(fixture.failure.detail, "about 500 ppi") != NULL ||
                    strstr(fixture.failure.detail, "about 450 ppi") != NULL ||
                    strstr(fixture.failure.detail, "about 550 ppi") != NULL);
    }
}

/* Q10: a resolution that makes the ridges those of few people is taken with a mark and a note. */
static void test_Q10_doubtful_resolution_is_marked(void **state)
{
    (void)state;
    assert_int_equal(enrol(500, 0), REASON_DONE);
    uint32_t period = fixture.enrolment.report.ridge_period_um;
    const uint32_t doubtful[] = {500 * period / 640, 500 * period / 270};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(enrol(0, doubtful[i]), REASON_DONE);
        assert_true(fixture.enrolment.fingers[0].resolution_doubtful);
        assert_true(is_noted("check its resolution"));
    }
    assert_int_equal(enrol(0, 500 * period / 200), REASON_RESOLUTION_IMPLAUSIBLE);
}

/* A7: a finger that slid is not told to be of another resolution: its ridges lie at any distance, and nothing follows from that. */
static void test_A7_smeared_finger_is_no_question_of_resolution(void **state)
{
    (void)state;
    const struct synth_conditions sliding = {
        .width = WIDTH, .height = HEIGHT, .strain = SYNTH_STRAIN_DEFAULT, .smear = 25};
    for (uint32_t i = 1; i <= 20; i++) {
        struct synth_finger *finger;
        assert_int_equal(synth_finger_create(5, i, &finger, NULL), REASON_DONE);
        assert_int_equal(synth_impression(finger, 1, &sliding, fixture.pixels, NULL), REASON_DONE);
        synth_finger_destroy(finger);
        assert_int_not_equal(enrol(500, 0), REASON_RESOLUTION_IMPLAUSIBLE);
    }
}

/* F10: a negative is inverted, said so, and gives the template of its positive. */
static void test_F10_negative_is_inverted(void **state)
{
    (void)state;
    struct matcher_template positive;
    assert_int_equal(enrol(500, 0), REASON_DONE);
    positive = *locked_template_get(&fixture.enrolment.fingers[0]);
    for (size_t i = 0; i < sizeof fixture.pixels; i++)
        fixture.pixels[i] = (uint8_t)(255 - fixture.pixels[i]);
    assert_int_equal(enrol(500, 0), REASON_DONE);
    assert_true(is_noted("negative"));
    const struct matcher_template *template = locked_template_get(&fixture.enrolment.fingers[0]);
    assert_int_equal(template->size, positive.size);
    assert_memory_equal(template->bytes, positive.bytes, positive.size);
}

static struct matcher_template_summary made_of_it(void)
{
    const struct matcher_template *template = locked_template_get(&fixture.enrolment.fingers[0]);
    struct matcher_template_summary made;
    matcher_template_summarize(template->bytes, template->size, &made);
    return made;
}

static void assert_original(uint32_t file_ppi, uint32_t given, uint32_t least, uint32_t most)
{
    assert_int_equal(enrol(file_ppi, given), REASON_DONE);
    const struct matcher_template_summary made = made_of_it();
    struct kept_picture picture;
    struct sample_image image;
    assert_int_equal(enrol_picture_of_original(fixture.file, fixture.size, &made, &picture, &fixture.failure),
        REASON_DONE);
    assert_int_equal(
        sample_decode(picture.png.bytes, picture.png.size, "original", &image, NULL), REASON_DONE);
    assert_in_range(picture.ppi, least, most);
    assert_int_equal(image.ppi, picture.ppi);
    assert_int_equal(picture.width, WIDTH);
    assert_true(image.pixels[0] > 128); /* dark ridges on a bright ground, also of a negative */
    sample_image_finish(&image);
    kept_picture_finish(&picture);
}

/* H3: a listed finger's picture is shown at the resolution by which it was compared, whatever its file says. */
static void test_H3_the_picture_of_an_original_is_what_was_compared(void **state)
{
    (void)state;
    assert_original(500, 0, 500, 500);
    assert_original(512, 0, 512, 512);
    assert_original(0, 500, 499, 501);
    assert_original(72, 520, 518, 522);
    assert_original(1000, 500, 499, 501);
    for (size_t i = 0; i < sizeof fixture.pixels; i++)
        fixture.pixels[i] = (uint8_t)(255 - fixture.pixels[i]);
    assert_original(500, 0, 500, 500);
}

/* A record has minutiae alone: no picture is made of them. A picture that can't be read is no record. */
static void test_H3_a_record_has_no_picture(void **state)
{
    (void)state;
    const struct made_view view = {FINGER_RIGHT_INDEX, 50, 20};
    struct made_record record;
    struct kept_picture picture = {.ppi = 1};
    made_record_init(&record, MADE_ISO, MADE_RECORD_PPCM, &view, 1);
    assert_int_equal(enrol(500, 0), REASON_DONE);
    const struct matcher_template_summary made = made_of_it();
    assert_int_equal(
        enrol_picture_of_original(record.bytes, record.size, &made, &picture, &fixture.failure), REASON_DONE);
    assert_true(picture.png.bytes == NULL && picture.ppi == 0);
    assert_int_equal(
        enrol_picture_of_original(fixture.file, fixture.size / 2, &made, &picture, &fixture.failure),
        REASON_TRUNCATED);
    assert_null(picture.png.bytes);
}

/* Q2: what is below the quality asked for is refused, with its report. */
static void test_Q2_poor_picture_is_refused(void **state)
{
    (void)state;
    fixture.claim.least_quality = 101;
    assert_int_equal(enrol(500, 0), REASON_SAMPLE_TOO_POOR);
    assert_int_equal(fixture.enrolment.count, 0);
    assert_true(fixture.enrolment.report.minutiae_count > 0);
    fixture.claim.least_quality = 1;
    assert_int_equal(enrol(500, 0), REASON_DONE);
}

/* F10: where only pictures are read a record is refused as what it is; where a record was announced, a picture. */
static void test_F10_the_other_kind_is_refused_by_name(void **state)
{
    (void)state;
    const struct made_view view = {FINGER_RIGHT_INDEX, 50, 20};
    struct made_record record;
    made_record_init(&record, MADE_ISO, MADE_RECORD_PPCM, &view, 1);
    assert_int_equal(
        enrol_file(record.bytes, record.size, &fixture.claim, &fixture.enrolment, &fixture.failure),
        REASON_UNSUPPORTED_FORMAT);
    assert_non_null(strstr(fixture.failure.detail, "record (a template)"));
    assert_non_null(strstr(fixture.failure.detail, "a sample must be a picture"));
    fixture.claim.records = true;
    fixture.claim.format = MATCHER_FORMAT_ISO_19794_2_2005;
    assert_int_equal(enrol(500, 0), REASON_BAD_FORMAT);
    assert_non_null(strstr(fixture.failure.detail, "picture"));
    assert_int_equal(
        enrol_file(record.bytes, record.size, &fixture.claim, &fixture.enrolment, &fixture.failure),
        REASON_DONE);
    fixture.claim.format = MATCHER_FORMAT_ANSI_378_2004;
    enrolment_finish(&fixture.enrolment);
    assert_int_equal(
        enrol_file(record.bytes, record.size, &fixture.claim, &fixture.enrolment, &fixture.failure),
        REASON_BAD_FORMAT);
    assert_non_null(strstr(fixture.failure.detail, "no ansi-378-2004 but iso-19794-2-2005"));
}

/* Two prints side by side, of which the second is cut to so many columns of its middle. */
static enum reason enrol_two(uint32_t columns)
{
    const struct synth_conditions ordinary = {
        .width = WIDTH, .height = HEIGHT, .strain = SYNTH_STRAIN_DEFAULT};
    struct synth_finger *finger;
    static uint8_t other[WIDTH * HEIGHT], both[2 * WIDTH * HEIGHT];
    assert_int_equal(synth_finger_create(7, 2, &finger, NULL), REASON_DONE);
    assert_int_equal(synth_impression(finger, 1, &ordinary, other, NULL), REASON_DONE);
    synth_finger_destroy(finger);
    memset(both, 255, sizeof both);
    for (size_t y = 0; y < HEIGHT; y++) {
        memcpy(both + 2 * WIDTH * y, fixture.pixels + WIDTH * y, WIDTH);
        size_t first = (WIDTH - columns) / 2;
        memcpy(both + 2 * WIDTH * y + WIDTH + first, other + WIDTH * y + first, columns);
    }
    enrolment_finish(&fixture.enrolment);
    fixture.failure = (struct failure){0};
    return enrol_picture(both, 2 * WIDTH, HEIGHT, 500, &fixture.claim, &fixture.enrolment, &fixture.failure);
}

/* F10: a picture of several fingers is refused, of a print in two unequal parts the smaller is told to be left out. */
static void test_F10_several_fingers_in_a_picture(void **state)
{
    (void)state;
    assert_int_equal(enrol_two(WIDTH), REASON_SEVERAL_FINGERS);
    assert_int_equal(fixture.enrolment.count, 0);
    assert_int_equal(enrol_two(60), REASON_DONE);
    assert_true(is_noted("another piece"));
    assert_int_equal(enrol_two(0), REASON_DONE);
    assert_int_equal(fixture.enrolment.note_count, 0);
}

/* A scanner's picture comes through the same door. */
static void test_F10_scanner_picture_is_enrolled(void **state)
{
    (void)state;
    assert_int_equal(enrol_picture(fixture.pixels, WIDTH, HEIGHT, 500, &fixture.claim, &fixture.enrolment,
                         &fixture.failure),
        REASON_DONE);
    assert_int_equal(fixture.enrolment.count, 1);
    enrolment_finish(&fixture.enrolment);
    assert_int_equal(
        enrol_picture(fixture.pixels, WIDTH, HEIGHT, 0, &fixture.claim, &fixture.enrolment, &fixture.failure),
        REASON_RESOLUTION_UNKNOWN);
    assert_int_equal(enrol_picture(fixture.pixels, WIDTH, HEIGHT, 1000, &fixture.claim, &fixture.enrolment,
                         &fixture.failure) == REASON_DONE,
        fixture.enrolment.count == 1 && fixture.enrolment.fingers[0].resolution_doubtful);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_F10_picture_is_enrolled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_M1_a_kept_picture_is_what_was_compared, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F10_given_resolution_wins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F10_unknown_resolution_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_Q10_resolution_that_ridges_contradict_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_Q10_doubtful_resolution_is_marked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_A7_smeared_finger_is_no_question_of_resolution, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F10_negative_is_inverted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H3_the_picture_of_an_original_is_what_was_compared, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_H3_a_record_has_no_picture, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_Q2_poor_picture_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F10_the_other_kind_is_refused_by_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F10_several_fingers_in_a_picture, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F10_scanner_picture_is_enrolled, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
