/* finger.h: what a finger is, inside the generator. */
#ifndef KORDON_TOOLS_SYNTH_FINGER_H
#define KORDON_TOOLS_SYNTH_FINGER_H

#include "tools/synth/plane.h"
#include "tools/synth/synth.h"

/* Planes of FLOW_WIDTH x FLOW_HEIGHT, px. */
struct synth_finger {
    uint64_t seed;
    uint32_t number;
    struct plane relief;  /* -1 valley .. 1 crest */
    struct plane pores;   /* 0 .. 1 in a pore's middle */
    struct plane creases; /* 0 .. 1 where no ridge is left */
};

/* The middle of the pad, about which fingers are placed and turned. */
#define FINGER_MIDDLE_X 200
#define FINGER_MIDDLE_Y 265

#endif
