#include "tools/kordonctl/print_marks.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sample/sample.h"

#define GAP_PX      16 /* between the pictures */
#define MARGIN_PX   24 /* around minutiae without a picture */
#define RING_PX     6  /* a mark's radius: a ridge and its neighbours stay visible */
#define GLYPH_WIDE  3
#define GLYPH_HIGH  5
#define GLYPH_SCALE 2
#define BLACK       0
#define WHITE       255

/* Digits, row by row from above, three bits each. */
static const uint16_t glyphs[10] = {
    075557, 026227, 071747, 071717, 055711, 074717, 074757, 071111, 075757, 075717};

/* One print on the canvas. */
struct field {
    uint8_t *pixels;  /* of its upper left corner */
    size_t row_bytes; /* of the canvas */
    int width, height;
};

static void set_pixel(const struct field *field, int x, int y, uint8_t gray)
{
    if (x >= 0 && x < field->width && y >= 0 && y < field->height)
        field->pixels[(size_t)y * field->row_bytes + (size_t)x] = gray;
}

static void fill(const struct field *field, int left, int top, int width, int height, uint8_t gray)
{
    for (int y = top; y < top + height; y++)
        for (int x = left; x < left + width; x++)
            set_pixel(field, x, y, gray);
}

/* --- Marks ----------------------------------------------------------------------------------------------------- */

/* Black with white on both sides of it, to be seen on ridge and valley. */
static void draw_ring(const struct field *field, int middle_x, int middle_y)
{
    static const struct {
        int radius;
        uint8_t gray;
    } rings[] = {{RING_PX - 1, WHITE}, {RING_PX + 1, WHITE}, {RING_PX, BLACK}};
    for (size_t i = 0; i < sizeof rings / sizeof rings[0]; i++)
        for (int y = -rings[i].radius; y <= rings[i].radius; y++)
            for (int x = -rings[i].radius; x <= rings[i].radius; x++) {
                const int off = x * x + y * y - rings[i].radius * rings[i].radius;
                if (off > -rings[i].radius && off <= rings[i].radius)
                    set_pixel(field, middle_x + x, middle_y + y, rings[i].gray);
            }
}

static void draw_digit(const struct field *field, int left, int top, int digit)
{
    for (int row = 0; row < GLYPH_HIGH; row++)
        for (int column = 0; column < GLYPH_WIDE; column++)
            if ((glyphs[digit] >> (GLYPH_WIDE * (GLYPH_HIGH - 1 - row) + GLYPH_WIDE - 1 - column)) & 1)
                fill(field, left + column * GLYPH_SCALE, top + row * GLYPH_SCALE, GLYPH_SCALE, GLYPH_SCALE,
                    BLACK);
}

/* Beside the ring, on white; at the right edge on its other side. */
static void draw_number(const struct field *field, int middle_x, int middle_y, size_t number)
{
    char digits[24];
    const int step = (GLYPH_WIDE + 1) * GLYPH_SCALE;
    const int count = snprintf(digits, sizeof digits, "%zu", number), width = count * step + GLYPH_SCALE;
    int left = middle_x + RING_PX + 2;
    if (left + width > field->width)
        left = middle_x - RING_PX - 2 - width;
    fill(field, left, middle_y - GLYPH_HIGH * GLYPH_SCALE / 2 - GLYPH_SCALE, width,
        (GLYPH_HIGH + 2) * GLYPH_SCALE, WHITE);
    for (int i = 0; i < count; i++)
        draw_digit(
            field, left + GLYPH_SCALE + i * step, middle_y - GLYPH_HIGH * GLYPH_SCALE / 2, digits[i] - '0');
}

/* False: there is no such minutia, or not on the picture. */
static bool find_place(const json_t *print, const json_t *index, int width, int height, int *x, int *y)
{
    const json_int_t place = json_integer_value(index);
    const json_t *minutia =
        place >= 0 ? json_array_get(json_object_get(print, "minutiae"), (size_t)place) : NULL;
    const double across = json_number_value(json_object_get(minutia, "x"));
    const double down = json_number_value(json_object_get(minutia, "y"));
    if (minutia == NULL || !(across >= 0 && across < width && down >= 0 && down < height))
        return false;
    *x = (int)across;
    *y = (int)down;
    return true;
}

static void draw_marks(const struct field *field, const json_t *print, const json_t *pairs, const char *side)
{
    const json_t *pair;
    size_t i;
    int x, y;
    json_array_foreach(pairs, i, pair)
    {
        if (!find_place(print, json_object_get(pair, side), field->width, field->height, &x, &y))
            continue;
        draw_ring(field, x, y);
        draw_number(field, x, y, i + 1);
    }
}

/* --- The canvas ------------------------------------------------------------------------------------------------ */

static double furthest(const json_t *print, const char *axis)
{
    const json_t *minutia;
    size_t i;
    double most = 0;
    json_array_foreach(json_object_get(print, "minutiae"), i, minutia)
    {
        const double at = json_number_value(json_object_get(minutia, axis));
        most = at > most ? at : most;
    }
    return most;
}

/* The picture, or a white one of just the minutiae's size: pixels stay NULL then. */
static enum reason open_picture(
    const struct marked_print *of, struct sample_image *picture, struct failure *failure)
{
    memset(picture, 0, sizeof *picture);
    if (of->picture != NULL)
        return sample_decode(of->picture, of->size, "picture", picture, failure);
    const double width = furthest(of->print, "x") + MARGIN_PX, height = furthest(of->print, "y") + MARGIN_PX;
    if (!(width <= SAMPLE_SIDE_MAX && height <= SAMPLE_SIDE_MAX))
        return failure_set(failure, REASON_TOO_LARGE, "picture", NULL);
    picture->width = (uint32_t)width;
    picture->height = (uint32_t)height;
    return REASON_DONE;
}

static void put_picture(const struct field *field, const struct sample_image *picture)
{
    if (picture->pixels == NULL)
        return;
    for (uint32_t y = 0; y < picture->height; y++)
        memcpy(field->pixels + y * field->row_bytes, picture->pixels + (size_t)y * picture->width,
            picture->width);
}

static enum reason draw(const struct sample_image pictures[static 2], const struct marked_print *const of[2],
    const json_t *pairs, struct locked_memory *png, struct failure *failure)
{
    static const char *const sides[] = {"probe", "reference"};
    struct locked_memory canvas;
    const uint32_t width = pictures[0].width + GAP_PX + pictures[1].width;
    const uint32_t height = pictures[0].height > pictures[1].height ? pictures[0].height : pictures[1].height;
    TRY(locked_memory_init(&canvas, (size_t)width * height, failure));
    memset(canvas.bytes, WHITE, (size_t)width * height);
    uint8_t *corner = canvas.bytes;
    for (int i = 0; i < 2; i++) {
        const struct field field = {corner, width, (int)pictures[i].width, (int)pictures[i].height};
        put_picture(&field, &pictures[i]);
        draw_marks(&field, of[i]->print, pairs, sides[i]);
        corner += pictures[i].width + GAP_PX;
    }
    enum reason reason = sample_encode_locked_png(canvas.bytes, width, height, 0, png, failure);
    locked_memory_finish(&canvas);
    return reason;
}

enum reason print_marks_draw(const struct marked_print *probe, const struct marked_print *reference,
    const json_t *pairs, struct locked_memory *png, struct failure *failure)
{
    const struct marked_print *const of[] = {probe, reference};
    struct sample_image pictures[2];
    memset(png, 0, sizeof *png);
    memset(pictures, 0, sizeof pictures);
    enum reason reason = open_picture(probe, &pictures[0], failure);
    if (reason == REASON_DONE)
        reason = open_picture(reference, &pictures[1], failure);
    if (reason == REASON_DONE)
        reason = draw(pictures, of, pairs, png, failure);
    sample_image_finish(&pictures[0]);
    sample_image_finish(&pictures[1]);
    return reason;
}
