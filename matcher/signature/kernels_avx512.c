/* kernels_avx512.c: the signature scan with AVX-512 and its bit counts (BITALG): all 32 descriptors of a reference
 * at once, a word of each in a lane. */
#include "matcher/signature/kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "matcher/signature/forms.h"

#define TARGET        __attribute__((target("avx512f,avx512bw,avx512vl,avx512bitalg")))
#define TARGET_INLINE static inline __attribute__((always_inline)) TARGET

_Static_assert(SIGNATURE_MINUTIAE == 32 && SIGNATURE_WORDS == 4, "one register a word");
_Static_assert(SIGNATURE_TURN_BINS == 32, "one register for all votes");

/* --- Describing --- */

/* Bits of the descriptor in a register, and registers for all. */
#define LANES     16
#define REGISTERS (SIGNATURE_BITS / LANES)

TARGET_INLINE void add_pair(
    __m512i sums[REGISTERS], const int16_t pair[2], const int16_t weights[SIGNATURE_BITS][2])
{
    int32_t both;
    memcpy(&both, pair, sizeof both);
    __m512i values = _mm512_set1_epi32(both);
    for (uint32_t i = 0; i < REGISTERS; i++)
        sums[i] =
            _mm512_add_epi32(sums[i], _mm512_madd_epi16(values, _mm512_loadu_si512(weights + LANES * i)));
}

TARGET static uint64_t describe(const struct signature_neighbourhood *neighbourhood)
{
    __m512i sums[REGISTERS] = {{0}};
    for (uint32_t i = 0; i < SIGNATURE_COUNT_PAIRS; i++)
        add_pair(sums, neighbourhood->counts + 2 * i, matcher_signature_count_forms[i]);
    for (uint32_t i = 0; i < SIGNATURE_CELLS; i++)
        add_pair(sums, neighbourhood->directions[i], matcher_signature_direction_forms[i]);
    uint64_t descriptor = 0;
    for (uint32_t i = 0; i < REGISTERS; i++) {
        __mmask16 above =
            _mm512_cmpgt_epi32_mask(sums[i], _mm512_loadu_si512(matcher_signature_thresholds + LANES * i));
        descriptor |= (uint64_t)above << LANES * i;
    }
    return descriptor;
}

/* --- Scanning --- */

struct prepared_probe {
    __m512i words[SIGNATURE_MINUTIAE][SIGNATURE_WORDS]; /* each in all lanes */
};

struct prepared_reference {
    __m512i words[SIGNATURE_WORDS];
    __m512i indices;
};

/* Distance << 8 | index for each of the reference's minutiae. */
TARGET_INLINE __m512i distances(
    const __m512i probe_words[SIGNATURE_WORDS], const struct prepared_reference *reference)
{
    __m512i sum01 =
        _mm512_add_epi16(_mm512_popcnt_epi16(_mm512_xor_si512(probe_words[0], reference->words[0])),
            _mm512_popcnt_epi16(_mm512_xor_si512(probe_words[1], reference->words[1])));
    __m512i sum23 =
        _mm512_add_epi16(_mm512_popcnt_epi16(_mm512_xor_si512(probe_words[2], reference->words[2])),
            _mm512_popcnt_epi16(_mm512_xor_si512(probe_words[3], reference->words[3])));
    return _mm512_or_si512(_mm512_slli_epi16(_mm512_add_epi16(sum01, sum23), 8), reference->indices);
}

/* The least lane. */
TARGET_INLINE uint16_t least(__m512i values)
{
    __m256i half = _mm256_min_epu16(_mm512_castsi512_si256(values), _mm512_extracti64x4_epi64(values, 1));
    __m128i quarter = _mm_min_epu16(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    return (uint16_t)_mm_cvtsi128_si32(_mm_minpos_epu16(quarter));
}

TARGET_INLINE __m512i lane_indices(void)
{
    return _mm512_set_epi16(31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12,
        11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
}

/* The most of signature_votes_at() of all bins. */
TARGET_INLINE uint32_t most_votes(const uint16_t votes[SIGNATURE_TURN_BINS])
{
    __m512i bins = _mm512_load_si512(votes), lane = lane_indices(), one = _mm512_set1_epi16(1);
    __m512i pairs = _mm512_add_epi16(bins, _mm512_permutexvar_epi16(_mm512_add_epi16(lane, one), bins));
    /* The bins before, at, next and after it weigh 1, 2, 2, 1 in three neighbouring pairs. */
    __m512i before = _mm512_permutexvar_epi16(_mm512_sub_epi16(lane, one), pairs);
    __m512i after = _mm512_permutexvar_epi16(_mm512_add_epi16(lane, one), pairs);
    __m512i sums = _mm512_add_epi16(_mm512_add_epi16(before, after), pairs);
    return (uint16_t)~least(_mm512_xor_si512(sums, _mm512_set1_epi16(-1)));
}

TARGET_INLINE uint16_t score_of(const struct probe_signature *probe, const struct prepared_probe *prepared,
    const struct signature *reference)
{
    struct prepared_reference loaded = {.indices = lane_indices()};
    for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
        loaded.words[w] = _mm512_load_si512(reference->words[w]);
    uint16_t nearest[SIGNATURE_MINUTIAE];
    _Alignas(64) uint16_t votes[SIGNATURE_TURN_BINS] = {0};
    for (uint32_t m = 0; m < probe->count; m++)
        nearest[m] = least(distances(prepared->words[m], &loaded));
    signature_count_votes(probe, reference, nearest, votes);
    uint32_t most = most_votes(votes);
    if (signature_votes_are_few(probe, most))
        return (uint16_t)(SIGNATURE_SCALE * most);
    return matcher_signature_score(probe, reference, nearest, votes);
}

TARGET static void scan(
    const struct probe_signature *probe, const struct signature *references, uint32_t count, uint16_t *scores)
{
    struct prepared_probe prepared;
    for (uint32_t m = 0; m < probe->count; m++)
        for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
            prepared.words[m][w] = _mm512_set1_epi16((short)probe->words[m][w]);
    for (uint32_t i = 0; i < count; i++)
        scores[i] = probe->count > 0 ? score_of(probe, &prepared, &references[i]) : 0;
}

const struct signature_kernels *matcher_signature_kernels_avx512(void)
{
    static const struct signature_kernels kernels = {.name = "avx512", .describe = describe, .scan = scan};
    return &kernels;
}

#endif
