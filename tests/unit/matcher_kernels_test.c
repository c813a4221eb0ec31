#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "matcher/matcher.h"
#include "matcher/signature/kernels.h"

/* One more than any level takes at once, and some. */
#define REFERENCES_MAX 67
#define CANARY         0xa5c3

struct fixture {
    struct signature *references;
    struct probe_signature probe;
    uint64_t random;
};

static uint64_t next_random(struct fixture *fixture)
{
    uint64_t z = fixture->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->references = aligned_alloc(SIGNATURE_ALIGNMENT, REFERENCES_MAX * sizeof *fixture->references);
    fixture->random = 42;
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    free(fixture->references);
    free(fixture);
    return 0;
}

/* Random bits; near: mostly those of the probe, as in mated prints. */
static void fill(struct fixture *fixture, uint32_t probe_count, bool near)
{
    struct probe_signature *probe = &fixture->probe;
    memset(probe, 0, sizeof *probe);
    probe->count = probe_count;
    for (uint32_t m = 0; m < SIGNATURE_MINUTIAE; m++) {
        probe->directions[m] = (uint8_t)next_random(fixture);
        for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
            probe->words[m][w] = (uint16_t)next_random(fixture);
    }
    for (uint32_t m = 0; m < SIGNATURE_MINUTIAE; m++) {
        probe->x[m] = (int16_t)(next_random(fixture) % 4000);
        probe->y[m] = (int16_t)(next_random(fixture) % 4000);
        probe->directions[m] &= 63;
    }
    for (uint32_t i = 0; i < REFERENCES_MAX; i++) {
        struct signature *reference = &fixture->references[i];
        for (uint32_t m = 0; m < SIGNATURE_MINUTIAE; m++) {
            uint32_t place = (uint32_t)(probe->y[m] / 128) << 11 | (uint32_t)(probe->x[m] / 128) << 6 |
                             ((probe->directions[m] + i) & 63);
            reference->places[m] = (uint16_t)(near ? place : next_random(fixture));
            for (uint32_t w = 0; w < SIGNATURE_WORDS; w++) {
                uint64_t flipped = next_random(fixture) & next_random(fixture) & 0x1111;
                reference->words[w][m] =
                    (uint16_t)(near ? probe->words[m][w] ^ flipped : next_random(fixture));
            }
        }
    }
}

/* All bits alike: the least and the greatest distances, every vote in one bin. */
static void fill_extreme(struct fixture *fixture, uint8_t probe_bits, uint8_t reference_bits)
{
    memset(&fixture->probe, probe_bits, sizeof fixture->probe);
    fixture->probe.count = SIGNATURE_MINUTIAE;
    for (uint32_t m = 0; m < SIGNATURE_MINUTIAE; m++) {
        fixture->probe.directions[m] &= 63;
        fixture->probe.x[m] &= INT16_MAX;
        fixture->probe.y[m] &= INT16_MAX;
    }
    memset(fixture->references, reference_bits, REFERENCES_MAX * sizeof *fixture->references);
}

/* Every level that this processor has gives what the scalar one gives, and writes nothing else. */
static void check_levels(struct fixture *fixture, uint32_t count)
{
    uint16_t expected[REFERENCES_MAX + 2], scores[REFERENCES_MAX + 2];
    for (uint32_t i = 0; i < REFERENCES_MAX + 2; i++)
        expected[i] = CANARY;
    matcher_signature_kernels_scalar()->scan(&fixture->probe, fixture->references, count, expected + 1);
    for (uint32_t level = 0; level < PROCESSOR_LEVELS; level++) {
        const struct signature_kernels *kernels = matcher_signature_kernels_of((enum processor_level)level);
        if (kernels == NULL)
            continue;
        for (uint32_t i = 0; i < REFERENCES_MAX + 2; i++)
            scores[i] = CANARY;
        kernels->scan(&fixture->probe, fixture->references, count, scores + 1);
        assert_memory_equal(scores, expected, sizeof scores);
    }
}

static void test_every_level_gives_the_scalar_scores(void **state)
{
    struct fixture *fixture = *state;
    static const uint32_t probe_counts[] = {0, 1, 2, 15, 16, 17, 31, SIGNATURE_MINUTIAE};
    for (size_t i = 0; i < sizeof probe_counts / sizeof probe_counts[0]; i++)
        for (uint32_t near = 0; near < 2; near++) {
            fill(fixture, probe_counts[i], near != 0);
            for (uint32_t count = 0; count <= REFERENCES_MAX; count++)
                check_levels(fixture, count);
        }
}

static void test_extremes(void **state)
{
    struct fixture *fixture = *state;
    static const uint8_t bits[] = {0x00, 0xff, 0x55, 0xaa, 0x80, 0x01};
    for (size_t i = 0; i < sizeof bits; i++)
        for (size_t j = 0; j < sizeof bits; j++) {
            fill_extreme(fixture, bits[i], bits[j]);
            check_levels(fixture, REFERENCES_MAX);
        }
}

/* Forms and thresholds: neighbourhoods of nothing, of the extremes and at random. */
static void test_every_level_describes_alike(void **state)
{
    struct fixture *fixture = *state;
    for (uint32_t trial = 0; trial < 2000; trial++) {
        struct signature_neighbourhood neighbourhood = {0};
        int16_t *values = neighbourhood.counts;
        size_t count = sizeof neighbourhood / sizeof *values;
        for (size_t i = 0; trial > 0 && i < count; i++)
            values[i] = (int16_t)(trial == 1   ? 1000
                                  : trial == 2 ? -1000
                                               : (int)(next_random(fixture) % 2001) - 1000);
        neighbourhood.counts[SIGNATURE_CELLS] = 0;
        uint64_t expected = matcher_signature_kernels_scalar()->describe(&neighbourhood);
        for (uint32_t level = 0; level < PROCESSOR_LEVELS; level++) {
            const struct signature_kernels *kernels =
                matcher_signature_kernels_of((enum processor_level)level);
            if (kernels != NULL)
                assert_true(kernels->describe(&neighbourhood) == expected);
        }
    }
}

/* The most that votes can sum up to still fits into a score. */
static void test_the_highest_score(void **state)
{
    struct fixture *fixture = *state;
    fill_extreme(fixture, 0, 0);
    uint16_t score;
    matcher_signature_kernels_scalar()->scan(&fixture->probe, fixture->references, 1, &score);
    assert_true(score >= SIGNATURE_SCALE * SIGNATURE_DISTANCE_MAX * SIGNATURE_MINUTIAE);
}

/* Votes that agree in turn but not in place score less than those that agree in both. */
static void test_places_count(void **state)
{
    struct fixture *fixture = *state;
    fill(fixture, SIGNATURE_MINUTIAE, true);
    for (uint32_t m = 0; m < SIGNATURE_MINUTIAE; m++)
        fixture->references[1].places[m] =
            (uint16_t)((fixture->references[0].places[m] & 63) | (next_random(fixture) & 0xffc0));
    memcpy(fixture->references[1].words, fixture->references[0].words, sizeof fixture->references[0].words);
    uint16_t scores[2];
    matcher_signature_kernels_scalar()->scan(&fixture->probe, fixture->references, 2, scores);
    assert_true(scores[1] < scores[0] / 2);
}

/* The largest templates' corners: half of the votes lies at one, half at the opposite one, and the reference has them
 * anywhere in its grid; no difference is so large that it is taken for a small one. */
static void test_places_at_opposite_corners_do_not_agree(void **state)
{
    struct fixture *fixture = *state;
    const int16_t far = 8 * 4095 - 1;
    static const uint16_t corners[] = {0, 31 << 6, 31 << 11, 31 << 11 | 31 << 6};
    for (uint32_t trial = 0; trial < 64 * 16 * 2; trial++) {
        uint16_t turn = trial % 64, first = corners[trial / 64 % 4], second = corners[trial / 256 % 4];
        bool rising = trial / 1024 != 0;
        fill_extreme(fixture, 0, 0);
        for (uint32_t m = 0; m < SIGNATURE_MINUTIAE; m++) {
            bool is_second = m >= SIGNATURE_MINUTIAE / 2;
            fixture->probe.x[m] = is_second ? far : 0;
            fixture->probe.y[m] = is_second != rising ? far : 0;
            fixture->references[0].places[m] = (uint16_t)(turn | (is_second ? second : first));
            for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
                fixture->probe.words[m][w] = fixture->references[0].words[w][m] = is_second ? 0xffff : 0;
        }
        uint16_t score;
        matcher_signature_kernels_scalar()->scan(&fixture->probe, fixture->references, 1, &score);
        assert_true(score < SIGNATURE_SCALE * 2 * SIGNATURE_DISTANCE_MAX * SIGNATURE_MINUTIAE);
    }
}

/* The choice is the best level that runs; KORDON_EXPECTED_LEVEL names it where a run hides the others. */
static void test_the_best_level_is_chosen(void **state)
{
    (void)state;
    const struct signature_kernels *chosen = matcher_signature_kernels_select();
    for (uint32_t level = 0; level < PROCESSOR_LEVELS; level++) {
        const struct signature_kernels *kernels = matcher_signature_kernels_of((enum processor_level)level);
        if (level == PROCESSOR_BASELINE)
            assert_ptr_equal(kernels, matcher_signature_kernels_scalar());
        if (kernels == chosen)
            for (uint32_t better = level + 1; better < PROCESSOR_LEVELS; better++)
                assert_null(matcher_signature_kernels_of((enum processor_level)better));
    }
    assert_null(matcher_signature_kernels_of(PROCESSOR_LEVELS));
    const char *expected = getenv("KORDON_EXPECTED_LEVEL");
    if (expected != NULL)
        assert_string_equal(chosen->name, expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_level_gives_the_scalar_scores, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_extremes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_every_level_describes_alike, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_places_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_highest_score, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_places_at_opposite_corners_do_not_agree, set_up, tear_down),
        cmocka_unit_test(test_the_best_level_is_chosen),
    };
    return cmocka_run_group_tests_name("matcher_kernels", tests, NULL, NULL);
}
