#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "matcher/matcher.h"
#include "matcher/quality/quality.h"
#include "tools/synth/synth.h"

/* Captures that are poor for one known reason, and good ones: made by the generator. */
#define FINGERS 6
#define WIDTH   SYNTH_WIDTH_DEFAULT
#define HEIGHT  SYNTH_HEIGHT_DEFAULT

struct fixture {
    struct synth_finger *fingers[FINGERS];
    struct matcher_workspace workspace;
    uint8_t *pixels;
    struct matcher_template template;
};

static const struct synth_conditions good = {.width = WIDTH, .height = HEIGHT, .strain = 60};

static int set_up(void **state)
{
    static struct fixture fixture;
    for (uint32_t i = 0; i < FINGERS; i++)
        if (synth_finger_create(21, i + 1, &fixture.fingers[i], NULL) != REASON_DONE)
            return -1;
    fixture.workspace.size = (matcher_extract_workspace_size(WIDTH, HEIGHT, SYNTH_PPI) + 63) / 64 * 64;
    fixture.workspace.memory = aligned_alloc(64, fixture.workspace.size);
    fixture.pixels = malloc((size_t)WIDTH * HEIGHT);
    *state = &fixture;
    return fixture.workspace.memory != NULL && fixture.pixels != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    for (uint32_t i = 0; i < FINGERS; i++)
        synth_finger_destroy(fixture->fingers[i]);
    free(fixture->workspace.memory);
    free(fixture->pixels);
    return 0;
}

static struct matcher_sample_report extract(struct fixture *fixture, uint32_t width, uint32_t height)
{
    struct matcher_sample sample = {fixture->pixels, width, height, width, SYNTH_PPI};
    struct matcher_sample_report report;
    matcher_extract(&sample, fixture->workspace, &fixture->template, &report, NULL);
    return report;
}

static struct matcher_sample_report capture(
    struct fixture *fixture, uint32_t finger, const struct synth_conditions *conditions)
{
    assert_int_equal(
        synth_impression(fixture->fingers[finger], 1, conditions, fixture->pixels, NULL), REASON_DONE);
    return extract(fixture, conditions->width, conditions->height);
}

static bool has(const struct matcher_sample_report *report, enum matcher_flaw flaw)
{
    return (report->flaws >> flaw & 1) != 0;
}

/* Most captures spoiled that way show that flaw, and each is worth less than the good one of the same finger. */
static void check_flaw(
    struct fixture *fixture, const struct synth_conditions *spoiled, enum matcher_flaw flaw)
{
    unsigned found = 0;
    for (uint32_t finger = 0; finger < FINGERS; finger++) {
        struct matcher_sample_report fine = capture(fixture, finger, &good);
        struct matcher_sample_report poor = capture(fixture, finger, spoiled);
        assert_true(poor.quality < fine.quality);
        found += has(&poor, flaw);
    }
    assert_true(found >= FINGERS - 1);
}

static void test_Q1_good_captures_have_no_flaw(void **state)
{
    for (uint32_t finger = 0; finger < FINGERS; finger++) {
        struct matcher_sample_report report = capture(*state, finger, &good);
        assert_int_equal(report.flaws, 0);
        assert_in_range(report.quality, 45, 100);
    }
}

static void test_Q1_dry_skin_is_named(void **state)
{
    struct synth_conditions dry = good;
    dry.moisture = -280;
    check_flaw(*state, &dry, MATCHER_FLAW_TOO_DRY);
}

static void test_Q1_wet_skin_is_named(void **state)
{
    struct synth_conditions wet = good;
    wet.moisture = 280;
    check_flaw(*state, &wet, MATCHER_FLAW_TOO_WET);
}

static void test_Q1_a_sliding_finger_is_named(void **state)
{
    struct synth_conditions smeared = good;
    smeared.smear = 12;
    check_flaw(*state, &smeared, MATCHER_FLAW_SMEARED);
}

static void test_Q1_a_finger_off_the_middle_is_named(void **state)
{
    struct synth_conditions aside = good;
    aside.offset = 170;
    check_flaw(*state, &aside, MATCHER_FLAW_OFF_CENTRE);
}

/* Which way the finger must go is told by where its ridges lie, along the sensor and across it. */
static void test_Q1_a_finger_off_the_middle_is_sent_back(void **state)
{
    (void)state;
    struct matcher_sample_report report = {.flaws = 1u << MATCHER_FLAW_OFF_CENTRE};
    float *right = &report.measures.of[SAMPLE_MEASURE_RIGHT],
          *down = &report.measures.of[SAMPLE_MEASURE_DOWN];
    *right = 0.5f, *down = 0.3f;
    assert_int_equal(matcher_sample_guidance(&report), GUIDANCE_MOVE_LEFT);
    *right = -0.5f;
    assert_int_equal(matcher_sample_guidance(&report), GUIDANCE_MOVE_RIGHT);
    *down = 0.6f;
    assert_int_equal(matcher_sample_guidance(&report), GUIDANCE_MOVE_UP);
    *down = -0.6f;
    assert_int_equal(matcher_sample_guidance(&report), GUIDANCE_MOVE_DOWN);
    /* Small because it was cut off: the way comes first. Nothing is said of alteration. */
    report.flaws |= 1u << MATCHER_FLAW_TOO_SMALL;
    report.alteration = 100;
    assert_int_equal(matcher_sample_guidance(&report), GUIDANCE_MOVE_DOWN);
    report.flaws = 0;
    assert_int_equal(matcher_sample_guidance(&report), GUIDANCE_NONE);
}

/* A reader's window that takes in a small part of the pad only. */
static void test_Q1_too_small_a_part_is_named(void **state)
{
    struct synth_conditions small = good;
    small.width = small.height = 150;
    check_flaw(*state, &small, MATCHER_FLAW_TOO_SMALL);
}

static void test_Q1_low_contrast_is_named(void **state)
{
    struct fixture *fixture = *state;
    for (uint32_t finger = 0; finger < FINGERS; finger++) {
        capture(fixture, finger, &good);
        for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++)
            fixture->pixels[i] = (uint8_t)(200 + fixture->pixels[i] / 9);
        struct matcher_sample_report report = extract(fixture, WIDTH, HEIGHT);
        assert_true(has(&report, MATCHER_FLAW_LOW_CONTRAST));
    }
}

/* Nothing on the reader: that alone is said, and there is no quality. */
static void test_Q1_no_finger_is_named(void **state)
{
    struct fixture *fixture = *state;
    memset(fixture->pixels, 250, (size_t)WIDTH * HEIGHT);
    struct matcher_sample_report report = extract(fixture, WIDTH, HEIGHT);
    assert_int_equal(report.flaws, 1u << MATCHER_FLAW_NO_FINGER);
    assert_int_equal(report.quality, 0);
}

/* What is refused as too poor always has a reason that an officer can act on. */
static void test_Q1_every_refusal_has_a_flaw(void **state)
{
    struct fixture *fixture = *state;
    uint32_t random = 7, refused = 0;
    for (int round = 0; round < 40; round++) {
        capture(fixture, (uint32_t)round % FINGERS, &good);
        for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++) {
            random = random * 1664525 + 1013904223;
            if ((int)(random >> 24) < round * 7)
                fixture->pixels[i] = (uint8_t)(random >> 16);
        }
        struct matcher_sample_report report = extract(fixture, WIDTH, HEIGHT);
        if (fixture->template.size > 0)
            continue;
        assert_int_not_equal(report.flaws, 0);
        refused++;
    }
    assert_in_range(refused, 1, 39);
}

/* The value falls as the capture gets worse, and is the template's. */
static void test_Q1_quality_falls_with_the_capture(void **state)
{
    struct fixture *fixture = *state;
    static const int32_t moistures[] = {0, 150, 220, 300};
    double last = 101;
    for (size_t i = 0; i < sizeof moistures / sizeof moistures[0]; i++) {
        struct synth_conditions conditions = good;
        conditions.moisture = moistures[i];
        double sum = 0;
        for (uint32_t finger = 0; finger < FINGERS; finger++) {
            struct matcher_sample_report report = capture(fixture, finger, &conditions);
            struct matcher_template_summary summary = {0};
            if (fixture->template.size > 0) {
                matcher_template_summarize(fixture->template.bytes, fixture->template.size, &summary);
                assert_int_equal(summary.quality, report.quality);
            }
            sum += report.quality;
        }
        assert_true(sum / FINGERS < last);
        last = sum / FINGERS;
    }
}

/* --- Alteration */

/* Turns a round patch by a right angle, as one cut out and sewn in again. */
static void turn_patch(uint8_t *pixels, int32_t x, int32_t y, int32_t radius)
{
    uint8_t *before = malloc((size_t)WIDTH * HEIGHT);
    assert_non_null(before);
    memcpy(before, pixels, (size_t)WIDTH * HEIGHT);
    for (int32_t dy = -radius; dy <= radius; dy++)
        for (int32_t dx = -radius; dx <= radius; dx++)
            if (dx * dx + dy * dy <= radius * radius)
                pixels[(y + dy) * WIDTH + x + dx] = before[(y + dx) * WIDTH + x - dy];
    free(before);
}

/* A patch that was turned raises the value of every finger, mostly by far; no finger as it grew is notable. */
static void test_Q1_signs_of_alteration_have_a_value_of_their_own(void **state)
{
    struct fixture *fixture = *state;
    unsigned sum = 0;
    for (uint32_t finger = 0; finger < FINGERS; finger++) {
        struct matcher_sample_report grown = capture(fixture, finger, &good);
        assert_true(grown.alteration <= MATCHER_ALTERATION_NOTABLE);
        turn_patch(fixture->pixels, WIDTH / 2, HEIGHT / 2 - 20, 70);
        struct matcher_sample_report altered = extract(fixture, WIDTH, HEIGHT);
        assert_true(altered.alteration > grown.alteration);
        sum += altered.alteration;
    }
    assert_true(sum / FINGERS >= 55);
}

/* Every flaw, measure and term has its own word, and every flaw says what to do. */
static void test_words(void **state)
{
    (void)state;
    for (unsigned a = 0; a < MATCHER_FLAW_COUNT; a++) {
        const struct matcher_sample_report report = {.flaws = 1u << a};
        assert_true(strlen(matcher_flaw_name(a)) > 0 && matcher_sample_guidance(&report) != GUIDANCE_NONE);
        for (unsigned b = 0; b < a; b++)
            assert_string_not_equal(matcher_flaw_name(a), matcher_flaw_name(b));
    }
    assert_int_equal(matcher_sample_guidance(&(struct matcher_sample_report){.flaws = 0}), GUIDANCE_NONE);
    for (unsigned a = 0; a < SAMPLE_MEASURE_COUNT; a++)
        assert_true(strlen(matcher_sample_measure_name(a)) > 0);
    for (unsigned a = 0; a < QUALITY_TERM_COUNT; a++)
        assert_string_not_equal(matcher_sample_quality_term_name(a), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_Q1_good_captures_have_no_flaw),
        cmocka_unit_test(test_Q1_dry_skin_is_named),
        cmocka_unit_test(test_Q1_wet_skin_is_named),
        cmocka_unit_test(test_Q1_a_sliding_finger_is_named),
        cmocka_unit_test(test_Q1_a_finger_off_the_middle_is_named),
        cmocka_unit_test(test_Q1_too_small_a_part_is_named),
        cmocka_unit_test(test_Q1_low_contrast_is_named),
        cmocka_unit_test(test_Q1_no_finger_is_named),
        cmocka_unit_test(test_Q1_every_refusal_has_a_flaw),
        cmocka_unit_test(test_Q1_quality_falls_with_the_capture),
        cmocka_unit_test(test_Q1_signs_of_alteration_have_a_value_of_their_own),
        cmocka_unit_test(test_Q1_a_finger_off_the_middle_is_sent_back),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
