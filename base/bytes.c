#include "base/bytes.h"

#include <string.h>

void bytes_reader_init(struct bytes_reader *reader, const void *bytes, size_t size)
{
    *reader = (struct bytes_reader){.bytes = bytes, .size = size};
}

bool bytes_are_padding(const uint8_t *bytes, size_t size)
{
    static const uint8_t filling[] = {0, 0xff, '\r', '\n', '\t', ' '};
    for (size_t i = 0; i < size; i++)
        if (memchr(filling, bytes[i], sizeof filling) == NULL)
            return false;
    return true;
}

const uint8_t *bytes_read_direct(struct bytes_reader *reader, size_t size)
{
    if (reader->failed || size > reader->size - reader->position) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *bytes = reader->bytes + reader->position;
    reader->position += size;
    return bytes;
}

static uint64_t read_big_endian(struct bytes_reader *reader, size_t size)
{
    const uint8_t *bytes = bytes_read_direct(reader, size);
    uint64_t value = 0;
    for (size_t i = 0; bytes != NULL && i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

static uint64_t read_little_endian(struct bytes_reader *reader, size_t size)
{
    const uint8_t *bytes = bytes_read_direct(reader, size);
    uint64_t value = 0;
    for (size_t i = size; bytes != NULL && i > 0; i--)
        value = value << 8 | bytes[i - 1];
    return value;
}

uint8_t bytes_read_u8(struct bytes_reader *reader)
{
    return (uint8_t)read_big_endian(reader, 1);
}

uint16_t bytes_read_u16be(struct bytes_reader *reader)
{
    return (uint16_t)read_big_endian(reader, 2);
}

uint32_t bytes_read_u32be(struct bytes_reader *reader)
{
    return (uint32_t)read_big_endian(reader, 4);
}

uint64_t bytes_read_u64be(struct bytes_reader *reader)
{
    return read_big_endian(reader, 8);
}

uint16_t bytes_read_u16le(struct bytes_reader *reader)
{
    return (uint16_t)read_little_endian(reader, 2);
}

uint32_t bytes_read_u32le(struct bytes_reader *reader)
{
    return (uint32_t)read_little_endian(reader, 4);
}

void bytes_read_copy(struct bytes_reader *reader, void *target, size_t size)
{
    const uint8_t *bytes = bytes_read_direct(reader, size);
    if (size == 0)
        return;
    if (bytes != NULL)
        memcpy(target, bytes, size);
    else
        memset(target, 0, size);
}

struct bytes_reader bytes_read_part(struct bytes_reader *reader, size_t size)
{
    struct bytes_reader part = {0};
    part.bytes = bytes_read_direct(reader, size);
    part.size = part.bytes != NULL ? size : 0;
    part.failed = part.bytes == NULL;
    return part;
}

void bytes_skip(struct bytes_reader *reader, size_t size)
{
    (void)bytes_read_direct(reader, size);
}

size_t bytes_left(const struct bytes_reader *reader)
{
    return reader->failed ? 0 : reader->size - reader->position;
}

bool bytes_reader_finished(const struct bytes_reader *reader)
{
    return !reader->failed && reader->position == reader->size;
}

void bytes_writer_init(struct bytes_writer *writer, void *bytes, size_t capacity)
{
    *writer = (struct bytes_writer){.bytes = bytes, .capacity = capacity};
}

void bytes_write_copy(struct bytes_writer *writer, const void *source, size_t size)
{
    if (writer->failed || size > writer->capacity - writer->used) {
        writer->failed = true;
        return;
    }
    if (size == 0)
        return;
    memcpy(writer->bytes + writer->used, source, size);
    writer->used += size;
}

static void put_big_endian(uint8_t *bytes, size_t size, uint64_t value)
{
    for (size_t i = size; i > 0; i--, value >>= 8)
        bytes[i - 1] = (uint8_t)value;
}

static void write_big_endian(struct bytes_writer *writer, size_t size, uint64_t value)
{
    uint8_t bytes[8];
    put_big_endian(bytes, size, value);
    bytes_write_copy(writer, bytes, size);
}

static void write_little_endian(struct bytes_writer *writer, size_t size, uint64_t value)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < size; i++, value >>= 8)
        bytes[i] = (uint8_t)value;
    bytes_write_copy(writer, bytes, size);
}

void bytes_write_u8(struct bytes_writer *writer, uint8_t value)
{
    write_big_endian(writer, 1, value);
}

void bytes_write_u16be(struct bytes_writer *writer, uint16_t value)
{
    write_big_endian(writer, 2, value);
}

void bytes_write_u32be(struct bytes_writer *writer, uint32_t value)
{
    write_big_endian(writer, 4, value);
}

void bytes_write_u64be(struct bytes_writer *writer, uint64_t value)
{
    write_big_endian(writer, 8, value);
}

void bytes_write_u16le(struct bytes_writer *writer, uint16_t value)
{
    write_little_endian(writer, 2, value);
}

void bytes_patch_u32be(struct bytes_writer *writer, size_t position, uint32_t value)
{
    if (position > writer->used || writer->used - position < 4) {
        writer->failed = true;
        return;
    }
    put_big_endian(writer->bytes + position, 4, value);
}
