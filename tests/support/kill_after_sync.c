/* Preloaded into kordond: ends it, as a cut of power would, right after a write of the state became durable: before anybody can have
 * heard of it. It happens once the file exists that KORDON_TEST_KILL names: at the first such write, or at the one whose number the file
 * says. */
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_int writes;

/* Which write is the last; 0: none is. */
static int last_write(void)
{
    const char *when = getenv("KORDON_TEST_KILL");
    FILE *file = when != NULL ? fopen(when, "re") : NULL;
    int number = 1;
    if (file == NULL)
        return 0;
    if (fscanf(file, "%d", &number) != 1)
        number = 1;
    fclose(file);
    return number;
}

__attribute__((visibility("default"))) int fdatasync(int descriptor)
{
    int (*real)(int);
    *(void **)&real = dlsym(RTLD_NEXT, "fdatasync");
    int outcome = real(descriptor);
    int last = last_write();
    if (outcome == 0 && last > 0 && atomic_fetch_add(&writes, 1) + 1 >= last)
        kill(getpid(), SIGKILL);
    return outcome;
}
