/* vote.c: what a nearest neighbour is worth. */
#include "matcher/kernels/kernels.h"

const uint16_t signature_vote_weights[65] = {470, 441, 413, 385, 358, 331, 305, 280, 256, 232, 210, 187, 166,
    146, 126, 108, 91, 74, 59, 45, 32, 21, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
