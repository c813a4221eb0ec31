/* scanner_pool_fixture.h: a pool of scanners on a loop of its own, with children that are links to hostile_scanner under
 * the name of what they do. Waits are long: a test ends as soon as what it waits for has come, and fails by the watchdog. */
#ifndef KORDON_TESTS_SUPPORT_SCANNER_POOL_FIXTURE_H
#define KORDON_TESTS_SUPPORT_SCANNER_POOL_FIXTURE_H

#include "tests/unit/unit.h"

#include "daemon/scanners/pool.h"

#define READER_ID "hostile-1"

struct fixture {
    uv_loop_t loop;
    uv_timer_t watchdog;
    uint64_t started; /* uv_hrtime() */
    char folder[64], program[128];
    struct scanner_pool *pool;
    struct scanner_capture capture;
    unsigned answers, images; /* callbacks of captures, and those with an image */
    enum reason answer;
    unsigned events[SCANNER_EVENT_COUNT];
    struct scanner_info last; /* of the last event */
    enum reason watcher_failure;
    unsigned closed;
    bool recapture; /* the answer's callback asks again */
};

#define RUN_UNTIL(fixture, condition)                                                                        \
    while (!(condition))                                                                                     \
    uv_run(&(fixture)->loop, UV_RUN_ONCE)

/* start_ms and answer_ms: short only for children that are never to come in time, so that a slow machine fails none. */
void set_up_with(struct fixture *fixture, const char *behaviour, uint32_t start_ms, uint32_t answer_ms);
void set_up(struct fixture *fixture, const char *behaviour);

/* Closes the pool in whatever state it is and shows that nothing of it is left on the loop. */
void tear_down(struct fixture *fixture);

/* hostile_scanner's hot-plugging watcher waits for files of these names. */
void tell_watcher(const struct fixture *fixture, const char *name);

/* Of the reader READER_ID. SCANNER_STATE_COUNT, 0: there is none. */
enum scanner_state state_of(const struct fixture *fixture);
uint32_t restarts_of(const struct fixture *fixture);

struct scanner_info watcher_of(const struct fixture *fixture);

/* Begins a capture on any reader, which must be accepted; on_captured() counts its answer. */
void ask(struct fixture *fixture);
void on_captured(struct scanner_capture *capture, enum reason reason, struct scanner_image *image,
    const struct failure *failure);

#endif
