#include "tests/unit/unit.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/failing_memory.h"
#include "tools/synth/exact_math.h"
#include "tools/synth/random.h"
#include "tools/synth/synth.h"

#define WIDTH  SYNTH_WIDTH_DEFAULT
#define HEIGHT SYNTH_HEIGHT_DEFAULT
#define PIXELS ((size_t)WIDTH * HEIGHT)

static const struct synth_conditions ordinary = {WIDTH, HEIGHT, SYNTH_STRAIN_DEFAULT};

static struct synth_finger *make_finger(uint64_t seed, uint32_t number)
{
    struct synth_finger *finger;
    struct failure failure;
    assert_int_equal(synth_finger_create(seed, number, &finger, &failure), REASON_DONE);
    return finger;
}

static uint8_t *make_impression(const struct synth_finger *finger, uint32_t number)
{
    uint8_t *pixels = malloc(PIXELS);
    assert_non_null(pixels);
    struct failure failure;
    assert_int_equal(synth_impression(finger, number, &ordinary, pixels, &failure), REASON_DONE);
    return pixels;
}

/* The same seed, finger and impression give the same bytes, whatever else was made before; any other gives
 * others. */
static void test_same_seed_same_bytes(void **state)
{
    (void)state;
    struct synth_finger *finger = make_finger(7, 2), *again = make_finger(7, 2);
    struct synth_finger *other_finger = make_finger(7, 3), *other_seed = make_finger(8, 2);
    uint8_t *reference = make_impression(finger, 1);
    uint8_t *others[] = {
        make_impression(finger, 2), make_impression(other_finger, 1), make_impression(other_seed, 1)};
    uint8_t *same = make_impression(again, 1);
    assert_memory_equal(reference, same, PIXELS);
    free(same);
    for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_memory_not_equal(reference, others[i], PIXELS);
        free(others[i]);
    }
    free(reference);
    synth_finger_destroy(finger);
    synth_finger_destroy(again);
    synth_finger_destroy(other_finger);
    synth_finger_destroy(other_seed);
    synth_finger_destroy(NULL);
}

static uint64_t digest(const uint8_t *pixels)
{
    uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */
    for (size_t i = 0; i < PIXELS; i++)
        hash = (hash ^ pixels[i]) * 0x100000001b3;
    return hash;
}

/* Every compiler, optimisation and processor gives these bytes. Who changes what the pictures look like puts
 * the new digest here; a digest that differs between two builds of one version is a defect. */
static void test_same_bytes_on_every_machine(void **state)
{
    (void)state;
    struct synth_finger *finger = make_finger(1, 1);
    uint8_t *pixels = make_impression(finger, 1);
    assert_true(digest(pixels) == 0xf7188b26518eeee0);
    free(pixels);
    synth_finger_destroy(finger);
}

/* A print on paper: some of each, ridges much darker than the paper, and most of the border free. */
static void test_an_impression_is_dark_ridges_on_light_paper(void **state)
{
    (void)state;
    struct synth_finger *finger = make_finger(1, 1);
    for (uint32_t number = 1; number <= 4; number++) {
        uint8_t *pixels = make_impression(finger, number);
        size_t dark = 0, light = 0, light_corner = 0;
        for (size_t i = 0; i < PIXELS; i++) {
            dark += pixels[i] < 128;
            light += pixels[i] > 220;
        }
        for (size_t y = 0; y < 30; y++)
            for (size_t x = 0; x < 30; x++)
                light_corner += pixels[y * WIDTH + x] > 220;
        assert_in_range(dark, PIXELS / 12, PIXELS / 2);
        assert_in_range(light, PIXELS / 4, PIXELS * 9 / 10);
        assert_in_range(light_corner, 800, 900);
        free(pixels);
    }
    synth_finger_destroy(finger);
}

/* Classes come in their natural shares, within four deviations of 20,000 draws. */
static void test_classes_come_in_natural_proportions(void **state)
{
    (void)state;
    const unsigned count = 20000;
    const double shares[SYNTH_CLASS_COUNT] = {0.037, 0.029, 0.338, 0.317, 0.279};
    unsigned found[SYNTH_CLASS_COUNT] = {0};
    for (uint32_t finger = 1; finger <= count; finger++) {
        enum synth_class class = synth_class_of(3, finger);
        assert_in_range(class, 0, SYNTH_CLASS_COUNT - 1);
        found[class]++;
    }
    for (unsigned i = 0; i < SYNTH_CLASS_COUNT; i++) {
        double tolerance = 4 * sqrt(count * shares[i] * (1 - shares[i]));
        assert_true(fabs(found[i] - count * shares[i]) < tolerance);
        assert_string_not_equal(synth_class_name(i), "unknown");
    }
    assert_string_equal(synth_class_name(SYNTH_CLASS_COUNT), "unknown");
}

/* Every class can be made, at the smallest and the largest size; one pixel beyond is refused. */
static void test_sizes_and_their_limits(void **state)
{
    (void)state;
    unsigned made = 0;
    for (uint32_t number = 1; made != (1u << SYNTH_CLASS_COUNT) - 1; number++) {
        unsigned class = 1u << synth_class_of(1, number);
        if ((made & class) != 0)
            continue;
        made |= class;
        synth_finger_destroy(make_finger(1, number));
    }
    struct synth_finger *finger = make_finger(1, 1);
    uint8_t *pixels = malloc((size_t)SYNTH_SIDE_MAX * SYNTH_SIDE_MAX);
    assert_non_null(pixels);
    const struct {
        struct synth_conditions conditions;
        enum reason reason;
    } cases[] = {
        {{.width = SYNTH_SIDE_MIN, .height = SYNTH_SIDE_MIN, .strain = 100}, REASON_DONE},
        {{.width = SYNTH_SIDE_MAX, .height = SYNTH_SIDE_MIN, .strain = 100}, REASON_DONE},
        {{.width = SYNTH_SIDE_MIN, .height = 1001, .strain = 0}, REASON_DONE},
        {{.width = 300, .height = 300, .strain = SYNTH_STRAIN_MAX}, REASON_DONE},
        {{.width = SYNTH_SIDE_MIN - 1, .height = SYNTH_SIDE_MIN, .strain = 100}, REASON_BAD_ARGUMENT},
        {{.width = SYNTH_SIDE_MIN, .height = SYNTH_SIDE_MIN - 1, .strain = 100}, REASON_BAD_ARGUMENT},
        {{.width = SYNTH_SIDE_MAX + 1, .height = SYNTH_SIDE_MAX, .strain = 100}, REASON_BAD_ARGUMENT},
        {{.width = SYNTH_SIDE_MAX, .height = UINT32_MAX, .strain = 100}, REASON_BAD_ARGUMENT},
        {{.width = 0, .height = 0, .strain = 100}, REASON_BAD_ARGUMENT},
        {{.width = 300, .height = 300, .strain = SYNTH_STRAIN_MAX + 1}, REASON_BAD_ARGUMENT},
        {{.width = 300, .height = 300, .moisture = SYNTH_MOISTURE_MAX}, REASON_DONE},
        {{.width = 300, .height = 300, .moisture = -SYNTH_MOISTURE_MAX}, REASON_DONE},
        {{.width = 300, .height = 300, .smear = SYNTH_SMEAR_MAX}, REASON_DONE},
        {{.width = 300, .height = 300, .offset = SYNTH_OFFSET_MAX}, REASON_DONE},
        {{.width = 300, .height = 300, .moisture = SYNTH_MOISTURE_MAX + 1}, REASON_BAD_ARGUMENT},
        {{.width = 300, .height = 300, .moisture = -SYNTH_MOISTURE_MAX - 1}, REASON_BAD_ARGUMENT},
        {{.width = 300, .height = 300, .smear = SYNTH_SMEAR_MAX + 1}, REASON_BAD_ARGUMENT},
        {{.width = 300, .height = 300, .offset = SYNTH_OFFSET_MAX + 1}, REASON_BAD_ARGUMENT},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct failure failure;
        assert_int_equal(
            synth_impression(finger, 1, &cases[i].conditions, pixels, &failure), cases[i].reason);
    }
    free(pixels);
    synth_finger_destroy(finger);
}

/* Every allocation fails once: that is said, and nothing is left behind. */
static void test_without_memory(void **state)
{
    (void)state;
    bool failed = true;
    for (long successes = 0; failed; successes++) {
        struct synth_finger *finger;
        struct failure failure = {0};
        failing_memory_set(successes);
        enum reason reason = synth_finger_create(1, 1, &finger, &failure);
        failed = failing_memory_has_failed();
        failing_memory_set(-1);
        assert_int_equal(reason, failed ? REASON_NO_MEMORY : REASON_DONE);
        assert_true((finger == NULL) == failed);
        synth_finger_destroy(finger);
    }
    struct synth_finger *finger = make_finger(1, 1);
    uint8_t *pixels = malloc(PIXELS);
    assert_non_null(pixels);
    failed = true;
    for (long successes = 0; failed; successes++) {
        struct failure failure = {0};
        failing_memory_set(successes);
        enum reason reason = synth_impression(finger, 1, &ordinary, pixels, &failure);
        failed = failing_memory_has_failed();
        failing_memory_set(-1);
        assert_int_equal(reason, failed ? REASON_NO_MEMORY : REASON_DONE);
    }
    free(pixels);
    synth_finger_destroy(finger);
}

/* The published first outputs of xoshiro256** from the state 1, 2, 3, 4. */
static void test_random_numbers_are_those_of_the_paper(void **state)
{
    (void)state;
    struct random random = {{1, 2, 3, 4}};
    const uint64_t expected[] = {11520, 0, 1509978240, 1215971899390074240};
    for (unsigned i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_true(random_bits(&random) == expected[i]);
    double sum = 0, squares = 0;
    const int count = 100000;
    for (int i = 0; i < count; i++) {
        double value = random_normal(&random);
        sum += value;
        squares += value * value;
        assert_true(fabs(value) <= 6);
    }
    assert_true(fabs(sum / count) < 0.02);
    assert_true(fabs(squares / count - 1) < 0.03);
}

/* The functions that replace libm's agree with them. */
static void test_exact_functions_are_close_to_libm(void **state)
{
    (void)state;
    struct random random;
    random_init(&random, 1, 1, 1, RANDOM_NOISE);
    for (unsigned i = 0; i < 100000; i++) {
        double x = random_between(&random, -600, 600), y = random_between(&random, -5, 5);
        assert_true(fabs(exact_sin(x) - sin(x)) < 1e-7);
        assert_true(fabs(exact_cos(x) - cos(x)) < 1e-7);
        assert_true(fabs(exact_exp(-fabs(x)) - exp(-fabs(x))) <= 1e-9 * exp(-fabs(x)));
        assert_true(fabs(exact_atan2(y, x / 100) - atan2(y, x / 100)) < 1e-7);
    }
    assert_true(exact_atan2(0, 0) == 0);
    assert_true(fabs(exact_atan2(0, -1) - EXACT_PI) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_seed_same_bytes),
        cmocka_unit_test(test_same_bytes_on_every_machine),
        cmocka_unit_test(test_an_impression_is_dark_ridges_on_light_paper),
        cmocka_unit_test(test_classes_come_in_natural_proportions),
        cmocka_unit_test(test_sizes_and_their_limits),
        cmocka_unit_test(test_without_memory),
        cmocka_unit_test(test_random_numbers_are_those_of_the_paper),
        cmocka_unit_test(test_exact_functions_are_close_to_libm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
