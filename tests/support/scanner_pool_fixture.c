#include "tests/support/scanner_pool_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Ticks, because a loop that is run once looks at timers before it waits. */
static void on_watchdog(uv_timer_t *timer)
{
    struct fixture *fixture = timer->data;
    if (uv_hrtime() - fixture->started > 60ULL * 1000000000)
        fail_msg("nothing came within a minute");
}

static void on_event(void *data, enum scanner_event_type type, const struct scanner_info *info)
{
    struct fixture *fixture = data;
    fixture->events[type]++;
    fixture->last = *info;
    if (type == SCANNER_EVENT_WATCHER)
        fixture->watcher_failure = info->failure.reason;
}

void on_captured(struct scanner_capture *capture, enum reason reason, struct scanner_image *image,
    const struct failure *failure)
{
    struct fixture *fixture = capture->data;
    fixture->answers++;
    fixture->answer = reason;
    assert_int_equal(image != NULL, reason == REASON_DONE);
    assert_int_equal(failure->reason, reason);
    if (image != NULL) {
        fixture->images++;
        assert_int_equal(image->width, 64);
        assert_int_equal(image->height, 64);
        assert_int_equal(image->ppi, 500);
        assert_string_equal(image->scanner_id, READER_ID);
        assert_string_equal(image->driver, "hostile");
    }
    scanner_image_free(image);
    if (fixture->recapture) {
        fixture->recapture = false;
        assert_int_equal(
            scanner_pool_capture(fixture->pool, &fixture->capture, NULL, 60000, on_captured, NULL),
            REASON_DONE);
    }
}

static void on_closed(void *data)
{
    struct fixture *fixture = data;
    fixture->closed++;
    uv_close((uv_handle_t *)&fixture->watchdog, NULL);
}

void set_up_with(struct fixture *fixture, const char *behaviour, uint32_t start_ms, uint32_t answer_ms)
{
    *fixture = (struct fixture){.answer = REASON_COUNT};
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/kordon-scanner-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->program, sizeof fixture->program, "%s/%s", fixture->folder, behaviour);
    char target[4096];
    snprintf(target, sizeof target, "%s/tests/hostile_scanner", getenv("KORDON_BUILD"));
    assert_int_equal(symlink(target, fixture->program), 0);
    assert_int_equal(uv_loop_init(&fixture->loop), 0);
    assert_int_equal(uv_timer_init(&fixture->loop, &fixture->watchdog), 0);
    fixture->watchdog.data = fixture;
    fixture->started = uv_hrtime();
    assert_int_equal(uv_timer_start(&fixture->watchdog, on_watchdog, 10, 10), 0);
    fixture->capture.data = fixture;
    const struct scanner_pool_options options = {.program = fixture->program,
        .log_descriptor = 2,
        .start_ms = start_ms,
        .answer_ms = answer_ms,
        .ping_ms = 100,
        .stop_ms = 300,
        .backoff_first_ms = 20,
        .backoff_most_ms = 200};
    struct failure failure;
    assert_int_equal(
        scanner_pool_create(&fixture->pool, &fixture->loop, &options, on_event, fixture, &failure),
        REASON_DONE);
}

void set_up(struct fixture *fixture, const char *behaviour)
{
    set_up_with(fixture, behaviour, 30000, 30000);
}

static void signal_path(const struct fixture *fixture, const char *name, char path[static 256])
{
    snprintf(path, 256, "%s.%s", fixture->program, name);
}

void tell_watcher(const struct fixture *fixture, const char *name)
{
    char path[256];
    signal_path(fixture, name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
}

void tear_down(struct fixture *fixture)
{
    scanner_pool_close(fixture->pool, on_closed, fixture);
    assert_int_equal(fixture->closed, 0);
    assert_int_equal(
        scanner_pool_capture(fixture->pool, &(struct scanner_capture){0}, NULL, 1000, on_captured, NULL),
        REASON_STOPPING);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(fixture->closed, 1);
    assert_int_equal(uv_loop_close(&fixture->loop), 0);
    const char *const left[] = {"unplug", "plug"};
    for (size_t i = 0; i < 2; i++) {
        char path[256];
        signal_path(fixture, left[i], path);
        unlink(path);
    }
    unlink(fixture->program);
    rmdir(fixture->folder);
}

enum scanner_state state_of(const struct fixture *fixture)
{
    struct scanner_info info;
    return scanner_pool_find(fixture->pool, READER_ID, &info) ? info.state : SCANNER_STATE_COUNT;
}

uint32_t restarts_of(const struct fixture *fixture)
{
    struct scanner_info info;
    return scanner_pool_find(fixture->pool, READER_ID, &info) ? info.restarts : 0;
}

struct scanner_info watcher_of(const struct fixture *fixture)
{
    struct scanner_info info;
    scanner_pool_watcher(fixture->pool, &info);
    return info;
}

void ask(struct fixture *fixture)
{
    unsigned before = fixture->answers;
    struct failure failure;
    assert_int_equal(
        scanner_pool_capture(fixture->pool, &fixture->capture, NULL, 60000, on_captured, &failure),
        REASON_DONE);
    assert_int_equal(fixture->answers, before); /* never from inside the call */
}
