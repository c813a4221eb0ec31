/* levels.c: which level of the steps this processor runs. */
#include "matcher/compare/comparison.h"

#define DECLARE_LEVEL(level)                                                                                 \
    void matcher_prepare_print_##level(                                                                      \
        struct print *print, const uint8_t *template_bytes, bool as_reference);                              \
    void matcher_rank_candidates_##level(                                                                    \
        const struct print *probe, const struct print *reference, struct candidates *candidates);            \
    void matcher_grow_pairing_##level(const struct print *probe, const struct print *reference,              \
        const struct candidates *candidates, uint32_t seed, struct growth *growth, struct pairing *pairing); \
    void matcher_measure_pairing_##level(const struct print *probe, const struct print *reference,           \
        const struct candidates *candidates, const struct pairing *pairing, float evidence[EVIDENCE_COUNT]);

#define STEPS_OF_LEVEL(level)                                                                                \
    {                                                                                                        \
        .prepare = matcher_prepare_print_##level, .rank = matcher_rank_candidates_##level,                   \
        .grow = matcher_grow_pairing_##level, .measure = matcher_measure_pairing_##level                     \
    }

DECLARE_LEVEL(baseline)
#ifdef __x86_64__
DECLARE_LEVEL(avx2)
DECLARE_LEVEL(avx512)
#endif

static const struct comparison_steps steps[PROCESSOR_LEVELS] = {
    [PROCESSOR_BASELINE] = STEPS_OF_LEVEL(baseline),
#ifdef __x86_64__
    [PROCESSOR_AVX2] = STEPS_OF_LEVEL(avx2),
    [PROCESSOR_AVX512] = STEPS_OF_LEVEL(avx512),
#endif
};

const struct comparison_steps *matcher_comparison_steps_of(enum processor_level level)
{
    return processor_runs(level) ? &steps[level] : NULL;
}

const struct comparison_steps *matcher_comparison_steps_in_force(void)
{
    return &steps[processor_highest_level()];
}

void matcher_prepare_print(struct print *print, const uint8_t *template_bytes, bool as_reference)
{
    matcher_comparison_steps_in_force()->prepare(print, template_bytes, as_reference);
}

void matcher_rank_candidates(
    const struct print *probe, const struct print *reference, struct candidates *candidates)
{
    matcher_comparison_steps_in_force()->rank(probe, reference, candidates);
}

void matcher_grow_pairing(const struct print *probe, const struct print *reference,
    const struct candidates *candidates, uint32_t seed, struct growth *growth, struct pairing *pairing)
{
    matcher_comparison_steps_in_force()->grow(probe, reference, candidates, seed, growth, pairing);
}

void matcher_measure_pairing(const struct print *probe, const struct print *reference,
    const struct candidates *candidates, const struct pairing *pairing, float evidence[EVIDENCE_COUNT])
{
    matcher_comparison_steps_in_force()->measure(probe, reference, candidates, pairing, evidence);
}
