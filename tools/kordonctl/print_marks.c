#include "tools/kordonctl/print_marks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample/sample.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/drawing.h"
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/label_places.h"
#include "tools/kordonctl/letters.h"

/* What a screen shows at once; so much can also be locked twice where nothing was configured (8 MiB). */
#define WIDTH_MOST   1900
#define HEIGHT_MOST  1040
#define PPI_MOST     2000 /* four px for one of most sensors: more shows nothing more */
#define PPI_PRESUMED 500

#define BORDER_PX 40 /* around a print: room for numbers of marks at its edge */
#define TITLE_PX  76
#define FOOT_PX   44
#define SIDES     2
#define OUTER_PX  (2 * SIDES * BORDER_PX)

#define RADIUS_PX       10 /* of a mark: the ridges that meet in it stay visible */
#define TICK_PX         10 /* in the minutia's direction */
#define FAINT_PX        5  /* the radius of a minutia that agrees with none */
#define LABEL_SCALE     2
#define TITLE_LINES     3
#define TITLE_SIZE      128
#define TURN_LEAST      5 /* degrees: less is not seen */
#define NUMBER_SIZE     24
#define LABEL_MARGIN_PX 3
#define BAR_MM          5
#define INCH_MM         25.4

/* A minutia that agrees with one of the other print. */
struct mark {
    const json_t *minutia;
    size_t number;
};

/* One of the two, as it lies on the paper. */
struct side {
    const struct marked_print *of;
    struct sample_image picture; /* pixels NULL: there is none */
    double ppi;                  /* its own */
    double scale;                /* px of the paper for one of its own */
    struct area area;            /* the print's */
    char titles[TITLE_LINES][TITLE_SIZE];
    struct mark *marks;
    struct label *labels; /* of each mark */
    size_t mark_count;
};

/* --- What there is --------------------------------------------------------------------------------------------- */

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

/* The picture, or just the size that the minutiae need: pixels stay NULL then. */
static enum reason open_side(struct side *side, struct failure *failure)
{
    const struct marked_print *of = side->of;
    const long long ppi = number_of(of->print, "ppi");
    side->ppi = ppi > 0 ? (double)ppi : PPI_PRESUMED;
    if (of->picture != NULL)
        return sample_decode(of->picture, of->size, "picture", &side->picture, failure);
    const double width = furthest(of->print, "x") + 1, height = furthest(of->print, "y") + 1;
    if (!(width <= SAMPLE_SIDE_MAX && height <= SAMPLE_SIDE_MAX))
        return failure_set(failure, REASON_TOO_LARGE, "picture", NULL);
    side->picture.width = (uint32_t)width;
    side->picture.height = (uint32_t)height;
    return REASON_DONE;
}

static void finish_side(struct side *side)
{
    sample_image_finish(&side->picture);
    if (side->labels != NULL)
        memory_wipe(side->labels, side->mark_count * sizeof *side->labels);
    free(side->labels);
    free(side->marks);
}

/* --- Where it goes --------------------------------------------------------------------------------------------- */

/* The resolution at which both fit the paper: both the same, so that what is as large on the skin is as large here. */
static double find_ppi(const struct side sides[static SIDES])
{
    double width = 0, height = 0;
    for (size_t i = 0; i < SIDES; i++) {
        width += sides[i].picture.width / sides[i].ppi;
        height = fmax(height, sides[i].picture.height / sides[i].ppi);
    }
    return fmin(PPI_MOST,
        fmin((WIDTH_MOST - OUTER_PX) / width, (HEIGHT_MOST - 2 * BORDER_PX - TITLE_PX - FOOT_PX) / height));
}

static int scaled(uint32_t size, double scale)
{
    return size * scale > 1 ? (int)lround(size * scale) : 1;
}

static int title_scale(size_t line)
{
    return line == 0 ? 3 : 2;
}

static int title_width(const struct side *side)
{
    int widest = 0;
    for (size_t i = 0; i < TITLE_LINES; i++) {
        const int width = letters_width(side->titles[i], title_scale(i));
        widest = width > widest ? width : widest;
    }
    return widest;
}

/* A column each, as wide as the print and as what is said above it. */
static void lay_out(struct side sides[static SIDES], double ppi, struct drawing *paper)
{
    int left = BORDER_PX;
    for (size_t i = 0; i < SIDES; i++) {
        struct side *side = &sides[i];
        const int said = title_width(side);
        side->scale = ppi / side->ppi;
        side->area = (struct area){left, TITLE_PX + BORDER_PX, scaled(side->picture.width, side->scale),
            scaled(side->picture.height, side->scale)};
        const int low = side->area.top + side->area.height + BORDER_PX + FOOT_PX;
        paper->height = low > paper->height ? low : paper->height;
        left += (said > side->area.width ? said : side->area.width) + 2 * BORDER_PX;
    }
    paper->width = left - BORDER_PX;
}

/* --- Words ----------------------------------------------------------------------------------------------------- */

static void write_titles(struct side sides[static SIDES], const json_t *comparison)
{
    const char *const names[SIDES] = {_("probe: the traveller"), _("reference: the list")};
    const long long turn = number_of(comparison, "turn") * 360 / 256;
    for (size_t i = 0; i < SIDES; i++) {
        const json_t *print = sides[i].of->print;
        snprintf(sides[i].titles[0], TITLE_SIZE, "%s", names[i]);
        snprintf(sides[i].titles[1], TITLE_SIZE, _("%s, quality %lld"),
            code_in_words("finger", text_of(print, "position")), number_of(print, "quality"));
    }
    snprintf(sides[0].titles[2], TITLE_SIZE, _("pairs that agree: %zu"),
        json_array_size(json_object_get(comparison, "pairs")));
    if (turn >= TURN_LEAST && turn <= 180)
        snprintf(sides[1].titles[2], TITLE_SIZE, _("turned by %lld degrees, counter-clockwise"), turn);
    else if (turn > 180 && 360 - turn >= TURN_LEAST)
        snprintf(sides[1].titles[2], TITLE_SIZE, _("turned by %lld degrees, clockwise"), 360 - turn);
}

static void draw_titles(const struct drawing *paper, const struct side *side)
{
    struct place corner = {side->area.left, BORDER_PX / 4};
    for (size_t i = 0; i < TITLE_LINES; i++) {
        letters_draw(paper, corner, title_scale(i), side->titles[i]);
        corner.y += (LETTER_HIGH + 4) * title_scale(i);
    }
}

static void draw_bar(const struct drawing *paper, const struct side *side, double ppi)
{
    char text[32];
    const int length = (int)lround(BAR_MM * ppi / INCH_MM),
              top = side->area.top + side->area.height + BORDER_PX;
    snprintf(text, sizeof text, _("%d mm"), BAR_MM);
    drawing_fill(paper, (struct area){side->area.left, top + 6, length, 3}, DRAWING_BLACK);
    drawing_fill(paper, (struct area){side->area.left, top, 3, 15}, DRAWING_BLACK);
    drawing_fill(paper, (struct area){side->area.left + length - 3, top, 3, 15}, DRAWING_BLACK);
    letters_draw(paper, (struct place){side->area.left + length + 10, top}, 2, text);
}

/* --- The print ------------------------------------------------------------------------------------------------- */

static double pixel_at(const struct sample_image *picture, int x, int y)
{
    const int right = (int)picture->width - 1, low = (int)picture->height - 1;
    x = x < 0 ? 0 : x > right ? right : x;
    y = y < 0 ? 0 : y > low ? low : y;
    return picture->pixels[(size_t)y * picture->width + (size_t)x];
}

/* Between four pixels, whose middles lie half a pixel in. */
static uint8_t gray_at(const struct sample_image *picture, double across, double down)
{
    const int x = (int)floor(across - 0.5), y = (int)floor(down - 0.5);
    const double right = across - 0.5 - x, low = down - 0.5 - y;
    const double above = pixel_at(picture, x, y) * (1 - right) + pixel_at(picture, x + 1, y) * right;
    const double below = pixel_at(picture, x, y + 1) * (1 - right) + pixel_at(picture, x + 1, y + 1) * right;
    return (uint8_t)lround(above * (1 - low) + below * low);
}

static void draw_picture(const struct drawing *paper, const struct side *side)
{
    const struct area area = side->area;
    for (int y = 0; side->picture.pixels != NULL && y < area.height; y++)
        for (int x = 0; x < area.width; x++) {
            const uint8_t gray = gray_at(&side->picture, (x + 0.5) / side->scale, (y + 0.5) / side->scale);
            paper->pixels[(size_t)(area.top + y) * (size_t)paper->width + (size_t)(area.left + x)] =
                drawing_gray(gray);
        }
    drawing_frame(
        paper, (struct area){area.left - 1, area.top - 1, area.width + 2, area.height + 2}, DRAWING_BLACK);
}

/* --- Marks ----------------------------------------------------------------------------------------------------- */

/* False where it does not lie on the picture. */
static bool find_place(const struct side *side, const json_t *minutia, struct place *place)
{
    const double across = json_number_value(json_object_get(minutia, "x"));
    const double down = json_number_value(json_object_get(minutia, "y"));
    if (minutia == NULL ||
        !(across >= 0 && across < side->picture.width && down >= 0 && down < side->picture.height))
        return false;
    *place = (struct place){
        side->area.left + (int)(across * side->scale), side->area.top + (int)(down * side->scale)};
    return true;
}

/* That far off in the minutia's direction. */
static struct place along(const json_t *minutia, struct place at, int distance)
{
    const double angle = (double)number_of(minutia, "direction") * 2 * acos(-1) / 256;
    return (struct place){
        at.x + (int)lround(cos(angle) * distance), at.y - (int)lround(sin(angle) * distance)};
}

static void draw_mark(
    const struct drawing *paper, const json_t *minutia, struct place at, int radius, uint8_t value)
{
    const struct place from = along(minutia, at, radius), to = along(minutia, at, radius + TICK_PX);
    /* White around it, to be seen on ridge and valley. */
    drawing_line(paper, from, to, 5, DRAWING_WHITE);
    drawing_ring(paper, at, radius - 2, radius + 1, DRAWING_WHITE);
    drawing_line(paper, from, to, 3, value);
    drawing_ring(paper, at, radius - 1, radius, value);
}

static bool is_marked(const struct side *side, const json_t *minutia)
{
    size_t i = 0;
    while (i < side->mark_count && side->marks[i].minutia != minutia)
        i++;
    return i < side->mark_count;
}

/* Where there is no picture, those that agree with none: minutiae are all that there is to see. */
static void draw_other_minutiae(const struct drawing *paper, const struct side *side)
{
    const json_t *minutia;
    size_t i;
    struct place at;
    if (side->picture.pixels != NULL)
        return;
    json_array_foreach(json_object_get(side->of->print, "minutiae"), i, minutia)
    {
        if (!is_marked(side, minutia) && find_place(side, minutia, &at))
            draw_mark(paper, minutia, at, FAINT_PX, DRAWING_ORANGE);
    }
}

static void number_text(size_t number, char text[static NUMBER_SIZE])
{
    snprintf(text, NUMBER_SIZE, "%zu", number);
}

/* The marks of the pairs, each with a label's size; where they go is found for all of them together. */
static enum reason find_marks(
    struct side *side, const json_t *pairs, const char *which, struct failure *failure)
{
    const json_t *minutiae = json_object_get(side->of->print, "minutiae"), *pair;
    const size_t room = json_array_size(pairs) + 1;
    char text[NUMBER_SIZE];
    size_t i;
    side->marks = calloc(room, sizeof *side->marks);
    side->labels = calloc(room, sizeof *side->labels);
    if (side->marks == NULL || side->labels == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "picture", NULL);
    json_array_foreach(pairs, i, pair)
    {
        const long long place = number_of(pair, which);
        const json_t *minutia = place >= 0 ? json_array_get(minutiae, (size_t)place) : NULL;
        struct label *label = &side->labels[side->mark_count];
        if (!find_place(side, minutia, &label->mark))
            continue;
        label->tip = along(minutia, label->mark, RADIUS_PX + TICK_PX);
        number_text(i + 1, text);
        label->box.width = letters_width(text, LABEL_SCALE) + 2 * LABEL_MARGIN_PX;
        label->box.height = LETTER_HIGH * LABEL_SCALE + 2 * LABEL_MARGIN_PX;
        side->marks[side->mark_count++] = (struct mark){minutia, i + 1};
    }
    const struct area area = side->area;
    labels_place(side->labels, side->mark_count,
        (struct area){area.left - BORDER_PX + 2, area.top - BORDER_PX + 2, area.width + 2 * BORDER_PX - 4,
            area.height + 2 * BORDER_PX - 4},
        RADIUS_PX);
    return REASON_DONE;
}

static void draw_label(const struct drawing *paper, const struct label *label, size_t number)
{
    char text[NUMBER_SIZE];
    number_text(number, text);
    drawing_fill(paper, label->box, DRAWING_WHITE);
    drawing_frame(paper, label->box, DRAWING_BLUE);
    letters_draw(paper, (struct place){label->box.left + LABEL_MARGIN_PX, label->box.top + LABEL_MARGIN_PX},
        LABEL_SCALE, text);
}

/* Lines below marks, and marks below labels. */
static void draw_marks(const struct drawing *paper, const struct side *side)
{
    for (size_t i = 0; i < side->mark_count; i++) {
        const struct place from = label_leader_begin(&side->labels[i], RADIUS_PX);
        const struct place to = label_leader_end(&side->labels[i]);
        drawing_line(paper, from, to, 3, DRAWING_WHITE);
        drawing_line(paper, from, to, 1, DRAWING_BLUE);
    }
    for (size_t i = 0; i < side->mark_count; i++)
        draw_mark(paper, side->marks[i].minutia, side->labels[i].mark, RADIUS_PX, DRAWING_BLUE);
    for (size_t i = 0; i < side->mark_count; i++)
        draw_label(paper, &side->labels[i], side->marks[i].number);
}

/* --- The paper ------------------------------------------------------------------------------------------------- */

static enum reason draw_side(const struct drawing *paper, struct side *side, const json_t *pairs,
    const char *which, struct failure *failure)
{
    TRY(find_marks(side, pairs, which, failure));
    draw_titles(paper, side);
    draw_picture(paper, side);
    draw_other_minutiae(paper, side);
    draw_marks(paper, side);
    return REASON_DONE;
}

static enum reason draw_sides(struct side sides[static SIDES], const json_t *comparison,
    struct locked_memory *png, struct failure *failure)
{
    static const char *const which[SIDES] = {"probe", "reference"};
    const json_t *pairs = json_object_get(comparison, "pairs");
    const double ppi = find_ppi(sides);
    struct drawing paper = {0};
    struct locked_memory pixels;
    struct sample_palette palette;
    enum reason reason = REASON_DONE;
    write_titles(sides, comparison);
    lay_out(sides, ppi, &paper);
    TRY(locked_memory_init(&pixels, (size_t)paper.width * (size_t)paper.height, failure));
    paper.pixels = pixels.bytes;
    memset(pixels.bytes, DRAWING_WHITE, pixels.size);
    for (size_t i = 0; i < SIDES && reason == REASON_DONE; i++) {
        reason = draw_side(&paper, &sides[i], pairs, which[i], failure);
        draw_bar(&paper, &sides[i], ppi);
    }
    drawing_palette(&palette);
    if (reason == REASON_DONE)
        reason = sample_encode_locked_drawing(paper.pixels, (uint32_t)paper.width, (uint32_t)paper.height,
            (uint32_t)lround(ppi), &palette, png, failure);
    locked_memory_finish(&pixels);
    return reason;
}

enum reason print_marks_draw(const struct marked_print *probe, const struct marked_print *reference,
    const json_t *comparison, struct locked_memory *png, struct failure *failure)
{
    struct side sides[SIDES];
    memset(png, 0, sizeof *png);
    memset(sides, 0, sizeof sides);
    sides[0].of = probe;
    sides[1].of = reference;
    enum reason reason = open_side(&sides[0], failure);
    if (reason == REASON_DONE)
        reason = open_side(&sides[1], failure);
    if (reason == REASON_DONE)
        reason = draw_sides(sides, comparison, png, failure);
    finish_side(&sides[0]);
    finish_side(&sides[1]);
    return reason;
}
