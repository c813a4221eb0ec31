/* sandbox.c: what a kordon-scanner that was taken over through its USB data can still do: talk to kordond and
 * to USB readers, and nothing else. Three layers that don't rely on each other: limits (no file can be
 * written, no core), Landlock (which paths), seccomp (which calls). */
#include "scanner/child_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- Landlock. The interface as the kernel documents it in Documentation/userspace-api/landlock.rst; the
 * libc has no wrappers, and build machines have older headers than the kernels that run this. --- */

struct landlock_ruleset {
    uint64_t files;
    uint64_t network; /* from ABI 4 */
    uint64_t scoped;  /* from ABI 6 */
};

struct landlock_path {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

#define LANDLOCK_VERSION_FLAG 1U
#define LANDLOCK_PATH_RULE    1

#define FILE_EXECUTE (1ULL << 0)
#define FILE_WRITE   (1ULL << 1)
#define FILE_READ    (1ULL << 2)
#define FILE_LIST    (1ULL << 3)
#define FILE_REMOVE  (1ULL << 5)
#define FILE_SOCKET  (1ULL << 9)
#define FILE_IOCTL   (1ULL << 15)

/* All file rights that an ABI version knows are handled, which means denied where no rule allows them. */
static uint64_t known_file_rights(int version)
{
    unsigned count = version >= 5 ? 16 : version >= 3 ? 15 : version >= 2 ? 14 : 13;
    return (1ULL << count) - 1;
}

static enum reason allow_path(
    int ruleset, const char *path, uint64_t rights, uint64_t known, struct failure *failure)
{
    /* Not through the libc, which an emulation of readers (umockdev) replaces: rules are about real paths. */
    int descriptor = (int)syscall(SYS_openat, AT_FDCWD, path, O_PATH | O_CLOEXEC);
    if (descriptor < 0)
        return REASON_DONE; /* what is not there needs no rule */
    struct landlock_path rule = {.allowed = rights & known, .parent = descriptor};
    long result = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_PATH_RULE, &rule, 0U);
    int error = errno;
    close(descriptor);
    return result == 0 ? REASON_DONE : failure_set_errno(failure, error, path, "landlock_add_rule");
}

static enum reason allow_paths(
    int ruleset, const struct sandbox_options *options, uint64_t known, struct failure *failure)
{
    const uint64_t device = FILE_READ | FILE_WRITE | FILE_LIST | FILE_IOCTL;
    g_autofree char *socket_folder =
        options->virtual_socket != NULL ? g_path_get_dirname(options->virtual_socket) : NULL;
    const struct {
        const char *path;
        uint64_t rights;
    } paths[] = {
        {"/dev/bus/usb", device},
        {"/sys", FILE_READ | FILE_LIST},
        {"/run/udev", FILE_READ | FILE_LIST},
        /* GLib loads its modules from here when it is first asked for a socket or a volume. */
        {"/usr/lib", FILE_READ | FILE_LIST},
        {"/lib", FILE_READ | FILE_LIST},
        {socket_folder, FILE_LIST | FILE_SOCKET | FILE_REMOVE},
        {options->emulation, device | FILE_SOCKET | FILE_REMOVE},
    };
    enum reason reason = REASON_DONE;
    for (size_t i = 0; i < G_N_ELEMENTS(paths) && reason == REASON_DONE; i++)
        if (paths[i].path != NULL)
            reason = allow_path(ruleset, paths[i].path, paths[i].rights, known, failure);
    return reason;
}

static enum reason enter_landlock(
    const struct sandbox_options *options, uint8_t *landlock, struct failure *failure)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION_FLAG);
    if (version < 0 && (errno == ENOSYS || errno == EOPNOTSUPP))
        return REASON_DONE;
    if (version < 0)
        return failure_set_errno(failure, errno, "sandbox", "landlock_create_ruleset");
    struct landlock_ruleset ruleset = {
        .files = known_file_rights((int)version),
        .network = version >= 4 ? 3 : 0, /* binding and connecting TCP */
        .scoped = version >= 6 ? 3 : 0,  /* abstract sockets of and signals to processes outside */
    };
    size_t size = version >= 6 ? sizeof ruleset : version >= 4 ? 16 : 8;
    long descriptor = syscall(SYS_landlock_create_ruleset, &ruleset, size, 0U);
    if (descriptor < 0)
        return failure_set_errno(failure, errno, "sandbox", "landlock_create_ruleset");
    enum reason reason = allow_paths((int)descriptor, options, ruleset.files, failure);
    if (reason == REASON_DONE && syscall(SYS_landlock_restrict_self, descriptor, 0U) != 0)
        reason = failure_set_errno(failure, errno, "sandbox", "landlock_restrict_self");
    close((int)descriptor);
    if (reason == REASON_DONE)
        *landlock = (uint8_t)(version < UINT8_MAX ? version : UINT8_MAX);
    return reason;
}

static enum reason set_limit(__rlimit_resource_t resource, rlim_t value, struct failure *failure)
{
    const struct rlimit limit = {value, value};
    return setrlimit(resource, &limit) == 0 ? REASON_DONE
                                            : failure_set_errno(failure, errno, "sandbox", "setrlimit");
}

static enum reason set_limits(struct failure *failure)
{
    const struct {
        __rlimit_resource_t resource;
        rlim_t value;
    } limits[] = {
        {RLIMIT_CORE, 0}, /* a core would hold a fingerprint */
        /* Not one byte to any ordinary file, whatever its permissions. */
        {RLIMIT_FSIZE, 0},
        {RLIMIT_NOFILE, 128},
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        /* Several times what libfprint needs for the largest image, with its threads' stacks. The sanitizers
         * reserve terabytes of addresses, so they can't be had together with this. */
        {RLIMIT_AS, (rlim_t)1 << 30},
#endif
    };
    enum reason reason = REASON_DONE;
    for (size_t i = 0; i < G_N_ELEMENTS(limits) && reason == REASON_DONE; i++)
        reason = set_limit(limits[i].resource, limits[i].value, failure);
    return reason;
}

enum reason sandbox_restrict_files(
    const struct sandbox_options *options, uint8_t *landlock, struct failure *failure)
{
    *landlock = 0;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return failure_set_errno(failure, errno, "sandbox", "prctl");
    /* A warning that goes to an ordinary file is lost, by RLIMIT_FSIZE; it must not end the child too. */
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    if (sigaction(SIGXFSZ, &ignore, NULL) != 0)
        return failure_set_errno(failure, errno, "sandbox", "sigaction");
    enum reason reason = set_limits(failure);
    return reason == REASON_DONE ? enter_landlock(options, landlock, failure) : reason;
}

/* --- seccomp --- */

/* What GLib, libusb and libfprint need once they are set up. */
static const int allowed_calls[] = {SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write),
    SCMP_SYS(writev), SCMP_SYS(pwrite64), SCMP_SYS(close), SCMP_SYS(lseek), SCMP_SYS(fcntl), SCMP_SYS(dup),
    SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(pipe2), SCMP_SYS(eventfd2), SCMP_SYS(timerfd_create),
    SCMP_SYS(timerfd_settime), SCMP_SYS(stat), SCMP_SYS(fstat), SCMP_SYS(lstat), SCMP_SYS(newfstatat),
    SCMP_SYS(statx), SCMP_SYS(statfs), SCMP_SYS(fstatfs), SCMP_SYS(access), SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(getdents64),
    SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
    SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(shutdown), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
    SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap),
    SCMP_SYS(madvise), SCMP_SYS(membarrier), SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
    SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_getattr), SCMP_SYS(sched_getparam),
    SCMP_SYS(sched_getscheduler), SCMP_SYS(set_tid_address), SCMP_SYS(arch_prctl), SCMP_SYS(gettid),
    SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid),
    SCMP_SYS(getegid), SCMP_SYS(getrandom), SCMP_SYS(getrusage), SCMP_SYS(sysinfo), SCMP_SYS(uname),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(exit),
    SCMP_SYS(exit_group)};

/* Nothing here has a use in this process: the first try ends it, so that kordond learns of it. Every other
 * call that is not allowed fails with EPERM, which libraries that probe for features take in their stride. */
static const int deadly_calls[] = {SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork),
    SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(kcmp),
    SCMP_SYS(pidfd_getfd), SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot),
    SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(open_by_handle_at), SCMP_SYS(init_module),
    SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load),
    SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup),
    SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(keyctl), SCMP_SYS(reboot), SCMP_SYS(setuid),
    SCMP_SYS(setgid)};

/* Remembers the first error, so that the rules below read as a list. */
struct filter {
    scmp_filter_ctx context;
    int error;
};

static void add_rule(
    struct filter *filter, uint32_t action, int call, unsigned count, struct scmp_arg_cmp compared)
{
    int result = seccomp_rule_add_array(filter->context, action, call, count, &compared);
    if (filter->error == 0 && result != 0)
        filter->error = -result;
}

static void add_calls(struct filter *filter, uint32_t action, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_rule(filter, action, calls[i], 0, (struct scmp_arg_cmp){0});
}

static void allow_where(struct filter *filter, int call, struct scmp_arg_cmp compared)
{
    add_rule(filter, SCMP_ACT_ALLOW, call, 1, compared);
}

/* Calls that are harmless or not by an argument. */
static void add_argument_rules(struct filter *filter)
{
    /* Existing files only: USB nodes are written to, nothing is ever created, cut or appended to. */
    const uint64_t changing = O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);
    allow_where(filter, SCMP_SYS(open), SCMP_A1(SCMP_CMP_MASKED_EQ, changing, 0));
    allow_where(filter, SCMP_SYS(openat), SCMP_A2(SCMP_CMP_MASKED_EQ, changing, 0));
    /* USB requests ('U'), and what GLib and libc ask of sockets and their standard descriptors. */
    allow_where(filter, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_MASKED_EQ, 0xff00, 'U' << 8));
    allow_where(filter, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, FIONREAD));
    allow_where(filter, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, FIONBIO));
    allow_where(filter, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, TCGETS));
    /* Memory is never made executable, except by the loader for a library's file (private and not writable).
     */
    allow_where(filter, SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    allow_where(filter, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    allow_where(filter, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_EQ, PROT_READ | PROT_EXEC));
    /* Threads, but no processes. clone3 hides its flags from a filter; the libc then falls back to clone. */
    allow_where(filter, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    add_rule(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
    add_rule(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0, (struct scmp_arg_cmp){0});
    allow_where(filter, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
    /* abort() */
    allow_where(filter, SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
    /* Reading limits, not setting them. */
    allow_where(filter, SCMP_SYS(prlimit64), SCMP_A2(SCMP_CMP_EQ, 0));
    add_rule(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_INET));
    add_rule(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_INET6));
    add_rule(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_PACKET));
}

/* libfprint's virtual reader listens on a unix socket, umockdev's emulated ones are reached through one. A
 * machine at a crossing has neither. */
static void add_simulation_rules(struct filter *filter)
{
    static const int calls[] = {SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4),
        SCMP_SYS(connect), SCMP_SYS(unlink), SCMP_SYS(unlinkat)};
    allow_where(filter, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_UNIX));
    add_calls(filter, SCMP_ACT_ALLOW, calls, G_N_ELEMENTS(calls));
}

enum reason sandbox_filter_calls(const struct sandbox_options *options, struct failure *failure)
{
    struct filter filter = {.context = seccomp_init(SCMP_ACT_ERRNO(EPERM))};
    if (filter.context == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "sandbox", NULL);
    /* libusb's event thread runs already: the filter must hold for it too. */
    filter.error = -seccomp_attr_set(filter.context, SCMP_FLTATR_CTL_TSYNC, 1);
    add_calls(&filter, SCMP_ACT_ALLOW, allowed_calls, G_N_ELEMENTS(allowed_calls));
    add_calls(&filter, SCMP_ACT_KILL_PROCESS, deadly_calls, G_N_ELEMENTS(deadly_calls));
    add_argument_rules(&filter);
    if (options->virtual_socket != NULL || options->emulation != NULL)
        add_simulation_rules(&filter);
    if (filter.error == 0)
        filter.error = -seccomp_load(filter.context);
    seccomp_release(filter.context);
    return filter.error == 0 ? REASON_DONE : failure_set_errno(failure, filter.error, "sandbox", "seccomp");
}
