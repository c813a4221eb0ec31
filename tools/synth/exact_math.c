#include "tools/synth/exact_math.h"

#include <math.h>

/* Taylor on [-pi/4, pi/4]. */
static double sin_near_zero(double x)
{
    double s = x * x;
    return x *
           (1 + s * (-1 / 6.0 + s * (1 / 120.0 + s * (-1 / 5040.0 + s * (1 / 362880.0 - s / 39916800.0)))));
}

static double cos_near_zero(double x)
{
    double s = x * x;
    return 1 + s * (-1 / 2.0 + s * (1 / 24.0 + s * (-1 / 720.0 + s * (1 / 40320.0 - s / 3628800.0))));
}

double exact_sin(double x)
{
    double quarters = floor(x / (EXACT_PI / 2) + 0.5);
    double rest = x - quarters * (EXACT_PI / 2);
    switch ((long)quarters & 3) {
    case 0:
        return sin_near_zero(rest);
    case 1:
        return cos_near_zero(rest);
    case 2:
        return -sin_near_zero(rest);
    default:
        return -cos_near_zero(rest);
    }
}

double exact_cos(double x)
{
    return exact_sin(x + EXACT_PI / 2);
}

double exact_exp(double x)
{
    if (x < -690)
        return 0;
    const double ln2 = 0.69314718055994530942;
    double power = floor(x / ln2 + 0.5);
    double rest = x - power * ln2;
    double sum = 1;
    for (int i = 10; i > 0; i--)
        sum = 1 + sum * rest / i;
    return ldexp(sum, (int)power); /* ldexp only changes the exponent: exact everywhere */
}

/* x in [0, 1], brought below tan(pi/12) by one addition theorem. */
static double atan_of_fraction(double x)
{
    const double root3 = 1.73205080756887729353, limit = 0.26794919243112270647;
    double offset = 0;
    if (x > limit) {
        x = (x * root3 - 1) / (x + root3);
        offset = EXACT_PI / 6;
    }
    double s = x * x, sum = 0;
    for (int i = 17; i > 0; i -= 2)
        sum = 1.0 / i - s * sum;
    return offset + x * sum;
}

double exact_atan2(double y, double x)
{
    double ax = fabs(x), ay = fabs(y);
    if (ax + ay <= 0)
        return 0;
    double angle = ax >= ay ? atan_of_fraction(ay / ax) : EXACT_PI / 2 - atan_of_fraction(ax / ay);
    if (x < 0)
        angle = EXACT_PI - angle;
    return y < 0 ? -angle : angle;
}
