/* kernels_avx2.c: the signature scan with AVX2: half of a reference's 32 descriptors at once, a word of each in a
 * lane; bits are counted four at a time by a table in a register (Mula 2008). */
#include "matcher/signature/kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "matcher/signature/forms.h"

#define TARGET        __attribute__((target("avx2")))
#define TARGET_INLINE static inline __attribute__((always_inline)) TARGET

_Static_assert(SIGNATURE_MINUTIAE == 32 && SIGNATURE_WORDS == 4, "two registers a word");

/* --- Describing --- */

/* Bits of the descriptor in a register, and registers for all. */
#define LANES     8
#define REGISTERS (SIGNATURE_BITS / LANES)

TARGET_INLINE void add_pair(
    __m256i sums[REGISTERS], const int16_t pair[2], const int16_t weights[SIGNATURE_BITS][2])
{
    int32_t both;
    memcpy(&both, pair, sizeof both);
    __m256i values = _mm256_set1_epi32(both);
    for (uint32_t i = 0; i < REGISTERS; i++)
        sums[i] = _mm256_add_epi32(
            sums[i], _mm256_madd_epi16(values, _mm256_loadu_si256((const __m256i *)(weights + LANES * i))));
}

TARGET static uint64_t describe(const struct signature_neighbourhood *neighbourhood)
{
    __m256i sums[REGISTERS] = {{0}};
    for (uint32_t i = 0; i < SIGNATURE_COUNT_PAIRS; i++)
        add_pair(sums, neighbourhood->counts + 2 * i, matcher_signature_count_forms[i]);
    for (uint32_t i = 0; i < SIGNATURE_CELLS; i++)
        add_pair(sums, neighbourhood->directions[i], matcher_signature_direction_forms[i]);
    uint64_t descriptor = 0;
    for (uint32_t i = 0; i < REGISTERS; i++) {
        __m256i above = _mm256_cmpgt_epi32(
            sums[i], _mm256_loadu_si256((const __m256i *)(matcher_signature_thresholds + LANES * i)));
        descriptor |= (uint64_t)(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(above)) << LANES * i;
    }
    return descriptor;
}

/* --- Scanning --- */

struct prepared_probe {
    __m256i words[SIGNATURE_MINUTIAE][SIGNATURE_WORDS]; /* each in all lanes */
};

/* Sixteen of a reference's minutiae. */
struct prepared_half {
    __m256i words[SIGNATURE_WORDS];
    __m256i indices;
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

/* Distance << 8 | index for each of them. */
TARGET_INLINE __m256i distances(const __m256i probe_words[SIGNATURE_WORDS], const struct prepared_half *half)
{
    __m256i bits = bits_of_bytes(_mm256_xor_si256(probe_words[0], half->words[0]));
    for (uint32_t w = 1; w < SIGNATURE_WORDS; w++)
        bits = _mm256_add_epi8(bits, bits_of_bytes(_mm256_xor_si256(probe_words[w], half->words[w])));
    __m256i distance = _mm256_add_epi8(bits, _mm256_slli_epi16(bits, 8)); /* in the upper byte */
    return _mm256_or_si256(_mm256_and_si256(distance, _mm256_set1_epi16((short)0xff00)), half->indices);
}

/* The least lane. */
TARGET_INLINE uint16_t least(__m256i values)
{
    __m128i quarter = _mm_min_epu16(_mm256_castsi256_si128(values), _mm256_extracti128_si256(values, 1));
    return (uint16_t)_mm_cvtsi128_si32(_mm_minpos_epu16(quarter));
}

TARGET_INLINE void load_half(const struct signature *reference, short first, struct prepared_half *half)
{
    const __m256i lanes = _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    half->indices = _mm256_add_epi16(lanes, _mm256_set1_epi16(first));
    for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
        half->words[w] = _mm256_load_si256((const __m256i *)(reference->words[w] + first));
}

TARGET_INLINE uint16_t score_of(const struct probe_signature *probe, const struct prepared_probe *prepared,
    const struct signature *reference)
{
    struct prepared_half first, second;
    load_half(reference, 0, &first);
    load_half(reference, SIGNATURE_MINUTIAE / 2, &second);
    uint16_t nearest[SIGNATURE_MINUTIAE], votes[SIGNATURE_TURN_BINS] = {0};
    for (uint32_t m = 0; m < probe->count; m++)
        nearest[m] = least(
            _mm256_min_epu16(distances(prepared->words[m], &first), distances(prepared->words[m], &second)));
    signature_count_votes(probe, reference, nearest, votes);
    return matcher_signature_score(probe, reference, nearest, votes);
}

TARGET static void scan(
    const struct probe_signature *probe, const struct signature *references, uint32_t count, uint16_t *scores)
{
    struct prepared_probe prepared;
    for (uint32_t m = 0; m < probe->count; m++)
        for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
            prepared.words[m][w] = _mm256_set1_epi16((short)probe->words[m][w]);
    for (uint32_t i = 0; i < count; i++)
        scores[i] = probe->count > 0 ? score_of(probe, &prepared, &references[i]) : 0;
}

const struct signature_kernels *matcher_signature_kernels_avx2(void)
{
    static const struct signature_kernels kernels = {.name = "avx2", .describe = describe, .scan = scan};
    return &kernels;
}

#endif
