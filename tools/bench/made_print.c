#include "tools/bench/made_print.h"

#include <math.h>

#include "matcher/laboratory_internal.h"

#define PRINT_WIDTH  336 /* px at 500 ppi; multiples of a cell */
#define PRINT_HEIGHT 416

/* Ridge flow bends within some 100 px, as much as real prints' does. */
#define WAVE_HEIGHT 0.035
#define WAVE_NUMBER 0.06

/* Minutiae a px2: pairs that ridge flow doesn't ask for, and what is most altogether. */
#define PAIRS_ANYWHERE 0.2e-3
#define MINUTIAE_MOST  3.5e-3

/* px: where the other one of a pair lies, along the first one's direction. */
#define PARTNER_NEAR   4
#define PARTNER_FAR    26
#define PARTNER_ACROSS 4

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

/* Four uniform numbers are normal enough, and quick. */
static double normal(uint64_t *state)
{
    uint64_t random = next_random(state);
    double sum = 0;
    for (int i = 0; i < 4; i++, random >>= 16)
        sum += (double)(random & 0xffff) / 65536.0 - 0.5;
    return sum * 1.7320508075688772;
}

static uint64_t seed_of(uint64_t number, uint64_t impression)
{
    uint64_t state = UINT64_C(0x6b6f72646f6e) ^ number * UINT64_C(0x9fb21c651e98df25) ^
                     impression * UINT64_C(0xd6e8feb86659fd93);
    return next_random(&state);
}

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* --- Ridge flow --- */

/* atan2 to about a hundredth of a radian (less than a flow cell can hold), several times as fast. */
static double quick_atan2(double y, double x)
{
    double ax = fabs(x), ay = fabs(y);
    double ratio = ax > ay ? ay / (ax + 1e-9) : ax / (ay + 1e-9);
    double angle = ratio * (M_PI / 4 + 0.273 * (1 - ratio));
    if (ay > ax)
        angle = M_PI / 2 - angle;
    if (x < 0)
        angle = M_PI - angle;
    return y < 0 ? -angle : angle;
}

/* A sine as a parabola: smooth enough. */
static double quick_sine(double angle)
{
    double turns = angle / (2 * M_PI), part = turns - floor(turns);
    double side = part < 0.5 ? part : part - 0.5;
    return (part < 0.5 ? 16 : -16) * side * (0.5 - side);
}

struct point {
    double x, y;
};

/* Zero-pole model of ridge orientation (Sherlock, Monro 1993) with up to two cores and as many deltas; for
 * plain arches a hump. Waves bend all of it. */
#define WAVES 3
struct wave {
    double height, x, y, phase; /* radians; radians a px */
};

struct pattern {
    uint32_t pairs; /* of core and delta */
    struct point cores[2], deltas[2];
    double hump; /* radians; of plain arches */
    /* Round a core ridges turn faster on the side of the arches and slower on that of the legs. */
    double lean[2];
    struct point lean_axis;
    struct point centre;
    double tilt;
    struct wave waves[WAVES];
};

/* Shares of pattern types among people's fingers, about: 60 % loops, 26 % whorls, 7 % double loops, 4 % plain and 3 %
 * tented arches. */
static void make_pattern(struct pattern *pattern, uint64_t *random)
{
    struct point centre = {
        PRINT_WIDTH / 2.0 + normal(random) * 18, PRINT_HEIGHT / 2.0 - 30 + normal(random) * 35};
    *pattern = (struct pattern){.centre = centre, .tilt = normal(random) * 0.15};
    for (uint32_t i = 0; i < WAVES; i++)
        pattern->waves[i] = (struct wave){.height = normal(random) * WAVE_HEIGHT,
            .x = uniform(random, -WAVE_NUMBER, WAVE_NUMBER),
            .y = uniform(random, -WAVE_NUMBER, WAVE_NUMBER),
            .phase = uniform(random, 0, 2 * M_PI)};
    double axis = normal(random) * 0.3;
    pattern->lean_axis = (struct point){cos(axis), sin(axis)};
    pattern->lean[0] = uniform(random, 0.4, 0.8);
    pattern->lean[1] = -uniform(random, 0.4, 0.8);
    double type = uniform(random, 0, 1), side = (next_random(random) & 1) != 0 ? 1 : -1;
    if (type < 0.04) {
        pattern->hump = uniform(random, 0.5, 1.0);
    } else if (type < 0.07) {
        pattern->pairs = 1;
        pattern->cores[0] = centre;
        pattern->deltas[0] =
            (struct point){centre.x + normal(random) * 8, centre.y + uniform(random, 35, 80)};
    } else if (type < 0.67) {
        pattern->pairs = 1;
        pattern->cores[0] = centre;
        pattern->deltas[0] =
            (struct point){centre.x + side * uniform(random, 45, 140), centre.y + uniform(random, 70, 170)};
    } else {
        bool twin = type >= 0.93;
        double apart = twin ? uniform(random, 40, 80) : uniform(random, 8, 50);
        double turn = twin ? uniform(random, -0.9, 0.9) : M_PI / 2 + normal(random) * 0.25;
        struct point half = {cos(turn) * apart / 2, -sin(turn) * apart / 2};
        pattern->pairs = 2;
        pattern->cores[0] = (struct point){centre.x + half.x, centre.y + half.y};
        pattern->cores[1] = (struct point){centre.x - half.x, centre.y - half.y};
        pattern->deltas[0] =
            (struct point){centre.x - uniform(random, 70, 160), centre.y + uniform(random, 60, 160)};
        pattern->deltas[1] =
            (struct point){centre.x + uniform(random, 70, 160), centre.y + uniform(random, 60, 160)};
    }
}

/* In 1/256 half turns. */
static double orientation_at(const struct pattern *pattern, double x, double y)
{
    double turn = pattern->tilt;
    for (uint32_t i = 0; i < WAVES; i++)
        turn += pattern->waves[i].height *
                quick_sine(pattern->waves[i].x * x + pattern->waves[i].y * y + pattern->waves[i].phase);
    for (uint32_t i = 0; i < pattern->pairs; i++) {
        double dx = x - pattern->cores[i].x, dy = pattern->cores[i].y - y;
        double lean = pattern->lean[i] * (dx * pattern->lean_axis.x + dy * pattern->lean_axis.y) /
                      sqrt(dx * dx + dy * dy + 1);
        turn +=
            (quick_atan2(dy, dx) - lean - quick_atan2(pattern->deltas[i].y - y, x - pattern->deltas[i].x)) /
            2;
    }
    if (pattern->hump > 0) {
        double dx = (x - pattern->centre.x) / 90, dy = (y - pattern->centre.y - 40) / 130;
        turn -= pattern->hump * 1.65 * dx / (1 + dx * dx * dx * dx) / (1 + dy * dy);
    }
    return turn / M_PI * 256;
}

/* --- Contact area --- */

struct contact {
    struct point centre;
    double half_width, half_height;
};

static void make_contact(struct contact *contact, double cells, uint64_t *random)
{
    double shape = 1.28 + normal(random) * 0.1, radius = sqrt(cells * TEMPLATE_CELL * TEMPLATE_CELL / M_PI);
    contact->half_width = radius / sqrt(shape);
    contact->half_height = radius * sqrt(shape);
    contact->centre =
        (struct point){PRINT_WIDTH / 2.0 + normal(random) * 8, PRINT_HEIGHT / 2.0 + normal(random) * 15};
}

static bool is_inside(const struct contact *contact, double x, double y)
{
    double dx = (x - contact->centre.x) / contact->half_width,
           dy = (y - contact->centre.y) / contact->half_height;
    return dx * dx + dy * dy < 1 && x >= 0 && y >= 0 && x < PRINT_WIDTH && y < PRINT_HEIGHT;
}

/* --- Placement --- */

/* How an impression lies over the print's skin. */
struct placement {
    double cosine, sine, bend;
    struct point move;
    double turn; /* 1/256 turns, of directions from the print to the impression */
};

static const struct placement unmoved = {.cosine = 1};

static struct point from_impression(const struct placement *placement, double x, double y)
{
    double ix = x - PRINT_WIDTH / 2.0 - placement->move.x, iy = y - PRINT_HEIGHT / 2.0 - placement->move.y;
    ix -= placement->bend * iy * iy / 100;
    return (struct point){placement->cosine * ix - placement->sine * iy + PRINT_WIDTH / 2.0,
        placement->sine * ix + placement->cosine * iy + PRINT_HEIGHT / 2.0};
}

static struct point to_impression(const struct placement *placement, double x, double y)
{
    double px = x - PRINT_WIDTH / 2.0, py = y - PRINT_HEIGHT / 2.0;
    double ix = placement->cosine * px + placement->sine * py,
           iy = -placement->sine * px + placement->cosine * py;
    ix += placement->bend * iy * iy / 100;
    return (struct point){
        ix + PRINT_WIDTH / 2.0 + placement->move.x, iy + PRINT_HEIGHT / 2.0 + placement->move.y};
}

/* In 1/256 half turns, where the impression shows that skin. */
static double orientation_seen(
    const struct pattern *pattern, const struct placement *placement, double x, double y)
{
    struct point skin = from_impression(placement, x, y);
    return orientation_at(pattern, skin.x, skin.y) + 2 * placement->turn;
}

/* The first cell that a stretch from centre - half on reaches, and how many it reaches. */
static void cells_of(double centre, double half, uint32_t most, uint8_t *first, uint8_t *count)
{
    uint32_t low = (uint32_t)(clamp(centre - half, 0, most * TEMPLATE_CELL - 1) / TEMPLATE_CELL);
    uint32_t high = (uint32_t)(clamp(centre + half, 0, most * TEMPLATE_CELL - 1) / TEMPLATE_CELL);
    *first = (uint8_t)low;
    *count = (uint8_t)(high - low + 1);
}

static void make_flow(struct template_content *content, const struct pattern *pattern,
    const struct contact *contact, const struct placement *placement)
{
    struct template_flow *flow = &content->flow;
    cells_of(contact->centre.x, contact->half_width, PRINT_WIDTH / TEMPLATE_CELL, &flow->first_column,
        &flow->columns);
    cells_of(
        contact->centre.y, contact->half_height, PRINT_HEIGHT / TEMPLATE_CELL, &flow->first_row, &flow->rows);
    for (uint32_t row = 0; row < flow->rows; row++)
        for (uint32_t column = 0; column < flow->columns; column++) {
            double x = (flow->first_column + column + 0.5) * TEMPLATE_CELL,
                   y = (flow->first_row + row + 0.5) * TEMPLATE_CELL;
            if (!is_inside(contact, x, y))
                continue;
            double orientation = orientation_seen(pattern, placement, x, y);
            flow->cells[row * flow->columns + column] =
                template_flow_cell((uint8_t)(int32_t)floor(orientation));
        }
}

/* --- Minutiae --- */

static void add_minutia(
    struct template_content *content, double x, double y, uint8_t direction, uint8_t type, uint64_t *random)
{
    double quality = 55 - fabs(normal(random)) * 9 - (uniform(random, 0, 1) < 0.1 ? 15 : 0);
    content->minutiae[content->minutiae_count++] = (struct template_minutia){.x = (uint16_t)(x * 8),
        .y = (uint16_t)(y * 8),
        .direction = direction,
        .type = type,
        .quality = (uint8_t)clamp(quality, 14, 60)};
}

static bool has_room(const struct template_content *content, double x, double y)
{
    for (uint32_t i = 0; i < content->minutiae_count; i++) {
        double dx = content->minutiae[i].x / 8.0 - x, dy = content->minutiae[i].y / 8.0 - y;
        if (dx * dx + dy * dy < 4 * 4)
            return false;
    }
    return true;
}

/* 0 outside of what is known. */
static uint8_t cell_at(const struct template_flow *flow, int32_t column, int32_t row)
{
    if (column < 0 || row < 0 || column >= flow->columns || row >= flow->rows)
        return 0;
    return flow->cells[row * flow->columns + column];
}

/* How much ridges spread along their direction, which is the cell's orientation: radians a px. */
static double divergence_at(const struct template_flow *flow, int32_t column, int32_t row)
{
    uint8_t left = cell_at(flow, column - 1, row), right = cell_at(flow, column + 1, row);
    uint8_t above = cell_at(flow, column, row - 1), below = cell_at(flow, column, row + 1);
    if (left == 0 || right == 0 || above == 0 || below == 0)
        return 0;
    double angle = cell_at(flow, column, row) * M_PI / 256, scale = M_PI / 256 / (2 * TEMPLATE_CELL);
    return cos(angle) * (int8_t)(above - below) * scale - sin(angle) * (int8_t)(right - left) * scale;
}

/* The other end of what a minutia begins that ridge flow doesn't ask for: a short ridge, a bridge, a break. */
static void add_partner(struct template_content *content, const struct contact *contact, uint64_t *random)
{
    const struct template_minutia *first = &content->minutiae[content->minutiae_count - 1];
    double angle = first->direction * M_PI / 128, along = uniform(random, PARTNER_NEAR, PARTNER_FAR),
           across = normal(random) * PARTNER_ACROSS;
    double x = first->x / 8.0 + along * cos(angle) - across * sin(angle),
           y = first->y / 8.0 - along * sin(angle) - across * cos(angle);
    if (is_inside(contact, x, y) && has_room(content, x, y))
        add_minutia(content, x, y, (uint8_t)(first->direction + 128 + lround(normal(random) * 7)),
            1 + (next_random(random) & 1), random);
}

/* Where ridges spread, new ones must come in between, and each begins at a minutia that points that way: so
 * many more minutiae point with the spread than against it as there are ridges too few. Others come in pairs
 * that point at each other. (Measured: where ridge flow diverges by d radians a px, 0.95 d / period minutiae a
 * px2 more point with it.) */
static void add_minutiae(
    struct template_content *content, const struct contact *contact, uint32_t wanted, uint64_t *random)
{
    const struct template_flow *flow = &content->flow;
    for (uint32_t tries = 0; content->minutiae_count < wanted && tries < 100 * wanted; tries++) {
        double x = contact->centre.x + contact->half_width * uniform(random, -1, 1);
        double y = contact->centre.y + contact->half_height * uniform(random, -1, 1);
        if (!is_inside(contact, x, y))
            continue;
        int32_t column = (int32_t)x / TEMPLATE_CELL - flow->first_column,
                row = (int32_t)y / TEMPLATE_CELL - flow->first_row;
        double divergence = divergence_at(flow, column, row);
        double forced = fabs(divergence) * 0.95 / (content->period / 8.0);
        double choice = uniform(random, 0, MINUTIAE_MOST);
        if (choice > forced + PAIRS_ANYWHERE || !has_room(content, x, y))
            continue;
        bool paired = choice > forced;
        bool with = paired ? (next_random(random) & 1) != 0 : divergence > 0;
        double along = cell_at(flow, column, row) / 2.0 + normal(random) * 5;
        uint8_t direction = (uint8_t)((int32_t)floor(along) + (with ? 0 : 128));
        add_minutia(content, x, y, direction, 1 + (next_random(random) & 1), random);
        if (paired && content->minutiae_count < MATCHER_MINUTIAE_MAX)
            add_partner(content, contact, random);
    }
}

/* --- A print --- */

static void make_print(struct template_content *content, struct pattern *pattern, uint64_t number)
{
    uint64_t random = seed_of(number, 0);
    struct contact contact;
    make_pattern(pattern, &random);
    double cells = clamp(290 + normal(&random) * 70, 90, 460);
    make_contact(&contact, cells, &random);
    *content = (struct template_content){.width = PRINT_WIDTH,
        .height = PRINT_HEIGHT,
        .quality = (uint8_t)clamp(68 + normal(&random) * 13, 20, 95),
        .period = (uint8_t)clamp(67 + normal(&random) * 5, 45, 90)};
    make_flow(content, pattern, &contact, &unmoved);
    double minutiae = cells * 0.146 * exp(normal(&random) * 0.28);
    add_minutiae(content, &contact, (uint32_t)clamp(minutiae, 8, 120), &random);
}

enum reason made_print(uint64_t number, struct matcher_template *template, struct failure *failure)
{
    struct template_content content;
    struct pattern pattern;
    make_print(&content, &pattern, number);
    return matcher_template_pack(&content, template, failure);
}

/* --- An impression of it --- */

static void move_minutiae(struct template_content *content, const struct template_content *from,
    const struct contact *contact, const struct placement *placement, uint64_t *random)
{
    for (uint32_t i = 0; i < from->minutiae_count; i++) {
        const struct template_minutia *minutia = &from->minutiae[i];
        struct point place = to_impression(placement, minutia->x / 8.0, minutia->y / 8.0);
        place.x += normal(random) * 1.5;
        place.y += normal(random) * 1.5;
        if (uniform(random, 0, 1) < 0.2 || !is_inside(contact, place.x, place.y))
            continue;
        bool other_type = uniform(random, 0, 1) < 0.15;
        add_minutia(content, place.x, place.y,
            (uint8_t)(minutia->direction + lround(placement->turn + normal(random) * 5)),
            other_type ? 3 - minutia->type : minutia->type, random);
    }
}

enum reason made_impression(
    uint64_t number, uint32_t impression, struct matcher_template *template, struct failure *failure)
{
    struct template_content print, content;
    struct pattern pattern;
    struct contact contact;
    make_print(&print, &pattern, number);
    uint64_t random = seed_of(number, impression);
    double turn = uniform(&random, -25, 25) * M_PI / 180;
    struct placement placement = {.cosine = cos(turn),
        .sine = sin(turn),
        .bend = normal(&random) * 0.05,
        .move = {uniform(&random, -30, 30), uniform(&random, -40, 40)},
        .turn = turn / (2 * M_PI) * 256};
    double cells = clamp(290 + normal(&random) * 70, 90, 460);
    make_contact(&contact, cells, &random);
    content = (struct template_content){
        .width = PRINT_WIDTH, .height = PRINT_HEIGHT, .quality = print.quality, .period = print.period};
    make_flow(&content, &pattern, &contact, &placement);
    move_minutiae(&content, &print, &contact, &placement, &random);
    uint32_t strangers = (uint32_t)(cells * 0.146 * 0.15);
    add_minutiae(&content, &contact, content.minutiae_count + strangers, &random);
    return matcher_template_pack(&content, template, failure);
}
