/* sandbox_probe.c: enters kordon-scanner's sandbox and then tries what a child that was taken over would try.
 *
 *     sandbox_probe ACT [PATH]    prints "allowed" or the error's name; the kernel may end it first */
#include "scanner/child_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int opens(const char *path, int flags)
{
    int descriptor = open(path, flags | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return -1;
    close(descriptor);
    return 0;
}

static int reads(const char *path)
{
    return opens(path, O_RDONLY);
}

static int creates(const char *path)
{
    return opens(path, O_WRONLY | O_CREAT);
}

static int overwrites(const char *path)
{
    return opens(path, O_WRONLY);
}

static int executes(const char *path)
{
    char *const arguments[] = {(char *)(uintptr_t)path, NULL};
    return execv(path, arguments);
}

static int forks(const char *path)
{
    (void)path;
    return fork() < 0 ? -1 : 0;
}

static int traces(const char *path)
{
    (void)path;
    return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int makes_socket(int family)
{
    int descriptor = socket(family, SOCK_STREAM, 0);
    if (descriptor < 0)
        return -1;
    close(descriptor);
    return 0;
}

static int connects_inet(const char *path)
{
    (void)path;
    return makes_socket(AF_INET);
}

static int connects_inet6(const char *path)
{
    (void)path;
    return makes_socket(AF_INET6);
}

static int connects_unix(const char *path)
{
    (void)path;
    return makes_socket(AF_UNIX);
}

static int maps_code(const char *path)
{
    (void)path;
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? -1 : 0;
}

static int raises_limit(const char *path)
{
    (void)path;
    const struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
    return setrlimit(RLIMIT_FSIZE, &limit);
}

static int types_into_terminal(const char *path)
{
    (void)path;
    return ioctl(0, TIOCSTI, "x");
}

static int signals_parent(const char *path)
{
    (void)path;
    return kill(getppid(), 0);
}

static int deletes(const char *path)
{
    return unlink(path);
}

static void *nothing(void *argument)
{
    return argument;
}

static int starts_thread(const char *path)
{
    (void)path;
    pthread_t thread;
    int error = pthread_create(&thread, NULL, nothing, NULL);
    if (error == 0)
        error = pthread_join(thread, NULL);
    errno = error;
    return error == 0 ? 0 : -1;
}

static const struct {
    const char *name;
    int (*act)(const char *path);
} acts[] = {
    {"reads", reads},
    {"creates", creates},
    {"overwrites", overwrites},
    {"deletes", deletes},
    {"executes", executes},
    {"forks", forks},
    {"traces", traces},
    {"connects-inet", connects_inet},
    {"connects-inet6", connects_inet6},
    {"connects-unix", connects_unix},
    {"maps-code", maps_code},
    {"raises-limit", raises_limit},
    {"types-into-terminal", types_into_terminal},
    {"signals-parent", signals_parent},
    {"starts-thread", starts_thread},
};

int main(int argc, char **argv)
{
    const struct sandbox_options options = {0};
    struct failure failure;
    uint8_t landlock;
    char line[640];
    if (argc < 2)
        return 2;
    if (sandbox_restrict_files(&options, &landlock, &failure) != REASON_DONE ||
        sandbox_filter_calls(&options, &failure) != REASON_DONE) {
        fprintf(stderr, "%s\n", failure_line(&failure, line, sizeof line));
        return 2;
    }
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
        if (strcmp(acts[i].name, argv[1]) == 0) {
            bool allowed = acts[i].act(argc > 2 ? argv[2] : "/") == 0;
            puts(allowed ? "allowed" : strerrorname_np(errno));
            fflush(stdout);
            _exit(0);
        }
    return 2;
}
