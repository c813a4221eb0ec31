/* signature_learning.c: the signature's forms; see signature_learning.h. */
#include "lab/signature_learning.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/measure/measure.h"

/* The largest weight of each form; with values up to 154 no sum leaves 32 bits. Not critical: an eighth of it was
 * measured to lose no more. */
#define WEIGHT_MAX 127

static void quantise(const double *form, uint32_t bit, struct signature_forms *forms)
{
    double largest = 0;
    for (uint32_t i = 0; i < SIGNATURE_VALUES; i++)
        largest = fabs(form[i]) > largest ? fabs(form[i]) : largest;
    for (uint32_t i = 0; i < SIGNATURE_VALUES; i++)
        forms->weights[i][bit] = (int16_t)(largest == 0 ? 0 : lround(form[i] / largest * WEIGHT_MAX));
}

static void apply(const struct signature_forms *forms, const struct signature_neighbourhood *neighbourhood,
    int32_t sums[SIGNATURE_BITS])
{
    const int16_t *values = neighbourhood_values(neighbourhood);
    for (uint32_t bit = 0; bit < SIGNATURE_BITS; bit++)
        sums[bit] = 0;
    for (uint32_t i = 0; i < SIGNATURE_VALUES; i++)
        for (uint32_t bit = 0; values[i] != 0 && bit < SIGNATURE_BITS; bit++)
            sums[bit] += values[i] * forms->weights[i][bit];
}

uint64_t signature_forms_describe(
    const struct signature_forms *forms, const struct signature_neighbourhood *neighbourhood)
{
    int32_t sums[SIGNATURE_BITS];
    uint64_t descriptor = 0;
    apply(forms, neighbourhood, sums);
    for (uint32_t bit = 0; bit < SIGNATURE_BITS; bit++)
        descriptor |= (uint64_t)(sums[bit] > forms->thresholds[bit]) << bit;
    return descriptor;
}

/* A bit that is set for half of all minutiae says the most. */
static enum reason find_thresholds(struct signature_forms *forms, const struct signature_sample *samples,
    uint32_t set_count, uint32_t left_out, struct failure *failure)
{
    size_t capacity = 1, count = 0;
    for (uint32_t s = 0; s < set_count; s++)
        capacity += samples[s].count;
    double *sums_of_bits = calloc(capacity * SIGNATURE_BITS, sizeof *sums_of_bits);
    if (sums_of_bits == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "thresholds", NULL);
    for (uint32_t s = 0; s < set_count; s++)
        for (uint32_t i = 0; s != left_out && i < samples[s].count; i++) {
            int32_t sums[SIGNATURE_BITS];
            apply(forms, &samples[s].neighbourhoods[i], sums);
            for (uint32_t bit = 0; bit < SIGNATURE_BITS; bit++)
                sums_of_bits[bit * capacity + count] = sums[bit];
            count++;
        }
    for (uint32_t bit = 0; bit < SIGNATURE_BITS; bit++)
        forms->thresholds[bit] = (int32_t)measure_quantile(sums_of_bits + bit * capacity, count, 0.5);
    free(sums_of_bits);
    return REASON_DONE;
}

enum reason signature_forms_learn(struct signature_forms *forms, const struct scatter *scatters,
    const struct signature_sample *samples, uint32_t set_count, uint32_t left_out, struct failure *failure)
{
    double *exact = calloc((size_t)SIGNATURE_BITS * SIGNATURE_VALUES, sizeof *exact);
    if (exact == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "forms", NULL);
    enum reason reason = discriminant_forms(scatters, set_count, left_out, SIGNATURE_BITS, exact, failure);
    for (uint32_t bit = 0; reason == REASON_DONE && bit < SIGNATURE_BITS; bit++)
        quantise(exact + (size_t)bit * SIGNATURE_VALUES, bit, forms);
    free(exact);
    return reason != REASON_DONE ? reason : find_thresholds(forms, samples, set_count, left_out, failure);
}

void signature_forms_in_force(struct signature_forms *forms)
{
    for (uint32_t bit = 0; bit < SIGNATURE_BITS; bit++) {
        forms->thresholds[bit] = matcher_signature_thresholds[bit];
        for (uint32_t side = 0; side < 2; side++) {
            for (uint32_t pair = 0; pair < SIGNATURE_COUNT_PAIRS; pair++)
                forms->weights[2 * pair + side][bit] = matcher_signature_count_forms[pair][bit][side];
            for (uint32_t cell = 0; cell < SIGNATURE_CELLS; cell++)
                forms->weights[2 * (SIGNATURE_COUNT_PAIRS + cell) + side][bit] =
                    matcher_signature_direction_forms[cell][bit][side];
        }
    }
}

static void weights_as_rows(const struct signature_forms *forms, double *rows)
{
    for (uint32_t bit = 0; bit < SIGNATURE_BITS; bit++)
        for (uint32_t i = 0; i < SIGNATURE_VALUES; i++)
            rows[(size_t)bit * SIGNATURE_VALUES + i] = forms->weights[i][bit];
}

enum reason signature_forms_explained(const struct signature_forms *forms,
    const struct signature_forms *others, const struct scatter *scatters, uint32_t set_count, double *share,
    struct failure *failure)
{
    size_t weights = (size_t)SIGNATURE_BITS * SIGNATURE_VALUES;
    double shares[SIGNATURE_BITS], *rows = calloc(2 * weights, sizeof *rows);
    if (rows == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "forms", NULL);
    weights_as_rows(forms, rows);
    weights_as_rows(others, rows + weights);
    enum reason reason =
        discriminant_explained(scatters, set_count, SIGNATURE_BITS, rows, rows + weights, shares, failure);
    *share = 0;
    for (uint32_t bit = 0; reason == REASON_DONE && bit < SIGNATURE_BITS; bit++)
        *share += shares[bit] / SIGNATURE_BITS;
    free(rows);
    return reason;
}

/* --- The tables --- */

/* Items of a list, broken into lines as the formatter does. */
#define LINE_LENGTH_MAX 110
struct table_writer {
    FILE *file;
    int column;
    bool begun; /* an item stands before the next */
};

static void begin_list(struct table_writer *writer, const char *head)
{
    writer->column = fprintf(writer->file, "%s", head);
    writer->begun = false;
}

static void put_item(struct table_writer *writer, const char *item, int indent)
{
    if (writer->column + (int)strlen(item) + writer->begun > LINE_LENGTH_MAX)
        writer->column = fprintf(writer->file, "\n%*s", indent, "") - 1;
    else if (writer->begun)
        writer->column += fprintf(writer->file, " ");
    writer->column += fprintf(writer->file, "%s", item);
    writer->begun = true;
}

/* Two values of all forms. */
static void write_pair(FILE *file, const struct signature_forms *forms, uint32_t first)
{
    struct table_writer writer = {.file = file};
    begin_list(&writer, "    {");
    for (uint32_t bit = 0; bit < SIGNATURE_BITS; bit++) {
        char item[40];
        snprintf(item, sizeof item, "{%d, %d}%s", forms->weights[first][bit], forms->weights[first + 1][bit],
            bit + 1 < SIGNATURE_BITS ? "," : "},");
        put_item(&writer, item, 8);
    }
    fprintf(file, "\n");
}

static void write_head(FILE *file, const char *name)
{
    fprintf(file,
        "/* %s: found by linear discriminant analysis; see signature.h. Data:\n"
        " * `kordon-lab fit-signature --out` writes this file. */\n"
        "#include \"matcher/signature/forms.h\"\n\n",
        name);
}

static void write_counts(FILE *file, const struct signature_forms *forms)
{
    struct table_writer writer = {.file = file};
    write_head(file, "count_forms.c");
    begin_list(&writer, "const int32_t matcher_signature_thresholds[SIGNATURE_BITS] = {");
    for (uint32_t bit = 0; bit < SIGNATURE_BITS; bit++) {
        char item[40];
        snprintf(item, sizeof item, "%d%s", forms->thresholds[bit], bit + 1 < SIGNATURE_BITS ? "," : "};");
        put_item(&writer, item, 4);
    }
    fprintf(file,
        "\n\nconst int16_t matcher_signature_count_forms[SIGNATURE_COUNT_PAIRS][SIGNATURE_BITS][2] = {\n");
    for (uint32_t pair = 0; pair < SIGNATURE_COUNT_PAIRS; pair++)
        write_pair(file, forms, 2 * pair);
    fprintf(file, "};\n");
}

static void write_directions(FILE *file, const struct signature_forms *forms)
{
    write_head(file, "direction_forms.c");
    fprintf(
        file, "const int16_t matcher_signature_direction_forms[SIGNATURE_CELLS][SIGNATURE_BITS][2] = {\n");
    for (uint32_t cell = 0; cell < SIGNATURE_CELLS; cell++)
        write_pair(file, forms, 2 * (SIGNATURE_COUNT_PAIRS + cell));
    fprintf(file, "};\n");
}

static enum reason write_file(const struct signature_forms *forms, const char *folder, const char *name,
    void (*write)(FILE *file, const struct signature_forms *forms), struct failure *failure)
{
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path)
        return failure_set(failure, REASON_BAD_ARGUMENT, folder, "too long");
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return failure_set_errno(failure, errno, path, "fopen");
    write(file, forms);
    bool failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed)
        return failure_set_errno(failure, errno, path, "fclose");
    return REASON_DONE;
}

enum reason signature_forms_write(
    const struct signature_forms *forms, const char *folder, struct failure *failure)
{
    enum reason reason = write_file(forms, folder, "count_forms.c", write_counts, failure);
    return reason != REASON_DONE ? reason
                                 : write_file(forms, folder, "direction_forms.c", write_directions, failure);
}
