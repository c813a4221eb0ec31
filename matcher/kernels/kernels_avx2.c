/* kernels_avx2.c: the signature scan with AVX2: half of a reference's 32 descriptors at once, a word of each in a
 * lane; bits are counted four at a time by a table in a register (Mula 2008). */
#include "matcher/kernels/kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET        __attribute__((target("avx2")))
#define TARGET_INLINE static inline __attribute__((always_inline)) TARGET

_Static_assert(SIGNATURE_MINUTIAE == 32 && SIGNATURE_WORDS == 4, "two registers a word");

struct prepared_probe {
    __m256i words[SIGNATURE_PROBE_MINUTIAE][SIGNATURE_WORDS]; /* each in all lanes */
};

/* Sixteen of a reference's minutiae. */
struct prepared_half {
    __m256i words[SIGNATURE_WORDS];
    __m256i directions;
};

/* How many bits are set in each byte. */
TARGET_INLINE __m256i bits_of_bytes(__m256i bytes)
{
    const __m256i counts = _mm256_setr_epi8(
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i nibble = _mm256_set1_epi8(15);
    __m256i low = _mm256_shuffle_epi8(counts, _mm256_and_si256(bytes, nibble));
    __m256i high = _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble));
    return _mm256_add_epi8(low, high);
}

/* Distance << 8 | direction for each of them. */
TARGET_INLINE __m256i distances(const __m256i probe_words[SIGNATURE_WORDS], const struct prepared_half *half)
{
    __m256i bits = bits_of_bytes(_mm256_xor_si256(probe_words[0], half->words[0]));
    for (uint32_t w = 1; w < SIGNATURE_WORDS; w++)
        bits = _mm256_add_epi8(bits, bits_of_bytes(_mm256_xor_si256(probe_words[w], half->words[w])));
    __m256i distance = _mm256_add_epi8(bits, _mm256_slli_epi16(bits, 8)); /* in the upper byte */
    return _mm256_or_si256(_mm256_and_si256(distance, _mm256_set1_epi16((short)0xff00)), half->directions);
}

/* The least lane. */
TARGET_INLINE uint16_t least(__m256i values)
{
    __m128i quarter = _mm_min_epu16(_mm256_castsi256_si128(values), _mm256_extracti128_si256(values, 1));
    return (uint16_t)_mm_cvtsi128_si32(_mm_minpos_epu16(quarter));
}

TARGET_INLINE void load_half(const struct signature *reference, uint32_t first, struct prepared_half *half)
{
    half->directions = _mm256_cvtepu8_epi16(_mm_load_si128((const __m128i *)(reference->directions + first)));
    for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
        half->words[w] = _mm256_load_si256((const __m256i *)(reference->words[w] + first));
}

TARGET static void scan(
    const struct probe_signature *probe, const struct signature *references, uint32_t count, uint16_t *scores)
{
    struct prepared_probe prepared;
    for (uint32_t m = 0; m < probe->count; m++)
        for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
            prepared.words[m][w] = _mm256_set1_epi16((short)probe->words[m][w]);

    for (uint32_t i = 0; i < count; i++) {
        const struct signature *reference = &references[i];
        uint16_t votes[SIGNATURE_TURN_BINS] = {0};
        if (reference->count > 0) {
            struct prepared_half first, second;
            load_half(reference, 0, &first);
            load_half(reference, SIGNATURE_MINUTIAE / 2, &second);
            for (uint32_t m = 0; m < probe->count; m++)
                signature_vote(votes, probe->directions[m],
                    least(_mm256_min_epu16(
                        distances(prepared.words[m], &first), distances(prepared.words[m], &second))));
        }
        scores[i] = signature_vote_score(votes);
    }
}

const struct signature_kernels *signature_kernels_avx2(void)
{
    static const struct signature_kernels kernels = {.name = "avx2", .scan = scan};
    return &kernels;
}

#endif
