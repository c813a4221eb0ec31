#include "daemon/process.h"

#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <link.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/locked_memory.h"
#include "crypto/digest.h"
#include "crypto/openssl_memory.h"
#include "json/memory.h"
#include "store/sqlite_memory.h"

/* Only with an unlimited allowance: under a limit later allocations would fail instead. ONFAULT: what is
 * never touched costs nothing. */
static void lock_everything(void)
{
    const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
    struct rlimit allowed;
    bool may = getrlimit(RLIMIT_MEMLOCK, &allowed) == 0 && allowed.rlim_cur == RLIM_INFINITY;
    if (may || setrlimit(RLIMIT_MEMLOCK, &unlimited) == 0)
        mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

enum reason process_prepare(struct failure *failure)
{
    TRY(process_forbid_core_dumps(failure));
    TRY(openssl_memory_wipe_when_freed(failure));
    TRY(sqlite_memory_wipe_when_freed(failure));
    lock_everything();
    if (sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL) != 0)
        return failure_set(failure, REASON_SYSTEM_ERROR, "SIGPIPE", NULL);
    sigset_t hangup;
    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &hangup, NULL) != 0)
        return failure_set(failure, REASON_SYSTEM_ERROR, "SIGHUP", NULL);
    json_memory_wipe_when_freed(); /* requests hold identities and prints in base64 */
    return REASON_DONE;
}

enum reason process_allow_descriptors(uint64_t count, struct failure *failure)
{
    struct rlimit allowed;
    if (getrlimit(RLIMIT_NOFILE, &allowed) != 0)
        return failure_set_errno(failure, errno, "RLIMIT_NOFILE", "getrlimit");
    if (allowed.rlim_cur >= count)
        return REASON_DONE;
    if (allowed.rlim_max < count)
        return failure_set(failure, REASON_CONFIGURATION_BAD, "[api] connections",
            "so many need %" PRIu64 " file descriptors, and %" PRIu64 " are allowed: set LimitNOFILE=%" PRIu64
            " or more in kordond's unit (ulimit -Hn in a shell)",
            count, (uint64_t)allowed.rlim_max, count);
    allowed.rlim_cur = count;
    if (setrlimit(RLIMIT_NOFILE, &allowed) != 0)
        return failure_set_errno(failure, errno, "RLIMIT_NOFILE", "setrlimit");
    return REASON_DONE;
}

/* The linker's note identifies the program that runs, whatever it is called. */
static int find_build_id(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    char *text = data;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type != PT_NOTE)
            continue;
        const uint8_t *at = (const uint8_t *)(info->dlpi_addr + header->p_vaddr);
        const uint8_t *end = at + header->p_memsz;
        while (end - at >= (ptrdiff_t)sizeof(ElfW(Nhdr))) {
            ElfW(Nhdr) note;
            memcpy(&note, at, sizeof note);
            const uint8_t *name = at + sizeof note;
            const uint8_t *id = name + ((note.n_namesz + 3u) & ~3u);
            if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(name, "GNU", 4) == 0) {
                hex_format(id, note.n_descsz < 10 ? note.n_descsz : 10, text);
                return 1;
            }
            at = id + ((note.n_descsz + 3u) & ~3u);
        }
    }
    return 1; /* the first object is the program itself */
}

void process_build_name(char *text, size_t size)
{
    char id[21] = "unknown";
    dl_iterate_phdr(find_build_id, id);
    snprintf(text, size, "kordond %s %s", KORDON_VERSION, id);
}
