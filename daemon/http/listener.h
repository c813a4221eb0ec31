/* listener.h: what the API is reached at, accepted from on the loop: a unix socket, made with its permissions, and an address of the network.
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
    char path[sizeof((struct sockaddr_un *)0)->sun_path]; /* "": it is no unix socket */
    void (*accepted)(void *data, int socket);             /* takes the non-blocking socket over */
    void (*closed)(void *data);
    void *data;
};

/* mode: permissions of the file, in force from its first moment. CONFIGURATION_BAD (path too long),
 * STATE_LOCKED (another process answers there), FILE_ERROR and the like. */
enum reason listener_start(struct listener *listener, uv_loop_t *loop, const char *path, uint32_t mode,
    void (*accepted)(void *data, int socket), void *data, struct failure *failure);

/* The same at host:port of the network, but that nobody can connect before listener_open(). host may be a name, which is looked up here: this may
 * block. CONFIGURATION_BAD where it can't be found or is not this machine's, STATE_LOCKED where another process has the port, SYSTEM_ERROR. */
enum reason listener_start_network(struct listener *listener, uv_loop_t *loop, const char *host,
    const char *port, void (*accepted)(void *data, int socket), void *data, struct failure *failure);

/* Lets clients connect at it, from the network. STATE_LOCKED, SYSTEM_ERROR. */
enum reason listener_open(struct listener *listener, struct failure *failure);

/* Removes the file, where it is one, and ends; closed(data) comes from the loop. */
void listener_close(struct listener *listener, void (*closed)(void *data));

#endif
