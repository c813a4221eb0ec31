/* reader.c: opens one reader and captures with it when kordond asks. */
#include "scanner/child_internal.h"

enum reader_state {
    READER_IDLE,       /* nothing opened yet */
    READER_OPENING,    /* fp_device_open runs */
    READER_READY,      /* open */
    READER_CAPTURING,  /* fp_device_capture runs */
    READER_CANCELLING, /* as before, but cancelled */
    READER_CLOSING,    /* fp_device_close runs, or what ran before it is being cancelled */
    READER_ENDED,      /* the main loop ends */
    READER_STATE_COUNT
};

#define STATE(name) (1U << READER_##name)

/* Allowed next states. What is not allowed is an error of our own and ends the child. */
static const unsigned allowed_next[READER_STATE_COUNT] = {
    [READER_IDLE] = STATE(OPENING) | STATE(ENDED),
    [READER_OPENING] = STATE(READY) | STATE(CLOSING) | STATE(ENDED),
    [READER_READY] = STATE(CAPTURING) | STATE(CLOSING),
    [READER_CAPTURING] = STATE(READY) | STATE(CANCELLING) | STATE(CLOSING),
    [READER_CANCELLING] = STATE(READY) | STATE(CLOSING),
    [READER_CLOSING] = STATE(ENDED),
    [READER_ENDED] = 0,
};

struct reader {
    struct channel channel;
    FpContext *context;
    GMainLoop *loop;
    FpDevice *device;          /* owned once found */
    GCancellable *cancellable; /* of the operation that runs */
    enum reader_state state;
    int status;
};

static void move(struct reader *reader, enum reader_state next)
{
    if ((allowed_next[reader->state] & 1U << next) == 0)
        g_error("reader: from state %d to %d", reader->state, next); /* ends the process */
    reader->state = next;
}

static bool send_message(struct reader *reader, const struct scanner_message *message)
{
    struct failure failure;
    if (channel_send(&reader->channel, message, &failure) == REASON_DONE)
        return true;
    char line[256];
    g_warning("%s", failure_line(&failure, line, sizeof line));
    return false;
}

static void end(struct reader *reader)
{
    channel_stop(&reader->channel);
    move(reader, READER_ENDED);
    g_main_loop_quit(reader->loop);
}

static void on_closed(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    if (!fp_device_close_finish(FP_DEVICE(source), result, &error))
        g_warning("close: %s", error->message);
    end(data);
}

/* Towards the end from any state: what runs is cancelled first, and its completion calls this again. */
static void close_down(struct reader *reader, bool operation_runs)
{
    if (reader->state == READER_IDLE) {
        end(reader);
        return;
    }
    if (reader->state != READER_CLOSING)
        move(reader, READER_CLOSING);
    if (operation_runs)
        g_cancellable_cancel(reader->cancellable);
    else if (fp_device_is_open(reader->device))
        fp_device_close(reader->device, NULL, on_closed, reader);
    else
        end(reader);
}

static bool operation_runs(const struct reader *reader)
{
    return reader->state == READER_OPENING || reader->state == READER_CAPTURING ||
           reader->state == READER_CANCELLING;
}

static void fail(struct reader *reader, enum scanner_fault fault, const char *text, bool runs)
{
    if (reader->state != READER_CLOSING && reader->state != READER_ENDED) {
        channel_send_fault(&reader->channel, fault, text);
        reader->status = 1;
    }
    if (reader->state != READER_ENDED)
        close_down(reader, runs);
}

static void on_finger_status(GObject *object, GParamSpec *property, gpointer data)
{
    struct reader *reader = data;
    (void)property;
    if (reader->state == READER_CLOSING || reader->state == READER_ENDED)
        return;
    FpFingerStatusFlags status = fp_device_get_finger_status(FP_DEVICE(object));
    uint8_t finger = (uint8_t)((status & FP_FINGER_STATUS_NEEDED ? SCANNER_FINGER_NEEDED : 0) |
                               (status & FP_FINGER_STATUS_PRESENT ? SCANNER_FINGER_PRESENT : 0));
    send_message(reader, &(struct scanner_message){.type = SCANNER_MESSAGE_FINGER, .finger = finger});
}

static void on_removed(FpDevice *device, gpointer data)
{
    struct reader *reader = data;
    (void)device;
    /* While an operation runs, its error says the same a moment later, and libfprint must not be closed
     * before. */
    if (reader->state == READER_READY)
        fail(reader, SCANNER_FAULT_REMOVED, NULL, false);
}

static enum scanner_fault fault_of(const GError *error)
{
    return g_error_matches(error, FP_DEVICE_ERROR, FP_DEVICE_ERROR_REMOVED) ? SCANNER_FAULT_REMOVED
                                                                            : SCANNER_FAULT_DEVICE;
}

static void on_opened(GObject *source, GAsyncResult *result, gpointer data)
{
    struct reader *reader = data;
    g_autoptr(GError) error = NULL;
    bool opened = fp_device_open_finish(FP_DEVICE(source), result, &error);
    if (reader->state == READER_CLOSING) {
        close_down(reader, false);
    } else if (!opened) {
        fail(reader, fault_of(error), error->message, false);
    } else {
        move(reader, READER_READY);
        if (!send_message(reader, &(struct scanner_message){.type = SCANNER_MESSAGE_OPENED}))
            close_down(reader, false);
    }
}

static void handle_open(struct reader *reader, const struct scanner_message *message)
{
    FpDevice *device = device_find(fp_context_get_devices(reader->context), message->open.id);
    if (device == NULL) {
        fail(reader, SCANNER_FAULT_NOT_FOUND, message->open.id, false);
        return;
    }
    if (!fp_device_has_feature(device, FP_DEVICE_FEATURE_CAPTURE)) {
        fail(reader, SCANNER_FAULT_UNUSABLE, message->open.id, false);
        return;
    }
    reader->device = g_object_ref(device);
    g_signal_connect(device, "notify::finger-status", G_CALLBACK(on_finger_status), reader);
    g_signal_connect(device, "removed", G_CALLBACK(on_removed), reader);
    move(reader, READER_OPENING);
    fp_device_open(device, reader->cancellable, on_opened, reader);
}

static enum scanner_retry retry_of(const GError *error)
{
    switch ((FpDeviceRetry)error->code) {
    case FP_DEVICE_RETRY_TOO_SHORT:
        return SCANNER_RETRY_TOO_SHORT;
    case FP_DEVICE_RETRY_CENTER_FINGER:
        return SCANNER_RETRY_CENTER_FINGER;
    case FP_DEVICE_RETRY_REMOVE_FINGER:
        return SCANNER_RETRY_REMOVE_FINGER;
    case FP_DEVICE_RETRY_GENERAL:
        break;
    }
    return SCANNER_RETRY_GENERAL;
}

static void report_image(struct reader *reader, FpImage *image)
{
    struct scanner_message message = {.type = SCANNER_MESSAGE_FRAME};
    struct failure failure;
    if (device_frame(reader->device, image, &message.frame, &failure) != REASON_DONE) {
        fail(reader, SCANNER_FAULT_IMAGE, failure.detail, false);
        return;
    }
    move(reader, READER_READY);
    if (!send_message(reader, &message))
        close_down(reader, false);
}

static void report_no_image(struct reader *reader, const GError *error)
{
    struct scanner_message message = {.type = SCANNER_MESSAGE_CANCELLED};
    if (error->domain == FP_DEVICE_RETRY) {
        message.type = SCANNER_MESSAGE_RETRY;
        message.retry = retry_of(error);
    } else if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
               reader->state != READER_CANCELLING) {
        fail(reader, fault_of(error), error->message, false);
        return;
    }
    move(reader, READER_READY);
    if (!send_message(reader, &message))
        close_down(reader, false);
}

static void on_captured(GObject *source, GAsyncResult *result, gpointer data)
{
    struct reader *reader = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(FpImage) image = fp_device_capture_finish(FP_DEVICE(source), result, &error);
    if (reader->state == READER_CLOSING)
        close_down(reader, false);
    else if (image != NULL)
        report_image(reader, image);
    else
        report_no_image(reader, error);
    if (image != NULL)
        device_wipe_image(image);
}

static void handle_capture(struct reader *reader, const struct scanner_message *message)
{
    (void)message;
    g_object_unref(reader->cancellable);
    reader->cancellable = g_cancellable_new();
    move(reader, READER_CAPTURING);
    fp_device_capture(reader->device, TRUE, reader->cancellable, on_captured, reader);
}

static void handle_cancel(struct reader *reader, const struct scanner_message *message)
{
    (void)message;
    /* The answer to the capture and this message may have crossed: then there is nothing left to cancel. */
    if (reader->state == READER_READY)
        return;
    move(reader, READER_CANCELLING);
    g_cancellable_cancel(reader->cancellable);
}

static void handle_ping(struct reader *reader, const struct scanner_message *message)
{
    if (!send_message(
            reader, &(struct scanner_message){.type = SCANNER_MESSAGE_ALIVE, .alive = message->ping}))
        close_down(reader, operation_runs(reader));
}

static void handle_stop(struct reader *reader, const struct scanner_message *message)
{
    (void)message;
    close_down(reader, operation_runs(reader));
}

static const struct {
    enum scanner_message_type type;
    unsigned states; /* in which it may come */
    void (*handle)(struct reader *reader, const struct scanner_message *message);
} handlers[] = {
    {SCANNER_MESSAGE_OPEN, STATE(IDLE), handle_open},
    {SCANNER_MESSAGE_CAPTURE, STATE(READY), handle_capture},
    {SCANNER_MESSAGE_CANCEL, STATE(READY) | STATE(CAPTURING), handle_cancel},
    {SCANNER_MESSAGE_PING, STATE(IDLE) | STATE(OPENING) | STATE(READY) | STATE(CAPTURING) | STATE(CANCELLING),
        handle_ping},
    {SCANNER_MESSAGE_STOP, STATE(IDLE) | STATE(OPENING) | STATE(READY) | STATE(CAPTURING) | STATE(CANCELLING),
        handle_stop},
};

static void on_message(void *data, const struct scanner_message *message)
{
    struct reader *reader = data;
    if (reader->state == READER_CLOSING || reader->state == READER_ENDED)
        return; /* FAILED is on its way: kordond does not know yet */
    for (size_t i = 0; i < G_N_ELEMENTS(handlers); i++)
        if (handlers[i].type == message->type && (handlers[i].states & 1U << reader->state) != 0) {
            handlers[i].handle(reader, message);
            return;
        }
    fail(reader, SCANNER_FAULT_PROTOCOL, scanner_message_name(message->type), operation_runs(reader));
}

static void on_channel_end(void *data)
{
    struct reader *reader = data;
    if (reader->state != READER_CLOSING && reader->state != READER_ENDED)
        close_down(reader, operation_runs(reader));
}

int reader_run(FpContext *context, int descriptor, uint8_t landlock)
{
    struct reader reader = {
        .context = context,
        .loop = g_main_loop_new(NULL, FALSE),
        .cancellable = g_cancellable_new(),
    };
    /* Before kordond may send OPEN, so that the id it names can be found. */
    fp_context_enumerate(context);
    channel_start(&reader.channel, descriptor, on_message, on_channel_end, &reader);
    if (!send_message(&reader, &(struct scanner_message){.type = SCANNER_MESSAGE_HELLO,
                                   .hello = {SCANNER_PROTOCOL_VERSION, SCANNER_ROLE_READER, landlock}}))
        end(&reader);
    if (reader.state != READER_ENDED)
        g_main_loop_run(reader.loop);
    if (reader.device != NULL) {
        g_signal_handlers_disconnect_by_data(reader.device, &reader);
        g_object_unref(reader.device);
    }
    g_object_unref(reader.cancellable);
    g_main_loop_unref(reader.loop);
    return reader.status;
}
