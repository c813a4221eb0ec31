/* png.c: PNG through libpng.
 *
 * libpng reports errors by a jump. Everything that must be released lies in one struct outside the function
 * that the jump ends, so nothing is lost and no local variable is read after a jump. libpng's own buffers
 * and zlib's hold pixels too: their memory is library_memory.h's, and keeps to a budget.
 */
#include "sample/exif.h"

#include <png.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/locked_memory.h"
#include "sample/library_memory.h"

/* libpng and zlib need some rows and a 32 kB window: the widest row of 16-bit RGBA takes 32 kB. */
#define LIBRARY_BYTES_MAX (4u << 20)

#define PNG_SIGNATURE_BYTES 8
#define IHDR_BYTES          13
#define INCHES_PER_METRE    (1 / 0.0254)

/* While a traveller waits. Measured on prints of 388 x 374 and 300 x 480 px: 1.3 and 1.9 ms, 51 and 61 kB; filters cost as much again, and
 * make a print larger; libpng's own choice takes 3.5 and 8.9 ms and gives 48 and 68 kB. */
#define QUICK_LEVEL   1
#define QUICK_FILTERS PNG_FILTER_NONE

/* What is spent on making a PNG small: libpng's numbers. */
struct png_effort {
    int level, filters;
};

/* One libpng session, reading or writing. */
struct png_session {
    jmp_buf jump;
    png_structp png;
    png_infop info;
    size_t library_bytes;                 /* taken by libpng and zlib now */
    enum reason reason;                   /* why the jump; BAD_VALUE where only libpng knows */
    char message[128];                    /* libpng's words */
    struct bytes_reader file;             /* reading */
    struct locked_memory rows;            /* reading: expanded rows: one, or all where interlaced */
    struct png_effort effort;             /* writing */
    const struct sample_palette *palette; /* writing; NULL: gray */
    uint8_t *output;
    size_t output_size;
    size_t output_capacity;
};

static png_voidp session_allocate(png_structp png, png_alloc_size_t size)
{
    struct png_session *session = png_get_mem_ptr(png);
    if (size > LIBRARY_BYTES_MAX - session->library_bytes) {
        session->reason = REASON_TOO_LARGE;
        return NULL;
    }
    enum reason reason;
    void *memory = library_memory_take(size, &reason);
    if (memory == NULL)
        session->reason = reason;
    else
        session->library_bytes += size;
    return memory;
}

static void session_free(png_structp png, png_voidp memory)
{
    struct png_session *session = png_get_mem_ptr(png);
    session->library_bytes -= library_memory_release(memory);
}

static PNG_NORETURN void session_error(png_structp png, png_const_charp message)
{
    struct png_session *session = png_get_error_ptr(png);
    if (session->reason == REASON_DONE)
        session->reason = REASON_BAD_VALUE;
    strncpy(session->message, message, sizeof session->message - 1);
    longjmp(session->jump, 1);
}

/* What libpng only warns of is repaired or ignored by it; what matters to the pixels is an error already. */
static void session_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static enum reason session_failure(
    const struct png_session *session, const char *subject, struct failure *failure)
{
    return failure_set(failure, session->reason, subject, "PNG: %s", session->message);
}

/* --- Reading
 * ------------------------------------------------------------------------------------------------- */

static void read_bytes(png_structp png, png_bytep target, size_t size)
{
    struct png_session *session = png_get_io_ptr(png);
    bytes_read_copy(&session->file, target, size);
    if (session->file.failed) {
        session->reason = REASON_TRUNCATED;
        png_error(png, "the file ends inside a chunk");
    }
}

/* The sides stand at a fixed place: they are judged before libpng sees the file. */
static enum reason check_header(
    const uint8_t *bytes, size_t size, const char *subject, struct failure *failure)
{
    struct bytes_reader reader;
    bytes_reader_init(&reader, bytes, size);
    bytes_skip(&reader, PNG_SIGNATURE_BYTES);
    uint32_t length = bytes_read_u32be(&reader);
    const uint8_t *type = bytes_read_direct(&reader, 4);
    uint32_t width = bytes_read_u32be(&reader);
    uint32_t height = bytes_read_u32be(&reader);
    if (reader.failed)
        return failure_set(failure, REASON_TRUNCATED, subject, "PNG: the file ends inside its header");
    if (length != IHDR_BYTES || memcmp(type, "IHDR", 4) != 0)
        return failure_set(failure, REASON_BAD_FORMAT, subject, "PNG: the first chunk is not the header");
    return sample_check_sides(width, height, subject, failure);
}

/* An animation's control chunk begins with the number of its frames. */
static bool is_one_frame(const uint8_t *control, size_t size)
{
    struct bytes_reader reader;
    bytes_reader_init(&reader, control, size);
    return bytes_read_u32be(&reader) == 1;
}

/* What libpng isn't asked for: whether the file holds one picture, and how that lies. Damage of the chunks is libpng's to
 * find; where their frame can't be followed this ends, and libpng refuses. */
static enum reason read_chunks(
    const uint8_t *bytes, size_t size, const char *subject, struct exif *exif, struct failure *failure)
{
    struct bytes_reader reader;
    bytes_reader_init(&reader, bytes, size);
    bytes_skip(&reader, PNG_SIGNATURE_BYTES);
    *exif = (struct exif){.orientation = 1};
    enum reason reason = REASON_DONE;
    while (reason == REASON_DONE && !reader.failed && bytes_left(&reader) > 0) {
        uint32_t length = bytes_read_u32be(&reader);
        const uint8_t *type = bytes_read_direct(&reader, 4);
        const uint8_t *content = bytes_read_direct(&reader, length);
        bytes_skip(&reader, 4);
        if (reader.failed || memcmp(type, "IEND", 4) == 0)
            break;
        if (memcmp(type, "acTL", 4) == 0 && !is_one_frame(content, length))
            return failure_set(failure, REASON_UNSUPPORTED_FORMAT, subject,
                "PNG: several pictures in one file (APNG); save the print's alone");
        if (memcmp(type, "eXIf", 4) == 0)
            reason = exif_read(content, length, subject, exif, failure);
    }
    return reason;
}

/* Only what the pixels and their resolution need is read: colour profiles and texts are large parsers for
 * nothing. */
static void set_limits(png_structp png)
{
    png_set_user_limits(png, SAMPLE_SIDE_MAX, SAMPLE_SIDE_MAX);
    png_set_chunk_malloc_max(png, LIBRARY_BYTES_MAX);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT, (png_const_bytep) "pHYs", 1);
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_benign_errors(png, 0);
}

static enum reason read_resolution(const struct png_session *session, const char *subject,
    struct sample_image *image, struct failure *failure)
{
    png_uint_32 x, y;
    int unit;
    if (png_get_pHYs(session->png, session->info, &x, &y, &unit) == 0)
        return REASON_DONE;
    if (unit != PNG_RESOLUTION_METER)
        return x == y ? REASON_DONE : sample_refuse_shape(x, y, subject, failure);
    uint32_t across = (uint32_t)(x / INCHES_PER_METRE + 0.5), down = (uint32_t)(y / INCHES_PER_METRE + 0.5);
    image->ppi = across;
    image->other_ppi = across != down ? down : 0;
    return REASON_DONE;
}

static uint8_t on_white(uint8_t gray, uint8_t alpha)
{
    return (uint8_t)((gray * alpha + 255u * (255u - alpha) + 127u) / 255u);
}

static void row_to_gray(const uint8_t *row, unsigned channels, uint32_t width, uint8_t *target)
{
    for (uint32_t x = 0; x < width; x++, row += channels) {
        uint8_t gray = channels < 3 ? row[0] : sample_luminance(row[0], row[1], row[2]);
        target[x] = channels % 2 == 0 ? on_white(gray, row[channels - 1]) : gray;
    }
}

static bool read_header(struct png_session *session)
{
    if (setjmp(session->jump) != 0)
        return false;
    set_limits(session->png);
    png_set_read_fn(session->png, session, read_bytes);
    png_read_info(session->png, session->info);
    png_set_expand(session->png);
    png_set_scale_16(session->png);
    png_set_interlace_handling(session->png);
    png_read_update_info(session->png, session->info);
    return true;
}

/* Interlaced files need all expanded rows at once, the others only one. */
static bool is_interlaced(const struct png_session *session)
{
    return png_get_interlace_type(session->png, session->info) != PNG_INTERLACE_NONE;
}

/* Cameras of ten or twelve bits often put them into the lower end of sixteen: rounded to eight little would be left. Whatever a
 * print lies on, some of it is brighter than an eighth of white. */
#define DEPTH_AT      24
#define DIM_BRIGHTEST 31

static enum reason check_brightness(const struct png_session *session, const struct sample_image *image,
    const char *subject, struct failure *failure)
{
    uint8_t brightest = 0;
    for (size_t i = 0; i < (size_t)image->width * image->height; i++)
        brightest = image->pixels[i] > brightest ? image->pixels[i] : brightest;
    if (session->file.bytes[DEPTH_AT] != 16 || brightest > DIM_BRIGHTEST)
        return REASON_DONE;
    return failure_set(failure, REASON_BAD_VALUE, subject,
        "PNG: 16 bits a pixel, of which it uses the lowest 13 at most; scale its grays to the full range");
}

static bool read_pixels(struct png_session *session, struct sample_image *image)
{
    if (setjmp(session->jump) != 0)
        return false;
    size_t row_size = png_get_rowbytes(session->png, session->info);
    unsigned channels = png_get_channels(session->png, session->info);
    bool interlaced = is_interlaced(session);
    for (int pass = 0; pass < (interlaced ? PNG_INTERLACE_ADAM7_PASSES : 1); pass++)
        for (size_t y = 0; y < image->height; y++) {
            uint8_t *row = (uint8_t *)session->rows.bytes + (interlaced ? y * row_size : 0);
            png_read_row(session->png, row, NULL);
            row_to_gray(row, channels, image->width, image->pixels + y * image->width);
        }
    png_read_end(session->png, NULL);
    return true;
}

static enum reason decode_in_session(
    struct png_session *session, const char *subject, struct sample_image *image, struct failure *failure)
{
    if (!read_header(session))
        return session_failure(session, subject, failure);
    TRY(read_resolution(session, subject, image, failure));
    TRY(sample_image_allocate(image, png_get_image_width(session->png, session->info),
        png_get_image_height(session->png, session->info), subject, failure));
    size_t rows_size =
        png_get_rowbytes(session->png, session->info) * (is_interlaced(session) ? image->height : 1);
    enum reason reason = locked_memory_init(&session->rows, rows_size, NULL);
    if (reason != REASON_DONE)
        return failure_set(failure, reason, subject, "for the PNG's rows");
    if (!read_pixels(session, image))
        return session_failure(session, subject, failure);
    TRY(check_brightness(session, image, subject, failure));
    size_t end = session->file.position, behind = bytes_left(&session->file);
    if (!bytes_are_padding(session->file.bytes + end, behind))
        return failure_set(
            failure, REASON_OVERLONG, subject, "PNG: %zu bytes; cut the file to %zu bytes", behind, end);
    return REASON_DONE;
}

enum reason sample_png_decode(const uint8_t *bytes, size_t size, const char *subject,
    struct sample_image *image, struct failure *failure)
{
    struct exif exif;
    enum reason reason = check_header(bytes, size, subject, failure);
    if (reason == REASON_DONE)
        reason = read_chunks(bytes, size, subject, &exif, failure);
    if (reason != REASON_DONE)
        return reason;
    struct png_session session = {0};
    bytes_reader_init(&session.file, bytes, size);
    session.png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &session, session_error, session_warning,
        &session, session_allocate, session_free);
    if (session.png != NULL)
        session.info = png_create_info_struct(session.png);
    if (session.info == NULL)
        reason = failure_set(failure, session.reason != REASON_DONE ? session.reason : REASON_NO_MEMORY,
            subject, "for libpng");
    else
        reason = decode_in_session(&session, subject, image, failure);
    png_destroy_read_struct(&session.png, &session.info, NULL);
    locked_memory_finish(&session.rows);
    return reason == REASON_DONE ? exif_apply(&exif, subject, image, failure) : reason;
}

/* --- Writing
 * ------------------------------------------------------------------------------------------------- */

static void write_bytes(png_structp png, png_bytep source, size_t size)
{
    struct png_session *session = png_get_io_ptr(png);
    if (size > session->output_capacity - session->output_size) {
        session->reason = REASON_INTERNAL_ERROR;
        png_error(png, "the output is larger than its bound");
    }
    memcpy(session->output + session->output_size, source, size);
    session->output_size += size;
}

static void flush_bytes(png_structp png)
{
    (void)png;
}

static void set_palette(struct png_session *session, const struct sample_palette *palette)
{
    png_color colours[256];
    for (size_t i = 0; i < 256; i++)
        colours[i] = (png_color){palette->red[i], palette->green[i], palette->blue[i]};
    png_set_PLTE(session->png, session->info, colours, 256);
}

static bool write_image(
    struct png_session *session, const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t ppi)
{
    if (setjmp(session->jump) != 0)
        return false;
    png_set_write_fn(session->png, session, write_bytes, flush_bytes);
    png_set_IHDR(session->png, session->info, width, height, 8,
        session->palette != NULL ? PNG_COLOR_TYPE_PALETTE : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (session->palette != NULL)
        set_palette(session, session->palette);
    png_set_compression_level(session->png, session->effort.level);
    png_set_filter(session->png, PNG_FILTER_TYPE_BASE, session->effort.filters);
    if (ppi != 0) {
        png_uint_32 per_metre = (png_uint_32)(ppi * INCHES_PER_METRE + 0.5);
        png_set_pHYs(session->png, session->info, per_metre, per_metre, PNG_RESOLUTION_METER);
    }
    png_write_info(session->png, session->info);
    for (size_t y = 0; y < height; y++)
        png_write_row(session->png, pixels + y * width);
    png_write_end(session->png, NULL);
    return true;
}

/* More than any PNG of these pixels: the rows with a filter byte, zlib's growth of stored blocks, and chunk
 * frames even around small IDAT chunks. */
static size_t output_bound(uint32_t width, uint32_t height)
{
    size_t rows = ((size_t)width + 1) * height;
    return rows + rows / 64 + 4096;
}

/* Into the session's output. */
static enum reason encode_in_session(struct png_session *session, const uint8_t *pixels, uint32_t width,
    uint32_t height, uint32_t ppi, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    session->png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, session, session_error, session_warning,
        session, session_allocate, session_free);
    if (session->png != NULL)
        session->info = png_create_info_struct(session->png);
    if (session->info == NULL)
        reason = failure_set(failure, session->reason != REASON_DONE ? session->reason : REASON_NO_MEMORY,
            "PNG", "for %u x %u pixels", width, height);
    else if (!write_image(session, pixels, width, height, ppi))
        reason = session_failure(session, "PNG", failure);
    png_destroy_write_struct(&session->png, &session->info);
    return reason;
}

enum reason sample_encode_png(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t ppi,
    uint8_t **bytes, size_t *size, struct failure *failure)
{
    *bytes = NULL;
    *size = 0;
    TRY(sample_check_sides(width, height, "PNG", failure));
    struct png_session session = {.output_capacity = output_bound(width, height),
        .effort = {PNG_Z_DEFAULT_COMPRESSION, PNG_ALL_FILTERS}};
    session.output = malloc(session.output_capacity);
    enum reason reason =
        session.output != NULL
            ? encode_in_session(&session, pixels, width, height, ppi, failure)
            : failure_set(failure, REASON_NO_MEMORY, "PNG", "for %u x %u pixels", width, height);
    if (reason != REASON_DONE) {
        free(session.output);
        return reason;
    }
    *bytes = session.output;
    *size = session.output_size;
    return REASON_DONE;
}

/* palette NULL: gray. */
static enum reason encode_locked(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t ppi,
    const struct sample_palette *palette, struct locked_memory *png, struct failure *failure)
{
    struct locked_memory room;
    *png = (struct locked_memory){0};
    TRY(sample_check_sides(width, height, "PNG", failure));
    TRY(locked_memory_init(&room, output_bound(width, height), failure));
    struct png_session session = {.output = room.bytes,
        .output_capacity = room.size,
        .palette = palette,
        .effort = {QUICK_LEVEL, QUICK_FILTERS}};
    enum reason reason = encode_in_session(&session, pixels, width, height, ppi, failure);
    if (reason == REASON_DONE)
        reason = locked_memory_init(png, session.output_size, failure);
    if (reason == REASON_DONE)
        memcpy(png->bytes, room.bytes, png->size);
    locked_memory_finish(&room);
    return reason;
}

enum reason sample_encode_locked_png(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t ppi,
    struct locked_memory *png, struct failure *failure)
{
    return encode_locked(pixels, width, height, ppi, NULL, png, failure);
}

enum reason sample_encode_locked_drawing(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t ppi,
    const struct sample_palette *palette, struct locked_memory *png, struct failure *failure)
{
    return encode_locked(pixels, width, height, ppi, palette, png, failure);
}
