/* plane.h: a picture of floats, and smooth random ones. */
#ifndef KORDON_TOOLS_SYNTH_PLANE_H
#define KORDON_TOOLS_SYNTH_PLANE_H

#include "base/failure.h"
#include "tools/synth/random.h"

/* values: height rows of width. Zeroed is empty; plane_finish() takes that. */
struct plane {
    int width, height;
    float *values;
};

/* All zero. NO_MEMORY. */
enum reason plane_init(struct plane *plane, int width, int height, struct failure *failure);
void plane_finish(struct plane *plane);

static inline float *plane_row(const struct plane *plane, int y)
{
    return plane->values + (long)y * plane->width;
}

/* The value between the four pixels round (x, y), the border's outside the plane. */
float plane_at(const struct plane *plane, float x, float y);

/* Adds smooth noise: a cubic B-spline over random knots spacing px apart, of about the given deviation.
 * NO_MEMORY. */
enum reason plane_add_noise(
    struct plane *plane, struct random *random, double spacing, double deviation, struct failure *failure);

#endif
