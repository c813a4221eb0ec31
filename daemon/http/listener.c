#include "daemon/http/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Accepted in one turn of the loop, so that a flood of connections does not starve the rest. */
#define ACCEPTS_IN_A_TURN 16
#define BACKLOG           128
#define NETWORK_BACKLOG   1024 /* terminals come at once when the network is back */

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)events;
    struct listener *listener = poll->data;
    for (int i = 0; status == 0 && i < ACCEPTS_IN_A_TURN; i++) {
        int socket = accept4(listener->descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket < 0)
            return; /* nothing left, or out of descriptors: the poll reports it again */
        listener->accepted(listener->data, socket);
    }
}

/* Somebody answers there: then the file is not stale. */
static bool is_alive(const struct sockaddr_un *address)
{
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0)
        return true;
    bool alive = connect(probe, (const struct sockaddr *)address, sizeof *address) == 0 || errno == EAGAIN;
    close(probe);
    return alive;
}

static enum reason bind_socket(
    struct listener *listener, const char *path, uint32_t mode, struct failure *failure)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length = snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (length < 0 || (size_t)length >= sizeof address.sun_path)
        return failure_set(failure, REASON_CONFIGURATION_BAD, path, "[api] socket: the path is too long");
    snprintf(listener->path, sizeof listener->path, "%s", address.sun_path);
    struct stat found;
    if (lstat(path, &found) == 0) {
        if (!S_ISSOCK(found.st_mode))
            return failure_set(failure, REASON_FILE_ERROR, path, "exists and is no socket; it is left alone");
        if (is_alive(&address))
            return failure_set(failure, REASON_STATE_LOCKED, path, "another process answers there");
        unlink(path);
    }
    /* On Linux the file gets the socket's own mode, so there is no moment with other permissions. */
    if (fchmod(listener->descriptor, mode & 0777) != 0)
        return failure_set_errno(failure, errno, path, "fchmod");
    if (bind(listener->descriptor, (struct sockaddr *)&address, sizeof address) != 0)
        return failure_set_errno(failure, errno, path, "bind");
    if (chmod(path, mode & 0777) == 0 && listen(listener->descriptor, BACKLOG) == 0)
        return REASON_DONE;
    int error = errno;
    unlink(path);
    return failure_set_errno(failure, error, path, "listen");
}

/* On failure the descriptor is closed. */
static enum reason watch(
    struct listener *listener, uv_loop_t *loop, const char *name, struct failure *failure)
{
    int error = uv_poll_init(loop, &listener->poll, listener->descriptor);
    if (error != 0) {
        close(listener->descriptor);
        return failure_set(failure, REASON_SYSTEM_ERROR, name, "uv_poll_init: %s", uv_strerror(error));
    }
    listener->poll.data = listener;
    return REASON_DONE;
}

enum reason listener_start(struct listener *listener, uv_loop_t *loop, const char *path, uint32_t mode,
    void (*accepted)(void *data, int socket), void *data, struct failure *failure)
{
    *listener = (struct listener){.accepted = accepted, .data = data};
    listener->descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener->descriptor < 0)
        return failure_set_errno(failure, errno, path, "socket");
    enum reason reason = bind_socket(listener, path, mode, failure);
    if (reason != REASON_DONE) {
        close(listener->descriptor);
        return reason;
    }
    reason = watch(listener, loop, path, failure);
    if (reason == REASON_DONE)
        uv_poll_start(&listener->poll, UV_READABLE, on_readable);
    else
        unlink(path);
    return reason;
}

/* --- The network */

/* The descriptor that is bound there, or -1 with errno. */
static int bind_at(const struct addrinfo *address)
{
    const int yes = 1;
    int descriptor = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0)
        return -1;
    bool set = setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0;
    if (address->ai_family == AF_INET6)
        set = set && setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes) == 0;
    if (set && bind(descriptor, address->ai_addr, address->ai_addrlen) == 0)
        return descriptor;
    int error = errno;
    close(descriptor);
    errno = error;
    return -1;
}

static enum reason refused(int error, const char *name, struct failure *failure)
{
    if (error == EADDRINUSE)
        return failure_set(failure, REASON_STATE_LOCKED, name, "another process listens there");
    if (error == EADDRNOTAVAIL)
        return failure_set(
            failure, REASON_CONFIGURATION_BAD, name, "[tls] address: it is not this machine's");
    return failure_set(failure, REASON_SYSTEM_ERROR, name, "listen: %s", strerror(error));
}

enum reason listener_start_network(struct listener *listener, uv_loop_t *loop, const char *host,
    const char *port, void (*accepted)(void *data, int socket), void *data, struct failure *failure)
{
    const struct addrinfo wanted = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    *listener = (struct listener){.accepted = accepted, .data = data, .descriptor = -1};
    int error = getaddrinfo(host, port, &wanted, &found);
    if (error != 0)
        return failure_set(failure, REASON_CONFIGURATION_BAD, host, "[tls] address: %s", gai_strerror(error));
    for (const struct addrinfo *each = found; each != NULL && listener->descriptor < 0; each = each->ai_next)
        listener->descriptor = bind_at(each);
    error = errno;
    freeaddrinfo(found);
    return listener->descriptor >= 0 ? watch(listener, loop, host, failure) : refused(error, host, failure);
}

enum reason listener_open(struct listener *listener, struct failure *failure)
{
    if (listen(listener->descriptor, NETWORK_BACKLOG) != 0)
        return refused(errno, "[tls] address", failure);
    uv_poll_start(&listener->poll, UV_READABLE, on_readable);
    return REASON_DONE;
}

static void on_closed(uv_handle_t *handle)
{
    struct listener *listener = handle->data;
    close(listener->descriptor);
    listener->closed(listener->data);
}

void listener_close(struct listener *listener, void (*closed)(void *data))
{
    listener->closed = closed;
    if (listener->path[0] != '\0')
        unlink(listener->path);
    uv_close((uv_handle_t *)&listener->poll, on_closed);
}
