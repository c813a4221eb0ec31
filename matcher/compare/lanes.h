/* lanes.h: bytes worked on together, as many as the processor that is compiled for holds in a register. Integers
 * only; how many there are changes no result. Private to the comparison. */
#ifndef KORDON_MATCHER_COMPARE_LANES_H
#define KORDON_MATCHER_COMPARE_LANES_H

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <immintrin.h>
#endif

#if defined(__AVX512BW__)
#define LANES 64
#elif defined(__AVX2__)
#define LANES 32
#else
#define LANES 16
#endif

typedef uint8_t lanes __attribute__((vector_size(LANES)));
typedef int8_t signed_lanes __attribute__((vector_size(LANES)));

static inline lanes load_lanes(const uint8_t *bytes)
{
    lanes value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static inline void store_lanes(uint8_t *bytes, lanes value)
{
    memcpy(bytes, &value, sizeof value);
}

static inline lanes same_in_all_lanes(uint8_t value)
{
    return (lanes){0} + value;
}

/* One bit a lane, the first lane's lowest: the highest bit of each. */
static inline uint64_t bits_of_lanes(lanes value)
{
#if defined(__AVX512BW__)
    return _mm512_movepi8_mask((__m512i)value);
#elif defined(__AVX2__)
    return (uint32_t)_mm256_movemask_epi8((__m256i)value);
#elif defined(__SSE2__)
    return (uint32_t)_mm_movemask_epi8((__m128i)value);
#else
    uint64_t bits = 0;
    for (uint32_t lane = 0; lane < LANES; lane++)
        bits |= (uint64_t)(value[lane] >> 7) << lane;
    return bits;
#endif
}

/* One bit a lane: where a is at most b. AVX-512 compares into bits; made of lanes they would take two steps more. */
static inline uint64_t bits_at_most(lanes a, lanes b)
{
#if defined(__AVX512BW__)
    return _mm512_cmple_epu8_mask((__m512i)a, (__m512i)b);
#else
    return bits_of_lanes((lanes)(a <= b));
#endif
}

/* In how many lanes a is at most b. */
static inline uint32_t count_at_most(lanes a, lanes b)
{
#ifdef __POPCNT__
    return (uint32_t)__builtin_popcountll(bits_at_most(a, b));
#else
    lanes ones = (lanes)(a <= b) & same_in_all_lanes(1);
    uint64_t halves[2];
    memcpy(halves, &ones, sizeof halves);
    return (uint32_t)(((halves[0] + halves[1]) * UINT64_C(0x0101010101010101)) >> 56);
#endif
}

#endif
