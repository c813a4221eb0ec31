/* flow.h: a finger's ridge flow: its class, singular points, and the ridges' direction and period at every
 * place of the finger's area. */
#ifndef KORDON_TOOLS_SYNTH_FLOW_H
#define KORDON_TOOLS_SYNTH_FLOW_H

#include "tools/synth/plane.h"
#include "tools/synth/synth.h"

/* The area in which a finger exists, px: about 20 x 29 mm, the tip's pad down to the first joint. */
#define FLOW_WIDTH  400
#define FLOW_HEIGHT 576

struct flow_point {
    double x, y;
};

struct flow {
    enum synth_class class;
    int pairs; /* of a core and a delta: 0 for an arch, 2 for a whorl */
    struct flow_point cores[2], deltas[2];
    struct flow_point axes[2]; /* unit vectors, y up: where each core's outermost bend points */
    double bend;         /* how far from parabolas (0) towards hairpins the ridges round a core are, rad */
    struct plane smooth; /* the angle without the singular points' share, one value per FLOW_STEP px */
    struct plane period; /* ridge period, px, likewise */
};

#define FLOW_STEP 8

enum reason flow_init(struct flow *flow, uint64_t seed, uint32_t finger, struct failure *failure);
void flow_finish(struct flow *flow);

/* The ridges' angle in radians, counter-clockwise as the eye sees it, in any half turn. */
double flow_angle(const struct flow *flow, double x, double y);

double flow_period(const struct flow *flow, double x, double y);

#endif
