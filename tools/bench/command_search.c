/* command_search.c: `search`: how fast an identification is among synthetic references.
 *
 * References are made directly as templates: ridge flow round a core and a delta, minutiae on it with a least
 * distance, as many as real prints have. Each probe is one reference turned, moved, distorted, with minutiae
 * lost and added. Everything comes from one seed.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "matcher/template.h"
#include "tools/bench/bench.h"

#define PRINT_WIDTH  320
#define PRINT_HEIGHT 400
#define PROBES_MIN   5
#define PROBES_MAX   50
#define PROBE_WORK   2000000 /* comparisons that all probes together may take */

/* --- Random numbers: splitmix64 --- */

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static double uniform(uint64_t *state, double low, double high)
{
    return low + (high - low) * (double)(next_random(state) >> 11) * 0x1p-53;
}

static double normal(uint64_t *state)
{
    double sum = 0;
    for (int i = 0; i < 12; i++)
        sum += uniform(state, -0.5, 0.5);
    return sum;
}

/* --- A synthetic template --- */

struct singularities {
    double core_x, core_y, delta_x, delta_y, base;
};

/* Ridge orientation by the zero-pole model of Sherlock and Monro (1993), in 1/256 half turns. */
static uint8_t orientation_at(const struct singularities *s, double x, double y)
{
    double turn = s->base + (atan2(s->core_y - y, x - s->core_x) - atan2(s->delta_y - y, x - s->delta_x)) / 2;
    return (uint8_t)(int32_t)floor(turn / M_PI * 256);
}

static bool inside(double x, double y)
{
    double dx = (x - PRINT_WIDTH / 2.0) / (PRINT_WIDTH / 2.0),
           dy = (y - PRINT_HEIGHT / 2.0) / (PRINT_HEIGHT / 2.0);
    return dx * dx + dy * dy < 0.95;
}

static void make_flow(struct template_flow *flow, const struct singularities *singularities)
{
    flow->columns = PRINT_WIDTH / TEMPLATE_CELL;
    flow->rows = PRINT_HEIGHT / TEMPLATE_CELL;
    for (uint32_t row = 0; row < flow->rows; row++)
        for (uint32_t column = 0; column < flow->columns; column++) {
            double x = (column + 0.5) * TEMPLATE_CELL, y = (row + 0.5) * TEMPLATE_CELL;
            if (inside(x, y))
                flow->cells[row * flow->columns + column] =
                    template_flow_cell(orientation_at(singularities, x, y));
        }
}

static bool has_room(const struct template_content *content, double x, double y)
{
    for (uint32_t i = 0; i < content->minutiae_count; i++) {
        double dx = content->minutiae[i].x / 8.0 - x, dy = content->minutiae[i].y / 8.0 - y;
        if (dx * dx + dy * dy < 12 * 12)
            return false;
    }
    return true;
}

static void make_minutiae(
    struct template_content *content, const struct singularities *singularities, uint64_t *random)
{
    uint32_t wanted = (uint32_t)uniform(random, 32, 60);
    while (content->minutiae_count < wanted) {
        double x = uniform(random, 4, PRINT_WIDTH - 4), y = uniform(random, 4, PRINT_HEIGHT - 4);
        if (!inside(x, y) || !has_room(content, x, y))
            continue;
        uint8_t half = orientation_at(singularities, x, y) / 2;
        bool back = (next_random(random) & 1) != 0;
        content->minutiae[content->minutiae_count++] = (struct template_minutia){
            .x = (uint16_t)(x * 8),
            .y = (uint16_t)(y * 8),
            .direction = (uint8_t)(half + (back ? 128 : 0) + (int)lround(normal(random) * 4)),
            .type = 1 + (next_random(random) & 1),
            .quality = (uint8_t)uniform(random, 20, 64),
        };
    }
}

static void make_print(struct template_content *content, uint64_t *random)
{
    *content =
        (struct template_content){.width = PRINT_WIDTH, .height = PRINT_HEIGHT, .quality = 70, .period = 72};
    struct singularities singularities = {
        .core_x = PRINT_WIDTH / 2.0 + uniform(random, -40, 40),
        .core_y = PRINT_HEIGHT / 2.0 + uniform(random, -60, 20),
        .base = uniform(random, -0.2, 0.2) + M_PI / 2,
    };
    double side = (next_random(random) & 1) != 0 ? 1 : -1;
    singularities.delta_x = singularities.core_x + side * uniform(random, 40, 130);
    singularities.delta_y = singularities.core_y + uniform(random, 80, 170);
    make_flow(&content->flow, &singularities);
    make_minutiae(content, &singularities, random);
}

/* Another impression: minutiae lost, turned by up to 20 degrees, moved, bent and jittered. Its ridge flow is
 * left out as far as it would have to be computed anew: cells are turned in place about the centre. */
static void make_impression(
    struct template_content *to, const struct template_content *from, uint64_t *random)
{
    *to =
        (struct template_content){.width = PRINT_WIDTH, .height = PRINT_HEIGHT, .quality = 60, .period = 72};
    double turn = uniform(random, -20, 20) * M_PI / 180, cosine = cos(turn), sine = sin(turn);
    double move_x = uniform(random, -30, 30), move_y = uniform(random, -30, 30),
           bend = uniform(random, -0.05, 0.05);
    for (uint32_t i = 0; i < from->minutiae_count; i++) {
        const struct template_minutia *minutia = &from->minutiae[i];
        double x = minutia->x / 8.0 - PRINT_WIDTH / 2.0, y = minutia->y / 8.0 - PRINT_HEIGHT / 2.0;
        double to_x = cosine * x + sine * y, to_y = -sine * x + cosine * y;
        to_x += PRINT_WIDTH / 2.0 + move_x + bend * to_y + normal(random) * 1.5;
        to_y += PRINT_HEIGHT / 2.0 + move_y + normal(random) * 1.5;
        if (uniform(random, 0, 1) < 0.2 || to_x < 0 || to_y < 0 || to_x >= PRINT_WIDTH ||
            to_y >= PRINT_HEIGHT)
            continue;
        struct template_minutia *moved = &to->minutiae[to->minutiae_count++];
        *moved = *minutia;
        moved->x = (uint16_t)(to_x * 8);
        moved->y = (uint16_t)(to_y * 8);
        moved->direction =
            (uint8_t)(minutia->direction + lround(turn / (2 * M_PI) * 256 + normal(random) * 4));
    }
    to->flow.columns = from->flow.columns;
    to->flow.rows = from->flow.rows;
    for (int32_t row = 0; row < to->flow.rows; row++)
        for (int32_t column = 0; column < to->flow.columns; column++) {
            double x = (column + 0.5) * TEMPLATE_CELL - PRINT_WIDTH / 2.0 - move_x;
            double y = (row + 0.5) * TEMPLATE_CELL - PRINT_HEIGHT / 2.0 - move_y;
            int32_t from_column = (int32_t)floor((cosine * x - sine * y + PRINT_WIDTH / 2.0) / TEMPLATE_CELL);
            int32_t from_row = (int32_t)floor((sine * x + cosine * y + PRINT_HEIGHT / 2.0) / TEMPLATE_CELL);
            if (from_column < 0 || from_row < 0 || from_column >= from->flow.columns ||
                from_row >= from->flow.rows)
                continue;
            uint8_t cell = from->flow.cells[from_row * from->flow.columns + from_column];
            if (cell != 0)
                to->flow.cells[row * to->flow.columns + column] =
                    template_flow_cell((uint8_t)(cell + lround(turn / M_PI * 256)));
        }
}

/* --- The reference set --- */

struct references {
    void *memory;
    size_t size;
    struct matcher_reference_set *set;
};

/* A print comes from its number alone, so that a probe's print can be made again. */
static uint64_t seed_of(uint32_t number)
{
    return UINT64_C(0x6b6f72646f6e) + (uint64_t)number * UINT64_C(0x100000001b3);
}

static enum reason make_template(uint32_t number, struct matcher_template *template, struct failure *failure)
{
    struct template_content content;
    uint64_t random = seed_of(number);
    make_print(&content, &random);
    return template_pack(&content, template, failure);
}

static enum reason make_references(struct references *references, uint32_t count, struct failure *failure)
{
    struct matcher_template template;
    size_t bytes = 0;
    for (uint32_t i = 0; i < count; i++) {
        enum reason reason = make_template(i, &template, failure);
        if (reason != REASON_DONE)
            return reason;
        bytes += template.size;
    }
    references->size = matcher_reference_set_size(count, bytes);
    references->memory = aligned_alloc(64, (references->size + 63) / 64 * 64);
    if (references->memory == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "references", "%zu bytes", references->size);
    enum reason reason = matcher_reference_set_init(
        references->memory, references->size, count, bytes, &references->set, failure);
    for (uint32_t i = 0; reason == REASON_DONE && i < count; i++) {
        reason = make_template(i, &template, failure);
        struct matcher_reference reference = {
            .subject = i, .position = FINGER_RIGHT_INDEX, .bytes = template.bytes, .size = template.size};
        if (reason == REASON_DONE)
            reason = matcher_reference_set_add(references->set, &reference, failure);
    }
    return reason;
}

/* --- Searching --- */

struct searching {
    const struct matcher_reference_set *set;
    struct matcher_probe probe;
    uint32_t shares;
    struct matcher_candidate_list *lists; /* one a share */
};

static void search_share(void *context, size_t share, struct matcher_workspace workspace)
{
    struct searching *searching = context;
    uint64_t subjects = matcher_reference_set_subjects(searching->set);
    uint32_t first = (uint32_t)(subjects * share / searching->shares);
    uint32_t end = (uint32_t)(subjects * (share + 1) / searching->shares);
    struct matcher_candidate_list *list = &searching->lists[share];
    *list = (struct matcher_candidate_list){.capacity = MATCHER_CANDIDATES_MAX};
    matcher_search(searching->set, first, end, &searching->probe, 1, 1, workspace, NULL, list);
}

struct search_result {
    double milliseconds;
    bool found; /* the mated reference came first */
};

static enum reason search_once(const struct references *references, uint32_t number, uint32_t threads,
    struct matcher_candidate_list *lists, struct search_result *result, struct failure *failure)
{
    struct template_content print, impression;
    struct matcher_template template;
    uint64_t random = seed_of(number);
    make_print(&print, &random);
    make_impression(&impression, &print, &random);
    enum reason reason = template_pack(&impression, &template, failure);
    if (reason != REASON_DONE)
        return reason;

    struct searching searching = {.set = references->set, .shares = threads, .lists = lists};
    searching.probe = (struct matcher_probe){.template = &template, .position = FINGER_RIGHT_INDEX};
    struct bench_work work = {.context = &searching,
        .count = threads,
        .workspace_size = matcher_compare_workspace_size(),
        .run = search_share};
    double start = bench_wall_milliseconds();
    reason = bench_run(&work, threads, failure);
    for (uint32_t i = 1; i < threads; i++)
        matcher_candidates_merge(&lists[0], &lists[i]);
    result->milliseconds = bench_wall_milliseconds() - start;
    result->found = lists[0].count > 0 && lists[0].candidates[0].subject == number;
    return reason;
}

struct search_report {
    double templates_per_second, p50, p95, bytes_per_template, fnir;
    uint32_t probes;
};

static enum reason search_all(const struct bench_options *options, const struct references *references,
    struct search_report *report, struct failure *failure)
{
    uint32_t probes = PROBE_WORK / options->templates;
    probes = probes < PROBES_MIN ? PROBES_MIN : probes > PROBES_MAX ? PROBES_MAX : probes;
    double times[PROBES_MAX], sum = 0;
    uint32_t missed = 0;
    struct matcher_candidate_list *lists = calloc(options->threads, sizeof *lists);
    if (lists == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "candidate lists", NULL);
    enum reason reason = REASON_DONE;
    for (uint32_t i = 0; reason == REASON_DONE && i < probes; i++) {
        struct search_result result = {0};
        uint32_t number = (uint32_t)((uint64_t)options->templates * i / probes);
        reason = search_once(references, number, options->threads, lists, &result, failure);
        sum += times[i] = result.milliseconds;
        missed += !result.found;
    }
    free(lists);
    *report = (struct search_report){
        .templates_per_second = (double)options->templates * probes / (sum * 1e-3),
        .p50 = bench_quantile(times, probes, 0.5),
        .p95 = bench_quantile(times, probes, 0.95),
        .bytes_per_template = (double)references->size / options->templates,
        .fnir = (double)missed / probes,
        .probes = probes,
    };
    return reason;
}

static void print_report(const struct bench_options *options, const struct search_report *report)
{
    /* Every search is exhaustive: nothing is lost against itself. */
    const double fnir_lost = 0;
    if (options->json)
        printf("{\"templates\": %u, \"threads\": %u, \"probes\": %u, \"templates_per_second\": %.0f, "
               "\"p50_ms\": %.3f, "
               "\"p95_ms\": %.3f, \"bytes_per_template\": %.1f, \"fnir\": %.4f, \"fnir_lost\": %.4f}\n",
            options->templates, options->threads, report->probes, report->templates_per_second, report->p50,
            report->p95, report->bytes_per_template, report->fnir, fnir_lost);
    else
        printf(
            "%u references, %u threads, %u probes: %.0f templates a second, median %.1f ms, 95 %% %.1f ms, "
            "%.0f bytes a template; mated reference not first: %.1f %% (exhaustive search: nothing lost)\n",
            options->templates, options->threads, report->probes, report->templates_per_second, report->p50,
            report->p95, report->bytes_per_template, report->fnir * 100);
}

int bench_search(const struct bench_options *options)
{
    struct failure failure = {0};
    struct references references = {0};
    struct search_report report = {0};
    enum reason reason = make_references(&references, options->templates, &failure);
    if (reason == REASON_DONE)
        reason = search_all(options, &references, &report, &failure);
    if (reason == REASON_DONE)
        print_report(options, &report);
    free(references.memory);
    return reason == REASON_DONE ? 0 : bench_fail(&failure);
}
