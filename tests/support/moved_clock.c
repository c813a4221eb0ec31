/* Preloaded into kordond: its clocks that KORDON_TEST_CLOCKS names (any of REALTIME, BOOTTIME and MONOTONIC) are so many seconds beside the
 * machine's as the file says that KORDON_TEST_CLOCK names. The file is replaced as a whole, and each reading reads it by itself: two threads that ask
 * at the same time are told the same. Where it can't be read now, as without a free descriptor, what was read last holds. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#define VISIBLE __attribute__((visibility("default")))

static long seconds_beside(void)
{
    static _Atomic long last;
    char line[32] = "";
    FILE *file = fopen(getenv("KORDON_TEST_CLOCK"), "re");
    if (file == NULL)
        return last;
    if (fgets(line, sizeof line, file) != NULL)
        last = strtol(line, NULL, 10);
    fclose(file);
    return last;
}

static bool is_moved(clockid_t clock)
{
    const char *name = clock == CLOCK_REALTIME    ? "REALTIME"
                       : clock == CLOCK_BOOTTIME  ? "BOOTTIME"
                       : clock == CLOCK_MONOTONIC ? "MONOTONIC"
                                                  : NULL;
    const char *moved = getenv(
        "KORDON_TEST_CLOCKS"); /* kordon-scanner inherits no such variable: its clock is the machine's */
    return name != NULL && moved != NULL && strstr(moved, name) != NULL;
}

VISIBLE int clock_gettime(clockid_t clock, struct timespec *now)
{
    int result =
        ((int (*)(clockid_t, struct timespec *))(uintptr_t)dlsym(RTLD_NEXT, "clock_gettime"))(clock, now);
    if (result == 0 && is_moved(clock))
        now->tv_sec += seconds_beside();
    return result;
}

VISIBLE time_t time(time_t *seconds)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (seconds != NULL)
        *seconds = now.tv_sec;
    return now.tv_sec;
}

VISIBLE int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec precise;
    (void)zone;
    int result = clock_gettime(CLOCK_REALTIME, &precise);
    *now = (struct timeval){.tv_sec = precise.tv_sec, .tv_usec = precise.tv_nsec / 1000};
    return result;
}
