#include "tools/bench/made_print.h"

#include <math.h>

#include "matcher/template.h"

#define PRINT_WIDTH  336 /* px at 500 ppi; multiples of a cell */
#define PRINT_HEIGHT 416

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

struct point {
    double x, y;
};

/* Zero-pole model of ridge orientation (Sherlock, Monro 1993) with up to two cores and as many deltas; for
 * plain arches a hump. A slow wave bends all of it. */
struct pattern {
    uint32_t pairs; /* of core and delta */
    struct point cores[2], deltas[2];
    double hump; /* radians; of plain arches */
    struct point centre;
    double tilt, wave, wave_x, wave_y, wave_phase;
};

/* Shares of pattern types among people's fingers, about: 60 % loops, 26 % whorls, 7 % double loops, 4 % plain and 3 %
 * tented arches. */
static void make_pattern(struct pattern *pattern, uint64_t *random)
{
    struct point centre = {
        PRINT_WIDTH / 2.0 + normal(random) * 18, PRINT_HEIGHT / 2.0 - 30 + normal(random) * 35};
    *pattern = (struct pattern){.centre = centre,
        .tilt = normal(random) * 0.15,
        .wave = normal(random) * 0.08,
        .wave_x = uniform(random, -0.03, 0.03),
        .wave_y = uniform(random, -0.03, 0.03),
        .wave_phase = uniform(random, 0, 2 * M_PI)};
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
        struct point half = {cos(turn) * apart / 2, sin(turn) * apart / 2};
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
    double turn = pattern->tilt +
                  pattern->wave *
                      quick_atan2(sin(pattern->wave_x * x + pattern->wave_y * y + pattern->wave_phase), 0.5);
    for (uint32_t i = 0; i < pattern->pairs; i++)
        turn += (quick_atan2(pattern->cores[i].y - y, x - pattern->cores[i].x) -
                    quick_atan2(pattern->deltas[i].y - y, x - pattern->deltas[i].x)) /
                2;
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

/* The nearest minutia's index and the square of its distance. */
static uint32_t nearest(const struct template_content *content, double x, double y, double *distance)
{
    uint32_t found = 0;
    *distance = 1e9;
    for (uint32_t i = 0; i < content->minutiae_count; i++) {
        double dx = content->minutiae[i].x / 8.0 - x, dy = content->minutiae[i].y / 8.0 - y;
        if (dx * dx + dy * dy < *distance) {
            *distance = dx * dx + dy * dy;
            found = i;
        }
    }
    return found;
}

/* Directions lie along the flow, either way; near neighbours point the same way a little more often. */
static void add_minutiae(struct template_content *content, const struct pattern *pattern,
    const struct contact *contact, const struct placement *placement, uint32_t wanted, uint64_t *random)
{
    for (uint32_t tries = 0; content->minutiae_count < wanted && tries < 40 * wanted; tries++) {
        double x = contact->centre.x + contact->half_width * uniform(random, -1, 1);
        double y = contact->centre.y + contact->half_height * uniform(random, -1, 1), distance;
        if (!is_inside(contact, x, y))
            continue;
        uint32_t neighbour = nearest(content, x, y, &distance);
        if (distance < 8 * 8)
            continue;
        double along = orientation_seen(pattern, placement, x, y) / 2 + normal(random) * 5;
        uint8_t direction = (uint8_t)(int32_t)floor(along);
        uint64_t coin = next_random(random);
        bool back = (coin & 1) != 0;
        if (distance < 30 * 30 && coin >> 32 < UINT32_MAX / 5)
            back = (uint8_t)(direction - content->minutiae[neighbour].direction + 64) > 128;
        direction = (uint8_t)(direction + (back ? 128 : 0));
        add_minutia(content, x, y, direction, coin >> 8 & 1, random);
        content->minutiae[content->minutiae_count - 1].type++;
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
    add_minutiae(content, pattern, &contact, &unmoved, (uint32_t)clamp(minutiae, 8, 120), &random);
}

enum reason made_print(uint64_t number, struct matcher_template *template, struct failure *failure)
{
    struct template_content content;
    struct pattern pattern;
    make_print(&content, &pattern, number);
    return template_pack(&content, template, failure);
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
    add_minutiae(&content, &pattern, &contact, &placement, content.minutiae_count + strangers, &random);
    return template_pack(&content, template, failure);
}
