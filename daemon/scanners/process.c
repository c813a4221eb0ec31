#include "daemon/scanners/process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/scanners/incoming_internal.h"
#include "daemon/scanners/spawn_internal.h"

/* A reader reports a finger a few times a capture and a watcher its readers; more than this in one window is
 * noise meant to keep the loop busy. */
#define WINDOW_MS       10000
#define WINDOW_MESSAGES 300

#define STATE(name) (1U << SCANNER_PROCESS_##name)
#define ALIVE_STATES                                                                                         \
    (STATE(STARTING) | STATE(OPENING) | STATE(WATCHING) | STATE(READY) | STATE(CAPTURING) | STATE(CANCELLING))

static void handle_hello(struct scanner_process *process, const struct scanner_message *message);
static void handle_listed(struct scanner_process *process, const struct scanner_message *message);
static void handle_opened(struct scanner_process *process, const struct scanner_message *message);
static void handle_finger(struct scanner_process *process, const struct scanner_message *message);
static void handle_frame(struct scanner_process *process, const struct scanner_message *message);
static void handle_retry(struct scanner_process *process, const struct scanner_message *message);
static void handle_failed(struct scanner_process *process, const struct scanner_message *message);
static void handle_cancelled(struct scanner_process *process, const struct scanner_message *message);
static void handle_alive(struct scanner_process *process, const struct scanner_message *message);

/* When a child may say what. Anything else is not a child of ours any more. */
static const struct {
    unsigned states;
    void (*handle)(struct scanner_process *process, const struct scanner_message *message);
} rules[SCANNER_MESSAGE_COUNT] = {
    [SCANNER_MESSAGE_HELLO] = {STATE(STARTING), handle_hello},
    [SCANNER_MESSAGE_DEVICE] = {STATE(WATCHING), handle_listed},
    [SCANNER_MESSAGE_DEVICE_GONE] = {STATE(WATCHING), handle_listed},
    [SCANNER_MESSAGE_ENUMERATED] = {STATE(WATCHING), handle_listed},
    [SCANNER_MESSAGE_OPENED] = {STATE(OPENING), handle_opened},
    [SCANNER_MESSAGE_FINGER] = {STATE(OPENING) | STATE(READY) | STATE(CAPTURING) | STATE(CANCELLING),
        handle_finger},
    [SCANNER_MESSAGE_FRAME] = {STATE(CAPTURING) | STATE(CANCELLING), handle_frame},
    [SCANNER_MESSAGE_RETRY] = {STATE(CAPTURING) | STATE(CANCELLING), handle_retry},
    [SCANNER_MESSAGE_FAILED] = {ALIVE_STATES, handle_failed},
    [SCANNER_MESSAGE_CANCELLED] = {STATE(CANCELLING), handle_cancelled},
    [SCANNER_MESSAGE_ALIVE] = {ALIVE_STATES, handle_alive},
};

static bool in_states(const struct scanner_process *process, unsigned set)
{
    return (set & 1U << process->state) != 0;
}

static void on_deadline(uv_timer_t *timer);
static void on_heartbeat(uv_timer_t *timer);
static void maybe_finish(struct scanner_process *process);

/* How long a state may last before on_deadline() ends it; 0: as long as it likes. */
static uint64_t state_deadline(const struct scanner_process *process)
{
    switch (process->state) {
    case SCANNER_PROCESS_STARTING:
    case SCANNER_PROCESS_OPENING:
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

static void move(struct scanner_process *process, enum scanner_process_state next)
{
    if (!scanner_process_may_move(process->state, next)) {
        /* Our own error, and one that no input can cause: see the walk over all pairs in the tests. */
        fprintf(stderr, "kordond: scanner process moves from %s to %s\n",
            scanner_process_state_name(process->state), scanner_process_state_name(next));
        __builtin_trap();
    }
    process->state = next;
    if (!process->timers_open)
        return;
    (void)uv_timer_stop(&process->deadline);
    uint64_t wait = state_deadline(process);
    if (wait > 0)
        (void)uv_timer_start(&process->deadline, on_deadline, wait, 0);
    if (in_states(process, STATE(CAPTURING) | STATE(CANCELLING)))
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

/* The child's life ended before the owner wanted it to. Comes from the loop only. */
static void fail(struct scanner_process *process, const struct failure *failure, bool kill_now)
{
    process->failure = *failure;
    snprintf(process->failure.subject, sizeof process->failure.subject, "%s",
        process->role == SCANNER_ROLE_WATCHER ? "scanner watcher" : process->id);
    if (process->ready_time != 0 &&
        uv_now(process->loop) - process->ready_time >= process->options->backoff_most_ms)
        process->backoff_ms = process->options->backoff_first_ms;
    move(process, SCANNER_PROCESS_ENDING);
    if (kill_now)
        kill_child(process);
    process->callbacks->failed(process);
    maybe_finish(process);
}

static void fail_with(struct scanner_process *process, enum reason reason, const char *detail)
{
    struct failure failure;
    failure_set(&failure, reason, NULL, "%s", detail);
    fail(process, &failure, true);
}

void scanner_process_misbehaved(struct scanner_process *process, const char *what)
{
    fail_with(process, REASON_SCANNER_MISBEHAVED, what);
}

/* --- sending --- */

/* Messages to a child are few and small; one that does not fit its socket's buffer is not being read. Then
 * the deadline comes at once, as if it had passed, so that no callback runs inside the caller's call. */
static void send_message(struct scanner_process *process, const struct scanner_message *message)
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
    if (!sent && in_states(process, ALIVE_STATES))
        (void)uv_timer_start(&process->deadline, on_deadline, 0, 0);
}

/* --- what the child says --- */

static void become_ready(struct scanner_process *process, enum scanner_process_state state)
{
    process->ready_time = uv_now(process->loop);
    move(process, state);
    process->callbacks->ready(process);
}

static void handle_hello(struct scanner_process *process, const struct scanner_message *message)
{
    if (message->hello.version != SCANNER_PROTOCOL_VERSION || message->hello.role != process->role) {
        fail_with(process, REASON_SCANNER_MISBEHAVED, "HELLO of another version or role");
        return;
    }
    process->landlock = message->hello.landlock;
    if (process->role == SCANNER_ROLE_WATCHER) {
        become_ready(process, SCANNER_PROCESS_WATCHING);
        return;
    }
    move(process, SCANNER_PROCESS_OPENING);
    struct scanner_message open = {.type = SCANNER_MESSAGE_OPEN};
    snprintf(open.open.id, sizeof open.open.id, "%s", process->id);
    send_message(process, &open);
}

static void handle_listed(struct scanner_process *process, const struct scanner_message *message)
{
    if (message->type == SCANNER_MESSAGE_ENUMERATED) {
        if (process->enumerated) {
            fail_with(process, REASON_SCANNER_MISBEHAVED, "ENUMERATED twice");
            return;
        }
        process->enumerated = true;
    }
    process->callbacks->listed(process, message);
}

static void handle_opened(struct scanner_process *process, const struct scanner_message *message)
{
    (void)message;
    become_ready(process, SCANNER_PROCESS_READY);
}

static void handle_finger(struct scanner_process *process, const struct scanner_message *message)
{
    process->callbacks->finger(process, message->finger);
}

/* An answer to a capture shows that reader and child work. */
static void finish_capture(struct scanner_process *process, enum reason reason, struct scanner_image *image,
    const struct failure *failure)
{
    process->backoff_ms = process->options->backoff_first_ms;
    move(process, SCANNER_PROCESS_READY);
    process->callbacks->captured(process, reason, image, failure);
}

static void handle_frame(struct scanner_process *process, const struct scanner_message *message)
{
    struct scanner_image *image = process->incoming.image;
    process->incoming.image = NULL;
    image->width = message->frame.width;
    image->height = message->frame.height;
    image->ppi = message->frame.ppi;
    image->ppi_assumed = message->frame.ppi_assumed;
    image->pixels = message->frame.pixels;
    snprintf(image->scanner_id, sizeof image->scanner_id, "%s", process->id);
    finish_capture(process, REASON_DONE, image, &(struct failure){0});
}

static void handle_retry(struct scanner_process *process, const struct scanner_message *message)
{
    struct failure failure;
    enum reason reason =
        failure_set(&failure, REASON_CAPTURE_RETRY, process->id, "%s", scanner_retry_text(message->retry));
    finish_capture(process, reason, NULL, &failure);
}

static void handle_cancelled(struct scanner_process *process, const struct scanner_message *message)
{
    (void)message;
    struct failure failure;
    enum reason reason = failure_set(&failure, REASON_CAPTURE_CANCELLED, process->id, NULL);
    finish_capture(process, reason, NULL, &failure);
}

static void handle_failed(struct scanner_process *process, const struct scanner_message *message)
{
    struct failure failure;
    const char *text = message->failed.text;
    failure_set(&failure, REASON_SCANNER_FAILED, process->id, "%s%s%s",
        scanner_fault_text(message->failed.fault), text[0] != '\0' ? ": " : "", text);
    fail(process, &failure, false);
}

static void handle_alive(struct scanner_process *process, const struct scanner_message *message)
{
    if (!process->ping_open || message->alive != process->ping) {
        fail_with(process, REASON_SCANNER_MISBEHAVED, "ALIVE without its PING");
        return;
    }
    process->ping_open = false;
}

/* --- reading --- */

/* Counted from the header on, so that a flood is stopped before its payloads are read. */
static bool floods(struct scanner_process *process)
{
    uint64_t now = uv_now(process->loop);
    if (now - process->window_time > WINDOW_MS) {
        process->window_time = now;
        process->window_count = 0;
    }
    return ++process->window_count > WINDOW_MESSAGES;
}

/* The header is whole: may this message come now? */
static enum reason accept_header(struct scanner_process *process, struct failure *failure)
{
    enum scanner_message_type type = process->incoming.type;
    if (!in_states(process, rules[type].states))
        return failure_set(failure, REASON_SCANNER_MISBEHAVED, NULL, "%s while %s",
            scanner_message_name(type), scanner_process_state_name(process->state));
    if (floods(process))
        return failure_set(failure, REASON_SCANNER_MISBEHAVED, NULL, "a flood of messages");
    return scanner_incoming_make_room(&process->incoming, failure);
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct scanner_process *process = handle->data;
    (void)suggested;
    *buffer = scanner_incoming_place(&process->incoming);
}

/* Bytes of a child that may still speak. */
static void take_bytes(struct scanner_process *process, size_t count)
{
    struct scanner_incoming *incoming = &process->incoming;
    struct scanner_message message;
    struct failure failure;
    enum scanner_incoming_step step = scanner_incoming_add(incoming, count, &failure);
    if (step == INCOMING_HEADER)
        step = accept_header(process, &failure) == REASON_DONE ? scanner_incoming_add(incoming, 0, &failure)
                                                               : INCOMING_WRONG;
    if (step == INCOMING_WHOLE && scanner_incoming_take(incoming, &message, &failure) != REASON_DONE)
        step = INCOMING_WRONG;
    if (step == INCOMING_WHOLE)
        rules[message.type].handle(process, &message);
    else if (step == INCOMING_WRONG)
        fail(process, &failure, true);
}

/* Its exit says why it went: that comes now, or is here already, or the deadline passes. */
static void end_of_socket(struct scanner_process *process)
{
    close_socket(process);
    if (in_states(process, ALIVE_STATES))
        (void)uv_timer_start(&process->deadline, on_deadline, process->options->stop_ms, 0);
    maybe_finish(process);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct scanner_process *process = stream->data;
    (void)buffer;
    if (count == 0)
        return;
    if (count < 0 || !in_states(process, ALIVE_STATES)) {
        end_of_socket(process);
        return;
    }
    take_bytes(process, (size_t)count);
}

/* --- time --- */

static void on_heartbeat(uv_timer_t *timer)
{
    struct scanner_process *process = timer->data;
    if (process->ping_open) {
        if (uv_now(process->loop) - process->ping_time >= process->options->answer_ms)
            fail_with(process, REASON_SCANNER_FAILED, "its process does not answer");
        return;
    }
    process->ping++;
    process->ping_open = true;
    process->ping_time = uv_now(process->loop);
    send_message(process, &(struct scanner_message){.type = SCANNER_MESSAGE_PING, .ping = process->ping});
}

static void spawn(struct scanner_process *process);

static void on_deadline(uv_timer_t *timer)
{
    struct scanner_process *process = timer->data;
    switch (process->state) {
    case SCANNER_PROCESS_STARTING:
    case SCANNER_PROCESS_OPENING:
    case SCANNER_PROCESS_WATCHING:
    case SCANNER_PROCESS_READY:
    case SCANNER_PROCESS_CAPTURING:
    case SCANNER_PROCESS_CANCELLING:
        fail_with(process, REASON_SCANNER_FAILED, "its process does not answer");
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
            &failure, REASON_SCANNER_FAILED, NULL, "its process died of signal %d", process->exit_signal);
    else
        failure_set(&failure, REASON_SCANNER_FAILED, NULL, "its process ended with exit status %d",
            (int)process->exit_status);
    fail(process, &failure, false);
}

static void on_child_exit(uv_process_t *child, int64_t status, int signal_number)
{
    struct scanner_process *process = child->data;
    process->exited = true;
    process->exit_status = status;
    process->exit_signal = signal_number;
    close_child(process);
    if (in_states(process, ALIVE_STATES))
        (void)uv_timer_start(&process->deadline, on_deadline, process->options->stop_ms, 0);
    maybe_finish(process);
}

static void reset_child(struct scanner_process *process)
{
    process->exited = false;
    process->killed = false;
    process->ping_open = false;
    process->enumerated = false;
    process->ready_time = 0;
    process->window_count = 0;
    process->landlock = 0;
    scanner_incoming_reset(&process->incoming);
}

static void spawn(struct scanner_process *process)
{
    reset_child(process);
    move(process, SCANNER_PROCESS_STARTING);
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
    fail(process, &failure, true);
    if (process->exited)
        close_child(process);
}

/* Called wherever the last thing that was awaited may have come. */
static void maybe_finish(struct scanner_process *process)
{
    if (process->child_open || process->socket_open)
        return;
    if (in_states(process, ALIVE_STATES)) {
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
        move(process, SCANNER_PROCESS_CLOSED);
        process->callbacks->closed(process);
    } else if (process->state == SCANNER_PROCESS_ENDING) {
        move(process, SCANNER_PROCESS_WAITING);
        uint32_t doubled = process->backoff_ms * 2;
        process->backoff_ms =
            doubled < process->options->backoff_most_ms ? doubled : process->options->backoff_most_ms;
    }
}

enum reason scanner_process_start(struct scanner_process *process, uv_loop_t *loop,
    const struct scanner_pool_options *options, enum scanner_role role, const char *id,
    const struct scanner_process_callbacks *callbacks, void *data, struct failure *failure)
{
    *process = (struct scanner_process){.data = data,
        .callbacks = callbacks,
        .options = options,
        .loop = loop,
        .role = role,
        .backoff_ms = options->backoff_first_ms};
    snprintf(process->id, sizeof process->id, "%s", id != NULL ? id : "");
    int result = uv_timer_init(loop, &process->deadline);
    /* uv_timer_init does not fail in any version of libuv; a half that is open would need a close of its own.
     */
    if (result == 0)
        result = uv_timer_init(loop, &process->heartbeat);
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

void scanner_process_capture(struct scanner_process *process)
{
    move(process, SCANNER_PROCESS_CAPTURING);
    process->ping_time = uv_now(process->loop);
    uint64_t period = process->options->ping_ms;
    (void)uv_timer_start(&process->heartbeat, on_heartbeat, period, period);
    send_message(process, &(struct scanner_message){.type = SCANNER_MESSAGE_CAPTURE});
}

void scanner_process_cancel(struct scanner_process *process)
{
    if (process->state != SCANNER_PROCESS_CAPTURING)
        return;
    move(process, SCANNER_PROCESS_CANCELLING);
    send_message(process, &(struct scanner_message){.type = SCANNER_MESSAGE_CANCEL});
}

void scanner_process_close(struct scanner_process *process)
{
    if (in_states(process, STATE(CLOSING) | STATE(CLOSED)))
        return;
    if (in_states(process, ALIVE_STATES))
        send_message(process, &(struct scanner_message){.type = SCANNER_MESSAGE_STOP});
    move(process, SCANNER_PROCESS_CLOSING);
    maybe_finish(process); /* closes at most the timers here, so closed() comes from the loop */
}
