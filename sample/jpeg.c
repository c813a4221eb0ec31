/* jpeg.c: JPEG through libjpeg-turbo.
 *
 * libjpeg reports errors by a call that must not return. As in png.c the jump ends a function whose state
 * lies in a struct outside it. What libjpeg warns of is damage that it would paint over with gray: a
 * fingerprint with invented parts is no evidence, so a warning ends the decoding too. Its memory is library_memory.h's.
 */
#include "sample/exif.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "base/bytes.h"
#include "sample/library_memory.h"

/* Coefficients of a progressive file are held whole: 2 bytes a sample, three components, some rounding. */
#define LIBRARY_BYTES_MAX (SAMPLE_SIDE_MAX * SAMPLE_SIDE_MAX * 7L)

/* A progressive file of a few bytes a scan makes each scan cost the whole picture's time. Encoders use ten.
 */
#define SCANS_MAX 32

/* Of EXIF and multi-picture blocks. */
#define EXIF_HEAD        "Exif\0"
#define EXIF_HEAD_BYTES  6
#define MARKER_BYTES_MAX 65533

struct jpeg_session {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf jump;
    enum reason reason;
    enum reason memory_reason; /* why there was no memory */
    char message[JMSG_LENGTH_MAX];
};

static struct jpeg_session *session_of(j_common_ptr jpeg)
{
    return jpeg->client_data;
}

/* --- libjpeg's memory
 *
 * libjpeg leaves four functions to the system that it runs on (jmemsys.h of its sources, which is not installed). Its own ones are malloc()
 * and free(); a program that has them puts its own in their place, and libjpeg says the size again when it frees. They must be
 * seen by it. */

#define FOR_LIBJPEG __attribute__((visibility("default"), used))

void *jpeg_get_small(j_common_ptr jpeg, size_t size);
void *jpeg_get_large(j_common_ptr jpeg, size_t size);
void jpeg_free_small(j_common_ptr jpeg, void *bytes, size_t size);
void jpeg_free_large(j_common_ptr jpeg, void *bytes, size_t size);

FOR_LIBJPEG void *jpeg_get_large(j_common_ptr jpeg, size_t size)
{
    enum reason reason;
    void *bytes = library_memory_take(size, &reason);
    if (bytes == NULL)
        session_of(jpeg)->memory_reason = reason;
    return bytes;
}

FOR_LIBJPEG void *jpeg_get_small(j_common_ptr jpeg, size_t size)
{
    return jpeg_get_large(jpeg, size);
}

FOR_LIBJPEG void jpeg_free_large(j_common_ptr jpeg, void *bytes, size_t size)
{
    (void)jpeg;
    (void)size;
    library_memory_release(bytes);
}

FOR_LIBJPEG void jpeg_free_small(j_common_ptr jpeg, void *bytes, size_t size)
{
    jpeg_free_large(jpeg, bytes, size);
}

/* --- Its messages */

static enum reason reason_of_message(int code)
{
    switch (code) {
    case JERR_OUT_OF_MEMORY:
        return REASON_NO_MEMORY;
    case JERR_IMAGE_TOO_BIG:
    case JERR_NO_BACKING_STORE:
        return REASON_TOO_LARGE;
    case JERR_CONVERSION_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_ARITH_NOTIMPL:
    case JERR_SOF_UNSUPPORTED:
        return REASON_UNSUPPORTED_FORMAT;
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_JPEG_EOF:
        return REASON_TRUNCATED;
    default:
        return REASON_BAD_VALUE;
    }
}

static void session_error(j_common_ptr jpeg) __attribute__((noreturn));
static void session_error(j_common_ptr jpeg)
{
    struct jpeg_session *session = session_of(jpeg);
    session->reason = session->memory_reason != REASON_DONE ? session->memory_reason
                                                            : reason_of_message(session->errors.msg_code);
    session->errors.format_message(jpeg, session->message);
    longjmp(session->jump, 1);
}

/* level -1 is a warning, others are trace. */
static void session_message(j_common_ptr jpeg, int level)
{
    if (level < 0)
        session_error(jpeg);
}

static void check_scans(j_common_ptr jpeg)
{
    struct jpeg_session *session = session_of(jpeg);
    if (session->jpeg.input_scan_number <= SCANS_MAX)
        return;
    session->reason = REASON_TOO_LARGE;
    snprintf(session->message, sizeof session->message, "more than %d scans", SCANS_MAX);
    longjmp(session->jump, 1);
}

static void session_init(struct jpeg_session *session)
{
    session->jpeg.err = jpeg_std_error(&session->errors);
    session->jpeg.client_data = session;
    session->errors.error_exit = session_error;
    session->errors.emit_message = session_message;
    session->progress.progress_monitor = check_scans;
}

static enum reason session_failure(
    const struct jpeg_session *session, const char *subject, struct failure *failure)
{
    return failure_set(failure, session->reason, subject, "JPEG: %s", session->message);
}

static bool read_header(struct jpeg_session *session, const uint8_t *bytes, size_t size)
{
    if (setjmp(session->jump) != 0)
        return false;
    jpeg_create_decompress(&session->jpeg);
    session->jpeg.progress = &session->progress;
    session->jpeg.mem->max_memory_to_use = LIBRARY_BYTES_MAX;
    jpeg_mem_src(&session->jpeg, bytes, size);
    jpeg_save_markers(&session->jpeg, JPEG_APP0 + 1, MARKER_BYTES_MAX);
    jpeg_save_markers(&session->jpeg, JPEG_APP0 + 2, MARKER_BYTES_MAX);
    jpeg_read_header(&session->jpeg, TRUE);
    /* The integer DCT gives the same gray on every processor. */
    session->jpeg.dct_method = JDCT_ISLOW;
    session->jpeg.out_color_space = JCS_GRAYSCALE;
    return true;
}

/* --- What the file says of its pixels */

static bool begins_with(const struct jpeg_marker_struct *marker, const char *text, unsigned size)
{
    return marker->data_length >= size && memcmp(marker->data, text, size) == 0;
}

/* EXIF comes first: a second block of its kind says nothing. */
static enum reason read_exif(
    const struct jpeg_session *session, const char *subject, struct exif *exif, struct failure *failure)
{
    *exif = (struct exif){.orientation = 1};
    for (const struct jpeg_marker_struct *marker = session->jpeg.marker_list; marker != NULL;
         marker = marker->next)
        if (marker->marker == JPEG_APP0 + 1 && begins_with(marker, EXIF_HEAD, EXIF_HEAD_BYTES))
            return exif_read(marker->data + EXIF_HEAD_BYTES, marker->data_length - EXIF_HEAD_BYTES, subject,
                exif, failure);
    return REASON_DONE;
}

/* JFIF's density. Unit 0 gives only the pixels' shape. */
static enum reason read_resolution(const struct jpeg_session *session, const char *subject,
    struct sample_image *image, struct failure *failure)
{
    const struct jpeg_decompress_struct *jpeg = &session->jpeg;
    uint32_t across = jpeg->X_density, down = jpeg->Y_density;
    if (jpeg->density_unit == 0 && across != down)
        return sample_refuse_shape(across, down, subject, failure);
    if (jpeg->density_unit == 0)
        return REASON_DONE;
    bool per_centimetre = jpeg->density_unit == 2;
    image->ppi = per_centimetre ? (across * 254u + 50u) / 100u : across;
    if (across != down)
        image->other_ppi = per_centimetre ? (down * 254u + 50u) / 100u : down;
    return REASON_DONE;
}

/* What would be decoded wrongly, or only in part. */
static enum reason check_form(
    const struct jpeg_session *session, const char *subject, struct failure *failure)
{
    J_COLOR_SPACE space = session->jpeg.jpeg_color_space;
    if (space == JCS_CMYK || space == JCS_YCCK)
        return failure_set(failure, REASON_UNSUPPORTED_FORMAT, subject,
            "JPEG: a picture in printing inks (CMYK); save it as gray");
    for (const struct jpeg_marker_struct *marker = session->jpeg.marker_list; marker != NULL;
         marker = marker->next)
        if (marker->marker == JPEG_APP0 + 2 && begins_with(marker, "MPF", 4))
            return failure_set(failure, REASON_UNSUPPORTED_FORMAT, subject,
                "JPEG: several pictures in one file (MPO); save the print's alone");
    return REASON_DONE;
}

static bool read_pixels(struct jpeg_session *session, struct sample_image *image)
{
    if (setjmp(session->jump) != 0)
        return false;
    jpeg_start_decompress(&session->jpeg);
    while (session->jpeg.output_scanline < session->jpeg.output_height) {
        JSAMPROW row = image->pixels + (size_t)session->jpeg.output_scanline * image->width;
        jpeg_read_scanlines(&session->jpeg, &row, 1);
    }
    jpeg_finish_decompress(&session->jpeg);
    return true;
}

static enum reason decode_in_session(struct jpeg_session *session, const uint8_t *bytes, size_t size,
    const char *subject, struct sample_image *image, struct failure *failure)
{
    if (!read_header(session, bytes, size))
        return session_failure(session, subject, failure);
    struct exif exif;
    uint32_t width = session->jpeg.image_width, height = session->jpeg.image_height;
    TRY(check_form(session, subject, failure));
    TRY(read_exif(session, subject, &exif, failure));
    TRY(sample_check_sides(width, height, subject, failure));
    TRY(sample_image_allocate(image, width, height, subject, failure));
    TRY(read_resolution(session, subject, image, failure));
    if (!read_pixels(session, image))
        return session_failure(session, subject, failure);
    const struct jpeg_source_mgr *rest = session->jpeg.src;
    if (!bytes_are_padding(rest->next_input_byte, rest->bytes_in_buffer))
        return failure_set(failure, REASON_OVERLONG, subject, "JPEG: %zu bytes; cut the file to %zu bytes",
            rest->bytes_in_buffer, size - rest->bytes_in_buffer);
    return exif_apply(&exif, subject, image, failure);
}

enum reason sample_jpeg_decode(const uint8_t *bytes, size_t size, const char *subject,
    struct sample_image *image, struct failure *failure)
{
    struct jpeg_session session = {0};
    session_init(&session);
    enum reason reason = decode_in_session(&session, bytes, size, subject, image, failure);
    jpeg_destroy_decompress(&session.jpeg);
    return reason;
}
