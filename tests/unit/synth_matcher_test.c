#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "matcher/matcher.h"
#include "tools/synth/synth.h"

#define FINGERS     8
#define IMPRESSIONS 3

static const struct synth_conditions ordinary = {
    .width = SYNTH_WIDTH_DEFAULT, .height = SYNTH_HEIGHT_DEFAULT, .strain = SYNTH_STRAIN_DEFAULT};

static struct matcher_template templates[FINGERS][IMPRESSIONS];
static struct matcher_sample_report reports[FINGERS][IMPRESSIONS];
static struct matcher_workspace workspace;

static size_t round_up(size_t size)
{
    return (size + 63) / 64 * 64;
}

static int make_templates(void **state)
{
    (void)state;
    size_t extracting = matcher_extract_workspace_size(SYNTH_WIDTH_DEFAULT, SYNTH_HEIGHT_DEFAULT, SYNTH_PPI);
    size_t comparing = matcher_compare_workspace_size();
    workspace.size = round_up(extracting > comparing ? extracting : comparing);
    workspace.memory = aligned_alloc(64, workspace.size);
    uint8_t *pixels = malloc((size_t)SYNTH_WIDTH_DEFAULT * SYNTH_HEIGHT_DEFAULT);
    if (workspace.memory == NULL || pixels == NULL)
        return -1;
    struct matcher_sample sample = {
        pixels, SYNTH_WIDTH_DEFAULT, SYNTH_HEIGHT_DEFAULT, SYNTH_WIDTH_DEFAULT, SYNTH_PPI};
    enum reason reason = REASON_DONE;
    for (uint32_t finger = 0; finger < FINGERS && reason == REASON_DONE; finger++) {
        struct synth_finger *made;
        reason = synth_finger_create(5, finger + 1, &made, NULL);
        for (uint32_t i = 0; i < IMPRESSIONS && reason == REASON_DONE; i++) {
            reason = synth_impression(made, i + 1, &ordinary, pixels, NULL);
            if (reason == REASON_DONE)
                reason =
                    matcher_extract(&sample, workspace, &templates[finger][i], &reports[finger][i], NULL);
        }
        synth_finger_destroy(made);
    }
    free(pixels);
    return reason == REASON_DONE ? 0 : -1;
}

static int release_workspace(void **state)
{
    (void)state;
    free(workspace.memory);
    return 0;
}

/* As many minutiae as a real print of this size has, and a quality that no policy would refuse. */
static void test_prints_have_natural_minutiae(void **state)
{
    (void)state;
    unsigned sum = 0;
    for (unsigned finger = 0; finger < FINGERS; finger++)
        for (unsigned i = 0; i < IMPRESSIONS; i++) {
            assert_in_range(reports[finger][i].minutiae_count, 15, 110);
            assert_true(reports[finger][i].quality >= 20);
            sum += reports[finger][i].minutiae_count;
        }
    assert_in_range(sum / (FINGERS * IMPRESSIONS), 30, 70);
}

/* Every mated pair scores clearly above every non-mated one. */
static void test_mated_impressions_match_and_others_do_not(void **state)
{
    (void)state;
    matcher_score lowest_mated = MATCHER_SCORE_MAX, highest_other = 0;
    for (unsigned a = 0; a < FINGERS * IMPRESSIONS; a++)
        for (unsigned b = a + 1; b < FINGERS * IMPRESSIONS; b++) {
            const struct matcher_template *probe = &templates[a / IMPRESSIONS][a % IMPRESSIONS];
            const struct matcher_template *reference = &templates[b / IMPRESSIONS][b % IMPRESSIONS];
            matcher_score score = matcher_compare(probe, reference->bytes, reference->size, workspace);
            if (a / IMPRESSIONS == b / IMPRESSIONS)
                lowest_mated = score < lowest_mated ? score : lowest_mated;
            else
                highest_other = score > highest_other ? score : highest_other;
        }
    assert_true(lowest_mated >= 45);
    assert_true(highest_other <= 35);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prints_have_natural_minutiae),
        cmocka_unit_test(test_mated_impressions_match_and_others_do_not),
    };
    return cmocka_run_group_tests(tests, make_templates, release_workspace);
}
