/* watcher.c: tells kordond which readers there are. It opens none of them itself. */
#include "scanner/child_internal.h"

struct watcher {
    struct channel channel;
    FpContext *context;
    GMainLoop *loop;
    GHashTable *ids; /* FpDevice * -> its id, as announced: a device that is gone can't be asked any more */
    int status;
};

static void watcher_end(struct watcher *watcher, int status)
{
    watcher->status = status;
    channel_stop(&watcher->channel);
    g_main_loop_quit(watcher->loop);
}

static void send_or_end(struct watcher *watcher, const struct scanner_message *message)
{
    if (channel_send(&watcher->channel, message, NULL) != REASON_DONE)
        watcher_end(watcher, 1);
}

static void announce(struct watcher *watcher, FpDevice *device)
{
    struct scanner_message message;
    device_describe(device, fp_context_get_devices(watcher->context), &message);
    if (g_hash_table_contains(watcher->ids, device))
        return;
    g_hash_table_insert(watcher->ids, device, g_strdup(message.device.id));
    send_or_end(watcher, &message);
}

static void on_device_added(FpContext *context, FpDevice *device, gpointer data)
{
    (void)context;
    announce(data, device);
}

static void on_device_removed(FpContext *context, FpDevice *device, gpointer data)
{
    struct watcher *watcher = data;
    const char *id = g_hash_table_lookup(watcher->ids, device);
    (void)context;
    if (id == NULL)
        return;
    struct scanner_message message = {.type = SCANNER_MESSAGE_DEVICE_GONE};
    scanner_text_copy(message.device_gone.id, sizeof message.device_gone.id, id);
    g_hash_table_remove(watcher->ids, device);
    send_or_end(watcher, &message);
}

static void on_message(void *data, const struct scanner_message *message)
{
    struct watcher *watcher = data;
    if (message->type == SCANNER_MESSAGE_PING) {
        send_or_end(
            watcher, &(struct scanner_message){.type = SCANNER_MESSAGE_ALIVE, .alive = message->ping});
    } else if (message->type == SCANNER_MESSAGE_STOP) {
        watcher_end(watcher, 0);
    } else {
        channel_send_fault(&watcher->channel, SCANNER_FAULT_PROTOCOL, scanner_message_name(message->type));
        watcher_end(watcher, 1);
    }
}

static void on_channel_end(void *data)
{
    watcher_end(data, 0);
}

int watcher_run(FpContext *context, int descriptor, uint8_t landlock)
{
    struct watcher watcher = {
        .context = context,
        .loop = g_main_loop_new(NULL, FALSE),
        .ids = g_hash_table_new_full(NULL, NULL, NULL, g_free),
    };
    channel_start(&watcher.channel, descriptor, on_message, on_channel_end, &watcher);
    send_or_end(&watcher, &(struct scanner_message){.type = SCANNER_MESSAGE_HELLO,
                              .hello = {SCANNER_PROTOCOL_VERSION, SCANNER_ROLE_WATCHER, landlock}});
    g_signal_connect(context, "device-added", G_CALLBACK(on_device_added), &watcher);
    g_signal_connect(context, "device-removed", G_CALLBACK(on_device_removed), &watcher);
    fp_context_enumerate(context);
    GPtrArray *devices = fp_context_get_devices(context);
    for (guint i = 0; i < devices->len; i++)
        announce(&watcher, g_ptr_array_index(devices, i));
    if (watcher.channel.source != 0) {
        send_or_end(&watcher, &(struct scanner_message){.type = SCANNER_MESSAGE_ENUMERATED});
        g_main_loop_run(watcher.loop);
    }
    g_signal_handlers_disconnect_by_data(context, &watcher);
    g_hash_table_unref(watcher.ids);
    g_main_loop_unref(watcher.loop);
    return watcher.status;
}
