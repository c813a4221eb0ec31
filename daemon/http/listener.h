/* listener.h: the unix socket of the API: made with its permissions, accepted from on the loop.
 *
 * Loop's thread. The socket file is removed on close; a stale one (nobody answers on it) is replaced, a live
 * one is not.
 */
#ifndef KORDON_DAEMON_HTTP_LISTENER_H
#define KORDON_DAEMON_HTTP_LISTENER_H

#include <stdint.h>
#include <sys/un.h>
#include <uv.h>

#include "base/failure.h"

/* In the owner's struct. */
struct listener {
    uv_poll_t poll;
    int descriptor;
    char path[sizeof((struct sockaddr_un *)0)->sun_path];
    void (*accepted)(void *data, int socket); /* takes the non-blocking socket over */
    void (*closed)(void *data);
    void *data;
};

/* mode: permissions of the file, in force from its first moment. CONFIGURATION_BAD (path too long),
 * STATE_LOCKED (another process answers there), FILE_ERROR and the like. */
enum reason listener_start(struct listener *listener, uv_loop_t *loop, const char *path, uint32_t mode,
    void (*accepted)(void *data, int socket), void *data, struct failure *failure);

/* Removes the file and ends; closed(data) comes from the loop. */
void listener_close(struct listener *listener, void (*closed)(void *data));

#endif
