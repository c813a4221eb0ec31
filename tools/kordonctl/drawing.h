/* drawing.h: lines, rings and words in a few colours over gray pictures, a byte a pixel. One thread. */
#ifndef KORDON_TOOLS_KORDONCTL_DRAWING_H
#define KORDON_TOOLS_KORDONCTL_DRAWING_H

#include <stdint.h>

#include "sample/sample.h"

/* Borrowed: width * height bytes, row by row. What lies outside of it is not drawn. */
struct drawing {
    uint8_t *pixels;
    int width, height;
};

/* px, from the upper left corner of the drawing. */
struct place {
    int x, y;
};

struct area {
    int left, top, width, height;
};

/* What a pixel can be: a gray, or one of the colours behind them. */
enum drawing_value {
    DRAWING_BLACK = 0,
    DRAWING_WHITE = 247,
    DRAWING_BLUE, /* darker than a valley, and of no gray */
    DRAWING_ORANGE,
};

void drawing_palette(struct sample_palette *palette);

/* The value of an 8-bit gray. */
uint8_t drawing_gray(uint8_t gray);

void drawing_fill(const struct drawing *drawing, struct area area, uint8_t value);

/* Its border, one px wide, inside of it. */
void drawing_frame(const struct drawing *drawing, struct area area, uint8_t value);

/* width: px, an odd number. */
void drawing_line(
    const struct drawing *drawing, struct place from, struct place to, int width, uint8_t value);

/* From the inner radius to the outer one, both inclusive. */
void drawing_ring(const struct drawing *drawing, struct place middle, int inner, int outer, uint8_t value);

#endif
