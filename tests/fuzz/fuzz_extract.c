/* fuzz_extract.c: any picture through extraction. The first bytes choose size and resolution, the rest is its
 * pixels, repeated. */
#include <stdlib.h>

#include "matcher/matcher.h"

#define SIDES_MAX 256

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* -1 where something came out that must not. */
static int extract(const struct matcher_sample *sample)
{
    struct matcher_workspace workspace = {
        .size = matcher_extract_workspace_size(sample->width, sample->height, sample->ppi)};
    workspace.memory = aligned_alloc(64, workspace.size + 64);
    if (workspace.memory == NULL)
        return 0;
    struct matcher_template template;
    struct matcher_sample_report report;
    enum reason reason = matcher_extract(sample, workspace, &template, &report, NULL);
    bool sound = reason == REASON_DONE
                     ? matcher_template_check(template.bytes, template.size, NULL) == REASON_DONE
                     : reason != REASON_INTERNAL_ERROR && template.size == 0;
    free(workspace.memory);
    return sound ? 0 : -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 5)
        return 0;
    struct matcher_sample sample = {
        .width = 60 + bytes[0] % (SIDES_MAX - 60),
        .height = 60 + bytes[1] % (SIDES_MAX - 60),
        .ppi = 240 + 4 * (uint32_t)bytes[2],
    };
    sample.stride = sample.width + bytes[3] % 16;
    size_t count = sample.stride * sample.height;
    uint8_t *pixels = malloc(count);
    if (pixels == NULL)
        return 0;
    for (size_t i = 0; i < count; i++)
        pixels[i] = bytes[4 + i % (size - 4)];
    sample.pixels = pixels;
    int outcome = sample.ppi <= MATCHER_PPI_MAX && sample.ppi >= MATCHER_PPI_MIN ? extract(&sample) : 0;
    free(pixels);
    if (outcome != 0)
        abort();
    return 0;
}
