#include "tools/kordonctl/label_places.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define DIRECTIONS 16
#define NEAR_PX    4  /* between a mark and a label beside it */
#define STEP_PX    9  /* how much further off it is tried next */
#define STEPS      16 /* further off than that it may be anywhere */
#define GRID_PX    6
#define SPACE_PX   3 /* what is left free around a label */

/* Those that have a place already stand before number. */
struct placing {
    const struct label *labels;
    size_t count, number;
    struct area within;
    int radius;
};

static int between(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

static struct place nearest_in(struct area box, struct place to)
{
    return (struct place){
        between(to.x, box.left, box.left + box.width - 1), between(to.y, box.top, box.top + box.height - 1)};
}

static bool is_within(struct place one, struct place other, int distance)
{
    const int across = one.x - other.x, down = one.y - other.y;
    return across * across + down * down <= distance * distance;
}

static bool boxes_meet(struct area one, struct area other)
{
    return one.left < other.left + other.width + SPACE_PX && other.left < one.left + one.width + SPACE_PX &&
           one.top < other.top + other.height + SPACE_PX && other.top < one.top + one.height + SPACE_PX;
}

struct place label_leader_end(const struct label *label)
{
    return nearest_in(label->box, label->mark);
}

struct place label_leader_begin(const struct label *label, int radius)
{
    const struct place end = label_leader_end(label);
    const double across = end.x - label->mark.x, down = end.y - label->mark.y;
    const double length = hypot(across, down);
    if (length <= radius)
        return end;
    return (struct place){label->mark.x + (int)lround(across * radius / length),
        label->mark.y + (int)lround(down * radius / length)};
}

/* Whether a label's line comes within that distance of the box's nearest point to each of its own. */
static bool leader_meets(const struct label *label, int radius, struct area box, int distance)
{
    const struct place from = label_leader_begin(label, radius), to = label_leader_end(label);
    const int across = to.x - from.x, down = to.y - from.y;
    const int steps = abs(across) > abs(down) ? abs(across) : abs(down);
    for (int i = 0; i <= steps; i++) {
        const struct place at = {
            from.x + (steps > 0 ? across * i / steps : 0), from.y + (steps > 0 ? down * i / steps : 0)};
        if (is_within(at, nearest_in(box, at), distance))
            return true;
    }
    return false;
}

static bool lies_inside(struct area box, struct area within)
{
    return box.left >= within.left && box.top >= within.top &&
           box.left + box.width <= within.left + within.width &&
           box.top + box.height <= within.top + within.height;
}

/* Neither on a mark nor on a label that has its place. */
static bool is_free(const struct placing *placing, struct area box)
{
    if (!lies_inside(box, placing->within))
        return false;
    for (size_t i = 0; i < placing->count; i++)
        if (is_within(nearest_in(box, placing->labels[i].mark), placing->labels[i].mark,
                placing->radius + SPACE_PX) ||
            (i < placing->number && boxes_meet(box, placing->labels[i].box)))
            return false;
    return true;
}

static bool hides_tip(const struct label *label, struct area box)
{
    return is_within(nearest_in(box, label->tip), label->tip, SPACE_PX);
}

/* Its line crosses no label and no mark, it lies on no line, and hides no mark's direction. */
static bool is_readable(const struct placing *placing, struct area box)
{
    const struct label tried = {.mark = placing->labels[placing->number].mark, .box = box};
    for (size_t i = 0; i < placing->count; i++) {
        const struct label *other = &placing->labels[i];
        const struct area mark = {other->mark.x, other->mark.y, 1, 1};
        if (hides_tip(other, box))
            return false;
        if (i != placing->number && leader_meets(&tried, placing->radius, mark, placing->radius + 1))
            return false;
        if (i < placing->number && (leader_meets(&tried, placing->radius, other->box, 1) ||
                                       leader_meets(other, placing->radius, box, 1)))
            return false;
    }
    return true;
}

/* The angle away from the middle of all marks: labels that go outwards leave room to the others. */
static double outward(const struct placing *placing)
{
    const struct place mark = placing->labels[placing->number].mark;
    double across = 0, down = 0;
    for (size_t i = 0; i < placing->count; i++) {
        across += mark.x - placing->labels[i].mark.x;
        down += mark.y - placing->labels[i].mark.y;
    }
    return across != 0 || down != 0 ? atan2(down, across) : 0;
}

/* That far off at that angle: the box's side that is nearest to the mark lies there. */
static struct area box_at(const struct label *label, double angle, double distance)
{
    const double across = cos(angle), down = sin(angle);
    const double reach = distance + fabs(across) * label->box.width / 2 + fabs(down) * label->box.height / 2;
    return (struct area){label->mark.x + (int)lround(across * reach) - label->box.width / 2,
        label->mark.y + (int)lround(down * reach) - label->box.height / 2, label->box.width,
        label->box.height};
}

/* From near to far, and at each distance from outward on to both sides. */
static bool find_beside(const struct placing *placing, bool readable, struct area *box)
{
    const struct label *label = &placing->labels[placing->number];
    const double first = outward(placing), turn = 2 * acos(-1) / DIRECTIONS;
    for (int step = 0; step < STEPS; step++)
        for (int i = 0; i < DIRECTIONS; i++) {
            const int side = i % 2 == 0 ? i / 2 : -(i + 1) / 2;
            *box = box_at(label, first + side * turn, placing->radius + NEAR_PX + step * STEP_PX);
            if (is_free(placing, *box) && (!readable || is_readable(placing, *box)))
                return true;
        }
    return false;
}

/* The free place nearest to the mark, wherever it is. */
static bool find_anywhere(const struct placing *placing, struct area *box)
{
    const struct label *label = &placing->labels[placing->number];
    const struct area within = placing->within;
    long long least = -1;
    struct area tried = label->box;
    for (tried.top = within.top; tried.top <= within.top + within.height - tried.height; tried.top += GRID_PX)
        for (tried.left = within.left; tried.left <= within.left + within.width - tried.width;
             tried.left += GRID_PX) {
            const struct place near = nearest_in(tried, label->mark);
            const long long across = near.x - label->mark.x, down = near.y - label->mark.y;
            const long long far = across * across + down * down;
            if ((least < 0 || far < least) && is_free(placing, tried)) {
                least = far;
                *box = tried;
            }
        }
    return least >= 0;
}

static struct area find_place(const struct placing *placing)
{
    const struct label *label = &placing->labels[placing->number];
    const struct area within = placing->within;
    struct area box;
    if (find_beside(placing, true, &box) || find_beside(placing, false, &box) || find_anywhere(placing, &box))
        return box;
    box = box_at(label, 0, placing->radius + NEAR_PX);
    box.left = between(box.left, within.left, within.left + within.width - box.width);
    box.top = between(box.top, within.top, within.top + within.height - box.height);
    return box;
}

void labels_place(struct label *labels, size_t count, struct area within, int radius)
{
    for (size_t i = 0; i < count; i++) {
        const struct placing placing = {labels, count, i, within, radius};
        labels[i].box = find_place(&placing);
    }
}
