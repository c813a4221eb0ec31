#include "tests/unit/unit.h"

#include <png.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "sample/sample.h"
#include "tests/unit/made_exif.h"

#define WIDTH  23
#define HEIGHT 17

/* What to write as a test file, and the file. */
struct picture {
    int color_type, depth, interlace;
    uint32_t x_per_metre, y_per_metre;
    int unit;
    bool dim; /* 16 bits, of which the lower are used */
    uint8_t file[8192];
    size_t size;
};

static void append(png_structp png, png_bytep bytes, size_t size)
{
    struct picture *picture = png_get_io_ptr(png);
    assert_true(size <= sizeof picture->file - picture->size);
    memcpy(picture->file + picture->size, bytes, size);
    picture->size += size;
}

static uint8_t red(unsigned x, unsigned y)
{
    return (uint8_t)(x * 11 + y * 3);
}

static void put_pixel(const struct picture *picture, uint8_t *row, unsigned x, unsigned y)
{
    uint8_t value = red(x, y);
    switch (picture->color_type) {
    case PNG_COLOR_TYPE_GRAY:
        if (picture->depth == 16) {
            unsigned wide = picture->dim ? value * 16u : value * 256u + 0x81u; /* rounds to value */
            row[2 * x] = (uint8_t)(wide >> 8);
            row[2 * x + 1] = (uint8_t)wide;
        } else if (picture->depth == 8) {
            row[x] = value;
        } else {
            row[x / 8] = (uint8_t)(row[x / 8] | (value & 1) << (7 - x % 8));
        }
        break;
    case PNG_COLOR_TYPE_PALETTE:
        row[x] = (uint8_t)(x % 4);
        break;
    case PNG_COLOR_TYPE_RGB:
        memcpy(row + 3 * x, (uint8_t[]){value, 40, 200}, 3);
        break;
    case PNG_COLOR_TYPE_GRAY_ALPHA:
        memcpy(row + 2 * x, (uint8_t[]){value, (uint8_t)(y * 15)}, 2);
        break;
    default:
        memcpy(row + 4 * x, (uint8_t[]){value, value, value, 0}, 4);
    }
}

static void picture_write(struct picture *picture)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, picture, append, NULL);
    png_set_IHDR(png, info, WIDTH, HEIGHT, picture->depth, picture->color_type, picture->interlace, 0, 0);
    if (picture->color_type == PNG_COLOR_TYPE_PALETTE) {
        png_color colors[4] = {{0, 0, 0}, {255, 255, 255}, {255, 0, 0}, {0, 0, 255}};
        png_set_PLTE(png, info, colors, 4);
    }
    if (picture->x_per_metre != 0)
        png_set_pHYs(png, info, picture->x_per_metre, picture->y_per_metre, picture->unit);
    uint8_t pixels[HEIGHT][WIDTH * 4] = {0};
    png_bytep rows[HEIGHT];
    for (unsigned y = 0; y < HEIGHT; y++) {
        rows[y] = pixels[y];
        for (unsigned x = 0; x < WIDTH; x++)
            put_pixel(picture, pixels[y], x, y);
    }
    png_set_rows(png, info, rows);
    png_write_png(png, info, PNG_TRANSFORM_IDENTITY, NULL);
    png_destroy_write_struct(&png, &info);
}

static struct picture gray_picture(void)
{
    struct picture picture = {PNG_COLOR_TYPE_GRAY, 8, PNG_INTERLACE_NONE, 19685, 19685, 1};
    picture_write(&picture);
    return picture;
}

/* Decodes from a block of exactly the file's size, so that ASan sees reads beyond it. */
static enum reason decode(
    const uint8_t *file, size_t size, struct sample_image *image, struct failure *failure)
{
    uint8_t *exact = malloc(size > 0 ? size : 1);
    assert_non_null(exact);
    memcpy(exact, file, size);
    memset(failure, 0, sizeof *failure);
    enum reason reason = sample_decode(exact, size, "test.png", image, failure);
    free(exact);
    assert_int_equal(failure->reason, reason);
    if (reason != REASON_DONE) {
        assert_null(image->pixels);
        assert_int_equal(image->width, 0);
        assert_string_equal(failure->subject, "test.png");
    }
    return reason;
}

static void assert_refused(const uint8_t *file, size_t size, enum reason reason)
{
    struct sample_image image;
    struct failure failure;
    assert_string_equal(reason_name(decode(file, size, &image, &failure)), reason_name(reason));
}

static void mend_crc(uint8_t *chunk)
{
    uint32_t length =
        (uint32_t)chunk[0] << 24 | (uint32_t)chunk[1] << 16 | (uint32_t)chunk[2] << 8 | chunk[3];
    uint32_t crc = (uint32_t)crc32(0, chunk + 4, length + 4);
    for (unsigned i = 0; i < 4; i++)
        chunk[8 + length + i] = (uint8_t)(crc >> (24 - 8 * i));
}

/* Gray, plain and interlaced, and what 16 bits round to: the same pixels. */
static void test_F5_gray_comes_out_as_written(void **state)
{
    (void)state;
    const struct {
        int depth, interlace;
    } forms[] = {{8, PNG_INTERLACE_NONE}, {8, PNG_INTERLACE_ADAM7}, {16, PNG_INTERLACE_NONE},
        {16, PNG_INTERLACE_ADAM7}};
    for (unsigned i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct picture picture = {PNG_COLOR_TYPE_GRAY, forms[i].depth, forms[i].interlace, 19685, 19685, 1};
        picture_write(&picture);
        struct sample_image image;
        struct failure failure;
        assert_int_equal(decode(picture.file, picture.size, &image, &failure), REASON_DONE);
        assert_int_equal(image.width, WIDTH);
        assert_int_equal(image.height, HEIGHT);
        assert_int_equal(image.ppi, 500);
        for (unsigned y = 0; y < HEIGHT; y++)
            for (unsigned x = 0; x < WIDTH; x++)
                assert_in_range(image.pixels[y * WIDTH + x], red(x, y), red(x, y) + (forms[i].depth == 16));
        sample_image_finish(&image);
        assert_null(image.pixels);
        sample_image_finish(&image);
    }
}

static uint8_t first_pixel_of(int color_type, int depth, unsigned x, unsigned y)
{
    struct picture picture = {color_type, depth, PNG_INTERLACE_NONE, 0, 0, 0};
    picture_write(&picture);
    struct sample_image image;
    struct failure failure;
    assert_int_equal(decode(picture.file, picture.size, &image, &failure), REASON_DONE);
    assert_int_equal(image.ppi, 0);
    uint8_t pixel = image.pixels[y * WIDTH + x];
    sample_image_finish(&image);
    return pixel;
}

/* Palette and colour become luminance, few bits the full range, alpha lies on white. */
static void test_other_pixel_forms_become_gray(void **state)
{
    (void)state;
    assert_int_equal(first_pixel_of(PNG_COLOR_TYPE_PALETTE, 8, 1, 0), 255);
    assert_int_equal(first_pixel_of(PNG_COLOR_TYPE_PALETTE, 8, 2, 0), 76);
    assert_int_equal(first_pixel_of(PNG_COLOR_TYPE_PALETTE, 8, 3, 0), 29);
    assert_int_equal(
        first_pixel_of(PNG_COLOR_TYPE_RGB, 8, 9, 1), (299 * 102 + 587 * 40 + 114 * 200 + 500) / 1000);
    assert_int_equal(first_pixel_of(PNG_COLOR_TYPE_GRAY, 1, 1, 0), 255);
    assert_int_equal(first_pixel_of(PNG_COLOR_TYPE_GRAY, 1, 2, 0), 0);
    assert_int_equal(first_pixel_of(PNG_COLOR_TYPE_GRAY_ALPHA, 8, 3, 0), 255);
    assert_int_equal(first_pixel_of(PNG_COLOR_TYPE_GRAY_ALPHA, 8, 3, 16), (81 * 240 + 255 * 15 + 127) / 255);
    assert_int_equal(first_pixel_of(PNG_COLOR_TYPE_RGB_ALPHA, 8, 3, 3), 255);
}

/* The resolution is said in whole pixels a metre; without a unit it only tells the pixels' shape. */
static void test_F5_resolution(void **state)
{
    (void)state;
    const struct {
        uint32_t x, y;
        int unit;
        enum reason reason;
        uint32_t ppi, other_ppi;
    } cases[] = {
        {19685, 19685, 1, REASON_DONE, 500, 0},
        {19685, 19684, 1, REASON_DONE, 500, 0},
        {39370, 39370, 1, REASON_DONE, 1000, 0},
        {22402, 22402, 1, REASON_DONE, 569, 0},
        {1, 1, 0, REASON_DONE, 0, 0},
        {0x7fffffff, 0x7fffffff, 1, REASON_DONE, 54546085, 0},
        {19685, 39370, 1, REASON_DONE, 500, 1000},
        {2, 1, 0, REASON_BAD_VALUE, 0, 0},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct picture picture = {
            PNG_COLOR_TYPE_GRAY, 8, PNG_INTERLACE_NONE, cases[i].x, cases[i].y, cases[i].unit};
        picture_write(&picture);
        struct sample_image image;
        struct failure failure;
        assert_int_equal(decode(picture.file, picture.size, &image, &failure), cases[i].reason);
        assert_int_equal(image.ppi, cases[i].ppi);
        assert_int_equal(image.other_ppi, cases[i].other_ppi);
        sample_image_finish(&image);
    }
}

/* A file cut anywhere is refused, never half a picture; so is one with something behind its end. */
static void test_every_cut_is_refused(void **state)
{
    (void)state;
    struct picture picture = gray_picture();
    for (size_t size = 8; size < picture.size; size++)
        assert_refused(picture.file, size, REASON_TRUNCATED);
    for (size_t size = 1; size < 8; size++)
        assert_refused(picture.file, size, REASON_BAD_FORMAT);
    assert_refused(picture.file, 0, REASON_TRUNCATED);
    picture.file[picture.size] = 'x';
    assert_refused(picture.file, picture.size + 1, REASON_OVERLONG);
}

/* F10: what buffers and editors leave behind a picture is no part of it. */
static void test_F10_padding_behind_the_end_is_not_read(void **state)
{
    (void)state;
    struct picture picture = gray_picture();
    const char padding[] = "\r\n\0\0\xff";
    memcpy(picture.file + picture.size, padding, sizeof padding);
    struct sample_image image;
    struct failure failure;
    assert_int_equal(decode(picture.file, picture.size + sizeof padding, &image, &failure), REASON_DONE);
    sample_image_finish(&image);
}

/* Puts a chunk behind the header. */
static void put_chunk(struct picture *picture, const char *type, const uint8_t *content, size_t size)
{
    uint8_t *at = picture->file + 33;
    assert_true(picture->size + size + 12 <= sizeof picture->file);
    memmove(at + size + 12, at, picture->size - 33);
    const uint8_t length[4] = {0, 0, (uint8_t)(size >> 8), (uint8_t)size};
    memcpy(at, length, 4);
    memcpy(at + 4, type, 4);
    memcpy(at + 8, content, size);
    mend_crc(at);
    picture->size += size + 12;
}

/* F10: a picture that lies on its side or is mirrored is turned upright, as EXIF says in either byte order: the upper left
 * corner comes from the corner that it names. */
static void test_F10_exif_orientation_turns_the_picture(void **state)
{
    (void)state;
    static const struct {
        bool transposed, right, bottom; /* where the first pixel is found, and the second row */
    } turns[9] = {
        {0}, {0, 0, 0}, {0, 1, 0}, {0, 1, 1}, {0, 0, 1}, {1, 0, 0}, {1, 0, 1}, {1, 1, 1}, {1, 1, 0}};
    for (uint16_t orientation = 0; orientation <= 8; orientation++) {
        struct picture picture = gray_picture();
        struct made_exif exif = made_exif(orientation % 2 == 0, orientation, 500, 500);
        put_chunk(&picture, "eXIf", exif.bytes, exif.used);
        struct sample_image image;
        struct failure failure;
        assert_int_equal(decode(picture.file, picture.size, &image, &failure), REASON_DONE);
        bool transposed = turns[orientation].transposed;
        assert_int_equal(image.width, transposed ? HEIGHT : WIDTH);
        assert_int_equal(image.height, transposed ? WIDTH : HEIGHT);
        unsigned x = turns[orientation].right ? WIDTH - 1 : 0, y = turns[orientation].bottom ? HEIGHT - 1 : 0;
        assert_int_equal(image.pixels[0], red(x, y));
        int step_x = turns[orientation].right ? -1 : 1, step_y = turns[orientation].bottom ? -1 : 1;
        assert_int_equal(
            image.pixels[1], transposed ? red(x, y + (unsigned)step_y) : red(x + (unsigned)step_x, y));
        sample_image_finish(&image);
    }
}

/* F10: EXIF data that can't be read are refused: nobody knows how the picture lies. */
static void test_F10_broken_exif_is_refused(void **state)
{
    (void)state;
    struct made_exif exif = made_exif(false, 9, 500, 500);
    struct picture picture = gray_picture();
    put_chunk(&picture, "eXIf", exif.bytes, exif.used);
    assert_refused(picture.file, picture.size, REASON_BAD_VALUE);
    exif = made_exif(false, 6, 500, 500);
    for (size_t size = 0; size < 58; size++) {
        picture = gray_picture();
        put_chunk(&picture, "eXIf", exif.bytes, size);
        assert_refused(picture.file, picture.size, REASON_BAD_VALUE);
    }
}

/* F10: twelve bits at the lower end of sixteen would become black: that is told, and not that there is no finger. */
static void test_F10_low_bits_of_sixteen_are_refused(void **state)
{
    (void)state;
    struct picture picture = {PNG_COLOR_TYPE_GRAY, 16, PNG_INTERLACE_NONE, 19685, 19685, 1, .dim = true};
    picture_write(&picture);
    struct sample_image image;
    struct failure failure;
    assert_int_equal(decode(picture.file, picture.size, &image, &failure), REASON_BAD_VALUE);
    assert_non_null(strstr(failure.detail, "scale its grays"));
}

/* F10: of several pictures in one file none is chosen. */
static void test_F10_animation_is_refused(void **state)
{
    (void)state;
    for (uint8_t frames = 1; frames <= 2; frames++) {
        struct picture picture = gray_picture();
        const uint8_t control[8] = {0, 0, 0, frames};
        put_chunk(&picture, "acTL", control, 8);
        struct sample_image image;
        struct failure failure;
        assert_int_equal(decode(picture.file, picture.size, &image, &failure),
            frames == 1 ? REASON_DONE : REASON_UNSUPPORTED_FORMAT);
        sample_image_finish(&image);
    }
}

/* One byte changed anywhere behind the signature breaks a checksum or a length. */
static void test_every_changed_byte_is_refused(void **state)
{
    (void)state;
    struct picture picture = gray_picture();
    for (size_t i = 8; i < picture.size; i++) {
        struct sample_image image;
        struct failure failure;
        picture.file[i] ^= 0x55;
        assert_int_not_equal(decode(picture.file, picture.size, &image, &failure), REASON_DONE);
        picture.file[i] ^= 0x55;
    }
}

/* A small file that claims a large picture is refused by its header, with a valid checksum. */
static void test_sides_are_limited(void **state)
{
    (void)state;
    const struct {
        uint8_t width[4];
        enum reason reason;
    } cases[] = {
        {{0, 0, 0, 0}, REASON_BAD_VALUE}, {{0, 0, 0x10, 1}, REASON_TOO_LARGE},
        {{0x7f, 0xff, 0xff, 0xff}, REASON_TOO_LARGE}, {{0xff, 0xff, 0xff, 0xff}, REASON_TOO_LARGE},
        {{0, 0, 0x10, 0}, REASON_BAD_VALUE}, /* allowed, but the rows are not there */
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct picture picture = gray_picture();
        memcpy(picture.file + 16, cases[i].width, 4);
        mend_crc(picture.file + 8);
        assert_refused(picture.file, picture.size, cases[i].reason);
        picture = gray_picture();
        memcpy(picture.file + 20, cases[i].width, 4);
        mend_crc(picture.file + 8);
        assert_refused(picture.file, picture.size, cases[i].reason);
    }
    struct picture picture = gray_picture();
    picture.file[12] = 'X';
    assert_refused(picture.file, picture.size, REASON_BAD_FORMAT);
}

/* What is written reads back the same, to the byte; without a resolution it says none. */
static void test_encode_round_trip(void **state)
{
    (void)state;
    uint8_t pixels[HEIGHT * WIDTH];
    for (unsigned i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * 2654435761u >> 24);
    for (uint32_t ppi = 0; ppi <= 1000; ppi += 500) {
        uint8_t *file;
        size_t size;
        struct failure failure;
        assert_int_equal(sample_encode_png(pixels, WIDTH, HEIGHT, ppi, &file, &size, &failure), REASON_DONE);
        struct sample_image image;
        assert_int_equal(decode(file, size, &image, &failure), REASON_DONE);
        assert_int_equal(image.ppi, ppi);
        assert_int_equal(image.width, WIDTH);
        assert_memory_equal(image.pixels, pixels, sizeof pixels);
        sample_image_finish(&image);
        free(file);
    }
}

/* M1: what a traveller's picture is kept as is all of it, in locked memory of just its size. */
static void test_M1_a_locked_picture_is_the_whole_picture(void **state)
{
    (void)state;
    uint8_t pixels[HEIGHT * WIDTH];
    for (unsigned i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * 2654435761u >> 24);
    struct locked_memory png;
    struct failure failure;
    const size_t before = locked_memory_total();
    assert_int_equal(sample_encode_locked_png(pixels, WIDTH, HEIGHT, 569, &png, &failure), REASON_DONE);
    assert_int_equal(locked_memory_total() - before, locked_memory_cost(png.size));
    struct sample_image image;
    assert_int_equal(decode(png.bytes, png.size, &image, &failure), REASON_DONE);
    assert_int_equal(image.ppi, 569);
    assert_int_equal(image.width, WIDTH);
    assert_int_equal(image.height, HEIGHT);
    assert_memory_equal(image.pixels, pixels, sizeof pixels);
    sample_image_finish(&image);
    locked_memory_finish(&png);
    assert_int_equal(
        sample_encode_locked_png(pixels, 1, SAMPLE_SIDE_MAX + 1, 500, &png, &failure), REASON_TOO_LARGE);
    assert_null(png.bytes);
    assert_int_equal(locked_memory_total(), before);
}

/* H3: what is drawn over a print is seen in its colours, and the print below as it is. */
static void test_H3_a_drawing_has_its_colours(void **state)
{
    (void)state;
    static const uint8_t pixels[] = {0, 1, 2, 1};
    static const struct sample_palette palette = {{0, 0, 255}, {0, 0, 255}, {0, 220, 255}};
    struct locked_memory png;
    struct failure failure;
    assert_int_equal(sample_encode_locked_drawing(pixels, 2, 2, 500, &palette, &png, &failure), REASON_DONE);
    struct sample_image image;
    assert_int_equal(decode(png.bytes, png.size, &image, &failure), REASON_DONE);
    assert_int_equal(image.pixels[0], 0);
    assert_int_equal(image.pixels[2], 255);
    assert_in_range(image.pixels[1], 10, 40);
    assert_int_equal(image.pixels[3], image.pixels[1]);
    sample_image_finish(&image);
    locked_memory_finish(&png);
    assert_int_equal(
        sample_encode_locked_drawing(pixels, 0, 2, 500, &palette, &png, &failure), REASON_BAD_VALUE);
    assert_null(png.bytes);
}

static void test_encode_refuses_sides(void **state)
{
    (void)state;
    uint8_t pixel = 0, *file;
    size_t size;
    struct failure failure;
    assert_int_equal(sample_encode_png(&pixel, 0, 1, 500, &file, &size, &failure), REASON_BAD_VALUE);
    assert_null(file);
    assert_int_equal(
        sample_encode_png(&pixel, 1, SAMPLE_SIDE_MAX + 1, 500, &file, &size, &failure), REASON_TOO_LARGE);
    assert_null(file);
    assert_int_equal(sample_encode_png(&pixel, 1, 1, 500, &file, &size, &failure), REASON_DONE);
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_F5_gray_comes_out_as_written),
        cmocka_unit_test(test_other_pixel_forms_become_gray),
        cmocka_unit_test(test_F5_resolution),
        cmocka_unit_test(test_every_cut_is_refused),
        cmocka_unit_test(test_every_changed_byte_is_refused),
        cmocka_unit_test(test_F10_padding_behind_the_end_is_not_read),
        cmocka_unit_test(test_F10_exif_orientation_turns_the_picture),
        cmocka_unit_test(test_F10_broken_exif_is_refused),
        cmocka_unit_test(test_F10_low_bits_of_sixteen_are_refused),
        cmocka_unit_test(test_F10_animation_is_refused),
        cmocka_unit_test(test_sides_are_limited),
        cmocka_unit_test(test_encode_round_trip),
        cmocka_unit_test(test_M1_a_locked_picture_is_the_whole_picture),
        cmocka_unit_test(test_H3_a_drawing_has_its_colours),
        cmocka_unit_test(test_encode_refuses_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
