/* The steps of a comparison give the same bits on every level that this processor has. */
#include "tests/unit/unit.h"

#include <string.h>

#include "matcher/compare/comparison.h"
#include "matcher/matcher.h"
#include "tests/unit/matcher_prints.h"

#define PRINTS 48

static const uint8_t counts[] = {0, 1, 2, 7, 8, 15, 16, 17, 31, 33, 40, 63, 64, 65, 90, 127, 128, 255};

/* Prints with and without ridge flow, of all sizes; each second one is an impression of the one before it. */
static void make_prints(struct matcher_template prints[PRINTS])
{
    for (uint32_t i = 0; i < PRINTS; i += 2) {
        struct template_content content = prints_make(i + 1, counts[i / 2 % sizeof counts]);
        prints[i] = prints_pack(content);
        struct template_content turned = prints_turn(&content, 0.1 * i - 1, 20, -30, 5);
        if (i % 4 == 0) {
            /* With flow: the same print, so that the flow fits; but for some minutiae. */
            turned = content;
            turned.minutiae_count = (uint8_t)(content.minutiae_count - content.minutiae_count / 4);
        }
        prints[i + 1] = prints_pack(turned);
    }
}

struct outcome {
    uint32_t seeds;
    float evidence[SEEDS_MAX][EVIDENCE_COUNT];
};

static void compare(const struct comparison_steps *steps, const struct matcher_template *probe,
    const struct matcher_template *reference, struct comparison *comparison, struct outcome *outcome)
{
    struct print *prepared = &comparison->probes[0];
    memset(outcome, 0, sizeof *outcome);
    steps->prepare(prepared, probe->bytes, false);
    steps->prepare(&comparison->reference, reference->bytes, true);
    steps->rank(prepared, &comparison->reference, &comparison->candidates);
    outcome->seeds = comparison->candidates.seed_count;
    for (uint32_t i = 0; i < outcome->seeds; i++) {
        steps->grow(prepared, &comparison->reference, &comparison->candidates,
            comparison->candidates.seeds[i], &comparison->growth, &comparison->pairing);
        steps->measure(prepared, &comparison->reference, &comparison->candidates, &comparison->pairing,
            outcome->evidence[i]);
    }
}

/* All evidence of all hypotheses is the same to the last bit, whatever the workspace held before. */
static void test_every_level_gives_the_same_bits(void **state)
{
    (void)state;
    static struct matcher_template prints[PRINTS];
    struct matcher_workspace workspace = prints_workspace();
    make_prints(prints);
    uint32_t levels = 0, hypotheses = 0;
    for (enum processor_level level = PROCESSOR_BASELINE + 1; level < PROCESSOR_LEVELS; level++) {
        const struct comparison_steps *steps = matcher_comparison_steps_of(level);
        if (steps == NULL)
            continue;
        levels++;
        for (uint32_t i = 0; i < PRINTS; i++)
            for (uint32_t j = 0; j < PRINTS; j++) {
                struct outcome expected, outcome;
                memset(workspace.memory, 0, workspace.size);
                compare(matcher_comparison_steps_of(PROCESSOR_BASELINE), &prints[i], &prints[j],
                    workspace.memory, &expected);
                memset(workspace.memory, 0xff, workspace.size);
                compare(steps, &prints[i], &prints[j], workspace.memory, &outcome);
                assert_memory_equal(&outcome, &expected, sizeof outcome);
                hypotheses += outcome.seeds;
            }
    }
    assert_true(levels == 0 || hypotheses > 1000);
    free(workspace.memory);
}

/* A level that the build doesn't have is refused; the baseline is always there, and one level is in force. */
static void test_levels_to_choose_from(void **state)
{
    (void)state;
    assert_non_null(matcher_comparison_steps_of(PROCESSOR_BASELINE));
    assert_null(matcher_comparison_steps_of(PROCESSOR_LEVELS));
    bool found = false;
    for (enum processor_level level = PROCESSOR_BASELINE; level < PROCESSOR_LEVELS; level++)
        found = found || matcher_comparison_steps_of(level) == matcher_comparison_steps_in_force();
    assert_true(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_level_gives_the_same_bits),
        cmocka_unit_test(test_levels_to_choose_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
