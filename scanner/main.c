/* main.c: kordon-scanner, a child of kordond: "kordon-scanner watch" lists the readers, "kordon-scanner read"
 * opens one and captures. Not for people: it talks protocol.h on descriptor SCANNER_SOCKET and ends when that
 * closes.
 *
 * Exit status: 0 ended in order, 1 the reader failed, 64 started wrongly, 71 no sandbox to be had. */
#include "base/say.h"
#include "scanner/child_internal.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
/* LeakSanitizer looks for leaks with ptrace from a second process, both of which the sandbox forbids. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
    return 1;
}
#endif

static int refuse(const struct failure *failure)
{
    char line[640];
    say(SAY_ERROR, "%s", failure_line(failure, line, sizeof line));
    return reason_exit_code(failure->reason);
}

/* libfprint frees its copies of a picture as they are. With this the allocator overwrites what is freed (and hands out
 * zeroes), so that a finger lifted hours ago is not still to be found here. The sanitizers' allocators do not know it. */
static enum reason overwrite_freed_memory(struct failure *failure)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    if (mallopt(M_PERTURB, 0xff) != 1)
        return failure_set(failure, REASON_SYSTEM_ERROR, "kordon-scanner", "mallopt");
#endif
    (void)failure;
    return REASON_DONE;
}

/* Nothing inherited but the standard descriptors and the socket; nothing left behind when kordond dies. */
static enum reason take_place(struct failure *failure)
{
    int type = 0;
    socklen_t size = sizeof type;
    if (getsockopt(SCANNER_SOCKET, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM)
        return failure_set(failure, REASON_BAD_ARGUMENT, "kordon-scanner",
            "descriptor %d is no stream socket: only kordond starts this program", SCANNER_SOCKET);
    if (close_range(SCANNER_SOCKET + 1, ~0U, 0) != 0)
        return failure_set_errno(failure, errno, "kordon-scanner", "close_range");
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
        return failure_set_errno(failure, errno, "kordon-scanner", "prctl");
    if (chdir("/") != 0)
        return failure_set_errno(failure, errno, "/", "chdir");
    umask(077);
    return REASON_DONE;
}

int main(int argc, char **argv)
{
    struct failure failure = {0};
    int (*run)(FpContext *, int, uint8_t) = NULL;
    if (argc == 2 && strcmp(argv[1], "watch") == 0)
        run = watcher_run;
    else if (argc == 2 && strcmp(argv[1], "read") == 0)
        run = reader_run;
    if (run == NULL) {
        fprintf(stderr, "usage: kordon-scanner watch|read (started by kordond)\n");
        return EX_USAGE;
    }
    const struct sandbox_options sandbox = {
        .virtual_socket = getenv("FP_VIRTUAL_IMAGE"),
        .emulation = getenv("FP_DEVICE_EMULATION") != NULL ? getenv("UMOCKDEV_DIR") : NULL,
    };
    uint8_t landlock = 0;
    if (take_place(&failure) != REASON_DONE || overwrite_freed_memory(&failure) != REASON_DONE ||
        sandbox_restrict_files(&sandbox, &landlock, &failure) != REASON_DONE)
        return refuse(&failure);
    /* Sets up libusb and its threads; no reader is looked at before the filter stands. */
    g_autoptr(FpContext) context = fp_context_new();
    if (sandbox_filter_calls(&sandbox, &failure) != REASON_DONE)
        return refuse(&failure);
    return run(context, SCANNER_SOCKET, landlock);
}
