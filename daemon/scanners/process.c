#include "daemon/scanners/process_life_internal.h"

#include <stdio.h>

/* A reader reports a finger a few times a capture and a watcher its readers; more than this in one window is
 * noise meant to keep the loop busy. */
#define WINDOW_MS       10000
#define WINDOW_MESSAGES 300

#define STATE(name) SCANNER_PROCESS_STATE(name)

static void handle_hello(struct scanner_process *process, const struct scanner_message *message);
static void handle_listed(struct scanner_process *process, const struct scanner_message *message);
static void handle_enumerated(struct scanner_process *process, const struct scanner_message *message);
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
    [SCANNER_MESSAGE_DEVICE] = {STATE(LISTING) | STATE(WATCHING), handle_listed},
    [SCANNER_MESSAGE_DEVICE_GONE] = {STATE(LISTING) | STATE(WATCHING), handle_listed},
    [SCANNER_MESSAGE_ENUMERATED] = {STATE(LISTING), handle_enumerated},
    [SCANNER_MESSAGE_OPENED] = {STATE(OPENING), handle_opened},
    [SCANNER_MESSAGE_FINGER] = {STATE(OPENING) | STATE(READY) | STATE(CAPTURING) | STATE(CANCELLING),
        handle_finger},
    [SCANNER_MESSAGE_FRAME] = {STATE(CAPTURING) | STATE(CANCELLING), handle_frame},
    [SCANNER_MESSAGE_RETRY] = {STATE(CAPTURING) | STATE(CANCELLING), handle_retry},
    [SCANNER_MESSAGE_FAILED] = {SCANNER_PROCESS_ALIVE, handle_failed},
    [SCANNER_MESSAGE_CANCELLED] = {STATE(CANCELLING), handle_cancelled},
    [SCANNER_MESSAGE_ALIVE] = {SCANNER_PROCESS_ALIVE, handle_alive},
};

/* --- what the child says --- */

static void become_ready(struct scanner_process *process, enum scanner_process_state state)
{
    process->ready_time = uv_now(process->loop);
    scanner_process_move(process, state);
    process->callbacks->ready(process);
}

static void handle_hello(struct scanner_process *process, const struct scanner_message *message)
{
    if (message->hello.version != SCANNER_PROTOCOL_VERSION || message->hello.role != process->role) {
        scanner_process_fail_with(process, REASON_SCANNER_MISBEHAVED, "HELLO of another version or role");
        return;
    }
    process->landlock = message->hello.landlock;
    if (process->role == SCANNER_ROLE_WATCHER) {
        scanner_process_move(process, SCANNER_PROCESS_LISTING);
        process->callbacks->greeted(process);
        return;
    }
    scanner_process_move(process, SCANNER_PROCESS_OPENING);
    struct scanner_message open = {.type = SCANNER_MESSAGE_OPEN};
    snprintf(open.open.id, sizeof open.open.id, "%s", process->id);
    scanner_process_send(process, &open);
}

static void handle_listed(struct scanner_process *process, const struct scanner_message *message)
{
    process->callbacks->listed(process, message);
}

static void handle_enumerated(struct scanner_process *process, const struct scanner_message *message)
{
    (void)message;
    become_ready(process, SCANNER_PROCESS_WATCHING);
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
    scanner_process_move(process, SCANNER_PROCESS_READY);
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
    enum reason reason = failure_set(&failure, REASON_CAPTURE_RETRY, process->id, "%s",
        guidance_text(scanner_retry_guidance(message->retry)));
    process->retry = message->retry;
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
    /* A watcher's failures go into the log, where no child's own words may go. */
    const char *text = process->role == SCANNER_ROLE_READER ? message->failed.text : "";
    failure_set(&failure, REASON_SCANNER_FAILED, process->id, "%s%s%s",
        scanner_fault_text(message->failed.fault), text[0] != '\0' ? ": " : "", text);
    scanner_process_fail(process, &failure, false);
}

static void handle_alive(struct scanner_process *process, const struct scanner_message *message)
{
    if (!process->ping_open || message->alive != process->ping) {
        scanner_process_fail_with(process, REASON_SCANNER_MISBEHAVED, "ALIVE without its PING");
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
    if (!scanner_process_in(process, rules[type].states))
        return failure_set(failure, REASON_SCANNER_MISBEHAVED, NULL, "%s while %s",
            scanner_message_name(type), scanner_process_state_name(process->state));
    if (floods(process))
        return failure_set(failure, REASON_SCANNER_MISBEHAVED, NULL, "a flood of messages");
    return scanner_incoming_make_room(&process->incoming, failure);
}

/* Bytes of a child that may still speak. */
static void hear(struct scanner_process *process, size_t count)
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
        scanner_process_fail(process, &failure, true);
}

/* --- what it is told --- */

static void on_heartbeat(uv_timer_t *timer)
{
    struct scanner_process *process = timer->data;
    if (process->ping_open) {
        if (uv_now(process->loop) - process->ping_time >= process->options->answer_ms)
            scanner_process_fail_with(process, REASON_SCANNER_FAILED, "its process does not answer");
        return;
    }
    process->ping++;
    process->ping_open = true;
    process->ping_time = uv_now(process->loop);
    scanner_process_send(
        process, &(struct scanner_message){.type = SCANNER_MESSAGE_PING, .ping = process->ping});
}

enum reason scanner_process_start(struct scanner_process *process, struct failure *failure)
{
    process->hear = hear;
    return scanner_process_begin(process, failure);
}

void scanner_process_refuse(struct scanner_process *process, const struct failure *failure)
{
    scanner_process_fail(process, failure, true);
}

void scanner_process_capture(struct scanner_process *process)
{
    scanner_process_move(process, SCANNER_PROCESS_CAPTURING);
    process->ping_time = uv_now(process->loop);
    uint64_t period = process->options->ping_ms;
    (void)uv_timer_start(&process->heartbeat, on_heartbeat, period, period);
    scanner_process_send(process, &(struct scanner_message){.type = SCANNER_MESSAGE_CAPTURE});
}

void scanner_process_cancel(struct scanner_process *process)
{
    if (process->state != SCANNER_PROCESS_CAPTURING)
        return;
    scanner_process_move(process, SCANNER_PROCESS_CANCELLING);
    scanner_process_send(process, &(struct scanner_message){.type = SCANNER_MESSAGE_CANCEL});
}
