/* ridges.h: ridges grown along a flow. */
#ifndef KORDON_TOOLS_SYNTH_RIDGES_H
#define KORDON_TOOLS_SYNTH_RIDGES_H

#include "tools/synth/flow.h"

/* The skin's relief, FLOW_WIDTH x FLOW_HEIGHT: 1 on a ridge's crest, -1 in a valley's floor. Minutiae are
 * where ridges grown from different places meet out of step. NO_MEMORY. */
enum reason ridges_grow(
    struct plane *relief, const struct flow *flow, struct random *random, struct failure *failure);

#endif
