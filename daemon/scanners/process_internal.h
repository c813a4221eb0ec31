/* process_internal.h: one kordon-scanner child, kept running.
 *
 * Spawns it, checks every message it sends against the state it is in, ends it when it is wrong, silent or
 * too loud, and starts it again after a growing wait. There is one for the watcher and one for each reader. What
 * the child says is hostile: scanner/protocol.h checks its form, the table in process.c its time. Handles, waits
 * and restarts are process_life.c.
 *
 * Belongs to the loop's thread. Callbacks come from the loop only, never from inside a function called here.
 */
#ifndef KORDON_DAEMON_SCANNERS_PROCESS_INTERNAL_H
#define KORDON_DAEMON_SCANNERS_PROCESS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/failure.h"
#include "daemon/scanners/incoming_internal.h"
#include "daemon/scanners/pool.h"
#include "daemon/scanners/process_states_internal.h"
#include "scanner/protocol.h"

struct scanner_process;

/* All are required but those that the role never needs. */
struct scanner_process_callbacks {
    /* Reader: OPENED came, captures may start. Watcher: ENUMERATED came, the list is whole. */
    void (*ready)(struct scanner_process *process);
    /* Watcher: HELLO came, a fresh listing follows. */
    void (*greeted)(struct scanner_process *process);
    /* Watcher: DEVICE or DEVICE_GONE; the message is valid during the call. */
    void (*listed)(struct scanner_process *process, const struct scanner_message *message);
    /* Reader: SCANNER_FINGER_ bits. */
    void (*finger)(struct scanner_process *process, uint8_t finger);
    /* Reader: the answer to the capture, with the process READY again. DONE: image is the receiver's.
     * CAPTURE_RETRY, CAPTURE_CANCELLED: image is NULL, failure says more. */
    void (*captured)(struct scanner_process *process, enum reason reason, struct scanner_image *image,
        const struct failure *failure);
    /* The child failed, process->failure says how, failed_anew whether that is a fault of its own; a capture that ran has
     * no answer. It will be started again. */
    void (*failed)(struct scanner_process *process);
    /* No handle is left, the memory is the owner's. */
    void (*closed)(struct scanner_process *process);
};

/* In the owner's struct, which must outlive closed(). The first block is the owner's, set before _start(), the rest
 * zeroed; what follows is private but failure, failed_anew, landlock and restarts, which are to be read. */
struct scanner_process {
    void *data;
    const struct scanner_process_callbacks *callbacks;
    const struct scanner_pool_options *options; /* with defaults filled in; outlives the process */
    uv_loop_t *loop;
    enum scanner_role role;
    char id[SCANNER_ID_SIZE]; /* of the reader; "" for the watcher */

    enum scanner_process_state state;
    struct failure failure; /* of the last child that failed */
    bool failed_anew;       /* that child had been ready, or failed in another way than the one before it */
    uint8_t landlock;       /* as the present child's HELLO said */
    uint32_t restarts;
    enum scanner_retry retry; /* inside captured() with CAPTURE_RETRY: which one */

    uv_process_t child;
    uv_pipe_t socket;
    uv_timer_t deadline; /* of the state: see state_deadline() */
    uv_timer_t heartbeat;
    bool child_open, socket_open, timers_open; /* handles that uv_close has not been called for */
    unsigned unclosed;                         /* handles whose close callback has not come */
    bool exited;                               /* the present child was reaped */
    bool killed;                               /* SIGKILL was sent to it */
    int64_t exit_status;                       /* valid once exited */
    int exit_signal;

    struct scanner_incoming incoming;
    /* Hears what came in: count bytes in the place that incoming gave. */
    void (*hear)(struct scanner_process *process, size_t count);
    uint32_t ping;         /* number of the last PING */
    bool ping_open;        /* its ALIVE has not come */
    uint64_t ping_time;    /* when it was sent; uv_now() times, ms */
    uint64_t window_time;  /* start of the present window for counting messages */
    uint32_t window_count; /* messages in it */
    uint64_t ready_time;   /* when the present child became ready; 0: not yet */
    uint32_t backoff_ms;   /* the next wait */
};

/* Sets the handles up; the child is spawned from the loop. A child that can't be spawned counts as one that failed at
 * once. SYSTEM_ERROR only where the loop gives no handles: then nothing is open and there is nothing to close. */
enum reason scanner_process_start(struct scanner_process *process, struct failure *failure);

/* Only in READY: sends CAPTURE. The answer is captured() or failed(). */
void scanner_process_capture(struct scanner_process *process);

/* In CAPTURING: sends CANCEL. In any other state it does nothing: there is nothing to cancel. */
void scanner_process_cancel(struct scanner_process *process);

/* For the owner's own checks of what the child says (an id twice, a flood of readers), and where what it says finds no
 * memory: kills it, for the reason in failure. Only from inside listed(). */
void scanner_process_refuse(struct scanner_process *process, const struct failure *failure);

/* Inside failed(): the first failure after work well done is most often over at the next start, and worth waiting for. */
bool scanner_process_is_hopeful(const struct scanner_process *process);

/* Ends the child in order, or by force after stop_ms, then calls closed(). Calling it again changes nothing. */
void scanner_process_close(struct scanner_process *process);

#endif
