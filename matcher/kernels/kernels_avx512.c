/* kernels_avx512.c: the signature scan with AVX-512 and its bit counts (BITALG): all 32 descriptors of a reference
 * at once, a word of each in a lane. */
#include "matcher/kernels/kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET        __attribute__((target("avx512f,avx512bw,avx512vl,avx512bitalg")))
#define TARGET_INLINE static inline __attribute__((always_inline)) TARGET

_Static_assert(SIGNATURE_MINUTIAE == 32 && SIGNATURE_WORDS == 4, "one register a word");
_Static_assert(SIGNATURE_TURN_BINS == 32, "one register for all votes");

struct prepared_probe {
    __m512i words[SIGNATURE_PROBE_MINUTIAE][SIGNATURE_WORDS]; /* each in all lanes */
};

struct prepared_reference {
    __m512i words[SIGNATURE_WORDS];
    __m512i directions;
};

/* Distance << 8 | direction for each of the reference's minutiae. */
TARGET_INLINE __m512i distances(
    const __m512i probe_words[SIGNATURE_WORDS], const struct prepared_reference *reference)
{
    __m512i sum01 =
        _mm512_add_epi16(_mm512_popcnt_epi16(_mm512_xor_si512(probe_words[0], reference->words[0])),
            _mm512_popcnt_epi16(_mm512_xor_si512(probe_words[1], reference->words[1])));
    __m512i sum23 =
        _mm512_add_epi16(_mm512_popcnt_epi16(_mm512_xor_si512(probe_words[2], reference->words[2])),
            _mm512_popcnt_epi16(_mm512_xor_si512(probe_words[3], reference->words[3])));
    return _mm512_or_si512(_mm512_slli_epi16(_mm512_add_epi16(sum01, sum23), 8), reference->directions);
}

/* The least lane. */
TARGET_INLINE uint16_t least(__m512i values)
{
    __m256i half = _mm256_min_epu16(_mm512_castsi512_si256(values), _mm512_extracti64x4_epi64(values, 1));
    __m128i quarter = _mm_min_epu16(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    return (uint16_t)_mm_cvtsi128_si32(_mm_minpos_epu16(quarter));
}

/* signature_vote_score() of all bins at once. */
TARGET_INLINE uint16_t vote_score(const uint16_t votes[SIGNATURE_TURN_BINS])
{
    __m512i bins = _mm512_loadu_si512(votes);
    __m512i lane = _mm512_set_epi16(31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14,
        13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    __m512i one = _mm512_set1_epi16(1);
    __m512i pairs = _mm512_add_epi16(bins, _mm512_permutexvar_epi16(_mm512_add_epi16(lane, one), bins));
    /* The bins i - 1 to i + 2 weigh 1, 2, 2, 1 in three neighbouring pairs. */
    __m512i before = _mm512_permutexvar_epi16(_mm512_sub_epi16(lane, one), pairs);
    __m512i after = _mm512_permutexvar_epi16(_mm512_add_epi16(lane, one), pairs);
    __m512i sums = _mm512_add_epi16(_mm512_add_epi16(before, after), pairs);
    return (uint16_t)~least(_mm512_xor_si512(sums, _mm512_set1_epi16(-1)));
}

TARGET static void scan(
    const struct probe_signature *probe, const struct signature *references, uint32_t count, uint16_t *scores)
{
    struct prepared_probe prepared;
    for (uint32_t m = 0; m < probe->count; m++)
        for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
            prepared.words[m][w] = _mm512_set1_epi16((short)probe->words[m][w]);

    for (uint32_t i = 0; i < count; i++) {
        const struct signature *reference = &references[i];
        _Alignas(64) uint16_t votes[SIGNATURE_TURN_BINS] = {0};
        if (reference->count > 0) {
            struct prepared_reference loaded = {.directions = _mm512_cvtepu8_epi16(_mm256_load_si256(
                                                    (const __m256i *)reference->directions))};
            for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
                loaded.words[w] = _mm512_load_si512(reference->words[w]);
            for (uint32_t m = 0; m < probe->count; m++)
                signature_vote(votes, probe->directions[m], least(distances(prepared.words[m], &loaded)));
        }
        scores[i] = vote_score(votes);
    }
}

const struct signature_kernels *signature_kernels_avx512(void)
{
    static const struct signature_kernels kernels = {.name = "avx512", .scan = scan};
    return &kernels;
}

#endif
