/* command_density.c: `density`: where the minutiae of one or several sets lie, and whether a grid shows. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "lab/density.h"
#include "lab/lab.h"
#include "matcher/laboratory_internal.h"
#include "tools/measure/measure.h"

_Static_assert(TEMPLATE_UNITS_PER_PIXEL == DENSITY_FRACTIONS, "positions are in the map's units");

static enum reason add_set(struct density_map *map, const struct measure_options *options, uint32_t number,
    uint32_t *images, struct failure *failure)
{
    struct print_set set;
    enum reason reason =
        print_set_read(&set, options->sets[number], options->ppis[number], options->threads, failure);
    if (reason != REASON_DONE)
        return reason;
    for (uint32_t i = 0; i < set.count; i++) {
        if (set.prints[i].template == NULL)
            continue;
        struct template_view view = matcher_template_view(set.prints[i].template->bytes);
        struct template_minutia minutiae[MATCHER_MINUTIAE_MAX];
        matcher_template_unpack_minutiae(&view, minutiae);
        for (uint32_t m = 0; m < view.minutiae_count; m++)
            density_add(map, minutiae[m].x, minutiae[m].y, view.width, view.height);
        *images += 1;
    }
    print_set_finish(&set);
    return REASON_DONE;
}

/* --- The map as a picture: portable gray map, 255 = no minutia, darker the more --- */

static enum reason write_map(const struct density_map *map, const char *path, struct failure *failure)
{
    const size_t pixels = (size_t)DENSITY_SIDE * DENSITY_SIDE;
    uint32_t most = 1;
    for (size_t i = 0; i < pixels; i++)
        most = map->cells[i] > most ? map->cells[i] : most;
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return failure_set_errno(failure, errno, path, "fopen");
    fprintf(file, "P5\n%d %d\n255\n", DENSITY_SIDE, DENSITY_SIDE);
    for (size_t i = 0; i < pixels; i++)
        putc((int)(255 - 255 * map->cells[i] / most), file);
    bool written = ferror(file) == 0;
    if (fclose(file) != 0 || !written)
        return failure_set_errno(failure, errno, path, "write");
    return REASON_DONE;
}

/* --- Telling --- */

static json_t *finding_json(const struct density_finding *finding)
{
    char axis[2] = {finding->axis, '\0'};
    return json_pack("{s:s, s:f, s:f, s:f, s:f, s:b}", "axis", axis, "period_px", finding->period, "contrast",
        finding->contrast, "statistic", finding->statistic, "bound", finding->bound, "grid",
        density_is_grid(finding));
}

static void print_json(const struct density_map *map, const struct density_report *report, uint32_t images)
{
    json_t *folds = json_array(), *spectrum = json_array();
    for (uint32_t i = 0; i < DENSITY_FOLDS; i++)
        json_array_append_new(folds, finding_json(&report->folds[i]));
    for (uint32_t i = 0; i < 2; i++)
        json_array_append_new(spectrum, finding_json(&report->lines[i]));
    json_array_append_new(spectrum, finding_json(&report->spectrum));
    json_t *root = json_pack("{s:i, s:I, s:i, s:f, s:o, s:o, s:b}", "images", (int)images, "minutiae",
        (json_int_t)(map->inside + map->outside), "side_px", DENSITY_SIDE, "visible_contrast",
        DENSITY_CONTRAST_VISIBLE, "folds", folds, "spectrum", spectrum, "grid", report->grid);
    if (root != NULL) {
        json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
        putchar('\n');
    }
    json_decref(root);
}

static void print_finding(const char *test, const struct density_finding *finding)
{
    printf("%-8s  %c  %8.2f  %8.1f  %9.1f  %5.1f  %s\n", test, finding->axis, finding->period,
        100 * finding->contrast, finding->statistic, finding->bound,
        density_is_grid(finding)              ? "GRID"
        : finding->statistic > finding->bound ? "does not show"
                                              : "nothing");
}

static void print_text(const struct density_map *map, const struct density_report *report, uint32_t images)
{
    printf("%zu minutiae of %u images\n", map->inside + map->outside, images);
    printf("test   axis  period, px  contrast, %%  statistic  bound\n");
    for (uint32_t i = 0; i < DENSITY_FOLDS; i++)
        print_finding("folding", &report->folds[i]);
    for (uint32_t i = 0; i < 2; i++)
        print_finding("margin", &report->lines[i]);
    print_finding("map", &report->spectrum);
    printf("%s\n", report->grid ? "A grid shows in the minutiae density map."
                                : "No grid shows in the minutiae density map.");
}

int lab_density(const struct measure_options *options)
{
    struct failure failure = {0};
    struct density_report report;
    uint32_t images = 0;
    enum reason reason = REASON_DONE;
    struct density_map *map = calloc(1, sizeof *map);
    if (map == NULL)
        reason = failure_set(&failure, REASON_NO_MEMORY, "density", NULL);
    for (uint32_t i = 0; reason == REASON_DONE && i < options->set_count; i++)
        reason = add_set(map, options, i, &images, &failure);
    if (reason == REASON_DONE)
        reason = density_examine(map, &report, &failure);
    if (reason == REASON_DONE && options->out != NULL)
        reason = write_map(map, options->out, &failure);
    if (reason == REASON_DONE && options->json)
        print_json(map, &report, images);
    else if (reason == REASON_DONE)
        print_text(map, &report, images);
    free(map);
    return reason == REASON_DONE ? 0 : measure_fail(&failure);
}
