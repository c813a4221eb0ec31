#include "tests/unit/unit.h"

#include <string.h>

#include "matcher/matcher.h"
#include "matcher/signature/signature.h"
#include "tests/unit/matcher_prints.h"

static const struct template_content *content_of(uint32_t number, uint8_t count)
{
    static struct template_content content;
    content = prints_make(number, count);
    return &content;
}

static uint16_t score_of(const struct probe_signature *probe, const struct signature *reference)
{
    uint16_t score;
    matcher_signature_kernels_select()->scan(probe, reference, 1, &score);
    return score;
}

/* However a print lies, its own signature is nearer than all others. */
static void test_a_turned_print_ranks_first(void **state)
{
    (void)state;
    struct signature others[100];
    for (uint32_t i = 0; i < 100; i++) {
        struct matcher_template template = prints_pack(*content_of(1000 + i, 45));
        matcher_signature_make(template.bytes, &others[i]);
    }
    for (uint32_t number = 0; number < 20; number++) {
        struct matcher_template reference_template = prints_pack(*content_of(number, 45));
        struct matcher_template probe_template =
            prints_pack(prints_turn(content_of(number, 45), number * 0.3, 100, -80, 6));
        struct signature reference;
        struct probe_signature probe;
        matcher_signature_make(reference_template.bytes, &reference);
        matcher_signature_make_probe(probe_template.bytes, &probe);
        uint16_t mated = score_of(&probe, &reference);
        for (uint32_t i = 0; i < 100; i++)
            assert_true(score_of(&probe, &others[i]) < mated);
    }
}

/* Places without a minutia repeat the first: what the kernels rely on instead of a mask. */
static void test_empty_places_repeat_the_first(void **state)
{
    (void)state;
    for (uint32_t count = 1; count <= SIGNATURE_MINUTIAE + 1; count++) {
        struct signature signature;
        struct matcher_template template = prints_pack(*content_of(7, (uint8_t)count));
        memset(&signature, 0xa5, sizeof signature);
        matcher_signature_make(template.bytes, &signature);
        for (uint32_t m = count; m < SIGNATURE_MINUTIAE; m++) {
            assert_int_equal(signature.places[m], signature.places[0]);
            for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
                assert_int_equal(signature.words[w][m], signature.words[w][0]);
        }
    }
}

/* A template without minutiae has an empty signature, and nothing is like it. */
static void test_no_minutiae_no_score(void **state)
{
    (void)state;
    static const struct signature nothing;
    struct matcher_template empty = prints_pack(*content_of(1, 0)), full = prints_pack(*content_of(1, 40));
    struct signature empty_reference, full_reference;
    struct probe_signature empty_probe, full_probe;
    matcher_signature_make(empty.bytes, &empty_reference);
    matcher_signature_make(full.bytes, &full_reference);
    matcher_signature_make_probe(empty.bytes, &empty_probe);
    matcher_signature_make_probe(full.bytes, &full_probe);
    assert_memory_equal(&empty_reference, &nothing, sizeof nothing);
    assert_true(score_of(&full_probe, &empty_reference) < score_of(&full_probe, &full_reference) / 10);
    assert_int_equal(score_of(&empty_probe, &full_reference), 0);
    assert_int_equal(score_of(&empty_probe, &empty_reference), 0);
}

/* The most that a template holds, all in one place: no sum runs over. */
static void test_crowded_minutiae(void **state)
{
    (void)state;
    struct template_content content = {.width = 320, .height = 400, .quality = 70};
    content.minutiae_count = MATCHER_MINUTIAE_MAX;
    for (uint32_t i = 0; i < MATCHER_MINUTIAE_MAX; i++)
        content.minutiae[i] = (struct template_minutia){.x = 800, .y = 800, .quality = 63};
    struct matcher_template template = prints_pack(content);
    struct signature reference;
    struct probe_signature probe;
    matcher_signature_make(template.bytes, &reference);
    matcher_signature_make_probe(template.bytes, &probe);
    assert_int_equal(probe.count, SIGNATURE_MINUTIAE);
    assert_true(score_of(&probe, &reference) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_turned_print_ranks_first),
        cmocka_unit_test(test_empty_places_repeat_the_first),
        cmocka_unit_test(test_no_minutiae_no_score),
        cmocka_unit_test(test_crowded_minutiae),
    };
    return cmocka_run_group_tests_name("matcher_signature", tests, NULL, NULL);
}
