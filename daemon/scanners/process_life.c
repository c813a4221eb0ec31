#include "daemon/scanners/process_life_internal.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/say.h"
#include "daemon/scanners/spawn_internal.h"

#define STATE(name) SCANNER_PROCESS_STATE(name)

static void on_deadline(uv_timer_t *timer);
static void maybe_finish(struct scanner_process *process);

bool scanner_process_in(const struct scanner_process *process, unsigned states)
{
    return (states & 1U << process->state) != 0;
}

/* How long a state may last before on_deadline() ends it; 0: as long as it likes. */
static uint64_t state_deadline(const struct scanner_process *process)
{
    switch (process->state) {
    case SCANNER_PROCESS_STARTING:
    case SCANNER_PROCESS_OPENING:
    case SCANNER_PROCESS_LISTING:
        return process->options->start_ms;
    case SCANNER_PROCESS_CANCELLING:
        return process->options->answer_ms;
    case SCANNER_PROCESS_ENDING:
    case SCANNER_PROCESS_CLOSING:
        return process->options->stop_ms;
    case SCANNER_PROCESS_WAITING:
        return process->backoff_ms;
    case SCANNER_PROCESS_IDLE:
    case SCANNER_PROCESS_WATCHING:
    case SCANNER_PROCESS_READY:
    case SCANNER_PROCESS_CAPTURING:
    case SCANNER_PROCESS_CLOSED:
    case SCANNER_PROCESS_STATE_COUNT:
        break;
    }
    return 0;
}

void scanner_process_move(struct scanner_process *process, enum scanner_process_state next)
{
    if (!scanner_process_may_move(process->state, next)) {
        /* Our own error, and one that no input can cause: see the walk over all pairs in the tests. */
        say(SAY_ERROR, "scanner process moves from %s to %s", scanner_process_state_name(process->state),
            scanner_process_state_name(next));
        __builtin_trap();
    }
    process->state = next;
    if (!process->timers_open)
        return;
    (void)uv_timer_stop(&process->deadline);
    uint64_t wait = state_deadline(process);
    if (wait > 0)
        (void)uv_timer_start(&process->deadline, on_deadline, wait, 0);
    if (scanner_process_in(process, STATE(CAPTURING) | STATE(CANCELLING)))
        return;
    (void)uv_timer_stop(&process->heartbeat);
}

/* --- handles of one child --- */

static void on_handle_closed(uv_handle_t *handle)
{
    struct scanner_process *process = handle->data;
    process->unclosed--;
    maybe_finish(process);
}

static void close_socket(struct scanner_process *process)
{
    if (!process->socket_open)
        return;
    process->socket_open = false;
    scanner_incoming_reset(&process->incoming);
    uv_close((uv_handle_t *)&process->socket, on_handle_closed);
}

static void close_child(struct scanner_process *process)
{
    if (!process->child_open)
        return;
    process->child_open = false;
    uv_close((uv_handle_t *)&process->child, on_handle_closed);
}

static void kill_child(struct scanner_process *process)
{
    if (process->child_open && !process->exited && !process->killed)
        (void)uv_process_kill(&process->child, SIGKILL); /* fails only where it is gone already */
    process->killed = true;
    /* What a killed child had still to say is of no interest. */
    close_socket(process);
}

void scanner_process_fail(struct scanner_process *process, const struct failure *failure, bool kill_now)
{
    process->failed_anew = process->ready_time != 0 || failure->reason != process->failure.reason ||
                           strcmp(failure->detail, process->failure.detail) != 0;
    process->failure = *failure;
    snprintf(process->failure.subject, sizeof process->failure.subject, "%s",
        process->role == SCANNER_ROLE_WATCHER ? "scanner watcher" : process->id);
    if (process->ready_time != 0 &&
        uv_now(process->loop) - process->ready_time >= process->options->backoff_most_ms)
        process->backoff_ms = process->options->backoff_first_ms;
    scanner_process_move(process, SCANNER_PROCESS_ENDING);
    if (kill_now)
        kill_child(process);
    process->callbacks->failed(process);
    maybe_finish(process);
}

void scanner_process_fail_with(struct scanner_process *process, enum reason reason, const char *detail)
{
    struct failure failure;
    failure_set(&failure, reason, NULL, "%s", detail);
    scanner_process_fail(process, &failure, true);
}

/* --- sending --- */

/* Messages to a child are few and small; one that does not fit its socket's buffer is not being read. Then
 * the deadline comes at once, as if it had passed, so that no callback runs inside the caller's call. */
void scanner_process_send(struct scanner_process *process, const struct scanner_message *message)
{
    uint8_t bytes[SCANNER_SMALL_MESSAGE_MAX];
    struct bytes_writer writer;
    bytes_writer_init(&writer, bytes, sizeof bytes);
    bool sent = false;
    if (scanner_message_write(message, &writer, NULL) == REASON_DONE && process->socket_open) {
        uv_buf_t buffer = uv_buf_init((char *)bytes, (unsigned)writer.used);
        int result = uv_try_write((uv_stream_t *)&process->socket, &buffer, 1);
        sent = result >= 0 && (size_t)result == writer.used;
    }
    if (!sent && scanner_process_in(process, SCANNER_PROCESS_ALIVE))
        (void)uv_timer_start(&process->deadline, on_deadline, 0, 0);
}

/* --- reading --- */

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct scanner_process *process = handle->data;
    (void)suggested;
    *buffer = scanner_incoming_place(&process->incoming);
}

/* Its exit says why it went: that comes now, or is here already, or the deadline passes. */
static void end_of_socket(struct scanner_process *process)
{
    close_socket(process);
    if (scanner_process_in(process, SCANNER_PROCESS_ALIVE))
        (void)uv_timer_start(&process->deadline, on_deadline, process->options->stop_ms, 0);
    maybe_finish(process);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct scanner_process *process = stream->data;
    (void)buffer;
    if (count == 0)
        return;
    if (count < 0 || !scanner_process_in(process, SCANNER_PROCESS_ALIVE)) {
        end_of_socket(process);
        return;
    }
    process->hear(process, (size_t)count);
}

/* --- time --- */

static void spawn(struct scanner_process *process);

static void on_deadline(uv_timer_t *timer)
{
    struct scanner_process *process = timer->data;
    switch (process->state) {
    case SCANNER_PROCESS_STARTING:
    case SCANNER_PROCESS_OPENING:
    case SCANNER_PROCESS_LISTING:
    case SCANNER_PROCESS_WATCHING:
    case SCANNER_PROCESS_READY:
    case SCANNER_PROCESS_CAPTURING:
    case SCANNER_PROCESS_CANCELLING:
        scanner_process_fail_with(process, REASON_SCANNER_FAILED, "its process does not answer");
        break;
    case SCANNER_PROCESS_IDLE:
        spawn(process);
        break;
    case SCANNER_PROCESS_WAITING:
        process->restarts++;
        spawn(process);
        break;
    case SCANNER_PROCESS_ENDING:
    case SCANNER_PROCESS_CLOSING:
        if (!process->killed) {
            kill_child(process);
            (void)uv_timer_start(&process->deadline, on_deadline, process->options->stop_ms, 0);
        } else if (process->state == SCANNER_PROCESS_CLOSING) {
            /* Stuck in the kernel: not even SIGKILL ends it. Its exit can't be waited for. */
            close_child(process);
        }
        maybe_finish(process);
        break;
    case SCANNER_PROCESS_CLOSED:
    case SCANNER_PROCESS_STATE_COUNT:
        break;
    }
}

/* --- the child's life --- */

/* The child ended by itself, and everything it had said was heard. */
static void fail_by_exit(struct scanner_process *process)
{
    struct failure failure;
    if (process->exit_signal == SIGSYS)
        failure_set(&failure, REASON_SCANNER_MISBEHAVED, NULL, "a system call that its sandbox forbids");
    else if (process->exit_signal != 0)
        failure_set(
            &failure, REASON_SCANNER_FAILED, NULL, N_("its process died of signal %d"), process->exit_signal);
    else
        failure_set(&failure, REASON_SCANNER_FAILED, NULL, N_("its process ended with exit status %d"),
            (int)process->exit_status);
    scanner_process_fail(process, &failure, false);
}

static void on_child_exit(uv_process_t *child, int64_t status, int signal_number)
{
    struct scanner_process *process = child->data;
    process->exited = true;
    process->exit_status = status;
    process->exit_signal = signal_number;
    close_child(process);
    if (scanner_process_in(process, SCANNER_PROCESS_ALIVE))
        (void)uv_timer_start(&process->deadline, on_deadline, process->options->stop_ms, 0);
    maybe_finish(process);
}

static void reset_child(struct scanner_process *process)
{
    process->exited = false;
    process->killed = false;
    process->ping_open = false;
    process->ready_time = 0;
    process->window_count = 0;
    process->landlock = 0;
    scanner_incoming_reset(&process->incoming);
}

static void spawn(struct scanner_process *process)
{
    reset_child(process);
    scanner_process_move(process, SCANNER_PROCESS_STARTING);
    int result = uv_pipe_init(process->loop, &process->socket, 0);
    if (result == 0) {
        process->socket.data = process;
        process->socket_open = true;
        process->unclosed++;
        /* uv_spawn sets the handle up before anything in it can fail: it is closed in every case. */
        process->child.data = process;
        process->child_open = true;
        process->unclosed++;
        result = scanner_spawn(process, on_child_exit);
        process->exited = result != 0;
    }
    if (result == 0)
        result = uv_read_start((uv_stream_t *)&process->socket, on_allocate, on_read);
    if (result == 0)
        return;
    struct failure failure;
    failure_set(&failure, REASON_SCANNER_FAILED, NULL, "%.200s can't be started: %s",
        process->options->program, uv_strerror(result));
    scanner_process_fail(process, &failure, true);
    if (process->exited)
        close_child(process);
}

/* Called wherever the last thing that was awaited may have come. */
static void maybe_finish(struct scanner_process *process)
{
    if (process->child_open || process->socket_open)
        return;
    if (scanner_process_in(process, SCANNER_PROCESS_ALIVE)) {
        fail_by_exit(process); /* comes back here in ENDING */
        return;
    }
    if (process->state == SCANNER_PROCESS_CLOSING && process->timers_open) {
        process->timers_open = false;
        uv_close((uv_handle_t *)&process->deadline, on_handle_closed);
        uv_close((uv_handle_t *)&process->heartbeat, on_handle_closed);
        return;
    }
    if (process->unclosed > (process->timers_open ? 2U : 0U))
        return;
    if (process->state == SCANNER_PROCESS_CLOSING) {
        scanner_process_move(process, SCANNER_PROCESS_CLOSED);
        process->callbacks->closed(process);
    } else if (process->state == SCANNER_PROCESS_ENDING) {
        scanner_process_move(process, SCANNER_PROCESS_WAITING);
        uint32_t doubled = process->backoff_ms * 2;
        process->backoff_ms =
            doubled < process->options->backoff_most_ms ? doubled : process->options->backoff_most_ms;
    }
}

enum reason scanner_process_begin(struct scanner_process *process, struct failure *failure)
{
    process->backoff_ms = process->options->backoff_first_ms;
    int result = uv_timer_init(process->loop, &process->deadline);
    /* uv_timer_init does not fail in any version of libuv; a half that is open would need a close of its own.
     */
    if (result == 0)
        result = uv_timer_init(process->loop, &process->heartbeat);
    if (result != 0)
        return failure_set(
            failure, REASON_SYSTEM_ERROR, process->id, "uv_timer_init: %s", uv_strerror(result));
    process->deadline.data = process;
    process->heartbeat.data = process;
    process->timers_open = true;
    process->unclosed = 2;
    /* From the loop, so that a start that fails calls back from there. */
    (void)uv_timer_start(&process->deadline, on_deadline, 0, 0);
    return REASON_DONE;
}

bool scanner_process_is_hopeful(const struct scanner_process *process)
{
    return process->backoff_ms == process->options->backoff_first_ms;
}

void scanner_process_close(struct scanner_process *process)
{
    if (scanner_process_in(process, STATE(CLOSING) | STATE(CLOSED)))
        return;
    if (scanner_process_in(process, SCANNER_PROCESS_ALIVE))
        scanner_process_send(process, &(struct scanner_message){.type = SCANNER_MESSAGE_STOP});
    scanner_process_move(process, SCANNER_PROCESS_CLOSING);
    maybe_finish(process); /* closes at most the timers here, so closed() comes from the loop */
}
