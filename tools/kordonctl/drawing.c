#include "tools/kordonctl/drawing.h"

#include <stdlib.h>

void drawing_palette(struct sample_palette *palette)
{
    *palette = (struct sample_palette){0};
    for (unsigned i = 0; i <= DRAWING_WHITE; i++)
        palette->red[i] = palette->green[i] = palette->blue[i] = (uint8_t)(i * 255 / DRAWING_WHITE);
    palette->green[DRAWING_BLUE] = 60;
    palette->blue[DRAWING_BLUE] = 220;
    palette->red[DRAWING_ORANGE] = 225;
    palette->green[DRAWING_ORANGE] = 100;
}

uint8_t drawing_gray(uint8_t gray)
{
    return (uint8_t)(gray * DRAWING_WHITE / 255);
}

static void set_pixel(const struct drawing *drawing, int x, int y, uint8_t value)
{
    if (x >= 0 && x < drawing->width && y >= 0 && y < drawing->height)
        drawing->pixels[(size_t)y * (size_t)drawing->width + (size_t)x] = value;
}

void drawing_fill(const struct drawing *drawing, struct area area, uint8_t value)
{
    for (int y = area.top; y < area.top + area.height; y++)
        for (int x = area.left; x < area.left + area.width; x++)
            set_pixel(drawing, x, y, value);
}

void drawing_frame(const struct drawing *drawing, struct area area, uint8_t value)
{
    const int right = area.left + area.width - 1, bottom = area.top + area.height - 1;
    drawing_fill(drawing, (struct area){area.left, area.top, area.width, 1}, value);
    drawing_fill(drawing, (struct area){area.left, bottom, area.width, 1}, value);
    drawing_fill(drawing, (struct area){area.left, area.top, 1, area.height}, value);
    drawing_fill(drawing, (struct area){right, area.top, 1, area.height}, value);
}

void drawing_line(const struct drawing *drawing, struct place from, struct place to, int width, uint8_t value)
{
    const int across = to.x - from.x, down = to.y - from.y;
    const int steps = abs(across) > abs(down) ? abs(across) : abs(down);
    for (int i = 0; i <= steps; i++) {
        const int x = from.x + (steps > 0 ? across * i / steps : 0);
        const int y = from.y + (steps > 0 ? down * i / steps : 0);
        drawing_fill(drawing, (struct area){x - width / 2, y - width / 2, width, width}, value);
    }
}

void drawing_ring(const struct drawing *drawing, struct place middle, int inner, int outer, uint8_t value)
{
    for (int y = -outer; y <= outer; y++)
        for (int x = -outer; x <= outer; x++) {
            const int square = x * x + y * y;
            if (square >= inner * inner && square <= outer * outer + outer)
                set_pixel(drawing, middle.x + x, middle.y + y, value);
        }
}
