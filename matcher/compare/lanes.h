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

/* How many lanes are 255; the others are 0. */
static inline uint32_t count_of_lanes(lanes truth)
{
#if defined(__AVX512BW__)
    return (uint32_t)__builtin_popcountll(_mm512_movepi8_mask((__m512i)truth));
#elif defined(__AVX2__)
    return (uint32_t)__builtin_popcount((uint32_t)_mm256_movemask_epi8((__m256i)truth));
#else
    lanes ones = truth & same_in_all_lanes(1);
    uint64_t halves[2];
    memcpy(halves, &ones, sizeof halves);
    return (uint32_t)(((halves[0] + halves[1]) * UINT64_C(0x0101010101010101)) >> 56);
#endif
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

#endif
