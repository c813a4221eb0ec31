#include "base/boot.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

const char *boot_id(char id[static BOOT_ID_SIZE])
{
    memset(id, 0, BOOT_ID_SIZE);
    FILE *stream = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (stream == NULL)
        return id;
    if (fgets(id, BOOT_ID_SIZE, stream) != NULL)
        id[strcspn(id, "\n")] = '\0';
    fclose(stream);
    return id;
}

int64_t boot_elapsed_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
