/* flow.c: the ridge flow as the calmest field that has given singular points and a given boundary.
 *
 * Each core turns the flow by half a turn, each delta by half a turn back (Sherlock and Monro). What is
 * left over is taken to be harmonic: on the finger's outline ridges run as they do on every finger, over
 * the tip as an arch, steep along the sides, level at the joint, and inside Laplace's equation spreads the
 * difference evenly, as growing skin would. Slow random waves on top make each finger's flow its own.
 */
#include "tools/synth/flow.h"

#include <math.h>

#include "tools/synth/exact_math.h"
#include "tools/synth/period.h"

enum { COLUMNS = FLOW_WIDTH / FLOW_STEP + 1, ROWS = FLOW_HEIGHT / FLOW_STEP + 1 };

#define DEGREES (EXACT_PI / 180)

/* Shares among people of all fingers together (Wilson, Candela, Watson 1993). */
static const double class_shares[SYNTH_CLASS_COUNT] = {
    [SYNTH_ARCH] = 0.037,
    [SYNTH_TENTED_ARCH] = 0.029,
    [SYNTH_LEFT_LOOP] = 0.338,
    [SYNTH_RIGHT_LOOP] = 0.317,
    [SYNTH_WHORL] = 0.279,
};

const char *synth_class_name(enum synth_class class)
{
    static const char *const names[SYNTH_CLASS_COUNT] = {
        [SYNTH_ARCH] = "arch",
        [SYNTH_TENTED_ARCH] = "tented arch",
        [SYNTH_LEFT_LOOP] = "left loop",
        [SYNTH_RIGHT_LOOP] = "right loop",
        [SYNTH_WHORL] = "whorl",
    };
    return (unsigned)class < SYNTH_CLASS_COUNT ? names[class] : "unknown";
}

enum synth_class synth_class_of(uint64_t seed, uint32_t finger)
{
    struct random random;
    random_init(&random, seed, finger, 0, RANDOM_CLASS);
    double drawn = random_unit(&random);
    unsigned class = 0;
    while (class < SYNTH_CLASS_COUNT - 1 && drawn >= class_shares[class])
        drawn -= class_shares[class ++];
    return class;
}

/* How the ridges run along the outline, in radians, and what turns them besides in the midst. */
struct outline {
    double left, right; /* steepest along each side */
    double lift;        /* where along the height the sides have become level, 0 bottom to 1 top */
    double tilt;        /* of the whole tip */
    double swirl;       /* turns the flow round the core: makes loops upright, circles spirals */
    double hump;        /* an arch's rise in the middle, on both of its sides */
};

/* C leaves the order of draws within one expression open: each draw is a statement of its own. */
static struct flow_point draw_point(
    struct random *random, double x_low, double x_high, double y_low, double y_high)
{
    double x = random_between(random, x_low, x_high);
    double y = random_between(random, y_low, y_high);
    return (struct flow_point){x, y};
}

static void place_loop(struct flow *flow, struct random *random, double side)
{
    struct flow_point core = draw_point(random, -34, 20, 190, 280);
    struct flow_point away = draw_point(random, 45, 130, 75, 185);
    core.x = FLOW_WIDTH / 2.0 + side * core.x;
    flow->pairs = 1;
    flow->cores[0] = core;
    flow->deltas[0] = (struct flow_point){core.x + side * away.x, core.y + away.y};
}

static void place_whorl(struct flow *flow, struct random *random)
{
    /* Most whorls are round; some are long, or two loops wound about each other. */
    double apart = random_between(random, 14, 36);
    if (random_unit(random) < 0.35)
        apart += random_between(random, 0, 50);
    double lean = random_between(random, -50, 50) * DEGREES;
    struct flow_point middle = draw_point(random, FLOW_WIDTH / 2.0 - 22, FLOW_WIDTH / 2.0 + 22, 215, 290);
    double across = apart / 2 * exact_sin(lean), down = apart / 2 * exact_cos(lean);
    flow->pairs = 2;
    flow->cores[0] = (struct flow_point){middle.x - across, middle.y - down};
    flow->cores[1] = (struct flow_point){middle.x + across, middle.y + down};
    for (int i = 0; i < 2; i++) {
        double side = (i == 0) == (across >= 0) ? -1 : 1;
        struct flow_point away = draw_point(random, 75, 140, 75, 165);
        flow->deltas[i] = (struct flow_point){middle.x + side * away.x, middle.y + away.y};
    }
}

static void place_tented_arch(struct flow *flow, struct random *random)
{
    struct flow_point core = draw_point(random, FLOW_WIDTH / 2.0 - 20, FLOW_WIDTH / 2.0 + 20, 220, 285);
    struct flow_point away = draw_point(random, -14, 14, 40, 120);
    flow->pairs = 1;
    flow->cores[0] = core;
    flow->deltas[0] = (struct flow_point){core.x + away.x, core.y + away.y};
}

static double place_swirl(const struct flow *flow, struct random *random)
{
    switch (flow->class) {
    case SYNTH_LEFT_LOOP:
        return random_between(random, -8, 34);
    case SYNTH_RIGHT_LOOP:
        return -random_between(random, -8, 34);
    case SYNTH_WHORL:
        return random_between(random, -22, 22);
    case SYNTH_ARCH:
    case SYNTH_TENTED_ARCH:
    case SYNTH_CLASS_COUNT:
        break;
    }
    return 0;
}

static struct outline place_points(struct flow *flow, struct random *random)
{
    double steep = random_between(random, 54, 80);
    switch (flow->class) {
    case SYNTH_ARCH:
        steep = random_between(random, 30, 48);
        break;
    case SYNTH_TENTED_ARCH:
        steep = random_between(random, 48, 62);
        place_tented_arch(flow, random);
        break;
    case SYNTH_LEFT_LOOP:
        place_loop(flow, random, 1);
        break;
    case SYNTH_RIGHT_LOOP:
        place_loop(flow, random, -1);
        break;
    case SYNTH_WHORL:
    case SYNTH_CLASS_COUNT:
        place_whorl(flow, random);
        break;
    }
    struct outline outline = {0};
    outline.left = (steep + random_between(random, -9, 9)) * DEGREES;
    outline.right = (steep + random_between(random, -9, 9)) * DEGREES;
    outline.lift = random_between(random, 0.06, 0.26);
    outline.tilt = random_between(random, -7, 7) * DEGREES;
    outline.swirl = place_swirl(flow, random) * DEGREES;
    if (flow->class == SYNTH_ARCH)
        outline.hump = random_between(random, 14, 34) * DEGREES;
    return outline;
}

static double ease(double t)
{
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return t * t * (3 - 2 * t);
}

/* across -1..1 left to right, up 0..1 bottom to top, a point of the outline. */
static double outline_angle(const struct outline *outline, double across, double up)
{
    double steepest = across < 0 ? outline->left : outline->right;
    double along_side = ease((up - outline->lift) / 0.42) * (1 - 0.35 * ease((up - 0.62) / 0.38));
    double over_tip = across * (0.6 + 0.4 * across * across);
    return -steepest * along_side * over_tip + outline->tilt * up;
}

/* Half the turn of all singular points at (x, y), without a jump except on the lines from core to delta. */
static double singular_angle(const struct flow *flow, double x, double y)
{
    double sum = 0;
    for (int i = 0; i < flow->pairs; i++) {
        double cx = x - flow->cores[i].x, cy = flow->cores[i].y - y;
        double dx = x - flow->deltas[i].x, dy = flow->deltas[i].y - y;
        sum += exact_atan2(cy * dx - cx * dy, cx * dx + cy * dy);
    }
    return sum / 2;
}

/* Round a core alone ridges are parabolas; real ones run back side by side, as hairpins. The turn is drawn
 * together on the bend's side, fading with the distance. */
static double hairpin_angle(const struct flow *flow, double x, double y)
{
    const double reach = 62; /* px */
    double sum = 0;
    for (int i = 0; i < flow->pairs; i++) {
        double right = x - flow->cores[i].x, up = flow->cores[i].y - y;
        double square = right * right + up * up;
        double near = 1 / (1 + square / (reach * reach));
        double cross = flow->axes[i].x * up - flow->axes[i].y * right;
        sum += near * near * cross / sqrt(square + 1);
    }
    return flow->bend * sum;
}

static void set_boundary(struct flow *flow, const struct outline *outline)
{
    for (int row = 0; row < ROWS; row++)
        for (int column = 0; column < COLUMNS; column++) {
            if (row != 0 && row != ROWS - 1 && column != 0 && column != COLUMNS - 1)
                continue;
            double across = 2.0 * column / (COLUMNS - 1) - 1, up = 1 - (double)row / (ROWS - 1);
            plane_row(&flow->smooth, row)[column] =
                (float)(outline_angle(outline, across, up) -
                        singular_angle(flow, column * FLOW_STEP, row * FLOW_STEP));
        }
}

/* Laplace's equation by successive over-relaxation; the factor is the best one for a square of this side. */
static void spread_boundary(struct plane *plane)
{
    const float over = (float)(2 / (1 + EXACT_PI / COLUMNS));
    for (int round = 0; round < 180; round++)
        for (int y = 1; y < plane->height - 1; y++) {
            float *row = plane_row(plane, y), *above = plane_row(plane, y - 1),
                  *below = plane_row(plane, y + 1);
            for (int x = 1; x < plane->width - 1; x++)
                row[x] += over * ((row[x - 1] + row[x + 1] + above[x] + below[x]) / 4 - row[x]);
        }
}

/* Adds what turns the flow in the midst and leaves the outline as it is. */
static void bend_middle(struct flow *flow, const struct outline *outline)
{
    const double wide = 75, high = 85; /* deviations, px */
    struct flow_point middle = {FLOW_WIDTH / 2.0, 0.56 * FLOW_HEIGHT};
    if (flow->pairs > 0)
        middle = flow->cores[0];
    for (int row = 0; row < ROWS; row++)
        for (int column = 0; column < COLUMNS; column++) {
            double x = (column * FLOW_STEP - middle.x) / wide, y = (row * FLOW_STEP - middle.y) / high;
            double near = exact_exp(-(x * x + y * y) / 2);
            plane_row(&flow->smooth, row)[column] +=
                (float)(near * (outline->swirl - outline->hump * 1.6 * x));
        }
}

static double smooth_angle(const struct flow *flow, double x, double y)
{
    return plane_at(&flow->smooth, (float)(x / FLOW_STEP), (float)(y / FLOW_STEP));
}

/* A core's bend points to where the flow crosses its own direction from the core at a right angle. */
static void find_axes(struct flow *flow)
{
    for (int i = 0; i < flow->pairs; i++) {
        struct flow_point core = flow->cores[i];
        /* One pixel to the right of the core its own share of the angle is zero. */
        double axis =
            2 * (singular_angle(flow, core.x + 1, core.y) + smooth_angle(flow, core.x, core.y)) - EXACT_PI;
        flow->axes[i] = (struct flow_point){exact_cos(axis), exact_sin(axis)};
    }
}

enum reason flow_init(struct flow *flow, uint64_t seed, uint32_t finger, struct failure *failure)
{
    *flow = (struct flow){.class = synth_class_of(seed, finger)};
    struct random random;
    random_init(&random, seed, finger, 0, RANDOM_FLOW);
    enum reason reason = plane_init(&flow->smooth, COLUMNS, ROWS, failure);
    if (reason == REASON_DONE)
        reason = plane_init(&flow->period, COLUMNS, ROWS, failure);
    if (reason == REASON_DONE) {
        struct outline outline = place_points(flow, &random);
        set_boundary(flow, &outline);
        spread_boundary(&flow->smooth);
        bend_middle(flow, &outline);
        reason = plane_add_noise(&flow->smooth, &random, 12, 7 * DEGREES, failure);
    }
    if (reason == REASON_DONE)
        reason = plane_add_noise(&flow->smooth, &random, 5, 2.5 * DEGREES, failure);
    if (reason == REASON_DONE) {
        flow->bend = flow->class == SYNTH_TENTED_ARCH ? 0 : random_between(&random, 0.25, 0.6);
        find_axes(flow);
    }
    if (reason == REASON_DONE)
        reason = period_set(flow, &random, failure);
    if (reason != REASON_DONE)
        flow_finish(flow);
    return reason;
}

void flow_finish(struct flow *flow)
{
    plane_finish(&flow->smooth);
    plane_finish(&flow->period);
}

double flow_angle(const struct flow *flow, double x, double y)
{
    return singular_angle(flow, x, y) + hairpin_angle(flow, x, y) + smooth_angle(flow, x, y);
}

double flow_period(const struct flow *flow, double x, double y)
{
    return plane_at(&flow->period, (float)(x / FLOW_STEP), (float)(y / FLOW_STEP));
}
