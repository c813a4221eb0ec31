/* select.c: which level of the kernels this processor runs. */
#include "matcher/kernels/kernels.h"

const uint16_t signature_vote_weights[65] = {470, 441, 413, 385, 358, 331, 305, 280, 256, 232, 210, 187, 166,
    146, 126, 108, 91, 74, 59, 45, 32, 21, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

const struct signature_kernels *signature_kernels_of(enum signature_level level)
{
    return level == SIGNATURE_LEVEL_SCALAR ? &signature_kernels_scalar : NULL;
}

const struct signature_kernels *signature_kernels_select(void)
{
    return &signature_kernels_scalar;
}
