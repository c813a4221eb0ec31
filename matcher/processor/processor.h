/* processor.h: which levels of code this processor and operating system run. Private to the matcher folder.
 *
 * The compiler's runtime asks both once, when the program starts (cpuid, and whether the system saves the wide
 * registers); a question here is two loads. Asked of the processor each time, it would cost more than a fine
 * comparison on virtual machines, where cpuid leaves the guest. No state of ours: any thread may call.
 */
#ifndef KORDON_MATCHER_PROCESSOR_PROCESSOR_H
#define KORDON_MATCHER_PROCESSOR_PROCESSOR_H

#include <stdbool.h>

/* Each level has all that those before it have. Comparisons and scans of signatures have code for each, with the same
 * results bit for bit. */
enum processor_level {
    PROCESSOR_BASELINE, /* what every processor of the architecture has */
    PROCESSOR_AVX2,     /* and BMI, BMI2, POPCNT: Intel from 2013, AMD from 2015 on */
    PROCESSOR_AVX512,   /* F, BW, DQ, VL, BITALG: Intel from 2019, AMD from 2022 on */
    PROCESSOR_LEVELS
};

static inline bool processor_runs(enum processor_level level)
{
#if defined(__x86_64__)
    if (level == PROCESSOR_AVX2)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
               __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
    if (level == PROCESSOR_AVX512)
        return processor_runs(PROCESSOR_AVX2) && __builtin_cpu_supports("avx512f") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bitalg");
#endif
    return level == PROCESSOR_BASELINE;
}

/* The highest level that runs. */
static inline enum processor_level processor_highest_level(void)
{
    enum processor_level level = PROCESSOR_LEVELS - 1;
    while (!processor_runs(level))
        level--;
    return level;
}

#endif
