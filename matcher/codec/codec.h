/* codec.h: interchange records in and out, one codec a file behind one table.
 *
 * ISO/IEC 19794-2:2005 and ANSI/INCITS 378-2004 share the layout of a finger view and differ in the header
 * and in the unit of angles; so a codec is a header reader, a header writer and a pair of angle conversions,
 * and view.c reads and writes what is common. Everything here is in the record's own units until view.c
 * converts it to the matcher's. No allocation, no globals: any thread may call.
 */
#ifndef KORDON_MATCHER_CODEC_CODEC_H
#define KORDON_MATCHER_CODEC_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/failure.h"
#include "base/finger.h"
#include "matcher/codec.h"
#include "matcher/template/template.h"

/* "FMR\0" and the version, with which every record of both families begins. */
#define CODEC_MAGIC_BYTES   4
#define CODEC_VERSION_BYTES 4

/* Resolutions that records may claim, in pixels per centimetre: 250 to 1200 ppi. 197 is what the formats
 * write for 500 ppi and 394 for 1000 ppi. */
#define CODEC_PPCM_MIN 98
#define CODEC_PPCM_MAX 473
#define CODEC_PPCM_500 197

/* The quality (0..TEMPLATE_QUALITY_MAX) of minutiae where none of a view has one: the comparison weighs by it, and
 * that they all count for little is not what their maker meant. Chosen by accuracy, see docs/accuracy.md. */
#define CODEC_QUALITY_WHERE_UNKNOWN 45

/* What a record's header says of all its views. Sizes in the record's pixels, resolutions in pixels per
 * centimetre. */
struct codec_header {
    uint32_t length; /* of the record, as it claims */
    uint16_t width, height;
    uint16_t ppcm_x, ppcm_y;
    /* As it says itself: of across and down the one that a given resolution contradicts more; 0 where that can't be. */
    uint16_t said_ppcm;
    uint8_t views;
};

/* write_header: all of the header, for a record of record_size bytes. */
struct codec {
    enum matcher_format format;
    const char *name;
    size_t header_size;
    void (*write_header)(struct bytes_writer *writer, const struct codec_header *header, size_t record_size);
    /* false where the record's unit has no such angle */
    bool (*read_angle)(uint8_t value, uint8_t *direction);
    uint8_t (*write_angle)(uint8_t direction);
};

const struct codec *matcher_codec_iso19794_2(void);
const struct codec *matcher_codec_ansi378(void);

/* The fields that both headers end in: sensor, image size, resolution, number of views, reserved byte; fills in all but
 * the length. ppi: wins over the resolution that the header says; 0: that holds. Reasons: TRUNCATED, BAD_VALUE,
 * RESOLUTION_UNKNOWN (the header says one that can't be). */
enum reason matcher_codec_read_header_end(struct bytes_reader *reader, const char *name, uint32_t ppi,
    struct codec_header *header, struct failure *failure);
void matcher_codec_write_header_end(struct bytes_writer *writer, const struct codec_header *header);

/* Pixels per centimetre as pixels per inch: the round number that the format's 197, 394 ... stand for. */
uint32_t matcher_codec_ppi(uint16_t ppcm);

/* Bytes of a view without extended data. */
size_t matcher_codec_view_size(uint32_t minutiae);

/* Reads the view that the reader stands at, converted to the template's units, and skips its extended data.
 * Reasons: TRUNCATED, BAD_VALUE, TOO_LARGE. */
enum reason matcher_codec_read_view(struct bytes_reader *reader, const struct codec *codec,
    const struct codec_header *header, struct template_content *content, enum finger_position *position,
    struct failure *failure);
void matcher_codec_write_view(struct bytes_writer *writer, const struct codec *codec,
    const struct template_view *template, enum finger_position position);

#endif
