/* extract.c: extraction as one page of steps; what they work on stands in extraction.h. */
#include "matcher/extract/extraction.h"

#include "matcher/extract/enhance.h"
#include "matcher/extract/fill_template.h"
#include "matcher/extract/filter_minutiae.h"
#include "matcher/extract/find_minutiae.h"
#include "matcher/extract/measure_sample.h"
#include "matcher/extract/normalise.h"
#include "matcher/extract/orientation.h"
#include "matcher/extract/parameters.h"
#include "matcher/extract/period.h"
#include "matcher/extract/rescale.h"
#include "matcher/extract/ridge_period.h"
#include "matcher/extract/segment.h"
#include "matcher/quality/quality.h"

/* Sample to content. */
static void extraction_run(struct extraction *extraction, const struct matcher_sample *sample)
{
    matcher_rescale(sample, &extraction->raw, extraction->row_scratch);
    matcher_normalise(extraction);

    /* First round: the flow that the image shows, over wide neighbourhoods. */
    matcher_measure_flow(extraction, &extraction->image, NULL);
    matcher_segment_coarsely(extraction);
    matcher_choose_directions(extraction);
    matcher_smooth_along_ridges(extraction);
    matcher_measure_period(extraction);
    matcher_filter_across_ridges(extraction);
    matcher_measure_clarity(extraction);

    /* Second round: the flow that the enhanced ridges show, where clear ridges lead. */
    matcher_measure_flow(extraction, &extraction->even, &extraction->clarity);
    matcher_choose_directions(extraction);
    matcher_smooth_along_ridges(extraction);
    matcher_measure_period(extraction);
    matcher_filter_across_ridges(extraction);
    matcher_measure_clarity(extraction);
    matcher_segment_finely(extraction);

    matcher_find_minutiae(extraction);
    matcher_filter_minutiae(extraction);
    matcher_fill_template(extraction);
}

/* Lays all intermediates of a width x height sample (px at 500 ppi) out in the arena; NULL where it is too small. */
static struct extraction *extraction_take(struct arena *arena, int32_t width, int32_t height)
{
    struct extraction lay_out = {.width = width, .height = height};
    struct extraction *extraction = matcher_arena_take(arena, sizeof *extraction);
    int32_t columns = (width + CELL - 1) / CELL, rows = (height + CELL - 1) / CELL;
    struct plane *planes[] = {&lay_out.raw, &lay_out.image, &lay_out.along, &lay_out.even, &lay_out.odd};
    for (size_t i = 0; i < sizeof planes / sizeof planes[0]; i++)
        *planes[i] = matcher_plane_take(arena, columns * CELL, rows * CELL);
    struct grid *grids[] = {&lay_out.contrast, &lay_out.mask, &lay_out.clarity, &lay_out.period,
        &lay_out.flow.x, &lay_out.flow.y, &lay_out.scratch[0], &lay_out.scratch[1], &lay_out.scratch[2],
        &lay_out.scratch[3]};
    for (size_t i = 0; i < sizeof grids / sizeof grids[0]; i++)
        *grids[i] = matcher_grid_take(arena, columns, rows);
    lay_out.cell_stack = matcher_arena_take(arena, sizeof(int32_t) * (size_t)columns * (size_t)rows);
    /* Rescaling uses a row of the source, which is at most 1200 / 500 of ours, plus rounding. */
    lay_out.row_scratch = matcher_arena_take(arena, sizeof(float) * (size_t)(3 * lay_out.raw.stride));
    lay_out.direction =
        matcher_arena_take(arena, (size_t)(columns * CELL / BLOCK) * (size_t)(rows * CELL / BLOCK));
    lay_out.filters = matcher_filter_bank_take(arena);
    lay_out.vortices = matcher_arena_take(arena, sizeof(struct vortex) * VORTEX_MAX);
    lay_out.content = matcher_arena_take(arena, sizeof(struct template_content));
    if (arena->memory == NULL || arena->used > arena->size)
        return NULL;
    matcher_filter_bank_reset(lay_out.filters);
    *extraction = lay_out;
    return extraction;
}

size_t matcher_extract_workspace_size(uint32_t width, uint32_t height, uint32_t ppi)
{
    if (width > MATCHER_SAMPLE_SIDE_MAX || height > MATCHER_SAMPLE_SIDE_MAX || ppi < MATCHER_PPI_MIN ||
        ppi > MATCHER_PPI_MAX)
        return 0;
    struct arena arena = {0};
    extraction_take(&arena, matcher_rescale_side(width, ppi), matcher_rescale_side(height, ppi));
    return arena.used;
}

/* What can't be read as a sample at all. */
static enum reason check_sample(const struct matcher_sample *sample, struct failure *failure)
{
    if (sample->width < MATCHER_SAMPLE_SIDE_MIN || sample->height < MATCHER_SAMPLE_SIDE_MIN)
        return failure_set(failure, REASON_SAMPLE_TOO_SMALL, "sample", "%u x %u pixels, at least %u each",
            sample->width, sample->height, MATCHER_SAMPLE_SIDE_MIN);
    if (sample->width > MATCHER_SAMPLE_SIDE_MAX || sample->height > MATCHER_SAMPLE_SIDE_MAX)
        return failure_set(failure, REASON_TOO_LARGE, "sample", "%u x %u pixels, at most %u each",
            sample->width, sample->height, MATCHER_SAMPLE_SIDE_MAX);
    if (sample->ppi < MATCHER_PPI_MIN || sample->ppi > MATCHER_PPI_MAX)
        return failure_set(failure, REASON_BAD_VALUE, "sample", "%u ppi where %u..%u are possible",
            sample->ppi, MATCHER_PPI_MIN, MATCHER_PPI_MAX);
    if (sample->pixels == NULL || sample->stride < sample->width)
        return failure_set(failure, REASON_BAD_VALUE, "sample", "rows of %u pixels in %zu bytes",
            sample->width, sample->stride);
    return REASON_DONE;
}

/* --- Resolution */

#define MICROMETRES_PER_INCH 25400

bool matcher_resolution_is_doubtful(const struct matcher_sample_report *report)
{
    float millimetres = (float)report->ridge_period_um / 1000;
    return report->ridge_period_um != 0 &&
           (millimetres < RIDGES_DOUBTFUL_FINE || millimetres > RIDGES_DOUBTFUL_WIDE);
}

uint32_t matcher_fitting_ppi(const struct matcher_sample_report *report, uint32_t ppi)
{
    return (uint32_t)((float)(ppi * report->ridge_period_um) / (1000 * RIDGES_TYPICAL) / 50 + 0.5f) * 50;
}

/* Said before anything else of the sample: at a wrong scale extraction finds little, and "too poor" would mislead. */
static enum reason check_resolution(
    const struct matcher_sample *sample, struct matcher_sample_report *report, struct failure *failure)
{
    float period = matcher_ridge_period(sample) * MICROMETRES_PER_INCH / (float)sample->ppi;
    report->ridge_period_um = (uint16_t)(period + 0.5f);
    if (period == 0 || (period >= 1000 * RIDGES_FINEST && period <= 1000 * RIDGES_WIDEST))
        return REASON_DONE;
    unsigned hundredths = (unsigned)(period / 10 + 0.5f);
    return failure_set(failure, REASON_RESOLUTION_IMPLAUSIBLE, "sample",
        "at %u ppi its ridges are %u.%02u mm apart, people's are 0.3 to 0.6; they would fit about %u ppi",
        sample->ppi, hundredths / 100, hundredths % 100, matcher_fitting_ppi(report, sample->ppi));
}

/* --- Judgement */

/* Fills in the report; true where the sample is too poor for any comparison to mean something. */
static bool judge(struct extraction *extraction, struct matcher_sample_report *report)
{
    struct sample_measures *measures = &report->measures;
    matcher_measure_sample(extraction, measures);
    report->minutiae_count = extraction->content->minutiae_count;
    report->area_mm2 = (uint16_t)(measures->of[SAMPLE_MEASURE_AREA] + 0.5f);
    report->other_area_mm2 = (uint16_t)((float)extraction->second_piece * CELL_MM2 + 0.5f);
    return matcher_sample_judge(report);
}

enum reason matcher_extract(const struct matcher_sample *sample, struct matcher_workspace workspace,
    struct matcher_template *template, struct matcher_sample_report *report, struct failure *failure)
{
    struct matcher_sample_report measured = {0};
    template->size = 0;
    enum reason reason = check_sample(sample, failure);
    if (reason == REASON_DONE)
        reason = check_resolution(sample, &measured, failure);
    if (report != NULL)
        *report = measured;
    if (reason != REASON_DONE)
        return reason;

    struct arena arena = {.memory = workspace.memory, .size = workspace.size};
    struct extraction *extraction = extraction_take(&arena, matcher_rescale_side(sample->width, sample->ppi),
        matcher_rescale_side(sample->height, sample->ppi));
    if (extraction == NULL)
        return failure_set(failure, REASON_WORKSPACE_TOO_SMALL, "sample", "%zu bytes where %zu are needed",
            workspace.size, arena.used);
    extraction_run(extraction, sample);

    bool too_poor = judge(extraction, &measured);
    extraction->content->quality = measured.quality;
    if (report != NULL)
        *report = measured;
    if (too_poor)
        return failure_set(failure, REASON_SAMPLE_TOO_POOR, "sample",
            "%u mm2 of fingerprint, %u minutiae, ridges %u %% clear; %s", measured.area_mm2,
            measured.minutiae_count, (unsigned)(100 * measured.measures.of[SAMPLE_MEASURE_CLARITY]),
            guidance_text(matcher_sample_guidance(&measured))); /* too poor has always a flaw */
    return matcher_template_pack(extraction->content, template, failure);
}
