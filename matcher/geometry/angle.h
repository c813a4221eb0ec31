/* angle.h: the few transcendental functions that extraction needs, from plain arithmetic. Private.
 *
 * libm picks its code by processor and so may differ in the last bit from one machine to another; templates
 * must not. Accuracy is some 1e-5, far below what ridges can tell.
 */
#ifndef KORDON_MATCHER_GEOMETRY_ANGLE_H
#define KORDON_MATCHER_GEOMETRY_ANGLE_H

struct unit_vector {
    float x, y;
};

/* Cosine and sine of an angle in turns, any value within some thousand turns. */
struct unit_vector matcher_angle_unit_vector(float turns);

/* The angle of (x, y) in turns, -0.5..0.5; 0 for (0, 0). */
float matcher_angle_of(float x, float y);

/* About exp(-x) for x >= 0: good for windows. */
float matcher_angle_decay(float x);

#endif
