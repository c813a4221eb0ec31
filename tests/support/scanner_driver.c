/* scanner_driver.c: the daemon's pool of scanners behind standard input and output, for tests with real
 * readers.
 *
 *     scanner_driver KORDON_SCANNER
 *     capture ID|any TIMEOUT_MS FILE    answers "captured REASON ..."; an image goes to FILE as PGM
 *     cancel                            the capture that was asked for last
 *     list                              one "scanner ..." line each, then "listed"
 *     quit (or the end of input)        exit status 0 where the loop has no handle left
 *
 * Every event of the pool is one line "event TYPE ID STATE ...". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/scanners/pool.h"

struct driver {
    uv_loop_t loop;
    uv_pipe_t input;
    char line[4096];
    size_t used;
    struct scanner_pool *pool;
    struct scanner_capture captures[16];
    char files[16][1024];
    unsigned count;
    bool closing;
};

static void print_info(const char *first, const char *second, const struct scanner_info *info)
{
    char line[640];
    printf("%s %s %s %s driver=%s scan=%s finger=%d%d restarts=%u landlock=%u name=\"%s\" failure=%s %s\n",
        first, second, info->id[0] != '\0' ? info->id : "-", scanner_state_name(info->state), info->driver,
        info->scan_type == SCANNER_SCAN_SWIPE ? "swipe" : "press", info->finger_needed, info->finger_present,
        (unsigned)info->restarts, info->landlock, info->name, reason_name(info->failure.reason),
        info->failure.reason == REASON_DONE ? "" : failure_line(&info->failure, line, sizeof line));
}

static void on_event(void *data, enum scanner_event_type type, const struct scanner_info *info)
{
    (void)data;
    print_info("event", scanner_event_name(type), info);
}

static void write_image(const char *path, const struct scanner_image *image)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return;
    setvbuf(file, NULL, _IONBF, 0); /* the C library's buffer would keep a part of the picture */
    fprintf(file, "P5 %u %u 255\n", (unsigned)image->width, (unsigned)image->height);
    fwrite(image->pixels, 1, (size_t)image->width * image->height, file);
    fclose(file);
}

static void on_captured(struct scanner_capture *capture, enum reason reason, struct scanner_image *image,
    const struct failure *failure)
{
    char line[640];
    if (image != NULL) {
        write_image(capture->data, image);
        printf("captured DONE %s %s %ux%u %u ppi%s\n", image->scanner_id, image->driver,
            (unsigned)image->width, (unsigned)image->height, (unsigned)image->ppi,
            image->ppi_assumed ? " assumed" : "");
    } else {
        printf("captured %s %s\n", reason_name(reason), failure_line(failure, line, sizeof line));
    }
    scanner_image_free(image);
}

static void on_closed(void *data)
{
    (void)data;
    printf("closed\n");
}

static void quit(struct driver *driver)
{
    if (driver->closing)
        return;
    driver->closing = true;
    uv_close((uv_handle_t *)&driver->input, NULL);
    scanner_pool_close(driver->pool, on_closed, driver);
}

static void start_capture(struct driver *driver, const char *id, unsigned timeout_ms, const char *file)
{
    unsigned place = driver->count++ % 16;
    struct failure failure;
    char line[640];
    snprintf(driver->files[place], sizeof driver->files[place], "%s", file);
    driver->captures[place] = (struct scanner_capture){.data = driver->files[place]};
    enum reason reason = scanner_pool_capture(driver->pool, &driver->captures[place],
        strcmp(id, "any") == 0 ? NULL : id, timeout_ms, on_captured, &failure);
    if (reason == REASON_DONE)
        printf("accepted\n");
    else
        printf("refused %s %s\n", reason_name(reason), failure_line(&failure, line, sizeof line));
}

static void obey(struct driver *driver, const char *line)
{
    char id[SCANNER_ID_SIZE], file[1024];
    unsigned timeout_ms;
    if (sscanf(line, "capture %63s %u %1023s", id, &timeout_ms, file) == 3) {
        start_capture(driver, id, timeout_ms, file);
    } else if (strcmp(line, "cancel") == 0) {
        scanner_pool_cancel(&driver->captures[(driver->count - 1) % 16]);
    } else if (strcmp(line, "list") == 0) {
        struct scanner_info info;
        for (size_t i = 0; scanner_pool_get(driver->pool, i, &info); i++)
            print_info("scanner", "-", &info);
        printf("listed\n");
    } else if (strcmp(line, "quit") == 0) {
        quit(driver);
    } else {
        printf("unknown %s\n", line);
    }
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct driver *driver = handle->data;
    (void)suggested;
    *buffer = uv_buf_init(driver->line + driver->used, (unsigned)(sizeof driver->line - 1 - driver->used));
}

static void on_input(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct driver *driver = stream->data;
    (void)buffer;
    if (count < 0) {
        quit(driver);
        return;
    }
    driver->used += (size_t)count;
    driver->line[driver->used] = '\0';
    for (char *end; !driver->closing && (end = strchr(driver->line, '\n')) != NULL;) {
        *end = '\0';
        obey(driver, driver->line);
        size_t taken = (size_t)(end + 1 - driver->line);
        driver->used -= taken;
        memmove(driver->line, end + 1, driver->used + 1);
    }
}

int main(int argc, char **argv)
{
    static struct driver driver;
    struct failure failure;
    if (argc != 2 || uv_loop_init(&driver.loop) != 0)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    const struct scanner_pool_options options = {
        .program = argv[1], .log_descriptor = 2, .ping_ms = 500, .backoff_first_ms = 50};
    if (scanner_pool_create(&driver.pool, &driver.loop, &options, on_event, &driver, &failure) != REASON_DONE)
        return 2;
    driver.input.data = &driver;
    if (uv_pipe_init(&driver.loop, &driver.input, 0) != 0 || uv_pipe_open(&driver.input, STDIN_FILENO) != 0 ||
        uv_read_start((uv_stream_t *)&driver.input, on_allocate, on_input) != 0)
        return 2;
    uv_run(&driver.loop, UV_RUN_DEFAULT);
    return uv_loop_close(&driver.loop) == 0 ? 0 : 3;
}
