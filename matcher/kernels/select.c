/* select.c: which level of the kernels this processor and operating system run. */
#include "matcher/kernels/kernels.h"

#if defined(__x86_64__)

#include <cpuid.h>

/* Leaf 1, ecx. */
#define HAS_OSXSAVE (UINT32_C(1) << 27)
#define HAS_AVX     (UINT32_C(1) << 28)

/* Leaf 7, ebx and ecx. */
#define HAS_AVX2          (UINT32_C(1) << 5)
#define HAS_AVX512F       (UINT32_C(1) << 16)
#define HAS_AVX512BW      (UINT32_C(1) << 30)
#define HAS_AVX512VL      (UINT32_C(1) << 31)
#define HAS_AVX512        (HAS_AVX512F | HAS_AVX512BW | HAS_AVX512VL)
#define HAS_AVX512_BITALG (UINT32_C(1) << 12) /* ecx */

/* Register state that the operating system saves for each thread: XMM and YMM; opmask and both parts of ZMM. */
#define SAVES_AVX    UINT32_C(0x06)
#define SAVES_AVX512 UINT32_C(0xe6)

/* The low half of XCR0. By hand, since the compiler's intrinsic wants the whole file compiled for XSAVE. */
static uint32_t saved_state(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    (void)high;
    return low;
}

/* Asked of the processor each time: a remembered answer would be a writable global. A processor that has the
 * instructions does not do: a system that does not save the registers would mix up threads. */
static bool runs(enum signature_level level)
{
    if (level == SIGNATURE_LEVEL_SCALAR)
        return true;
    uint32_t eax, ebx, ecx, edx;
    if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0 || (ecx & HAS_OSXSAVE) == 0 || (ecx & HAS_AVX) == 0)
        return false;
    uint32_t saved = saved_state();
    if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0)
        return false;
    if (level == SIGNATURE_LEVEL_AVX2)
        return (saved & SAVES_AVX) == SAVES_AVX && (ebx & HAS_AVX2) != 0;
    return (saved & SAVES_AVX512) == SAVES_AVX512 && (ebx & HAS_AVX512) == HAS_AVX512 &&
           (ecx & HAS_AVX512_BITALG) != 0;
}

const struct signature_kernels *signature_kernels_of(enum signature_level level)
{
    static const struct signature_kernels *const levels[SIGNATURE_LEVEL_COUNT] = {
        [SIGNATURE_LEVEL_SCALAR] = &signature_kernels_scalar,
        [SIGNATURE_LEVEL_AVX2] = &signature_kernels_avx2,
        [SIGNATURE_LEVEL_AVX512] = &signature_kernels_avx512,
    };
    return level < SIGNATURE_LEVEL_COUNT && runs(level) ? levels[level] : NULL;
}

#else

const struct signature_kernels *signature_kernels_of(enum signature_level level)
{
    return level == SIGNATURE_LEVEL_SCALAR ? &signature_kernels_scalar : NULL;
}

#endif

const struct signature_kernels *signature_kernels_select(void)
{
    for (uint32_t level = SIGNATURE_LEVEL_COUNT; level-- > 0;) {
        const struct signature_kernels *kernels = signature_kernels_of((enum signature_level)level);
        if (kernels != NULL)
            return kernels;
    }
    return &signature_kernels_scalar;
}
