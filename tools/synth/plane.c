#include "tools/synth/plane.h"

#include <math.h>
#include <stdlib.h>

#include "base/checked.h"

enum reason plane_init(struct plane *plane, int width, int height, struct failure *failure)
{
    *plane = (struct plane){width, height, calloc((size_t)height * (size_t)width, sizeof(float))};
    if (plane->values == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "kordon-synth", "for %d x %d pixels", width, height);
    return REASON_DONE;
}

void plane_finish(struct plane *plane)
{
    free(plane->values);
    *plane = (struct plane){0};
}

static float within(float value, int end)
{
    return value < 0 ? 0 : value > (float)(end - 1) ? (float)(end - 1) : value;
}

float plane_at(const struct plane *plane, float x, float y)
{
    x = within(x, plane->width);
    y = within(y, plane->height);
    int left = (int)x, upper = (int)y;
    int right = left + 1 < plane->width ? left + 1 : left,
        lower = upper + 1 < plane->height ? upper + 1 : upper;
    float across = x - (float)left, down = y - (float)upper;
    const float *first = plane_row(plane, upper), *second = plane_row(plane, lower);
    float above = first[left] + (first[right] - first[left]) * across;
    float below = second[left] + (second[right] - second[left]) * across;
    return above + (below - above) * down;
}

/* The four weights of a uniform cubic B-spline at t in [0, 1) between its second and third knot. */
static void spline_weights(double t, float weights[4])
{
    double u = 1 - t;
    weights[0] = (float)(u * u * u / 6);
    weights[1] = (float)((3 * t * t * t - 6 * t * t + 4) / 6);
    weights[2] = (float)((3 * u * u * u - 6 * u * u + 4) / 6);
    weights[3] = (float)(t * t * t / 6);
}

enum reason plane_add_noise(
    struct plane *plane, struct random *random, double spacing, double deviation, struct failure *failure)
{
    /* The spline's weights average 0.479 in squares along each axis: the knots are so much rougher. */
    const double smoothing = 0.479;
    int columns = (int)(plane->width / spacing) + 4, rows = (int)(plane->height / spacing) + 4;
    struct plane knots, lines;
    TRY(plane_init(&knots, columns, rows, failure));
    enum reason reason =
        plane_init(&lines, plane->width, rows, failure); /* each knot row, interpolated across */
    if (reason != REASON_DONE) {
        plane_finish(&knots);
        return reason;
    }
    for (int i = 0; i < columns * rows; i++)
        knots.values[i] = (float)(random_normal(random) * deviation / smoothing);
    for (int x = 0; x < plane->width; x++) {
        float weights[4];
        int first = (int)(x / spacing);
        spline_weights(x / spacing - first, weights);
        for (int y = 0; y < rows; y++) {
            const float *knot = plane_row(&knots, y) + first;
            plane_row(&lines, y)[x] =
                knot[0] * weights[0] + knot[1] * weights[1] + knot[2] * weights[2] + knot[3] * weights[3];
        }
    }
    for (int y = 0; y < plane->height; y++) {
        float weights[4], *target = plane_row(plane, y);
        int first = (int)(y / spacing);
        spline_weights(y / spacing - first, weights);
        const float *a = plane_row(&lines, first), *b = plane_row(&lines, first + 1),
                    *c = plane_row(&lines, first + 2), *d = plane_row(&lines, first + 3);
        for (int x = 0; x < plane->width; x++)
            target[x] += a[x] * weights[0] + b[x] * weights[1] + c[x] * weights[2] + d[x] * weights[3];
    }
    plane_finish(&lines);
    plane_finish(&knots);
    return REASON_DONE;
}
