/* reader_internal.h: one reader: what is known of it, its child, and the capture that runs on it. */
#ifndef KORDON_DAEMON_SCANNERS_READER_INTERNAL_H
#define KORDON_DAEMON_SCANNERS_READER_INTERNAL_H

#include "daemon/scanners/host_internal.h"
#include "daemon/scanners/process_internal.h"

/* Made by _create(), linked into a list; freed when its child is closed, a refused one, which has none, at once. */
struct scanner_reader {
    struct scanner_reader *next;
    struct scanner_reader **list; /* where the first of the list is */
    const struct scanner_host *host;
    struct scanner_info info;
    struct scanner_process process;     /* unused where refused */
    struct scanner_capture *capture;    /* that runs on it, or NULL */
    bool listed;                        /* the present watcher has reported it */
    bool removing;                      /* gone: its process is being closed, nobody may find it */
    bool state_changed, finger_changed; /* events to be sent from the loop */
    bool capture_began;                 /* its capture is to be told of the finger, as it is */
};

/* A reader as the DEVICE message describes it, at the list's end; its child starts from the loop. One that can't be used, or
 * whose child can't be started, is there as REFUSED. NULL without memory. */
struct scanner_reader *scanner_reader_create(
    struct scanner_reader **list, const struct scanner_host *host, const struct scanner_message *device);

/* Begins the capture on a READY reader that has none. */
void scanner_reader_capture(struct scanner_reader *reader, struct scanner_capture *capture);

/* Why this reader, which is neither free nor about to be, can't do a capture; DONE where it is one of these. */
enum reason scanner_reader_refusal(const struct scanner_reader *reader, struct failure *failure);

/* Sends the events that have gathered. */
void scanner_reader_tell(struct scanner_reader *reader);

/* It was unplugged: says so to everybody concerned, then closes it. */
void scanner_reader_remove(struct scanner_reader *reader);

/* Closes its child; one that has none stays until it is freed. */
void scanner_reader_close(struct scanner_reader *reader);

/* Takes it off its list and frees it. Its child must be closed, or there is none. */
void scanner_reader_free(struct scanner_reader *reader);

#endif
