/* child_internal.h: the parts of the kordon-scanner process, private to it.
 *
 * main.c sets up and enters the sandbox; channel.c moves messages; watcher.c and reader.c are the two roles;
 * device.c says what a libfprint device is to kordond. One thread (GLib's default main context); the
 * library's own threads never call back here. A child has one job and one life: what can't be handled ends
 * it, and kordond starts a new one.
 */
#ifndef KORDON_SCANNER_CHILD_INTERNAL_H
#define KORDON_SCANNER_CHILD_INTERNAL_H

#include <fprint.h>

#include "scanner/protocol.h"

/* --- sandbox.c: two steps, both fatal where they fail --- */

struct sandbox_options {
    const char *virtual_socket; /* path on which libfprint's virtual reader listens, or NULL */
    const char *emulation;      /* folder of umockdev's emulated devices, or NULL */
};

/* Limits, no core, no new privileges, and Landlock: from now on only USB nodes, sysfs and udev's data are
 * reachable. Must be called while the process has one thread. *landlock is the ABI version in force, 0 where
 * the kernel has none: then the call filter and the limits stand alone. */
enum reason sandbox_restrict_files(
    const struct sandbox_options *options, uint8_t *landlock, struct failure *failure);

/* The filter of system calls for all threads: the last step of start-up. */
enum reason sandbox_filter_calls(const struct sandbox_options *options, struct failure *failure);

/* --- channel.c --- */

struct channel;

/* The message is valid during the call. */
typedef void (*channel_message_cb)(void *data, const struct scanner_message *message);

/* Called once, when kordond closed its end or sent what it must not; nothing is read afterwards. */
typedef void (*channel_end_cb)(void *data);

struct channel {
    int descriptor;
    guint source;
    uint8_t buffer[SCANNER_SMALL_MESSAGE_MAX];
    size_t used;
    channel_message_cb message;
    channel_end_cb end;
    void *data;
};

/* Starts reading on the main context; channel is the caller's memory. */
void channel_start(
    struct channel *channel, int descriptor, channel_message_cb message, channel_end_cb end, void *data);

void channel_stop(struct channel *channel);

/* Writes the whole message, waiting as long as kordond takes to read; a frame's pixels come from
 * frame.pixels. */
enum reason channel_send(
    struct channel *channel, const struct scanner_message *message, struct failure *failure);

/* Sends FAILED; text may be NULL. */
void channel_send_fault(struct channel *channel, enum scanner_fault fault, const char *text);

/* --- device.c --- */

/* Fills in a DEVICE message: the id by which kordond and all children know this reader, and why it is refused
 * where it is. all: the context's devices, among which ids are made unique. */
void device_describe(FpDevice *device, GPtrArray *all, struct scanner_message *message);

/* The device with that id, or NULL. */
FpDevice *device_find(GPtrArray *all, const char *id);

/* Points frame into image (which must live as long), in the form of the protocol. BAD_VALUE where the image
 * is outside its limits. */
enum reason device_frame(
    FpDevice *device, FpImage *image, struct scanner_frame *frame, struct failure *failure);

/* Zeroes the pixels that libfprint keeps in image. */
void device_wipe_image(FpImage *image);

/* --- watcher.c, reader.c: run until the child's end; the exit status --- */

int watcher_run(FpContext *context, int descriptor, uint8_t landlock);
int reader_run(FpContext *context, int descriptor, uint8_t landlock);

#endif
