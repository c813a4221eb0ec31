#include "tests/unit/unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "sample/sample.h"
#include "tests/unit/made_exif.h"

#define WIDTH  40
#define HEIGHT 24

/* What to write as a test file, and the file, which the test frees. */
struct picture {
    J_COLOR_SPACE space;
    unsigned char unit;
    unsigned short x_density, y_density;
    bool progressive;
    bool repeatable;
    unsigned char *file;
    unsigned long size;
};

static uint8_t level(unsigned x, unsigned y)
{
    return (uint8_t)(40 + 3 * x + 2 * y);
}

static void picture_write(struct picture *picture)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &picture->file, &picture->size);
    jpeg.image_width = WIDTH;
    jpeg.image_height = HEIGHT;
    jpeg.in_color_space = picture->space;
    jpeg.input_components = picture->space == JCS_GRAYSCALE ? 1 : picture->space == JCS_CMYK ? 4 : 3;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 95, TRUE);
    jpeg.write_JFIF_header = picture->space != JCS_CMYK;
    jpeg.density_unit = picture->unit;
    jpeg.X_density = picture->x_density;
    jpeg.Y_density = picture->y_density;
    if (picture->progressive)
        jpeg_simple_progression(&jpeg);
    /* Two scans without refinement, which may be repeated without breaking the format's rules. */
    static const jpeg_scan_info repeatable[] = {{1, {0}, 0, 0, 0, 0}, {1, {0}, 1, 63, 0, 0}};
    if (picture->repeatable) {
        jpeg.scan_info = repeatable;
        jpeg.num_scans = 2;
    }
    jpeg_start_compress(&jpeg, TRUE);
    for (unsigned y = 0; y < HEIGHT; y++) {
        JSAMPLE row[WIDTH * 4];
        for (unsigned x = 0; x < WIDTH * 4; x++)
            row[x] = level(x / (unsigned)jpeg.input_components, y);
        JSAMPROW rows = row;
        jpeg_write_scanlines(&jpeg, &rows, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
}

static enum reason decode(
    const uint8_t *file, size_t size, struct sample_image *image, struct failure *failure)
{
    uint8_t *exact = malloc(size > 0 ? size : 1);
    assert_non_null(exact);
    memcpy(exact, file, size);
    memset(failure, 0, sizeof *failure);
    enum reason reason = sample_decode(exact, size, "test.jpg", image, failure);
    free(exact);
    assert_int_equal(failure->reason, reason);
    if (reason != REASON_DONE)
        assert_null(image->pixels);
    return reason;
}

static void assert_refused(const uint8_t *file, size_t size, enum reason reason)
{
    struct sample_image image;
    struct failure failure;
    assert_string_equal(reason_name(decode(file, size, &image, &failure)), reason_name(reason));
}

/* The position of the first marker of that kind. */
static size_t find_marker(const struct picture *picture, uint8_t marker)
{
    for (size_t i = 0; i + 1 < picture->size; i++)
        if (picture->file[i] == 0xff && picture->file[i + 1] == marker)
            return i;
    fail_msg("no marker %02x", marker);
    return 0;
}

/* Gray and colour, sequential and progressive: the same gray within the coding's loss. */
static void test_gray_comes_out(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct picture picture = {i & 1 ? JCS_RGB : JCS_GRAYSCALE, 1, 500, 500, i & 2};
        picture_write(&picture);
        struct sample_image image;
        struct failure failure;
        assert_int_equal(decode(picture.file, picture.size, &image, &failure), REASON_DONE);
        assert_int_equal(image.width, WIDTH);
        assert_int_equal(image.height, HEIGHT);
        assert_int_equal(image.ppi, 500);
        for (unsigned y = 0; y < HEIGHT; y++)
            for (unsigned x = 0; x < WIDTH; x++)
                assert_in_range(image.pixels[y * WIDTH + x], level(x, y) - 4, level(x, y) + 4);
        sample_image_finish(&image);
        free(picture.file);
    }
}

/* Density in dots an inch or a centimetre, or only the pixels' shape. */
static void test_F5_resolution(void **state)
{
    (void)state;
    const struct {
        unsigned char unit;
        unsigned short x, y;
        enum reason reason;
        uint32_t ppi, other_ppi;
    } cases[] = {
        {1, 500, 500, REASON_DONE, 500, 0},
        {2, 197, 197, REASON_DONE, 500, 0},
        {2, 394, 394, REASON_DONE, 1001, 0},
        {2, 65535, 65535, REASON_DONE, 166459, 0},
        {0, 1, 1, REASON_DONE, 0, 0},
        {1, 500, 250, REASON_DONE, 500, 250},
        {2, 197, 394, REASON_DONE, 500, 1001},
        {0, 2, 1, REASON_BAD_VALUE, 0, 0},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct picture picture = {JCS_GRAYSCALE, cases[i].unit, cases[i].x, cases[i].y};
        picture_write(&picture);
        struct sample_image image;
        struct failure failure;
        assert_int_equal(decode(picture.file, picture.size, &image, &failure), cases[i].reason);
        assert_int_equal(image.ppi, cases[i].ppi);
        assert_int_equal(image.other_ppi, cases[i].other_ppi);
        sample_image_finish(&image);
        free(picture.file);
    }
}

/* libjpeg would fill the missing part with gray and warn: here each cut is a refusal. */
static void test_every_cut_is_refused(void **state)
{
    (void)state;
    for (unsigned progressive = 0; progressive < 2; progressive++) {
        struct picture picture = {JCS_GRAYSCALE, 1, 500, 500, progressive};
        picture_write(&picture);
        for (size_t size = 4; size < picture.size; size++)
            assert_refused(picture.file, size, REASON_TRUNCATED);
        uint8_t *longer = malloc(picture.size + 1);
        assert_non_null(longer);
        memcpy(longer, picture.file, picture.size);
        longer[picture.size] = 7;
        assert_refused(longer, picture.size + 1, REASON_OVERLONG);
        free(longer);
        free(picture.file);
    }
}

/* An end marker in the midst of the picture's data is damage, not an end. */
static void test_early_end_marker_is_refused(void **state)
{
    (void)state;
    struct picture picture = {JCS_GRAYSCALE, 1, 500, 500};
    picture_write(&picture);
    size_t middle = (find_marker(&picture, 0xda) + picture.size) / 2;
    picture.file[middle] = 0xff;
    picture.file[middle + 1] = 0xd9;
    assert_refused(picture.file, middle + 2, REASON_TRUNCATED);
    free(picture.file);
}

/* A small file that claims a large picture, or none. */
static void test_sides_are_limited(void **state)
{
    (void)state;
    const struct {
        uint8_t height[2];
        enum reason reason;
    } cases[] = {
        {{0x10, 0x01}, REASON_TOO_LARGE}, {{0xff, 0xff}, REASON_TOO_LARGE}, {{0, 0}, REASON_BAD_VALUE},
        {{0x10, 0}, REASON_TRUNCATED}, /* allowed, but the rows are not there */
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct picture picture = {JCS_GRAYSCALE, 1, 500, 500};
        picture_write(&picture);
        size_t frame = find_marker(&picture, 0xc0);
        memcpy(picture.file + frame + 5, cases[i].height, 2);
        assert_refused(picture.file, picture.size, cases[i].reason);
        free(picture.file);
    }
}

/* Decodes the picture with its last scan repeated so many times more. */
static enum reason decode_with_repeats(const struct picture *picture, size_t repeats)
{
    size_t last = 0;
    for (size_t i = 0; i + 1 < picture->size; i++)
        if (picture->file[i] == 0xff && picture->file[i + 1] == 0xda)
            last = i;
    size_t scan = picture->size - 2 - last;
    size_t size = picture->size + repeats * scan;
    uint8_t *longer = malloc(size);
    assert_non_null(longer);
    memcpy(longer, picture->file, last);
    for (size_t i = 0; i <= repeats; i++)
        memcpy(longer + last + i * scan, picture->file + last, scan);
    memcpy(longer + size - 2, "\xff\xd9", 2);
    struct sample_image image;
    struct failure failure;
    enum reason reason = decode(longer, size, &image, &failure);
    sample_image_finish(&image);
    free(longer);
    return reason;
}

/* More scans than any encoder writes: each costs the time of a whole picture. */
static void test_endless_scans_are_refused(void **state)
{
    (void)state;
    struct picture picture = {JCS_GRAYSCALE, 1, 500, 500, .repeatable = true};
    picture_write(&picture);
    assert_int_equal(decode_with_repeats(&picture, 0), REASON_DONE);
    assert_int_equal(decode_with_repeats(&picture, 30), REASON_DONE);
    assert_int_equal(decode_with_repeats(&picture, 31), REASON_TOO_LARGE);
    assert_int_equal(decode_with_repeats(&picture, 1000), REASON_TOO_LARGE);
    free(picture.file);
}

/* Four inks, or twelve bits: known, not decoded. */
static void test_other_forms_are_refused(void **state)
{
    (void)state;
    struct picture inks = {JCS_CMYK, 1, 500, 500};
    picture_write(&inks);
    assert_refused(inks.file, inks.size, REASON_UNSUPPORTED_FORMAT);
    free(inks.file);
    struct picture picture = {JCS_GRAYSCALE, 1, 500, 500};
    picture_write(&picture);
    picture.file[find_marker(&picture, 0xc0) + 4] = 12;
    assert_refused(picture.file, picture.size, REASON_UNSUPPORTED_FORMAT);
    free(picture.file);
}

/* A copy with a block of that kind behind JFIF's; the caller frees it. */
static uint8_t *with_block(const struct picture *picture, uint8_t marker, const char *head, size_t head_size,
    const struct made_exif *exif, size_t *size)
{
    size_t block = 2 + head_size + exif->used, at = find_marker(picture, 0xe0) + 18;
    *size = picture->size + 2 + block;
    uint8_t *longer = malloc(*size);
    assert_non_null(longer);
    memcpy(longer, picture->file, at);
    const uint8_t begin[4] = {0xff, marker, (uint8_t)(block >> 8), (uint8_t)block};
    memcpy(longer + at, begin, 4);
    memcpy(longer + at + 4, head, head_size);
    memcpy(longer + at + 4 + head_size, exif->bytes, exif->used);
    memcpy(longer + at + 2 + block, picture->file + at, picture->size - at);
    return longer;
}

/* F10: EXIF turns the picture, and says its resolution where JFIF does not; two that differ are both told. 72 ppi stands for
 * "not known" there. */
static void test_F10_exif_is_honoured(void **state)
{
    (void)state;
    const struct {
        unsigned char unit;
        uint32_t across, down, ppi, other_ppi;
    } cases[] = {{0, 500, 500, 500, 0}, {0, 500, 400, 500, 400}, {0, 72, 72, 0, 0}, {1, 500, 500, 500, 0},
        {1, 1000, 1000, 500, 1000}, {1, 72, 72, 500, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct picture picture = {JCS_GRAYSCALE, cases[i].unit, 500, 500};
        picture_write(&picture);
        struct made_exif exif = made_exif(true, 6, cases[i].across, cases[i].down);
        size_t size;
        uint8_t *file = with_block(&picture, 0xe1, "Exif\0", 6, &exif, &size);
        struct sample_image image;
        struct failure failure;
        assert_int_equal(decode(file, size, &image, &failure), REASON_DONE);
        assert_int_equal(image.width, HEIGHT);
        assert_int_equal(image.height, WIDTH);
        assert_in_range(image.pixels[0], level(0, HEIGHT - 1) - 4, level(0, HEIGHT - 1) + 4);
        assert_int_equal(image.ppi, cases[i].ppi);
        assert_int_equal(image.other_ppi, cases[i].other_ppi);
        sample_image_finish(&image);
        free(file);
        free(picture.file);
    }
}

/* F10: of several pictures in one file none is chosen. */
static void test_F10_several_pictures_are_refused(void **state)
{
    (void)state;
    struct picture picture = {JCS_GRAYSCALE, 1, 500, 500};
    picture_write(&picture);
    const struct made_exif index = made_exif(true, 1, 1, 1);
    size_t size;
    uint8_t *file = with_block(&picture, 0xe2, "MPF", 4, &index, &size);
    assert_refused(file, size, REASON_UNSUPPORTED_FORMAT);
    free(file);
    free(picture.file);
}

/* Containers that are known by name are refused by it; anything else is no picture. */
static void test_containers_are_named(void **state)
{
    (void)state;
    const struct {
        const char *magic;
        size_t size;
        const char *name;
    } cases[] = {
        {"\xff\xa0\xff\xa8\0\0", 6, "a WSQ picture"},
        {"GIF89a", 6, "a GIF picture"},
        {"hello, border", 13, "text"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sample_image image;
        struct failure failure;
        assert_int_equal(decode((const uint8_t *)cases[i].magic, cases[i].size, &image, &failure),
            REASON_UNSUPPORTED_FORMAT);
        assert_memory_equal(failure.detail, cases[i].name, strlen(cases[i].name));
    }
    assert_refused((const uint8_t *)"\1\2\3\4\5\6\7", 7, REASON_BAD_FORMAT);
}

/* A file over the limit is refused by its size alone. */
static void test_file_size_is_limited(void **state)
{
    (void)state;
    uint8_t *file = calloc(1, SAMPLE_FILE_BYTES_MAX + 1);
    assert_non_null(file);
    memcpy(file, "\xff\xd8\xff", 3);
    assert_refused(file, SAMPLE_FILE_BYTES_MAX + 1, REASON_TOO_LARGE);
    assert_refused(file, SAMPLE_FILE_BYTES_MAX, REASON_TRUNCATED);
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gray_comes_out),
        cmocka_unit_test(test_F5_resolution),
        cmocka_unit_test(test_every_cut_is_refused),
        cmocka_unit_test(test_early_end_marker_is_refused),
        cmocka_unit_test(test_sides_are_limited),
        cmocka_unit_test(test_endless_scans_are_refused),
        cmocka_unit_test(test_other_forms_are_refused),
        cmocka_unit_test(test_F10_exif_is_honoured),
        cmocka_unit_test(test_F10_several_pictures_are_refused),
        cmocka_unit_test(test_containers_are_named),
        cmocka_unit_test(test_file_size_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
