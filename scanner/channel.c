#include "scanner/child_internal.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <glib-unix.h>

static void channel_end(struct channel *channel)
{
    channel_stop(channel);
    channel->end(channel->data);
}

void channel_stop(struct channel *channel)
{
    if (channel->source != 0)
        g_source_remove(channel->source);
    channel->source = 0;
}

/* Hands over the first message of the buffer. False where it is not whole yet or the channel has ended. */
static bool take_message(struct channel *channel)
{
    enum scanner_message_type type;
    size_t size;
    struct scanner_message message;
    if (channel->used < SCANNER_HEADER_BYTES)
        return false;
    bool good =
        scanner_header_parse(channel->buffer, SCANNER_SENDER_PARENT, &type, &size, NULL) == REASON_DONE;
    size_t whole = SCANNER_HEADER_BYTES + size;
    if (good && channel->used < whole)
        return false;
    if (!good || scanner_message_parse(type, channel->buffer + SCANNER_HEADER_BYTES, size, &message, NULL) !=
                     REASON_DONE) {
        channel_send_fault(channel, SCANNER_FAULT_PROTOCOL, NULL);
        channel_end(channel);
        return false;
    }
    channel->used -= whole;
    memmove(channel->buffer, channel->buffer + whole, channel->used);
    channel->message(channel->data, &message);
    return channel->source != 0;
}

static gboolean on_readable(gint descriptor, GIOCondition condition, gpointer data)
{
    struct channel *channel = data;
    (void)condition;
    ssize_t count = recv(
        descriptor, channel->buffer + channel->used, sizeof channel->buffer - channel->used, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return G_SOURCE_CONTINUE;
    if (count <= 0) {
        channel_end(channel);
        return G_SOURCE_REMOVE;
    }
    channel->used += (size_t)count;
    while (take_message(channel))
        ;
    return channel->source != 0;
}

void channel_start(
    struct channel *channel, int descriptor, channel_message_cb message, channel_end_cb end, void *data)
{
    *channel = (struct channel){.descriptor = descriptor, .message = message, .end = end, .data = data};
    channel->source = g_unix_fd_add(descriptor, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, channel);
}

static enum reason send_bytes(int descriptor, const uint8_t *bytes, size_t size, struct failure *failure)
{
    while (size > 0) {
        ssize_t count = send(descriptor, bytes, size, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return failure_set_errno(failure, errno, "kordond", "send");
        bytes += count;
        size -= (size_t)count;
    }
    return REASON_DONE;
}

enum reason channel_send(
    struct channel *channel, const struct scanner_message *message, struct failure *failure)
{
    uint8_t bytes[SCANNER_SMALL_MESSAGE_MAX];
    struct bytes_writer writer;
    bytes_writer_init(&writer, bytes, sizeof bytes);
    TRY(scanner_message_write(message, &writer, failure));
    TRY(send_bytes(channel->descriptor, bytes, writer.used, failure));
    if (message->type == SCANNER_MESSAGE_FRAME)
        TRY(send_bytes(channel->descriptor, message->frame.pixels,
            (size_t)message->frame.width * message->frame.height, failure));
    return REASON_DONE;
}

void channel_send_fault(struct channel *channel, enum scanner_fault fault, const char *text)
{
    struct scanner_message message = {.type = SCANNER_MESSAGE_FAILED, .failed = {.fault = fault}};
    scanner_text_copy(message.failed.text, sizeof message.failed.text, text != NULL ? text : "");
    /* A kordond that is gone reads no reasons; the child ends either way. */
    (void)channel_send(channel, &message, NULL);
}
