/* bytes.h: bounded reading and writing of byte layouts, with an error that sticks.
 *
 * A parser reads straight down and asks once at the end: after the first read past the end every further read
 * gives zero and changes nothing. Nothing here allocates. A reader or writer belongs to one thread.
 */
#ifndef KORDON_BASE_BYTES_H
#define KORDON_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* bytes must outlive the reader. position <= size always. */
struct bytes_reader {
    const uint8_t *bytes;
    size_t size;
    size_t position;
    bool failed;
};

void bytes_reader_init(struct bytes_reader *reader, const void *bytes, size_t size);

/* Whether all of these are what buffers are filled up with and what editors put behind a file: zeroes, 0xff, white space. */
bool bytes_are_padding(const uint8_t *bytes, size_t size);

/* Unsigned integers of 8 to 64 bits, big endian (be) or little endian (le). 0 after a failure. */
uint8_t bytes_read_u8(struct bytes_reader *reader);
uint16_t bytes_read_u16be(struct bytes_reader *reader);
uint32_t bytes_read_u32be(struct bytes_reader *reader);
uint64_t bytes_read_u64be(struct bytes_reader *reader);
uint16_t bytes_read_u16le(struct bytes_reader *reader);
uint32_t bytes_read_u32le(struct bytes_reader *reader);

/* Copies size bytes to target, which is zeroed where they are not there. */
void bytes_read_copy(struct bytes_reader *reader, void *target, size_t size);

/* Direct: no copy. A pointer to the next size bytes, valid as long as the underlying bytes; NULL after a
 * failure. */
const uint8_t *bytes_read_direct(struct bytes_reader *reader, size_t size);

/* A reader over the next size bytes, which this reader skips; failed where they are not there. */
struct bytes_reader bytes_read_part(struct bytes_reader *reader, size_t size);

void bytes_skip(struct bytes_reader *reader, size_t size);
size_t bytes_left(const struct bytes_reader *reader);

/* True when all was read, nothing failed and nothing is left: the question to ask at the end of a format. */
bool bytes_reader_finished(const struct bytes_reader *reader);

/* Writes into the caller's buffer of the given capacity; used <= capacity always. */
struct bytes_writer {
    uint8_t *bytes;
    size_t capacity;
    size_t used;
    bool failed;
};

void bytes_writer_init(struct bytes_writer *writer, void *bytes, size_t capacity);
void bytes_write_u8(struct bytes_writer *writer, uint8_t value);
void bytes_write_u16be(struct bytes_writer *writer, uint16_t value);
void bytes_write_u32be(struct bytes_writer *writer, uint32_t value);
void bytes_write_u64be(struct bytes_writer *writer, uint64_t value);
void bytes_write_u16le(struct bytes_writer *writer, uint16_t value);
void bytes_write_copy(struct bytes_writer *writer, const void *source, size_t size);

/* Overwrites four bytes written earlier (a length known only at the end); fails outside what was written. */
void bytes_patch_u32be(struct bytes_writer *writer, size_t position, uint32_t value);

#endif
