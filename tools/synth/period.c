/* period.c: ridges that run apart get wider before they make room for new ones.
 *
 * Where the flow spreads, either the period grows along the ridges or ridges begin. Were the period
 * independent of the flow, two fingers of one class would have to have their minutiae in like places and
 * pointing alike, far more than people's fingers do. The logarithm u of the period minimises
 *     (t . grad u - div t)^2 + STIFFNESS (u - u0)^2
 * over the finger, t the ridges' direction and u0 the finger's own slow variation; it is found by descent.
 */
#include "tools/synth/period.h"

#include "tools/synth/exact_math.h"

#define ROUNDS    160
#define STEP      0.22f  /* of the descent; stable below 1/4 */
#define STIFFNESS 0.012f /* in 1/FLOW_STEP^2: the period follows the flow over about 9 steps */
#define BLUR      0.06f  /* keeps neighbouring values from coming apart */

/* The divergence near a singular point has no bound: per FLOW_STEP. */
#define SPREAD_MAX 0.20f

#define STRETCH_MAX 0.28f /* of u from u0 */

/* t t^T and t (div t), one value each FLOW_STEP: both the same for t and -t. */
struct tensor {
    struct plane xx, xy, yy;
    struct plane spread_x, spread_y;
    struct plane flux_x, flux_y;
};

static void tensor_finish(struct tensor *tensor)
{
    plane_finish(&tensor->xx);
    plane_finish(&tensor->xy);
    plane_finish(&tensor->yy);
    plane_finish(&tensor->spread_x);
    plane_finish(&tensor->spread_y);
    plane_finish(&tensor->flux_x);
    plane_finish(&tensor->flux_y);
}

static enum reason tensor_init(struct tensor *tensor, const struct plane *like, struct failure *failure)
{
    struct plane *planes[] = {&tensor->xx, &tensor->xy, &tensor->yy, &tensor->spread_x, &tensor->spread_y,
        &tensor->flux_x, &tensor->flux_y};
    enum reason reason = REASON_DONE;
    for (unsigned i = 0; i < sizeof planes / sizeof planes[0] && reason == REASON_DONE; i++)
        reason = plane_init(planes[i], like->width, like->height, failure);
    return reason;
}

static float slope_x(const struct plane *plane, int x, int y)
{
    int left = x > 0 ? x - 1 : x, right = x + 1 < plane->width ? x + 1 : x;
    const float *row = plane_row(plane, y);
    return (row[right] - row[left]) / (float)(right - left);
}

static float slope_y(const struct plane *plane, int x, int y)
{
    int above = y > 0 ? y - 1 : y, below = y + 1 < plane->height ? y + 1 : y;
    return (plane_row(plane, below)[x] - plane_row(plane, above)[x]) / (float)(below - above);
}

static float limited(float value, float limit)
{
    return value < -limit ? -limit : value > limit ? limit : value;
}

static void set_tensor(struct tensor *tensor, const struct flow *flow)
{
    int width = tensor->xx.width, height = tensor->xx.height;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            double angle = flow_angle(flow, x * FLOW_STEP, y * FLOW_STEP);
            double along_x = exact_cos(angle), along_y = -exact_sin(angle);
            plane_row(&tensor->xx, y)[x] = (float)(along_x * along_x);
            plane_row(&tensor->xy, y)[x] = (float)(along_x * along_y);
            plane_row(&tensor->yy, y)[x] = (float)(along_y * along_y);
        }
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            float xx = plane_row(&tensor->xx, y)[x], xy = plane_row(&tensor->xy, y)[x],
                  yy = plane_row(&tensor->yy, y)[x];
            float bend_x = limited(slope_x(&tensor->xx, x, y) + slope_y(&tensor->xy, x, y), SPREAD_MAX);
            float bend_y = limited(slope_x(&tensor->xy, x, y) + slope_y(&tensor->yy, x, y), SPREAD_MAX);
            plane_row(&tensor->spread_x, y)[x] = xx * bend_x + xy * bend_y;
            plane_row(&tensor->spread_y, y)[x] = xy * bend_x + yy * bend_y;
        }
}

/* How far u's rise along the ridges falls short of their spread. */
static void set_flux(struct tensor *tensor, const struct plane *logarithm)
{
    for (int y = 0; y < logarithm->height; y++)
        for (int x = 0; x < logarithm->width; x++) {
            float rise_x = slope_x(logarithm, x, y), rise_y = slope_y(logarithm, x, y);
            float xy = plane_row(&tensor->xy, y)[x];
            plane_row(&tensor->flux_x, y)[x] = plane_row(&tensor->xx, y)[x] * rise_x + xy * rise_y -
                                               plane_row(&tensor->spread_x, y)[x] + BLUR * rise_x;
            plane_row(&tensor->flux_y, y)[x] = xy * rise_x + plane_row(&tensor->yy, y)[x] * rise_y -
                                               plane_row(&tensor->spread_y, y)[x] + BLUR * rise_y;
        }
}

static void descend(struct plane *logarithm, const struct plane *rest, struct tensor *tensor)
{
    for (int round = 0; round < ROUNDS; round++) {
        set_flux(tensor, logarithm);
        for (int y = 0; y < logarithm->height; y++)
            for (int x = 0; x < logarithm->width; x++) {
                float *value = plane_row(logarithm, y) + x, at_rest = plane_row(rest, y)[x];
                float pull = slope_x(&tensor->flux_x, x, y) + slope_y(&tensor->flux_y, x, y);
                *value += STEP * (pull - STIFFNESS * (*value - at_rest));
                *value = at_rest + limited(*value - at_rest, STRETCH_MAX);
            }
    }
}

static double ease(double t)
{
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return t * t * (3 - 2 * t);
}

/* Ridges are wider apart towards the joint than over the core. */
static double trend(double down)
{
    return -0.03 + 0.04 * ease(1 - down / 0.3) + 0.15 * ease((down - 0.45) / 0.5);
}

enum reason period_set(struct flow *flow, struct random *random, struct failure *failure)
{
    struct plane *period = &flow->period, rest = {0};
    struct tensor tensor = {0};
    enum reason reason = plane_add_noise(period, random, 12, 0.05, failure);
    if (reason == REASON_DONE)
        reason = plane_init(&rest, period->width, period->height, failure);
    if (reason == REASON_DONE)
        reason = tensor_init(&tensor, period, failure);
    if (reason == REASON_DONE) {
        double mean = 9.1 + 0.65 * random_normal(random);
        mean = mean < 7.8 ? 7.8 : mean > 10.6 ? 10.6 : mean;
        for (int y = 0; y < period->height; y++)
            for (int x = 0; x < period->width; x++) {
                plane_row(period, y)[x] += (float)trend((double)y / (period->height - 1));
                plane_row(&rest, y)[x] = plane_row(period, y)[x];
            }
        set_tensor(&tensor, flow);
        descend(period, &rest, &tensor);
        for (int i = 0; i < period->width * period->height; i++)
            period->values[i] = (float)(mean * exact_exp(period->values[i]));
    }
    tensor_finish(&tensor);
    plane_finish(&rest);
    return reason;
}
