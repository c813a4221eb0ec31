/* bits.h: bits in and out of bytes, the lowest bit of the lowest byte first. Private to the packed template.
 *
 * Reading needs no check before each read: behind the end come zeroes, and a reader that went too far shows it by
 * its position. Inline, because a template is some 500 reads.
 */
#ifndef KORDON_MATCHER_TEMPLATE_BITS_H
#define KORDON_MATCHER_TEMPLATE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* bytes must outlive the reader. Never reads a byte beyond size. */
struct bit_reader {
    const uint8_t *bytes;
    size_t size;     /* bytes */
    size_t position; /* bits; may lie behind the end */
};

/* That many bits at least are valid in what bits_peek() gives. */
#define BITS_PEEK_MIN 57

/* The next bits from the reader's position on, without moving it. */
static inline uint64_t bits_peek(const struct bit_reader *reader)
{
    size_t first = reader->position >> 3;
    uint64_t word = 0;
    if (first + 8 <= reader->size) {
        const uint8_t *at = reader->bytes + first;
        word = (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24 |
               (uint64_t)at[4] << 32 | (uint64_t)at[5] << 40 | (uint64_t)at[6] << 48 | (uint64_t)at[7] << 56;
    } else {
        for (size_t i = 0; first + i < reader->size; i++)
            word |= (uint64_t)reader->bytes[first + i] << (8 * i);
    }
    return word >> (reader->position & 7);
}

/* count <= BITS_PEEK_MIN. */
static inline uint64_t bits_take(struct bit_reader *reader, uint32_t count)
{
    uint64_t word = bits_peek(reader);
    reader->position += count;
    return word & ((UINT64_C(1) << count) - 1);
}

/* A number in unary: so many zeroes and a one. limit zeroes, which no one follows, give limit. */
static inline uint32_t bits_take_unary(struct bit_reader *reader, uint32_t limit)
{
    uint32_t zeroes = 0;
    while (zeroes < limit) {
        uint64_t word = bits_peek(reader);
        uint32_t run = word == 0 ? BITS_PEEK_MIN : (uint32_t)__builtin_ctzll(word);
        run = run < BITS_PEEK_MIN ? run : BITS_PEEK_MIN;
        if (run >= limit - zeroes) {
            reader->position += limit - zeroes;
            return limit;
        }
        zeroes += run;
        reader->position += run;
        if (run < BITS_PEEK_MIN) {
            reader->position++;
            return zeroes;
        }
    }
    return limit;
}

/* True where exactly the reader's bytes were read, but for less than a byte of zeroes. */
static inline bool bits_ended(const struct bit_reader *reader)
{
    return (reader->position + 7) >> 3 == reader->size && bits_peek(reader) == 0;
}

/* Writes into zeroed bytes; position stays within 8 * capacity, and failed is set instead. */
struct bit_writer {
    uint8_t *bytes;
    size_t capacity; /* bytes */
    size_t position; /* bits */
    bool failed;
};

static inline void bits_put(struct bit_writer *writer, uint64_t value, uint32_t count)
{
    if (count > 8 * writer->capacity - writer->position) {
        writer->failed = true;
        return;
    }
    for (uint32_t i = 0; i < count; i++, writer->position++)
        writer->bytes[writer->position >> 3] |= (uint8_t)((value >> i & 1) << (writer->position & 7));
}

static inline void bits_put_unary(struct bit_writer *writer, uint32_t number, uint32_t limit)
{
    bits_put(writer, 0, number < limit ? number : limit);
    if (number < limit)
        bits_put(writer, 1, 1);
}

#endif
