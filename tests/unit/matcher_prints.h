/* matcher_prints.h: made-up templates for the comparison's tests: a print from a number, and impressions of
 * it. */
#ifndef KORDON_TESTS_MATCHER_PRINTS_H
#define KORDON_TESTS_MATCHER_PRINTS_H

#include <math.h>
#include <stdlib.h>

#include "matcher/matcher.h"
#include "matcher/template/template.h"

static inline uint32_t prints_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* A print of count minutiae on a flow that whirls about its centre. */
static inline struct template_content prints_make(uint32_t number, uint8_t count)
{
    struct template_content content = {.width = 320, .height = 400, .quality = 70, .period = 72};
    uint32_t random = number * 2654435761u + 1;
    content.flow.columns = 20;
    content.flow.rows = 25;
    for (int i = 0; i < 20 * 25; i++) {
        double turn = atan2(12.5 - i / 20, i % 20 - 10.0) / 2 + (number % 7) * 0.1;
        content.flow.cells[i] = template_flow_cell((uint8_t)(int)floor(turn / M_PI * 256));
    }
    for (int i = 0; i < count; i++)
        content.minutiae[content.minutiae_count++] = (struct template_minutia){
            .x = (uint16_t)(160 + prints_random(&random) % 2240),
            .y = (uint16_t)(160 + prints_random(&random) % 2880),
            .direction = (uint8_t)prints_random(&random),
            .type = (uint8_t)(1 + prints_random(&random) % 2),
            .quality = (uint8_t)(prints_random(&random) % 64),
        };
    return content;
}

/* The same print turned about its centre and moved (1/8 px); minutiae that leave the image are lost, and of
 * the others every lose-th (0: none). Its flow is left away, as is its period. */
static inline struct template_content prints_turn(
    const struct template_content *from, double turn, int dx, int dy, int lose)
{
    struct template_content to = {.width = 320, .height = 400, .quality = 70, .foreign = true};
    for (int i = 0; i < from->minutiae_count; i++) {
        double x = from->minutiae[i].x - 1280.0, y = from->minutiae[i].y - 1600.0;
        double to_x = cos(turn) * x + sin(turn) * y + 1280 + dx,
               to_y = -sin(turn) * x + cos(turn) * y + 1600 + dy;
        if (to_x < 0 || to_y < 0 || to_x >= 2560 || to_y >= 3200 || (lose > 0 && i % lose == 0))
            continue;
        struct template_minutia *minutia = &to.minutiae[to.minutiae_count++];
        *minutia = from->minutiae[i];
        minutia->x = (uint16_t)to_x;
        minutia->y = (uint16_t)to_y;
        minutia->direction = (uint8_t)(minutia->direction + lround(turn / (2 * M_PI) * 256));
    }
    return to;
}

static inline struct matcher_template prints_pack(struct template_content content)
{
    struct matcher_template template;
    if (matcher_template_pack(&content, &template, NULL) != REASON_DONE)
        abort();
    return template;
}

static inline struct matcher_workspace prints_workspace(void)
{
    size_t size = (matcher_compare_workspace_size() + 63) / 64 * 64;
    struct matcher_workspace workspace = {aligned_alloc(64, size), size};
    if (workspace.memory == NULL)
        abort();
    return workspace;
}

#endif
