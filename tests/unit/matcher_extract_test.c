#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "matcher/matcher.h"
#include "matcher/template/template.h"

#define SIDE 320
#define PI   3.14159265358979

/* A print whose minutiae are known because it is made of them: parallel ridges 9 px apart, and round each
 * minutia the phase turns once more. */
struct planted {
    double x, y;
    int sign; /* +1: one ridge more to the right */
};

static const struct planted planted_minutiae[] = {
    {100, 90, 1}, {200, 80, -1}, {220, 180, 1}, {90, 200, -1}, {150, 150, -1}, {160, 240, 1}};
#define PLANTED (sizeof planted_minutiae / sizeof planted_minutiae[0])

struct fixture {
    uint8_t pixels[SIDE * SIDE];
    struct matcher_sample sample;
    struct matcher_workspace workspace;
    struct matcher_template template;
    struct matcher_sample_report report;
};

/* Draws the print in an ellipse on white; scale is pixels of the sample per pixel at 500 ppi. */
static void draw(struct fixture *fixture, uint32_t side, double scale)
{
    for (uint32_t row = 0; row < side; row++)
        for (uint32_t column = 0; column < side; column++) {
            double x = (column + 0.5) / scale, y = (row + 0.5) / scale;
            double phase = 2 * PI * y / 9;
            for (size_t i = 0; i < PLANTED; i++)
                phase +=
                    planted_minutiae[i].sign * atan2(y - planted_minutiae[i].y, x - planted_minutiae[i].x);
            double middle = SIDE / 2.0, dx = (x - middle) / 130, dy = (y - middle) / 145;
            bool inside = dx * dx + dy * dy < 1;
            fixture->pixels[row * side + column] = inside ? (uint8_t)(130 + 100 * cos(phase)) : 250;
        }
    fixture->sample = (struct matcher_sample){.pixels = fixture->pixels,
        .width = side,
        .height = side,
        .stride = side,
        .ppi = (uint32_t)(500 * scale)};
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->workspace.size = matcher_extract_workspace_size(SIDE, SIDE, 500);
    fixture->workspace.memory = aligned_alloc(64, (fixture->workspace.size + 63) / 64 * 64);
    draw(fixture, SIDE, 1);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    free(fixture->workspace.memory);
    free(fixture);
    return 0;
}

static enum reason extract(struct fixture *fixture)
{
    struct failure failure;
    return matcher_extract(
        &fixture->sample, fixture->workspace, &fixture->template, &fixture->report, &failure);
}

/* The template's minutia nearest to a planted one, and how far it is away in px. */
static struct template_minutia nearest(
    const struct template_view *view, const struct planted *planted, double *away)
{
    struct template_minutia best = {0};
    *away = 1e9;
    struct template_minutia minutiae[MATCHER_MINUTIAE_MAX];
    matcher_template_unpack_minutiae(view, minutiae);
    for (uint32_t i = 0; i < view->minutiae_count; i++) {
        struct template_minutia minutia = minutiae[i];
        double distance = hypot(minutia.x / 8.0 - planted->x, minutia.y / 8.0 - planted->y);
        if (distance < *away) {
            *away = distance;
            best = minutia;
        }
    }
    return best;
}

static void check_planted(const struct fixture *fixture)
{
    struct template_view view = matcher_template_view(fixture->template.bytes);
    for (size_t i = 0; i < PLANTED; i++) {
        double away;
        struct template_minutia minutia = nearest(&view, &planted_minutiae[i], &away);
        assert_true(away < 2.5);
        int turned = (int8_t)(uint8_t)(minutia.direction - (planted_minutiae[i].sign > 0 ? 0 : 128));
        assert_true(abs(turned) < 12);
    }
}

/* Every planted minutia is found within 2.5 px and 17 degrees, and hardly anything that was not planted. */
static void test_planted_minutiae_are_found(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(extract(fixture), REASON_DONE);
    assert_int_equal(
        matcher_template_check(fixture->template.bytes, fixture->template.size, NULL), REASON_DONE);
    check_planted(fixture);
    struct template_view view = matcher_template_view(fixture->template.bytes);
    assert_true(view.minutiae_count <= PLANTED + 1);
    assert_int_equal(view.minutiae_count, fixture->report.minutiae_count);
    assert_in_range(view.period, 8 * 8, 10 * 8);
    /* An ellipse of 130 x 145 px: 153 mm2. */
    assert_in_range(fixture->report.area_mm2, 130, 165);
    assert_in_range(fixture->report.quality, 15, 60); /* six minutiae are few */
    assert_int_equal(fixture->report.quality, view.quality);
    /* The ridges run across the whole picture. */
    uint8_t cells[TEMPLATE_FLOW_CELLS_MAX];
    matcher_template_unpack_flow(&view, cells, view.columns);
    uint8_t flow = cells[(120 / TEMPLATE_CELL - view.first_row) * view.columns + 160 / TEMPLATE_CELL -
                         view.first_column];
    assert_true(flow & 1);
    assert_in_range((uint8_t)(flow + 8), 0, 16);
}

/* The same print at another resolution gives the same minutiae, in the same unit. */
static void test_resolution_is_taken_out(void **state)
{
    struct fixture *fixture = *state;
    draw(fixture, SIDE * 4 / 5, 0.8);
    assert_int_equal(extract(fixture), REASON_DONE);
    check_planted(fixture);
    struct template_view view = matcher_template_view(fixture->template.bytes);
    assert_int_equal(view.width, SIDE);
}

/* The same pixels give the same template, whatever the workspace held before. */
static void test_workspace_content_does_not_matter(void **state)
{
    struct fixture *fixture = *state;
    memset(fixture->workspace.memory, 0xff, fixture->workspace.size);
    assert_int_equal(extract(fixture), REASON_DONE);
    struct matcher_template first = fixture->template;
    memset(fixture->workspace.memory, 0, fixture->workspace.size);
    assert_int_equal(extract(fixture), REASON_DONE);
    assert_int_equal(first.size, fixture->template.size);
    assert_memory_equal(first.bytes, fixture->template.bytes, first.size);
}

/* Plain gray, noise and a few ridges are no fingerprint, and the report says what was found. */
static void test_no_fingerprint_is_too_poor(void **state)
{
    struct fixture *fixture = *state;
    memset(fixture->pixels, 200, sizeof fixture->pixels);
    assert_int_equal(extract(fixture), REASON_SAMPLE_TOO_POOR);
    assert_int_equal(fixture->template.size, 0);
    assert_int_equal(fixture->report.area_mm2, 0);

    uint32_t random = 1;
    for (size_t i = 0; i < sizeof fixture->pixels; i++) {
        random = random * 1664525 + 1013904223;
        fixture->pixels[i] = (uint8_t)(random >> 24);
    }
    assert_int_equal(extract(fixture), REASON_SAMPLE_TOO_POOR);

    /* Noise of the width of ridges: clear waves everywhere, in any direction. */
    for (int times = 0; times < 6; times++)
        for (size_t i = 0; i + SIDE + 1 < sizeof fixture->pixels; i++)
            fixture->pixels[i] = (uint8_t)((fixture->pixels[i] + fixture->pixels[i + 1] +
                                               fixture->pixels[i + SIDE] + fixture->pixels[i + SIDE + 1]) /
                                           4);
    for (size_t i = 0; i < sizeof fixture->pixels; i++) {
        int stretched = 128 + 8 * (fixture->pixels[i] - 126);
        fixture->pixels[i] = (uint8_t)(stretched < 0 ? 0 : stretched > 255 ? 255 : stretched);
    }
    assert_int_equal(extract(fixture), REASON_SAMPLE_TOO_POOR);
}

/* What is not a sample is refused before a pixel is read. */
static void test_impossible_samples_are_refused(void **state)
{
    struct fixture *fixture = *state;
    const struct matcher_sample good = fixture->sample;
    fixture->sample.width = MATCHER_SAMPLE_SIDE_MIN - 1;
    assert_int_equal(extract(fixture), REASON_SAMPLE_TOO_SMALL);
    fixture->sample = good;
    fixture->sample.height = MATCHER_SAMPLE_SIDE_MAX + 1;
    assert_int_equal(extract(fixture), REASON_TOO_LARGE);
    fixture->sample = good;
    fixture->sample.ppi = MATCHER_PPI_MAX + 1;
    assert_int_equal(extract(fixture), REASON_BAD_VALUE);
    fixture->sample = good;
    fixture->sample.stride = good.width - 1;
    assert_int_equal(extract(fixture), REASON_BAD_VALUE);
    fixture->sample = good;
    fixture->workspace.size -= 1;
    assert_int_equal(extract(fixture), REASON_WORKSPACE_TOO_SMALL);
    fixture->workspace.size += 1;
    assert_int_equal(extract(fixture), REASON_DONE);
}

#define FIXTURED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURED(test_planted_minutiae_are_found),
        FIXTURED(test_resolution_is_taken_out),
        FIXTURED(test_workspace_content_does_not_matter),
        FIXTURED(test_no_fingerprint_is_too_poor),
        FIXTURED(test_impossible_samples_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
