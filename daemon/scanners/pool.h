/* pool.h: all fingerprint readers of this machine, on the libuv loop.
 *
 * The pool keeps one watcher child (hot-plug of all readers) and one reader child for each usable reader
 * running, restarts what dies, and takes capture requests. A child that is killed, hangs or lies costs the
 * capture it was doing and nothing else. Where to read on: image.h (what a capture gives), process_internal.h (one child),
 * scanner/protocol.h (the messages).
 *
 * Everything here belongs to the loop's thread: call it from there only, callbacks come there. No callback is
 * ever made from inside a function called here, except where its comment says so.
 */
#ifndef KORDON_DAEMON_SCANNERS_POOL_H
#define KORDON_DAEMON_SCANNERS_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/failure.h"
#include "daemon/scanners/image.h"
#include "scanner/protocol.h"

struct scanner_pool;

/* Zeroed fields take the default in brackets. Strings are copied. */
struct scanner_pool_options {
    const char *program; /* path of kordon-scanner; must be set */
    int log_descriptor;  /* where the children's standard error goes: a descriptor >= 2, or 0 for nowhere */
    uint32_t start_ms;  /* [10000] from spawn to HELLO, and from OPEN to OPENED, before the child is killed */
    uint32_t answer_ms; /* [5000] for the answer to a PING or CANCEL, before it is killed */
    uint32_t ping_ms;   /* [2000] between two PINGs while a capture runs; idle children are not pinged */
    uint32_t stop_ms;   /* [2000] for an orderly end, before it is killed */
    uint32_t backoff_first_ms; /* [200] wait before the first restart; doubles with each failure in a row */
    uint32_t backoff_most_ms;  /* [30000] longest wait */
};

/* As the scanner list shows it. Names are stable: API and events use them (scanner_state_name). */
enum scanner_state {
    SCANNER_STATE_STARTING,  /* its child is starting or opening it, also again after a first failure */
    SCANNER_STATE_READY,     /* open, waiting for a capture request */
    SCANNER_STATE_CAPTURING, /* a capture runs: a finger is awaited or being read */
    SCANNER_STATE_FAILED,    /* its child failed again and again; still restarted after a wait */
    SCANNER_STATE_REFUSED,   /* can't serve a watchlist (match-on-chip) */
    SCANNER_STATE_COUNT
};

/* "starting", "ready", "capturing", "failed", "refused" */
const char *scanner_state_name(enum scanner_state state);

/* A copy for the caller. id stays the same for a reader in the same USB port, over restarts. */
struct scanner_info {
    char id[SCANNER_ID_SIZE];
    char name[SCANNER_NAME_SIZE];     /* the product, as the driver calls it */
    char driver[SCANNER_DRIVER_SIZE]; /* libfprint's driver */
    enum scanner_scan_type scan_type; /* swipe or press */
    enum scanner_state state;
    bool finger_needed;          /* the reader waits for a finger now */
    bool finger_present;         /* a finger lies on it now, as far as the driver can tell */
    uint32_t restarts;           /* of its child, since the reader appeared */
    uint8_t landlock;            /* Landlock ABI of its child's sandbox; 0: the kernel has none */
    struct failure failure;      /* why FAILED, REFUSED or STARTING again; reason DONE in other states */
    struct failure last_failure; /* the last one since the reader appeared, over or not; reason DONE: none */
};

/* Each fault comes as one event, not as one for each restart: a child that goes on to fail as the one before it, without
 * having been ready, is the same fault still. */
enum scanner_event_type {
    SCANNER_EVENT_ADDED,      /* a reader appeared */
    SCANNER_EVENT_REMOVED,    /* it is gone; info is its last state */
    SCANNER_EVENT_STATE,      /* info->state changed */
    SCANNER_EVENT_FINGER,     /* info->finger_needed or finger_present changed */
    SCANNER_EVENT_FAILED,     /* a fault: its child failed. info->failure */
    SCANNER_EVENT_MISBEHAVED, /* a fault: its child sent what it must not and was killed. To be journaled */
    SCANNER_EVENT_WATCHER,    /* a fault: the watcher failed or misbehaved; hot-plug is blind until it is
                                 back. To be journaled. info is as scanner_pool_watcher() gives it */
    SCANNER_EVENT_WATCHING,   /* the watcher that had failed is back, and has listed all readers */
    SCANNER_EVENT_COUNT
};

/* "added", "removed", "state", "finger", "failed", "misbehaved", "watcher", "watching" */
const char *scanner_event_name(enum scanner_event_type type);

/* info is valid during the call. The callback may call anything here. */
typedef void (*scanner_event_cb)(void *data, enum scanner_event_type type, const struct scanner_info *info);

struct scanner_capture;

/* Comes exactly once for each accepted capture. reason DONE: image is the receiver's. Otherwise image is
 * NULL, and failure (valid during the call, subject is the scanner's id) says which of these it was:
 *     CAPTURE_RETRY        bad placement: ask for the finger again, with a new capture
 *     CAPTURE_TIMED_OUT    no finger within timeout_ms
 *     CAPTURE_CANCELLED    by scanner_pool_cancel
 *     SCANNER_FAILED       the reader or its child failed, died or hung; it is being restarted
 *     SCANNER_MISBEHAVED   its child sent what it must not and was killed
 *     NO_MEMORY            for its image; the child is restarted, since it can't be asked for it again
 *     SCANNER_NOT_FOUND, SCANNER_UNUSABLE, SCANNER_BUSY   what was waited for did not come to be usable
 *     STOPPING             scanner_pool_close was called
 * The capture's memory is the caller's again; a new capture may be started from inside. */
typedef void (*scanner_capture_cb)(struct scanner_capture *capture, enum reason reason,
    struct scanner_image *image, const struct failure *failure);

/* A request, in the caller's memory (embed it), zeroed before first use. data and finger are the caller's, better is to be read in the
 * callback; the rest is private. Must stay where it is until the callback. */
struct scanner_capture {
    void *data;
    /* What the reader tells of the finger, when it begins with this capture and whenever that changes; NULL: nobody wants to know. */
    void (*finger)(struct scanner_capture *capture, const struct scanner_info *info);
    enum guidance better; /* of CAPTURE_RETRY: what to do */
    scanner_capture_cb callback;
    struct scanner_pool *pool;
    struct scanner_capture *next;
    char scanner_id[SCANNER_ID_SIZE]; /* asked for; "" is any */
    struct scanner_reader *reader;    /* that does it; NULL while none is ready */
    enum reason ended; /* why it is being ended before its answer: timed out, cancelled; or DONE */
    uint64_t deadline; /* uv_now() time */
};

/* Copies options; starts the watcher. *pool is NULL where it fails: NO_MEMORY, BAD_ARGUMENT, SYSTEM_ERROR. A
 * program that can't be executed is no failure here: it is retried, and shows as SCANNER_EVENT_WATCHER. event
 * may be NULL. */
enum reason scanner_pool_create(struct scanner_pool **pool, uv_loop_t *loop,
    const struct scanner_pool_options *options, scanner_event_cb event, void *data, struct failure *failure);

/* Ends all children, answers every open capture with STOPPING, closes all handles and frees the pool; then,
 * from the loop and once, closed(data). Until then events may still come. pool must not be used after the
 * call; NULL is not taken. */
void scanner_pool_close(struct scanner_pool *pool, void (*closed)(void *data), void *data);

/* Number of readers known, refused ones included; and a copy of the index-th in the order they appeared
 * (false and zeroed beyond the end), or of that id. */
size_t scanner_pool_count(const struct scanner_pool *pool);
bool scanner_pool_get(const struct scanner_pool *pool, size_t index, struct scanner_info *info);
bool scanner_pool_find(const struct scanner_pool *pool, const char *id, struct scanner_info *info);

/* Whether the readers above are all there are: READY. Otherwise nobody may take a reader that is missing for one that is not
 * there: STARTING, they are being listed, for the first time or, with a failure, again; FAILED, they can't be, and failure says
 * why. id, name and driver are "". */
void scanner_pool_watcher(const struct scanner_pool *pool, struct scanner_info *info);

/* Asks for one sample from the scanner with that id, or from any usable one (NULL or ""). A scanner that is
 * starting, or being listed, is waited for within timeout_ms (100 to 600000). DONE: callback will come.
 * Otherwise it will not: SCANNER_NOT_FOUND, SCANNER_UNUSABLE, SCANNER_BUSY, SCANNER_FAILED, BAD_ARGUMENT,
 * STOPPING; where the readers can't be listed, the watcher's failure. */
enum reason scanner_pool_capture(struct scanner_pool *pool, struct scanner_capture *capture,
    const char *scanner_id, uint32_t timeout_ms, scanner_capture_cb callback, struct failure *failure);

/* Ends a capture whose callback has not come yet: it comes with CAPTURE_CANCELLED (or SCANNER_FAILED and the
 * like where that came first) after the child let go of the reader, at most answer_ms later. An image that
 * was on its way is wiped. Cancelling again changes nothing. */
void scanner_pool_cancel(struct scanner_capture *capture);

#endif
