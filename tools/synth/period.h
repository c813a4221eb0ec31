/* period.h: how far apart a finger's ridges are, at each place. */
#ifndef KORDON_TOOLS_SYNTH_PERIOD_H
#define KORDON_TOOLS_SYNTH_PERIOD_H

#include "tools/synth/flow.h"

/* Sets flow->period, which must be a plane of zeros, from the flow's angles. NO_MEMORY. */
enum reason period_set(struct flow *flow, struct random *random, struct failure *failure);

#endif
