/* select_kernels.c: which level of the kernels this processor and operating system run. */
#include "matcher/signature/kernels.h"

#include "matcher/search.h"

const struct signature_kernels *matcher_signature_kernels_of(enum processor_level level)
{
    if (!processor_runs(level))
        return NULL;
    switch (level) {
#if defined(__x86_64__)
    case PROCESSOR_AVX2:
        return matcher_signature_kernels_avx2();
    case PROCESSOR_AVX512:
        return matcher_signature_kernels_avx512();
#else
    case PROCESSOR_AVX2:
    case PROCESSOR_AVX512:
#endif
    case PROCESSOR_BASELINE:
    case PROCESSOR_LEVELS:
        break;
    }
    return matcher_signature_kernels_scalar();
}

const struct signature_kernels *matcher_signature_kernels_select(void)
{
    return matcher_signature_kernels_of(processor_highest_level());
}

const char *matcher_kernel_level(void)
{
    return matcher_signature_kernels_select()->name;
}
