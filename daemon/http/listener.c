#include "daemon/http/listener.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Accepted in one turn of the loop, so that a flood of connections does not starve the rest. */
#define ACCEPTS_IN_A_TURN 16
#define BACKLOG           128

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

enum reason listener_start(struct listener *listener, uv_loop_t *loop, const char *path, uint32_t mode,
    void (*accepted)(void *data, int socket), void *data, struct failure *failure)
{
    *listener = (struct listener){.accepted = accepted, .data = data};
    listener->descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener->descriptor < 0)
        return failure_set_errno(failure, errno, path, "socket");
    enum reason reason = bind_socket(listener, path, mode, failure);
    if (reason != REASON_DONE)
        goto fail_after_socket;
    int error = uv_poll_init(loop, &listener->poll, listener->descriptor);
    if (error != 0) {
        reason = failure_set(failure, REASON_SYSTEM_ERROR, path, "uv_poll_init: %s", uv_strerror(error));
        goto fail_after_bind;
    }
    listener->poll.data = listener;
    uv_poll_start(&listener->poll, UV_READABLE, on_readable);
    return REASON_DONE;

fail_after_bind:
    unlink(path);
fail_after_socket:
    close(listener->descriptor);
    return reason;
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
    unlink(listener->path);
    uv_close((uv_handle_t *)&listener->poll, on_closed);
}
