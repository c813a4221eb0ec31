/* exact_math.h: the functions that libm may compute differently from one processor or version to the next,
 * from additions and multiplications in a fixed order. Good to about 1e-9: enough for pictures. */
#ifndef KORDON_TOOLS_SYNTH_EXACT_MATH_H
#define KORDON_TOOLS_SYNTH_EXACT_MATH_H

#define EXACT_PI 3.14159265358979323846

double exact_sin(double x); /* radians, |x| < 1e6 */
double exact_cos(double x);
double exact_exp(double x); /* x < 700; 0 below -690 */

/* The angle of (x, y) in (-pi, pi]; 0 for (0, 0). */
double exact_atan2(double y, double x);

#endif
