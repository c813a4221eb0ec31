#include "tools/synth/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sample/sample.h"

enum reason output_make_folder(const char *path, struct failure *failure)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return failure_set_errno(failure, errno, path, "mkdir");
    struct stat status;
    if (stat(path, &status) != 0)
        return failure_set_errno(failure, errno, path, "stat");
    if (!S_ISDIR(status.st_mode))
        return failure_set(failure, REASON_OUTPUT_EXISTS, path, "it is not a directory");
    return REASON_DONE;
}

static enum reason write_all(
    int file, const uint8_t *bytes, size_t size, const char *path, struct failure *failure)
{
    while (size > 0) {
        ssize_t written = write(file, bytes, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return failure_set_errno(failure, written < 0 ? errno : EIO, path, "write");
        bytes += written;
        size -= (size_t)written;
    }
    return REASON_DONE;
}

static enum reason write_new_file(
    const char *path, const uint8_t *bytes, size_t size, struct failure *failure)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0 && errno == EEXIST)
        return failure_set(failure, REASON_OUTPUT_EXISTS, path, NULL);
    if (file < 0)
        return failure_set_errno(failure, errno, path, "open");
    enum reason reason = write_all(file, bytes, size, path, failure);
    if (close(file) != 0 && reason == REASON_DONE)
        reason = failure_set_errno(failure, errno, path, "close");
    if (reason != REASON_DONE)
        unlink(path);
    return reason;
}

enum reason output_write_png(const char *path, const uint8_t *pixels, uint32_t width, uint32_t height,
    uint32_t ppi, struct failure *failure)
{
    uint8_t *bytes;
    size_t size;
    enum reason reason = sample_encode_png(pixels, width, height, ppi, &bytes, &size, failure);
    if (reason == REASON_DONE)
        reason = write_new_file(path, bytes, size, failure);
    free(bytes);
    return reason;
}

enum reason sheet_init(struct sheet *sheet, uint32_t fingers, uint32_t impressions, uint32_t width,
    uint32_t height, struct failure *failure)
{
    *sheet = (struct sheet){.cell_width = width / 2, .cell_height = height / 2};
    uint64_t whole_width = (uint64_t)fingers * sheet->cell_width;
    uint64_t whole_height = (uint64_t)impressions * sheet->cell_height;
    if (whole_width > SAMPLE_SIDE_MAX || whole_height > SAMPLE_SIDE_MAX)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--sheet",
            "%llu x %llu pixels, at most %u a side: ask for fewer fingers or impressions",
            (unsigned long long)whole_width, (unsigned long long)whole_height, SAMPLE_SIDE_MAX);
    sheet->width = (uint32_t)whole_width;
    sheet->height = (uint32_t)whole_height;
    sheet->pixels = calloc(sheet->height, sheet->width);
    if (sheet->pixels == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "--sheet", NULL);
    return REASON_DONE;
}

void sheet_finish(struct sheet *sheet)
{
    free(sheet->pixels);
    *sheet = (struct sheet){0};
}

void sheet_put(struct sheet *sheet, uint32_t finger, uint32_t impression, const uint8_t *pixels)
{
    size_t stride = (size_t)sheet->cell_width * 2;
    for (size_t y = 0; y < sheet->cell_height; y++) {
        uint8_t *target = sheet->pixels + (impression * sheet->cell_height + y) * sheet->width +
                          (size_t)finger * sheet->cell_width;
        for (size_t x = 0; x < sheet->cell_width; x++) {
            const uint8_t *source = pixels + 2 * y * stride + 2 * x;
            target[x] = (uint8_t)((source[0] + source[1] + source[stride] + source[stride + 1] + 2) / 4);
        }
    }
}
