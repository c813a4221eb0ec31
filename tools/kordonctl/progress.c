#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "tools/kordonctl/import.h"

#define BAR_WIDTH  30
#define REDRAW_MS  100
#define LINE_WIDTH 100

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void progress_start(
    struct progress *progress, const struct session *session, uint64_t entries, uint64_t bytes)
{
    *progress = (struct progress){.shown = isatty(STDERR_FILENO) == 1 && !session->arguments.json,
        .entries = entries,
        .bytes = bytes,
        .began_ms = now_ms()};
}

/* What is left, by the bytes where they are known: pictures take longer than records. */
static void format_left(
    const struct progress *progress, const struct list_change *change, uint64_t now, char *text, size_t size)
{
    double done = progress->bytes > 0 ? (double)change->bytes / (double)progress->bytes
                                      : (double)change->entries / (double)progress->entries;
    double passed = (double)(now - progress->began_ms) / 1000;
    text[0] = '\0';
    if (done > 0.01 && passed > 1)
        snprintf(text, size, ", %.0f s left", passed * (1 - done) / done);
}

void progress_show(struct progress *progress, const struct list_change *change)
{
    uint64_t now = now_ms();
    if (!progress->shown || progress->entries == 0 || now - progress->drawn_ms < REDRAW_MS)
        return;
    char bar[BAR_WIDTH + 1], left[32];
    size_t full = (size_t)(BAR_WIDTH * change->entries / progress->entries);
    memset(bar, '.', BAR_WIDTH);
    memset(bar, '#', full < BAR_WIDTH ? full : BAR_WIDTH);
    bar[BAR_WIDTH] = '\0';
    format_left(progress, change, now, left, sizeof left);
    char line[LINE_WIDTH];
    snprintf(line, sizeof line, "[%s] %" PRIu64 " of %" PRIu64 " people, %" PRIu64 " fingers, %.1f MiB%s",
        bar, change->entries, progress->entries, change->fingers, (double)change->bytes / MEBIBYTE, left);
    fprintf(stderr, "\r%-*s", LINE_WIDTH - 1, line);
    progress->drawn_ms = now;
}

void progress_say(struct progress *progress, const char *what)
{
    if (progress->shown)
        fprintf(stderr, "\r%-*s", LINE_WIDTH - 1, what);
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        fprintf(stderr, "\r%*s\r", LINE_WIDTH - 1, "");
    progress->shown = false;
}
