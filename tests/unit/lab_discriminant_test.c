/* What the signature's forms are learned with: made data whose best forms are known, and the tables. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/signature_learning.h"

#define VALUES 6

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

/* -100..100. */
static int32_t next_value(uint32_t *state)
{
    return (int32_t)(next_random(state) % 201) - 100;
}

/* Rows vary along `told` from thing to thing, and along `noise` with every impression; value 4 is constant, value 5
 * always 0. */
static void fill(struct scatter *scatter, const int16_t told[4], const int16_t noise[4])
{
    uint32_t state = 7;
    for (int thing = 0; thing < 400; thing++) {
        int16_t rows[2][VALUES] = {{0}};
        int32_t what = next_value(&state);
        for (int side = 0; side < 2; side++) {
            int32_t other = next_value(&state);
            for (int i = 0; i < 4; i++)
                rows[side][i] = (int16_t)(what * told[i] + other * noise[i] + next_value(&state) / 20);
            rows[side][4] = 50;
            scatter_add_row(scatter, rows[side]);
        }
        scatter_add_mates(scatter, rows[0], rows[1]);
    }
}

static double along(const double *form, const int16_t direction[4])
{
    double sum = 0;
    for (int i = 0; i < 4; i++)
        sum += form[i] * direction[i];
    return fabs(sum);
}

static const int16_t told_first[4] = {3, -2, 0, 1}, told_second[4] = {0, 1, 3, 2}, noise[4] = {2, 2, -3, 1};

static void test_a_planted_direction_is_found(void **state)
{
    (void)state;
    struct scatter scatter;
    double forms[VALUES * VALUES];
    assert_int_equal(scatter_start(&scatter, VALUES, NULL), REASON_DONE);
    fill(&scatter, told_first, noise);
    assert_int_equal(discriminant_forms(&scatter, 1, DISCRIMINANT_ALL, VALUES, forms, NULL), REASON_DONE);
    assert_true(along(forms, told_first) > 50 * along(forms, noise));
    double largest = 0;
    for (int i = 0; i < VALUES * VALUES; i++)
        assert_true(isfinite(forms[i]));
    for (int i = 0; i < VALUES; i++)
        largest = fabs(forms[i]) > fabs(largest) ? forms[i] : largest;
    assert_true(largest > 0);
    scatter_finish(&scatter);
}

static void test_what_never_changes_has_no_weight(void **state)
{
    (void)state;
    struct scatter scatter;
    double form[VALUES];
    assert_int_equal(scatter_start(&scatter, VALUES, NULL), REASON_DONE);
    fill(&scatter, told_first, noise);
    assert_int_equal(discriminant_forms(&scatter, 1, DISCRIMINANT_ALL, 1, form, NULL), REASON_DONE);
    assert_true(fabs(form[4]) < 1e-9 * fabs(form[0]));
    assert_true(fabs(form[5]) < 1e-9 * fabs(form[0]));
    scatter_finish(&scatter);
}

/* The first set tells things apart along one direction, the second along another. */
static void test_a_set_left_out_has_no_part(void **state)
{
    (void)state;
    struct scatter scatters[2];
    double form[VALUES], alone[VALUES];
    for (int s = 0; s < 2; s++) {
        assert_int_equal(scatter_start(&scatters[s], VALUES, NULL), REASON_DONE);
        fill(&scatters[s], s == 0 ? told_first : told_second, noise);
    }
    assert_int_equal(discriminant_forms(&scatters[1], 1, DISCRIMINANT_ALL, 1, alone, NULL), REASON_DONE);
    assert_int_equal(discriminant_forms(scatters, 2, 0, 1, form, NULL), REASON_DONE);
    assert_memory_equal(form, alone, sizeof form);
    assert_int_equal(discriminant_forms(scatters, 2, DISCRIMINANT_ALL, 1, form, NULL), REASON_DONE);
    assert_memory_not_equal(form, alone, sizeof form);
    for (int s = 0; s < 2; s++)
        scatter_finish(&scatters[s]);
}

/* Forms explain what is mixed of them, and not what is not in them. */
static void test_forms_explain_their_mixtures(void **state)
{
    (void)state;
    struct scatter scatter;
    const double forms[2 * VALUES] = {1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0},
                           mixed[2 * VALUES] = {2, -1, 0, 0, 0, 0, 1, 1, 0, 0, 3, 3},
                           same[2 * VALUES] = {1, 0, 0, 0, 0, 0, 1};
    double shares[2];
    assert_int_equal(scatter_start(&scatter, VALUES, NULL), REASON_DONE);
    fill(&scatter, told_first, noise);
    assert_int_equal(discriminant_explained(&scatter, 1, 2, forms, mixed, shares, NULL), REASON_DONE);
    assert_true(fabs(shares[0] - 1) < 1e-9 && fabs(shares[1] - 1) < 1e-9);
    const double others[2 * VALUES] = {1, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0};
    const double one[VALUES] = {3, -2, 0, 1};
    assert_int_equal(discriminant_explained(&scatter, 1, 1, one, others + VALUES, shares, NULL), REASON_DONE);
    assert_true(shares[0] < 0.2);
    assert_int_equal(
        discriminant_explained(&scatter, 1, 2, same, mixed, shares, NULL), REASON_INTERNAL_ERROR);
    scatter_finish(&scatter);
}

static void test_what_is_no_problem_is_refused(void **state)
{
    (void)state;
    struct scatter scatter;
    double forms[(VALUES + 1) * VALUES];
    const int16_t row[VALUES] = {1, 2, 3};
    assert_int_equal(discriminant_forms(NULL, 0, DISCRIMINANT_ALL, 1, forms, NULL), REASON_BAD_ARGUMENT);
    assert_int_equal(scatter_start(&scatter, VALUES, NULL), REASON_DONE);
    assert_int_equal(discriminant_forms(&scatter, 1, DISCRIMINANT_ALL, 1, forms, NULL), REASON_BAD_ARGUMENT);
    scatter_add_row(&scatter, row);
    scatter_add_mates(&scatter, row, row);
    assert_int_equal(discriminant_forms(&scatter, 1, DISCRIMINANT_ALL, 1, forms, NULL), REASON_BAD_ARGUMENT);
    fill(&scatter, told_first, noise);
    assert_int_equal(
        discriminant_forms(&scatter, 1, DISCRIMINANT_ALL, VALUES + 1, forms, NULL), REASON_BAD_ARGUMENT);
    assert_int_equal(discriminant_forms(&scatter, 1, 0, 1, forms, NULL), REASON_BAD_ARGUMENT);
    scatter_finish(&scatter);
}

/* --- The signature's forms --- */

static void make_neighbourhood(uint32_t *state, struct signature_neighbourhood *neighbourhood)
{
    memset(neighbourhood, 0, sizeof *neighbourhood);
    for (uint32_t cell = 0; cell < SIGNATURE_CELLS; cell++) {
        neighbourhood->counts[cell] = (int16_t)(next_random(state) % 155);
        neighbourhood->directions[cell][0] = (int16_t)next_value(state);
        neighbourhood->directions[cell][1] = (int16_t)next_value(state);
    }
}

static void test_forms_in_force_describe_as_the_kernels(void **state)
{
    (void)state;
    static struct signature_forms forms;
    uint32_t random = 3;
    signature_forms_in_force(&forms);
    for (int trial = 0; trial < 500; trial++) {
        struct signature_neighbourhood neighbourhood;
        make_neighbourhood(&random, &neighbourhood);
        assert_true(signature_forms_describe(&forms, &neighbourhood) ==
                    matcher_signature_kernels_of(PROCESSOR_BASELINE)->describe(&neighbourhood));
    }
}

#define THINGS 400

/* Each bit is set for half of what it was learned from; the largest weight is 127; the count that is always 0 has
 * none. */
static void test_learned_forms(void **state)
{
    (void)state;
    static struct signature_forms forms;
    static struct signature_neighbourhood neighbourhoods[2 * THINGS];
    const struct signature_sample sample = {neighbourhoods, 2 * THINGS};
    struct scatter scatter;
    uint32_t random = 5, set[SIGNATURE_BITS] = {0};
    assert_int_equal(scatter_start(&scatter, SIGNATURE_VALUES, NULL), REASON_DONE);
    for (uint32_t thing = 0; thing < THINGS; thing++) {
        struct signature_neighbourhood *pair = &neighbourhoods[2 * thing];
        make_neighbourhood(&random, &pair[0]);
        pair[1] = pair[0];
        for (uint32_t i = 0; i < SIGNATURE_CELLS; i++)
            pair[1].counts[i] = (int16_t)(pair[1].counts[i] + next_value(&random) / 10);
        scatter_add_row(&scatter, neighbourhood_values(&pair[0]));
        scatter_add_row(&scatter, neighbourhood_values(&pair[1]));
        scatter_add_mates(&scatter, neighbourhood_values(&pair[0]), neighbourhood_values(&pair[1]));
    }
    assert_int_equal(
        signature_forms_learn(&forms, &scatter, &sample, 1, DISCRIMINANT_ALL, NULL), REASON_DONE);
    for (uint32_t i = 0; i < 2 * THINGS; i++)
        for (uint32_t bit = 0; bit < SIGNATURE_BITS; bit++)
            set[bit] += (uint32_t)(signature_forms_describe(&forms, &neighbourhoods[i]) >> bit) & 1;
    for (uint32_t bit = 0; bit < SIGNATURE_BITS; bit++) {
        int16_t most = 0;
        for (uint32_t i = 0; i < SIGNATURE_VALUES; i++)
            most = forms.weights[i][bit] > most ? forms.weights[i][bit] : most;
        assert_int_equal(most, 127);
        assert_int_equal(forms.weights[SIGNATURE_CELLS][bit], 0);
        assert_true(set[bit] > THINGS - 20 && set[bit] <= THINGS);
    }
    scatter_finish(&scatter);
    assert_int_equal(
        signature_forms_learn(&forms, NULL, NULL, 0, DISCRIMINANT_ALL, NULL), REASON_BAD_ARGUMENT);
}

/* The numbers of a written table, behind its first "= {"; the next one's begin. */
static const char *check_numbers(
    const char *text, const int16_t *values, const int32_t *thresholds, size_t count)
{
    text = strstr(text, "] = {");
    assert_non_null(text);
    for (size_t i = 0; i < count; i++) {
        char *end;
        text += strcspn(text, "-0123456789");
        assert_int_equal(strtol(text, &end, 10), values != NULL ? values[i] : thresholds[i]);
        text = end;
    }
    return text;
}

static void read_written(const char *folder, const char *name, char *text, size_t size)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t length = fread(text, 1, size - 1, file);
    text[length] = '\0';
    assert_int_equal(fclose(file), 0);
    assert_int_equal(unlink(path), 0);
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 110);
}

static void test_written_tables_hold_the_forms(void **state)
{
    (void)state;
    static struct signature_forms forms;
    static char text[400000];
    char folder[] = "/tmp/kordon-forms-XXXXXX";
    signature_forms_in_force(&forms);
    assert_non_null(mkdtemp(folder));
    assert_int_equal(signature_forms_write(&forms, folder, NULL), REASON_DONE);
    read_written(folder, "count_forms.c", text, sizeof text);
    const char *rest = check_numbers(text, NULL, matcher_signature_thresholds, SIGNATURE_BITS);
    check_numbers(rest, &matcher_signature_count_forms[0][0][0], NULL,
        sizeof matcher_signature_count_forms / sizeof(int16_t));
    read_written(folder, "direction_forms.c", text, sizeof text);
    check_numbers(text, &matcher_signature_direction_forms[0][0][0], NULL,
        sizeof matcher_signature_direction_forms / sizeof(int16_t));
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(signature_forms_write(&forms, folder, NULL), REASON_FILE_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_planted_direction_is_found),
        cmocka_unit_test(test_what_never_changes_has_no_weight),
        cmocka_unit_test(test_a_set_left_out_has_no_part),
        cmocka_unit_test(test_forms_explain_their_mixtures),
        cmocka_unit_test(test_what_is_no_problem_is_refused),
        cmocka_unit_test(test_forms_in_force_describe_as_the_kernels),
        cmocka_unit_test(test_learned_forms),
        cmocka_unit_test(test_written_tables_hold_the_forms),
    };
    return cmocka_run_group_tests_name("lab_discriminant", tests, NULL, NULL);
}
