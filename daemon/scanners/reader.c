#include "daemon/scanners/reader_internal.h"

#include <stdio.h>
#include <stdlib.h>

static void set_state(struct scanner_reader *reader, enum scanner_state state)
{
    if (reader->info.state == state)
        return;
    reader->info.state = state;
    reader->state_changed = true;
    reader->host->changed(reader->host->data);
}

static void set_finger(struct scanner_reader *reader, uint8_t finger)
{
    bool needed = (finger & SCANNER_FINGER_NEEDED) != 0, present = (finger & SCANNER_FINGER_PRESENT) != 0;
    if (reader->info.finger_needed == needed && reader->info.finger_present == present)
        return;
    reader->info.finger_needed = needed;
    reader->info.finger_present = present;
    reader->finger_changed = true;
    reader->host->changed(reader->host->data);
}

static void emit(const struct scanner_reader *reader, enum scanner_event_type type)
{
    reader->host->event(reader->host->data, type, &reader->info);
}

static void lose_capture(struct scanner_reader *reader, const struct failure *failure)
{
    if (reader->capture != NULL)
        reader->host->lost(reader->capture, failure);
}

/* --- what its child comes to --- */

static void on_ready(struct scanner_process *process)
{
    struct scanner_reader *reader = process->data;
    reader->info.landlock = process->landlock;
    reader->info.restarts = process->restarts;
    reader->info.failure = (struct failure){0}; /* is over */
    set_state(reader, SCANNER_STATE_READY);
}

static void on_finger(struct scanner_process *process, uint8_t finger)
{
    set_finger(process->data, finger);
}

static void on_captured(struct scanner_process *process, enum reason reason, struct scanner_image *image,
    const struct failure *failure)
{
    struct scanner_reader *reader = process->data;
    set_state(reader, SCANNER_STATE_READY);
    if (image != NULL)
        snprintf(image->driver, sizeof image->driver, "%s", reader->info.driver);
    if (reader->capture != NULL && reason == REASON_CAPTURE_RETRY)
        reader->capture->better = scanner_retry_guidance(process->retry);
    if (reader->capture != NULL)
        reader->host->answered(reader->capture, reason, image, failure);
    else
        scanner_image_free(image);
}

static void on_failed(struct scanner_process *process)
{
    struct scanner_reader *reader = process->data;
    reader->info.failure = process->failure;
    reader->info.last_failure = process->failure;
    reader->info.restarts = process->restarts;
    set_state(reader, scanner_process_is_hopeful(process) ? SCANNER_STATE_STARTING : SCANNER_STATE_FAILED);
    set_finger(reader, 0);
    if (process->failed_anew)
        emit(reader, process->failure.reason == REASON_SCANNER_MISBEHAVED ? SCANNER_EVENT_MISBEHAVED
                                                                          : SCANNER_EVENT_FAILED);
    lose_capture(reader, &process->failure);
}

static void on_closed(struct scanner_process *process)
{
    struct scanner_reader *reader = process->data;
    const struct scanner_host *host = reader->host;
    scanner_reader_free(reader);
    host->closed(host->data);
}

static const struct scanner_process_callbacks callbacks = {
    .ready = on_ready,
    .finger = on_finger,
    .captured = on_captured,
    .failed = on_failed,
    .closed = on_closed,
};

/* --- its life --- */

static enum reason describe(struct scanner_info *info, const struct scanner_message *device)
{
    snprintf(info->id, sizeof info->id, "%s", device->device.id);
    snprintf(info->name, sizeof info->name, "%s", device->device.name);
    snprintf(info->driver, sizeof info->driver, "%s", device->device.driver);
    info->scan_type = device->device.scan_type;
    if (device->device.refusal[0] == '\0')
        return REASON_DONE;
    return failure_set(&info->failure, REASON_SCANNER_UNUSABLE, info->id, "%s", device->device.refusal);
}

static enum reason start_child(struct scanner_reader *reader)
{
    reader->process = (struct scanner_process){.data = reader,
        .callbacks = &callbacks,
        .options = reader->host->options,
        .loop = reader->host->loop,
        .role = SCANNER_ROLE_READER};
    snprintf(reader->process.id, sizeof reader->process.id, "%s", reader->info.id);
    return scanner_process_start(&reader->process, &reader->info.failure);
}

struct scanner_reader *scanner_reader_create(
    struct scanner_reader **list, const struct scanner_host *host, const struct scanner_message *device)
{
    struct scanner_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL)
        return NULL;
    reader->list = list;
    reader->host = host;
    reader->listed = true;
    if (describe(&reader->info, device) != REASON_DONE || start_child(reader) != REASON_DONE)
        reader->info.state = SCANNER_STATE_REFUSED;
    while (*list != NULL)
        list = &(*list)->next;
    *list = reader;
    emit(reader, SCANNER_EVENT_ADDED);
    return reader;
}

void scanner_reader_free(struct scanner_reader *reader)
{
    struct scanner_reader **link = reader->list;
    while (*link != reader)
        link = &(*link)->next;
    *link = reader->next;
    free(reader);
}

void scanner_reader_close(struct scanner_reader *reader)
{
    if (reader->info.state != SCANNER_STATE_REFUSED)
        scanner_process_close(&reader->process);
}

void scanner_reader_remove(struct scanner_reader *reader)
{
    struct failure failure;
    failure_set(
        &failure, REASON_SCANNER_FAILED, reader->info.id, "%s", scanner_fault_text(SCANNER_FAULT_REMOVED));
    reader->removing = true;
    emit(reader, SCANNER_EVENT_REMOVED);
    lose_capture(reader, &failure);
    if (reader->info.state == SCANNER_STATE_REFUSED)
        scanner_reader_free(reader);
    else
        scanner_process_close(&reader->process);
}

/* --- what the pool wants of it --- */

void scanner_reader_capture(struct scanner_reader *reader, struct scanner_capture *capture)
{
    capture->reader = reader;
    reader->capture = capture;
    reader->capture_began = true;
    set_state(reader, SCANNER_STATE_CAPTURING);
    scanner_process_capture(&reader->process);
}

enum reason scanner_reader_refusal(const struct scanner_reader *reader, struct failure *failure)
{
    switch (reader->info.state) {
    case SCANNER_STATE_CAPTURING:
        return failure_set(failure, REASON_SCANNER_BUSY, reader->info.id, NULL);
    case SCANNER_STATE_FAILED:
    case SCANNER_STATE_REFUSED:
        if (failure != NULL)
            *failure = reader->info.failure;
        return reader->info.failure.reason;
    case SCANNER_STATE_STARTING:
    case SCANNER_STATE_READY:
    case SCANNER_STATE_COUNT:
        break;
    }
    return REASON_DONE;
}

void scanner_reader_tell(struct scanner_reader *reader)
{
    bool state = reader->state_changed, finger = reader->finger_changed, began = reader->capture_began;
    reader->state_changed = false;
    reader->finger_changed = false;
    reader->capture_began = false;
    if (state && !reader->removing)
        emit(reader, SCANNER_EVENT_STATE);
    if (finger && !reader->removing)
        emit(reader, SCANNER_EVENT_FINGER);
    if ((finger || began) && reader->capture != NULL && reader->capture->finger != NULL)
        reader->capture->finger(reader->capture, &reader->info);
}
