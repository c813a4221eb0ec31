/* comparisons.c: pairs of a set, compared. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "tools/measure/measure.h"

#define PAIRS_FILE_BYTES_MAX (256u << 20)

static bool is_mated(const struct print_set *set, uint32_t a, uint32_t b)
{
    return strcmp(set->prints[a].finger, set->prints[b].finger) == 0;
}

enum reason pair_list_all(struct pair_list *list, const struct print_set *set, struct failure *failure)
{
    *list = (struct pair_list){0};
    list->pairs = calloc((size_t)set->count * (set->count - 1) / 2, sizeof *list->pairs);
    if (list->pairs == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "pairs", NULL);
    for (uint32_t a = 0; a < set->count; a++)
        for (uint32_t b = a + 1; b < set->count; b++)
            list->pairs[list->count++] =
                (struct measure_pair){.probe = a, .reference = b, .mated = is_mated(set, a, b)};
    return REASON_DONE;
}

/* --- Pairs of a file --- */

static int compare_name(const void *name, const void *print)
{
    return strcmp(name, ((const struct set_print *)print)->name);
}

/* A name of the set, with or without its extension. */
static bool find_print(const struct print_set *set, char *name, uint32_t *index)
{
    const struct set_print *print = bsearch(name, set->prints, set->count, sizeof *set->prints, compare_name);
    char *dot = strrchr(name, '.');
    if (print == NULL && dot != NULL) {
        *dot = '\0';
        print = bsearch(name, set->prints, set->count, sizeof *set->prints, compare_name);
    }
    if (print == NULL)
        return false;
    *index = (uint32_t)(print - set->prints);
    return true;
}

static enum reason read_lines(struct pair_list *list, const struct print_set *set, const char *path,
    char *text, struct failure *failure)
{
    size_t line_number = 0, lines = 1;
    for (const char *c = text; *c != '\0'; c++)
        lines += *c == '\n';
    list->pairs = calloc(lines, sizeof *list->pairs);
    if (list->pairs == NULL)
        return failure_set(failure, REASON_NO_MEMORY, path, NULL);
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        line_number++;
        if (line[0] == '\0')
            continue;
        char *second = line;
        char *first = strsep(&second, "\t");
        if (second != NULL)
            second[strcspn(second, "\t\r")] = '\0';
        struct measure_pair pair = {0};
        if (second == NULL || !find_print(set, first, &pair.probe) ||
            !find_print(set, second, &pair.reference))
            return failure_set(
                failure, REASON_BAD_VALUE, path, "line %zu is not two prints of the set", line_number);
        pair.mated = is_mated(set, pair.probe, pair.reference);
        list->pairs[list->count++] = pair;
    }
    return REASON_DONE;
}

enum reason pair_list_read(
    struct pair_list *list, const struct print_set *set, const char *path, struct failure *failure)
{
    *list = (struct pair_list){0};
    uint8_t *bytes;
    size_t size;
    TRY(file_read(path, PAIRS_FILE_BYTES_MAX, &bytes, &size, failure));
    enum reason reason = read_lines(list, set, path, (char *)bytes, failure);
    free(bytes);
    if (reason != REASON_DONE)
        pair_list_finish(list);
    return reason;
}

/* --- Comparing --- */

/* Clocks are read once a block, so that reading them does not weigh. */
#define BLOCK_PAIRS 64

struct comparing {
    struct pair_list *list;
    const struct print_set *set;
    double *microseconds; /* mean of a pair, one a block */
};

static bool is_foreign(const struct matcher_template *template)
{
    struct matcher_template_summary summary;
    matcher_template_summarize(template->bytes, template->size, &summary);
    return summary.foreign;
}

static void compare_block(void *context, size_t block, struct matcher_workspace workspace)
{
    struct comparing *comparing = context;
    size_t first = block * BLOCK_PAIRS, end = first + BLOCK_PAIRS;
    if (end > comparing->list->count)
        end = comparing->list->count;
    double start = measure_thread_milliseconds();
    for (size_t i = first; i < end; i++) {
        struct measure_pair *pair = &comparing->list->pairs[i];
        const struct matcher_template *probe = comparing->set->prints[pair->probe].template;
        const struct matcher_template *reference = comparing->set->prints[pair->reference].reference;
        pair->raw = 0;
        if (probe == NULL || reference == NULL)
            continue;
        pair->with_flow = !is_foreign(probe) && !is_foreign(reference);
        pair->raw = matcher_compare_raw(probe, reference->bytes, reference->size, workspace);
    }
    comparing->microseconds[block] = (measure_thread_milliseconds() - start) * 1e3 / (double)(end - first);
}

enum reason pair_list_compare(
    struct pair_list *list, const struct print_set *set, uint32_t threads, struct failure *failure)
{
    size_t blocks = (list->count + BLOCK_PAIRS - 1) / BLOCK_PAIRS;
    struct comparing comparing = {
        .list = list, .set = set, .microseconds = calloc(blocks + 1, sizeof(double))};
    if (comparing.microseconds == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "comparisons", NULL);
    struct measure_work work = {.context = &comparing,
        .count = blocks,
        .workspace_size = matcher_compare_workspace_size(),
        .run = compare_block};
    enum reason reason = measure_run(&work, threads, failure);
    list->microseconds = measure_quantile(comparing.microseconds, blocks, 0.5);
    free(comparing.microseconds);
    return reason;
}

void pair_list_finish(struct pair_list *list)
{
    free(list->pairs);
    *list = (struct pair_list){0};
}
