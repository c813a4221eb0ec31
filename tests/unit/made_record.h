/* made_record.h: ISO/IEC 19794-2:2005 records for tests, view by view. */
#ifndef KORDON_TESTS_MADE_RECORD_H
#define KORDON_TESTS_MADE_RECORD_H

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/finger.h"

#define MADE_RECORD_SIDE 400
#define MADE_RECORD_PPCM 197

struct made_view {
    enum finger_position position;
    uint8_t quality, minutiae;
};

/* How the header is laid out: ISO's, ANSI's two, and ANSI's with ISO's length. */
enum made_layout { MADE_ISO, MADE_ANSI, MADE_ANSI_LONG, MADE_ANSI_WIDE };

struct made_record {
    uint8_t bytes[16384];
    size_t size;
    size_t length_at, length_bytes; /* where the header says the length */
};

static inline void made_record_set_length(struct made_record *record, uint32_t length)
{
    for (size_t i = 0; i < record->length_bytes; i++)
        record->bytes[record->length_at + i] = (uint8_t)(length >> (8 * (record->length_bytes - 1 - i)));
}

static inline void made_record_init(struct made_record *record, enum made_layout layout, uint16_t ppcm,
    const struct made_view *views, size_t count)
{
    struct bytes_writer writer;
    memset(record, 0, sizeof *record);
    bytes_writer_init(&writer, record->bytes, sizeof record->bytes);
    bytes_write_copy(&writer, "FMR\0 20", 8);
    record->length_at = layout == MADE_ANSI_LONG ? 10 : 8;
    record->length_bytes = layout == MADE_ANSI ? 2 : 4;
    if (layout == MADE_ANSI_LONG)
        bytes_write_u16be(&writer, 0);
    bytes_write_copy(&writer, "\0\0\0", record->length_bytes);
    if (layout != MADE_ISO)
        bytes_write_u32be(&writer, 0x00420011);
    bytes_write_u16be(&writer, 0);
    bytes_write_u16be(&writer, MADE_RECORD_SIDE);
    bytes_write_u16be(&writer, MADE_RECORD_SIDE);
    bytes_write_u16be(&writer, ppcm);
    bytes_write_u16be(&writer, ppcm);
    bytes_write_u8(&writer, (uint8_t)count);
    bytes_write_u8(&writer, 0);
    for (size_t i = 0; i < count; i++) {
        bytes_write_u8(&writer, (uint8_t)views[i].position);
        bytes_write_u8(&writer, 0);
        bytes_write_u8(&writer, views[i].quality);
        bytes_write_u8(&writer, views[i].minutiae);
        for (unsigned k = 0; k < views[i].minutiae; k++) {
            bytes_write_u16be(&writer, (uint16_t)(1 << 14 | (20 + 37 * k + 11 * i) % MADE_RECORD_SIDE));
            bytes_write_u16be(&writer, (uint16_t)((30 + 53 * k) % MADE_RECORD_SIDE));
            bytes_write_u8(&writer, (uint8_t)(k * 7 % 180));
            bytes_write_u8(&writer, 60);
        }
        bytes_write_u16be(&writer, 0);
    }
    record->size = writer.used;
    made_record_set_length(record, (uint32_t)record->size);
}

#endif
