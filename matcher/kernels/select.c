/* select.c: which level of the kernels this processor and operating system run. */
#include "matcher/kernels/kernels.h"

#include "matcher/kernels/processor.h"
#include "matcher/search.h"

#if defined(__x86_64__)

_Static_assert((int)SIGNATURE_LEVEL_SCALAR == (int)PROCESSOR_BASELINE &&
                   (int)SIGNATURE_LEVEL_AVX2 == (int)PROCESSOR_AVX2 &&
                   (int)SIGNATURE_LEVEL_AVX512 == (int)PROCESSOR_AVX512,
    "one level of kernels for each of the processor's");

const struct signature_kernels *signature_kernels_of(enum signature_level level)
{
    if (level >= SIGNATURE_LEVEL_COUNT || !processor_runs((enum processor_level)level))
        return NULL;
    switch (level) {
    case SIGNATURE_LEVEL_SCALAR:
        return signature_kernels_scalar();
    case SIGNATURE_LEVEL_AVX2:
        return signature_kernels_avx2();
    case SIGNATURE_LEVEL_AVX512:
        return signature_kernels_avx512();
    case SIGNATURE_LEVEL_COUNT:
        return NULL;
    }
    return NULL;
}

#else

const struct signature_kernels *signature_kernels_of(enum signature_level level)
{
    return level == SIGNATURE_LEVEL_SCALAR ? signature_kernels_scalar() : NULL;
}

#endif

const struct signature_kernels *signature_kernels_select(void)
{
    for (uint32_t level = SIGNATURE_LEVEL_COUNT; level-- > 0;) {
        const struct signature_kernels *kernels = signature_kernels_of((enum signature_level)level);
        if (kernels != NULL)
            return kernels;
    }
    return signature_kernels_scalar();
}

const char *matcher_kernel_level(void)
{
    return signature_kernels_select()->name;
}
