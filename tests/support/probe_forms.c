/* probe_forms: every form in which a print lies in memory while it is read, extracted and compared, a file each.
 *
 * usage: probe_forms FILE FOLDER
 *
 * FILE is a picture or an interchange record. What is made of it here is what kordond makes of it, bit for bit: find_leftovers then looks for it
 * in a process and in files (tests/protocol/test_no_hit_memory.py). Forms begin with what they are of: pixels_, extraction_, template_, file_, kept_.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "crypto/base64.h"
#include "enrol/enrol.h"
#include "enrol/inverted.h"
#include "matcher/extract/extraction.h"
#include "matcher/laboratory_internal.h"
#include "sample/sample.h"

#define FILE_HEAD_BYTES 64

static const char *folder;

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "probe_forms: %s\n", what);
    exit(1);
}

static void write_form(const char *name, const void *bytes, size_t size)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    require(file_write(path, bytes, size, 0600, NULL) == REASON_DONE, path);
}

static void *take(size_t size)
{
    void *memory = aligned_alloc(64, (size + 63) / 64 * 64);
    require(memory != NULL, "no memory");
    memset(memory, 0, size);
    return memory;
}

/* As text in JSON: at each of the three places that it can have among others' bytes. */
static void write_base64(const char *name, const uint8_t *bytes, size_t size)
{
    for (size_t skipped = 0; skipped < 3 && skipped < size; skipped++) {
        char form[64], *text = take((size + 2) / 3 * 4 + 1);
        base64_encode(bytes + skipped, size - skipped, text);
        snprintf(form, sizeof form, "%s_base64_%zu", name, skipped);
        write_form(form, text, strlen(text));
        free(text);
    }
}

/* --- Pixels */

/* In the widths in which decoders and libraries may hold them. */
static void write_widths(const uint8_t *pixels, size_t count)
{
    uint16_t *words = take(count * sizeof *words);
    uint32_t *longs = take(count * sizeof *longs);
    float *floats = take(count * sizeof *floats);
    for (size_t i = 0; i < count; i++) {
        words[i] = pixels[i];
        longs[i] = pixels[i];
        floats[i] = pixels[i];
    }
    write_form("pixels_of_8_bits", pixels, count);
    write_form("pixels_of_16_bits", words, count * sizeof *words);
    write_form("pixels_of_32_bits", longs, count * sizeof *longs);
    write_form("pixels_of_float", floats, count * sizeof *floats);
    for (size_t i = 0; i < count; i++)
        floats[i] /= UINT8_MAX;
    write_form("pixels_of_float_to_1", floats, count * sizeof *floats);
    free(words);
    free(longs);
    free(floats);
}

/* Turned and mirrored; upside down is the same rows, so that it is found as it is. */
static void write_turned(const struct sample_image *image)
{
    size_t width = image->width, height = image->height;
    uint8_t *mirrored = take(width * height), *columns = take(width * height), *rising = take(width * height);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            mirrored[y * width + width - 1 - x] = image->pixels[y * width + x];
            columns[x * height + y] = image->pixels[y * width + x];
            rising[x * height + height - 1 - y] = image->pixels[y * width + x];
        }
    write_form("pixels_mirrored", mirrored, width * height);
    write_form("pixels_turned", columns, width * height);
    write_form("pixels_turned_back", rising, width * height);
    picture_invert(mirrored, image->width, image->height);
    write_form("pixels_mirrored_inverted", mirrored, width * height);
    free(mirrored);
    free(columns);
    free(rising);
}

/* The picture that is kept beside a template; its head is alike in all PNGs. */
static void write_kept(const char *name, const struct sample_image *image, uint32_t ppi)
{
    struct locked_memory png;
    require(sample_encode_locked_png(image->pixels, image->width, image->height, ppi, &png, NULL) ==
                    REASON_DONE &&
                png.size > FILE_HEAD_BYTES,
        "no such PNG");
    const uint8_t *content = (const uint8_t *)png.bytes + FILE_HEAD_BYTES;
    write_form(name, content, png.size - FILE_HEAD_BYTES);
    write_base64(name, content, png.size - FILE_HEAD_BYTES);
    locked_memory_finish(&png);
}

static void write_pixels(struct sample_image *image)
{
    write_widths(image->pixels, (size_t)image->width * image->height);
    write_turned(image);
    picture_invert(image->pixels, image->width, image->height);
    write_form("pixels_inverted", image->pixels, (size_t)image->width * image->height);
    write_kept("kept_inverted", image, image->ppi != 0 ? image->ppi : 500);
    picture_invert(image->pixels, image->width, image->height);
    write_kept("kept_picture", image, image->ppi != 0 ? image->ppi : 500);
}

/* --- Extraction */

static void write_plane(const char *name, const struct plane *plane)
{
    write_form(name, plane->at, (size_t)plane->stride * (size_t)plane->height * sizeof(float));
}

static void write_grid(const char *name, const struct grid *grid)
{
    write_form(name, grid->at, (size_t)grid->columns * (size_t)grid->rows * sizeof(float));
}

/* What extraction leaves in its workspace, at whose beginning the list of its pieces lies. */
static void write_extraction(const struct extraction *extraction)
{
    write_plane("extraction_raw", &extraction->raw);
    write_plane("extraction_normalised", &extraction->image);
    write_plane("extraction_along", &extraction->along);
    write_plane("extraction_even", &extraction->even);
    write_plane("extraction_odd", &extraction->odd);
    write_grid("extraction_flow_x", &extraction->flow.x);
    write_grid("extraction_flow_y", &extraction->flow.y);
    write_grid("extraction_contrast", &extraction->contrast);
    write_grid("extraction_clarity", &extraction->clarity);
    write_form("extraction_vortices", extraction->vortices,
        (size_t)extraction->vortex_count * sizeof *extraction->vortices);
}

/* --- Template */

static void write_print(const uint8_t *template, bool as_reference)
{
    struct print *print = take(sizeof *print);
    char name[64];
    matcher_prepare_print(print, template, as_reference);
    snprintf(name, sizeof name, "template_prepared_%s", as_reference ? "reference" : "probe");
    write_form(name, print, sizeof *print);
    free(print);
}

static void write_template(const struct matcher_template *template)
{
    struct template_view view = matcher_template_view(template->bytes);
    struct template_minutia *minutiae = take(sizeof *minutiae * MATCHER_MINUTIAE_MAX);
    struct signature *signature = take(sizeof *signature);
    struct probe_signature *probe = take(sizeof *probe);
    matcher_template_unpack_minutiae(&view, minutiae);
    matcher_signature_make(template->bytes, signature);
    matcher_signature_make_probe(template->bytes, probe);
    write_form("template_packed", template->bytes, template->size);
    write_base64("template_packed", template->bytes, template->size);
    write_form("template_minutiae", minutiae, view.minutiae_count * sizeof *minutiae);
    write_form("template_signature", signature, sizeof *signature);
    write_form("template_probe_signature", probe, sizeof *probe);
    write_print(template->bytes, false);
    write_print(template->bytes, true);
    free(minutiae);
    free(signature);
    free(probe);
}

/* --- Both kinds of files */

static void write_forms_of_picture(const uint8_t *bytes, size_t size)
{
    struct sample_image image;
    struct matcher_template *template = take(sizeof *template);
    require(sample_decode(bytes, size, "sample", &image, NULL) == REASON_DONE, "no such picture");
    write_pixels(&image);
    struct matcher_sample sample = {.pixels = image.pixels,
        .width = image.width,
        .height = image.height,
        .stride = image.width,
        .ppi = image.ppi != 0 ? image.ppi : 500};
    size_t room = matcher_extract_workspace_size(image.width, image.height, sample.ppi);
    require(room > 0, "larger than what is extracted");
    void *workspace = take(room);
    enum reason reason =
        matcher_extract(&sample, (struct matcher_workspace){workspace, room}, template, NULL, NULL);
    if (reason == REASON_DONE || reason == REASON_SAMPLE_TOO_POOR)
        write_extraction(workspace);
    if (reason == REASON_DONE)
        write_template(template);
    free(workspace);
    free(template);
    sample_image_finish(&image);
}

static void write_forms_of_record(const uint8_t *bytes, size_t size)
{
    const struct enrol_claim claim = {.records = true, .all_fingers = true};
    struct enrolment enrolment;
    require(enrol_file(bytes, size, &claim, &enrolment, NULL) == REASON_DONE, "no such record");
    write_template(locked_template_get(&enrolment.fingers[0]));
    enrolment_finish(&enrolment);
}

/* Heads are alike in all files of a kind; a JPEG's holds tables that libjpeg has, too. */
static size_t head_of(const uint8_t *bytes, size_t size)
{
    static const uint8_t start_of_scan[] = {0xff, 0xda};
    const uint8_t *scan = bytes[0] == 0xff ? memmem(bytes, size, start_of_scan, sizeof start_of_scan) : NULL;
    return FILE_HEAD_BYTES + (scan != NULL ? (size_t)(scan - bytes) : 0);
}

int main(int argc, char **argv)
{
    uint8_t *bytes;
    size_t size;
    require(argc == 3, "usage: probe_forms FILE FOLDER");
    folder = argv[2];
    require(file_read(argv[1], SAMPLE_FILE_BYTES_MAX, &bytes, &size, NULL) == REASON_DONE, argv[1]);
    size_t head = head_of(bytes, size);
    require(size > head, argv[1]);
    write_form("file", bytes + head, size - head);
    write_base64("file", bytes + head, size - head);
    if (sample_is_picture(bytes, size))
        write_forms_of_picture(bytes, size);
    else
        write_forms_of_record(bytes, size);
    free(bytes);
    return 0;
}
