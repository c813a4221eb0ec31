/* ridge_period.h: how far apart a picture's ridges are, whatever resolution it is said to have. Private. */
#ifndef KORDON_MATCHER_EXTRACT_RIDGE_PERIOD_H
#define KORDON_MATCHER_EXTRACT_RIDGE_PERIOD_H

#include "matcher/extract.h"

/* The median period of the clear ridges, in the sample's own pixels (RIDGES_PERIOD_MIN..MAX); 0 where too few windows of the
 * picture show ridges for that, or they don't agree, as in a smeared print. Neither ppi nor anything that extraction makes of the picture is used. */
float matcher_ridge_period(const struct matcher_sample *sample);

#endif
