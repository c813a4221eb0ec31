/* Preloaded into kordond: by the clock, and by how long the machine has run, it is later by as many seconds as the file says that
 * KORDON_TEST_LATER names. What times the turns of the loop goes on as it is. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long seconds_later(void)
{
    char line[32] = "";
    FILE *file = fopen(getenv("KORDON_TEST_LATER"), "re");
    if (file == NULL)
        return 0;
    if (fgets(line, sizeof line, file) == NULL)
        line[0] = '\0';
    fclose(file);
    return strtol(line, NULL, 10);
}

__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, struct timespec *now)
{
    int result =
        ((int (*)(clockid_t, struct timespec *))(uintptr_t)dlsym(RTLD_NEXT, "clock_gettime"))(clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_BOOTTIME))
        now->tv_sec += seconds_later();
    return result;
}
