/* output.h: where kordon-synth's pictures go: one file an impression, and a sheet of all of them. */
#ifndef KORDON_TOOLS_SYNTH_OUTPUT_H
#define KORDON_TOOLS_SYNTH_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

/* Makes the folder unless it is there. */
enum reason output_make_folder(const char *path, struct failure *failure);

/* Writes gray pixels as a new PNG file; nothing is overwritten, and nothing half written stays. */
enum reason output_write_png(const char *path, const uint8_t *pixels, uint32_t width, uint32_t height,
    uint32_t ppi, struct failure *failure);

/* A picture of all impressions at half their size, one finger a column. */
struct sheet {
    uint32_t width, height; /* of the sheet, px */
    uint32_t cell_width, cell_height;
    uint8_t *pixels;
};

/* Sides over SAMPLE_SIDE_MAX are refused with BAD_ARGUMENT. Finish with sheet_finish(). */
enum reason sheet_init(struct sheet *sheet, uint32_t fingers, uint32_t impressions, uint32_t width,
    uint32_t height, struct failure *failure);
void sheet_finish(struct sheet *sheet);

/* pixels: an impression of the width and height given at the start; finger and impression count from 0. */
void sheet_put(struct sheet *sheet, uint32_t finger, uint32_t impression, const uint8_t *pixels);

#endif
